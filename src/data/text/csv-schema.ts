/** A column of numbers; `fill` stands in for a missing one, null refuses it. */
export interface NumericColumn {
  readonly name: string;
  readonly kind: 'numeric';
  readonly fill: number | null;
}

/** A column of categories, one feature each; `fill` stands in for a missing one, null refuses it. */
export interface CategoricalColumn {
  readonly name: string;
  readonly kind: 'categorical';
  readonly categories: readonly string[];
  readonly fill: string | null;
}

export type CsvColumn = NumericColumn | CategoricalColumn;

/** The column to predict: `names` are the classes by id. */
export type CsvTarget =
  | { readonly name: string; readonly kind: 'classes'; readonly names: readonly string[] }
  | { readonly name: string; readonly kind: 'values' };

/** How to turn a CSV text into features, as learned on the training text. Plain JSON. */
export interface CsvSchema {
  readonly kind: 'csv-schema';
  readonly delimiter: string;
  readonly header: boolean;
  /** Every column of the training text, in its order; without a header, `column0`, `column1`, ... */
  readonly names: readonly string[];
  /** The columns that become features, in the order of the features. */
  readonly columns: readonly CsvColumn[];
  readonly target: CsvTarget | null;
  /** Cells taken for missing, after trimming. */
  readonly missingMarks: readonly string[];
  /** What a category not seen in training does: an error, or zeros for all of the column's features (as the first of two categories has). */
  readonly unknownCategory: 'refuse' | 'zero';
}

/** The categories that have a feature. */
export function shownCategories({ categories }: CategoricalColumn): readonly string[] {
  return categories.length === 2 ? categories.slice(1) : categories;
}
