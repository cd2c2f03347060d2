// Progressive EM in plain TypeScript, step by step as the method is described, with EM by enumeration: slow, and independent of the package's.
import type { LatentTree } from '#dist/structure/latent/latent-tree.js';
import { informationOf } from '../structure.js';
import { em, randomStart, type WeightedRows, weigh } from './em.js';
import { treeOf } from './sampler.js';

export interface ProgressiveOptions {
  maxIsland?: number;
  delta?: number;
  restarts?: number;
  steps?: number;
}

interface Island {
  variables: number[];
  /** P(latent = 1). */
  prior: number;
  /** P(variable = 1 | latent = 0), P(variable = 1 | latent = 1), by variable. */
  tables: Map<number, [number, number]>;
}

/** Islands of the columns of binary rows, in the order they are found. */
export function progressiveIslands(rows: readonly (readonly number[])[], options: ProgressiveOptions = {}): number[][] {
  return grow(rows, options).map(({ variables }) => variables);
}

/** For each column the group it falls into at every level, until `maxTop` latents or fewer are left. */
export function progressiveGroups(
  rows: readonly (readonly number[])[],
  maxTop: number,
  options: ProgressiveOptions = {},
): number[][] {
  const levels: number[][] = [];
  let data = rows;
  let above = rows[0]!.map((_, v) => v);
  do {
    const islands = grow(data, options);
    const islandOf = new Map(islands.flatMap(({ variables }, i) => variables.map((v) => [v, i] as const)));
    above = above.map((v) => islandOf.get(v)!);
    levels.push(above);
    data = data.map((row) => islands.map((island) => Number(posterior(island, row) > 0.5)));
  } while (data[0]!.length > maxTop);
  return levels;
}

function grow(rows: readonly (readonly number[])[], options: ProgressiveOptions): Island[] {
  const { maxIsland = 15, delta = 3 } = options;
  const columns = rows[0]!.length;
  const information = Array.from({ length: columns }, () => new Array<number>(columns).fill(0));
  for (let a = 0; a < columns; a++) {
    for (let b = a + 1; b < columns; b++) information[a]![b] = information[b]![a] = informationOf(rows, a, b);
  }
  const most = (candidates: readonly number[], score: (v: number) => number) =>
    candidates.reduce((best, v) => (score(v) > score(best) ? v : best));
  const nearest = (x: number, group: readonly number[]) => most(group, (v) => information[x]![v]!);
  const islands: Island[] = [];
  let left = rows[0]!.map((_, v) => v);
  const take = (island: Island) => {
    islands.push(island);
    left = left.filter((v) => !island.variables.includes(v));
  };
  while (left.length > 0) {
    if (left.length <= 3) {
      take(latentClass(rows, left, options));
      break;
    }
    const first = most(left, (v) => Math.max(...left.filter((u) => u !== v).map((u) => information[v]![u]!)));
    const second = nearest(
      first,
      left.filter((v) => v !== first),
    );
    const others = left.filter((v) => v !== first && v !== second);
    const third = most(others, (v) => Math.max(information[v]![first]!, information[v]![second]!));
    const island = latentClass(rows, [first, second, third], options);
    let failed = false;
    for (;;) {
      const outside = left.filter((v) => !island.variables.includes(v));
      if (outside.length === 0 || (island.variables.length >= maxIsland && outside.length >= 3)) break;
      const x = most(outside, (v) => information[v]![nearest(v, island.variables)]!);
      const w = nearest(x, island.variables);
      const pair = w === first ? [second, third] : w === second ? [first, third] : [first, second];
      const one = withOne(rows, island, pair, x, options);
      const two = withTwo(rows, island, pair, w, x, options);
      // Two more parameters: one more ln N in the difference.
      failed = two.logLikelihood - one.logLikelihood - Math.log(rows.length) > delta;
      if (failed) {
        island.variables = island.variables.filter((v) => v !== w);
        take(island);
        if (outside.length === 1) take(latentClass(rows, [w, x], options));
        break;
      }
      island.variables.push(x);
      island.tables.set(x, one.table);
    }
    if (!failed) take(island);
  }
  return islands;
}

