import type { Engine, Scope } from '../../runtime/engine.js';
import type { Pace } from '../../runtime/pace.js';
import { bitPairCounts, pairBlockBytes } from '../bit-pairs.js';
import { emptyBits } from '../variables.js';
import { codePair, MOST_PAIR_BYTES } from './codec.js';
import type { ItemRows } from './items.js';
import { type HeldPairs, PairWriter } from './pairs.js';

/** Of more items a triangle of counts is too large. */
const MOST_ITEMS = 8192;
/** ns, about: to count a pair of ones, to count 64 rows of a pair of columns, to keep a pair of columns. */
const PAIR = 12;
const WORD = 0.25;
const KEEP = 2;

/** Whether rows are better counted as columns of bits. `pairs`: of ones of the same row, of all rows. */
export function areDense(rows: number, items: number, pairs: number): boolean {
  return items <= MOST_ITEMS && PAIR * pairs > ((WORD * rows) / 64 + KEEP) * items * (items / 2);
}

/** Bytes that counting so many rows takes, the triangle among them. */
export function denseBytes(engine: Engine, rows: number, items: number): number {
  const words = Math.ceil(rows / 64);
  return 16 * words * items + pairBlockBytes(engine.threads, words, items) + 6 * items * items;
}

/** Counts of all pairs of few items, over rows of which many are ones. */
export class DenseCounter {
  private readonly sums: Float64Array;

  constructor(readonly items: number) {
    this.sums = new Float64Array((items * (items - 1)) / 2);
  }

  async add(engine: Engine, scope: Scope, { rows, start, index }: ItemRows, pace: Pace): Promise<void> {
    const { items, sums } = this;
    const { bits, words } = emptyBits(rows, items);
    for (let r = 0; r < rows; r++) {
      for (let e = start[r]!; e < start[r + 1]!; e++) bits[index[e]! * words * 8 + (r >> 3)]! |= 1 << (r & 7);
    }
    const counts = await bitPairCounts(engine, scope.copy(bits), words, items, pace);
    for (let i = 0; i < counts.length; i++) sums[i]! += counts[i]!;
  }

  /** Coded, of every `of`-th item from the `block`-th on. */
  pairs({ block, of }: { readonly block: number; readonly of: number }): HeldPairs {
    const { items, sums } = this;
    const writer = new PairWriter(items);
    const row = new Uint8Array(MOST_PAIR_BYTES * items);
    for (let a = 0, i = 0; a < items; a++) {
      let [at, last] = [0, a];
      for (let b = a + 1; b < items; b++, i++) {
        if (sums[i] === 0 || a % of !== block) continue;
        at = codePair(row, at, b - last, sums[i]!);
        last = b;
      }
      writer.rows(row.slice(0, at), [at]);
    }
    return writer.held();
  }
}
