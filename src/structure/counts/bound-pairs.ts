import { type Address, plus } from '../../runtime/address.js';
import { requireMemory } from '../../runtime/budget.js';
import type { Engine, Scope } from '../../runtime/engine.js';
import type { Kernels } from '../../runtime/kernels.js';
import type { Pace } from '../../runtime/pace.js';
import type { ListCall, PairLists } from '../pair-lists.js';
import type { Counts } from './counts.js';
import { requireSound } from './pairs.js';

/** Bytes that are copied at a time. */
const COPIED = 2 ** 22;
/** Bytes of rows that are turned at a time. */
const TURNED = 2 ** 20;

/** Coded counts of pairs in the engine, and turned: of each item a row of those before it too. */
export interface BoundPairs {
  readonly coded: Address;
  /** u32[items + 1]: where rows begin. */
  readonly start: Address;
  readonly turned: Address;
  readonly turnedStart: Address;
}

/** They live as long as the scope. RangeError where they need more memory than there is, or are unsound. */
export async function bindPairs(engine: Engine, scope: Scope, counts: Counts, pace: Pace): Promise<BoundPairs> {
  const { pairs, ones } = counts.contents;
  const { items: d } = pairs;
  const bytes = pairs.start[d]!;
  // Turned gaps are longer by a byte at most, mostly.
  requireMemory(engine, 2.5 * bytes + 20 * d, 'counts', `holding the pairs of ${d} items`, 'fewer items');
  const coded = scope.bytes(Math.max(1, bytes));
  const start = scope.copy(Uint32Array.from(pairs.start));
  for (let from = 0; from < bytes; from += COPIED) {
    const to = Math.min(bytes, from + COPIED);
    const read = pairs.read(from, to);
    const part = read instanceof Uint8Array ? read : await read;
    engine.u8(plus(coded, from), to - from).set(part);
    if (pace.due) await pace.turn();
  }
  const inner = engine.scope();
  try {
    const last = inner.bytes(4 * d);
    const next = inner.zeros(d);
    const onesAt = inner.copy(Int32Array.from(ones));
    const goThrough = async (visit: (v0: number, v1: number) => void) => {
      engine.i32(last, d).fill(-1);
      for (let v0 = 0, v1 = 0; v0 < d; v0 = v1) {
        while (v1 < d && pairs.start[v1 + 1]! - pairs.start[v0]! <= TURNED) v1++;
        v1 = Math.max(v1, v0 + 1);
        visit(v0, v1);
        if (pace.due) await pace.turn();
      }
    };
    await goThrough((v0, v1) => {
      const rows = plus(start, 4 * v0);
      requireSound(engine.kernels.pairs_unsound(coded, bytes, rows, onesAt, v0, v1, d, counts.rows));
    });
    await goThrough((v0, v1) => engine.kernels.pairs_turned_sizes(next, last, coded, start, v0, v1));
    const turnedStart = scope.bytes(4 * (d + 1));
    const [sizes, starts] = [engine.u32(next, d), engine.u32(turnedStart, d + 1)];
    let sum = 0;
    for (let v = 0; v < d; v++) {
      starts[v] = sum;
      sum += sizes[v]!;
      sizes[v] = starts[v]!;
    }
    requireMemory(engine, sum, 'counts', `turning the pairs of ${d} items`, 'fewer items');
    starts[d] = sum;
    const turned = scope.bytes(Math.max(1, sum));
    await goThrough((v0, v1) => engine.kernels.pairs_turn(turned, next, last, coded, start, v0, v1));
    return { coded, start, turned, turnedStart };
  } finally {
    inner.dispose();
  }
}

/** For SparsePrim. */
export class CodedLists implements PairLists {
  private readonly bytes: Float64Array;

  constructor(
    engine: Engine,
    private readonly bound: BoundPairs,
    readonly rows: number,
    readonly ones: Int32Array,
  ) {
    const d = ones.length;
    const [start, turned] = [engine.u32(bound.start, d + 1), engine.u32(bound.turnedStart, d + 1)];
    this.bytes = Float64Array.from(ones, (_, v) => start[v + 1]! - start[v]! + turned[v + 1]! - turned[v]!);
  }

  pairs(v: number): number {
    // Two bytes each, about.
    return this.bytes[v]! / 2;
  }

  list(kernels: Kernels, { out, own, list, size, capacity, known, levels }: ListCall): number {
    const { coded, start, turned, turnedStart } = this.bound;
    const data = [coded, start, turned, turnedStart, this.rows] as const;
    return kernels.prim_list_coded(out, own, list, size, capacity, ...known, ...data, levels);
  }
}
