import type { Explanation, UnitExplanation } from '../../models/feedforward/explain.js';
import type { Importance } from '../../models/feedforward/explain-importance.js';
import type { FeatureContribution, RowExplanation, UnitContribution } from '../../models/feedforward/explain-row.js';
import type { TargetInfo } from '../../models/target.js';
import { significant } from '../../numeric/format.js';
import { count, percent, plural, print } from './output.js';

/** Features named beside a unit of a row. */
const NAMED = 5;
/** Share of the change that the error of the integral is worth a word from. */
const LARGE_ERROR = 0.01;
/** Blocks of the longest bar. */
const BAR = 24;
/** Letters of names, and of categories. */
const MOST_LETTERS = 40;

export function printExplanation(name: string, result: Explanation, most: number, others?: string): void {
  const counted = others === undefined ? '' : `; coherence on ${plural(result.coherenceRows.rows, 'row')} of ${others}`;
  print(`${name}: ${plural(result.rows, 'row')}${counted}`);
  if (!result.layers.length && !result.skipPaths.length)
    print('\nNo hidden layers, and so no units: --row and --importance tell of features');
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
    const names = features.map(({ name }) => shortly(name)).join(' ') || 'nothing';
    const on = `${(100 * activity).toFixed(0)} %`;
    print(`  ${score(own).padStart(6)}  ${`${kind} ${unit}`.padEnd(12)} on in ${on.padStart(5)}:  ${names}`);
  }
  if (shown.length < units.length && most > 0) print(`  ... and ${plural(units.length - shown.length, 'unit')} more`);
}

/** What a prediction rests on: features, then units, of which a net without hidden layers has none. */
export function printRow(what: string, result: RowExplanation, target: TargetInfo, hasUnits: boolean): void {
  const { name, prediction, against, total, baseline, error, bias, scale, features, units } = result;
  const said = target.kind === 'values' ? significant(prediction) : percent(prediction);
  const kind = { classes: 'class', tasks: 'task', values: 'value' }[target.kind];
  const other = against === null ? '' : ` against ${shortly(target.names?.[against] ?? String(against))}`;
  print(`${what}: ${kind} ${shortly(name)} ${said}${other}`);
  const output = scale === 'value' ? 'the value' : against === null ? 'the logit' : 'the difference of the logits';
  const digits = decimals([total, baseline, bias, ...[...features, ...units].map((each) => each.contribution)]);
  const signed = (x: number) => withSign(x, digits);
  const rest = (sum: number) => (sum === 0 ? [] : [{ text: signed(sum), label: 'all others' }]);
  const bars = (all: readonly Labelled[], last: readonly Bar[]) => {
    const largest = Math.max(...all.map(({ contribution }) => Math.abs(contribution)));
    const own = all.map(({ contribution: x, ...more }) => ({
      ...more,
      text: signed(x),
      share: largest > 0 ? x / largest : 0,
    }));
    printBars([...own, ...last]);
  };
  print(`\nFeatures, which take ${output} from ${signed(baseline)} of the baseline to ${signed(total)}:`);
  const isLarge = Math.abs(error) > LARGE_ERROR * Math.abs(total - baseline) && error !== 0;
  const hint = isLarge ? ', which more --steps make smaller' : '';
  bars(
    features.map((f) => ({ label: labelOf(f), contribution: f.contribution })),
    [...rest(result.otherFeatures), { text: signed(error), label: `error of the integral${hint}` }],
  );
  if (!hasUnits) {
    print('\nNo hidden layers: features lead straight to the output.');
    return;
  }
  print(
    `\nUnits that feed the output, with the features that move them; with the bias of ${signed(bias)} they sum to ${signed(total)}:`,
  );
  if (!units.length) print('  none adds anything');
  bars(
    units.map((u) => ({ label: placeOf(u), contribution: u.contribution, more: namesOf(u) })),
    rest(result.otherUnits),
  );
}

function namesOf({ features }: UnitContribution): string {
  return features
    .slice(0, NAMED)
    .map(({ name }) => shortly(name))
    .join(' ');
}

