import { type Option, type Options, type OptionsOf, SIGNAL } from '../check/option.js';
import {
  checkMatrix,
  type DenseMatrix,
  type Matrix,
  type RowMatrix,
  requireRows,
  requireWhole,
  type SparseMatrix,
} from '../data/matrix.js';
import type { Address } from '../runtime/address.js';
import { requireMemory } from '../runtime/budget.js';
import { ENGINE, type Engine } from '../runtime/engine.js';
import type { Pace } from '../runtime/pace.js';
import { atOnce, inTurns, STEP, type Steps } from '../runtime/steps.js';
import { eachEntry, MEANS_BYTES, meaning, rowsAtATime, sorting, stateAt, stateStarts } from './cuts.js';

/** Binary variables in compressed rows: a row lists the variables that are 1. */
export interface BinaryRows {
  readonly kind: 'rows';
  readonly rows: number;
  readonly variables: number;
  readonly start: Int32Array;
  readonly index: Int32Array;
  /** Where both are in the engine already. */
  readonly held?: { readonly start: Address; readonly index: Address };
}

/** Binary variables packed to bits, a column after another: `words` 64-bit words each, row r is bit r % 8 of byte r / 8. */
export interface BinaryColumns {
  readonly kind: 'bits';
  readonly rows: number;
  readonly variables: number;
  readonly words: number;
  readonly bits: Uint8Array;
}

/** Variables of several states, a column after another: states[v * rows + r] in [0, counts[v]). */
export interface StateColumns {
  readonly kind: 'states';
  readonly rows: number;
  readonly variables: number;
  readonly counts: Int32Array;
  readonly states: Uint8Array;
}

export type Variables = BinaryRows | BinaryColumns | StateColumns;

/** Where a feature is cut in two. */
export const THRESHOLD = {
  kind: 'number',
  words: ['mean', 'auto'],
  default: 'auto',
  defaultDoc: "auto: 0 for sparse rows, such as counts, the column's mean for dense ones",
  doc: 'A feature is 1 where it is above this number, or above its mean.',
} as const satisfies Option;

/** How numbers become variables. */
export const DISCRETISE = {
  threshold: THRESHOLD,
  bins: {
    kind: 'integer',
    from: 2,
    to: 256,
    defaultDoc:
      'two states, cut at the threshold; in a Table k distinct values are k states, up to 16 and with 5 k² rows',
    doc: 'Up to so many states a variable: columns of more distinct values are cut at quantiles. Not beside a threshold.',
  },
  missing: {
    kind: 'number',
    words: ['state', 'mean', 'mode'],
    default: 'state',
    // The command reads it with the data.
    flag: false,
    doc: "The state of a Table's missing cells: one of their own, the mean's, which is not above itself, the most frequent (mode; of categories mean too) or a number's.",
  },
} as const satisfies Options;

export type DiscretiseOptions = OptionsOf<typeof DISCRETISE>;

/** Options of topPairs, mutualInformation and targetInformation: here, as bundlers keep what stands beside other functions of a page. */
export const INFORMATION = { ...DISCRETISE, engine: ENGINE, signal: SIGNAL } as const satisfies Options;

/** Turns numbers into variables whose mutual information can be counted; the options are checked. Deterministic. TypeError for images. */
export function discretise(engine: Engine, features: Matrix, options: DiscretiseOptions = {}): Variables {
  return atOnce(discretising(engine, requireRows(features, 'data'), options, 0));
}

/** Takes rows of which every entry is a one as they are; undefined for others. */
export type Hold = (matrix: SparseMatrix, threshold: DiscretiseOptions['threshold']) => BinaryRows | undefined;

/** discretise that lets other tasks have their turn, of what sparse data are now; dense numbers that others write to meanwhile are checked as they are taken. */
export async function discretiseInTurns(
  engine: Engine,
  features: Matrix,
  options: DiscretiseOptions,
  pace: Pace,
  hold?: Hold,
): Promise<Variables> {
  const matrix = requireRows(features, 'data');
  if (hold && matrix.kind === 'sparse' && options.bins === undefined) {
    // A tree takes as much at least.
    requireRoom(engine, matrix.columns, 16 * matrix.columns);
    const held = hold(matrix, options.threshold);
    if (held) return held;
  }
  const cells = matrix.kind === 'dense' ? matrix.values.length : matrix.value.length;
  const few = matrix.kind === 'dense' ? FEW_DENSE_CELLS : FEW_CELLS;
  if (cells <= (options.bins === undefined ? few : FEW_CELLS_TO_SORT)) return discretise(engine, matrix, options);
  const bytes = matrix.kind === 'dense' ? 4 * cells : 8 * cells + 4 * matrix.rows;
  requireRoom(engine, matrix.columns, bytes);
  const copy = matrix.kind === 'dense' ? await inTurns(copyingDense(matrix), pace) : copyOf(matrix);
  return inTurns(discretising(engine, copy, options, bytes), pace);
}

