import { roundUp } from '../numeric/padding.js';
import { type Address, NONE, plus } from '../runtime/address.js';
import type { Engine } from '../runtime/engine.js';
import { PANEL_ROWS, wholePanels } from '../runtime/panels.js';
import { LANES, type RowBatch, tilesFor } from './batch.js';

const TILE_BYTES = LANES * 4;

/** Where fully connected units may pack their operands. Layers that take turns share it; `packScratch` reserves what the hungriest needs. */
export interface PackScratch {
  readonly a: Address;
  readonly b: Address;
}

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
    b: roundUp(inputs, 8) * lanes,
  };
}

/** Fully connected units over tiles. Weights are [units][inputs]. */
export class DenseUnits {
  readonly units: number;
  readonly inputs: number;
  readonly weightCount: number;
  weight = NONE;
  dweight = NONE;
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
    scratch: PackScratch,
    accumulate = false,
  ): void {
    const { units, inputs } = this;
    this.engine.kernels.gemm_pack_a(scratch.a, this.weight, units, inputs, inputs, 1, inputs);
    this.multiply(y, yStride, units, x, xStride, inputs, tiles, bias, scratch, accumulate);
  }

  /** dx (+)= Wᵀ dy. */
  backwardInput(
    dx: Address,
    dxStride: number,
    dy: Address,
    dyStride: number,
    tiles: number,
    scratch: PackScratch,
    accumulate: boolean,
  ): void {
    const { units, inputs } = this;
    this.engine.kernels.gemm_pack_a(scratch.a, this.weight, inputs, units, 1, inputs, units);
    this.multiply(dx, dxStride, inputs, dy, dyStride, units, tiles, NONE, scratch, accumulate);
  }

  /** dW (+)= dy xᵀ. */
  backwardWeight(
    dy: Address,
    dyStride: number,
    x: Address,
    xStride: number,
    tiles: number,
    scratch: PackScratch,
    accumulate: boolean,
  ): void {
    const { kernels } = this.engine;
    const { units, inputs } = this;
    const { a, b } = scratch;
    const depth = tiles * LANES;
    for (let t = 0; t < tiles; t++) {
      const from = plus(dy, t * dyStride * TILE_BYTES);
      kernels.gemm_pack_a(plus(a, t * LANES * PANEL_ROWS * 4), from, units, LANES, LANES, 1, depth);
      kernels.gemm_pack_b(plus(b, t * LANES * 32), plus(x, t * xStride * TILE_BYTES), LANES, inputs, 1, LANES, depth);
    }
    const panels = Math.ceil(units / PANEL_ROWS);
    const added = accumulate ? 1 : 0;
    kernels.gemm(this.dweight, a, b, this.engine.scratch, inputs, 8, 8 * depth, 0, panels, units, inputs, depth, added);
  }

  /** Tiles of `outs` units from tiles of `terms`, by the matrix [outs][terms] that is packed in `scratch.a`. */
  private multiply(
    y: Address,
    yStride: number,
    outs: number,
    x: Address,
    xStride: number,
    terms: number,
    tiles: number,
    bias: Address,
    scratch: PackScratch,
    accumulate: boolean,
  ): void {
    const { kernels } = this.engine;
    const panels = Math.ceil(outs / PANEL_ROWS);
    const added = bias || accumulate ? 1 : 0;
    for (let t = 0; t < tiles; t++) {
      const out = plus(y, t * yStride * TILE_BYTES);
      const from = plus(x, t * xStride * TILE_BYTES);
      if (bias) kernels.tile_fill(out, bias, outs);
      kernels.gemm(out, scratch.a, from, this.engine.scratch, LANES, LANES, 8, 0, panels, outs, LANES, terms, added);
    }
  }
}

/** Fully connected units over sparse input rows. Weights are [inputs][units]: an input's weights side by side. */
export class DenseRowUnits {
  readonly units: number;
  readonly inputs: number;
  readonly weightCount: number;
  weight = NONE;
  dweight = NONE;
  private readonly engine: Engine;

  constructor(engine: Engine, inputs: number, units: number) {
    this.engine = engine;
    this.inputs = inputs;
    this.units = units;
    this.weightCount = inputs * units;
  }

  /** y = W x + bias. */
  forwardRows(y: Address, yStride: number, rows: RowBatch, bias: Address, { a }: PackScratch): void {
    const { kernels } = this.engine;
    const { units, weight } = this;
    const tiles = tilesFor(rows.rows);
    const { start, index, value } = rows;
    kernels.spmm(a, start, index, value, NONE, weight, NONE, units, units, 0, tiles * LANES, units, 0);
    for (let t = 0; t < tiles; t++) {
      kernels.rows_to_tile(plus(y, t * yStride * TILE_BYTES), plus(a, t * LANES * units * 4), bias, units, units);
    }
  }

  /** dW = dy xᵀ; rows of inputs that no row of the batch has become 0. */
  backwardWeightRows(dy: Address, dyStride: number, rows: RowBatch, { a }: PackScratch): void {
    const { kernels } = this.engine;
    const { units, dweight } = this;
    for (let t = 0; t < tilesFor(rows.rows); t++) {
      kernels.tile_to_rows(plus(a, t * LANES * units * 4), plus(dy, t * dyStride * TILE_BYTES), units, units);
    }
    const { columnStart, columnRow, columnPlace, value } = rows;
    kernels.spmm(dweight, columnStart, columnRow, value, columnPlace, a, NONE, units, units, 0, this.inputs, units, 0);
  }
}
