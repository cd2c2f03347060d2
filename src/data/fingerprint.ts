import { STEP, type Steps } from '../runtime/steps.js';
import type { Rows } from './outline.js';

/** A hash of the numbers and labels, in 32 bits: tells rows that have changed, not such as someone made to look alike. */
export function* fingerprinting({ features, targets }: Rows): Steps<number> {
  const arrays: ArrayBufferView[] =
    features.kind === 'sparse' ? [features.start, features.index, features.value] : [features.values];
  if (targets) arrays.push(targets.values);
  let hash = 0x811c9dc5;
  for (const array of arrays) hash = yield* mixing(hash, array);
  return hash;
}

/** FNV-1a over words, which are turned so that high bits count too. */
function* mixing(hash: number, { buffer, byteOffset, byteLength }: ArrayBufferView): Steps<number> {
  let h = hash ^ byteLength;
  const whole = byteLength - (byteLength % 4);
  for (let from = 0; from < whole; from += 4 * STEP) {
    for (const word of wordsOf(buffer, byteOffset + from, Math.min(4 * STEP, whole - from))) {
      h = Math.imul(h ^ word, 0x01000193);
      h = (h << 13) | (h >>> 19);
    }
    yield;
  }
  for (const byte of new Uint8Array(buffer, byteOffset + whole, byteLength % 4)) h = Math.imul(h ^ byte, 0x01000193);
  return h >>> 0;
}

/** Bytes may begin anywhere, words may not. */
function wordsOf(buffer: ArrayBufferLike, at: number, bytes: number): Int32Array {
  return at % 4 === 0 ? new Int32Array(buffer, at, bytes / 4) : new Int32Array(buffer.slice(at, at + bytes));
}