/** Dense numbers a step. */
const COPIED = 2 ** 16;

/** So many are gone through at once: they take some 20 ms. */
const FEW_CELLS = 2 ** 22;
const FEW_DENSE_CELLS = 2 ** 19;
const FEW_CELLS_TO_SORT = 2 ** 18;

/** To work on: others may write to the arrays between two steps. */
function copyOf(matrix: SparseMatrix): SparseMatrix {
  const { start, index, value } = matrix;
  return { ...matrix, start: start.slice(), index: index.slice(), value: value.slice() };
}

function* copyingDense(matrix: DenseMatrix): Steps<DenseMatrix> {
  const { length } = matrix.values;
  const values = matrix.values instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
  for (let from = 0; from < length; from += COPIED) {
    requireWhole(matrix);
    const part = values.subarray(from, from + COPIED);
    part.set(matrix.values.subarray(from, from + COPIED));
    let sum = 0;
    for (const x of part) sum += 0 * x;
    if (sum !== 0) checkMatrix(matrix);
    yield;
  }
  return { ...matrix, values };
}

/** @param copied bytes of the matrix where it is a copy, which may be changed and its parts be kept */
function* discretising(
  engine: Engine,
  matrix: RowMatrix,
  { threshold, bins }: DiscretiseOptions,
  copied: number,
): Steps<Variables> {
  requireOneCut(bins, threshold);
  if (bins !== undefined) return yield* quantileStates(engine, matrix, bins, copied);
  return yield* binarising(engine, matrix, yield* limiting(engine, matrix, threshold, copied), copied);
}

/** TypeError for states cut in two ways. */
export function requireOneCut(bins: DiscretiseOptions['bins'], threshold: DiscretiseOptions['threshold']): void {
  if (bins !== undefined && threshold !== undefined && threshold !== THRESHOLD.default)
    throw new TypeError('bins, threshold: expected one of them, got both');
}

/** RangeError where so many bytes are not to be had. */
export function requireRoom(engine: Engine, columns: number, bytes: number): void {
  requireMemory(engine, bytes, 'data', `finding structure in ${columns} columns`, 'fewer columns');
}

/** Above these a column's values are ones. */
export function binaryLimits(
  engine: Engine,
  matrix: RowMatrix,
  threshold?: DiscretiseOptions['threshold'],
): Float64Array {
  return atOnce(limiting(engine, matrix, threshold, 0));
}

function* limiting(
  engine: Engine,
  matrix: RowMatrix,
  threshold: DiscretiseOptions['threshold'] = THRESHOLD.default,
  copied: number,
): Steps<Float64Array> {
  const cut = threshold === 'auto' ? (matrix.kind === 'sparse' ? 0 : 'mean') : threshold;
  requireRoom(engine, matrix.columns, copied + (cut === 'mean' ? MEANS_BYTES : 16) * matrix.columns);
  return cut === 'mean' ? (yield* meaning(matrix)).limits : new Float64Array(matrix.columns).fill(cut);
}

/** Each column's values above its limit. */
export function binarise(engine: Engine, matrix: RowMatrix, limits: Float64Array): BinaryRows | BinaryColumns {
  return atOnce(binarising(engine, matrix, limits, 0));
}

function* binarising(
  engine: Engine,
  matrix: RowMatrix,
  limits: Float64Array,
  copied: number,
): Steps<BinaryRows | BinaryColumns> {
  // Below a limit of 0 the absent entries would be ones: such columns are better packed than listed.
  if (matrix.kind === 'sparse' && limits.every((limit) => limit >= 0))
    return yield* sparseOnes(matrix, limits, copied > 0);
  requireRoom(engine, matrix.columns, copied + bitBytes(matrix.rows, matrix.columns));
  return yield* packedOnes(matrix, limits);
}

/** Bytes of bit columns. */
export function bitBytes(rows: number, variables: number): number {
  return Math.ceil(rows / 64) * 8 * variables;
}

/** Empty bit columns, to be filled batch by batch. */
export function emptyBits(rows: number, variables: number): BinaryColumns {
  const words = Math.ceil(rows / 64);
  return { kind: 'bits', rows, variables, words, bits: new Uint8Array(words * 8 * variables) };
}

