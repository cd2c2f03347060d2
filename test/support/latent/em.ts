// Expectation maximisation of small latent trees by enumeration. A latent class model is a tree of one latent; the model of two latents of the
// unidimensionality test is one of two linked latents.
import { LatentTree } from '#dist/structure/latent/latent-tree.js';
import { Random } from '../random.js';
import { jointOf, logLikelihoodOf } from './enumeration.js';

/** Rows that may stand for many equal ones. */
export interface WeightedRows {
  rows: readonly (readonly number[])[];
  weights: readonly number[];
}

export interface EmOptions {
  steps: number;
  /** Nodes whose tables stay. */
  frozen?: readonly number[];
  /** Added to every expected cell. */
  pseudo?: number;
}

/** Each distinct row once, with the number of times it came. */
export function weigh(rows: readonly (readonly number[])[]): WeightedRows {
  const found = new Map<string, { row: readonly number[]; weight: number }>();
  for (const row of rows) {
    const entry = found.get(row.join());
    if (entry) entry.weight++;
    else found.set(row.join(), { row, weight: 1 });
  }
  const all = [...found.values()];
  return { rows: all.map(({ row }) => row), weights: all.map(({ weight }) => weight) };
}

/** ln of the probability of all rows. */
export function totalLogLikelihood(tree: LatentTree, { rows, weights }: WeightedRows): number {
  return rows.reduce((sum, row, r) => sum + weights[r]! * logLikelihoodOf(tree, row), 0);
}

/** The same tree with other tables, and the log-likelihood they give the rows. */
export function withTables(tree: LatentTree, probability: ArrayLike<number>, data: WeightedRows): LatentTree {
  const rows = data.weights.reduce((sum, weight) => sum + weight, 0);
  const unfitted = rebuilt(tree, probability, rows, 0);
  return rebuilt(tree, probability, rows, Math.min(0, totalLogLikelihood(unfitted, data)));
}

function rebuilt(tree: LatentTree, probability: ArrayLike<number>, rows: number, logLikelihood: number): LatentTree {
  const { features, levels, parent, limits } = tree;
  return new LatentTree({
    features,
    levels,
    parent,
    limits,
    probability: Float64Array.from(probability),
    rows,
    logLikelihood,
  });
}

/** Tables drawn anew, except those of frozen nodes. */
export function randomStart(
  tree: LatentTree,
  data: WeightedRows,
  seed: number,
  frozen: readonly number[] = [],
): LatentTree {
  const random = new Random(seed);
  const tables = Array.from({ length: tree.nodes }, (_, v) => {
    const drawn = [0.05 + 0.9 * random.next(), 0.05 + 0.9 * random.next()];
    if (frozen.includes(v)) return [tree.probability[2 * v]!, tree.probability[2 * v + 1]!];
    return v === tree.root ? [drawn[0]!, drawn[0]!] : drawn;
  });
  return withTables(tree, tables.flat(), data);
}

/** The tables after so many steps. */
export function em(tree: LatentTree, data: WeightedRows, { steps, frozen = [], pseudo = 0 }: EmOptions): LatentTree {
  let now = tree;
  for (let step = 0; step < steps; step++) {
    const counts = expectedCounts(now, data);
    const tables = counts.map((count, v) => {
      if (frozen.includes(v)) return [now.probability[2 * v]!, now.probability[2 * v + 1]!];
      const share = (zero: number, one: number) => (one + pseudo) / (zero + one + 2 * pseudo || 1);
      return [share(count[0]![0]!, count[0]![1]!), share(count[1]![0]!, count[1]![1]!)];
    });
    now = rebuilt(now, tables.flat(), now.rows, 0);
  }
  return withTables(now, now.probability, data);
}

/** The best of many starts, run until another step gains next to nothing. */
export function bestOfMany(tree: LatentTree, data: WeightedRows, starts: number, pseudo = 0): LatentTree {
  const runs = Array.from({ length: starts }, (_, seed) => {
    let now = em(randomStart(tree, data, seed), data, { steps: 5, pseudo });
    for (let round = 0; round < 60; round++) {
      const next = em(now, data, { steps: 20, pseudo });
      const gained = next.logLikelihood - now.logLikelihood;
      now = next;
      if (gained < 1e-7) break;
    }
    return now;
  });
  return runs.reduce((best, run) => (run.logLikelihood > best.logLikelihood ? run : best));
}

/** Expected number of rows with each state of a node, [node][state of its parent][state]; at the root both parent states are the same. */
export function expectedCounts(tree: LatentTree, { rows, weights }: WeightedRows): number[][][] {
  const { nodes, features, parent } = tree;
  const counts = Array.from({ length: nodes }, () => [
    [0, 0],
    [0, 0],
  ]);
  rows.forEach((row, r) => {
    const joint = jointOf(tree, row);
    const total = joint.reduce((sum, p) => sum + p, 0);
    joint.forEach((p, place) => {
      const stateOf = (v: number) => (v < features ? row[v]! : (place >> (v - features)) & 1);
      const weight = (weights[r]! * p) / total;
      for (let v = 0; v < nodes; v++) {
        const above = parent[v]!;
        for (const s of above < 0 ? [0, 1] : [stateOf(above)]) counts[v]![s]![stateOf(v)]! += weight;
      }
    });
  });
  return counts;
}
