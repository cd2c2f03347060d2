import { type Address, NONE, plus } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';
import type { Fork } from '../runtime/fork.js';
import type { Pace } from '../runtime/pace.js';
import { inRanges, inSizes, type Part, type Turns } from '../runtime/parts.js';
import { LANES, type RowBatch, tilesFor } from './batch.js';

const ROW_BYTES = LANES * 4;
/** Tiles whose errors are made together. */
const GROUP = 8;
/** What a number takes in multiply-adds over lanes: in a merge, and where it is read from all over memory. */
const MERGE = 8;
const SCATTERED = 16;
/** Strips that are decoded, merged and multiplied before the next are. */
const SOME_STRIPS = 4;
/** Multiply-adds of a tile and all weights that are a part of their own. */
const LARGE = 25_000_000;
/** Weights between looks at the clock. */
const EXCHANGED = 2 ** 18;

/** What a batch leaves between forward and backward: which units were on, and the error of the reconstruction. Layers that take turns can share it. */
export class ActiveUnits {
  /** Reconstruction, then its error: [inputs / 32][row][32]. */
  readonly error: Address;
  /** Rows that one strip of `error` holds. */
  readonly errorRows: number;
  /** The units that are on, by row: i32[rows + 1], i32, f32 and, for its gradient, f32[entries]. */
  readonly start: Address;
  readonly unit: Address;
  readonly value: Address;
  readonly dvalue: Address;
  /** The same entries by unit: i32[units + 1], i32 and i32[entries]. */
  readonly unitStart: Address;
  readonly unitRow: Address;
  readonly unitPlace: Address;
  entries = 0;

  constructor(scope: Scope, { strips, units }: StripUnits, batchSize: number) {
    const rows = tilesFor(batchSize) * LANES;
    const most = rows * units * 4;
    this.errorRows = rows;
    this.error = scope.bytes(strips * rows * ROW_BYTES);
    this.start = scope.bytes((rows + 1) * 4);
    this.unit = scope.bytes(most);
    this.value = scope.bytes(most);
    this.dvalue = scope.bytes(most);
    this.unitRow = scope.bytes(most);
    this.unitPlace = scope.bytes(most);
    this.unitStart = scope.bytes((units + 1) * 4);
  }

  /** Where a strip of the error stands. */
  strip(s: number): Address {
    return plus(this.error, s * this.errorRows * ROW_BYTES);
  }
}

/**
 * Fully connected units of an autoencoder over sparse rows. Nearly all its work is the reconstruction, in which a unit that is off (by ReLU or dropout) takes
 * no part: weights in strips of 32 features, [inputs / 32][unit][32], let those be skipped, row by row.
 */
export class StripUnits {
  readonly inputs: number;
  readonly units: number;
  readonly strips: number;
  /** Floats of weights, inputs rounded up to 32. The padding stays 0: its reconstruction error is 0. */
  readonly weightCount: number;
  weight = NONE;
  dweight = NONE;
  private readonly engine: Engine;

  constructor(engine: Engine, inputs: number, units: number) {
    this.engine = engine;
    this.inputs = inputs;
    this.units = units;
    this.strips = Math.ceil(inputs / LANES);
    this.weightCount = this.strips * units * LANES;
  }

  /** y = W x + bias. */
  forwardRows(y: Address, yStride: number, rows: RowBatch, bias: Address, pace: Pace): Turns {
    const { engine, units, weight } = this;
    const { start, index, value, entries } = rows;
    const tiles = tilesFor(rows.rows);
    return inRanges(engine, pace, (entries + tiles * LANES) * units * SCATTERED, tiles, 1, ({ kernels }, t0, t1) => {
      for (let t = t0; t < t1; t++) {
        const tile = plus(y, t * yStride * ROW_BYTES);
        kernels.tile_fill(tile, bias, units);
        kernels.strip_rows_forward(tile, start, index, value, weight, units, t * LANES);
      }
    });
  }

  /** Lists the units that are on in h, by row and by unit. */
  collect(active: ActiveUnits, h: Address, hStride: number, tiles: number): void {
    const { kernels } = this.engine;
    const { units } = this;
    const { start, unit, value, unitStart, unitRow, unitPlace } = active;
    active.entries = kernels.collect_active(start, unit, value, h, hStride, units, tiles);
    kernels.compress_columns(unitStart, unitRow, unitPlace, start, unit, tiles * LANES, units);
  }

