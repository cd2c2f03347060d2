/** Rows of numbers, row-major: value of row r, column c at values[r * columns + c]. */
export interface DenseMatrix {
  readonly kind: 'dense';
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/** Compressed rows: row r owns entries start[r] to start[r + 1]; columns rise within a row; absent entries are 0. */
export interface SparseMatrix {
  readonly kind: 'sparse';
  readonly rows: number;
  readonly columns: number;
  readonly start: Int32Array;
  readonly index: Int32Array;
  readonly value: Float32Array;
}

/**
 * Images, `values` as [row][channel][height][width]; columns = channels * height * width. Bytes stay bytes, so that 50,000
 * images of 3 x 32 x 32 take 150 MB and not 600; they stand for 0 to 1 (byte / 255), floats for themselves.
 */
export interface ImageMatrix {
  readonly kind: 'images';
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly values: Uint8Array | Float32Array;
}

/** Features without a shape: what structures are learned from and feedforward nets take. */
export type RowMatrix = DenseMatrix | SparseMatrix;

export type Matrix = RowMatrix | ImageMatrix;

/** One class per row: values[r] in [0, classes). */
export interface ClassTargets {
  readonly kind: 'classes';
  readonly values: Int32Array;
  readonly classes: number;
  readonly names?: readonly string[];
}

/** Several yes/no tasks per row, [rows][tasks]: 1, 0, or -1 where the label is missing. */
export interface TaskTargets {
  readonly kind: 'tasks';
  readonly values: Int8Array;
  readonly tasks: number;
  readonly names?: readonly string[];
}

/** Numbers to regress on, [rows][outputs]. */
export interface ValueTargets {
  readonly kind: 'values';
  readonly values: Float32Array;
  readonly outputs: number;
  readonly names?: readonly string[];
}

export type Targets = ClassTargets | TaskTargets | ValueTargets;

/** What may go with the features: `targets` as they are, or `labels` to make class targets of, never both. */
export interface DatasetOptions {
  readonly targets?: Targets;
  /** One class a row: ids counted from 0, or names. Names get ids in code-unit order, or by place in `classNames`. */
  readonly labels?: ArrayLike<number> | readonly string[];
  /** Number of classes of `labels`. Default: the number of `classNames`, else the highest id plus one, at least 2. */
  readonly classes?: number;
  /** Name of each class id. Give the training set's names to every later set, or its ids may differ. */
  readonly classNames?: readonly string[];
  /** One name a column. */
  readonly featureNames?: readonly string[];
}

/**
 * Rows of features, with or without targets. Immutable by contract: the arrays given are kept, not copied, and must
 * not be written to afterwards.
 *
 * The constructor is the one gate of the package for data: whatever holds a Dataset may rely on matching lengths,
 * finite numbers, sorted sparse rows, labels in range and unique names.
 *
 * @throws TypeError for a wrong kind of argument, RangeError for a wrong value; the first offending row and column,
 * both counted from 0, are named.
 */
export class Dataset {
  readonly features: Matrix;
  readonly targets?: Targets;
  readonly featureNames?: readonly string[];

  constructor(features: Matrix, targets?: Targets, featureNames?: readonly string[]) {
    checkMatrix(features);
    if (targets !== undefined) checkTargets(targets, features.rows);
    if (featureNames !== undefined) checkNames(featureNames, features.columns, 'featureNames', 'column');
    this.features = features;
    this.targets = targets;
    this.featureNames = featureNames;
  }

  get rows(): number {
    return this.features.rows;
  }

  get columns(): number {
    return this.features.columns;
  }

  /**
   * Dense rows, from an array of rows or from one flat row-major Float32Array (kept, not copied; needs `columns`).
   * @throws RangeError naming row and lengths for ragged rows, row and column for a number that is not finite.
   */
  static dense(
    rows: readonly ArrayLike<number>[] | Float32Array,
    options: DatasetOptions & { readonly columns?: number } = {},
  ): Dataset {
    let features: DenseMatrix;
    if (rows instanceof Float32Array) {
      const { columns } = options;
      if (columns === undefined) {
        throw new TypeError('columns: expected a number beside a flat Float32Array, got undefined');
      }
      checkCount(columns, 'columns');
      if (rows.length === 0 || rows.length % columns !== 0) {
        throw new RangeError(
          `rows: expected a multiple of columns (${columns}) and at least one row, got ${rows.length} values`,
        );
      }
      features = { kind: 'dense', rows: rows.length / columns, columns, values: rows };
    } else {
      features = packRows(rows, options.columns);
    }
    return new Dataset(features, targetsOf(options), options.featureNames);
  }

