import { type Address, plus } from '../runtime/address.js';
import type { Engine } from '../runtime/engine.js';
import type { Fork } from '../runtime/fork.js';
import type { Pace } from '../runtime/pace.js';
import { inRanges, type Turns } from '../runtime/parts.js';
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

/** What a number takes, in multiply-adds. */
export const RELU = 4;
export const DROP = 48;

/** ReLU in place, and inverted dropout where a mask is named; length is a multiple of 16. */
export function activate(
  engine: Engine,
  at: Address,
  length: number,
  rate: number,
  mask: Mask | undefined,
  pace: Pace,
): Turns {
  const drops = mask && rate > 0 ? mask : undefined;
  return inRanges(engine, pace, length * (drops ? RELU + DROP : RELU), length, 16, (fork, from, to) => {
    fork.kernels.relu(plus(at, from * 4), to - from);
    if (drops) dropRange(fork, at, from, to, rate, 1 / (1 - rate), drops);
  });
}

/** From the gradients of what `activate` gave to those of what it was given, in place. y: what it gave. */
export function activateBackward(
  engine: Engine,
  d: Address,
  y: Address,
  length: number,
  rate: number,
  pace: Pace,
): Turns {
  return inRanges(engine, pace, length * RELU, length, 16, (fork, from, to) => {
    fork.kernels.relu_backward(plus(d, from * 4), plus(y, from * 4), to - from, 1 / (1 - rate));
  });
}

/** A share of the numbers to 0, the others times `scale`, in place; length is a multiple of 16. */
export function drop(
  engine: Engine,
  at: Address,
  length: number,
  rate: number,
  scale: number,
  mask: Mask,
  pace: Pace,
): Turns {
  return inRanges(engine, pace, length * DROP, length, 16, (fork, from, to) => {
    dropRange(fork, at, from, to, rate, scale, mask);
  });
}

/** Of the numbers [from, to) of a vector. */
export function dropRange(
  { kernels, own }: Fork,
  at: Address,
  from: number,
  to: number,
  rate: number,
  scale: number,
  { seed, purpose, step, stream }: Mask,
): void {
  const first = from / 16;
  kernels.dropout(plus(at, from * 4), to - from, dropThreshold(rate), scale, own, first, seed, purpose, step, stream);
}
