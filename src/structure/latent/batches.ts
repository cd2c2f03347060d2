import type { BinaryRows } from '../variables.js';

/** Rows in batches of so many, the last perhaps of fewer, whatever pieces they come in; `take` makes rows of a piece, at once and copied. */
export async function* cutRows<T>(
  pieces: Iterable<T> | AsyncIterable<T>,
  batchRows: number,
  take: (piece: T) => BinaryRows,
): AsyncGenerator<BinaryRows, void, undefined> {
  let parts: BinaryRows[] = [];
  let count = 0;
  for await (const piece of pieces) {
    const lists = take(piece);
    for (let first = 0; first < lists.rows; ) {
      const last = Math.min(lists.rows, first + batchRows - count);
      parts.push(part(lists, first, last));
      count += last - first;
      first = last;
      if (count < batchRows) break;
      yield joined(parts);
      parts = [];
      count = 0;
    }
  }
  if (count > 0) yield joined(parts);
}

/** Rows [first, last), as views. */
function part(lists: BinaryRows, first: number, last: number): BinaryRows {
  return { ...lists, rows: last - first, start: lists.start.subarray(first, last + 1) };
}

function joined(parts: readonly BinaryRows[]): BinaryRows {
  const rows = parts.reduce((sum, { rows }) => sum + rows, 0);
  const ones = parts.reduce((sum, { start }) => sum + start.at(-1)! - start[0]!, 0);
  const start = new Int32Array(rows + 1);
  const index = new Int32Array(ones);
  let row = 0;
  let size = 0;
  for (const one of parts) {
    const from = one.start[0]!;
    index.set(one.index.subarray(from, one.start.at(-1)!), size);
    for (let r = 1; r <= one.rows; r++) start[++row] = size + one.start[r]! - from;
    size = start[row]!;
  }
  return { kind: 'rows', rows, variables: parts[0]!.variables, start, index };
}
