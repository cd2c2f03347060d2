import { requireArray, requireEach, requireIndex, requireLength, requireList } from '../check/arrays.js';
import { complete } from '../check/complete.js';
import type { Options, OptionsOf } from '../check/option.js';
import { got } from '../check/phrase.js';
import { plus } from '../runtime/address.js';
import { requireMemory } from '../runtime/budget.js';
import { type Engine, engineOf } from '../runtime/engine.js';
import { Pace } from '../runtime/pace.js';
import { PairInformation, pairBytes } from '../structure/pair-information.js';
import type { Variables } from '../structure/variables.js';
import { CALLING, SIZE } from './call.js';

const COLUMNS = {
  rows: { ...SIZE, doc: 'Rows of the data.' },
  columns: { ...SIZE, doc: 'Columns, each one variable.' },
  of: {
    kind: 'other',
    is: isNumbers,
    expected: 'a list of column numbers',
    defaultDoc: 'all',
    doc: 'The columns to pair with every column.',
  },
} as const satisfies Options;

const COUNTS = { ...COLUMNS, ...CALLING } as const satisfies Options;

const INFORMATION = {
  ...COLUMNS,
  states: {
    kind: 'integer',
    from: 2,
    to: 256,
    default: 2,
    doc: 'How many states a column has, 0 to states - 1. More than two for dense columns alone.',
  },
  ...CALLING,
} as const satisfies Options;

/** Options of pairCounts. */
export type PairCountsOptions = OptionsOf<typeof COUNTS>;
/** Options of pairInformation. */
export type PairInformationOptions = OptionsOf<typeof INFORMATION>;

/** Columns of states side by side: [rows][columns], 0 or 1, or of more states. */
export type StateRows = Uint8Array;

/** Columns of 0 and 1 in compressed rows: row r has ones at index[start[r]] to index[start[r + 1]], rising. */
export interface OneRows {
  /** [rows + 1], from 0 on. */
  readonly start: Int32Array;
  readonly index: Int32Array;
}

/** Columns of 0 and 1 as bits, a column after another: of ⌈rows / 64⌉ words of 8 bytes, row r is bit r mod 8 of byte ⌊r / 8⌋. Bits past the rows are 0. */
export interface BitColumns {
  readonly bits: Uint8Array;
}

/**
 * In how many rows two columns are both 1.
 * @param data dense, compressed or as bits
 * @returns [of][columns]; of a column with itself: its ones
 */
export async function pairCounts(
  data: StateRows | OneRows | BitColumns,
  given: PairCountsOptions,
): Promise<Int32Array> {
  const options = complete(COUNTS, given, 'pairCounts');
  const { columns } = options;
  const result = (length: number) => new Int32Array(length);
  return pairs(data, { ...options, states: 2 }, 4, result, async ({ engine, pairs }, v, pace, out, at) => {
    const { square } = pairs;
    if (!square) await pairs.rowInTurns(v, pace);
    out.set(engine.i32(square ? plus(square, 4 * v * columns) : pairs.counts, columns), at);
  });
}

/**
 * The mutual information of columns in nats, from their counts; at least 0, and the same bits in either order.
 * @param data dense, compressed or as bits
 * @returns [of][columns]; of a column with itself: its entropy
 */
export async function pairInformation(
  data: StateRows | OneRows | BitColumns,
  given: PairInformationOptions,
): Promise<Float64Array> {
  const options = complete(INFORMATION, given, 'pairInformation');
  const { columns } = options;
  const result = (length: number) => new Float64Array(length);
  return pairs(data, options, 8, result, async ({ engine, pairs }, v, pace, out, at) => {
    await pairs.rowInTurns(v, pace);
    out.set(engine.f64(pairs.information, columns), at);
  });
}

type Settings = Pick<PairInformationOptions, 'rows' | 'columns' | 'of' | 'engine' | 'signal'> & {
  readonly states: number;
};
type Found = { readonly engine: Engine; readonly pairs: PairInformation };

/** A row of numbers for each column asked for. */
async function pairs<T extends Int32Array | Float64Array>(
  data: StateRows | OneRows | BitColumns,
  settings: Settings,
  bytes: number,
  result: (length: number) => T,
  write: (found: Found, v: number, pace: Pace, out: T, at: number) => Promise<void>,
): Promise<T> {
  const { columns, signal } = settings;
  const of = columnsOf(settings);
  const variables = variablesOf(data, settings);
  const engine = await engineOf(settings);
  const pace = new Pace(signal);
  const all = settings.of === undefined;
  const need = pairBytes(variables, 0, all) + bytes * of.length * columns;
  requireMemory(engine, need, 'data', `pairing ${of.length} columns with ${columns}`, 'fewer columns');
  const out = result(of.length * columns);
  const found = await PairInformation.inTurns(engine, variables, pace, all);
  try {
    for (const [i, v] of of.entries()) {
      await write({ engine, pairs: found }, v, pace, out, i * columns);
      if (pace.due) await pace.turn();
    }
    await pace.end();
  } finally {
    found.dispose();
  }
  return out;
}

