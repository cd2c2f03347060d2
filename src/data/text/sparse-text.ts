import { requireKnown } from '../../check/known.js';
import { got } from '../../check/phrase.js';
import { requireInteger, requireObject } from '../../check/require.js';
import { Dataset, requireSound } from '../dataset.js';
import { areNumbers, numberedClasses } from '../labels.js';
import { requireRows } from '../matrix.js';
import { describeTargets, type Targets } from '../targets.js';
import { isNumber } from './number.js';
import { cut } from './show.js';

/** How to read the authors' sparse text. */
export interface SparseTextOptions {
  /**
   * Number of features. Default: the highest one in the text, plus one; give it so that files of a split agree, and for a text that names features
   * from 1,048,576 on and has fewer than a 16th as many entries, which is else refused.
   */
  readonly columns?: number;
  /**
   * What the labels are. Default: tasks beside `taskNames`, classes beside `classes` or `classNames`; else tasks where
   * the first line has several labels, classes where it has one.
   */
  readonly targets?: 'classes' | 'tasks';
  /**
   * Number of classes; labels are then ids below it. Default: the number of `classNames`, else as the labels tell, see the labels of Dataset: ids that count from 0, or classes by
   * value.
   */
  readonly classes?: number;
  readonly classNames?: readonly string[];
  readonly taskNames?: readonly string[];
  readonly featureNames?: readonly string[];
}

const SPARSE_TEXT: readonly (keyof SparseTextOptions)[] = [
  'columns',
  'targets',
  'classes',
  'classNames',
  'taskNames',
  'featureNames',
];

/** What a text may name without an option that says so: numbers up to a plain bound, or in proportion to the length of the text. */
const PLAIN_COLUMNS = 2 ** 20;
const COLUMNS_PER_ENTRY = 16;

/** Labels from here on are none. */
const MOST_LABEL = 0x7fffffff;

const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const COMMA = 44;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const QUESTION = 63;

/**
 * Reads the authors' format, one row a line: `labels,feature:value,feature:value,...`. Features count from 0 and may come
 * in any order; absent ones, and those given as 0, are 0. Labels are one class id, or several of `0`, `1`, `?` (missing)
 * separated by blanks, one a task.
 *
 * CRLF, a byte-order mark, blanks around items and blank lines at the end are tolerated.
 * @throws RangeError with the line number, counted from 1, for anything else that departs from the format
 */
export function parseSparseText(text: string, options: SparseTextOptions = {}): Dataset {
  if (typeof text !== 'string') throw new TypeError(`text: expected a string, got ${got(text)}`);
  requireObject(options, 'options');
  requireKnown(options, SPARSE_TEXT, 'parseSparseText');
  return new SparseTextReader(text, options).read();
}

/**
 * Writes a dataset of classes or tasks in the authors' format, each line ended by a newline; zeros are left out.
 * parseSparseText reads back the same numbers, given the same number of columns.
 * @throws TypeError for a dataset of images, with values to regress on, or without targets
 */
export function formatSparseText(dataset: Dataset): string {
  requireSound(dataset, 'dataset');
  const { targets, rows, columns } = dataset;
  const features = requireRows(dataset.features, 'dataset');
  if (targets === undefined || targets.kind === 'values') {
    throw new TypeError(`dataset: expected one with classes or tasks, got one with ${describeTargets(targets)}`);
  }
  const width = targets.kind === 'classes' ? 1 : targets.tasks;
  // Classes by value are labels again.
  const labels = targets.kind === 'classes' && areNumbers(targets.names) ? targets.names! : undefined;
  const lines: string[] = [];
  for (let r = 0; r < rows; r++) {
    const items = [
      Array.from(targets.values.subarray(r * width, (r + 1) * width), (v) => labels?.[v] ?? (v < 0 ? '?' : v)).join(
        ' ',
      ),
    ];
    if (features.kind === 'dense') {
      for (let c = 0; c < columns; c++) {
        const value = features.values[r * columns + c]!;
        if (value !== 0) items.push(`${c}:${value}`);
      }
    } else {
      for (let i = features.start[r]!; i < features.start[r + 1]!; i++) {
        if (features.value[i] !== 0) items.push(`${features.index[i]}:${features.value[i]}`);
      }
    }
    lines.push(`${items.join(',')}\n`);
  }
  return lines.join('');
}

/** A scanner over character codes: splitting strings would cost ten times as much. */
class SparseTextReader {
  readonly #text: string;
  readonly #end: number;
  readonly #options: SparseTextOptions;
  #at = 0;
  #line = 1;
  /** Labels of a row; 0 until the first line is read. */
  #width = 0;
  #tasks = false;
  readonly #classes: number | undefined;
  /** Features and labels from here on are refused. */
  readonly #columnEnd: number;
  #labelEnd = 0;
  #labels: Int32Array = new Int32Array(0);
  #entries = 0;
  #highestColumn = 0;
  readonly #index: Int32Array;
  readonly #value: Float32Array;

