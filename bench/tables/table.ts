import type { Rows } from '../../test/support/baselines.js';

/** A table with its target: numbers as they are, indicators of categories. */
export interface BenchTable extends Rows {
  readonly name: string;
  /** Class ids from 0, or numbers. */
  readonly y: Float64Array;
  /** 0: the target is a number. */
  readonly classes: number;
  /** So many of the last rows are the test; missing: a third, drawn at random. */
  readonly testRows?: number;
}

/** A cell: a number, a word, or nothing. */
export type Cell = number | string | null;

/** Words become indicators, by first appearance; a missing number the column's mean; a missing word a state of its own. */
export function tableOf(name: string, records: readonly (readonly Cell[])[], target: readonly Cell[]): BenchTable {
  const columns: number[][] = [];
  for (let c = 0; c < records[0]!.length; c++) {
    const cells = records.map((record) => record[c]!);
    if (cells.some((cell) => typeof cell === 'string'))
      for (const state of new Set(cells)) columns.push(cells.map((cell) => Number(cell === state)));
    else {
      const known = cells.filter((cell) => cell !== null) as number[];
      const mean = known.reduce((a, b) => a + b, 0) / known.length;
      columns.push(cells.map((cell) => (cell === null ? mean : (cell as number))));
    }
  }
  const values = new Float64Array(records.length * columns.length);
  columns.forEach((column, c) => {
    column.forEach((value, r) => {
      values[r * columns.length + c] = value;
    });
  });
  const states = typeof target[0] === 'string' ? [...new Set(target)] : [];
  const y = Float64Array.from(target, (cell) => (states.length ? states.indexOf(cell) : (cell as number)));
  return { name, rows: records.length, columns: columns.length, values, y, classes: states.length };
}

/** Some rows of a table. */
export function rowsOf(table: BenchTable, rows: readonly number[]): BenchTable {
  const { columns } = table;
  const values = new Float64Array(rows.length * columns);
  rows.forEach((r, i) => {
    values.set(table.values.subarray(r * columns, (r + 1) * columns), i * columns);
  });
  return { ...table, rows: rows.length, values, y: Float64Array.from(rows, (r) => table.y[r]!) };
}