function columnsOf({ of, columns }: Settings): number[] {
  if (of === undefined) return Array.from({ length: columns }, (_, v) => v);
  requireList(of, 'of', 'column numbers');
  const list = Array.from(of);
  list.forEach((v, i) => {
    requireIndex(v, columns, `of[${i}]`, 'column');
  });
  return list;
}

/** Copies of what kernels index by. */
function variablesOf(data: StateRows | OneRows | BitColumns, settings: Settings): Variables {
  const { rows, columns, states } = settings;
  if (data instanceof Uint8Array) return statesOf(data, rows, columns, states);
  if (states !== 2) throw new RangeError(`states: expected 2 for compressed rows and bits, got ${states}`);
  const { start, index, bits } = (data ?? {}) as Partial<OneRows & BitColumns>;
  if (bits === undefined && start === undefined)
    throw new TypeError(`data: expected Uint8Array or an object of start and index, or of bits, got ${got(data)}`);
  if (bits !== undefined) return bitsOf(bits, rows, columns);
  requireArray(start, 'data.start', Int32Array);
  requireArray(index, 'data.index', Int32Array);
  return rowsOf(start!.slice(), index!.slice(), rows, columns);
}

function statesOf(values: Uint8Array, rows: number, columns: number, states: number): Variables {
  requireLength(values, rows * columns, 'data', `rows x columns = ${rows} x ${columns}`);
  const turned = new Uint8Array(values.length);
  for (let r = 0, i = 0; r < rows; r++) for (let v = 0; v < columns; v++) turned[v * rows + r] = values[i++]!;
  for (let i = 0; i < turned.length; i++) {
    if (turned[i]! >= states) {
      const [r, v] = [i % rows, Math.floor(i / rows)];
      throw new RangeError(`data[${r * columns + v}]: expected a state from 0 to ${states - 1}, got ${turned[i]}`);
    }
  }
  if (states > 2)
    return { kind: 'states', rows, variables: columns, counts: new Int32Array(columns).fill(states), states: turned };
  const words = Math.ceil(rows / 64);
  const bits = new Uint8Array(columns * words * 8);
  for (let v = 0; v < columns; v++)
    for (let r = 0; r < rows; r++) bits[v * words * 8 + (r >> 3)]! |= turned[v * rows + r]! << (r & 7);
  return { kind: 'bits', rows, variables: columns, words, bits };
}

function bitsOf(given: Uint8Array, rows: number, columns: number): Variables {
  requireArray(given, 'data.bits', Uint8Array);
  const words = Math.ceil(rows / 64);
  requireLength(given, columns * words * 8, 'data.bits', `columns x ⌈rows / 64⌉ x 8 = ${columns} x ${words} x 8`);
  const bits = given.slice();
  for (let v = 0; v < columns; v++) {
    for (let r = rows; r < words * 64; r++) {
      if ((bits[v * words * 8 + (r >> 3)]! >> (r & 7)) & 1)
        throw new RangeError(`data.bits: expected 0 past row ${rows - 1}, got 1 in column ${v} at row ${r}`);
    }
  }
  return { kind: 'bits', rows, variables: columns, words, bits };
}

function rowsOf(start: Int32Array, index: Int32Array, rows: number, columns: number): Variables {
  requireLength(start, rows + 1, 'data.start', `rows + 1 = ${rows} + 1`);
  if (start[0] !== 0) throw new RangeError(`data.start[0]: expected 0, got ${start[0]}`);
  for (let r = 0; r < rows; r++) {
    if (!(start[r + 1]! >= start[r]!))
      throw new RangeError(`data.start[${r + 1}]: expected an integer from ${start[r]}, got ${start[r + 1]}`);
  }
  requireLength(index, start[rows]!, 'data.index', `start[${rows}]`);
  requireEach(index, (v) => v >= 0 && v < columns, 'data.index', `a column from 0 to ${columns - 1}`);
  for (let r = 0; r < rows; r++) {
    for (let e = start[r]! + 1; e < start[r + 1]!; e++) {
      if (index[e]! <= index[e - 1]!)
        throw new RangeError(
          `data.index[${e}]: expected columns that rise within row ${r}, got ${index[e]} after ${index[e - 1]}`,
        );
    }
  }
  return { kind: 'rows', rows, variables: columns, start, index };
}

function isNumbers(value: unknown): value is ArrayLike<number> {
  return Array.isArray(value) || value instanceof Int32Array || value instanceof Uint32Array;
}
