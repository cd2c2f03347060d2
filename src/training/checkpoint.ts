import { readSafetensors, type Tensor, writeSafetensors } from '../formats/safetensors.js';
import type { EpochRecord } from './fit.js';

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
  // JSON has no infinities: the best score before the first evaluation is one.
  return writeSafetensors(tensors, {
    [KEY]: JSON.stringify(state, (_, value) =>
      value === Number.NEGATIVE_INFINITY ? '-Infinity' : value === Number.POSITIVE_INFINITY ? 'Infinity' : value,
    ),
  });
}

/** TypeError when the bytes are not a checkpoint, RangeError when it belongs to another run. */
export function readCheckpoint(
  bytes: Uint8Array,
  fingerprint: string,
  lengths: Readonly<Record<string, number>>,
): { state: CheckpointState; vectors: Record<string, Float32Array> } {
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(`resume: expected the bytes of a checkpoint, got ${typeof bytes}`);
  const { tensors, metadata } = readSafetensors(bytes);
  const text = metadata[KEY];
  if (text === undefined) throw new TypeError('resume: expected a checkpoint that fit made, but these bytes hold none');
  const state = parseState(text);
  if (state.fingerprint !== fingerprint) {
    throw new RangeError(
      `resume: expected a checkpoint of the same net, data and options, ${difference(state.fingerprint, fingerprint)}`,
    );
  }
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

function parseState(text: string): CheckpointState {
  let state: CheckpointState;
  try {
    state = JSON.parse(text, (_, value) =>
      value === '-Infinity' ? Number.NEGATIVE_INFINITY : value === 'Infinity' ? Number.POSITIVE_INFINITY : value,
    );
    JSON.parse(state.fingerprint);
  } catch (cause) {
    throw new RangeError('resume: the checkpoint is damaged: its metadata are not what fit wrote', { cause });
  }
  const { epoch, batch, step, lossSum, lossWeight, bestEpoch, bestScore, bestLoss, history, scalars } = state;
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
  return state;
}

function difference(saved: string, wanted: string): string {
  const [a, b] = [JSON.parse(saved), JSON.parse(wanted)] as Record<string, unknown>[];
  for (const name of Object.keys({ ...a, ...b })) {
    const [x, y] = [JSON.stringify(a![name]), JSON.stringify(b![name])];
    if (x !== y) return `but ${name} was ${x} and is ${y}`;
  }
  return 'but it is of another run';
}
