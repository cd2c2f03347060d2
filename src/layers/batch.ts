import type { DenseMatrix, Matrix, SparseMatrix } from '../data/dataset.js';
import { requireWhole } from '../data/matrix.js';
import { allFinite } from '../numeric/finite.js';
import { padded } from '../numeric/padding.js';
import { type Address, NONE, plus } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';
import type { Pace } from '../runtime/pace.js';
import { inParts, inRanges, type Turns } from '../runtime/parts.js';
import { Purpose } from '../runtime/random.js';
import { drop, type Noise } from './activate.js';

/** Rows of a batch that lie side by side as lanes. */
export const LANES = 32;

/** Rows and tiles that are loaded at a time. */
const SOME_ROWS = 1024;
const SOME_TILES = 8;
/** What a number's move between rows and tiles takes, in multiply-adds. */
const MOVE = 16;

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
  async load(matrix: SparseMatrix, rows: Int32Array, byFeature: boolean, pace: Pace): Promise<void> {
    requireWhole(matrix);
    const { engine } = this;
    const lanes = tilesFor(rows.length) * LANES;
    let size = 0;
    for (let first = 0; first < rows.length; first += SOME_ROWS) {
      if (pace.due) await pace.turn();
      size = this.copy(matrix, rows, first, Math.min(rows.length, first + SOME_ROWS), size);
    }
    engine.i32(this.start, lanes + 1).fill(size, rows.length);
    this.rows = rows.length;
    this.entries = size;
    if (byFeature) {
      const { columnStart, columnRow, columnPlace, start, index, columns } = this;
      engine.kernels.compress_columns(columnStart, columnRow, columnPlace, start, index, lanes, columns);
    }
  }

  /** Of the rows, those from `first` to before `end`, to behind `size` entries; returns how many there are then. */
  private copy(matrix: SparseMatrix, rows: Int32Array, first: number, end: number, size: number): number {
    const { engine, columns, rising, capacity } = this;
    const start = engine.i32(this.start, end);
    const index = engine.i32(this.index, capacity);
    const value = engine.f32(this.value, capacity);
    const { index: columnOf, value: numberOf } = matrix;
    for (let s = first; s < end; s++) {
      const from = matrix.start[rows[s]!]!;
      const to = matrix.start[rows[s]! + 1]!;
      if (!(from >= 0 && from <= to && size + to - from < capacity)) throw unsound(rows[s]!);
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
    return size;
  }
}

/** A batch of dense rows as tiles [features][32]. */
export class TileBatch {
  readonly kind = 'tiles';
  rows = 0;
  readonly at: Address;
  /** Floats at `at`. */
  readonly length: number;
  /** Rows of some tiles. */
  private readonly staging: Address;
  /** f32[features]: sums over a batch, which tell whether all of it is finite. */
  private readonly sums: Address;
  private readonly engine: Engine;

  constructor(engine: Engine, scope: Scope, columns: number, batchSize: number) {
    this.engine = engine;
    this.length = tilesFor(batchSize) * columns * LANES;
    this.at = scope.bytes(this.length * 4);
    this.staging = scope.bytes(Math.min(SOME_TILES, tilesFor(batchSize)) * LANES * columns * 4);
    this.sums = scope.bytes(columns * 4);
  }

  async load(matrix: DenseMatrix, rows: Int32Array, pace: Pace): Promise<void> {
    requireWhole(matrix);
    const { engine, at, staging, sums } = this;
    const { columns } = matrix;
    engine.f32(sums, columns).fill(0);
    const tiles = tilesFor(rows.length);
    for (let first = 0; first < tiles; first += SOME_TILES) {
      const end = Math.min(tiles, first + SOME_TILES);
      for (let t = first; t < end; t++) {
        if (pace.due) {
          await pace.turn();
          requireWhole(matrix);
        }
        this.stage(matrix, rows, t * LANES, (t - first) * LANES);
      }
      const work = (end - first) * LANES * columns * MOVE;
      await inRanges(engine, pace, work, columns, 4, ({ kernels }, from, to) => {
        for (let t = first; t < end; t++) {
          const tile = plus(at, (t * columns + from) * LANES * 4);
          const source = plus(staging, ((t - first) * LANES * columns + from) * 4);
          kernels.rows_to_tile(tile, source, NONE, columns, to - from);
          kernels.tile_sums(plus(sums, from * 4), tile, to - from);
        }
      });
    }
    // Large numbers may overflow a sum: only the numbers themselves say for sure.
    if (!allFinite(engine.f32(sums, columns))) requireFinite(matrix, rows);
    this.rows = rows.length;
  }

  /** The rows of one tile, from number `first` of the batch on, to `place` of the staging. */
  private stage({ columns, values }: DenseMatrix, rows: Int32Array, first: number, place: number): void {
    const staged = this.engine.f32(plus(this.staging, place * columns * 4), LANES * columns);
    for (let lane = 0; lane < LANES; lane++) {
      const row = rows[first + lane];
      if (row === undefined) staged.fill(0, lane * columns, (lane + 1) * columns);
      else staged.set(values.subarray(row * columns, (row + 1) * columns), lane * columns);
    }
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

export function loadBatch(
  batch: InputBatch,
  matrix: Matrix,
  rows: Int32Array,
  training: boolean,
  pace: Pace,
): Promise<void> {
  return batch.kind === 'rows'
    ? batch.load(matrix as SparseMatrix, rows, training, pace)
    : batch.load(matrix as DenseMatrix, rows, pace);
}

/** Inverted dropout of a batch's features, in place. */
export function dropInputs(engine: Engine, batch: InputBatch, rate: number, noise: Noise, pace: Pace): Turns {
  const [at, length] = batch.kind === 'rows' ? [batch.value, batch.capacity] : [batch.at, batch.length];
  return drop(engine, at, length, rate, 1 / (1 - rate), { ...noise, purpose: Purpose.inputDropout, stream: 0 }, pace);
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

/** Tiles of [units][32] to rows [tiles * 32][units]; a tile may be the first units of `stride`. */
export function tilesToRows(
  engine: Engine,
  rows: Address,
  tiles: Address,
  units: number,
  count: number,
  pace: Pace,
  stride = units,
): Turns {
  return inParts(engine, pace, count * LANES * units * MOVE, count, units, 16, ({ kernels }, from, to, t0, t1) => {
    for (let t = t0; t < t1; t++) {
      const [out, tile] = [plus(rows, (t * LANES * units + from) * 4), plus(tiles, (t * stride + from) * LANES * 4)];
      kernels.tile_to_rows(out, tile, units, to - from);
    }
  });
}

/** Rows [tiles * 32][units] to tiles, of which the rows past the first `live` count as zeros. */
export function rowsToTiles(
  engine: Engine,
  tiles: Address,
  rows: Address,
  units: number,
  count: number,
  live: number,
  pace: Pace,
): Turns {
  engine.f32(plus(rows, live * units * 4), (count * LANES - live) * units).fill(0);
  return inParts(engine, pace, count * LANES * units * MOVE, count, units, 4, ({ kernels }, from, to, t0, t1) => {
    for (let t = t0; t < t1; t++) {
      const [tile, source] = [plus(tiles, (t * units + from) * LANES * 4), plus(rows, (t * LANES * units + from) * 4)];
      kernels.rows_to_tile(tile, source, NONE, units, to - from);
    }
  });
}
