import type { Matrix } from '../../data/dataset.js';
import { activateBackward } from '../../layers/activate.js';
import { activateUnitsBackward } from '../../layers/activate-units.js';
import { LANES, loadBatch, tilesFor } from '../../layers/batch.js';
import { activationBytes, type Linear } from '../../layers/linear.js';
import type { Workspace } from '../../layers/stack.js';
import { type Address, plus } from '../../runtime/address.js';
import type { Engine, Scope } from '../../runtime/engine.js';
import type { Pace } from '../../runtime/pace.js';
import type { Steps } from '../../runtime/steps.js';
import type { Network } from './network.js';

const NO_DROPOUT = { sparse: 0, dense: 0 };

/** Weights that are gone through in a step. */
const WEIGHTS = 2 ** 16;

/** Runs batches forward without noise, and gradients of what comes out back to the layers that see the features; not to the weights. */
export class Gradients {
  readonly space: Workspace;
  /** Gradients of each layer's sums, before its activation: tiles of [units][32]. */
  readonly deltas: readonly Address[];
  /** The same of each skip-path's units. */
  readonly pathDeltas: readonly Address[];
  /** The layers that see the features, with their gradients. */
  readonly roots: readonly { readonly layer: Linear; readonly delta: Address }[];
  private readonly net: Network;
  private readonly scope: Scope;
  private tiles = 0;

  constructor(net: Network, matrix: Matrix, batchSize: number) {
    this.net = net;
    this.space = net.workspace(matrix, batchSize);
    this.scope = net.engine.scope();
    const room = ({ units }: Linear) => this.scope.bytes(activationBytes(units, batchSize));
    try {
      this.deltas = net.layers.map(room);
      this.pathDeltas = net.paths.map(({ hidden }) => room(hidden));
    } catch (error) {
      this.dispose();
      throw error;
    }
    this.roots = [
      { layer: net.layers[0]!, delta: this.deltas[0]! },
      ...net.paths.flatMap(({ from, hidden }, p) =>
        from === 0 ? [{ layer: hidden, delta: this.pathDeltas[p]! }] : [],
      ),
    ];
  }

  /** Outputs of these rows before softmax or sigmoid. */
  async forward(matrix: Matrix, rows: Int32Array, pace: Pace): Promise<Address> {
    await loadBatch(this.space.batch, matrix, rows, false, pace);
    this.tiles = tilesFor(rows.length);
    return this.net.forward(this.space, this.tiles, pace);
  }

  /** From gradients of the outputs, which stand in the last of the deltas, to those of the roots. */
  async backward(pace: Pace): Promise<void> {
    const { paths, layers } = this.net;
    for (const p of paths.keys()) {
      const { output } = paths[p]!;
      await output.backwardInput(this.pathDeltas[p]!, this.deltas.at(-1)!, this.tiles, this.space.scratch, pace, false);
      await this.throughPath(p, pace);
    }
    await this.descend(layers.length - 1, true, pace);
  }

  /** From gradients of the activations of hidden layer l, which stand in its deltas. */
  async backwardFromLayer(l: number, pace: Pace): Promise<void> {
    await this.through(l, pace);
    await this.descend(l, false, pace);
  }

  /** From gradients of the activations of a skip-path's units, which stand in its deltas. */
  async backwardFromPath(p: number, pace: Pace): Promise<void> {
    const { from, hidden } = this.net.paths[p]!;
    await this.throughPath(p, pace);
    if (from === 0) return;
    const below = this.deltas[from - 1]!;
    await hidden.backwardInput(below, this.pathDeltas[p]!, this.tiles, this.space.scratch, pace, false);
    await this.backwardFromLayer(from - 1, pace);
  }

  /** From gradients of the sums of layer `top` down; with `paths`, those of skip-paths are added on the way. */
  private async descend(top: number, paths: boolean, pace: Pace): Promise<void> {
    const { net, deltas, tiles, space } = this;
    for (let l = top; l > 0; l--) {
      await net.layers[l]!.backwardInput(deltas[l - 1]!, deltas[l]!, tiles, space.scratch, pace, false);
      for (const [p, { from, hidden }] of net.paths.entries()) {
        if (paths && from === l)
          await hidden.backwardInput(deltas[l - 1]!, this.pathDeltas[p]!, tiles, space.scratch, pace, true);
      }
      await this.through(l - 1, pace);
    }
  }

  private async through(l: number, pace: Pace): Promise<void> {
    const { net, space, tiles } = this;
    const [d, y] = [this.deltas[l]!, space.activations[l]!];
    await activateUnitsBackward(net.engine, d, y, net.layers[l]!, tiles, NO_DROPOUT, pace);
  }

  private async throughPath(p: number, pace: Pace): Promise<void> {
    const { net, space, tiles } = this;
    const length = tiles * net.paths[p]!.hidden.units * LANES;
    await activateBackward(net.engine, this.pathDeltas[p]!, space.paths[p]!, length, 0, pace);
  }

  dispose(): void {
    this.space.dispose();
    this.scope.dispose();
  }
}

/** Sets one number of each row, and the others to 0, of `tiles` tiles of [units][32]. */
export function fillUnits(
  engine: Engine,
  at: Address,
  units: number,
  tiles: number,
  values: readonly (readonly [unit: number, value: number])[],
): void {
  for (let t = 0; t < tiles; t++) {
    const tile = engine.f32(plus(at, t * units * LANES * 4), units * LANES).fill(0);
    for (const [unit, value] of values) tile.fill(value, unit * LANES, (unit + 1) * LANES);
  }
}

/** Adds Wᵀ d to the gradients of the features named. d: of a root's sums. */
export function* addInputGradient(
  engine: Engine,
  layer: Linear,
  d: Float64Array,
  features: Int32Array,
  out: Float64Array,
): Steps<void> {
  const { connections, sparseUnits, denseUnits, inputs, sparse, dense } = layer;
  let gone = 0;
  for (let u = 0; u < sparseUnits; u++) {
    const factor = d[u]!;
    if (factor === 0) continue;
    const [from, to] = [connections!.start[u]!, connections!.start[u + 1]!];
    const weight = engine.f32(plus(sparse!.weight, from * 4), to - from);
    for (let e = from; e < to; e++) out[connections!.index[e]!]! += factor * weight[e - from]!;
    gone += to - from;
    if (gone < WEIGHTS) continue;
    gone = 0;
    yield;
  }
  if (!dense) return;
  if (layer.input === 'rows') {
    for (const f of features) {
      const weight = engine.f32(plus(dense.weight, f * denseUnits * 4), denseUnits);
      let sum = 0;
      for (let u = 0; u < denseUnits; u++) sum += d[sparseUnits + u]! * weight[u]!;
      out[f]! += sum;
      gone += denseUnits;
      if (gone < WEIGHTS) continue;
      gone = 0;
      yield;
    }
    return;
  }
  for (let u = 0; u < denseUnits; u++) {
    const factor = d[sparseUnits + u]!;
    if (factor === 0) continue;
    const weight = engine.f32(plus(dense.weight, u * inputs * 4), inputs);
    for (const f of features) out[f]! += factor * weight[f]!;
    gone += features.length;
    if (gone < WEIGHTS) continue;
    gone = 0;
    yield;
  }
}
