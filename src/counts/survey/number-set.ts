import type { Present } from '../../structure/column-states.js';
import { nearMean } from '../../structure/cuts.js';
import { floorBits, MANTISSA, meanOfUnits, nextTo, unitsOf } from './exact.js';

/** Numbers that are kept apart in all columns together, and in one at least and at most. */
const ALL_DISTINCT = 2 ** 22;
/** There are fewer signs with exponents: without any bit of their mantissas numbers always fit. */
export const LEAST_DISTINCT = 2 ** 12;
const MOST_DISTINCT = 2 ** 16;

/** How many different numbers are kept apart in each of so many columns. */
export function mostDistinct(columns: number): number {
  return Math.min(MOST_DISTINCT, Math.max(LEAST_DISTINCT, Math.floor(ALL_DISTINCT / columns)));
}

/** What is written of a NumberSet. */
export interface NumberSetParts {
  readonly dropped: number;
  readonly least: number;
  readonly most: number;
  /** In units of 2^-1074. */
  readonly sum: bigint;
  readonly values: Float64Array;
  readonly times: Float64Array;
}

/**
 * Numbers and how often each stands, whatever the order in which they come. Where more differ than `limit`, those whose first bits are the same are one, by the most bits with which they fit: what is
 * kept depends on the numbers alone, not on their order or on the parts that they come in. Sum, least and most are exact always.
 */
export class NumberSet {
  readonly limit: number;
  /** Bits of the mantissa that no longer tell numbers apart. */
  #dropped = 0;
  #least = Number.POSITIVE_INFINITY;
  #most = Number.NEGATIVE_INFINITY;
  /** Of what is in #times, where bits are dropped. */
  #sum = 0n;
  #times = new Map<number, number>();
  /** Where bits are dropped: as they came, not in the sum yet. */
  #recent: Map<number, number> | undefined;

  constructor(limit: number) {
    this.limit = limit;
  }

  static of(limit: number, { dropped, least, most, sum, values, times }: NumberSetParts): NumberSet {
    const set = new NumberSet(limit);
    set.#dropped = dropped;
    set.#least = least;
    set.#most = most;
    set.#sum = sum;
    for (let i = 0; i < values.length; i++) set.#times.set(values[i]!, times[i]!);
    return set;
  }

  add(given: number, times = 1): void {
    // Not -0.
    const x = given + 0;
    if (x < this.#least) this.#least = x;
    if (x > this.#most) this.#most = x;
    if (this.#dropped > 0) this.#recent ??= new Map();
    const into = this.#recent ?? this.#times;
    into.set(x, (into.get(x) ?? 0) + times);
    if (into.size <= this.limit) return;
    if (this.#recent) this.#settle();
    else this.#fit();
  }

  addAll(other: NumberSet): void {
    other.#settle();
    this.#settle();
    this.#least = Math.min(this.#least, other.#least);
    this.#most = Math.max(this.#most, other.#most);
    if (other.#dropped > this.#dropped) this.#drop(other.#dropped);
    if (other.#dropped > 0) this.#sum += other.#sum;
    else if (this.#dropped > 0) this.#sum += sumOf(other.#times);
    for (const [x, times] of other.#times) this.#put(x, times);
    this.#fit();
  }

  /** How many numbers there are. */
  get count(): number {
    this.#settle();
    let count = 0;
    for (const times of this.#times.values()) count += times;
    return count;
  }

  /** Whether all different numbers are kept apart. */
  get isExact(): boolean {
    this.#settle();
    return this.#dropped === 0;
  }

  /** Of a number, by how much of itself it may be larger than what is kept of it. */
  get precision(): number {
    this.#settle();
    return this.#dropped === 0 ? 0 : 2 ** (this.#dropped - MANTISSA);
  }

  parts(): NumberSetParts {
    this.#settle();
    const values = Float64Array.from(this.#times.keys()).sort();
    const times = values.map((x) => this.#times.get(x)!);
    const sum = this.#dropped > 0 ? this.#sum : 0n;
    return { dropped: this.#dropped, least: this.#least, most: this.#most, sum, values, times };
  }

  /** As it is needed for cuts. */
  present(): Present {
    const { values: sorted, times, least, most, sum } = this.parts();
    const ends = times.slice();
    for (let i = 1; i < ends.length; i++) ends[i]! += ends[i - 1]!;
    const exact = this.#dropped === 0;
    const total = ends.at(-1) ?? 0;
    const mean = total === 0 ? Number.NaN : meanOfUnits(exact ? sumOf(this.#times) : sum, total);
    const near = nearMean(least, most);
    let limit = mean;
    if (exact) {
      for (const x of sorted) if (x > limit && x - mean <= near) limit = x;
    } else limit = lastNear(mean, near);
    return { sorted, ends, mean, near, limit };
  }

  #put(x: number, times: number): void {
    const kept = floorBits(x, this.#dropped);
    this.#times.set(kept, (this.#times.get(kept) ?? 0) + times);
  }

  #settle(): void {
    const recent = this.#recent;
    if (!recent) return;
    this.#recent = undefined;
    this.#sum += sumOf(recent);
    for (const [x, times] of recent) this.#put(x, times);
    this.#fit();
  }

  #fit(): void {
    while (this.#times.size > this.limit) this.#drop(this.#dropped + 1);
  }

  #drop(bits: number): void {
    const all = this.#times;
    if (this.#dropped === 0) this.#sum = sumOf(all);
    this.#dropped = bits;
    this.#times = new Map();
    for (const [x, times] of all) this.#put(x, times);
  }
}

function sumOf(numbers: ReadonlyMap<number, number>): bigint {
  let sum = 0n;
  for (const [x, times] of numbers) sum += unitsOf(x) * BigInt(times);
  return sum;
}

/** The largest number that is no further above the mean than `near`. */
function lastNear(mean: number, near: number): number {
  let x = mean + near;
  while (x - mean > near) x = nextTo(x, -1);
  for (let next = nextTo(x, 1); next - mean <= near; next = nextTo(x, 1)) x = next;
  return x;
}
