import type { Address } from '../runtime/address.js';
import type { Engine } from '../runtime/engine.js';
import { dropThreshold } from '../runtime/random.js';

/** Names the random numbers of one training step. */
export interface Noise {
  seed: number;
  step: number;
}

/** Names those of one layer and purpose in it. */
export interface Mask extends Noise {
  purpose: number;
  stream: number;
}

/** ReLU in place, and inverted dropout where a mask is named. */
export function activate(engine: Engine, at: Address, length: number, rate: number, mask: Mask | undefined): void {
  engine.kernels.relu(at, length);
  if (mask && rate > 0) drop(engine, at, length, rate, 1 / (1 - rate), mask);
}

/** A share of the numbers to 0, the others times `scale`, in place; length is a multiple of 16. */
export function drop(
  { kernels, scratch }: Engine,
  at: Address,
  length: number,
  rate: number,
  scale: number,
  { seed, purpose, step, stream }: Mask,
): void {
  kernels.dropout(at, length, dropThreshold(rate), scale, scratch, 0, seed, purpose, step, stream);
}
