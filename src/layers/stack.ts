import type { Matrix } from '../data/dataset.js';
import type { Engine, Scope } from '../runtime/engine.js';
import { dropThreshold, Purpose } from '../runtime/random.js';
import { type InputBatch, inputBatch, LANES } from './batch.js';
import type { PackScratch } from './dense-units.js';
import { activationBytes, type Linear } from './linear.js';

/** Buffers for one batch through layers that follow one another. */
export class Workspace {
  readonly batch: InputBatch;
  /** One a layer: tiles of [units][32]. */
  readonly activations: readonly number[];
  readonly pack: PackScratch;
  private readonly scope: Scope;

  constructor(engine: Engine, layers: readonly Linear[], matrix: Matrix, batchSize: number) {
    this.scope = engine.scope();
    try {
      this.batch = inputBatch(engine, this.scope, matrix, batchSize);
      this.activations = layers.map((layer) => this.scope.bytes(activationBytes(layer.units, batchSize)));
      const sizes = packBytes(layers, batchSize);
      this.pack = { a: this.scope.bytes(sizes.a), b: this.scope.bytes(sizes.b) };
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

/** Names the random numbers of one training step. */
export interface Noise {
  seed: number;
  step: number;
}

/**
 * Runs the workspace's batch through ReLU layers, with dropout where noise is given; the last stays linear if it is an output layer.
 * Returns the last layer's output, tiles of [units][32].
 */
export function forwardLayers(
  engine: Engine,
  layers: readonly Linear[],
  space: Workspace,
  tiles: number,
  { linearOutput, dropout = 0, noise }: { linearOutput: boolean; dropout?: number; noise?: Noise },
): number {
  const { kernels, scratch } = engine;
  layers.forEach((layer, l) => {
    const y = space.activations[l]!;
    layer.pack = space.pack;
    layer.forward(y, l === 0 ? space.batch : space.activations[l - 1]!, tiles);
    if (linearOutput && l === layers.length - 1) return;
    const length = tiles * layer.units * LANES;
    kernels.relu(y, length);
    if (noise && dropout > 0) {
      kernels.dropout(
        y,
        length,
        dropThreshold(dropout),
        1 / (1 - dropout),
        scratch,
        0,
        noise.seed,
        Purpose.dropout,
        noise.step,
        l,
      );
    }
  });
  return space.activations[layers.length - 1]!;
}
