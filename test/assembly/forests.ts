// Forests of binary latents over binary features, and rows, for the kernels of belief propagation.
import type { Draws } from '../support/draws.js';
import type { GuardedMemory } from '../support/guarded-memory.js';
import type * as twin from './twins/posterior.js';

export const range = (length: number) => Array.from({ length }, (_, i) => i);

/** A forest with features below latents that `below` picks; `parents` by latent. */
export function forestOf(
  draws: Draws,
  parents: readonly number[],
  features: number,
  below: (x: number) => number,
  chance: () => number = () => 0.02 + 0.96 * draws.unit(),
): twin.Forest {
  const latents = parents.length;
  const tables = range(latents + features).map((v) => {
    const [p, q] = [chance(), chance()];
    return (parents[v] === -1 ? [p, p] : [p, q]) as [number, number];
  });
  return { latents, features, parent: [...parents, ...range(features).map(below)], tables };
}

/** Random rows, the first of zeros and the last of ones. */
export function randomRows(draws: Draws, rows: number, features: number): number[][] {
  return range(rows).map((r) =>
    range(features).map(() => (r === 0 ? 0 : r === rows - 1 ? 1 : Number(draws.unit() < 0.4))),
  );
}

/** Parents that stand after their children; -1 for roots, of which there are about `roots` beside the last. */
export const randomParents = (draws: Draws, latents: number, roots: number) =>
  range(latents).map((j) =>
    j === latents - 1 || draws.below(latents) < roots ? -1 : j + 1 + draws.below(latents - 1 - j),
  );

/** Forests whose probabilities are far below the smallest number. */
export const FORESTS: readonly [string, (draws: Draws) => twin.Forest][] = [
  [
    '50 features at 1e-4',
    (draws) =>
      forestOf(
        draws,
        [-1],
        50,
        () => 0,
        () => 1e-4 * (1 + draws.unit()),
      ),
  ],
  [
    '50 features at 1 - 1e-4',
    (draws) =>
      forestOf(
        draws,
        [-1],
        50,
        () => 0,
        () => 1 - 1e-4 * (1 + draws.unit()),
      ),
  ],
  [
    '100 features that are almost never on',
    (draws) =>
      forestOf(
        draws,
        [-1],
        100,
        () => 0,
        () => 2 ** -40,
      ),
  ],
  [
    '100 features that are almost always on',
    (draws) =>
      forestOf(
        draws,
        [-1],
        100,
        () => 0,
        () => 1 - 2 ** -40,
      ),
  ],
  [
    '60 latents that are almost never on, their features only then',
    (draws) => {
      const forest = forestOf(
        draws,
        range(61).map((j) => (j < 60 ? 60 : -1)),
        60,
        (x) => x,
      );
      const tables = forest.tables.map((_, v) =>
        v < 60 ? ([2 ** -30, 2 ** -29] as const) : v === 60 ? ([0.4, 0.4] as const) : ([2 ** -40, 0.9] as const),
      );
      return { ...forest, tables };
    },
  ],
  [
    '200 features at the ends',
    (draws) =>
      forestOf(
        draws,
        [1, -1],
        200,
        (x) => x % 2,
        () => (draws.below(2) ? 2 ** -40 : 1 - 2 ** -40),
      ),
  ],
  [
    'a chain of 300',
    (draws) =>
      forestOf(
        draws,
        range(300).map((j) => (j < 299 ? j + 1 : -1)),
        300,
        (x) => x,
        () => 0.001 + 0.01 * draws.unit(),
      ),
  ],
  [
    'a star of 60 latents with 20 features each',
    (draws) =>
      forestOf(
        draws,
        range(61).map((j) => (j < 60 ? 60 : -1)),
        1200,
        (x) => x % 60,
        () => 0.001 + 0.01 * draws.unit(),
      ),
  ],
  ['60 roots with 20 features each', (draws) => forestOf(draws, new Array<number>(60).fill(-1), 1200, (x) => x % 60)],
  [
    'chains of chains',
    (draws) =>
      forestOf(
        draws,
        range(120).map((j) => (j === 119 ? -1 : j % 10 === 9 ? j + 10 : j + 1)),
        240,
        (x) => x % 120,
        () => (draws.below(2) ? 1e-9 : 0.9),
      ),
  ],
];

/** Addresses of a forest and of rows, as the kernels take them. */
export function given(
  memory: GuardedMemory,
  { latents, features, parent, tables }: twin.Forest,
  rows: readonly (readonly number[])[],
) {
  const lists = rows.map((row) => range(features).filter((x) => row[x]));
  const rowStart = [0, ...lists.map((_, r) => lists.slice(0, r + 1).flat().length)];
  const base = new Float64Array(4 * latents).map((_, i) => Number(i % 4 < 2));
  const ratio = new Float64Array(2 * features);
  for (let x = 0; x < features; x++) {
    tables[latents + x]!.forEach((p, s) => {
      const at = 4 * parent[latents + x]! + s;
      base[at]! *= 1 - p;
      if (base[at]! < 2 ** -256) {
        base[at]! *= 2 ** 256;
        base[at + 2]!++;
      }
      ratio[2 * x + s] = p / (1 - p);
    });
  }
  return {
    rowStart: memory.input(Int32Array.from(rowStart)).at,
    rowIndex: memory.input(Int32Array.from(lists.flat())).at,
    featureParent: memory.input(Int32Array.from(parent.slice(latents))).at,
    parent: memory.input(Int32Array.from(parent.slice(0, latents))).at,
    table: memory.input(Float64Array.from(tables.slice(0, latents).flat())).at,
    base: memory.input(base).at,
    ratio: memory.input(ratio).at,
  };
}
