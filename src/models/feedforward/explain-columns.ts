import type { Dataset } from '../../data/dataset.js';
import { type SchemaColumn, shownCategories, widthOf } from '../../data/tables/schema.js';

/** The features that a person sees as one: those that came from one column of a table, or a single one. */
export interface Column {
  /** The first of its features. */
  readonly feature: number;
  /** How many there are. */
  readonly width: number;
  readonly name: string;
}

/** The columns of rows: of a table's, as its schema has them; of others, one for each feature. */
export class Columns {
  readonly count: number;
  private readonly known: readonly (Column & { readonly schema: SchemaColumn })[] | undefined;
  private readonly columnOf: Int32Array | undefined;
  private readonly names: readonly string[] | undefined;

  constructor({ columns, schema }: Dataset, names: readonly string[] | undefined) {
    this.names = names;
    this.count = columns;
    if (!schema) return;
    let feature = 0;
    const known = schema.columns.map((column) => {
      const width = widthOf(column);
      feature += width;
      return { feature: feature - width, width, name: column.name, schema: column };
    });
    if (feature !== columns) return;
    this.known = known;
    this.count = known.length;
    this.columnOf = Int32Array.from(known.flatMap(({ width }, c) => Array<number>(width).fill(c)));
  }

  at(column: number): Column {
    return this.known?.[column] ?? { feature: column, width: 1, name: this.names?.[column] ?? String(column) };
  }

  of(feature: number): number {
    return this.columnOf ? this.columnOf[feature]! : feature;
  }

  /** What a row has there: a number, a category, or null for a cell that was missing or of an unknown category. */
  valueOf(column: number, row: (feature: number) => number): number | string | null {
    const known = this.known?.[column];
    if (!known) return row(column);
    const { feature, width, schema } = known;
    if (schema.missing && row(feature + width - 1) > 0) return null;
    if (schema.kind !== 'categorical') return row(feature);
    const shown = shownCategories(schema);
    const on = shown.findIndex((_, i) => row(feature + i) > 0);
    if (on >= 0) return shown[on]!;
    // The first of two states has no feature.
    return shown.length < schema.categories.length ? schema.categories[0]! : null;
  }
}
