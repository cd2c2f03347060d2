import { padded } from '../numeric/padding.js';
import { type Address, NONE, plus } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';
import type { Pace } from '../runtime/pace.js';
import { inRanges, type Turns } from '../runtime/parts.js';
import { fillUniform } from '../runtime/random.js';
import type { Steps } from '../runtime/steps.js';
import { type InputBatch, LANES, type RowBatch, type TileBatch, tilesFor } from './batch.js';
import type { Connections } from './connections.js';
import { DenseRowUnits, DenseUnits, type PackScratch, packSizes } from './dense-units.js';
import { SparseUnits } from './sparse-units.js';

export interface LinearShape {
  inputs: number;
  /** Sparse units, before the dense ones. */
  connections?: Connections;
  /** Fully connected units. */
  dense: number;
  /** Whether the layer reads sparse rows or tiles. */
  input: 'rows' | 'tiles';
  /** Without a bias there are forwardLinear, backwardWeight and backwardInput alone. */
  bias?: false;
}

/** Weights that are drawn at a time: a millisecond or so. */
export const DRAWN = 2 ** 16;

/** One run of numbers in a layer's parameters, padded to 16 floats. */
export interface Segment {
  readonly name: 'sparse.weight' | 'dense.weight' | 'bias';
  readonly offset: number;
  readonly length: number;
}

/** y = W x + b, where some units see a few inputs and others all. Parameters are a part of its model's block. */
export class Linear {
  readonly inputs: number;
  readonly units: number;
  readonly sparseUnits: number;
  readonly denseUnits: number;
  readonly input: 'rows' | 'tiles';
  readonly connections: Connections | undefined;
  readonly sparse: SparseUnits | undefined;
  readonly dense: DenseUnits | DenseRowUnits | undefined;
  readonly segments: readonly Segment[];
  /** Floats in the model's block, padding included. */
  readonly parameterLength: number;
  /** Weights and biases, padding excluded. */
  readonly weights: number;
  /** Where the parameters start. */
  parameters = NONE;
  bias = NONE;
  private dbias = NONE;
  private readonly engine: Engine;

  constructor(engine: Engine, scope: Scope, shape: LinearShape) {
    this.engine = engine;
    this.inputs = shape.inputs;
    this.input = shape.input;
    this.connections = shape.connections;
    this.sparseUnits = shape.connections?.units ?? 0;
    this.denseUnits = shape.dense;
    this.units = this.sparseUnits + shape.dense;
    if (shape.connections) this.sparse = new SparseUnits(engine, scope, shape.connections);
    if (shape.dense > 0) {
      this.dense = new (shape.input === 'rows' ? DenseRowUnits : DenseUnits)(engine, shape.inputs, shape.dense);
    }
    let offset = 0;
    const segment = (name: Segment['name'], length: number): Segment => {
      const at = offset;
      offset += padded(length);
      return { name, offset: at, length };
    };
    this.segments = [
      ...(this.sparse ? [segment('sparse.weight', this.sparse.weightCount)] : []),
      ...(this.dense ? [segment('dense.weight', this.dense.weightCount)] : []),
      ...(shape.bias === false ? [] : [segment('bias', this.units)]),
    ];
    this.parameterLength = offset;
    this.weights = this.segments.reduce((sum, s) => sum + s.length, 0);
  }

  /** Points the layer at its parameters and gradients (bytes). */
  bind(parameters: Address, gradients: Address): void {
    this.parameters = parameters;
    for (const { name, offset } of this.segments) {
      const at = plus(parameters, offset * 4);
      const d = plus(gradients, offset * 4);
      if (name === 'bias') {
        this.bias = at;
        this.dbias = d;
      } else {
        const units = name === 'sparse.weight' ? this.sparse! : this.dense!;
        units.weight = at;
        units.dweight = d;
      }
    }
  }

  /** Floats of packing room that this layer needs. */
  packSizes(batchSize: number): { a: number; b: number } {
    return packSizes(this.denseUnits, this.inputs, this.input, batchSize);
  }

  /** Weights uniform within ±gain/√fan_in, fan_in counting the connections a unit really has; biases 0. `stream` numbers the layer. */
  *initialising(seed: number, purpose: number, stream: number, gain: number): Steps<void> {
    const { engine } = this;
    for (const { name, offset, length } of this.segments) {
      const at = plus(this.parameters, offset * 4);
      const sparse = name === 'sparse.weight';
      const bound = sparse ? 1 : gain / Math.sqrt(this.inputs);
      const step = stream * 2 + (sparse ? 1 : 0);
      const drawn = name === 'bias' ? 0 : length;
      for (let from = 0; from < drawn; from += DRAWN) {
        const some = Math.min(DRAWN, drawn - from);
        fillUniform(engine, plus(at, from * 4), some, -bound, bound, seed, purpose, step, from / 16);
        yield;
      }
      if (sparse) scaleByFanIn(engine.f32(at, length), this.connections!, gain);
      engine.f32(at, padded(length)).fill(0, drawn);
    }
  }

