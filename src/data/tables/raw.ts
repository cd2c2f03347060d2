import type { Dialect } from '../text/dialect.js';

/** In `ids`: the cell is a number. */
export const NUMBER = -1;
/** In `ids`: the cell is missing. */
export const MISSING = -2;

/** Cells of one column as read. */
export interface RawColumn {
  /** f64[rows]: the number that a cell is; NaN where it is none or missing. Columns without a number may share one array: not to be written to. */
  readonly numbers: Float64Array;
  /** i32[rows]: place of the cell in `texts`, or NUMBER or MISSING; undefined where every cell is a number. */
  readonly ids: Int32Array | undefined;
  /**
   * Different cells that are no numbers (trimmed), in order of appearance; of a column read as text, all cells in their own spelling. Undefined where
   * there are more than 1,000 and than half of the rows: such a column only tells rows apart, its ids are 0 where there is a text.
   */
  readonly texts: readonly string[] | undefined;
  /** How many texts differ; where `texts` is undefined, how many at least. */
  readonly different: number;
  /** Where `texts` is undefined: they are running text. */
  readonly prose?: boolean;
  /** Its numbers are written as codes are: digits of one length, with a nought in front among them. */
  readonly codes?: boolean;
}

/** Lines whose number of cells is not the table's: they are no rows of it. */
export interface Ragged {
  readonly count: number;
  /** The first twenty. */
  readonly first: readonly { readonly line: number; readonly cells: number }[];
}

/** A text's cells by column. */
export interface RawTable {
  readonly dialect: Dialect;
  readonly rows: number;
  readonly columns: readonly RawColumn[];
  /** Cells of the first line where it is a header, else undefined; may have other than one cell a column: one fewer is how R writes row names. */
  readonly header: readonly string[] | undefined;
  readonly ragged: Ragged;
  /** What was taken on thin evidence or left out, a sentence each. */
  readonly warnings: readonly string[];
  /** The line of the text on which a row begins, from 1. */
  line(row: number): number;
}
