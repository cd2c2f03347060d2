import type { DenseMatrix, Matrix, SparseMatrix } from '../data/dataset.js';
import { requireWhole } from '../data/matrix.js';
import { allFinite } from '../numeric/finite.js';
import { padded } from '../numeric/padding.js';
import { type Address, NONE, plus } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';
import { Purpose } from '../runtime/random.js';
import { drop, type Noise } from './activate.js';

/** Rows of a batch that lie side by side as lanes. */
export const LANES = 32;

export function tilesFor(rows: number): number {
  return Math.ceil(rows / LANES);
}

/** A batch of sparse rows in the engine's memory, by row and by feature; rows past the batch, up to whole tiles, are empty. */
export class RowBatch {
  readonly kind = 'rows';
  rows = 0;
  readonly start: Address;
  readonly index: Address;
  readonly value: Address;
  readonly columnStart: Address;
  readonly columnRow: Address;
  readonly columnPlace: Address;
  /** Room for entries, a multiple of 16 so that noise can be drawn over all of it. */
  readonly capacity: number;
  entries = 0;
  private readonly engine: Engine;
  private readonly columns: number;
  private readonly rising: boolean;

  /** @param rising whether columns rise within a row */
  constructor(engine: Engine, scope: Scope, matrix: SparseMatrix, batchSize: number, rising = true) {
    this.engine = engine;
    this.columns = matrix.columns;
    this.rising = rising;
    this.capacity = padded(largestBatch(matrix, batchSize) + 1);
    const lanes = tilesFor(batchSize) * LANES;
    this.start = scope.bytes((lanes + 1) * 4);
    this.index = scope.bytes(this.capacity * 4);
    this.value = scope.bytes(this.capacity * 4);
    this.columnStart = scope.bytes((matrix.columns + 1) * 4);
    this.columnRow = scope.bytes(this.capacity * 4);
    this.columnPlace = scope.bytes(this.capacity * 4);
  }

  /**
   * Copies the rows in; `byFeature` also sorts the entries by feature, which gradients need. Kernels index by what lands here, so that it is checked in passing: the matrix
   * was, but may have been written to since.
   */
  load(matrix: SparseMatrix, rows: Int32Array, byFeature: boolean): void {
    requireWhole(matrix);
    const lanes = tilesFor(rows.length) * LANES;
    const start = this.engine.i32(this.start, lanes + 1);
    const index = this.engine.i32(this.index, this.capacity);
    const value = this.engine.f32(this.value, this.capacity);
    const { columns, rising } = this;
    const { index: columnOf, value: numberOf } = matrix;
    let size = 0;
    for (let s = 0; s < rows.length; s++) {
      const from = matrix.start[rows[s]!]!;
      const to = matrix.start[rows[s]! + 1]!;
      if (!(from >= 0 && from <= to && size + to - from < this.capacity)) throw unsound(rows[s]!);
      start[s] = size;
      if (to > columnOf.length || to > numberOf.length) throw unsound(rows[s]!);
      let least = 0;
      // NaN as soon as a value is not finite.
      let zero = 0;
      for (let e = from; e < to; e++, size++) {
        const column = columnOf[e]!;
        const x = numberOf[e]!;
        if (column < least || column >= columns) throw unsound(rows[s]!);
        if (rising) least = column + 1;
        zero += x * 0;
        index[size] = column;
        value[size] = x;
      }
      if (zero !== 0) throw unsound(rows[s]!);
    }
    start.fill(size, rows.length);
    this.rows = rows.length;
    this.entries = size;
    if (byFeature) {
      this.engine.kernels.compress_columns(
        this.columnStart,
        this.columnRow,
        this.columnPlace,
        this.start,
        this.index,
        lanes,
        this.columns,
      );
    }
  }
}

/** A batch of dense rows as tiles [features][32]. */
export class TileBatch {
  readonly kind = 'tiles';
  rows = 0;
  readonly at: Address;
  /** Floats at `at`. */
  readonly length: number;
  private readonly staging: Address;
  /** f32[features]: sums over a batch, which tell whether all of it is finite. */
  private readonly sums: Address;
  private readonly engine: Engine;

