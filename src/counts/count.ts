import { complete } from '../check/complete.js';
import { type Completed, type Options, type OptionsOf, SIGNAL } from '../check/option.js';
import { got } from '../check/phrase.js';
import type { Batch } from '../data/batch.js';
import type { Observations } from '../data/checked.js';
import type { Table } from '../data/tables/table.js';
import { ENGINE, type Engine, engineOf } from '../runtime/engine.js';
import { Pace } from '../runtime/pace.js';
import { PairCounter } from '../structure/counts/counting.js';
import { Counts } from '../structure/counts/counts.js';
import { type ItemRows, itemStarts } from '../structure/counts/items.js';
import { DISCRETISE, type DiscretiseOptions } from '../structure/variables.js';
import { inOrder } from './merge.js';
import { plainCut } from './plain.js';
import { withSupport } from './support.js';
import type { SurveyCut } from './survey/counted.js';
import { cutSurvey } from './survey/cut.js';
import { Survey } from './survey/survey.js';
import { batchOf, digestOf, surveyData } from './survey/survey-data.js';

/** What is counted of a part, beside how numbers become variables. */
export const COUNTING = {
  minSupport: {
    kind: 'integer',
    from: 1,
    default: 1,
    doc: 'Variables that are 1 in fewer rows of all parts are left out, as the survey tells: of sparse rows alone.',
  },
  block: {
    kind: 'text',
    defaultDoc: 'all',
    doc: 'I/K counts the pairs of every K-th variable, from the I-th on, with those behind it: a K-th of the memory. Counts of all K blocks of a part are merged into those of the part.',
  },
  classes: {
    kind: 'flag',
    default: true,
    flag: false,
    doc: 'Whether classes are counted too, where rows have them, for information with them.',
  },
} as const satisfies Options;

/** Of a class, with all items: more are refused. */
const MOST_CLASS_CELLS = 2 ** 26;

/** Options of countData. */
export const COUNT = {
  ...DISCRETISE,
  ...COUNTING,
  part: {
    kind: 'text',
    defaultDoc: 'a digest of the rows',
    doc: 'What tells the part from others: counts of the same part are not added twice.',
  },
  survey: {
    kind: 'other',
    is: (value: unknown) => value instanceof Survey,
    expected: 'what surveyData and mergeSurveys make',
    defaultDoc: 'of the data themselves, where their cuts depend on them',
    doc: 'Of all parts, which says where columns are cut and what their categories are.',
  },
  engine: ENGINE,
  signal: SIGNAL,
} as const satisfies Options;

export type CountOptions = OptionsOf<typeof COUNT>;

/**
 * Counts a part of some data: in how many rows each variable has each of its states, and each two of them theirs together. What chowLiuTree, topPairs and targetInformation need of
 * the rows; mergeCounts adds up those of all parts. Classes of a Dataset are counted too.
 * @throws TypeError, RangeError for data or options that do not fit, and for data that were not surveyed
 */
export async function countData(data: Observations | Table, given: CountOptions = {}): Promise<Counts> {
  const options = complete(COUNT, given, 'countData');
  const pace = new Pace(options.signal);
  const { batch, names } = batchOf(data);
  const { survey: known } = options as { survey?: Survey };
  const settings = discretiseOf(options);
  const cut = await cutFor(
    known ??
      (batch.kind === 'rows' && batch.features.kind === 'sparse' && isPlain(settings) ? names : surveyData(data)),
    settings,
    options.minSupport,
    known !== undefined,
  );
  const counting = new Counting(await engineOf(options), cut, options);
  await counting.add(batch, pace);
  return counting.end({ id: options.part ?? digestOf(batch) }, pace);
}

export function discretiseOf(options: Completed<typeof DISCRETISE>): DiscretiseOptions {
  const { threshold, bins, missing } = options;
  return { threshold, missing, ...(bins === undefined ? {} : { bins }) };
}

/** Whether sparse rows are cut at a number that is known, so that a part need not know the others. */
export function isPlain({ threshold = 'auto', bins }: DiscretiseOptions): boolean {
  return bins === undefined && threshold !== 'mean' && (threshold === 'auto' || threshold >= 0);
}

/**
 * How rows become items: by a survey, or, of sparse rows cut at a number, by their names alone.
 * @param ofAll whether the survey is of all parts
 */
