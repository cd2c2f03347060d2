import type { Rows } from './outline.js';

/** A hash of the numbers and labels, in 32 bits: tells rows that have changed, not such as someone made to look alike. */
export function fingerprint({ features, targets }: Rows): number {
  const arrays: ArrayBufferView[] =
    features.kind === 'sparse' ? [features.start, features.index, features.value] : [features.values];
  if (targets) arrays.push(targets.values);
  return arrays.reduce((hash, array) => mixed(hash, array), 0x811c9dc5);
}

/** FNV-1a over words, which are turned so that high bits count too. */
function mixed(hash: number, { buffer, byteOffset, byteLength }: ArrayBufferView): number {
  let h = hash ^ byteLength;
  const whole = byteLength >> 2;
  const words =
    byteOffset % 4 === 0
      ? new Int32Array(buffer, byteOffset, whole)
      : new Int32Array(buffer.slice(byteOffset, byteOffset + 4 * whole));
  for (let i = 0; i < words.length; i++) {
    h = Math.imul(h ^ words[i]!, 0x01000193);
    h = (h << 13) | (h >>> 19);
  }
  for (const byte of new Uint8Array(buffer, byteOffset + 4 * whole, byteLength & 3))
    h = Math.imul(h ^ byte, 0x01000193);
  return h >>> 0;
}
