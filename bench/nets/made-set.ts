import { Dataset } from 'espalier';
import { Random } from '../../test/support/random.js';
import type { NetSet } from './net-set.js';
import { rowsBetween, rowsSet } from './rows-set.js';

const COLUMNS = 1000;
/** Share of the rows in which a variable is on, and how often a child does as its parent does. */
const [ON, FOLLOWS] = [0.15, 0.85];
/** Variables of a region, and share of labels that are drawn anew. */
const [REGION, NOISE] = [25, 0.1];

/** Sparse rows of a tree of binary variables that is known; four classes, by how four regions of neighbours on it are: (a xor b) and (c and d). */
export function treeSet(most: number): NetSet {
  const random = new Random(11);
  // Variables are numbered by chance: neighbours are not beside each other.
  const name = random.permutation(COLUMNS);
  const parent = Array.from({ length: COLUMNS }, (_, v) =>
    v === 0 ? -1 : Math.max(0, v - 1 - random.below(Math.min(v, 12))),
  );
  const regions = Array.from({ length: 4 }, (_, k) => regionAround(parent, 100 + 250 * k));
  const draw = (rows: number) => Array.from({ length: rows }, () => drawRow(parent, random));
  const rows = draw(most + 5000);
  const counts = rows.map((row) => regions.map((region) => region.filter((v) => row[v]).length));
  const middle = regions.map((_, k) => counts.map((c) => c[k]!).sort((a, b) => a - b)[counts.length >> 1]!);
  const labels = counts.map((c) => {
    const [a, b, d, e] = c.map((n, k) => n > middle[k]!) as [boolean, boolean, boolean, boolean];
    return random.chance(NOISE) ? random.below(4) : Number(a !== b) + 2 * Number(d && e);
  });
  const data = sparseOf(rows, name, labels);
  return rowsSet('made from a tree', 'accuracy', rowsBetween(data, 0, most), rowsBetween(data, most, data.rows));
}

/** The nearest variables, breadth first. */
function regionAround(parent: readonly number[], centre: number): number[] {
  const found = [centre];
  for (let i = 0; found.length < REGION; i++) {
    const v = found[i]!;
    const near = [parent[v]!, ...parent.flatMap((p, child) => (p === v ? [child] : []))];
    for (const u of near) if (u >= 0 && !found.includes(u) && found.length < REGION) found.push(u);
  }
  return found;
}

function drawRow(parent: readonly number[], random: Random): boolean[] {
  const row: boolean[] = [];
  for (const p of parent) row.push(p >= 0 && random.chance(FOLLOWS) ? row[p]! : random.chance(ON));
  return row;
}

function sparseOf(rows: readonly boolean[][], name: readonly number[], labels: readonly number[]): Dataset {
  const start = new Int32Array(rows.length + 1);
  const index: number[] = [];
  rows.forEach((row, r) => {
    index.push(...row.flatMap((on, v) => (on ? [name[v]!] : [])).sort((a, b) => a - b));
    start[r + 1] = index.length;
  });
  return Dataset.sparse({
    rows: rows.length,
    columns: COLUMNS,
    start,
    index: Int32Array.from(index),
    value: new Float32Array(index.length).fill(1),
    labels: [...labels],
    classes: 4,
  });
}
