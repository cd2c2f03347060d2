import type { Explanation, UnitExplanation } from '../../models/feedforward/explain.js';
import type { Importance } from '../../models/feedforward/explain-importance.js';
import type { FeatureContribution, RowExplanation, UnitContribution } from '../../models/feedforward/explain-row.js';
import type { TargetInfo } from '../../models/target.js';
import { significant } from '../../numeric/format.js';
import { count, percent, plural, print } from './output.js';

/** Features named beside a unit of a row. */
const NAMED = 5;
/** Blocks of the longest bar. */
const BAR = 24;
/** Letters of names before bars. */
const MOST_LETTERS = 40;

export function printExplanation(name: string, result: Explanation, most: number, others?: string): void {
  const counted = others === undefined ? '' : `; coherence on ${plural(result.coherenceRows.rows, 'row')} of ${others}`;
  print(`${name}: ${plural(result.rows, 'row')}${counted}`);
  for (const { layer, units, coherence, sparseCoherence, globalCoherence } of result.layers) {
    const kinds = [
      ['sparse', units.filter(({ kind }) => kind === 'sparse').length, sparseCoherence],
      ['global', units.filter(({ kind }) => kind === 'global').length, globalCoherence],
    ] as const;
    const parts = kinds.filter(([, n]) => n > 0).map(([kind, n, mean]) => `${count(n)} ${kind} ${score(mean)}`);
    print(`\nLayer ${layer + 1}: coherence ${score(coherence)} (${parts.join(', ')})`);
    printUnits(units, most);
  }
  for (const { path, from, units, coherence } of result.skipPaths) {
    const level = from === 0 ? 'the features' : `layer ${from}`;
    print(`\nSkip-path ${path + 1}, from ${level}: coherence ${score(coherence)} (${plural(units.length, 'unit')})`);
    printUnits(units, most);
  }
}

function score(x: number | null): string {
  return x === null ? 'none' : x.toFixed(3);
}

function printUnits(units: readonly UnitExplanation[], most: number): void {
  const rank = ({ coherence: c }: UnitExplanation) => c ?? -2;
  const shown = [...units].sort((a, b) => rank(b) - rank(a) || a.unit - b.unit).slice(0, most);
  for (const { unit, kind, activity, features, coherence: own } of shown) {
    const names = features.map(({ name }) => name).join(' ') || 'nothing';
    const on = `${(100 * activity).toFixed(0)} %`;
    print(`  ${score(own).padStart(6)}  ${`${kind} ${unit}`.padEnd(12)} on in ${on.padStart(5)}:  ${names}`);
  }
  if (shown.length < units.length && most > 0) print(`  ... and ${plural(units.length - shown.length, 'unit')} more`);
}

/** What a prediction rests on: features, then units. */
export function printRow(what: string, result: RowExplanation, target: TargetInfo): void {
  const { name, prediction, against, total, baseline, error, bias, scale } = result;
  const said = target.kind === 'values' ? significant(prediction) : percent(prediction);
  const kind = { classes: 'class', tasks: 'task', values: 'value' }[target.kind];
  const other = against === null ? '' : ` against ${target.names?.[against] ?? against}`;
  print(`${what}: ${kind} ${name} ${said}${other}`);
  const output = scale === 'value' ? 'the value' : 'the logit';
  print(`\nFeatures, which take ${output} from ${signed(baseline)} of the baseline to ${signed(total)}:`);
  const { features, otherFeatures } = result;
  const rest = (sum: number) => ({ label: 'all others', contribution: sum, isRest: true });
  printBars([...features.map((f) => ({ label: labelOf(f), contribution: f.contribution })), rest(otherFeatures)]);
  print(`  ${signed(error).padStart(9)}  error of the integral`);
  print(
    `\nUnits that feed the output, with the features that move them; with the bias of ${signed(bias)} they sum to ${signed(total)}:`,
  );
  printBars([
    ...result.units.map((u) => ({
      label: placeOf(u),
      contribution: u.contribution,
      more: u.features
        .slice(0, NAMED)
        .map(({ name: n }) => n)
        .join(' '),
    })),
    rest(result.otherUnits),
  ]);
}

function labelOf({ name, value }: FeatureContribution): string {
  if (value === null) return `${name} missing or unknown`;
  return `${name} = ${typeof value === 'number' ? significant(value) : value}`;
}

function placeOf({ kind, layer, unit }: UnitContribution): string {
  return kind === 'skip' ? `skip ${unit} of path ${layer + 1}` : `${kind} ${unit} of layer ${layer + 1}`;
}

interface Bar {
  readonly label: string;
  readonly contribution: number;
  readonly more?: string;
  readonly isRest?: boolean;
}

/** Numbers, names and bars, as long as they are large; the rest has none. */
function printBars(bars: readonly Bar[]): void {
  const largest = Math.max(...bars.map(({ contribution, isRest }) => (isRest ? 0 : Math.abs(contribution))));
  const width = Math.min(MOST_LETTERS, Math.max(...bars.map(({ label }) => label.length)));
  for (const { label, contribution, more, isRest } of bars) {
    const blocks = largest > 0 && !isRest ? Math.round((BAR * Math.abs(contribution)) / largest) : 0;
    const bar = (contribution < 0 ? '░' : '█').repeat(blocks);
    const line = `  ${signed(contribution).padStart(9)}  ${label.padEnd(width)}  ${more === undefined ? bar : `${bar.padEnd(BAR)}  ${more}`}`;
    print(line.trimEnd());
  }
}

function signed(x: number): string {
  const text = Math.abs(x) >= 1000 ? Math.abs(x).toFixed(0) : Math.abs(x).toFixed(3);
  return `${x < 0 && Number(text) !== 0 ? '-' : '+'}${text}`;
}

const WORDS = { accuracy: 'accuracy', meanAuc: 'mean AUC', rmse: 'RMSE' } as const;

/** What permuting each feature costs. */
export function printImportance(name: string, result: Importance): void {
  const { rows, metric, value, repeats, features, candidates } = result;
  const figure = metric === 'rmse' ? significant(value) : value.toFixed(4);
  const change = metric === 'rmse' ? 'rises' : 'falls';
  print(`${name}: ${plural(rows, 'row')}, ${WORDS[metric]} ${figure}`);
  const out = candidates > features.length ? `, of ${count(candidates)} features ${count(features.length)}` : '';
  print(
    `By how much it ${change} when a feature is permuted, mean ± deviation of ${plural(repeats, 'permutation')}${out}:\n`,
  );
  if (!features.length) {
    print('  no feature is in enough rows');
    return;
  }
  const largest = Math.max(...features.map(({ importance }) => importance), 0);
  const width = Math.min(MOST_LETTERS, Math.max(...features.map(({ name: n }) => n.length)));
  const text = (x: number) => (metric === 'rmse' ? significant(x) : x.toFixed(4));
  const wide = Math.max(...features.map(({ importance }) => text(importance).length));
  const tail = Math.max(...features.map(({ deviation }) => text(deviation).length));
  for (const { name: own, importance, deviation, rows: present } of features) {
    const bar = '█'.repeat(largest > 0 ? Math.max(0, Math.round((BAR * importance) / largest)) : 0);
    const figures = `${text(importance).padStart(wide)} ± ${text(deviation).padEnd(tail)}`;
    print(`  ${figures}  ${own.padEnd(width)}  ${bar.padEnd(BAR)}  in ${plural(present, 'row')}`);
  }
}
