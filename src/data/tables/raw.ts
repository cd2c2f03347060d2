import type { Dialect } from '../text/dialect.js';

/** In `ids`: the cell is a number. */
export const NUMBER = -1;
/** In `ids`: the cell is missing. */
export const MISSING = -2;

/** Cells of one column, a row each. */
export interface RawColumn {
  /** f64[rows], NaN where the cell is no number or missing. */
  readonly numbers: Float64Array;
  /** i32[rows]: place in `texts`, or NUMBER or MISSING; undefined where every cell is a number. */
  readonly ids: Int32Array | undefined;
  /** Different cells that are no numbers, in order of appearance; undefined beyond a cap: such a column only tells rows apart. */
  readonly texts: readonly string[] | undefined;
  /** How many different texts, at least. */
  readonly different: number;
}

/** A text taken apart into columns of cells. */
export interface RawTable {
  readonly dialect: Dialect;
  readonly rows: number;
  readonly columns: readonly RawColumn[];
  /** May have one cell fewer than there are columns: the first column then holds row names, as R writes them. */
  readonly header: readonly string[] | undefined;
  /** The line on which a row ends. */
  line(row: number): number;
  /** Rows that have not as many cells as the others. */
  readonly ragged: {
    readonly count: number;
    readonly first: readonly { readonly line: number; readonly cells: number }[];
  };
}
