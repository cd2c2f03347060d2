import type { Draws } from './draws.js';

/** Compressed rows: row r owns entries start[r] .. start[r + 1]. */
export interface Pattern {
  start: Int32Array<ArrayBuffer>;
  index: Int32Array<ArrayBuffer>;
}

/** Rows of 0 to `most` entries, in any order, a column perhaps more than once; the first and the last row may be empty. */
export function randomPattern(draws: Draws, rows: number, columns: number, most: number): Pattern {
  const start = new Int32Array(rows + 1);
  for (let r = 0; r < rows; r++) start[r + 1] = start[r]! + draws.below(most + 1);
  return { start, index: Int32Array.from({ length: start[rows]! }, () => draws.below(columns)) };
}

/** As `randomPattern`, but each row's columns rise and differ; about one row in five is empty. */
export function randomRows(draws: Draws, rows: number, columns: number, density = 0.3): Pattern {
  const start = new Int32Array(rows + 1);
  const index: number[] = [];
  for (let r = 0; r < rows; r++) {
    if (draws.below(5) > 0) for (let c = 0; c < columns; c++) if (draws.unit() < density) index.push(c);
    start[r + 1] = index.length;
  }
  return { start, index: Int32Array.from(index) };
}