  /** Compressed sparse rows, see SparseMatrix. The arrays are kept, not copied. */
  static sparse(options: Omit<SparseMatrix, 'kind'> & DatasetOptions): Dataset {
    const { rows, columns, start, index, value } = options;
    return new Dataset(
      { kind: 'sparse', rows, columns, start, index, value },
      targetsOf(options),
      options.featureNames,
    );
  }

  /**
   * Images of one size, [row][channel][height][width] in one flat array, which is kept, not copied: bytes, or floats.
   * @throws RangeError for values that are not a whole number of images, or a float that is not finite
   */
  static images(
    options: Pick<ImageMatrix, 'channels' | 'height' | 'width' | 'values'> & Omit<DatasetOptions, 'featureNames'>,
  ): Dataset {
    if (typeof options !== 'object' || options === null) {
      throw new TypeError(`options: expected { channels, height, width, values }, got ${nameOf(options)}`);
    }
    const { channels, height, width, values } = options;
    for (const [name, size] of Object.entries({ channels, height, width })) checkCount(size, name);
    checkPixels(values, 'values');
    const columns = channels * height * width;
    if (values.length === 0 || values.length % columns !== 0) {
      throw new RangeError(
        `values: expected a multiple of channels x height x width = ${channels} x ${height} x ${width} and at least one image, got ${values.length} values`,
      );
    }
    const rows = values.length / columns;
    return new Dataset({ kind: 'images', rows, columns, channels, height, width, values }, targetsOf(options));
  }

  /**
   * The given rows, in the given order, copied. A row may be taken more than once.
   * @throws RangeError for no rows or a row number outside [0, rows).
   */
  subset(rows: ArrayLike<number>): Dataset {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      if (!Number.isInteger(row) || row < 0 || row >= this.rows) {
        throw new RangeError(`rows[${i}]: expected an integer in [0, ${this.rows}), got ${row}`);
      }
    }
    if (rows.length === 0) throw new RangeError('rows: expected at least one row number, got none');
    return new Dataset(
      takeRows(this.features, rows),
      this.targets && takeTargets(this.targets, rows),
      this.featureNames,
    );
  }

  /** The same features with other targets, or with none. */
  withTargets(targets: Targets | undefined): Dataset {
    return new Dataset(this.features, targets, this.featureNames);
  }
}

/** Features in words, for messages: `dense rows`, `sparse rows`, `images`. */
export function describeFeatures(features: Matrix): string {
  return features.kind === 'images' ? 'images' : `${features.kind} rows`;
}

/**
 * Features that are known to be images.
 * @param argument name of the dataset in the caller's signature, for the message
 * @throws TypeError when they are rows
 */
export function requireImages(features: Matrix, argument: string): ImageMatrix {
  if (features.kind !== 'images') {
    throw new TypeError(`${argument}: expected images, as of Dataset.images, got ${describeFeatures(features)}`);
  }
  return features;
}

/**
 * Features that are known to be rows, for what would misread images.
 * @param argument name of the dataset in the caller's signature, for the message
 * @throws TypeError when they are images
 */
export function requireRows(features: Matrix, argument: string): RowMatrix {
  if (features.kind === 'images') throw new TypeError(`${argument}: expected dense or sparse rows, got images`);
  return features;
}

/** Targets in words, for messages: `4 classes`, `12 tasks`, `1 value`, `no targets`. */
export function describeTargets(targets: Targets | undefined): string {
  if (targets === undefined) return 'no targets';
  switch (targets.kind) {
    case 'classes':
      return `${targets.classes} classes`;
    case 'tasks':
      return targets.tasks === 1 ? '1 task' : `${targets.tasks} tasks`;
    case 'values':
      return targets.outputs === 1 ? '1 value' : `${targets.outputs} values`;
  }
}

/**
 * The dataset's targets, once they are known to be of the wanted kind.
 * @param argument name of the dataset in the caller's signature, for the message
 * @throws TypeError when the targets are of another kind or absent
 */
export function requireTargets<K extends Targets['kind']>(
  dataset: Dataset,
  kind: K,
  argument: string,
): Extract<Targets, { kind: K }> {
  const { targets } = dataset;
  if (targets?.kind !== kind) {
    throw new TypeError(
      `${argument}: expected a dataset with ${kind} to predict, got one with ${describeTargets(targets)}`,
    );
  }
  return targets as Extract<Targets, { kind: K }>;
}

