import { complete } from '../../check/complete.js';
import type { Completed, Options, OptionsOf } from '../../check/option.js';
import { atOnce, type Steps } from '../../runtime/steps.js';
import { Dataset } from '../dataset.js';
import type { LabelOptions } from '../labels.js';
import type { SparseMatrix } from '../matrix.js';
import { PACED, type PacedOptions, readInTurns } from '../paced.js';
import type { Taken } from '../tables/taken.js';
import { requireText } from './require-text.js';
import { shorten, show } from './show.js';
import { type Begun, HASH, NEWLINE, RETURN, SPACE, SparseScanner, TAB } from './sparse-scanner.js';
import type { SparsePart } from './sparse-text.js';

const NAMES = { kind: 'list', of: { kind: 'text', doc: 'A name.' } } as const;

/** Options of learnSvmlight and parseSvmlight. */
export const SVMLIGHT = {
  columns: {
    kind: 'integer',
    from: 1,
    to: 2 ** 31 - 2,
    defaultDoc: 'as many as the highest index tells',
    doc: 'Number of features. Give it so that files of a split agree, and for a text that names indices from 1,048,576 on and has fewer than a 16th as many entries, which is else refused.',
  },
  zeroBased: {
    kind: 'other',
    is: (value: unknown): value is boolean | 'auto' => typeof value === 'boolean' || value === 'auto',
    expected: "true, false or 'auto'",
    default: 'auto',
    doc: 'Whether indices count from 0; auto: only where an index is 0. Give further files of a split what `taken` tells of the training file.',
  },
  targets: {
    kind: 'choice',
    of: ['classes', 'values'],
    defaultDoc:
      'classes beside classes or classNames; else values where a label has a fraction, or where there are more than 20 different ones that do not count from 0 or 1 without a gap',
    doc: 'What the labels are.',
  },
  classes: {
    kind: 'integer',
    from: 2,
    defaultDoc: 'the number of classNames, else as the labels tell',
    doc: 'Number of classes.',
  },
  classNames: {
    ...NAMES,
    defaultDoc: 'the labels as written where one is negative, in order of value: -1, +1',
    doc: 'Labels by class id, as numbers: those of the training file.',
  },
  featureNames: { ...NAMES, defaultDoc: 'none', doc: 'One a feature.' },
} as const satisfies Options;

/** Options of learnSvmlightAsync and parseSvmlightAsync. */
export const SVMLIGHT_ASYNC = { ...SVMLIGHT, ...PACED } as const satisfies Options;

export type SvmlightOptions = OptionsOf<typeof SVMLIGHT>;
type Settings = Completed<typeof SVMLIGHT>;

/** What a text holds, and what was decided: `taken.zeroBased` and the names of the classes are for further files. */
export interface LearnedSvmlight {
  readonly data: Dataset;
  readonly taken: Taken;
  /** What was taken on thin evidence or left aside, a sentence each. */
  readonly warnings: readonly string[];
}

/** Above it, whole labels that leave gaps are rather numbers than classes. */
const MOST_GAPPED_CLASSES = 20;

/**
 * Reads svmlight, the format of LIBSVM too: `label index:value index:value ... # comment`, one row a line, parted by blanks or tabs. Indices may come in any order; absent
 * ones, and values of 0, are 0. Labels are numbers: classes in order of value, named as written (`-1`, `+1`) where one is negative, or values to regress on. `qid:` is read past.
 * Lines that are blank or hold but a comment are no rows; CRLF and a byte-order mark are tolerated.
 * @throws TypeError, RangeError for options; RangeError with the line number, counted from 1, for anything else that departs from the format: several labels, an index twice
 */
export function learnSvmlight(text: string, options: SvmlightOptions = {}): LearnedSvmlight {
  requireText(text);
  return atOnce(new SvmlightReader(text, complete(SVMLIGHT, options, 'parseSvmlight')).reading());
}

/**
 * The rows of learnSvmlight.
 * @throws as learnSvmlight does
 */
export function parseSvmlight(text: string, options: SvmlightOptions = {}): Dataset {
  return learnSvmlight(text, options).data;
}

/**
 * learnSvmlight that yields to the event loop, so that a page stays alive: the same rows and refusals.
 * @throws also the signal's reason, and what onProgress throws
 */
export async function learnSvmlightAsync(
  text: string,
  options: SvmlightOptions & PacedOptions = {},
): Promise<LearnedSvmlight> {
  requireText(text);
  const settings = complete(SVMLIGHT_ASYNC, options, 'learnSvmlightAsync');
  return readInTurns(new SvmlightReader(text, settings).reading(), text.length, settings);
}

