import { complete } from '../../check/complete.js';
import { requireKnown } from '../../check/known.js';
import { got } from '../../check/phrase.js';
import { requireInteger, requireObject } from '../../check/require.js';
import { atOnce, type Steps } from '../../runtime/steps.js';
import { Dataset, requireSound } from '../dataset.js';
import { areNumbers, numberedClasses } from '../labels.js';
import { requireRows, type SparseMatrix } from '../matrix.js';
import { PACED, type PacedOptions, readInTurns } from '../paced.js';
import { describeTargets, type Targets } from '../targets.js';
import { requireText } from './require-text.js';
import { type Begun, COMMA, isBlank, NEWLINE, RETURN, SPACE, SparseScanner, TAB } from './sparse-scanner.js';

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

/** Labels from here on are none. */
const MOST_LABEL = 0x7fffffff;

const QUESTION = 63;
const LABEL = /^[^,\s]*/;

/**
 * Reads the authors' format, one row a line: `labels,feature:value,feature:value,...`. Features count from 0 and may come
 * in any order; absent ones, and those given as 0, are 0. Labels are one class id, or several of `0`, `1`, `?` (missing)
 * separated by blanks, one a task.
 *
 * CRLF, a byte-order mark, blanks around items and blank lines at the end are tolerated.
 * @throws RangeError with the line number, counted from 1, for anything else that departs from the format
 */
export function parseSparseText(text: string, options: SparseTextOptions = {}): Dataset {
  requireText(text);
  requireObject(options, 'options');
  requireKnown(options, SPARSE_TEXT, 'parseSparseText');
  return atOnce(steps(text, options));
}

/**
 * parseSparseText that yields to the event loop, so that a page stays alive: the same rows and refusals.
 * @throws also the signal's reason, and what onProgress throws
 */
export async function parseSparseTextAsync(
  text: string,
  options: SparseTextOptions & PacedOptions = {},
): Promise<Dataset> {
  requireText(text);
  requireObject(options, 'options');
  requireKnown(options, [...SPARSE_TEXT, ...Object.keys(PACED)], 'parseSparseTextAsync');
  const { signal, onProgress } = options;
  return readInTurns(
    steps(text, options),
    text.length,
    complete(PACED, { signal, onProgress }, 'parseSparseTextAsync'),
  );
}