function labelOf({ name, value }: FeatureContribution): string {
  if (value === null) return `${shortly(name)} missing or unknown`;
  return `${shortly(name)} = ${typeof value === 'number' ? significant(value) : shortly(value)}`;
}

function placeOf({ kind, layer, unit }: UnitContribution): string {
  return kind === 'skip' ? `skip ${unit} of path ${layer + 1}` : `${kind} ${unit} of layer ${layer + 1}`;
}

/** A name in a line of others: no tabs or line feeds, and not longer than MOST_LETTERS. */
function shortly(name: string): string {
  const letters = [...name.replace(/\s+/g, ' ')];
  return letters.length <= MOST_LETTERS ? letters.join('') : `${letters.slice(0, MOST_LETTERS - 1).join('')}…`;
}

interface Labelled {
  readonly label: string;
  readonly contribution: number;
  readonly more?: string;
}

interface Bar {
  readonly text: string;
  /** Of the longest bar, from -1 to 1; none for what is summed up. */
  readonly share?: number;
  readonly label: string;
  readonly more?: string;
}

/** Numbers, names and bars, as long as the numbers are large. */
function printBars(bars: readonly Bar[]): void {
  const wide = Math.max(9, ...bars.map(({ text }) => text.length));
  const width = Math.max(...bars.map(({ label, share }) => (share === undefined ? 0 : label.length)));
  for (const { text, share = 0, label, more } of bars) {
    const bar = (share < 0 ? '░' : '█').repeat(Math.round(BAR * Math.abs(share)));
    const line = `  ${text.padStart(wide)}  ${label.padEnd(width)}  ${more === undefined ? bar : `${bar.padEnd(BAR)}  ${more}`}`;
    print(line.trimEnd());
  }
}

/** Places behind the point that numbers printed below each other share: at least three, and three digits of the largest; none from 1,000 on. */
function decimals(numbers: readonly number[]): number {
  const largest = Math.max(...numbers.map(Math.abs));
  if (largest >= 1000) return 0;
  return largest > 0 ? Math.min(100, Math.max(3, 2 - Math.floor(Math.log10(largest)))) : 3;
}

function withSign(x: number, digits: number): string {
  const text = Math.abs(x).toFixed(digits);
  return `${x < 0 && Number(text) !== 0 ? '-' : '+'}${text}`;
}

const WORDS = { accuracy: 'accuracy', meanAuc: 'mean AUC', rmse: 'RMSE' } as const;

/** What permuting each feature costs. */
export function printImportance(name: string, result: Importance): void {
  const { rows, metric, value, repeats, features, candidates } = result;
  const figure = metric === 'rmse' ? significant(value) : value.toFixed(4);
  const change = metric === 'rmse' ? 'rises' : 'falls';
  print(`${name}: ${plural(rows, 'row')}, ${WORDS[metric]} ${figure}`);
  const out =
    candidates > features.length
      ? `, of the ${count(features.length)} of ${count(candidates)} features on which the loss hangs most`
      : '';
  print(
    `By how much it ${change} when a feature is permuted, mean ± deviation of ${plural(repeats, 'permutation')}${out}:\n`,
  );
  if (!features.length) {
    print('  no feature is in enough rows');
    return;
  }
  const largest = Math.max(...features.map(({ importance }) => importance), 0);
  const width = Math.max(...features.map(({ name: n }) => shortly(n).length));
  const digits = metric === 'rmse' ? decimals(features.flatMap((f) => [f.importance, f.deviation])) : 4;
  const text = (x: number) => x.toFixed(digits);
  const wide = Math.max(...features.map(({ importance }) => text(importance).length));
  const tail = Math.max(...features.map(({ deviation }) => text(deviation).length));
  for (const { name: own, importance, deviation, rows: present } of features) {
    const bar = '█'.repeat(largest > 0 ? Math.max(0, Math.round((BAR * importance) / largest)) : 0);
    const figures = `${text(importance).padStart(wide)} ± ${text(deviation).padEnd(tail)}`;
    print(`  ${figures}  ${shortly(own).padEnd(width)}  ${bar.padEnd(BAR)}  in ${plural(present, 'row')}`);
  }
}
