import type { Matrix } from '../data/dataset.js';
import type { Address } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';
import type { Pace } from '../runtime/pace.js';
import { Purpose } from '../runtime/random.js';
import type { Noise } from './activate.js';
import { activateUnits, type DropRates } from './activate-units.js';
import { type InputBatch, inputBatch } from './batch.js';
import type { PackScratch } from './dense-units.js';
import { activationBytes, type Linear } from './linear.js';
import type { SkipPath } from './skip-path.js';

/** Buffers for one batch through layers that follow one another. */
export class Workspace {
  readonly batch: InputBatch;
  /** One a layer: tiles of [units][32]. */
  readonly activations: readonly Address[];
  /** One a skip-path: tiles of [its units][32]. */
  readonly paths: readonly Address[];
  readonly scratch: PackScratch;
  private readonly scope: Scope;

  constructor(
    engine: Engine,
    layers: readonly Linear[],
    matrix: Matrix,
    batchSize: number,
    paths: readonly SkipPath[] = [],
  ) {
    this.scope = engine.scope();
    try {
      this.batch = inputBatch(engine, this.scope, matrix, batchSize);
      const room = ({ units }: Linear) => this.scope.bytes(activationBytes(units, batchSize));
      this.activations = layers.map(room);
      this.paths = paths.map(({ hidden }) => room(hidden));
      this.scratch = packScratch(this.scope, [...layers, ...linearsOf(paths)], batchSize);
    } catch (error) {
      this.scope.dispose();
      throw error;
    }
  }

  dispose(): void {
    this.scope.dispose();
  }
}

/** Bytes of packing room that the hungriest of the layers needs. */
export function packBytes(layers: readonly Linear[], batchSize: number): { a: number; b: number } {
  const sizes = layers.map((layer) => layer.packSizes(batchSize));
  return { a: Math.max(0, ...sizes.map((s) => s.a)) * 4, b: Math.max(0, ...sizes.map((s) => s.b)) * 4 };
}

/** Packing room that these layers can share. */
export function packScratch(scope: Scope, layers: readonly Linear[], batchSize: number): PackScratch {
  const { a, b } = packBytes(layers, batchSize);
  return { a: scope.bytes(a), b: scope.bytes(b) };
}

/** The layers of skip-paths, in the order of their parameters. */
export function linearsOf(paths: readonly SkipPath[]): Linear[] {
  return paths.flatMap(({ hidden, output }) => [hidden, output]);
}

const NO_DROPOUT: DropRates = { sparse: 0, dense: 0 };

/**
 * Runs the workspace's batch through ReLU layers, with dropout where noise is given; the last stays linear if it is an output layer.
 * Returns the last layer's output, tiles of [units][32].
 */
export async function forwardLayers(
  engine: Engine,
  layers: readonly Linear[],
  space: Workspace,
  tiles: number,
  pace: Pace,
  { linearOutput, rates = NO_DROPOUT, noise }: { linearOutput: boolean; rates?: DropRates; noise?: Noise },
): Promise<Address> {
  for (const [l, layer] of layers.entries()) {
    const y = space.activations[l]!;
    await layer.forward(y, l === 0 ? space.batch : space.activations[l - 1]!, tiles, space.scratch, pace);
    if (linearOutput && l === layers.length - 1) break;
    const mask = noise && { ...noise, purpose: Purpose.dropout, stream: l };
    await activateUnits(engine, y, layer, tiles, rates, mask, pace);
  }
  return space.activations[layers.length - 1]!;
}
