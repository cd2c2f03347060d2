import { type Address, plus } from '../runtime/address.js';
import type { Engine } from '../runtime/engine.js';
import type { Pace } from '../runtime/pace.js';
import { inRanges, type Turns } from '../runtime/parts.js';
import { DROP, dropRange, type Mask, RELU } from './activate.js';
import { LANES } from './batch.js';

/** Shares of a layer's units dropped in training: of the sparse ones, which come first, and of those that see everything. */
export interface DropRates {
  readonly sparse: number;
  readonly dense: number;
}

/** How many units a layer has, and of them sparse ones. */
interface Units {
  readonly units: number;
  readonly sparseUnits: number;
}

/** ReLU in place over tiles of [units][32], and inverted dropout where a mask is named. */
export function activateUnits(
  engine: Engine,
  at: Address,
  layer: Units,
  tiles: number,
  rates: DropRates,
  mask: Mask | undefined,
  pace: Pace,
): Turns {
  const length = tiles * layer.units * LANES;
  const drops = rates.sparse > 0 || rates.dense > 0 ? mask : undefined;
  return inRanges(engine, pace, length * (drops ? RELU + DROP : RELU), length, 16, (fork, from, to) => {
    fork.kernels.relu(plus(at, from * 4), to - from);
    if (!drops) return;
    eachKind(layer, rates, from, to, (first, last, rate) => {
      if (rate > 0) dropRange(fork, at, first, last, rate, 1 / (1 - rate), drops);
    });
  });
}

/** From the gradients of what `activateUnits` gave to those of what it was given, in place. y: what it gave. */
export function activateUnitsBackward(
  engine: Engine,
  d: Address,
  y: Address,
  layer: Units,
  tiles: number,
  rates: DropRates,
  pace: Pace,
): Turns {
  const length = tiles * layer.units * LANES;
  return inRanges(engine, pace, length * RELU, length, 16, (fork, from, to) => {
    eachKind(layer, rates, from, to, (first, last, rate) => {
      fork.kernels.relu_backward(plus(d, first * 4), plus(y, first * 4), last - first, 1 / (1 - rate));
    });
  });
}

/** The runs of numbers of one kind of unit among [from, to) of tiles of [units][32], with the rate of each. */
function eachKind(
  { units, sparseUnits }: Units,
  { sparse, dense }: DropRates,
  from: number,
  to: number,
  run: (from: number, to: number, rate: number) => void,
): void {
  if (sparse === dense) {
    run(from, to, dense);
    return;
  }
  const tile = units * LANES;
  for (let at = from; at < to; ) {
    const first = Math.floor(at / tile) * tile;
    const cut = first + sparseUnits * LANES;
    const end = Math.min(to, at < cut ? cut : first + tile);
    run(at, end, at < cut ? sparse : dense);
    at = end;
  }
}