  constructor(text: string, options: SparseTextOptions) {
    const { targets, columns, classes } = options;
    if (targets !== undefined && targets !== 'classes' && targets !== 'tasks') {
      throw new RangeError(`targets: expected 'classes' or 'tasks', got ${got(targets)}`);
    }
    if (columns !== undefined) requireInteger(columns, 1, 'columns');
    if (classes !== undefined) requireInteger(classes, 2, 'classes');
    this.#text = text;
    this.#options = options;
    this.#classes = classes ?? options.classNames?.length;
    let end = text.length;
    while (end > 0 && isBlank(text.charCodeAt(end - 1))) end--;
    this.#end = end;
    if (text.charCodeAt(0) === 0xfeff) this.#at = 1;
    const colons = count(text, ':');
    this.#columnEnd = columns ?? Math.max(PLAIN_COLUMNS, Math.min(COLUMNS_PER_ENTRY * colons, 0x7fffffff));
    this.#index = new Int32Array(colons);
    this.#value = new Float32Array(colons);
  }

  read(): Dataset {
    if (this.#at >= this.#end) throw new RangeError('text: expected at least one row, got none');
    const rows = count(this.#text.slice(0, this.#end), '\n') + 1;
    const start = new Int32Array(rows + 1);
    for (let r = 0; r < rows; r++) {
      this.#readLabels(r, rows);
      this.#readFeatures(start[r]!);
      start[r + 1] = this.#entries;
      this.#at++;
      this.#line++;
    }
    return Dataset.sparse({
      rows,
      columns: this.#options.columns ?? this.#highestColumn + 1,
      start,
      index: this.#index.slice(0, this.#entries),
      value: this.#value.slice(0, this.#entries),
      targets: this.#targets(),
      featureNames: this.#options.featureNames,
    });
  }

  #targets(): Targets {
    const { classNames, taskNames } = this.#options;
    const values = this.#labels;
    if (this.#tasks) {
      return { kind: 'tasks', values: Int8Array.from(values), tasks: this.#width, names: taskNames };
    }
    return numberedClasses(values, { classes: this.#options.classes, classNames });
  }

  /** Leaves the reader at the comma or at the end of the line. */
  #readLabels(row: number, rows: number): void {
    if (row === 0) this.#planLabels(rows);
    let found = 0;
    for (;;) {
      this.#skipBlanks();
      const code = this.#code();
      if (code === COMMA || code === NEWLINE) break;
      const label = this.#readLabel();
      if (found < this.#width) this.#labels[row * this.#width + found] = label;
      found++;
    }
    if (found === 0) this.#refuse('a label', 'none');
    if (found !== this.#width) {
      const first = row === 0 ? 'for a row of classes' : 'as on line 1';
      this.#refuse(`${this.#width} label${this.#width === 1 ? '' : 's'} ${first}`, String(found));
    }
  }

  /** The first line tells how many labels a row has and so, unless the options do, what they are. */
  #planLabels(rows: number): void {
    const labels = this.#countLabels();
    const { targets, taskNames } = this.#options;
    if (targets !== undefined) this.#tasks = targets === 'tasks';
    else this.#tasks = taskNames !== undefined || (this.#classes === undefined && labels > 1);
    this.#width = this.#tasks ? Math.max(labels, 1) : 1;
    this.#labelEnd = areNumbers(this.#options.classNames) ? MOST_LABEL : (this.#classes ?? MOST_LABEL);
    // Rows of so many labels as a text has not the characters for are refused further on.
    this.#labels = new Int32Array(Math.min(rows * this.#width, this.#end));
  }

  /** From here to the comma or to the end of the line. */
  #countLabels(): number {
    const from = this.#at;
    let labels = 0;
    for (let within = false; this.#code() !== COMMA && this.#code() !== NEWLINE; this.#at++) {
      const begins = !isBlank(this.#code());
      if (begins && !within) labels++;
      within = begins;
    }
    this.#at = from;
    return labels;
  }

  #readLabel(): number {
    const from = this.#at;
    let label = -1;
    if (this.#tasks && this.#code() === QUESTION) this.#at++;
    else label = this.#readInteger();
    const code = this.#code();
    const stopped = code === COMMA || code === NEWLINE || code === SPACE || code === TAB || code === RETURN;
    if (this.#tasks) {
      if (!stopped || this.#at === from || label > 1) this.#refuse('a label 0, 1 or ?', this.#itemAt(from, true));
    } else if (!stopped || label < 0 || label >= MOST_LABEL) {
      this.#refuse('a label that is an integer from 0', this.#itemAt(from, true));
    } else if (label >= this.#labelEnd) {
      this.#refuse(`a label below ${this.#labelEnd}, the number of classes`, String(label));
    }
    return label;
  }

  /** Leaves the reader at the end of the line. */
  #readFeatures(first: number): void {
    const columns = this.#columnEnd;
    let sorted = true;
    let zeros = false;
    let previous = -1;
    while (this.#code() === COMMA) {
      this.#at++;
      this.#skipBlanks();
      const from = this.#at;
      const column = this.#readInteger();
      if (column < 0 || this.#code() !== COLON) {
        this.#refuse('feature:value with a feature that is an integer from 0', this.#itemAt(from));
      }
      if (column >= columns) this.#refuseColumn(column);
      this.#at++;
      const value = this.#readValue(from);
      if (column === previous) this.#refuse('every feature once', `${column} twice`);
      if (column < previous) sorted = false;
      if (value === 0) zeros = true;
      if (column > this.#highestColumn) this.#highestColumn = column;
      previous = column;
      this.#index[this.#entries] = column;
      this.#value[this.#entries] = value;
      this.#entries++;
    }
    if (this.#code() !== NEWLINE) this.#refuse('a comma or the end of the line', this.#itemAt(this.#at));
    if (!sorted) this.#sort(first);
    if (zeros) this.#dropZeros(first);
  }

  #refuseColumn(column: number): never {
    this.#refuse(
      this.#options.columns === undefined
        ? `a feature below ${this.#columnEnd} in so short a text, or the option columns (--columns)`
        : `a feature below ${this.#columnEnd}, the number of columns`,
      String(column),
    );
  }

  #sort(first: number): void {
    const order = Array.from({ length: this.#entries - first }, (_, i) => first + i);
    order.sort((a, b) => this.#index[a]! - this.#index[b]!);
    const index = order.map((i) => this.#index[i]!);
    const value = order.map((i) => this.#value[i]!);
    for (let i = 1; i < index.length; i++) {
      if (index[i] === index[i - 1]) this.#refuse('every feature once', `${index[i]} twice`);
    }
    this.#index.set(index, first);
    this.#value.set(value, first);
  }

  #dropZeros(first: number): void {
    let kept = first;
    for (let i = first; i < this.#entries; i++) {
      if (this.#value[i] === 0) continue;
      this.#index[kept] = this.#index[i]!;
      this.#value[kept] = this.#value[i]!;
      kept++;
    }
    this.#entries = kept;
  }

  /** A number that ends at a comma or a line's end, blanks aside. Whole numbers, by far the most, are read in place. */
  #readValue(itemFrom: number): number {
    const from = this.#at;
    const whole = this.#readInteger();
    this.#skipBlanks();
    if (whole >= 0 && whole <= 0xffffff && (this.#code() === COMMA || this.#code() === NEWLINE)) return whole;
    while (this.#code() !== COMMA && this.#code() !== NEWLINE) this.#at++;
    const digits = this.#text.slice(from, this.#at).trim();
    const value = Math.fround(Number(digits));
    if (!isNumber(digits)) this.#refuse('feature:value with a number for a value', this.#itemAt(itemFrom));
    if (!Number.isFinite(value)) this.#refuse('a value within a 32-bit float', cut(digits, 60));
    return value;
  }

  /** Digits from here on, or -1 if there are none. Too many of them come out as too high a number. */
  #readInteger(): number {
    const from = this.#at;
    let number = 0;
    for (;;) {
      const code = this.#code();
      if (code < ZERO || code > NINE) break;
      number = number * 10 + code - ZERO;
      this.#at++;
    }
    return this.#at === from ? -1 : number;
  }

  /** The end of the text reads as the end of a line. */
  #code(): number {
    return this.#at < this.#end ? this.#text.charCodeAt(this.#at) : NEWLINE;
  }

  /** A return belongs to the line's end, so it counts as a blank. */
  #skipBlanks(): void {
    for (;;) {
      const code = this.#code();
      if (code !== SPACE && code !== TAB && code !== RETURN) return;
      this.#at++;
    }
  }

  #itemAt(from: number, endsAtBlank = false): string {
    const item = (endsAtBlank ? /^[^,\s]*/ : /^[^,\n\r]*/).exec(
      this.#text.slice(from, Math.min(from + 40, this.#end)),
    )![0];
    return item === '' ? 'nothing' : JSON.stringify(item);
  }

  #refuse(expected: string, found: string): never {
    const short = found.length > 80 ? `${found.slice(0, 80)}…` : found;
    throw new RangeError(`line ${this.#line}: expected ${expected}, got ${short}`);
  }
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB || code === NEWLINE || code === RETURN;
}

function count(text: string, character: string): number {
  let found = 0;
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) found++;
  return found;
}
