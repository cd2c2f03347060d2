import { Dataset, type DatasetOptions, type Edge } from 'espalier';
import type { Random } from './random.js';

/** The rows in compressed form, zeros left out. */
export function sparseOf(rows: readonly (readonly number[])[], options: DatasetOptions = {}): Dataset {
  const start = [0];
  const index: number[] = [];
  const value: number[] = [];
  for (const row of rows) {
    row.forEach((x, column) => {
      if (x === 0) return;
      index.push(column);
      value.push(x);
    });
    start.push(index.length);
  }
  return Dataset.sparse({
    rows: rows.length,
    columns: rows[0]!.length,
    start: Int32Array.from(start),
    index: Int32Array.from(index),
    value: Float32Array.from(value),
    ...options,
  });
}

/** Dense rows of the same numbers. */
export function densify({ features, targets }: Dataset): Dataset {
  if (features.kind !== 'sparse') return new Dataset(features, targets);
  const { rows, columns, start, index, value } = features;
  const values = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let e = start[r]!; e < start[r + 1]!; e++) values[r * columns + index[e]!] = value[e]!;
  }
  return new Dataset({ kind: 'dense', rows, columns, values }, targets);
}

/** Mutual information of columns a and b, every number a state, from the definition, nats. */
export function informationOf(rows: readonly (readonly number[])[], a: number, b: number): number {
  const count = (key: (row: readonly number[]) => string) => {
    const counts = new Map<string, number>();
    for (const row of rows) counts.set(key(row), (counts.get(key(row)) ?? 0) + 1);
    return counts;
  };
  const [first, second] = [count((row) => `${row[a]}`), count((row) => `${row[b]}`)];
  let sum = 0;
  for (const [cell, n] of count((row) => `${row[a]} ${row[b]}`)) {
    const [x, y] = cell.split(' ') as [string, string];
    sum += (n / rows.length) * Math.log((n * rows.length) / (first.get(x)! * second.get(y)!));
  }
  return sum;
}

/** Edges of a random forest with the variables in random order: a tree with some of its edges left out. */
export function randomForest(random: Random, variables: number, keep: number): Edge[] {
  const order = random.permutation(variables);
  return order
    .slice(1)
    .map((v, i) => ({ a: v, b: order[random.below(i + 1)]!, information: random.next() }))
    .filter(() => random.chance(keep));
}
