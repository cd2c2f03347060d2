import { checkedData, type Observations } from '../data/checked.js';
import { checkedTable, isTable } from '../data/tables/checked-table.js';
import type { NumericValues, Table, TableColumn } from '../data/tables/table.js';
import type { Engine } from '../runtime/engine.js';
import { distinctValues, meansOf, stateAt, stateStarts } from './cuts.js';

import {
  type DiscretiseOptions,
  discretise,
  emptyBits,
  requireOneCut,
  requireRoom,
  type Variables,
} from './variables.js';

/** Variables, and what they and their states are called where that is known. */
export interface NamedVariables {
  readonly variables: Variables;
  readonly names?: readonly string[] | undefined;
  /** By variable; undefined for one cut at numbers. */
  readonly states?: readonly (readonly string[] | undefined)[] | undefined;
}

/** The most states that bytes can number. */
const MOST_STATES = 256;

/** The most distinct numbers that are taken for states without being asked. */
const FEW_VALUES = 16;

/** Rows for each pair of states, that a table of two such columns holds more than chance. */
const ROWS_A_PAIR = 5;

/** What stands in a tree for the state of missing cells. */
const MISSING = '(missing)';

/** The variables of what a tree may be learned from. */
export function variablesOf(engine: Engine, data: Observations | Table, options: DiscretiseOptions): NamedVariables {
  if (isTable(data)) return tableVariables(engine, data, options);
  const { features, featureNames } = checkedData(data);
  return { variables: discretise(engine, features, options), names: featureNames };
}

/** A variable a column, in states that occur. RangeError for a column of more than 256, by name. */
function tableVariables(engine: Engine, table: Table, options: DiscretiseOptions): NamedVariables {
  const { rows, columns } = checkedTable(table);
  requireOneCut(options.bins, options.threshold);
  requireRoom(engine, columns.length, rows * columns.length + 32 * rows);
  const data = new Uint8Array(rows * columns.length);
  const counts = new Int32Array(columns.length);
  const states = columns.map((column, v) => {
    const coded = codesOf(column, options);
    return renumber(coded, placeOfMissing(coded, column.name, options.missing), data.subarray(v * rows), (count) => {
      if (count > MOST_STATES) refuse(column, count);
      counts[v] = count;
    });
  });
  const variables: Variables = { kind: 'states', rows, variables: columns.length, counts, states: data };
  return {
    variables: counts.every((count) => count <= 2) ? packStates(engine, variables) : variables,
    names: columns.map(({ name }) => name),
    states: states.some(Boolean) ? states : undefined,
  };
}

/** States by row, -1 where missing. */
interface Codes {
  readonly codes: Int32Array;
  readonly count: number;
  readonly labels: readonly string[] | undefined;
  /** The state of the column's mean. */
  readonly mean?: number;
}

function codesOf(column: TableColumn, options: DiscretiseOptions): Codes {
  if (column.kind === 'numeric') return cutNumbers(column, options);
  const { codes, categories } = column;
  return { codes, count: categories.length, labels: categories };
}

function cutNumbers({ values: given }: NumericValues, { threshold = 'auto', bins, missing }: DiscretiseOptions): Codes {
  const values = typeof missing === 'number' ? given.map((x) => (Number.isNaN(x) ? missing : x)) : given;
  const present = values.filter((x) => !Number.isNaN(x));
  const rows = present.length;
  if (rows === 0) return { codes: new Int32Array(values.length).fill(-1), count: 0, labels: [] };
  const { mean, near, limits } = meansOf({ kind: 'dense', rows, columns: 1, values: present });
  const codesBy = (stateOf: (x: number) => number) =>
    Int32Array.from(values, (x) => (Number.isNaN(x) ? -1 : stateOf(x)));
  const sorted = present.sort();
  const few = bins ?? (threshold === 'auto' ? Math.min(FEW_VALUES, Math.max(2, Math.sqrt(rows / ROWS_A_PAIR))) : 0);
  const distinct = distinctValues(sorted, Math.floor(few));
  if (distinct || bins !== undefined) {
    const starts = distinct ?? stateStarts(sorted, bins!);
    const labels = distinct?.map(String);
    const stateOf = (x: number) => stateAt(starts, x);
    return { codes: codesBy(stateOf), count: starts.length, labels, mean: stateOf(mean[0]! + near[0]!) };
  }
  const limit = typeof threshold === 'number' ? threshold : limits[0]!;
  const stateOf = (x: number) => Number(x > limit);
  return { codes: codesBy(stateOf), count: 2, labels: undefined, mean: stateOf(mean[0]!) };
}

/** The state of missing cells: one more than there are others, or one of these. */
function placeOfMissing(
  { codes, count, mean }: Codes,
  name: string,
  missing: DiscretiseOptions['missing'] = 'state',
): number {
  if (missing === 'state' || !codes.includes(-1)) return count;
  if (missing === 'mean' && mean !== undefined) return mean;
  if (typeof missing === 'number')
    throw new RangeError(
      `missing: expected state, mean or mode, since column ${JSON.stringify(name)} is of categories, got ${missing}`,
    );
  const rows = new Int32Array(count);
  for (const code of codes) if (code >= 0) rows[code]!++;
  return Math.max(0, rows.indexOf(rows.reduce((a, b) => Math.max(a, b), 0)));
}

/** Writes states numbered anew, those that occur alone; tells how many before it does; returns their names. */
function renumber(
  { codes, count, labels }: Codes,
  missing: number,
  out: Uint8Array,
  tell: (count: number) => void,
): readonly string[] | undefined {
  const place = (code: number) => (code < 0 ? missing : code);
  const seen = new Uint8Array(count + 1);
  for (const code of codes) seen[place(code)] = 1;
  const kept = [...seen.keys()].filter((state) => seen[state]);
  tell(kept.length);
  const next = new Int32Array(count + 1);
  kept.forEach((state, s) => {
    next[state] = s;
  });
  codes.forEach((code, r) => {
    out[r] = next[place(code)]!;
  });
  return labels && kept.map((state) => labels[state] ?? MISSING);
}

function packStates(engine: Engine, data: Variables & { kind: 'states' }): Variables {
  const { rows, variables, states } = data;
  requireRoom(engine, variables, states.length + Math.ceil(rows / 64) * 8 * variables);
  const out = emptyBits(rows, variables);
  for (let v = 0; v < variables; v++) {
    const at = v * out.words * 8;
    for (let r = 0; r < rows; r++) out.bits[at + (r >> 3)]! |= states[v * rows + r]! << (r & 7);
  }
  return out;
}

function refuse({ name }: TableColumn, count: number): never {
  throw new RangeError(
    `data: expected at most ${MOST_STATES} states a column, got ${count} in ${JSON.stringify(name)}; leave it out, or merge its rare categories`,
  );
}
