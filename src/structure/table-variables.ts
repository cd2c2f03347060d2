import { checkedData, type Observations } from '../data/checked.js';
import { checkedTable, isTable } from '../data/tables/checked-table.js';
import type { NumericValues, Table, TableColumn } from '../data/tables/table.js';
import type { Engine } from '../runtime/engine.js';
import type { Pace } from '../runtime/pace.js';
import { inTurns, type Steps } from '../runtime/steps.js';
import { distinctValues, meansOf, stateAt, stateStarts } from './cuts.js';

import {
  type DiscretiseOptions,
  discretiseInTurns,
  emptyBits,
  type Hold,
  requireOneCut,
  requireRoom,
  type StateColumns,
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
export async function variablesOf(
  engine: Engine,
  data: Observations | Table,
  options: DiscretiseOptions,
  pace: Pace,
  hold?: Hold,
): Promise<NamedVariables> {
  if (isTable(data)) return inTurns(tableVariables(engine, data, options), pace);
  const { features, featureNames } = checkedData(data);
  return { variables: await discretiseInTurns(engine, features, options, pace, hold), names: featureNames };
}

/** A variable a column, in the states that occur; bits where no column has more than two. RangeError for more than 256 in a column, by name. */
function* tableVariables(engine: Engine, table: Table, options: DiscretiseOptions): Steps<NamedVariables> {
  const { rows, columns: given } = checkedTable(table);
  requireOneCut(options.bins, options.threshold);
  const variables = given.length;
  requireRoom(engine, variables, 2 * rows * variables + 40 * rows + columnBytes(given));
  // Others may write to them between two steps.
  const columns = given.map(copyOf);
  const states = new Uint8Array(rows * variables);
  const counts = new Int32Array(variables);
  const labels: (string[] | undefined)[] = [];
  for (const [v, column] of columns.entries()) {
    const coded = codesOf(column, options);
    const kept = renumber(coded, placeOfMissing(coded, column.name, options.missing), states.subarray(v * rows));
    counts[v] = kept.length;
    if (kept.length > MOST_STATES)
      throw new RangeError(
        `data: expected at most ${MOST_STATES} states a column, got ${kept.length} in ${JSON.stringify(column.name)}; leave it out, or merge categories`,
      );
    labels.push(coded.labels && kept.map((state) => coded.labels![state] ?? MISSING));
    yield;
  }
  const data: StateColumns = { kind: 'states', rows, variables, counts, states };
  return {
    variables: counts.every((count) => count <= 2) ? packStates(data) : data,
    names: columns.map(({ name }) => name),
    states: labels.some(Boolean) ? labels : undefined,
  };
}

function copyOf(column: TableColumn): TableColumn {
  return column.kind === 'numeric'
    ? { ...column, values: column.values.slice() }
    : { ...column, codes: column.codes.slice() };
}

function columnBytes(columns: readonly TableColumn[]): number {
  return columns.reduce((sum, c) => sum + (c.kind === 'numeric' ? c.values : c.codes).byteLength, 0);
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
  const { mean, near, limits } = meansOf({ kind: 'dense', rows, columns: 1, values: present });
  const sorted = present.sort();
  const few = bins ?? (threshold === 'auto' ? Math.min(FEW_VALUES, Math.max(2, Math.sqrt(rows / ROWS_A_PAIR))) : 0);
  const distinct = distinctValues(sorted, Math.floor(few));
  const starts = distinct ?? (bins && stateStarts(sorted, bins));
  const limit = typeof threshold === 'number' ? threshold : limits[0]!;
  const stateOf = (x: number) => (starts ? stateAt(starts, x) : Number(x > limit));
  return {
    codes: Int32Array.from(values, (x) => (Number.isNaN(x) ? -1 : stateOf(x))),
    count: starts ? starts.length : 2,
    labels: distinct?.map(String),
    mean: stateOf(mean[0]! + (starts ? near[0]! : 0)),
  };
}

/** The state of missing cells: one more than there are others, or one of these. */
function placeOfMissing({ codes, count, mean }: Codes, name: string, missing: DiscretiseOptions['missing']): number {
  if (missing === 'state' || !codes.includes(-1)) return count;
  if (missing === 'mean' && mean !== undefined) return mean;
  if (missing !== 'mean' && missing !== 'mode')
    throw new RangeError(`missing: expected no number, as ${JSON.stringify(name)} is of categories, got ${missing}`);
  const rows = new Int32Array(count);
  for (const code of codes) if (code >= 0) rows[code]!++;
  return rows.reduce((best, times, state) => (times > rows[best]! ? state : best), 0);
}

/** Writes states numbered anew, those that occur alone, and returns these. */
function renumber({ codes, count }: Codes, missing: number, out: Uint8Array): number[] {
  const place = (code: number) => (code < 0 ? missing : code);
  const next = new Int32Array(count + 1).fill(-1);
  for (const code of codes) next[place(code)] = 0;
  const kept = [...next.keys()].filter((state) => next[state] === 0);
  kept.forEach((state, s) => {
    next[state] = s;
  });
  codes.forEach((code, r) => {
    out[r] = next[place(code)]!;
  });
  return kept;
}

function packStates({ rows, variables, states }: StateColumns): Variables {
  const out = emptyBits(rows, variables);
  for (let v = 0; v < variables; v++) {
    const at = v * out.words * 8;
    for (let r = 0; r < rows; r++) out.bits[at + (r >> 3)]! |= states[v * rows + r]! << (r & 7);
  }
  return out;
}
