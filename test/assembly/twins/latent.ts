import { log } from './math.js';

/** Binary columns: column[r] is 0 or 1. */
export type Column = readonly number[];
export type Table = readonly [number, number];

const chance = (one: number, value: number) => (value ? one : 1 - one);
const bit = (cell: number, j: number) => (cell >> j) & 1;

/** Rows by the values of some columns, row by row; bit j of a cell is column j. */
export function jointTable(columns: readonly Column[], rows: number): Int32Array {
  const table = new Int32Array(2 ** columns.length);
  for (let r = 0; r < rows; r++) table[columns.reduce((cell, column, j) => cell | (column[r]! << j), 0)]!++;
  return table;
}

/** A model of some binary variables, the observed ones first: P(all of them), and the tables that EM may change. */
interface Model {
  readonly observed: number;
  readonly hidden: number;
  /** Its variable and that one's parent, -1 for none: a prior, one number; else two, by the parent's state. */
  readonly tables: readonly { variable: number; parent: number; at: number; learned: boolean }[];
}

const stateOf = (states: number, variable: number) => bit(states, variable);

function probability(model: Model, parameter: Float64Array, states: number): number {
  return model.tables.reduce((product, { variable, parent, at }) => {
    const one = parameter[parent < 0 ? at : at + stateOf(states, parent)]!;
    return product * chance(one, stateOf(states, variable));
  }, 1);
}

/** ln P(table). */
export function likelihood(model: Model, parameter: Float64Array, table: ArrayLike<number>): number {
  let sum = 0;
  for (let cell = 0; cell < 2 ** model.observed; cell++) {
    let p = 0;
    for (let h = 0; h < 2 ** model.hidden; h++) p += probability(model, parameter, cell | (h << model.observed));
    if (table[cell]! > 0) sum += table[cell]! * log(p);
  }
  return sum;
}

/** The parameters after one step of EM, one pseudo-count in every expected cell: sums over all joint states. */
export function step(model: Model, parameter: Float64Array, table: ArrayLike<number>): Float64Array {
  const states = 2 ** (model.observed + model.hidden);
  const expected = new Float64Array(states);
  for (let cell = 0; cell < 2 ** model.observed; cell++) {
    const places = Array.from({ length: 2 ** model.hidden }, (_, h) => cell | (h << model.observed));
    const joint = places.map((place) => probability(model, parameter, place));
    const total = joint.reduce((a, b) => a + b, 0);
    places.forEach((place, h) => {
      expected[place] = (table[cell]! * joint[h]!) / total;
    });
  }
  const next = parameter.slice();
  for (const { variable, parent, at, learned } of model.tables) {
    if (!learned) continue;
    for (const above of parent < 0 ? [0] : [0, 1]) {
      const sum = [1, 1];
      expected.forEach((count, place) => {
        if (parent < 0 || stateOf(place, parent) === above) sum[stateOf(place, variable)]! += count;
      });
      next[at + above] = sum[1]! / (sum[0]! + sum[1]!);
    }
  }
  return next;
}

/** ln of the prior that the pseudo-counts stand for: likelihood plus this never falls. */
export function penalty(model: Model, parameter: Float64Array): number {
  return model.tables.reduce((sum, { parent, at, learned }) => {
    if (!learned) return sum;
    const numbers = parameter.subarray(at, at + (parent < 0 ? 1 : 2));
    return numbers.reduce((total, p) => total + log(p) + log(1 - p), sum);
  }, 0);
}

/** Y -> X1 .. Xk; parameters as latent_class_em has them. */
export function classModel(k: number, learn: number): Model {
  const tables = Array.from({ length: k }, (_, j) => ({
    variable: j,
    parent: k,
    at: 1 + 2 * j,
    learned: bit(learn, 1 + j) === 1,
  }));
  return {
    observed: k,
    hidden: 1,
    tables: [{ variable: k, parent: -1, at: 0, learned: bit(learn, 0) === 1 }, ...tables],
  };
}

