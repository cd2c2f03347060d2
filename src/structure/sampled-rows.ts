import { type Address, plus } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';
import type { Pace } from '../runtime/pace.js';
import { bitPairCounts } from './bit-pairs.js';
import { type Bounds, boundsOf, type Drawn, type Margin, marginOf } from './sampled-bounds.js';
import type { PairList } from './spanning-forest.js';
import type { BinaryColumns, StateColumns } from './variables.js';

export type SampledVariables = BinaryColumns | StateColumns;

/** Bounds of pairs, rounded: see SLACK of sampled-bounds.ts. */
export interface PairBounds {
  readonly lower: Float32Array;
  readonly upper: Float32Array;
  readonly sure: Float32Array;
}

/** In how many rows each variable has each state. */
export async function stateCounts(data: SampledVariables, pace: Pace): Promise<Int32Array[]> {
  const found: Int32Array[] = [];
  for (let v = 0; v < data.variables; v++) {
    found.push(
      data.kind === 'bits'
        ? twoOf(onesOf(data.bits, v * data.words * 8, data.words * 8), data.rows)
        : statesOf(data.states, v * data.rows, data.rows, data.counts[v]!),
    );
    if (pace.due) await pace.turn();
  }
  return found;
}

/** Bounds of the pairs' mutual information from some rows. `all` and `T`: state counts, and k ln k, of all rows. */
export async function boundPairs(
  engine: Engine,
  data: SampledVariables,
  all: readonly Int32Array[],
  T: Float64Array,
  chosen: Int32Array,
  pairs: PairList,
  given: Drawn,
  pace: Pace,
): Promise<PairBounds> {
  const scope = engine.scope();
  try {
    const { length } = pairs.a;
    const bounds = { lower: new Float32Array(length), upper: new Float32Array(length), sure: new Float32Array(length) };
    const one: Bounds = { lower: 0, upper: 0, sure: 0 };
    const bound = (i: number, joint: Int32Array, at: number, a: Margin, b: Margin) => {
      boundsOf(joint, at, a, b, given, T, one);
      bounds.lower[i] = one.lower;
      bounds.upper[i] = one.upper;
      bounds.sure[i] = one.sure;
    };
    const sample = data.kind === 'bits' ? drawBits : drawStates;
    await sample(engine, scope, data as BinaryColumns & StateColumns, all, chosen, pairs, pace, bound);
    return bounds;
  } finally {
    scope.dispose();
  }
}

type Bound = (i: number, joint: Int32Array, at: number, a: Margin, b: Margin) => void;

async function drawBits(
  engine: Engine,
  scope: Scope,
  data: BinaryColumns,
  all: readonly Int32Array[],
  chosen: Int32Array,
  pairs: PairList,
  pace: Pace,
  bound: Bound,
): Promise<void> {
  const { variables: d, bits } = data;
  const words = Math.ceil(chosen.length / 64);
  const at = scope.bytes(8 * words * d);
  const margins: Margin[] = [];
  for (let v = 0; v < d; v++) {
    const out = engine.u8(plus(at, 8 * words * v), 8 * words);
    out.fill(0);
    const from = v * data.words * 8;
    for (let i = 0; i < chosen.length; i++) {
      const r = chosen[i]!;
      out[i >> 3]! |= ((bits[from + (r >> 3)]! >> (r & 7)) & 1) << (i & 7);
    }
    margins.push(marginOf(all[v]!, twoOf(onesOf(out, 0, out.length), chosen.length)));
    if (pace.due) await pace.turn();
  }
  const joint = new Int32Array(4);
  const { a, b } = pairs;
  const told = (i: number, both: number) => {
    joint[3] = both;
    bound(i, joint, 0, margins[a[i]!]!, margins[b[i]!]!);
  };
  // Of all pairs some may be wanted: they are counted faster than a few by one.
  if (4 * a.length > (d * (d - 1)) / 2) {
    const counts = await bitPairCounts(engine, at, words, d, pace);
    for (let i = 0; i < a.length; i++) {
      told(i, counts[(a[i]! * (2 * d - a[i]! - 1)) / 2 + b[i]! - a[i]! - 1]!);
      if (i % STEP === 0 && pace.due) await pace.turn();
    }
    return;
  }
  const list = scope.copy(b);
  const rows = scope.bytes(4 * d * SOURCES);
  for (let first = 0; first < a.length; ) {
    const fork = engine.fork(8 * words * Math.min(a.length - first, SOURCES * d));
    const starts: number[] = [];
    let end = first;
    for (; end < a.length && starts.length < SOURCES; ) {
      const row = plus(rows, 4 * d * starts.length);
      starts.push(end);
      const i0 = end;
      while (end < a.length && a[end] === a[i0]) end++;
      fork.kernels.pair_counts_bits(row, at, a[i0]!, words, list, i0, end);
      fork.next();
    }
    await fork.turns(pace);
    const counts = engine.i32(rows, d * SOURCES);
    starts.forEach((from, k) => {
      for (let i = from; i < (starts[k + 1] ?? end); i++) told(i, counts[k * d + b[i]!]!);
    });
    first = end;
  }
}