function packRows(rows: readonly ArrayLike<number>[], wantedColumns: number | undefined): DenseMatrix {
  if (!Array.isArray(rows)) {
    throw new TypeError(`rows: expected an array of rows or a Float32Array, got ${nameOf(rows)}`);
  }
  if (rows.length === 0) throw new RangeError('rows: expected at least one row, got none');
  const columns = wantedColumns ?? rows[0]?.length;
  const values = new Float32Array(rows.length * (Number.isInteger(columns) && columns > 0 ? columns : 0));
  for (let r = 0; r < rows.length; r++) {
    const row: ArrayLike<number> = rows[r];
    if (typeof row !== 'object' || row === null || typeof row.length !== 'number') {
      throw new TypeError(`rows[${r}]: expected an array of numbers, got ${nameOf(row)}`);
    }
    if (row.length !== columns) {
      const reason = wantedColumns === undefined ? 'as many columns as row 0' : 'columns';
      throw new RangeError(`rows[${r}]: expected ${columns} values, ${reason}, got ${row.length}`);
    }
    for (let c = 0; c < columns; c++) {
      const value = row[c];
      if (typeof value !== 'number') {
        throw new TypeError(`rows[${r}][${c}]: expected a number, got ${nameOf(value)}`);
      }
      values[r * columns + c] = value;
      if (Number.isFinite(value) && !Number.isFinite(values[r * columns + c])) {
        throw new RangeError(`rows[${r}][${c}]: expected a number within a 32-bit float, got ${value}`);
      }
    }
  }
  return { kind: 'dense', rows: rows.length, columns, values };
}

function targetsOf(options: DatasetOptions): Targets | undefined {
  const { targets, labels, classes, classNames } = options;
  if (labels === undefined) {
    if (classes !== undefined || classNames !== undefined) {
      throw new TypeError('classes, classNames: expected only beside labels, got no labels');
    }
    return targets;
  }
  if (targets !== undefined) throw new TypeError('targets, labels: expected one of them, got both');
  const named = labels.length > 0 && typeof labels[0] === 'string';
  return named ? namedClasses(labels as readonly string[], options) : numberedClasses(labels, options);
}

function namedClasses(labels: readonly string[], { classes, classNames }: DatasetOptions): ClassTargets {
  for (let r = 0; r < labels.length; r++) {
    if (typeof labels[r] !== 'string') {
      throw new TypeError(`labels[${r}]: expected a string as in labels[0], got ${nameOf(labels[r])}`);
    }
  }
  // Code-unit order: a locale's order would differ between machines.
  const names = classNames ?? [...new Set(labels)].sort();
  if (names.length < 2) {
    throw new RangeError(`labels: expected at least 2 classes, got only ${JSON.stringify(names[0])}; give classNames`);
  }
  const ids = new Map(names.map((name, id) => [name, id]));
  const values = new Int32Array(labels.length);
  for (let r = 0; r < labels.length; r++) {
    const id = ids.get(labels[r]!);
    if (id === undefined) {
      throw new RangeError(`labels[${r}]: expected one of classNames, got ${JSON.stringify(labels[r])}`);
    }
    values[r] = id;
  }
  return { kind: 'classes', values, classes: classes ?? names.length, names };
}

function numberedClasses(labels: ArrayLike<number | string>, { classes, classNames }: DatasetOptions): ClassTargets {
  const values = new Int32Array(labels.length);
  let highest = 1;
  for (let r = 0; r < labels.length; r++) {
    const label = labels[r];
    if (typeof label !== 'number') {
      throw new TypeError(`labels[${r}]: expected a number as in labels[0], got ${nameOf(label)}`);
    }
    values[r] = label;
    if (values[r] !== label || label < 0) {
      throw new RangeError(`labels[${r}]: expected a class id, an integer from 0, got ${label}`);
    }
    if (label > highest) highest = label;
  }
  return { kind: 'classes', values, classes: classes ?? classNames?.length ?? highest + 1, names: classNames };
}

function takeRows(features: Matrix, rows: ArrayLike<number>): Matrix {
  const { columns } = features;
  if (features.kind === 'dense') {
    return { kind: 'dense', rows: rows.length, columns, values: takeBlocks(features.values, columns, rows) };
  }
  if (features.kind === 'images') {
    return { ...features, rows: rows.length, values: takeBlocks(features.values, columns, rows) };
  }
  const start = new Int32Array(rows.length + 1);
  for (let i = 0; i < rows.length; i++) {
    start[i + 1] = start[i]! + features.start[rows[i]! + 1]! - features.start[rows[i]!]!;
  }
  const index = new Int32Array(start[rows.length]!);
  const value = new Float32Array(index.length);
  for (let i = 0; i < rows.length; i++) {
    const from = features.start[rows[i]!]!;
    const to = features.start[rows[i]! + 1]!;
    index.set(features.index.subarray(from, to), start[i]);
    value.set(features.value.subarray(from, to), start[i]);
  }
  return { kind: 'sparse', rows: rows.length, columns, start, index, value };
}

