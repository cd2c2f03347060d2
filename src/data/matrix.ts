import { requireArray, requireLength } from '../check/arrays.js';
import { got } from '../check/phrase.js';
import { requireInteger } from '../check/require.js';

/** Rows of numbers, row-major: value of row r, column c at values[r * columns + c]. Structures are found in them as they are; nets take 32-bit floats of them, once they are transformed. */
export interface DenseMatrix {
  readonly kind: 'dense';
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array | Float64Array;
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

/** Typed arrays of numbers, one row after another. */
export type FlatNumbers =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

/** Rows of Dataset.dense. */
export type DenseRows = readonly ArrayLike<number>[] | FlatNumbers;

/** A dense matrix of rows, or of flat numbers, which need to be told the columns. */
export function denseRows(rows: DenseRows, columns: number | undefined): DenseMatrix {
  if (!ArrayBuffer.isView(rows)) return packRows(rows, columns);
  if (rows instanceof Float32Array || rows instanceof Float64Array) return flatRows(rows, columns);
  if (rows instanceof DataView || typeof (rows as ArrayLike<unknown>)[0] === 'bigint') {
    throw new TypeError(`rows: expected an array of rows or a flat typed array of numbers, got ${got(rows)}`);
  }
  // 32-bit floats hold integers of up to 24 bits.
  return flatRows(rows.BYTES_PER_ELEMENT < 4 ? Float32Array.from(rows) : Float64Array.from(rows), columns);
}

/** Dense rows that lie one after another in `values`, which are kept. */
function flatRows(values: Float32Array | Float64Array, columns: number | undefined): DenseMatrix {
  if (columns === undefined) {
    throw new TypeError('columns: expected a number beside a flat typed array, got undefined');
  }
  requireInteger(columns, 1, 'columns');
  if (values.length === 0 || values.length % columns !== 0) {
    throw new RangeError(
      `rows: expected a multiple of columns (${columns}) and at least one row, got ${values.length} values`,
    );
  }
  return { kind: 'dense', rows: values.length / columns, columns, values };
}

/** Dense rows of an array of rows, all of one length: `wantedColumns`, else that of the first. 64-bit only where a number needs it. */
function packRows(rows: readonly ArrayLike<number>[], wantedColumns: number | undefined): DenseMatrix {
  if (!Array.isArray(rows)) {
    const hint = (rows as unknown) instanceof ArrayBuffer ? '; new Float32Array(buffer) makes numbers of it' : '';
    throw new TypeError(`rows: expected an array of rows or a flat typed array of numbers, got ${got(rows)}${hint}`);
  }
  if (rows.length === 0) throw new RangeError('rows: expected at least one row, got none');
  if (wantedColumns !== undefined) requireInteger(wantedColumns, 1, 'columns');
  const columns = wantedColumns ?? rows[0]?.length;
  let values: DenseMatrix['values'] = new Float32Array(
    rows.length * (Number.isInteger(columns) && columns > 0 ? columns : 0),
  );
  for (let r = 0; r < rows.length; r++) {
    const row: ArrayLike<number> = rows[r];
    if (typeof row !== 'object' || row === null || typeof row.length !== 'number') {
      throw new TypeError(`rows[${r}]: expected an array of numbers, got ${got(row)}`);
    }
    if (row.length !== columns) {
      const reason = wantedColumns === undefined ? 'as many columns as row 0' : 'columns';
      throw new RangeError(`rows[${r}]: expected ${columns} values, ${reason}, got ${row.length}`);
    }
    for (let c = 0; c < columns; c++) {
      const value = row[c];
      if (typeof value !== 'number') {
        throw new TypeError(`rows[${r}][${c}]: expected a number, got ${got(value)}`);
      }
      if (values instanceof Float32Array && Math.fround(value) !== value) values = Float64Array.from(values);
      values[r * columns + c] = value;
    }
  }
  return { kind: 'dense', rows: rows.length, columns, values };
}

/** TypeError or RangeError unless it is a matrix as described: lengths that match, finite numbers, sorted sparse rows. */
export function checkMatrix(features: Matrix): void {
  if (typeof features !== 'object' || features === null || !MATRIX_KINDS.includes(features.kind)) {
    throw new TypeError(`features: expected a matrix of kind 'dense', 'sparse' or 'images', got ${got(features)}`);
  }
  requireInteger(features.rows, 1, 'features.rows');
  requireInteger(features.columns, 1, 'features.columns');
  if (features.kind === 'sparse') checkSparse(features);
  else if (features.kind === 'dense') checkDense(features);
  else checkImages(features);
}

/** RangeError unless the arrays are as long as the shape says: a buffer may have been resized since they were checked, or detached, which leaves 0. */
export function requireWhole(features: Matrix): void {
  const { rows, columns } = features;
  if (features.kind !== 'sparse') {
    requireLength(features.values, rows * columns, 'features.values', `rows x columns = ${rows} x ${columns}`);
    return;
  }
  const { start, index, value } = features;
  requireLength(start, rows + 1, 'features.start', 'rows + 1');
  requireLength(index, start[rows]!, 'features.index', 'the last of features.start');
  requireLength(value, start[rows]!, 'features.value', 'the last of features.start');
}

const MATRIX_KINDS: readonly string[] = ['dense', 'sparse', 'images'] satisfies Matrix['kind'][];

function checkDense(features: DenseMatrix): void {
  const { columns, values } = features;
  requireArray(values, 'features.values', Float32Array, Float64Array);
  requireWhole(features);
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) refuseNumber(values[i]!, Math.floor(i / columns), i % columns);
  }
}

