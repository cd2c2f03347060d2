import type { Address } from '../runtime/address.js';
import type { Engine } from '../runtime/engine.js';
import { dropThreshold } from '../runtime/random.js';

/** Names the random numbers of one training step. */
export interface Noise {
  seed: number;
  step: number;
}

/** Names the dropout of one layer in one training step. */
interface Mask extends Noise {
  purpose: number;
  stream: number;
}

/** ReLU in place, and inverted dropout where a mask is named. */
export function activate(
  { kernels, scratch }: Engine,
  at: Address,
  length: number,
  dropout: number,
  mask: Mask | undefined,
): void {
  kernels.relu(at, length);
  if (!mask || dropout === 0) return;
  const { seed, purpose, step, stream } = mask;
  kernels.dropout(at, length, dropThreshold(dropout), 1 / (1 - dropout), scratch, 0, seed, purpose, step, stream);
}
