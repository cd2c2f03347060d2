/** Of each item a row: those behind it that it occurs with, rising, with the number of rows. */
export type PairRows = readonly (readonly (readonly [item: number, count: number])[])[];

export interface Rows {
  readonly start: Int32Array;
  readonly index: Int32Array;
}

/** In how many rows each two of d items are, by looking at all rows for each. */
export function pairRows({ start, index }: Rows, d: number): PairRows {
  const rows = Array.from({ length: start.length - 1 }, (_, r) => new Set(index.subarray(start[r], start[r + 1])));
  return Array.from({ length: d }, (_, a) => {
    const row: [number, number][] = [];
    for (let b = a + 1; b < d; b++) {
      const both = rows.filter((items) => items.has(a) && items.has(b)).length;
      if (both > 0) row.push([b, both]);
    }
    return row;
  });
}

/** The rows turned: of each item those before it. */
export function turnedRows(pairs: PairRows): PairRows {
  return pairs.map((_, b) =>
    pairs.flatMap((row, a) => row.filter(([item]) => item === b).map(([, count]) => [a, count] as const)),
  );
}

/** Seven bits a byte, the lowest first. */
function leb(x: number): number[] {
  return x < 128 ? [x] : [128 + (x % 128), ...leb(Math.floor(x / 128))];
}

/** Coded: gaps and counts; and where each row begins. */
export function coded(pairs: PairRows, isTurned = false): { bytes: Uint8Array; start: Int32Array } {
  const bytes: number[] = [];
  const start = [0];
  for (const [a, row] of pairs.entries()) {
    let last = isTurned ? -1 : a;
    for (const [item, count] of row) {
      bytes.push(...leb(item - last), ...leb(count));
      last = item;
    }
    start.push(bytes.length);
  }
  return { bytes: Uint8Array.from(bytes), start: Int32Array.from(start) };
}

/** Sums, row by row. */
export function added(all: readonly PairRows[], d: number): PairRows {
  return Array.from({ length: d }, (_, a) => {
    const sums = new Map<number, number>();
    for (const pairs of all) for (const [item, count] of pairs[a] ?? []) sums.set(item, (sums.get(item) ?? 0) + count);
    return [...sums].sort(([x], [y]) => x - y);
  });
}
