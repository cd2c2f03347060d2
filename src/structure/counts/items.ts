/**
 * Variables as they are counted. State 0 of each is implied: of a variable of k states the k - 1 others are items, of a binary one there is one item, that it is 1. Items are numbered by
 * variable, then by state.
 */
export interface CountedVariables {
  readonly variables: number;
  readonly names?: readonly string[] | undefined;
  /** States of each, those that never occur among them; undefined where all have two. */
  readonly stateCounts?: Int32Array | undefined;
  /** What states are called, by variable; undefined for one cut at numbers. */
  readonly states?: readonly (readonly string[] | undefined)[] | undefined;
  /**
   * What must agree for counts to be added: of names, cuts and categories, in hexadecimal. 'rows' where features have numbers alone and are 1 above 0, 'rows above 2': such counts add up whatever their
   * numbers of features.
   */
  readonly vocabulary: string;
}

/** Rows as the items that they have, in compressed rows: items rise within a row. */
export interface ItemRows {
  readonly rows: number;
  readonly start: Int32Array;
  readonly index: Int32Array;
}

/** Where each variable's items begin, and at the end how many there are. */
export function itemStarts({ variables, stateCounts }: CountedVariables): Int32Array {
  const start = new Int32Array(variables + 1);
  for (let v = 0; v < variables; v++) start[v + 1] = start[v]! + (stateCounts ? stateCounts[v]! - 1 : 1);
  return start;
}
