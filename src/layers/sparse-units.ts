import { type Address, NONE, plus } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';
import type { Fork } from '../runtime/fork.js';
import type { Pace } from '../runtime/pace.js';
import { inParts, inRanges, type Turns } from '../runtime/parts.js';
import { LANES, type RowBatch, tilesFor } from './batch.js';
import { type BoundConnections, bindConnections, type Connections } from './connections.js';

const TILE_BYTES = LANES * 4;
const HALF = LANES / 2;
/** What a connection of a single row takes, in multiply-adds over lanes. */
const SCATTERED = 32;
/** Bytes of a tile that a core's cache of the second level does not keep beside the weights: its rows then come from far away, one by one. */
const FAR = 2 ** 19;

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
    pace: Pace,
    accumulate = false,
  ): Turns {
    const { engine, units, weight } = this;
    const { start, index } = this.at;
    const added = accumulate ? 1 : 0;
    return inParts(engine, pace, this.work(tiles), tiles, units, 1, (fork, u0, u1, t0, t1) => {
      const { kernels } = fork;
      for (let t = t0; t < t1; t++) {
        const [out, from] = [plus(y, t * yStride * TILE_BYTES), plus(x, t * xStride * TILE_BYTES)];
        this.readAhead(fork, from, u0, u1);
        kernels.spmm(out, start, index, weight, NONE, from, bias, LANES, LANES, u0, u1, LANES, added);
      }
    });
  }

  /** dx (+)= Wᵀ dy. */
  backwardInput(
    dx: Address,
    dxStride: number,
    dy: Address,
    dyStride: number,
    tiles: number,
    pace: Pace,
    accumulate: boolean,
  ): Turns {
    const { engine, inputs, weight } = this;
    const { inputStart, inputUnit, inputPlace } = this.at;
    const added = accumulate ? 1 : 0;
    return inParts(engine, pace, this.work(tiles), tiles, inputs, 1, ({ kernels }, f0, f1, t0, t1) => {
      for (let t = t0; t < t1; t++) {
        const [out, from] = [plus(dx, t * dxStride * TILE_BYTES), plus(dy, t * dyStride * TILE_BYTES)];
        kernels.spmm(out, inputStart, inputUnit, weight, inputPlace, from, NONE, LANES, LANES, f0, f1, LANES, added);
      }
    });
  }

  /** dW (+)= dy xᵀ, at the connections. */
  backwardWeight(
    dy: Address,
    dyStride: number,
    x: Address,
    xStride: number,
    tiles: number,
    pace: Pace,
    accumulate: boolean,
  ): Turns {
    const { engine, units, dweight } = this;
    const { start, index } = this.at;
    if (!accumulate) this.clear();
    return inRanges(engine, pace, this.work(tiles), units, 1, ({ kernels, own }, u0, u1) => {
      for (let t = 0; t < tiles; t++) {
        const [from, at] = [plus(dy, t * dyStride * TILE_BYTES), plus(x, t * xStride * TILE_BYTES)];
        kernels.sddmm(dweight, start, index, from, at, own, LANES, LANES, u0, u1, LANES);
      }
    });
  }

  /** forward for sparse input rows. */
  async forwardRows(y: Address, yStride: number, rows: RowBatch, bias: Address, pace: Pace): Promise<void> {
    const { engine, units, weight } = this;
    const { start, index, value } = rows;
    const { inputStart, inputUnit, inputPlace } = this.at;
    const tiles = tilesFor(rows.rows);
    await inParts(engine, pace, tiles * LANES * units, tiles, units, 1, ({ kernels }, u0, u1, t0, t1) => {
      for (let t = t0; t < t1; t++)
        kernels.tile_fill(plus(y, (t * yStride + u0) * TILE_BYTES), plus(bias, u0 * 4), u1 - u0);
    });
    // Lanes are rows, each with connections of its own features: half a tile has its own cache lines.
    await inParts(engine, pace, this.rowWork(rows), tiles, LANES, HALF, ({ kernels }, lane0, lane1, t0, t1) => {
      for (let t = t0; t < t1; t++) {
        const tile = plus(y, t * yStride * TILE_BYTES + lane0 * 4);
        const first = t * LANES + lane0;
        const count = lane1 - lane0;
        kernels.sparse_rows_forward(tile, start, index, value, inputStart, inputUnit, inputPlace, weight, first, count);
      }
    });
  }

  /** backwardWeight for sparse input rows. */
  async backwardWeightRows(
    dy: Address,
    dyStride: number,
    rows: RowBatch,
    pace: Pace,
    accumulate: boolean,
  ): Promise<void> {
    const { engine, dweight } = this;
    const { inputStart, inputUnit, inputPlace } = this.at;
    const { columnStart, columnRow, columnPlace, value } = rows;
    if (!accumulate) this.clear();
    await inRanges(engine, pace, this.rowWork(rows), this.inputs, 1, ({ kernels }, f0, f1) => {
      kernels.sparse_rows_backward(
        dweight,
        columnStart,
        columnRow,
        columnPlace,
        value,
        inputStart,
        inputUnit,
        inputPlace,
        dy,
        dyStride,
        f0,
        f1,
      );
    });
  }

  /** Fetches of a large tile what units [u0, u1) are likely to see: fields and inputs stand in the order of one tree. */
  private readAhead({ kernels, own }: Fork, tile: Address, u0: number, u1: number): void {
    const { inputs, units } = this;
    if (inputs * TILE_BYTES < FAR || this.weightCount < 8 * inputs) return;
    const [first, last] = [Math.floor((inputs * u0) / units), Math.floor((inputs * u1) / units)];
    kernels.read_ahead(own, plus(tile, first * TILE_BYTES), last - first);
  }

  private work(tiles: number): number {
    return this.weightCount * tiles * LANES;
  }

  /** Rows take their numbers from all over memory. */
  private rowWork({ entries }: RowBatch): number {
    return (entries * this.weightCount * SCATTERED) / this.inputs;
  }

  private clear(): void {
    this.engine.f32(this.dweight, this.weightCount).fill(0);
  }
}