/** One latent over the given variables, all of its tables learned. */
function latentClass(rows: readonly (readonly number[])[], variables: number[], options: ProgressiveOptions): Island {
  const parent = [...variables.map(() => variables.length), -1];
  const model = treeOf(variables.length, [1], parent, new Array(2 * parent.length).fill(0.5));
  const data = weigh(rows.map((row) => variables.map((v) => row[v]!)));
  const fitted = fit(model, data, [], options);
  return {
    variables: [...variables],
    prior: fitted.marginal[fitted.root]!,
    tables: new Map(variables.map((v, i) => [v, tableOf(fitted, i)])),
  };
}

/** x under the island's latent: P(x | latent), and the log-likelihood of the island with x. */
function withOne(
  rows: readonly (readonly number[])[],
  { prior, tables, variables }: Island,
  pair: number[],
  x: number,
  options: ProgressiveOptions,
): { table: [number, number]; logLikelihood: number } {
  const known = pair.flatMap((v) => tables.get(v)!);
  const model = treeOf(3, [1], [3, 3, 3, -1], [...known, 0.5, 0.5, prior, prior]);
  const data = weigh(rows.map((row) => [...pair, x].map((v) => row[v]!)));
  const table = tableOf(fit(model, data, [0, 1, 3], options), 2);
  const all = new Map([...tables, [x, table] as const]);
  let logLikelihood = 0;
  for (const row of rows) {
    const [zero, one] = likelihoods(all, [...variables, x], row);
    logLikelihood += Math.log((1 - prior) * zero + prior * one);
  }
  return { table, logLikelihood };
}

/** A second latent under the island's, with w and x under it: the log-likelihood of the island with x. */
function withTwo(
  rows: readonly (readonly number[])[],
  { prior, tables, variables }: Island,
  pair: number[],
  w: number,
  x: number,
  options: ProgressiveOptions,
): { logLikelihood: number } {
  const known = pair.flatMap((v) => tables.get(v)!);
  const model = treeOf(4, [2], [5, 5, 4, 4, 5, -1], [...known, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, prior, prior]);
  const data = weigh(rows.map((row) => [...pair, w, x].map((v) => row[v]!)));
  const fitted = fit(model, data, [0, 1, 5], options);
  const [low, high] = tableOf(fitted, 4);
  const moved = new Map([...tables, [w, tableOf(fitted, 2)] as const, [x, tableOf(fitted, 3)] as const]);
  const stay = variables.filter((v) => v !== w);
  let logLikelihood = 0;
  for (const row of rows) {
    const [zero, one] = likelihoods(tables, stay, row);
    const [z0, z1] = likelihoods(moved, [w, x], row);
    const below = (p: number) => (1 - p) * z0 + p * z1;
    logLikelihood += Math.log((1 - prior) * zero * below(low) + prior * one * below(high));
  }
  return { logLikelihood };
}

function fit(model: LatentTree, data: WeightedRows, frozen: number[], options: ProgressiveOptions): LatentTree {
  const { restarts = 3, steps = 50 } = options;
  return Array.from({ length: restarts }, (_, seed) =>
    em(randomStart(model, data, seed, frozen), data, { steps, frozen, pseudo: 1 }),
  ).reduce((best, run) => (run.logLikelihood > best.logLikelihood ? run : best));
}

function tableOf(tree: LatentTree, v: number): [number, number] {
  return [tree.probability[2 * v]!, tree.probability[2 * v + 1]!];
}

/** P(the variables of the row | latent = 0) and = 1. */
function likelihoods(
  tables: ReadonlyMap<number, readonly [number, number]>,
  variables: readonly number[],
  row: readonly number[],
): [number, number] {
  let [zero, one] = [1, 1];
  for (const v of variables) {
    const [low, high] = tables.get(v)!;
    zero *= row[v] ? low : 1 - low;
    one *= row[v] ? high : 1 - high;
  }
  return [zero, one];
}

function posterior({ prior, tables, variables }: Island, row: readonly number[]): number {
  const [zero, one] = likelihoods(tables, variables, row);
  return (prior * one) / (prior * one + (1 - prior) * zero);
}