  /**
   * Adds Wᵀ h, of the units that are on, to the rest of a reconstruction, tiles of [strips * 32][32], and leaves the error times `scale` both there and in
   * active.error, 0 in rows past the first `live`; and dW of the decoder. Returns the sum of the squares of the error itself.
   */
  async decode(active: ActiveUnits, decoded: Address, live: number, scale: number, pace: Pace): Promise<number> {
    const { engine, strips } = this;
    const tiles = tilesFor(live);
    const work = strips * LANES * (active.entries + MERGE * tiles * LANES);
    let sum = 0;
    // By strips, whose weights then serve many rows; a few strips and tiles at a time, so that the error is in the cache until all is done with it.
    for (let first = 0; first < tiles; first += GROUP) {
      const last = Math.min(tiles, first + GROUP);
      const kept: number[] = [];
      const part: Part = (fork, b0, b1) => {
        for (let b = b0; b < b1; b += SOME_STRIPS) {
          const end = Math.min(b1, b + SOME_STRIPS);
          this.decodeStrips(fork, active, b, end, first, last);
          for (let t = first; t < last; t++) {
            const tile = plus(decoded, (t * strips + b) * LANES * ROW_BYTES);
            const error = plus(active.strip(b), t * LANES * ROW_BYTES);
            const rows = Math.min(LANES, live - t * LANES);
            fork.keep(fork.kernels.merge_strips(tile, error, end - b, active.errorRows, rows, scale, fork.own));
          }
          if (tiles <= GROUP) this.decoderGradient(fork, active, b, end);
        }
      };
      await inRanges(engine, pace, (2 * work * (last - first)) / tiles, strips, 1, part, undefined, kept);
      for (const squares of kept) sum += squares;
    }
    if (tiles > GROUP)
      await inRanges(engine, pace, work, strips, 1, (fork, b0, b1) => this.decoderGradient(fork, active, b0, b1));
    return sum;
  }

  /** dh = scale W error for the units that are on, from the scaled error; 0 for the others. */
  decodeBackward(dh: Address, hStride: number, active: ActiveUnits, tiles: number, scale: number, pace: Pace): Turns {
    const { engine, strips, units, weight } = this;
    const { start, unit, dvalue, error, errorRows, entries } = active;
    const work = strips * LANES * entries;
    // Each part reads all weights: rather few parts than small ones.
    const height = tiles < 4 || work > LARGE * tiles ? 1 : 2;
    return inSizes(engine, pace, work, tiles, height, ({ kernels, own }, t, end) => {
      const [r0, r1] = [t * LANES, end * LANES];
      kernels.strip_dots(dvalue, start, unit, error, weight, own, strips, errorRows, units, r0, r1);
      const [out, from] = [plus(dh, t * hStride * ROW_BYTES), plus(start, r0 * 4)];
      kernels.scatter_active(out, from, unit, dvalue, hStride, units, end - t, scale);
    });
  }

  private decodeStrips(
    { kernels }: Fork,
    active: ActiveUnits,
    b0: number,
    b1: number,
    tile0: number,
    tile1: number,
  ): void {
    const { start, unit, value } = active;
    const [r0, r1] = [tile0 * LANES, tile1 * LANES];
    for (let b = b0; b < b1; b++) {
      const weight = plus(this.weight, b * this.units * ROW_BYTES);
      kernels.spmm(active.strip(b), start, unit, value, NONE, weight, NONE, LANES, LANES, r0, r1, LANES, 0);
    }
  }

  private decoderGradient({ kernels }: Fork, active: ActiveUnits, b0: number, b1: number): void {
    const { units } = this;
    const { unitStart, unitRow, unitPlace, value } = active;
    for (let b = b0; b < b1; b++) {
      const [out, from] = [plus(this.dweight, b * units * ROW_BYTES), active.strip(b)];
      kernels.spmm(out, unitStart, unitRow, value, unitPlace, from, NONE, LANES, LANES, 0, units, LANES, 0);
    }
  }

  /** dW += dh xᵀ of the encoder, from the dh that decodeBackward left. */
  backwardWeightRows(rows: RowBatch, { start, unit, dvalue, entries }: ActiveUnits, pace: Pace): Turns {
    const { engine, units, inputs, dweight } = this;
    const { columnStart, columnRow, columnPlace, value } = rows;
    const work = ((rows.entries * entries) / Math.max(1, rows.rows)) * SCATTERED;
    return inRanges(engine, pace, work, inputs, LANES, ({ kernels }, f0, f1) => {
      kernels.strip_columns_backward(
        dweight,
        columnStart,
        columnRow,
        columnPlace,
        value,
        start,
        unit,
        dvalue,
        units,
        f0,
        f1,
      );
    });
  }

  /** Copies the strips to weights [inputs][units], or back; input f of the weights is input rank[f] here. */
  async exchange(
    weights: Float32Array,
    rank: Int32Array,
    direction: 'to-weights' | 'to-strips',
    pace: Pace,
  ): Promise<void> {
    if (direction === 'to-strips') this.engine.f32(this.weight, this.weightCount).fill(0);
    const step = Math.ceil(EXCHANGED / this.units);
    for (let first = 0; first < rank.length; first += step) {
      this.exchangeSome(weights, rank, direction, first, Math.min(rank.length, first + step));
      if (pace.due) await pace.turn();
    }
  }

  private exchangeSome(
    weights: Float32Array,
    rank: Int32Array,
    direction: 'to-weights' | 'to-strips',
    first: number,
    last: number,
  ): void {
    const { units } = this;
    const strips = this.engine.f32(this.weight, this.weightCount);
    for (let f = first; f < last; f++) {
      const strip = (rank[f]! >> 5) * units * LANES + (rank[f]! & 31);
      if (direction === 'to-strips') {
        for (let u = 0; u < units; u++) strips[strip + u * LANES] = weights[f * units + u]!;
      } else {
        for (let u = 0; u < units; u++) weights[f * units + u] = strips[strip + u * LANES]!;
      }
    }
  }
}