/**
 * The rows of learnSvmlightAsync.
 * @throws as learnSvmlightAsync does
 */
export async function parseSvmlightAsync(text: string, options: SvmlightOptions & PacedOptions = {}): Promise<Dataset> {
  return (await learnSvmlightAsync(text, options)).data;
}

/**
 * Rows of a text that is read in parts, each of whole lines, and of which none may be a row; labels are numbers.
 * @throws as learnSvmlight does
 */
export function svmlightPart(
  text: string,
  columns: number | undefined,
  zeroBased: boolean,
  begun: Begun,
): Omit<SparsePart, 'width'> {
  const given = { ...(columns === undefined ? {} : { columns }), zeroBased, targets: 'values' as const };
  return atOnce(new SvmlightReader(text, complete(SVMLIGHT, given, 'svmlightPart'), begun).part());
}

class SvmlightReader extends SparseScanner {
  readonly #settings: Settings;
  readonly #ids: ReadonlyMap<number, number> | undefined;
  #labels = new Float64Array(0);
  #start = new Int32Array(0);
  #rows = 0;
  /** Any label written with a sign. */
  #signed = false;
  #queries = 0;

  constructor(text: string, settings: Settings, begun?: Begun) {
    const { columns, zeroBased, classNames } = settings;
    super(text, {
      stops: [SPACE, TAB, RETURN, HASH],
      item: /^[^\s#]*/,
      noun: 'index',
      columns,
      base: zeroBased === true ? 0 : 1,
      begun,
    });
    this.#settings = settings;
    this.#ids = classNames && idsOf(classNames);
  }

  *part(): Steps<Omit<SparsePart, 'width'>> {
    yield* this.#read();
    const { features } = this.#matrix();
    return {
      features: { kind: 'sparse', ...features },
      labels: this.#labels.subarray(0, this.#rows),
      lowest: this.lowest,
    };
  }

  *#read(): Steps<void> {
    yield* this.survey();
    this.#labels = new Float64Array(this.lines);
    this.#start = new Int32Array(this.lines + 1);
    let { pauseAt } = this;
    for (; this.at < this.end; this.line++) {
      this.skipBlanks();
      if (this.code() !== NEWLINE && this.code() !== HASH) {
        this.#beginRow();
        while (!this.#readFeatures(pauseAt)) {
          yield this.at;
          pauseAt = this.pauseAt;
        }
        this.#start[++this.#rows] = this.endRow();
      }
      this.#skipLine();
    }
  }

  /** Of what was read, which is gone then. */
  #matrix(): { features: Omit<SparseMatrix, 'kind'>; zeroBased: boolean } {
    const rows = this.#rows;
    const zeroBased = this.#zeroBased();
    const base = zeroBased ? 0 : 1;
    const { columns = Math.max(1, this.highest + 1 - base) } = this.#settings;
    const start = this.#start.length === rows + 1 ? this.#start : this.#start.slice(0, rows + 1);
    return { features: { rows, columns, start, ...this.take(base) }, zeroBased };
  }

  *reading(): Steps<LearnedSvmlight> {
    yield* this.#read();
    const rows = this.#rows;
    if (rows === 0) throw new RangeError('text: expected at least one row, got only comments');
    const { features, zeroBased } = this.#matrix();
    const { featureNames } = this.#settings;
    yield this.at;
    const { labels, warning } = labelsOf(this.#labels.slice(0, rows), this.#signed, this.#settings);
    yield;
    const data = Dataset.sparse({ ...features, ...labels, featureNames });
    const warnings = warning === undefined ? [] : [warning];
    if (this.#queries > 0) warnings.push(`qid: queries are not used; those of ${this.#queries} rows were read past`);
    return { data, taken: { format: 'svmlight', rows, delimiter: ' ', zeroBased }, warnings };
  }

  #zeroBased(): boolean {
    const { zeroBased, columns } = this.#settings;
    if (zeroBased !== 'auto') return zeroBased;
    if (this.lowest > 0) return false;
    if (columns !== undefined && this.highest >= columns)
      this.refuse(
        `an index below ${columns}, the number of columns, as one is 0`,
        String(this.highest),
        this.highestLine,
      );
    return true;
  }

  #beginRow(): void {
    const label = this.#readLabel();
    const { targets } = this.#settings;
    this.#labels[this.#rows] = targets !== 'values' && this.#ids ? this.#idOf(label) : label;
  }

  /** Leaves the reader at the end of the row, true; or behind `pauseAt`, false. */
  #readFeatures(pauseAt: number): boolean {
    for (;;) {
      if (this.at >= pauseAt) return false;
      this.skipBlanks();
      const code = this.code();
      if (code === NEWLINE || code === HASH) return true;
      if (!this.#skipQuery()) this.#readFeature();
    }
  }

  #readFeature(): void {
    this.readEntry();
    if (this.#settings.zeroBased === false && this.lowest === 0)
      this.refuse(
        'indices that count from 1, as was said of this text or taken of the training file (zeroBased: true in training, if they count from 0)',
        '0',
      );
  }

  #readLabel(): number {
    const from = this.at;
    const label = this.readNumber();
    // A label that is a number, or a missing one before the first index.
    if (!Number.isFinite(label)) {
      const several = this.text.slice(from, this.at).includes(',');
      const more = several ? '; rows of several labels are tasks, which come in sparse text' : '';
      this.refuse('a label that is a number', this.itemAt(from) + more);
    }
    const sign = this.text.charCodeAt(from);
    if (sign === 43 || sign === 45) this.#signed = true;
    // Not -0.
    return label + 0;
  }

  #idOf(label: number): number {
    const id = this.#ids!.get(label);
    if (id === undefined) this.refuse(`a label among ${shorten(this.#settings.classNames!)}`, String(label));
    return id;
  }

  #skipQuery(): boolean {
    if (!this.text.startsWith('qid:', this.at)) return false;
    this.#queries++;
    while (!this.isStop(this.code())) this.at++;
    return true;
  }

  #skipLine(): void {
    const next = this.text.indexOf('\n', this.at);
    this.at = next < 0 ? this.end : next + 1;
  }
}

