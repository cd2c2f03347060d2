import { type Address, NONE, plus } from '../runtime/address.js';
import type { Engine } from '../runtime/engine.js';
import { PANEL_ROWS, wholePanels } from '../runtime/panels.js';
import { LANES, type RowBatch, tilesFor } from './batch.js';

const TILE_BYTES = LANES * 4;

/** Where dense units may pack panels: sized once for a whole net by `denseScratch`. */
export interface PackScratch {
  readonly a: Address;
  readonly b: Address;
}

const panels8 = (n: number) => Math.ceil(n / 8) * 8;

/** Floats of packing room that units of this shape need, for batches of `batchSize` rows. */
export function packSizes(
  units: number,
  inputs: number,
  input: 'rows' | 'tiles',
  batchSize: number,
): { a: number; b: number } {
  const lanes = tilesFor(batchSize) * LANES;
  if (input === 'rows') return { a: lanes * units, b: 0 };
  return {
    a: Math.max(wholePanels(units) * inputs, wholePanels(units) * lanes, wholePanels(inputs) * units),
    b: panels8(inputs) * lanes,
  };
}

/** Fully connected units over tiles. Weights are [units][inputs]. */
export class DenseUnits {
  readonly units: number;
  readonly inputs: number;
  readonly weightCount: number;
  weight = NONE;
  dweight = NONE;
  pack: PackScratch = { a: NONE, b: NONE };
  private readonly engine: Engine;

  constructor(engine: Engine, inputs: number, units: number) {
    this.engine = engine;
    this.inputs = inputs;
    this.units = units;
    this.weightCount = inputs * units;
  }

  /** y = W x + bias (none when 0); with `accumulate`, which has no bias, y += W x. */
  forward(
    y: Address,
    yStride: number,
    x: Address,
    xStride: number,
    tiles: number,
    bias: Address,
    accumulate = false,
  ): void {
    const { kernels, scratch } = this.engine;
    const { units, inputs } = this;
    kernels.gemm_pack_a(this.pack.a, this.weight, units, inputs, inputs, 1, inputs);
    for (let t = 0; t < tiles; t++) {
      const out = plus(y, t * yStride * TILE_BYTES);
      if (bias) kernels.tile_fill(out, bias, units);
      kernels.gemm(
        out,
        this.pack.a,
        plus(x, t * xStride * TILE_BYTES),
        scratch,
        LANES,
        LANES,
        8,
        0,
        Math.ceil(units / PANEL_ROWS),
        units,
        LANES,
        inputs,
        bias || accumulate ? 1 : 0,
      );
    }
  }

  /** dx (+)= Wᵀ dy. */
  backwardInput(
    dx: Address,
    dxStride: number,
    dy: Address,
    dyStride: number,
    tiles: number,
    accumulate: boolean,
  ): void {
    const { kernels, scratch } = this.engine;
    const { units, inputs } = this;
    kernels.gemm_pack_a(this.pack.a, this.weight, inputs, units, 1, inputs, units);
    for (let t = 0; t < tiles; t++) {
      kernels.gemm(
        plus(dx, t * dxStride * TILE_BYTES),
        this.pack.a,
        plus(dy, t * dyStride * TILE_BYTES),
        scratch,
        LANES,
        LANES,
        8,
        0,
        Math.ceil(inputs / PANEL_ROWS),
        inputs,
        LANES,
        units,
        accumulate ? 1 : 0,
      );
    }
  }

  /** dW (+)= dy xᵀ. */
  backwardWeight(dy: Address, dyStride: number, x: Address, xStride: number, tiles: number, accumulate: boolean): void {
    const { kernels, scratch } = this.engine;
    const { units, inputs } = this;
    const depth = tiles * LANES;
    for (let t = 0; t < tiles; t++) {
      kernels.gemm_pack_a(
        plus(this.pack.a, t * LANES * PANEL_ROWS * 4),
        plus(dy, t * dyStride * TILE_BYTES),
        units,
        LANES,
        LANES,
        1,
        depth,
      );
      kernels.gemm_pack_b(
        plus(this.pack.b, t * LANES * 32),
        plus(x, t * xStride * TILE_BYTES),
        LANES,
        inputs,
        1,
        LANES,
        depth,
      );
    }
    kernels.gemm(
      this.dweight,
      this.pack.a,
      this.pack.b,
      scratch,
      inputs,
      8,
      8 * depth,
      0,
      Math.ceil(units / PANEL_ROWS),
      units,
      inputs,
      depth,
      accumulate ? 1 : 0,
    );
  }
}

/** Fully connected units over sparse input rows. Weights are [inputs][units]: an input's weights side by side. */
export class DenseRowUnits {
  readonly units: number;
  readonly inputs: number;
  readonly weightCount: number;
  weight = NONE;
  dweight = NONE;
  pack: PackScratch = { a: NONE, b: NONE };
  private readonly engine: Engine;

  constructor(engine: Engine, inputs: number, units: number) {
    this.engine = engine;
    this.inputs = inputs;
    this.units = units;
    this.weightCount = inputs * units;
  }

  /** y = W x + bias. */
  forwardRows(y: Address, yStride: number, rows: RowBatch, bias: Address): void {
    const { kernels } = this.engine;
    const { units } = this;
    const tiles = tilesFor(rows.rows);
    kernels.spmm(
      this.pack.a,
      rows.start,
      rows.index,
      rows.value,
      NONE,
      this.weight,
      NONE,
      units,
      units,
      0,
      tiles * LANES,
      units,
      0,
    );
    for (let t = 0; t < tiles; t++) {
      kernels.rows_to_tile(
        plus(y, t * yStride * TILE_BYTES),
        plus(this.pack.a, t * LANES * units * 4),
        bias,
        units,
        units,
      );
    }
  }

  /** dW = dy xᵀ; rows of inputs that no row of the batch has become 0. */
  backwardWeightRows(dy: Address, dyStride: number, rows: RowBatch): void {
    const { kernels } = this.engine;
    const { units } = this;
    const tiles = tilesFor(rows.rows);
    for (let t = 0; t < tiles; t++) {
      kernels.tile_to_rows(plus(this.pack.a, t * LANES * units * 4), plus(dy, t * dyStride * TILE_BYTES), units, units);
    }
    kernels.spmm(
      this.dweight,
      rows.columnStart,
      rows.columnRow,
      rows.value,
      rows.columnPlace,
      this.pack.a,
      NONE,
      units,
      units,
      0,
      this.inputs,
      units,
      0,
    );
  }
}
