import { Dataset } from 'espalier';
import { Random } from './random.js';
import { sparseOf } from './structure.js';

export interface Problem {
  rows: number[][];
  labels: number[];
}

/** `groups` hidden switches, each seen by `width` columns through noise; the class is the number made by the first two. */
export function switches(seed: number, rows: number, groups = 4, width = 5, noise = 0.1): Problem {
  const random = new Random(seed);
  const problem: Problem = { rows: [], labels: [] };
  for (let r = 0; r < rows; r++) {
    const hidden = Array.from({ length: groups }, () => random.below(2));
    problem.rows.push(
      hidden.flatMap((on) => Array.from({ length: width }, () => (random.chance(noise) ? 1 - on : on))),
    );
    problem.labels.push(2 * hidden[0]! + hidden[1]!);
  }
  return problem;
}

export const dense = ({ rows, labels }: Problem) => Dataset.dense(rows, { labels, classes: 4 });
export const sparse = ({ rows, labels }: Problem) => sparseOf(rows, { labels, classes: 4 });

/** The hidden bits of the label as two tasks, some labels missing. */
export function tasks({ rows, labels }: Problem, missing = 0.3, seed = 1): Dataset {
  const random = new Random(seed);
  const values = Int8Array.from(
    labels.flatMap((y) => [y >> 1, y & 1]),
    (y) => (random.chance(missing) ? -1 : y),
  );
  return Dataset.dense(rows, { targets: { kind: 'tasks', values, tasks: 2 } });
}

/** A smooth function of the columns, as two outputs. */
export function values({ rows }: Problem): Dataset {
  const wanted = rows.flatMap((row) => {
    const sum = (from: number, to: number) => row.slice(from, to).reduce((a, b) => a + b, 0);
    return [sum(0, 10) / 5 - 1, sum(5, 12) / 4];
  });
  return Dataset.dense(rows, { targets: { kind: 'values', values: Float32Array.from(wanted), outputs: 2 } });
}
