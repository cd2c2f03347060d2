import { type Address, NONE, plus } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';
import { LANES, type RowBatch, tilesFor } from './batch.js';

const ROW_BYTES = LANES * 4;

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
  /** Reconstruction, then its error: [inputs / 32][row][32]. */
  readonly error: Address;
  private readonly engine: Engine;
  private readonly padded: number;
  private readonly start: Address;
  private readonly unit: Address;
  private readonly value: Address;
  private readonly dvalue: Address;
  private readonly unitStart: Address;
  private readonly unitRow: Address;
  private readonly unitPlace: Address;
  private entries = 0;

  constructor(engine: Engine, scope: Scope, inputs: number, units: number, batchSize: number) {
    this.engine = engine;
    this.units = units;
    this.strips = Math.ceil(inputs / LANES);
    this.weightCount = this.strips * units * LANES;
    this.padded = tilesFor(batchSize) * LANES;
    const most = this.padded * units * 4;
    this.error = scope.bytes(this.strips * this.padded * ROW_BYTES);
    this.start = scope.bytes((this.padded + 1) * 4);
    [this.unit, this.value, this.dvalue, this.unitRow, this.unitPlace] = [1, 2, 3, 4, 5].map(() =>
      scope.bytes(most),
    ) as [Address, Address, Address, Address, Address];
    this.unitStart = scope.bytes((units + 1) * 4);
  }

  /** Rows that one strip of `error` holds. */
  get errorRows(): number {
    return this.padded;
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

  /** error = Wᵀ h, from the units that are on. */
  decode(h: Address, hStride: number, tiles: number): void {
    const { kernels } = this.engine;
    this.entries = kernels.collect_active(this.start, this.unit, this.value, h, hStride, this.units, tiles);
    for (let b = 0; b < this.strips; b++) {
      kernels.spmm(
        plus(this.error, b * this.padded * ROW_BYTES),
        this.start,
        this.unit,
        this.value,
        NONE,
        plus(this.weight, b * this.units * ROW_BYTES),
        NONE,
        LANES,
        LANES,
        0,
        tiles * LANES,
        LANES,
        0,
      );
    }
  }

  /** From the scaled error: dW of the decoder, and dh = scale W error for the units that are on (0 for the others). */
  decodeBackward(dh: Address, hStride: number, tiles: number, scale: number): void {
    const { kernels } = this.engine;
    const rows = tiles * LANES;
    kernels.compress_columns(this.unitStart, this.unitRow, this.unitPlace, this.start, this.unit, rows, this.units);
    this.engine.f32(this.dvalue, this.entries).fill(0);
    for (let b = 0; b < this.strips; b++) {
      const error = plus(this.error, b * this.padded * ROW_BYTES);
      const bytes = b * this.units * ROW_BYTES;
      kernels.sddmm(
        this.dvalue,
        this.start,
        this.unit,
        error,
        plus(this.weight, bytes),
        this.engine.scratch,
        LANES,
        LANES,
        0,
        rows,
        LANES,
      );
      kernels.spmm(
        plus(this.dweight, bytes),
        this.unitStart,
        this.unitRow,
        this.value,
        this.unitPlace,
        error,
        NONE,
        LANES,
        LANES,
        0,
        this.units,
        LANES,
        0,
      );
    }
    kernels.scatter_active(dh, this.start, this.unit, this.dvalue, hStride, this.units, tiles, scale);
  }

  /** dW += dh xᵀ of the encoder, from the dh that decodeBackward left. */
  backwardWeightRows(rows: RowBatch): void {
    this.engine.kernels.strip_rows_backward(
      this.dweight,
      rows.start,
      rows.index,
      rows.value,
      this.start,
      this.unit,
      this.dvalue,
      this.units,
      rows.rows,
    );
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