function takeTargets(targets: Targets, rows: ArrayLike<number>): Targets {
  switch (targets.kind) {
    case 'classes':
      return { ...targets, values: takeBlocks(targets.values, 1, rows) };
    case 'tasks':
      return { ...targets, values: takeBlocks(targets.values, targets.tasks, rows) };
    case 'values':
      return { ...targets, values: takeBlocks(targets.values, targets.outputs, rows) };
  }
}

function takeBlocks<T extends Float32Array | Int32Array | Int8Array | Uint8Array>(
  values: T,
  width: number,
  rows: ArrayLike<number>,
): T {
  // Node's Buffer is a Uint8Array too, but not one to be made with `new`.
  const kind = values instanceof Uint8Array ? Uint8Array : values.constructor;
  const taken = new (kind as new (length: number) => T)(rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    const from = rows[i]! * width;
    for (let j = 0; j < width; j++) taken[i * width + j] = values[from + j]!;
  }
  return taken;
}

function checkMatrix(features: Matrix): void {
  if (typeof features !== 'object' || features === null || !MATRIX_KINDS.includes(features.kind)) {
    throw new TypeError(`features: expected a matrix of kind 'dense', 'sparse' or 'images', got ${nameOf(features)}`);
  }
  checkCount(features.rows, 'features.rows');
  checkCount(features.columns, 'features.columns');
  if (features.kind === 'sparse') checkSparse(features);
  else if (features.kind === 'dense') checkDense(features);
  else checkImages(features);
}

const MATRIX_KINDS: readonly string[] = ['dense', 'sparse', 'images'] satisfies Matrix['kind'][];

function checkDense({ rows, columns, values }: DenseMatrix): void {
  checkArray(values, Float32Array, 'features.values');
  checkLength(values, rows * columns, 'features.values', `rows x columns = ${rows} x ${columns}`);
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) refuseNumber(values[i]!, Math.floor(i / columns), i % columns);
  }
}

function checkImages({ rows, columns, channels, height, width, values }: ImageMatrix): void {
  for (const [name, size] of Object.entries({ channels, height, width })) checkCount(size, `features.${name}`);
  if (columns !== channels * height * width) {
    throw new RangeError(
      `features.columns: expected channels x height x width = ${channels} x ${height} x ${width}, got ${columns}`,
    );
  }
  checkPixels(values, 'features.values');
  checkLength(values, rows * columns, 'features.values', `rows x columns = ${rows} x ${columns}`);
  if (values instanceof Uint8Array) return;
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    const place = i % columns;
    const [channel, y, x] = [Math.floor(place / (height * width)), Math.floor(place / width) % height, place % width];
    throw new RangeError(
      `features: image ${Math.floor(i / columns)}, channel ${channel}, row ${y}, column ${x} is ${values[i]}, expected a finite number`,
    );
  }
}

function checkPixels(values: unknown, argument: string): asserts values is Uint8Array | Float32Array {
  if (!(values instanceof Uint8Array || values instanceof Float32Array)) {
    throw new TypeError(`${argument}: expected Uint8Array or Float32Array, got ${nameOf(values)}`);
  }
}

function checkSparse({ rows, columns, start, index, value }: SparseMatrix): void {
  checkArray(start, Int32Array, 'features.start');
  checkArray(index, Int32Array, 'features.index');
  checkArray(value, Float32Array, 'features.value');
  checkLength(start, rows + 1, 'features.start', 'rows + 1');
  if (start[0] !== 0) throw new RangeError(`features.start[0]: expected 0, got ${start[0]}`);
  for (let r = 0; r < rows; r++) {
    if (start[r + 1]! < start[r]!) {
      throw new RangeError(
        `features.start[${r + 1}]: expected at least features.start[${r}] (${start[r]}), got ${start[r + 1]}`,
      );
    }
  }
  checkLength(index, start[rows]!, 'features.index', 'the last of features.start');
  checkLength(value, start[rows]!, 'features.value', 'the last of features.start');
  for (let r = 0; r < rows; r++) {
    let previous = -1;
    for (let i = start[r]!; i < start[r + 1]!; i++) {
      const column = index[i]!;
      if (column < 0 || column >= columns) {
        throw new RangeError(`features: row ${r} has column ${column}, expected one in [0, ${columns})`);
      }
      if (column <= previous) {
        throw new RangeError(`features: row ${r} has column ${column} after ${previous}, expected rising columns`);
      }
      if (!Number.isFinite(value[i])) refuseNumber(value[i]!, r, column);
      previous = column;
    }
  }
}