  /** y[units][32] tiles from a batch; `x` may also be the tiles of a hidden layer. */
  async forward(y: Address, x: InputBatch | Address, tiles: number, scratch: PackScratch, pace: Pace): Promise<void> {
    const { units, inputs, sparse, dense, bias } = this;
    const denseY = this.denseTile(y);
    const denseBias = plus(bias, this.sparseUnits * 4);
    if (this.input === 'rows') {
      const rows = x as RowBatch;
      if (sparse) await sparse.forwardRows(y, units, rows, bias, pace);
      if (dense) await (dense as DenseRowUnits).forwardRows(denseY, units, rows, denseBias, scratch, pace);
      return;
    }
    const at = tilesOf(x);
    if (sparse) await sparse.forward(y, units, at, inputs, tiles, bias, pace);
    if (dense) await (dense as DenseUnits).forward(denseY, units, at, inputs, tiles, denseBias, scratch, pace);
  }

  /** Gradients of the parameters, and of the input into dx unless it is NONE. With `accumulate`, weight and bias gradients are added to. */
  async backward(
    dx: Address,
    dy: Address,
    x: InputBatch | Address,
    tiles: number,
    scratch: PackScratch,
    pace: Pace,
    accumulate = false,
  ): Promise<void> {
    if (!accumulate) this.clearBiasGradient();
    await this.addBiasGradient(dy, tiles, pace);
    if (this.input === 'rows') {
      const rows = x as RowBatch;
      const { units, sparse, dense } = this;
      if (sparse) await sparse.backwardWeightRows(dy, units, rows, pace, accumulate);
      if (dense) await (dense as DenseRowUnits).backwardWeightRows(this.denseTile(dy), units, rows, scratch, pace);
      return;
    }
    await this.backwardWeight(dy, tilesOf(x), tiles, scratch, pace, accumulate);
    if (dx) await this.backwardInput(dx, dy, tiles, scratch, pace, false);
  }

  clearBiasGradient(): void {
    this.engine.f32(this.dbias, this.units).fill(0);
  }

  addBiasGradient(dy: Address, tiles: number, pace: Pace): Turns {
    const { engine, units, dbias } = this;
    return inRanges(engine, pace, tiles * units * LANES, units, 16, ({ kernels }, from, to) => {
      for (let t = 0; t < tiles; t++)
        kernels.tile_sums(plus(dbias, from * 4), plus(dy, (t * units + from) * LANES * 4), to - from);
    });
  }

  /** y (+)= W x over tiles, without the bias. */
  async forwardLinear(
    y: Address,
    x: Address,
    tiles: number,
    scratch: PackScratch,
    pace: Pace,
    accumulate = false,
  ): Promise<void> {
    const { units, inputs, sparse } = this;
    const dense = this.dense as DenseUnits | undefined;
    if (sparse) await sparse.forward(y, units, x, inputs, tiles, NONE, pace, accumulate);
    if (dense) await dense.forward(this.denseTile(y), units, x, inputs, tiles, NONE, scratch, pace, accumulate);
  }

  /** dW (+)= dy xᵀ over tiles. */
  async backwardWeight(
    dy: Address,
    x: Address,
    tiles: number,
    scratch: PackScratch,
    pace: Pace,
    accumulate: boolean,
  ): Promise<void> {
    const { units, inputs, sparse } = this;
    const dense = this.dense as DenseUnits | undefined;
    if (sparse) await sparse.backwardWeight(dy, units, x, inputs, tiles, pace, accumulate);
    if (dense) await dense.backwardWeight(this.denseTile(dy), units, x, inputs, tiles, scratch, pace, accumulate);
  }

  /** dx (+)= Wᵀ dy over tiles. */
  async backwardInput(
    dx: Address,
    dy: Address,
    tiles: number,
    scratch: PackScratch,
    pace: Pace,
    accumulate: boolean,
  ): Promise<void> {
    const { units, inputs, sparse } = this;
    const dense = this.dense as DenseUnits | undefined;
    const added = accumulate || sparse !== undefined;
    if (sparse) await sparse.backwardInput(dx, inputs, dy, units, tiles, pace, accumulate);
    if (dense) await dense.backwardInput(dx, inputs, this.denseTile(dy), units, tiles, scratch, pace, added);
  }

  /** Where the dense units begin in the first of this layer's tiles. */
  private denseTile(tile: Address): Address {
    return plus(tile, this.sparseUnits * LANES * 4);
  }
}

function tilesOf(x: InputBatch | Address): Address {
  return typeof x === 'number' ? x : (x as TileBatch).at;
}

/** Bytes of one hidden or output activation of a batch. */
export function activationBytes(units: number, batchSize: number): number {
  return tilesFor(batchSize) * units * LANES * 4;
}

function scaleByFanIn(values: Float32Array, { start, units }: Connections, gain: number): void {
  for (let u = 0; u < units; u++) {
    const bound = gain / Math.sqrt(Math.max(1, start[u + 1]! - start[u]!));
    for (let e = start[u]!; e < start[u + 1]!; e++) values[e]! *= bound;
  }
}
