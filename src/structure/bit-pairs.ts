import { roundUp } from '../numeric/padding.js';
import { type Address, plus } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';
import type { Pace } from '../runtime/pace.js';
import { ownOf } from '../runtime/parts.js';

/** Columns that pair_counts_block counts with others at once, and at most so many of those. */
const WIDTH = 32;
const OTHERS = 2048;
/** Words of each column at a time: 16 bits hold the counts of their rows. */
const WORDS = 1023;
/** Blocks of columns of one fork. */
const BLOCKS = 8;
/** Multiply-adds that take as long as to count 64 rows of a pair. */
const PAIR_WORD = 4;

/** counts[(u - u0) * 32 + j]: in how many of some rows columns u and v0 + j are both 1, for u from u0 to u1; of j, those up to u mean something, and v0 + j below the columns. */
export type TakeCounts = (counts: Int32Array, v0: number, u0: number, u1: number) => void;

/** Bytes that eachPairBlock takes. */
export function pairBlockBytes(threads: number, words: number, variables: number): number {
  const stride = roundUp(variables, WIDTH);
  return 8 * Math.min(words, WORDS) * stride + 4 * WIDTH * BLOCKS * stride + threads * ownBytes(variables);
}

/** Counts how often the ones of every two columns meet, in blocks, of some rows after others: what is taken adds up. */
export async function eachPairBlock(
  engine: Engine,
  bits: Address,
  words: number,
  variables: number,
  pace: Pace,
  take: TakeCounts,
): Promise<void> {
  const stride = roundUp(variables, WIDTH);
  const scope = engine.scope();
  try {
    const slices = scope.bytes(8 * Math.min(words, WORDS) * stride);
    const counts = scope.bytes(4 * WIDTH * BLOCKS * stride);
    const own = ownOf(engine, scope, ownBytes(variables));
    for (let w0 = 0; w0 < words; w0 += WORDS) {
      const some = Math.min(words - w0, WORDS);
      const turning = engine.fork(8 * some * stride, own);
      for (let v0 = 0; v0 < stride; v0 += WIDTH) {
        const [b0, b1] = [8 * w0, 8 * (w0 + some)];
        turning.kernels.bits_slices(slices, bits, words, variables, stride, b0, b1, v0, v0 + WIDTH);
        turning.next();
      }
      await turning.turns(pace);
      for (let first = 0; first < variables; first += BLOCKS * WIDTH) {
        const last = Math.min(stride, first + BLOCKS * WIDTH);
        const fork = engine.fork(PAIR_WORD * some * (last - first) * (variables - first), own);
        const parts: { readonly at: Address; readonly v0: number; readonly u0: number; readonly u1: number }[] = [];
        let at = counts;
        for (let v0 = first; v0 < last; v0 += WIDTH) {
          for (let u0 = v0; u0 < variables; u0 += OTHERS) {
            const u1 = Math.min(variables, u0 + OTHERS);
            fork.kernels.pair_counts_block(at, fork.own, slices, stride, 0, 8 * some, v0, u0, u1);
            fork.next();
            parts.push({ at, v0, u0, u1 });
            at = plus(at, 4 * WIDTH * (u1 - u0));
          }
        }
        await fork.turns(pace);
        for (const { at, v0, u0, u1 } of parts) take(engine.i32(at, WIDTH * (u1 - u0)), v0, u0, u1);
        if (pace.due) await pace.turn();
      }
    }
  } finally {
    scope.dispose();
  }
}

/** For each thread: the tables, and the sums of columns in 8 and in 16 bits. */
function ownBytes(variables: number): number {
  return 32768 + 96 * Math.min(variables, OTHERS);
}

/**
 * In how many rows every two columns are both 1: of a < b at a (2 variables - a - 1) / 2 + b - a - 1. `bits`: columns of `words` 64-bit words in the engine; rows past the last
 * are 0. No more than 2³² rows.
 */
export async function bitPairCounts(
  engine: Engine,
  bits: Address,
  words: number,
  variables: number,
  pace: Pace,
): Promise<Uint32Array> {
  const triangle = new Uint32Array((variables * (variables - 1)) / 2);
  await eachPairBlock(engine, bits, words, variables, pace, (counts, v0, u0, u1) => {
    const end = Math.min(variables, v0 + WIDTH);
    for (let v = v0; v < end; v++) {
      const row = (v * (2 * variables - v - 1)) / 2 - v - 1;
      for (let u = Math.max(u0, v + 1); u < u1; u++) triangle[row + u]! += counts[(u - u0) * WIDTH + v - v0]!;
    }
  });
  return triangle;
}

/** As bitPairCounts, all of them: i32[variables][variables] in the engine, of a column with itself its ones. */
export async function bitPairSquare(
  engine: Engine,
  scope: Scope,
  bits: Address,
  words: number,
  variables: number,
  pace: Pace,
): Promise<Address> {
  const square = scope.bytes(4 * variables * variables);
  engine.i32(square, variables * variables).fill(0);
  await eachPairBlock(engine, bits, words, variables, pace, (counts, v0, u0, u1) => {
    const all = engine.i32(square, variables * variables);
    for (let u = u0; u < u1; u++) {
      const end = Math.min(WIDTH, u + 1 - v0);
      for (let j = 0, at = u * variables + v0, from = (u - u0) * WIDTH; j < end; j++) all[at + j]! += counts[from + j]!;
    }
  });
  const all = engine.i32(square, variables * variables);
  for (let v0 = 0; v0 < variables; v0 += WIDTH) {
    for (let u0 = v0; u0 < variables; u0 += WIDTH) {
      for (let v = v0; v < Math.min(variables, v0 + WIDTH); v++)
        for (let u = Math.max(u0, v + 1); u < Math.min(variables, u0 + WIDTH); u++)
          all[v * variables + u] = all[u * variables + v]!;
    }
    if (pace.due) await pace.turn();
  }
  return square;
}