/** Y -> A, B, Z and Z -> W, X; parameters are those of latent_pair_em, `fixed` after `learned`. */
export function pairModel(): Model {
  const [a, b, w, x, y, z] = [0, 1, 2, 3, 4, 5];
  return {
    observed: 4,
    hidden: 2,
    tables: [
      { variable: z, parent: y, at: 0, learned: true },
      { variable: w, parent: z, at: 2, learned: true },
      { variable: x, parent: z, at: 4, learned: true },
      { variable: y, parent: -1, at: 6, learned: false },
      { variable: a, parent: y, at: 7, learned: false },
      { variable: b, parent: y, at: 9, learned: false },
    ],
  };
}

/** Ones of a column in each group. */
export function groupOnes(group: ArrayLike<number>, column: Column, groups: number): Int32Array {
  return Int32Array.from({ length: groups }, (_, g) => column.filter((x, r) => x && group[r] === g).length);
}

/** Rows that agree on some columns: each row's group, and each group's probability given Y = 0, 1. */
export interface Groups {
  readonly group: Int32Array;
  readonly count: Int32Array;
  readonly like: Float64Array;
}

/** Groups of rows by the pattern of their values, split column by column: the rows with a 1 of a mixed group become a new one, in the old ones' order. */
export function groupRows(columns: readonly Column[], tables: readonly Table[], rows: number): Groups {
  const all = Array.from({ length: rows }, (_, r) => r);
  const patternOf = (r: number, columnCount: number) =>
    columns
      .slice(0, columnCount)
      .map((column) => column[r])
      .join('');
  let patterns = [''];
  columns.forEach((_, j) => {
    const present = new Set(all.map((r) => patternOf(r, j + 1)));
    const split = patterns.filter((p) => present.has(`${p}0`) && present.has(`${p}1`)).map((p) => `${p}1`);
    patterns = [...patterns.map((p) => (present.has(`${p}0`) ? `${p}0` : `${p}1`)), ...split];
  });
  const numbers = new Map(patterns.map((pattern, g) => [pattern, g]));
  const group = Int32Array.from(all, (r) => numbers.get(patternOf(r, columns.length))!);
  const count = Int32Array.from(patterns, (_, g) => group.filter((x) => x === g).length);
  const like = patterns.flatMap((pattern) =>
    [0, 1].map((y) => columns.reduce((product, _, j) => product * chance(tables[j]![y]!, Number(pattern[j])), 1)),
  );
  return { group, count, like: Float64Array.from(like) };
}

/** ln P of the members and x row by row: with w and x below Z, below Y, less that with all below Y. */
export function islandGain(
  columns: readonly Column[],
  tables: readonly Table[],
  prior: number,
  w: number,
  candidate: { column: Column; table: Table },
  pair: { z: Table; w: Table; x: Table },
): number {
  return candidate.column.reduce((sum, x, r) => {
    let [one, two] = [0, 0];
    for (const y of [0, 1]) {
      let others = chance(prior, y);
      columns.forEach((column, j) => {
        if (j !== w) others *= chance(tables[j]![y]!, column[r]!);
      });
      const value = columns[w]![r]!;
      one += others * chance(tables[w]![y]!, value) * chance(candidate.table[y]!, x);
      for (const z of [0, 1]) two += others * chance(pair.z[y]!, z) * chance(pair.w[z]!, value) * chance(pair.x[z]!, x);
    }
    return sum + log(two / one);
  }, 0);
}

/** The more probable state of Y in each row; 0 in a tie. */
export function groupStates(
  columns: readonly Column[],
  tables: readonly Table[],
  prior: number,
  rows: number,
): number[] {
  return Array.from({ length: rows }, (_, r) => {
    const [zero, one] = [0, 1].map((y) =>
      columns.reduce((product, column, j) => product * chance(tables[j]![y]!, column[r]!), 1),
    ) as [number, number];
    return Number(prior * one > (1 - prior) * zero);
  });
}
