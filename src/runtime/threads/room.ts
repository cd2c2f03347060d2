import { type Address, plus } from '../address.js';
import { ITEM_WORDS, PROGRAM_WORDS, type Region } from './protocol.js';

/** Where the calls of a fork and its list of items are written; with addresses where other threads read them. */
export interface Room extends Region {
  readonly at: Address;
  readonly itemsAt: Address;
}

/** Bytes of a room in the memory that threads share. */
export const ROOM_BYTES = 8 * PROGRAM_WORDS + 4 * ITEM_WORDS;

/** A room in `buffer` from byte `at` on. */
export function roomAt(buffer: ArrayBufferLike, at: Address): Room {
  const itemsAt = plus(at, 8 * PROGRAM_WORDS);
  const program = new Float64Array(buffer, at, PROGRAM_WORDS);
  return { at, itemsAt, program, items: new Int32Array(buffer, itemsAt, ITEM_WORDS) };
}