  constructor(engine: Engine, scope: Scope, columns: number, batchSize: number) {
    this.engine = engine;
    this.length = tilesFor(batchSize) * columns * LANES;
    this.at = scope.bytes(this.length * 4);
    this.staging = scope.bytes(LANES * columns * 4);
    this.sums = scope.bytes(columns * 4);
  }

  load(matrix: DenseMatrix, rows: Int32Array): void {
    requireWhole(matrix);
    const { columns, values } = matrix;
    const sums = this.engine.f32(this.sums, columns).fill(0);
    const staged = this.engine.f32(this.staging, LANES * columns);
    for (let t = 0; t < tilesFor(rows.length); t++) {
      for (let lane = 0; lane < LANES; lane++) {
        const row = rows[t * LANES + lane];
        if (row === undefined) staged.fill(0, lane * columns, (lane + 1) * columns);
        else staged.set(values.subarray(row * columns, (row + 1) * columns), lane * columns);
      }
      const tile = plus(this.at, t * columns * LANES * 4);
      this.engine.kernels.rows_to_tile(tile, this.staging, NONE, columns, columns);
      this.engine.kernels.tile_sums(this.sums, tile, columns);
    }
    // Large numbers may overflow a sum: only the numbers themselves say for sure.
    if (!allFinite(sums)) requireFinite(matrix, rows);
    this.rows = rows.length;
  }
}

/** RangeError for the first of these rows with a number that is not finite in 32 bits. */
function requireFinite({ columns, values }: DenseMatrix, rows: Int32Array): void {
  for (const row of rows)
    if (!allFinite(Float32Array.from(values.subarray(row * columns, (row + 1) * columns)))) throw unsound(row);
}

function unsound(row: number): RangeError {
  return new RangeError(`features: row ${row} was changed after it was checked, into one that would be refused`);
}

export type InputBatch = RowBatch | TileBatch;

export function inputBatch(engine: Engine, scope: Scope, matrix: Matrix, batchSize: number): InputBatch {
  return matrix.kind === 'sparse'
    ? new RowBatch(engine, scope, matrix, batchSize)
    : new TileBatch(engine, scope, matrix.columns, batchSize);
}

export function loadBatch(batch: InputBatch, matrix: Matrix, rows: Int32Array, training: boolean): void {
  if (batch.kind === 'rows') batch.load(matrix as SparseMatrix, rows, training);
  else batch.load(matrix as DenseMatrix, rows);
}

/** Inverted dropout of a batch's features, in place. */
export function dropInputs(engine: Engine, batch: InputBatch, rate: number, noise: Noise): void {
  const [at, length] = batch.kind === 'rows' ? [batch.value, batch.capacity] : [batch.at, batch.length];
  drop(engine, at, length, rate, 1 / (1 - rate), { ...noise, purpose: Purpose.inputDropout, stream: 0 });
}

/** Entries of the fullest batch that could be drawn. */
function largestBatch(matrix: SparseMatrix, batchSize: number): number {
  const sizes = Int32Array.from({ length: matrix.rows }, (_, r) => {
    const size = matrix.start[r + 1]! - matrix.start[r]!;
    if (!(size >= 0 && size <= matrix.columns)) throw unsound(r);
    return size;
  }).sort();
  return sizes.subarray(Math.max(0, matrix.rows - batchSize)).reduce((a, b) => a + b, 0);
}

/** Tiles of [units][32] to rows [tiles * 32][units]. */
export function tilesToRows(engine: Engine, rows: Address, tiles: Address, units: number, count: number): void {
  for (let t = 0; t < count; t++) {
    const bytes = t * LANES * units * 4;
    engine.kernels.tile_to_rows(plus(rows, bytes), plus(tiles, bytes), units, units);
  }
}

/** Rows [tiles * 32][units] to tiles, of which the rows past the first `live` count as zeros. */
export function rowsToTiles(
  engine: Engine,
  tiles: Address,
  rows: Address,
  units: number,
  count: number,
  live: number,
): void {
  engine.f32(plus(rows, live * units * 4), (count * LANES - live) * units).fill(0);
  for (let t = 0; t < count; t++) {
    const bytes = t * LANES * units * 4;
    engine.kernels.rows_to_tile(plus(tiles, bytes), plus(rows, bytes), NONE, units, units);
  }
}
