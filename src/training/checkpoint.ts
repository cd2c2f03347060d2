import { readSafetensors, type Tensor, writeSafetensors } from '../files/safetensors.js';
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
  /** What must be equal to resume: options and shapes, as JSON. */
  fingerprint: string;
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

export function writeCheckpoint(state: CheckpointState, vectors: Record<string, Float32Array>): Uint8Array {
  const tensors: Record<string, Tensor> = {};
  for (const [name, data] of Object.entries(vectors)) tensors[name] = { shape: [data.length], data };
  return packState(KEY, state, tensors);
}

/** TypeError when the bytes are not a checkpoint, RangeError when it belongs to another run. */
export function readCheckpoint(
  bytes: Uint8Array,
  fingerprint: string,
  lengths: Readonly<Record<string, number>>,
): { state: CheckpointState; vectors: Record<string, Float32Array> } {
  const { state, tensors } = unpackState<CheckpointState>(KEY, bytes, fingerprint);
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

/** A safetensors file whose metadata hold a JSON state under `key`. */
export function packState(key: string, state: { fingerprint: string }, tensors: Record<string, Tensor>): Uint8Array {
  // JSON has no infinities: the best score before the first evaluation is one.
  return writeSafetensors(tensors, {
    [key]: JSON.stringify(state, (_, value) =>
      value === Number.NEGATIVE_INFINITY ? '-Infinity' : value === Number.POSITIVE_INFINITY ? 'Infinity' : value,
    ),
  });
}

/** What packState wrote. TypeError for other bytes, RangeError for a state of another run. */
export function unpackState<State extends { fingerprint: string }>(
  key: string,
  bytes: Uint8Array,
  fingerprint: string,
): { state: State; tensors: Record<string, Tensor> } {
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(`resume: expected the bytes of a checkpoint, got ${typeof bytes}`);
  const { tensors, metadata } = readSafetensors(bytes);
  const text = metadata[key];
  if (text === undefined) {
    throw new TypeError(`resume: expected a checkpoint of this kind of run, but these bytes hold no '${key}'`);
  }
  let state: State;
  try {
    state = JSON.parse(text, (_, value) =>
      value === '-Infinity' ? Number.NEGATIVE_INFINITY : value === 'Infinity' ? Number.POSITIVE_INFINITY : value,
    );
    JSON.parse(state.fingerprint);
  } catch (cause) {
    throw new RangeError('resume: the checkpoint is damaged: its metadata are not what was written', { cause });
  }
  if (state.fingerprint !== fingerprint) {
    throw new RangeError(
      `resume: expected a checkpoint of the same net, data and options, ${difference(state.fingerprint, fingerprint)}`,
    );
  }
  return { state, tensors };
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

function difference(saved: string, wanted: string): string {
  const [a, b] = [JSON.parse(saved), JSON.parse(wanted)] as Record<string, unknown>[];
  for (const name of Object.keys({ ...a, ...b })) {
    const [x, y] = [JSON.stringify(a![name]), JSON.stringify(b![name])];
    if (x !== y) return `but ${name} was ${x} and is ${y}`;
  }
  return 'but it is of another run';
}