/** Variables whose pairs are counted in one fork, pairs of states in one, and pairs between looks at the clock. */
const SOURCES = 16;
const TABLES = 256;
const STEP = 1024;
/** Multiply-adds that take as long as to count a row of two columns of states. */
const STATE_ROW = 25;

async function drawStates(
  engine: Engine,
  scope: Scope,
  data: StateColumns,
  all: readonly Int32Array[],
  chosen: Int32Array,
  { a, b }: PairList,
  pace: Pace,
  bound: Bound,
): Promise<void> {
  const { variables: d, rows: n, states, counts: k } = data;
  const m = chosen.length;
  const columns = scope.bytes(m * d);
  const column = (v: number): Address => plus(columns, m * v);
  const margins: Margin[] = [];
  for (let v = 0; v < d; v++) {
    const out = engine.u8(column(v), m);
    for (let i = 0; i < m; i++) out[i] = states[v * n + chosen[i]!]!;
    margins.push(marginOf(all[v]!, statesOf(out, 0, m, k[v]!)));
    if (pace.due) await pace.turn();
  }
  const most = k.reduce((x, y) => Math.max(x, y), 1) ** 2;
  const together = Math.max(1, Math.min(TABLES, Math.floor(2 ** 18 / most)));
  const tables = scope.bytes(4 * most * together);
  for (let first = 0; first < a.length; first += together) {
    const end = Math.min(a.length, first + together);
    const fork = engine.fork(STATE_ROW * m * (end - first));
    for (let i = first; i < end; i++) {
      const [x, y] = [a[i]!, b[i]!];
      fork.kernels.joint_counts(plus(tables, 4 * most * (i - first)), column(x), column(y), k[x]!, k[y]!, m);
      fork.next();
    }
    await fork.turns(pace);
    const joint = engine.i32(tables, most * together);
    for (let i = first; i < end; i++) bound(i, joint, most * (i - first), margins[a[i]!]!, margins[b[i]!]!);
  }
}

function twoOf(ones: number, rows: number): Int32Array {
  return Int32Array.of(rows - ones, ones);
}

function onesOf(bytes: Uint8Array, from: number, length: number): number {
  let count = 0;
  for (let i = from; i < from + length; i++) {
    let x = bytes[i]!;
    x -= (x >> 1) & 0x55;
    x = (x & 0x33) + ((x >> 2) & 0x33);
    count += (x + (x >> 4)) & 15;
  }
  return count;
}

function statesOf(states: Uint8Array, from: number, rows: number, k: number): Int32Array {
  const counts = new Int32Array(k);
  for (let i = from; i < from + rows; i++) counts[states[i]!]!++;
  return counts;
}
