import type { Address } from './address.js';
import type { Engine } from './engine.js';

/** What a random stream is for. Each purpose is a stream of its own, so that drawing more of one never shifts another. */
export const Purpose = {
  split: 1,
  initialWeights: 2,
  skipWeights: 15,
  shuffle: 3,
  dropout: 4,
  skipDropout: 16,
  inputDropout: 8,
  augment: 9,
  pretrainShuffle: 5,
  pretrainMask: 6,
  pretrainDropout: 7,
  pretrainHeld: 21,
  initialLinear: 12,
  gateNoise: 10,
  gateCoin: 11,
  latentSample: 13,
  latentStart: 14,
  heldDocuments: 20,
  latentRows: 17,
  shownDocuments: 18,
  importance: 30,
  shards: 31,
  streamSample: 32,
  treeSample: 33,
} as const;

/** A permutation of 0 .. n-1, a function of (seed, purpose, step). */
export function permutation(engine: Engine, n: number, seed: number, purpose: number, step: number): Int32Array {
  const at = engine.arena.allocate(n * 4);
  engine.kernels.random_permutation(at, n, engine.scratch, seed, purpose, step);
  const out = engine.i32(at, n).slice();
  engine.arena.release(at);
  return out;
}

/** Fills `length` floats with uniform numbers from low to high, those of the stream from its 16 * `first`-th on; the block must hold length rounded up to 16. */
export function fillUniform(
  engine: Engine,
  at: Address,
  length: number,
  low: number,
  high: number,
  seed: number,
  purpose: number,
  step: number,
  first = 0,
): void {
  engine.kernels.random_uniform(at, Math.ceil(length / 16), low, high, engine.scratch, first, seed, purpose, step);
}

/** Fills `length` floats with normal numbers of mean 0, those of the stream from its 16 * `first`-th on; the block must hold length rounded up to 16. */
export function fillNormal(
  engine: Engine,
  at: Address,
  length: number,
  std: number,
  seed: number,
  purpose: number,
  step: number,
  first = 0,
): void {
  engine.kernels.random_normal(at, Math.ceil(length / 16), engine.scratch, first, seed, purpose, step);
  const values = engine.f32(at, length);
  for (let i = 0; i < length; i++) values[i]! *= std;
}

/** The 32-bit threshold below which a random word means "drop". */
export function dropThreshold(rate: number): number {
  return Math.min(2 ** 32 - 1, Math.round(rate * 2 ** 32));
}
