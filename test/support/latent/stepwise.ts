// Stepwise EM of small latent trees by enumeration.
import type { LatentTree } from '#dist/structure/latent/latent-tree.js';
import { expectedCounts, weigh, withTables } from './em.js';

export interface TwinOptions {
  batchRows: number;
  exponent: number;
  steps: number;
  passes: number;
}

/** A node's cells, [state of its parent][state]; the root's are there twice. */
type Cells = number[][];

/** Tables after stepwise EM from the tree's own statistics, and ln P of the rows of the last pass under the tables they met. */
export function stepwise(
  tree: LatentTree,
  rows: readonly (readonly number[])[],
  { batchRows, exponent, steps, passes }: TwinOptions,
): { tree: LatentTree; logLikelihood: number } {
  const before = Math.max(tree.rows, steps * batchRows);
  let shares = ownCells(tree, before).map((cells) => scaled(cells, 1 / before));
  let now = tree;
  let k = steps;
  let logLikelihood = 0;
  for (let pass = 1; pass <= passes; pass++) {
    logLikelihood = 0;
    for (let first = 0; first < rows.length; first += batchRows) {
      const batch = rows.slice(first, first + batchRows);
      const data = weigh(batch);
      logLikelihood += withTables(now, now.probability, data).logLikelihood;
      const part = batch.length / batchRows;
      const share = part * (k + 2) ** -exponent;
      const expected = expectedCounts(now, data);
      shares = shares.map((old, v) => sum(scaled(old, 1 - share), scaled(expected[v]!, share / batch.length)));
      k += part;
      const counted = steps * batchRows + (pass > 1 ? rows.length : first + batch.length);
      const tables = shares.flatMap((cells) =>
        cells.map(([zero, one]) => (one! * counted + 1) / ((zero! + one!) * counted + 2)),
      );
      now = withTables(now, tables, data);
    }
  }
  return { tree: now, logLikelihood };
}

/** Cells of so many rows that one pseudo-count each would make the tree's tables. */
function ownCells({ root, nodes, parent, probability }: LatentTree, rows: number): Cells[] {
  const cells: Cells[] = new Array(nodes);
  const inState = (v: number, state: number) =>
    v < 0 ? rows : cells[v]![1]![state]! + (v === root ? 0 : cells[v]![0]![state]!);
  for (let v = root; v >= 0; v--) {
    cells[v] = [0, 1].map((s) => {
      const one = probability[2 * v + s]! * (inState(parent[v]!, s) + 2) - 1;
      return [inState(parent[v]!, s) - one, one];
    });
  }
  return cells;
}

function scaled(cells: Cells, factor: number): Cells {
  return cells.map((row) => row.map((x) => x * factor));
}

function sum(a: Cells, b: Cells): Cells {
  return a.map((row, s) => row.map((x, t) => x + b[s]![t]!));
}