export async function cutFor(
  known: Survey | readonly string[] | undefined,
  settings: DiscretiseOptions,
  minSupport: number,
  ofAll: boolean,
): Promise<SurveyCut> {
  if (minSupport > 1 && !ofAll)
    throw new TypeError(
      'minSupport: expected a survey of all parts beside it, by whose rows support is told, got none',
    );
  if (!(known instanceof Survey)) return plainCut(known, settings);
  const cut = await cutSurvey(known, settings);
  return minSupport > 1 ? withSupport(known, cut, settings, minSupport) : cut;
}

/** Counts batches of rows, one after another. */
export class Counting {
  private readonly counter: PairCounter;
  private readonly block: { readonly block: number; readonly of: number };
  private readonly classes = new Map<string, { rows: number; ones: Float64Array }>();
  private labelled = 0;
  /** So far: of rows without names, as many as were met. */
  private items = 0;

  constructor(
    engine: Engine,
    private readonly cut: SurveyCut,
    private readonly options: Pick<Completed<typeof COUNTING>, 'block' | 'classes'>,
  ) {
    this.block = blockOf(options.block);
    this.counter = new PairCounter(engine, this.block);
  }

  async add(batch: Batch, pace: Pace): Promise<void> {
    const rows = this.cut.items(batch);
    const { variables } = this.cut;
    this.items = itemStarts(variables)[variables.variables]!;
    const labels = this.options.classes && this.cut.labels(batch);
    if (labels) this.addClasses(rows, labels);
    await this.counter.add(rows, this.items, pace);
  }

  async end(part: { readonly id: string; readonly name?: string }, pace: Pace): Promise<Counts> {
    const { counter, block, cut } = this;
    const { rows } = counter;
    if (rows === 0) throw new RangeError('data: expected at least one row, got none');
    if (this.labelled > 0 && this.labelled < rows)
      throw new RangeError(`data: expected a class for each of ${rows} rows, got ${this.labelled}`);
    const { items } = this;
    const pairs = await counter.pairs(items, pace);
    const blocks = block.of > 1 ? { of: block.of, have: [block.block] } : undefined;
    const labels = [...this.classes.keys()].sort(inOrder);
    return new Counts({
      variables: { ...cut.variables },
      parts: [{ ...part, rows, ...(blocks ? { blocks } : {}) }],
      ones: counter.ones.slice(0, items),
      pairs,
      ...(labels.length > 0 ? { classes: this.classCounts(labels, items) } : {}),
    });
  }

  private addClasses({ rows, start, index }: ItemRows, labels: readonly string[]): void {
    const { block, of } = this.block;
    this.labelled += rows;
    for (let r = 0; r < rows; r++) {
      const label = labels[r]!;
      const known = this.classes.get(label) ?? { rows: 0, ones: new Float64Array(this.items) };
      if (known.rows === 0) this.addClass(label, known);
      if (known.ones.length < this.items) known.ones = widened(known.ones, this.items);
      known.rows++;
      for (let e = start[r]!; e < start[r + 1]!; e++) if (index[e]! % of === block) known.ones[index[e]!]!++;
    }
  }

  private addClass(label: string, counts: { rows: number; ones: Float64Array }): void {
    const most = Math.max(2, Math.floor(MOST_CLASS_CELLS / this.items));
    if (this.classes.size === most)
      throw new RangeError(
        `data: expected at most ${most} classes beside ${this.items} items, got more; classes: false leaves them uncounted`,
      );
    this.classes.set(label, counts);
  }

  private classCounts(labels: readonly string[], items: number) {
    // Blocks add up: one counts the rows.
    const rows = Float64Array.from(labels, (label) => (this.block.block === 0 ? this.classes.get(label)!.rows : 0));
    const ones = new Float64Array(labels.length * items);
    for (const [i, label] of labels.entries()) ones.set(this.classes.get(label)!.ones, i * items);
    return { labels, rows, ones };
  }
}

function widened(from: Float64Array, length: number): Float64Array {
  const to = new Float64Array(length);
  to.set(from);
  return to;
}

/** RangeError for other than I/K, I from 1 to K. */
export function blockOf(text: string | undefined): { readonly block: number; readonly of: number } {
  if (text === undefined) return { block: 0, of: 1 };
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? [];
  if (!index || !of || index > of) throw new RangeError(`block: expected I/K with I from 1 to K, got ${got(text)}`);
  return { block: index - 1, of };
}
