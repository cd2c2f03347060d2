import { type Identity, requireSameRun } from './identity.js';
import { readSafetensors, type Tensor, writeSafetensors } from './safetensors.js';

/** A safetensors file whose metadata hold a JSON state, and whose run it is, under `key`. */
export function packState(
  key: string,
  identity: Identity,
  state: object,
  tensors: Readonly<Record<string, Tensor>>,
): Uint8Array {
  // JSON has no infinities: the best score before the first evaluation is one.
  return writeSafetensors(tensors, {
    [key]: JSON.stringify({ identity, state }, (_, value) =>
      value === Number.NEGATIVE_INFINITY ? '-Infinity' : value === Number.POSITIVE_INFINITY ? 'Infinity' : value,
    ),
  });
}

/** What packState wrote. TypeError for other bytes, RangeError for a state of another run. */
export function unpackState<State>(
  key: string,
  identity: Identity,
  bytes: Uint8Array,
  argument = 'resume',
): { state: State; tensors: Record<string, Tensor> } {
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(`${argument}: expected the bytes of a checkpoint, got ${typeof bytes}`);
  const { tensors, metadata } = readSafetensors(bytes);
  const text = metadata[key];
  if (text === undefined)
    throw new TypeError(`${argument}: expected a checkpoint of this kind of run, but these bytes hold no '${key}'`);
  let saved: { identity?: Identity; state?: State } | null;
  try {
    saved = JSON.parse(text, (_, value) =>
      value === '-Infinity' ? Number.NEGATIVE_INFINITY : value === 'Infinity' ? Number.POSITIVE_INFINITY : value,
    );
  } catch (cause) {
    throw new RangeError(`${argument}: the checkpoint is damaged: its metadata are not what was written`, { cause });
  }
  requireSameRun(saved?.identity, identity, argument);
  if (typeof saved?.state !== 'object' || saved.state === null)
    throw new RangeError(`${argument}: the checkpoint is damaged: it holds no state`);
  return { state: saved.state, tensors };
}