/** The classes' ids by label. */
function idsOf(classNames: readonly string[]): Map<number, number> {
  const ids = new Map(classNames.map((name, id) => [Number(name), id]));
  const odd = classNames.find((name) => name.trim() === '' || !Number.isFinite(Number(name)));
  if (odd !== undefined) throw new RangeError(`classNames: expected labels, which are numbers, got ${show(odd)}`);
  if (ids.size !== classNames.length) throw new RangeError('classNames: expected different numbers, got some twice');
  return ids;
}

/** What the labels are, and a word where that is not plain. */
function labelsOf(
  values: Float64Array,
  signed: boolean,
  { targets, classes, classNames }: Settings,
): { labels: LabelOptions; warning?: string } {
  const regress = { labels: { targets: { kind: 'values', values, outputs: 1 } } } as const;
  if (targets === 'values') return regress;
  if (classNames) {
    const ids = Int32Array.from(values);
    const known = { kind: 'classes', values: ids, classes: classes ?? classNames.length, names: classNames } as const;
    return { labels: { targets: known } };
  }
  const whole = values.every(Number.isInteger);
  if (!whole && targets === undefined && classes === undefined) return regress;
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  const [least = 0, most = 0] = [distinct[0], distinct.at(-1)];
  if (targets === undefined && classes === undefined && distinct.length > MOST_GAPPED_CLASSES) {
    const plain = (least === 0 || least === 1) && most - least === distinct.length - 1;
    const warning = `labels: ${distinct.length} different whole numbers from ${least} to ${most} were taken for values, not for classes (targets: 'classes', --task classes)`;
    if (!plain) return { ...regress, warning };
  }
  const named = !whole || least < 0 || (signed && distinct.every((label) => label === 1));
  if (!named) return { labels: { labels: values, ...(classes === undefined ? {} : { classes }) } };
  return { labels: namedLabels(values, withOpposite(distinct)) };
}

/** Labels of one class are of a known pair, or none. */
function withOpposite(distinct: readonly number[]): readonly number[] {
  return distinct.length === 1 && Math.abs(distinct[0]!) === 1 ? [-1, 1] : distinct;
}

function namedLabels(values: Float64Array, distinct: readonly number[]): LabelOptions {
  if (distinct.length < 2) throw new RangeError(`labels: expected at least 2 different ones, got only ${distinct[0]}`);
  const negative = distinct[0]! < 0;
  const ids = new Map(distinct.map((label, id) => [label, id]));
  const names = distinct.map((label) => (negative && label > 0 ? `+${label}` : String(label)));
  return {
    targets: {
      kind: 'classes',
      values: Int32Array.from(values, (label) => ids.get(label)!),
      classes: distinct.length,
      names,
    },
  };
}
