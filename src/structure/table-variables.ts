import { checkedData, type Observations } from '../data/checked.js';
import { checkedTable, isTable } from '../data/tables/checked-table.js';
import type { NumericValues, Table, TableColumn } from '../data/tables/table.js';
import type { Engine } from '../runtime/engine.js';
import type { Pace } from '../runtime/pace.js';
import { inTurns, type Steps } from '../runtime/steps.js';
import { type Cut, cutOf, keptStates } from './column-states.js';
import { meansOf } from './cuts.js';

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
  const labels: (readonly string[] | undefined)[] = [];
  for (const [v, column] of columns.entries()) {
    const { codes, ...cut } = codesOf(column, options);
    const tally = new Float64Array(cut.count + 1);
    for (const code of codes) tally[code < 0 ? cut.count : code]!++;
    const { count, labels: named, next } = keptStates(cut, tally, column.name, options.missing);
    counts[v] = count;
    labels.push(named);
    const out = states.subarray(v * rows);
    codes.forEach((code, r) => {
      out[r] = next[code < 0 ? cut.count : code]!;
    });
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

/** With the states by row, -1 where missing. */
type Codes = Cut & { readonly codes: Int32Array };

function codesOf(column: TableColumn, options: DiscretiseOptions): Codes {
  if (column.kind === 'numeric') return cutNumbers(column, options);
  const { codes, categories } = column;
  return { codes, count: categories.length, labels: categories };
}

function cutNumbers({ values: given }: NumericValues, options: DiscretiseOptions): Codes {
  const { missing } = options;
  const values = typeof missing === 'number' ? given.map((x) => (Number.isNaN(x) ? missing : x)) : given;
  const present = values.filter((x) => !Number.isNaN(x));
  const { mean, near, limits } = meansOf({ kind: 'dense', rows: present.length, columns: 1, values: present });
  const cut = cutOf({ sorted: present.sort(), mean: mean[0]!, near: near[0]!, limit: limits[0]! }, options);
  return { ...cut, codes: Int32Array.from(values, (x) => (Number.isNaN(x) ? -1 : cut.stateOf(x))) };
}

function packStates({ rows, variables, states }: StateColumns): Variables {
  const out = emptyBits(rows, variables);
  for (let v = 0; v < variables; v++) {
    const at = v * out.words * 8;
    for (let r = 0; r < rows; r++) out.bits[at + (r >> 3)]! |= states[v * rows + r]! << (r & 7);
  }
  return out;
}
