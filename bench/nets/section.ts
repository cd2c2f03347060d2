import { writeFileSync } from 'node:fs';
import { markdownTable, writeBetween } from '../support/results-file.js';
import { frontsPlot } from './fronts-plot.js';
import type { Run, RunKey } from './runs.js';
import {
  compare,
  LEARNED,
  type SetSummary,
  type Summary,
  summaries,
  type Verdict,
  type Verdicts,
  verdictsOn,
} from './verdicts.js';

/** Sets of at least so many columns are what the structures are for. */
const MANY = 500;
/** Sets a table. */
const ACROSS = 4;
const EPOCHS = ['epochs=10', 'epochs=50'] as const;

/** Writes the section of docs/RESULTS.md and its pictures from runs of these settings. RangeError where there are none. */
export function writeSection(
  runs: readonly Run[],
  { settings, tune, full }: Pick<RunKey, 'settings' | 'tune' | 'full'>,
  docs: URL,
): void {
  const alike = runs.filter((run) => run.tune === tune && run.full === full);
  const of = (text: string) => summaries(alike.filter((run) => run.settings === text));
  const sets = of(settings);
  if (sets.length === 0) throw new RangeError(`--draw: expected runs of the settings '${settings}', got none`);
  const where = tune ? 'a part of the rows to learn from' : 'the test rows';
  writeFileSync(new URL('nets.svg', docs), frontsPlot(sets, 'weights'));
  writeFileSync(new URL('nets-seconds.svg', docs), frontsPlot(sets, 'seconds'));
  writeBetween(new URL('RESULTS.md', docs), 'nets', [
    `Accuracy (of tasks: mean AUC) of ${where} in %, mean ± deviation of the seeds, weights (of trees: nodes), seconds of structure and training${settings ? `; ${settings}` : ''}.`,
    '',
    '![Accuracy of each net over its weights, set by set](nets.svg)',
    '',
    '![The same over seconds](nets-seconds.svg)',
    '',
    ...chunks(sets).flatMap((some) => [...scoreTable(some), '']),
    ...howOften(sets),
    '',
    ...verdictTable(sets),
    '',
    ...coherenceTable(sets),
    ...epochsTable(of(EPOCHS[0]), of(EPOCHS[1])),
  ]);
}

function chunks(sets: readonly SetSummary[]): SetSummary[][] {
  return Array.from({ length: Math.ceil(sets.length / ACROSS) }, (_, i) => sets.slice(i * ACROSS, (i + 1) * ACROSS));
}

/** Nets down, sets across. */
function scoreTable(sets: readonly SetSummary[]): string[] {
  const names = [...new Set(sets.flatMap(({ nets }) => nets.map(({ net }) => net)))];
  const head = sets.map(
    ({ set, rows, columns }) => `${set}, ${rows.toLocaleString('en-US')} x ${columns.toLocaleString('en-US')}`,
  );
  const cell = (found: Summary | undefined) =>
    found ? `${score(found)}, ${count(found.weights)}, ${time(found)}` : '';
  const rows = names.map((name) => [
    wordsOf(name),
    ...sets.map(({ nets }) => cell(nets.find(({ net }) => net === name))),
  ]);
  return markdownTable(['', ...head], rows);
}

interface Told {
  readonly set: SetSummary;
  readonly net: Summary;
  readonly verdicts: Verdicts;
}

function toldOf(set: SetSummary): Told[] {
  const learned = set.nets.filter(({ family }) => family === 'learned');
  return learned.map((net) => ({ set, net, verdicts: verdictsOn(net, set) }));
}

const QUESTIONS: readonly {
  readonly words: string;
  readonly against: keyof Verdicts;
  readonly least: number;
  holds(verdict: Verdict): boolean;
}[] = [
  { words: 'above its permuted tree', against: 'permuted', least: 0, holds: ({ is }) => is === 'above' },
  {
    ...{ words: `on or above the dense front, sets of ${MANY} columns or more`, against: 'dense', least: MANY },
    holds: ({ is }) => is !== 'below',
  },
  {
    ...{ words: 'above the dense front, the same sets', against: 'dense', least: MANY },
    holds: ({ is }) => is === 'above',
  },
  { words: 'on or above the dense front, all sets', against: 'dense', least: 0, holds: ({ is }) => is !== 'below' },
  { words: 'above the pruned dense net', against: 'pruned', least: 0, holds: ({ is }) => is === 'above' },
  { words: 'level with logistic regression or above', against: 'linear', least: 0, holds: ({ is }) => is !== 'below' },
  {
    words: 'level with forest and boosted trees or above',
    against: 'trees',
    least: 0,
    holds: ({ is }) => is !== 'below',
  },
];