function steps(text: string, options: SparseTextOptions): Steps<Dataset> {
  const { targets, columns, classes } = options;
  if (targets !== undefined && targets !== 'classes' && targets !== 'tasks') {
    throw new RangeError(`targets: expected 'classes' or 'tasks', got ${got(targets)}`);
  }
  if (columns !== undefined) requireInteger(columns, 1, 'columns');
  if (classes !== undefined) requireInteger(classes, 2, 'classes');
  return new SparseTextReader(text, options).reading();
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

/** Rows of a part of a text. */
export interface SparsePart {
  readonly features: SparseMatrix;
  /** [row][width], -1 for a missing one. */
  readonly labels: ArrayLike<number>;
  /** Labels of a row. */
  readonly width: number;
  /** svmlight: the lowest index, as written. */
  readonly lowest?: number;
}

/**
 * Rows of a text that is read in parts, each of whole lines.
 * @param width labels of a row, as the first part had them; 0 for the first
 * @throws as parseSparseText does
 */
export function sparseTextPart(text: string, columns: number | undefined, begun: Begun, width: number): SparsePart {
  return atOnce(new SparseTextReader(text, columns === undefined ? {} : { columns }, begun, width).part());
}

/** Rows of labels and, after a comma each, features. */
class SparseTextReader extends SparseScanner {
  readonly #options: SparseTextOptions;
  /** Labels of a row; 0 until the first line is read. */
  #width = 0;
  #tasks = false;
  readonly #classes: number | undefined;
  /** Labels from here on are refused. */
  #labelEnd = 0;
  #labels: Int32Array = new Int32Array(0);

  constructor(text: string, options: SparseTextOptions, begun?: Begun, width = 0) {
    super(text, { stops: [COMMA], item: /^[^,\n\r]*/, noun: 'feature', columns: options.columns, base: 0, begun });
    this.#options = options;
    this.#width = width;
    this.#classes = options.classes ?? options.classNames?.length;
  }

  *reading(): Steps<Dataset> {
    const rows = yield* this.#rows();
    const { featureNames } = this.#options;
    return Dataset.sparse({ ...rows, targets: this.#targets(), featureNames });
  }

  *part(): Steps<SparsePart> {
    const features = yield* this.#rows();
    return { features: { kind: 'sparse', ...features }, labels: this.#labels, width: this.#width };
  }

  *#rows(): Steps<Omit<SparseMatrix, 'kind'>> {
    yield* this.survey();
    const rows = this.lines;
    const start = new Int32Array(rows + 1);
    let { pauseAt } = this;
    for (let r = 0; r < rows; r++) {
      this.#readLabels(r, rows);
      while (!this.#readFeatures(pauseAt)) {
        yield this.at;
        pauseAt = this.pauseAt;
      }
      start[r + 1] = this.endRow();
      this.at++;
      this.line++;
    }
    yield this.at;
    const { columns = this.highest + 1 } = this.#options;
    return { rows, columns, start, ...this.take(0) };
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
      this.skipBlanks();
      const code = this.code();
      if (code === COMMA || code === NEWLINE) break;
      const label = this.#readLabel();
      if (found < this.#width) this.#labels[row * this.#width + found] = label;
      found++;
    }
    if (found === 0) this.refuse('a label', 'none');
    if (found !== this.#width) {
      const first = row === 0 ? 'for a row of classes' : 'as on line 1';
      this.refuse(`${this.#width} label${this.#width === 1 ? '' : 's'} ${first}`, String(found));
    }
  }

  /** The first line tells how many labels a row has and so, unless the options do, what they are. */
  #planLabels(rows: number): void {
    const labels = this.#width || this.#countLabels();
    const { targets, taskNames } = this.#options;
    if (targets !== undefined) this.#tasks = targets === 'tasks';
    else this.#tasks = taskNames !== undefined || (this.#classes === undefined && labels > 1);
    this.#width = this.#tasks ? Math.max(labels, 1) : 1;
    this.#labelEnd = areNumbers(this.#options.classNames) ? MOST_LABEL : (this.#classes ?? MOST_LABEL);
    // Rows of so many labels as a text has not the characters for are refused further on.
    this.#labels = new Int32Array(Math.min(rows * this.#width, this.end));
  }

  /** From here to the comma or to the end of the line. */
  #countLabels(): number {
    const from = this.at;
    let labels = 0;
    for (let within = false; this.code() !== COMMA && this.code() !== NEWLINE; this.at++) {
      const begins = !isBlank(this.code());
      if (begins && !within) labels++;
      within = begins;
    }
    this.at = from;
    return labels;
  }

  #readLabel(): number {
    const from = this.at;
    let label = -1;
    if (this.#tasks && this.code() === QUESTION) this.at++;
    else label = this.readInteger();
    const code = this.code();
    const stopped = code === COMMA || code === NEWLINE || code === SPACE || code === TAB || code === RETURN;
    if (this.#tasks) {
      if (!stopped || this.at === from || label > 1) this.refuse('a label 0, 1 or ?', this.itemAt(from, LABEL));
    } else if (!stopped || label < 0 || label >= MOST_LABEL) {
      this.refuse('a label that is an integer from 0', this.itemAt(from, LABEL));
    } else if (label >= this.#labelEnd) {
      this.refuse(`a label below ${this.#labelEnd}, the number of classes`, String(label));
    }
    return label;
  }

  /** Leaves the reader at the end of the line, true; or behind `pauseAt`, false. */
  #readFeatures(pauseAt: number): boolean {
    for (;;) {
      if (this.at >= pauseAt) return false;
      if (this.code() !== COMMA) break;
      this.at++;
      this.skipBlanks();
      this.readEntry();
    }
    if (this.code() !== NEWLINE) this.refuse('a comma or the end of the line', this.itemAt(this.at));
    return true;
  }
}
