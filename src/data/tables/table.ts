/** Numbers, as read: 64-bit, NaN where missing. */
export interface NumericValues {
  readonly kind: 'numeric';
  readonly name: string;
  readonly values: Float64Array;
}

/** Categories: codes[r] is a place in `categories`, -1 where missing. */
export interface CategoryCodes {
  readonly kind: 'categorical';
  readonly name: string;
  readonly codes: Int32Array;
  readonly categories: readonly string[];
}

export type TableColumn = NumericValues | CategoryCodes;

/** Columns of one length, each of its kind, as they were read: nothing is filled in, nothing narrowed. */
export interface Table {
  readonly kind: 'table';
  readonly rows: number;
  readonly columns: readonly TableColumn[];
}