/** How many of the sets say yes to each question, for each learned net and for the one that the validation rows choose. */
function howOften(sets: readonly SetSummary[]): string[] {
  const told = sets.map(toldOf);
  const names = [...new Set(told.flat().map(({ net }) => net.net))];
  const columns = [
    ...names.map((name) => told.flatMap((own) => own.find(({ net }) => net.net === name) ?? [])),
    told.flatMap((own) => own.reduce<Told[]>((best, one) => better(best, one), [])),
  ];
  const rows = QUESTIONS.map(({ words, against, least, holds }) => [
    words,
    ...columns.map((column) => {
      const verdicts = column.flatMap(({ set, verdicts }) => (set.columns >= least ? (verdicts[against] ?? []) : []));
      return verdicts.length ? `${verdicts.filter(holds).length} of ${verdicts.length}` : '';
    }),
  ]);
  return [
    'How often, in sets. *Above* and *below* are outside the spread, level is within it: the difference of the means against the pooled deviation √((s₁² + s₂²) / 2) of the seeds. The dense front are the dense nets of which none with fewer weights is better; between them it is a line over the logarithm of weights, below the smallest the smallest. *Chosen* is, set by set, the learned net that is best on the validation rows.',
    '',
    ...markdownTable(['', ...names.map(wordsOf), 'chosen'], rows),
  ];
}

function better(best: Told[], one: Told): Told[] {
  return best.length && best[0]!.net.validation >= one.net.validation ? best : [one];
}

const AGAINST: readonly (readonly [keyof Verdicts, string])[] = [
  ['permuted', 'of its permuted tree'],
  ['dense', 'of the dense front'],
  ['pruned', 'of the pruned net'],
  ['linear', 'of logistic regression'],
  ['trees', 'of forest and boosted trees'],
];

function verdictTable(sets: readonly SetSummary[]): string[] {
  const rows = sets.flatMap((set) =>
    toldOf(set).map(({ net, verdicts }, i) => [
      i === 0 ? set.set : '',
      wordsOf(net.net),
      ...AGAINST.map(([against]) => verdictText(verdicts[against])),
    ]),
  );
  return [
    'Points ahead, with the spread; **bold** is above, *slanted* below.',
    '',
    ...markdownTable(['', '', ...AGAINST.map(([, words]) => words)], rows),
  ];
}

function verdictText(verdict: Verdict | undefined): string {
  if (!verdict) return '';
  const { difference, spread, is } = verdict;
  const words = `${signed(difference)} (${(100 * spread).toFixed(1)})`;
  return is === 'above' ? `**${words}**` : is === 'below' ? `*${words}*` : words;
}

/** Sets down, nets that have coherent units or not across. */
function coherenceTable(sets: readonly SetSummary[]): string[] {
  const all = sets.flatMap(({ nets }) => nets.filter(({ coherence }) => coherence !== null));
  const names = [...new Set(all.map(({ net }) => net))];
  if (names.length === 0) return [];
  const rows = sets.map(({ set, nets }) => [
    set,
    ...names.map((name) => nets.find(({ net }) => net === name)?.coherence?.toFixed(2) ?? ''),
  ]);
  return [
    'NPMI of the first layer, on the validation rows:',
    '',
    ...markdownTable(['', ...names.map(wordsOf)], rows),
    '',
  ];
}

/** Ten epochs beside fifty, where both were run. */
function epochsTable(few: readonly SetSummary[], many: readonly SetSummary[]): string[] {
  const rows = few.flatMap(({ set, nets }) =>
    nets.flatMap((ten) => {
      const fifty = many.find((other) => other.set === set)?.nets.find(({ net }) => net === ten.net);
      return fifty ? [[set, wordsOf(ten.net), score(ten), score(fifty), signed(compare(ten, fifty).difference)]] : [];
    }),
  );
  if (rows.length === 0) return [];
  const head = ['', '', 'ten epochs', 'fifty', 'points ahead'];
  return ['Ten epochs beside fifty:', '', ...markdownTable(head, rows), ''];
}

/** A net as readers know it. */
function wordsOf(net: string): string {
  const [name, permuted] = net.split(' permuted');
  const known = LEARNED[name as keyof typeof LEARNED];
  if (known) return permuted === undefined ? known : `${known}, permuted`;
  return { logistic: 'logistic regression', pruned: 'dense 200, pruned to a tenth' }[net] ?? net;
}

function score({ mean, deviation }: Summary): string {
  return `${(100 * mean).toFixed(1)} ± ${(100 * deviation).toFixed(1)}`;
}

function signed(share: number): string {
  const text = (100 * Math.abs(share)).toFixed(1);
  return text === '0.0' ? text : `${share < 0 ? '−' : '+'}${text}`;
}

function count(n: number): string {
  if (n >= 999_500) return `${(n / 1e6).toPrecision(3)} M`;
  return n >= 10_000 ? `${Math.round(n / 1000)} k` : Math.round(n).toLocaleString('en-US');
}

function time({ seconds }: Summary): string {
  return `${seconds >= 9.95 ? Math.round(seconds) : seconds.toFixed(1)} s`;
}
