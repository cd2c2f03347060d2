import { requireSound } from './pairs.js';

/** Seven bits a byte, the lowest first, 128 more where others follow (LEB128). */
const BASE = 128;

/** The most bytes of a pair, of counts up to 2^53. */
export const MOST_PAIR_BYTES = 13;

/**
 * Goes through a coded row, see assembly/counts.ts: item and count of each partner, rising. Numbers of more than 32 bits too.
 * @param first the item that the row is of; -1 of a turned row
 * @param items of which partners are; RangeError for a row that none of so many can have
 */
export function eachPartner(
  bytes: Uint8Array,
  first: number,
  items: number,
  visit: (item: number, count: number) => void,
): void {
  let at = 0;
  const next = () => {
    let x = 0;
    for (let scale = 1; at < bytes.length; scale *= BASE) {
      const byte = bytes[at++]!;
      if (byte < BASE) return x + byte * scale;
      x += (byte - BASE) * scale;
    }
    return 0;
  };
  for (let item = first; at < bytes.length; ) {
    const gap = next();
    const count = next();
    item += gap;
    if (gap === 0 || count === 0 || item >= items || count > Number.MAX_SAFE_INTEGER) requireSound(first);
    visit(item, count);
  }
}

/** Codes one pair behind the bytes that are there. Returns where it ends. */
export function codePair(bytes: Uint8Array, at: number, gap: number, count: number): number {
  return put(bytes, put(bytes, at, gap), count);
}

function put(bytes: Uint8Array, from: number, number: number): number {
  let [at, x] = [from, number];
  for (; x >= BASE; x = Math.floor(x / BASE)) bytes[at++] = (x % BASE) + BASE;
  bytes[at++] = x;
  return at;
}
