import { roundUp } from '../numeric/padding.js';
import { type Address, NONE, plus } from '../runtime/address.js';
import type { Engine } from '../runtime/engine.js';
import type { Pace } from '../runtime/pace.js';
import { PANEL_ROWS, wholePanels } from '../runtime/panels.js';
import { inParts, type Turns } from '../runtime/parts.js';
import { LANES, type RowBatch, tilesFor, tilesToRows } from './batch.js';
import { multiplyPanels, PACK, packPanels } from './product.js';

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
  async forward(
    y: Address,
    yStride: number,
    x: Address,
    xStride: number,
    tiles: number,
    bias: Address,
    scratch: PackScratch,
    pace: Pace,
    accumulate = false,
  ): Promise<void> {
    const { units, inputs } = this;
    await packPanels(this.engine, scratch.a, this.weight, units, inputs, inputs, 1, pace);
    await this.multiply(y, yStride, units, x, xStride, inputs, tiles, bias, scratch, pace, accumulate);
  }

  /** dx (+)= Wᵀ dy. */
  async backwardInput(
    dx: Address,
    dxStride: number,
    dy: Address,
    dyStride: number,
    tiles: number,
    scratch: PackScratch,
    pace: Pace,
    accumulate: boolean,
  ): Promise<void> {
    const { units, inputs } = this;
    await packPanels(this.engine, scratch.a, this.weight, inputs, units, 1, inputs, pace);
    await this.multiply(dx, dxStride, inputs, dy, dyStride, units, tiles, NONE, scratch, pace, accumulate);
  }

  /** dW (+)= dy xᵀ. */
  async backwardWeight(
    dy: Address,
    dyStride: number,
    x: Address,
    xStride: number,
    tiles: number,
    scratch: PackScratch,
    pace: Pace,
    accumulate: boolean,
  ): Promise<void> {
    const { engine, units, inputs, dweight } = this;
    const { a, b } = scratch;
    const depth = tiles * LANES;
    await inParts(engine, pace, depth * (units + inputs) * PACK, tiles, inputs, 8, ({ kernels }, j0, j1, t0, t1) => {
      for (let t = t0; t < t1; t++) {
        const [dyTile, xTile] = [plus(dy, t * dyStride * TILE_BYTES), plus(x, (t * xStride + j0) * TILE_BYTES)];
        if (j0 === 0) kernels.gemm_pack_a(plus(a, t * LANES * PANEL_ROWS * 4), dyTile, units, LANES, LANES, 1, depth);
        kernels.gemm_pack_b(plus(b, (t * LANES * 8 + j0 * depth) * 4), xTile, LANES, j1 - j0, 1, LANES, depth);
      }
    });
    await multiplyPanels(engine, dweight, a, b, units, inputs, depth, accumulate, pace);
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
    { a }: PackScratch,
    pace: Pace,
    accumulate: boolean,
  ): Turns {
    const panels = Math.ceil(outs / PANEL_ROWS);
    const added = bias || accumulate ? 1 : 0;
    const work = tiles * LANES * outs * terms;
    return inParts(this.engine, pace, work, tiles, panels, 1, ({ kernels, own }, p0, p1, t0, t1) => {
      const u0 = p0 * PANEL_ROWS;
      for (let t = t0; t < t1; t++) {
        const out = plus(y, t * yStride * TILE_BYTES);
        const from = plus(x, t * xStride * TILE_BYTES);
        if (bias)
          kernels.tile_fill(plus(out, u0 * TILE_BYTES), plus(bias, u0 * 4), Math.min(outs, p1 * PANEL_ROWS) - u0);
        kernels.gemm(out, a, from, own, LANES, LANES, 8, p0, p1, outs, LANES, terms, added);
      }
    });
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
  forwardRows(y: Address, yStride: number, rows: RowBatch, bias: Address, { a }: PackScratch, pace: Pace): Turns {
    const { engine, units, weight } = this;
    const { start, index, value } = rows;
    const work = rows.entries * units;
    return inParts(engine, pace, work, tilesFor(rows.rows), units, LANES, ({ kernels }, u0, u1, t0, t1) => {
      const [out, from] = [plus(a, u0 * 4), plus(weight, u0 * 4)];
      kernels.spmm(out, start, index, value, NONE, from, NONE, units, units, t0 * LANES, t1 * LANES, u1 - u0, 0);
      for (let t = t0; t < t1; t++) {
        const tile = plus(y, (t * yStride + u0) * TILE_BYTES);
        kernels.rows_to_tile(tile, plus(out, t * LANES * units * 4), plus(bias, u0 * 4), units, u1 - u0);
      }
    });
  }

  /** dW = dy xᵀ; rows of inputs that no row of the batch has become 0. */
  async backwardWeightRows(
    dy: Address,
    dyStride: number,
    rows: RowBatch,
    { a }: PackScratch,
    pace: Pace,
  ): Promise<void> {
    const { engine, units, inputs, dweight } = this;
    const tiles = tilesFor(rows.rows);
    await tilesToRows(engine, a, dy, units, tiles, pace, dyStride);
    const { columnStart, columnRow, columnPlace, value } = rows;
    // Each weight's gradient is written, of most inputs as a 0.
    const work = (rows.entries + inputs) * units;
    await inParts(engine, pace, work, inputs, units, LANES, ({ kernels }, u0, u1, f0, f1) => {
      const [out, from] = [plus(dweight, u0 * 4), plus(a, u0 * 4)];
      kernels.spmm(out, columnStart, columnRow, value, columnPlace, from, NONE, units, units, f0, f1, u1 - u0, 0);
    });
  }
}
