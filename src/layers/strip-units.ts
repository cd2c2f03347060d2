import { type Address, NONE, plus } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';
import { LANES, type RowBatch, tilesFor } from './batch.js';

const ROW_BYTES = LANES * 4;

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
  readonly units: number;
  readonly strips: number;
  /** Floats of weights, inputs rounded up to 32. The padding stays 0: its reconstruction error is 0. */
  readonly weightCount: number;
  weight = NONE;
  dweight = NONE;
  private readonly engine: Engine;

  constructor(engine: Engine, inputs: number, units: number) {
    this.engine = engine;
    this.units = units;
    this.strips = Math.ceil(inputs / LANES);
    this.weightCount = this.strips * units * LANES;
  }

  /** y = W x + bias. */
  forwardRows(y: Address, yStride: number, rows: RowBatch, bias: Address): void {
    const { kernels } = this.engine;
    for (let t = 0; t < tilesFor(rows.rows); t++) {
      const tile = plus(y, t * yStride * LANES * 4);
      kernels.tile_fill(tile, bias, this.units);
      kernels.strip_rows_forward(tile, rows.start, rows.index, rows.value, this.weight, this.units, t * LANES);
    }
  }

  /** active.error = Wᵀ h, from the units that are on. */
  decode(active: ActiveUnits, h: Address, hStride: number, tiles: number): void {
    const { kernels } = this.engine;
    const { start, unit, value } = active;
    active.entries = kernels.collect_active(start, unit, value, h, hStride, this.units, tiles);
    for (let s = 0; s < this.strips; s++) {
      const [out, weight] = [active.strip(s), plus(this.weight, s * this.units * ROW_BYTES)];
      kernels.spmm(out, start, unit, value, NONE, weight, NONE, LANES, LANES, 0, tiles * LANES, LANES, 0);
    }
  }

  /** From the scaled error: dW of the decoder, and dh = scale W error for the units that are on (0 for the others). */
  decodeBackward(dh: Address, hStride: number, active: ActiveUnits, tiles: number, scale: number): void {
    const { kernels, scratch } = this.engine;
    const { units } = this;
    const { start, unit, value, dvalue, unitStart, unitRow, unitPlace } = active;
    const rows = tiles * LANES;
    kernels.compress_columns(unitStart, unitRow, unitPlace, start, unit, rows, units);
    this.engine.f32(dvalue, active.entries).fill(0);
    for (let s = 0; s < this.strips; s++) {
      const bytes = s * units * ROW_BYTES;
      const [error, weight, dweight] = [active.strip(s), plus(this.weight, bytes), plus(this.dweight, bytes)];
      kernels.sddmm(dvalue, start, unit, error, weight, scratch, LANES, LANES, 0, rows, LANES);
      kernels.spmm(dweight, unitStart, unitRow, value, unitPlace, error, NONE, LANES, LANES, 0, units, LANES, 0);
    }
    kernels.scatter_active(dh, start, unit, dvalue, hStride, units, tiles, scale);
  }

  /** dW += dh xᵀ of the encoder, from the dh that decodeBackward left. */
  backwardWeightRows(rows: RowBatch, { start, unit, dvalue }: ActiveUnits): void {
    const { kernels } = this.engine;
    const { start: rowStart, index, value, rows: count } = rows;
    kernels.strip_rows_backward(this.dweight, rowStart, index, value, start, unit, dvalue, this.units, count);
  }

  /** Copies the strips to weights [inputs][units], or back; input f of the weights is input rank[f] here. */
  exchange(weights: Float32Array, rank: Int32Array, direction: 'to-weights' | 'to-strips'): void {
    const strips = this.engine.f32(this.weight, this.weightCount);
    if (direction === 'to-strips') strips.fill(0);
    for (let f = 0; f < rank.length; f++) {
      const strip = (rank[f]! >> 5) * this.units * LANES + (rank[f]! & 31);
      for (let u = 0; u < this.units; u++) {
        if (direction === 'to-strips') strips[strip + u * LANES] = weights[f * this.units + u]!;
        else weights[f * this.units + u] = strips[strip + u * LANES]!;
      }
    }
  }
}
