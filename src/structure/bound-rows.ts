import { type Address, plus } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';
import { atOnce, STEP, type Steps } from '../runtime/steps.js';
import type { BinaryRows } from './variables.js';

/** Binary rows in the engine, by row and by variable. */
export interface BoundRows {
  readonly start: Address;
  readonly index: Address;
  readonly columnStart: Address;
  readonly columnRow: Address;
}

/** Entries that are turned into columns at a time, about: fewer where there are more than so many parts of them. */
const PART = 2 ** 15;
const MOST_PARTS = 64;
/** Into how many parts entries are cut to be turned into columns. Each part has a number for each variable, which together are fewer than the entries. */
export function columnParts(entries: number, variables: number): number {
  return Math.max(1, Math.min(MOST_PARTS, Math.floor(entries / PART), Math.floor(entries / variables)));
}

export function bindRows(engine: Engine, scope: Scope, data: BinaryRows): BoundRows {
  return atOnce(bindingRows(engine, scope, data));
}

export function* bindingRows(engine: Engine, scope: Scope, data: BinaryRows): Steps<BoundRows> {
  const bound = {
    start: data.held?.start ?? (yield* copying(engine, scope, data.start)),
    index: data.held?.index ?? (yield* copying(engine, scope, data.index)),
    columnStart: scope.bytes((data.variables + 1) * 4),
    columnRow: scope.bytes(data.index.length * 4),
  };
  yield* turning(engine, data, bound);
  return bound;
}

/** Scope.copy. */
export function* copying(engine: Engine, scope: Scope, source: Int32Array | Uint8Array): Steps<Address> {
  const width = source.BYTES_PER_ELEMENT;
  const at = scope.bytes(source.length * width);
  for (let from = 0; from < source.length; from += 4 * STEP) {
    const part = source.subarray(from, from + 4 * STEP);
    const to = plus(at, from * width);
    (width === 4 ? engine.i32(to, part.length) : engine.u8(to, part.length)).set(part);
    yield;
  }
  return at;
}

/** Turns rows into columns. */
function* turning(engine: Engine, data: BinaryRows, bound: BoundRows): Steps<void> {
  const { rows, variables: d, start } = data;
  const entries = data.index.length;
  const parts = columnParts(entries, d);
  const ends = Int32Array.from({ length: parts + 1 }, (_, part) => rowAt(start, (part / parts) * entries));
  ends[parts] = rows;
  const scope = engine.scope();
  try {
    const counts = scope.bytes(parts * d * 4);
    const own = (part: number) => plus(counts, part * d * 4);
    const counting = engine.fork(20 * entries);
    for (let part = 0; part < parts; part++) {
      counting.kernels.index_counts(own(part), bound.index, start[ends[part]!]!, start[ends[part + 1]!]!, d);
      counting.next();
    }
    yield counting;
    engine.kernels.column_starts(bound.columnStart, counts, parts, d);
    const filling = engine.fork(40 * entries);
    for (let part = 0; part < parts; part++) {
      const [r0, r1] = [ends[part]!, ends[part + 1]!];
      filling.kernels.column_rows(bound.columnRow, own(part), bound.start, bound.index, r0, r1);
      filling.next();
    }
    yield filling;
  } finally {
    scope.dispose();
  }
}

/** The first row that begins at entry e or behind it. */
function rowAt(start: Int32Array, e: number): number {
  let [low, high] = [0, start.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (start[middle]! < e) low = middle + 1;
    else high = middle;
  }
  return low;
}