function* sparseOnes(matrix: SparseMatrix, limits: Float64Array, isOwn: boolean): Steps<BinaryRows> {
  const { rows, columns: variables, start, value } = matrix;
  const index = isOwn ? matrix.index : matrix.index.slice();
  const kept = new Int32Array(rows + 1);
  const height = rowsAtATime(matrix);
  const isZero = limits.every((limit) => limit === 0);
  let size = 0;
  for (let r0 = 0; r0 < rows; r0 += height) {
    const r1 = Math.min(rows, r0 + height);
    // Counts are all kept: most data are such.
    if (isZero && areAbove(value, 0, start[r0]!, start[r1]!)) {
      if (size < start[r0]!) index.copyWithin(size, start[r0]!, start[r1]!);
      for (let r = r0; r < r1; r++) kept[r + 1] = start[r + 1]! - start[r0]! + size;
      size = kept[r1]!;
    } else {
      for (let r = r0; r < r1; r++) {
        for (let e = start[r]!, end = start[r + 1]!; e < end; e++) {
          const column = index[e]!;
          if (value[e]! > limits[column]!) index[size++] = column;
        }
        kept[r + 1] = size;
      }
    }
    yield;
  }
  return { kind: 'rows', rows, variables, start: kept, index: size < index.length ? index.slice(0, size) : index };
}

/** Whether values [from, to) are above the limit. */
export function areAbove(value: Float32Array, limit: number, from: number, to: number): boolean {
  for (let e = from; e < to; e++) if (!(value[e]! > limit)) return false;
  return true;
}

function* packedOnes(matrix: RowMatrix, limits: Float64Array): Steps<BinaryColumns> {
  const out = emptyBits(matrix.rows, matrix.columns);
  const stride = out.words * 8;
  for (let column = 0; column < matrix.columns; column++) {
    if (matrix.kind === 'sparse' && limits[column]! < 0) setAllRows(out, column);
  }
  const height = rowsAtATime(matrix);
  for (let r0 = 0; r0 < matrix.rows; r0 += height) {
    const r1 = Math.min(matrix.rows, r0 + height);
    if (matrix.kind === 'dense') packDense(out, matrix, limits, r0, r1);
    else {
      eachEntry(matrix, r0, r1, (r, column, value) => {
        const at = column * stride + (r >> 3);
        const bit = 1 << (r & 7);
        if (value > limits[column]!) out.bits[at]! |= bit;
        else out.bits[at]! &= ~bit;
      });
    }
    yield;
  }
  return out;
}

/** Of dense rows [r0, r1), whose bits are all 0. */
function packDense(
  { bits, words }: BinaryColumns,
  { values, columns }: DenseMatrix,
  limits: Float64Array,
  r0: number,
  r1: number,
): void {
  for (let column = 0; column < columns; column++) {
    const limit = limits[column]!;
    const at = column * words * 8;
    for (let r = r0, e = r0 * columns + column; r < r1; r++, e += columns) {
      if (values[e]! > limit) bits[at + (r >> 3)]! |= 1 << (r & 7);
    }
  }
}

function setAllRows(out: BinaryColumns, column: number): void {
  const stride = out.words * 8;
  for (let r = 0; r < out.rows; r++) out.bits[column * stride + (r >> 3)]! |= 1 << (r & 7);
}

function* quantileStates(engine: Engine, matrix: RowMatrix, bins: number, copied: number): Steps<StateColumns> {
  const { rows, columns } = matrix;
  requireRoom(engine, columns, copied + (rows + 12) * columns + (rows > STEP / 2 ? 24 : 16) * rows);
  const states = new Uint8Array(rows * columns);
  const counts = new Int32Array(columns);
  const column = new Float64Array(rows);
  const sorted = new Float64Array(rows);
  const sparse = matrix.kind === 'sparse' ? yield* transposing(matrix) : undefined;
  for (let c = 0; c < columns; c++) {
    column.fill(0);
    if (matrix.kind === 'dense') for (let r = 0; r < rows; r++) column[r] = matrix.values[r * columns + c]!;
    else for (let e = sparse!.start[c]!; e < sparse!.start[c + 1]!; e++) column[sparse!.row[e]!] = sparse!.value[e]!;
    sorted.set(column);
    yield* sorting(sorted);
    const starts = stateStarts(sorted, bins);
    counts[c] = starts.length;
    for (let r0 = 0; r0 < rows; r0 += STEP) {
      const end = Math.min(rows, r0 + STEP);
      for (let r = r0; r < end; r++) states[c * rows + r] = stateAt(starts, column[r]!);
      yield;
    }
  }
  return { kind: 'states', rows, variables: columns, counts, states };
}

function* transposing(matrix: SparseMatrix): Steps<{ start: Int32Array; row: Int32Array; value: Float32Array }> {
  const start = new Int32Array(matrix.columns + 1);
  for (const column of matrix.index) start[column + 1]!++;
  for (let c = 0; c < matrix.columns; c++) start[c + 1]! += start[c]!;
  const fill = start.slice();
  const row = new Int32Array(matrix.index.length);
  const value = new Float32Array(matrix.index.length);
  const height = rowsAtATime(matrix);
  for (let r0 = 0; r0 < matrix.rows; r0 += height) {
    eachEntry(matrix, r0, Math.min(matrix.rows, r0 + height), (r, c, x) => {
      const at = fill[c]!++;
      row[at] = r;
      value[at] = x;
    });
    yield;
  }
  return { start, row, value };
}
