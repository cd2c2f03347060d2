import type { Draws } from '../support/draws.js';
import type * as twin from './twins/latent.js';

export const ROWS = [1, 2, 7, 63, 64, 65, 127, 128, 129, 130];
export const NEVER = Number.NEGATIVE_INFINITY;

/** One bit a row in whole 64-bit words, zeros after the last row. */
export function pack(column: twin.Column): Uint8Array {
  const out = new Uint8Array(Math.ceil(column.length / 64) * 8);
  column.forEach((x, r) => {
    out[r >> 3]! |= x << (r & 7);
  });
  return out;
}

/** Columns of every sort: never on, always on, rare, anything. */
export function randomColumn(draws: Draws, rows: number): number[] {
  const rate = [0, 1, 0.03, 0.5, draws.unit()][draws.below(5)]!;
  return Array.from({ length: rows }, () => Number(draws.unit() < rate));
}

export const inside = (draws: Draws) => 0.05 + 0.9 * draws.unit();
export const randomTable = (draws: Draws) => [inside(draws), inside(draws)] as const;
