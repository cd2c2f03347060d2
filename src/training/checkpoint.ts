import type { Identity } from '../files/identity.js';
import type { Tensor } from '../files/safetensors.js';
import { packState, unpackState } from '../files/state.js';
import type { Evaluation } from './metrics.js';

export interface EpochRecord {
  /** From 1. */
  epoch: number;
  learningRate: number;
  /** Mean training loss, with dropout. */
  loss: number;
  validation?: Evaluation;
  seconds: number;
}

/** All that a run needs to go on to the same bits. */
export interface CheckpointState {
  epoch: number;
  batch: number;
  step: number;
  lossSum: number;
  lossWeight: number;
  history: EpochRecord[];
  bestEpoch: number;
  bestScore: number;
  bestLoss: number;
  scalars: number[];
}

const KEY = 'espalier.checkpoint';

export function writeCheckpoint(
  identity: Identity,
  state: CheckpointState,
  vectors: Record<string, Float32Array>,
): Uint8Array {
  const tensors: Record<string, Tensor> = {};
  for (const [name, data] of Object.entries(vectors)) tensors[name] = { shape: [data.length], data };
  return packState(KEY, identity, state, tensors);
}

/** TypeError when the bytes are not a checkpoint, RangeError when it belongs to another run. */
export function readCheckpoint(
  bytes: Uint8Array,
  identity: Identity,
  lengths: Readonly<Record<string, number>>,
): { state: CheckpointState; vectors: Record<string, Float32Array> } {
  const { state, tensors } = unpackState<CheckpointState>(KEY, identity, bytes);
  requireSound(state);
  const vectors: Record<string, Float32Array> = {};
  for (const [name, length] of Object.entries(lengths)) {
    const data = tensors[name]?.data;
    if (name === 'best' && data === undefined) continue;
    if (!(data instanceof Float32Array) || data.length !== length) {
      throw new RangeError(`resume: expected ${length} floats in '${name}', got ${data ? data.length : 'none'}`);
    }
    vectors[name] = data;
  }
  return { state, vectors };
}

function requireSound({
  epoch,
  batch,
  step,
  lossSum,
  lossWeight,
  bestEpoch,
  bestScore,
  bestLoss,
  history,
  scalars,
}: CheckpointState): void {
  const counts = [epoch, batch, step, bestEpoch];
  const numbers = [lossSum, lossWeight, bestScore, bestLoss];
  const sound =
    counts.every((n) => Number.isInteger(n) && n >= 0) &&
    numbers.every((x) => typeof x === 'number') &&
    Array.isArray(history) &&
    history.length === epoch &&
    Array.isArray(scalars) &&
    scalars.every((x) => typeof x === 'number');
  if (!sound) throw new RangeError('resume: the checkpoint is damaged: fields are missing or out of range');
}
