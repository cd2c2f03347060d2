import { type Address, NONE, plus } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';
import { LANES, type RowBatch, tilesFor } from './batch.js';
import { type BoundConnections, bindConnections, type Connections } from './connections.js';

const TILE_BYTES = LANES * 4;

/**
 * Units that each see a few inputs. Weights stand by unit, in the order of the connections. Tiles are [features][32]; a `stride` says how many features
 * one tile of the buffer holds, so that a layer's units may be a part of it.
 */
export class SparseUnits {
  readonly units: number;
  readonly inputs: number;
  readonly weightCount: number;
  weight = NONE;
  dweight = NONE;
  private readonly engine: Engine;
  private readonly at: BoundConnections;

  constructor(engine: Engine, scope: Scope, connections: Connections) {
    this.engine = engine;
    this.units = connections.units;
    this.inputs = connections.inputs;
    this.weightCount = connections.index.length;
    this.at = bindConnections(engine, scope, connections);
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
    const { kernels } = this.engine;
    for (let t = 0; t < tiles; t++) {
      kernels.spmm(
        plus(y, t * yStride * TILE_BYTES),
        this.at.start,
        this.at.index,
        this.weight,
        NONE,
        plus(x, t * xStride * TILE_BYTES),
        bias,
        LANES,
        LANES,
        0,
        this.units,
        LANES,
        accumulate ? 1 : 0,
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
    const { kernels } = this.engine;
    for (let t = 0; t < tiles; t++) {
      kernels.spmm(
        plus(dx, t * dxStride * TILE_BYTES),
        this.at.inputStart,
        this.at.inputUnit,
        this.weight,
        this.at.inputPlace,
        plus(dy, t * dyStride * TILE_BYTES),
        NONE,
        LANES,
        LANES,
        0,
        this.inputs,
        LANES,
        accumulate ? 1 : 0,
      );
    }
  }

  /** dW (+)= dy xᵀ, at the connections. */
  backwardWeight(dy: Address, dyStride: number, x: Address, xStride: number, tiles: number, accumulate: boolean): void {
    const { kernels } = this.engine;
    if (!accumulate) this.clear();
    for (let t = 0; t < tiles; t++) {
      kernels.sddmm(
        this.dweight,
        this.at.start,
        this.at.index,
        plus(dy, t * dyStride * TILE_BYTES),
        plus(x, t * xStride * TILE_BYTES),
        this.engine.scratch,
        LANES,
        LANES,
        0,
        this.units,
        LANES,
      );
    }
  }

  /** forward for sparse input rows. */
  forwardRows(y: Address, yStride: number, rows: RowBatch, bias: Address): void {
    const { kernels } = this.engine;
    for (let t = 0; t < tilesFor(rows.rows); t++) {
      const tile = plus(y, t * yStride * TILE_BYTES);
      kernels.tile_fill(tile, bias, this.units);
      kernels.sparse_rows_forward(
        tile,
        rows.start,
        rows.index,
        rows.value,
        this.at.inputStart,
        this.at.inputUnit,
        this.at.inputPlace,
        this.weight,
        t * LANES,
        LANES,
      );
    }
  }

  /** backwardWeight for sparse input rows. */
  backwardWeightRows(dy: Address, dyStride: number, rows: RowBatch, accumulate: boolean): void {
    if (!accumulate) this.clear();
    this.engine.kernels.sparse_rows_backward(
      this.dweight,
      rows.columnStart,
      rows.columnRow,
      rows.columnPlace,
      rows.value,
      this.at.inputStart,
      this.at.inputUnit,
      this.at.inputPlace,
      dy,
      dyStride,
      0,
      this.inputs,
    );
  }

  private clear(): void {
    this.engine.f32(this.dweight, this.weightCount).fill(0);
  }
}
