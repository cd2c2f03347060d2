// npm run bench:tables -- [--tables REGEX] [--nets trf,tse,dense] [--seeds 0,1,2] [--holdout 0.1] [--tune] [--set key=value]...: nets with default options on tables, beside logistic
// regression (C = 1) or least squares on standardised columns. A third of the rows is the test; with --holdout part of the others chooses the best epoch, as the command does. --tune
// looks at other generated tables, and of the others at the training rows alone, of which a third is then the test: defaults were chosen by it.
import { parseArgs } from 'node:util';
import { createEngine, Dataset, type Engine } from 'espalier';
import { deviation, mean } from '#dist/cli/bench/statistics.js';
import type { Method } from '#dist/models/method.js';
import { METHODS } from '#dist/models/registry.js';
import { accuracyOf, leastSquares, logisticRegression, rmseOf, standardised } from '../test/support/baselines.js';
import { Random } from '../test/support/random.js';
import { formatTable, printHeader } from './support/report.js';
import { describeSettings, optionsFor, type Settings } from './support/settings.js';
import { generatedTables } from './tables/generated.js';
import { fieldTables, packageTables } from './tables/real.js';
import { type BenchTable, rowsOf } from './tables/table.js';

const { values } = parseArgs({
  options: {
    tables: { type: 'string', default: '' },
    nets: { type: 'string', default: 'trf,tse,dense' },
    seeds: { type: 'string', default: '0,1,2' },
    holdout: { type: 'string', default: '0' },
    tune: { type: 'boolean', default: false },
    set: { type: 'string', multiple: true, default: [] },
  },
});
const TEST_SHARE = 1 / 3;
/** Of the split whose test rows --tune never sees. */
const KEPT_APART = 1000;
const seeds = values.seeds.split(',').map(Number);
const methods = values.nets.split(',').map((name) => {
  const method = METHODS.find((one) => one.name === name && one.data === 'rows');
  if (!method) throw new RangeError(`--nets: expected trf, tse or dense, got ${name}`);
  return method;
});
const settings = describeSettings(values.set);

printHeader('Tables');
console.log(`seeds ${seeds.join(', ')}; of other options ${settings.text || 'the defaults'}\n`);
const engine = await createEngine();
const lines: { classes: string[][]; values: string[][] } = { classes: [], values: [] };
const excess: Record<string, number[]> = {};
for (const table of tables()) {
  const began = performance.now();
  const line = await lineOf(engine, table);
  (table.classes ? lines.classes : lines.values).push(line);
  console.error(`${table.name}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
}
const names = methods.flatMap(({ name }) => [name, `± ${name}`, `s ${name}`]);
if (lines.classes.length)
  console.log(
    `Accuracy, points\n${formatTable(['table', 'columns', 'larger class', 'logistic', ...names], lines.classes)}\n`,
  );
if (lines.values.length)
  console.log(
    `RMSE, of that of least squares\n${formatTable(['table', 'columns', 'mean only', 'least squares', ...names], lines.values)}\n`,
  );
for (const [key, list] of Object.entries(excess))
  console.log(`${key}: mean ${mean(list).toFixed(3)}, worst ${Math.max(...list).toFixed(3)}`);

function tables(): BenchTable[] {
  const wanted = new RegExp(values.tables);
  const real = [...fieldTables(), ...packageTables()];
  const all = values.tune
    ? [...generatedTables(1000), ...real.map((table) => parts(table, KEPT_APART).train)]
    : [...generatedTables(0), ...real];
  return all.filter(({ name }) => wanted.test(name));
}

/** Training and test rows. */
function parts(table: BenchTable, seed: number): { train: BenchTable; test: BenchTable } {
  const { rows, testRows } = table;
  const random = new Random(seed).permutation(rows);
  const order = testRows === undefined ? random : random.map((_, i) => rows - 1 - i);
  const cut = testRows ?? Math.round(rows * TEST_SHARE);
  return { test: rowsOf(table, order.slice(0, cut)), train: rowsOf(table, order.slice(cut)) };
}

async function lineOf(engine: Engine, table: BenchTable): Promise<string[]> {
  const runs = seeds.map((seed) => ({ seed, ...parts(table, values.tune ? seed : KEPT_APART) }));
  const bases = runs.map(({ train, test }) => baseline(train, test));
  const best = mean(bases.map((base) => base.best));
  const ratio = (value: number) => (table.classes ? (100 * value).toFixed(1) : (value / best).toFixed(3));
  const line = [
    table.name,
    String(table.columns),
    ratio(mean(bases.map((base) => base.simplest))),
    table.classes ? ratio(best) : best.toPrecision(5),
  ];
  for (const method of methods) {
    const found: number[] = [];
    const began = performance.now();
    for (const { train, test, seed } of runs)
      found.push(await trained(engine, method, settings.values, train, test, seed));
    const seconds = (performance.now() - began) / 1000 / seeds.length;
    const apart = found.map((value, i) => value - bases[i]!.best);
    line.push(ratio(mean(found)), ratio(deviation(apart)), seconds.toFixed(1));
    const over = table.classes ? -100 * mean(apart) : (100 * mean(apart)) / best;
    const key = table.classes
      ? `points below logistic regression, ${method.name}`
      : `% above least squares, ${method.name}`;
    excess[key] = [...(excess[key] ?? []), over];
  }
  return line;
}

/** Of the test rows. */
function baseline(train: BenchTable, test: BenchTable): { simplest: number; best: number } {
  const [x, z] = [standardised(train, train), standardised(train, test)];
  const { classes, y } = train;
  if (classes) {
    const counts = Array.from({ length: classes }, (_, k) => y.filter((v) => v === k).length);
    const larger = counts.indexOf(Math.max(...counts));
    const simplest = test.y.filter((v) => v === larger).length / test.rows;
    return { simplest, best: accuracyOf(z, logisticRegression(x, y, classes), test.y) };
  }
  const average = mean([...y]);
  const simplest = Math.sqrt(mean([...test.y].map((v) => (v - average) ** 2)));
  return { simplest, best: rmseOf(z, leastSquares(x, y, 1), test.y) };
}

/** Accuracy or RMSE on the test rows. */
async function trained(
  engine: Engine,
  method: Method,
  given: Settings,
  table: BenchTable,
  test: BenchTable,
  seed: number,
): Promise<number> {
  const dataset = ({ values: features, columns, y, classes }: BenchTable) =>
    Dataset.dense(features, {
      columns,
      targets: classes
        ? { kind: 'classes', values: Int32Array.from(y), classes }
        : { kind: 'values', values: y, outputs: 1 },
    });
  const order = new Random(seed).permutation(table.rows);
  const held = Math.round(table.rows * Number(values.holdout));
  const train = dataset(rowsOf(table, order.slice(held)));
  const options = optionsFor(method, train, given);
  const net = await method.learn(train, { seed, ...options.learn }, { engine });
  const validation = held ? { validation: dataset(rowsOf(table, order.slice(0, held))) } : {};
  await net.fit(train, { ...options.fit, ...validation });
  const { accuracy, rmse } = (await net.evaluate(dataset(test))) as { accuracy?: number; rmse?: number };
  net.dispose();
  return accuracy ?? rmse!;
}