function checkTargets(targets: Targets, rows: number): void {
  if (typeof targets !== 'object' || targets === null) {
    throw new TypeError(`targets: expected an object, got ${nameOf(targets)}`);
  }
  switch (targets.kind) {
    case 'classes': {
      const { values, classes, names } = targets;
      checkArray(values, Int32Array, 'targets.values');
      checkLength(values, rows, 'targets.values', 'one class a row');
      if (!Number.isInteger(classes) || classes < 2) {
        throw new RangeError(`targets.classes: expected an integer of at least 2, got ${classes}`);
      }
      for (let r = 0; r < rows; r++) {
        if (values[r]! < 0 || values[r]! >= classes) {
          throw new RangeError(`targets: row ${r} has class ${values[r]}, expected one in [0, ${classes})`);
        }
      }
      if (names !== undefined) checkNames(names, classes, 'targets.names', 'class');
      return;
    }
    case 'tasks': {
      const { values, tasks, names } = targets;
      checkCount(tasks, 'targets.tasks');
      checkArray(values, Int8Array, 'targets.values');
      checkLength(values, rows * tasks, 'targets.values', `rows x tasks = ${rows} x ${tasks}`);
      for (let i = 0; i < values.length; i++) {
        if (values[i]! < -1 || values[i]! > 1) {
          throw new RangeError(
            `targets: row ${Math.floor(i / tasks)} has ${values[i]} for task ${i % tasks}, expected 1, 0 or -1 (missing)`,
          );
        }
      }
      if (names !== undefined) checkNames(names, tasks, 'targets.names', 'task');
      return;
    }
    case 'values': {
      const { values, outputs, names } = targets;
      checkCount(outputs, 'targets.outputs');
      checkArray(values, Float32Array, 'targets.values');
      checkLength(values, rows * outputs, 'targets.values', `rows x outputs = ${rows} x ${outputs}`);
      for (let i = 0; i < values.length; i++) {
        if (!Number.isFinite(values[i])) {
          throw new RangeError(
            `targets: row ${Math.floor(i / outputs)} has ${values[i]} for output ${i % outputs}, expected a finite number`,
          );
        }
      }
      if (names !== undefined) checkNames(names, outputs, 'targets.names', 'output');
      return;
    }
    default:
      throw new TypeError(
        `targets.kind: expected 'classes', 'tasks' or 'values', got ${nameOf((targets as { kind: unknown }).kind)}`,
      );
  }
}

function checkNames(names: readonly string[], count: number, argument: string, what: string): void {
  if (!Array.isArray(names)) throw new TypeError(`${argument}: expected an array of strings, got ${nameOf(names)}`);
  checkLength(names, count, argument, `one name a ${what}`);
  const seen = new Map<string, number>();
  for (let i = 0; i < count; i++) {
    const name: unknown = names[i];
    if (typeof name !== 'string') throw new TypeError(`${argument}[${i}]: expected a string, got ${nameOf(name)}`);
    const before = seen.get(name);
    if (before !== undefined) {
      throw new RangeError(`${argument}: expected unique names, got ${JSON.stringify(name)} at ${before} and ${i}`);
    }
    seen.set(name, i);
  }
}

function checkCount(count: number, argument: string): void {
  if (typeof count !== 'number') throw new TypeError(`${argument}: expected a number, got ${nameOf(count)}`);
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(`${argument}: expected an integer of at least 1, got ${count}`);
  }
}

function checkArray(array: unknown, kind: { new (length: number): object; name: string }, argument: string): void {
  if (!(array instanceof kind)) throw new TypeError(`${argument}: expected ${kind.name}, got ${nameOf(array)}`);
}

function checkLength(array: ArrayLike<unknown>, length: number, argument: string, reason: string): void {
  if (array.length !== length) {
    throw new RangeError(`${argument}: expected length ${length} (${reason}), got ${array.length}`);
  }
}

function refuseNumber(value: number, row: number, column: number): never {
  throw new RangeError(`features: row ${row}, column ${column} is ${value}, expected a finite number`);
}

function nameOf(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return String(value);
  return value.constructor?.name ?? 'an object';
}
