import { got } from '../../check/phrase.js';

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

/** TypeError for what is no schema, RangeError for one that learning has not made; both name the argument. */
export function requireSchema(schema: unknown, argument: string): asserts schema is CsvSchema {
  if (!isRecord(schema) || schema.kind !== 'csv-schema')
    throw new TypeError(
      `${argument}: expected an object of kind 'csv-schema', as made by learnCsvSchema, got ${got(schema)}`,
    );
  const { delimiter, header, names, columns, target, missingMarks, unknownCategory } = schema;
  const known = isTexts(names, 1) ? new Set(names) : new Set<string>();
  const used = Array.isArray(columns) ? columns.map((column) => column?.name) : [];
  const sound = {
    delimiter: typeof delimiter === 'string' && delimiter.length === 1,
    header: typeof header === 'boolean',
    names: known.size > 0,
    columns: used.length > 0 && isTexts(used, 1) && (columns as unknown[]).every((column) => isColumn(column, known)),
    target: target === null || isTarget(target, known, used),
    missingMarks: isTexts(missingMarks, 0),
    unknownCategory: unknownCategory === 'refuse' || unknownCategory === 'zero',
  };
  for (const [part, ok] of Object.entries(sound))
    if (!ok) throw new RangeError(`${argument}: expected ${part} as learnCsvSchema makes it, got another`);
}

function isColumn(column: unknown, names: ReadonlySet<string>): boolean {
  if (!isRecord(column) || !names.has(column.name as string)) return false;
  const { kind, fill, categories } = column;
  if (kind === 'numeric') return fill === null || Number.isFinite(fill);
  return kind === 'categorical' && isTexts(categories, 1) && (fill === null || categories.includes(fill as string));
}

function isTarget(target: unknown, names: ReadonlySet<string>, columns: readonly unknown[]): boolean {
  if (!isRecord(target) || !names.has(target.name as string) || columns.includes(target.name)) return false;
  return target.kind === 'values' || (target.kind === 'classes' && isTexts(target.names, 2));
}

/** Strings, at least so many, each once. */
function isTexts(list: unknown, least: number): list is string[] {
  return (
    Array.isArray(list) &&
    list.length >= least &&
    list.every((text) => typeof text === 'string') &&
    new Set(list).size === list.length
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
