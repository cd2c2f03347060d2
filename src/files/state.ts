import { isObject } from '../check/complete.js';
import type { Steps } from '../runtime/steps.js';
import { type Identity, identityIn, requireSameRun } from './identity.js';
import { parseJson } from './json.js';
import type { Tensor } from './safetensors.js';
import { readSealed, sealing } from './sealed.js';

/** Where a checkpoint of growing keeps its state, whatever the method. */
export const GROWTH_KEY = 'espalier.growth';

/** Makes a sealed file whose metadata hold a JSON state, and whose run it is, under `key`. */
export function packState(
  key: string,
  identity: Identity,
  state: object,
  tensors: Readonly<Record<string, Tensor>>,
): Steps<Uint8Array<ArrayBuffer>> {
  return sealing(tensors, { [key]: JSON.stringify({ identity, state }) });
}

/** What packState wrote: the state may be any object. TypeError for other bytes, RangeError for a damaged state or one of another run. */
export function unpackState(
  key: string,
  identity: Identity,
  bytes: Uint8Array,
  argument = 'resume',
): { state: Readonly<Record<string, unknown>>; tensors: Record<string, Tensor> } {
  const { tensors, metadata } = readSealed(bytes, argument, 'checkpoint');
  const text = metadata[key];
  if (text === undefined)
    throw new TypeError(`${argument}: expected a checkpoint of this kind of run, but these bytes hold no '${key}'`);
  const saved = parsed(text, argument);
  const was = identityIn(saved, argument);
  if (!was) throw damagedState('it does not say of which run it is', argument);
  requireSameRun(was, identity, argument);
  if (!isObject(saved.state)) throw damagedState('it holds no state', argument);
  return { state: saved.state, tensors };
}

/** For a checkpoint that no run of this package has written. */
export function damagedState(what: string, argument = 'resume', cause?: unknown): RangeError {
  return new RangeError(`${argument}: the checkpoint is damaged: ${what}`, { cause });
}

function parsed(text: string, argument: string): Record<string, unknown> {
  let saved: unknown;
  try {
    saved = parseJson(text, argument);
  } catch (cause) {
    throw damagedState('its metadata are not what was written', argument, cause);
  }
  return isObject(saved) ? saved : {};
}