function checkImages(features: ImageMatrix): void {
  const { columns, channels, height, width, values } = features;
  for (const [name, size] of Object.entries({ channels, height, width })) requireInteger(size, 1, `features.${name}`);
  if (columns !== channels * height * width) {
    throw new RangeError(
      `features.columns: expected channels x height x width = ${channels} x ${height} x ${width}, got ${columns}`,
    );
  }
  requireArray(values, 'features.values', Uint8Array, Float32Array);
  requireWhole(features);
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

function checkSparse(features: SparseMatrix): void {
  const { rows, columns, start, index, value } = features;
  requireArray(start, 'features.start', Int32Array);
  requireArray(index, 'features.index', Int32Array);
  requireArray(value, 'features.value', Float32Array);
  requireLength(start, rows + 1, 'features.start', 'rows + 1');
  if (start[0] !== 0) throw new RangeError(`features.start[0]: expected 0, got ${start[0]}`);
  for (let r = 0; r < rows; r++) {
    if (start[r + 1]! < start[r]!) {
      throw new RangeError(
        `features.start[${r + 1}]: expected at least features.start[${r}] (${start[r]}), got ${start[r + 1]}`,
      );
    }
  }
  requireWhole(features);
  for (let r = 0; r < rows; r++) {
    let previous = -1;
    const end = start[r + 1]!;
    for (let i = start[r]!; i < end; i++) {
      const column = index[i]!;
      const x = value[i]!;
      // What is not finite differs from itself by NaN.
      if (column <= previous || column >= columns || x - x !== 0) refuseEntry(r, column, previous, columns, x);
      previous = column;
    }
  }
}

function refuseEntry(row: number, column: number, previous: number, columns: number, value: number): never {
  if (column < 0 || column >= columns)
    throw new RangeError(`features: row ${row} has column ${column}, expected one in [0, ${columns})`);
  if (column <= previous)
    throw new RangeError(`features: row ${row} has column ${column} after ${previous}, expected rising columns`);
  refuseNumber(value, row, column);
}

function refuseNumber(value: number, row: number, column: number): never {
  throw new RangeError(`features: row ${row}, column ${column} is ${value}, expected a finite number`);
}
