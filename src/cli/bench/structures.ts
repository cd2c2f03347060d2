import type { SparseMatrix } from '../../data/dataset.js';
import type { Connections } from '../../layers/connections.js';
import { randomNumbers } from './check.js';

/** `count` connections between inputs and units, drawn uniformly without repetition. */
export function uniformConnections(inputs: number, units: number, count: number, random: () => number): Connections {
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(Math.floor(random() * inputs * units));
  const cells = Int32Array.from(chosen).sort();
  const start = new Int32Array(units + 1);
  for (const cell of cells) start[Math.floor(cell / inputs) + 1]!++;
  for (let u = 0; u < units; u++) start[u + 1]! += start[u]!;
  return { inputs, units, start, index: cells.map((cell) => cell % inputs) };
}

/**
 * About `count` connections as receptive fields: each unit sees the inputs nearest to its centre on a random tree. Neighbouring units share inputs, and a
 * vertex hangs from one of the 64 before it, so fields keep near each other in memory as those of units grown on a tree below do.
 */
export function fieldConnections(inputs: number, units: number, count: number, random: () => number): Connections {
  const neighbours = Array.from({ length: inputs }, (): number[] => []);
  for (let v = 1; v < inputs; v++) {
    const u = Math.max(0, v - 1 - Math.floor(random() * 64));
    neighbours[u]!.push(v);
    neighbours[v]!.push(u);
  }
  const start = new Int32Array(units + 1);
  const index = new Int32Array(count);
  for (let u = 0; u < units; u++) {
    const size = Math.floor(((u + 1) * count) / units) - start[u]!;
    const field = [Math.floor((u * inputs) / units)];
    const seen = new Set(field);
    for (let at = 0; field.length < size; at++) {
      for (const v of neighbours[field[at]!]!) {
        if (seen.has(v) || field.length === size) continue;
        seen.add(v);
        field.push(v);
      }
    }
    index.set(
      field.sort((a, b) => a - b),
      start[u]!,
    );
    start[u + 1] = start[u]! + size;
  }
  return { inputs, units, start, index };
}

/**
 * Sparse counts like those of short news: about `words` distinct ones a row, some frequent and most rare (frequency near 1/rank), half of them
 * from a part of the vocabulary that the row's topic prefers.
 */
export function makeCorpus(rows: number, columns: number, words: number, random: () => number): SparseMatrix {
  const topics = 40;
  const start = new Int32Array(rows + 1);
  const index: number[] = [];
  const value: number[] = [];
  const rank = () => Math.min(columns - 1, Math.floor(columns ** random()) - 1 + Math.floor(random() * 50));
  for (let r = 0; r < rows; r++) {
    const topic = Math.floor(random() * topics);
    const counts = new Map<number, number>();
    const length = Math.round(words * (0.5 + random()));
    for (let k = 0; k < length; k++) {
      const word = random() < 0.5 ? rank() : Math.min(columns - 1, rank() * topics + topic);
      // Frequent words last, as in the data of the paper.
      const column = columns - 1 - word;
      counts.set(column, (counts.get(column) ?? 0) + 1);
    }
    for (const column of [...counts.keys()].sort((a, b) => a - b)) {
      index.push(column);
      value.push(counts.get(column)!);
    }
    start[r + 1] = index.length;
  }
  return { kind: 'sparse', rows, columns, start, index: Int32Array.from(index), value: Float32Array.from(value) };
}

/** Rows of so many different columns, which are drawn by Zipf's law. */
export function zipfRows(rows: number, columns: number, ones: number, random = randomNumbers(1)): SparseMatrix {
  const start = Int32Array.from({ length: rows + 1 }, (_, r) => r * ones);
  const index = new Int32Array(rows * ones);
  const drawn = new Set<number>();
  for (let r = 0; r < rows; r++) {
    drawn.clear();
    // The inverse of the distribution function of 1 / x.
    while (drawn.size < ones) drawn.add(Math.floor((columns + 1) ** random()) - 1);
    index.set(Int32Array.from(drawn).sort(), r * ones);
  }
  return { kind: 'sparse', rows, columns, start, index, value: new Float32Array(rows * ones).fill(1) };
}
