import { complete } from '../../check/complete.js';
import { jsonOf } from '../../check/json.js';
import { requireNames } from '../../check/names.js';
import type { Options } from '../../check/option.js';
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

const NAME = { kind: 'text', required: true, doc: 'Of the column.' } as const;
const NAMES = { kind: 'list', of: { kind: 'text', doc: 'A name.' }, required: true } as const;

/** A schema's parts, as options are declared. */
const SCHEMA = {
  kind: { kind: 'choice', of: ['csv-schema'], required: true, doc: 'What it is.' },
  delimiter: {
    kind: 'other',
    is: (value) => [',', ';', '\t'].includes(value as string),
    expected: "',', ';' or a tab",
    required: true,
    doc: 'What stands between cells.',
  },
  header: { kind: 'flag', required: true, doc: 'Whether the first row is a header.' },
  names: { ...NAMES, least: 1, doc: 'Of all columns.' },
  columns: {
    kind: 'list',
    least: 1,
    of: {
      kind: 'variant',
      of: {
        numeric: {
          name: NAME,
          fill: {
            kind: 'other',
            is: isFloatOrNull,
            expected: 'a number within a 32-bit float, or null',
            required: true,
            doc: '',
          },
        },
        categorical: {
          name: NAME,
          categories: { ...NAMES, least: 1, doc: 'In the order of their features.' },
          fill: { kind: 'other', is: isTextOrNull, expected: 'a string or null', required: true, doc: '' },
        },
      },
      doc: 'A column.',
    },
    required: true,
    doc: 'Those that become features.',
  },
  target: {
    kind: 'variant',
    of: { classes: { name: NAME, names: { ...NAMES, least: 2, doc: 'Classes by id.' } }, values: { name: NAME } },
    or: (value: unknown) => value === null,
    orDoc: 'null',
    required: true,
    doc: 'The column to predict.',
  },
  missingMarks: { ...NAMES, doc: 'Cells that are missing.' },
  unknownCategory: { kind: 'choice', of: ['refuse', 'zero'], required: true, doc: 'What an unknown category does.' },
} as const satisfies Options;

function isFloatOrNull(value: unknown): value is number | null {
  return value === null || (typeof value === 'number' && Number.isFinite(Math.fround(value)));
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

/** TypeError, RangeError naming the part for what learnCsvSchema cannot have made. */
export function requireSchema(given: unknown, argument = 'schema'): asserts given is CsvSchema {
  const schema = jsonOf<CsvSchema>(given, 'csv-schema', argument);
  complete(SCHEMA, schema, 'a schema of learnCsvSchema', `${argument}.`);
  const { names, columns, target } = schema;
  requireNames(names, names.length, `${argument}.names`, 'column');
  const known = new Set(names);
  const requireColumn = (name: string, place: string) => {
    if (!known.delete(name)) throw new RangeError(`${place}: expected one of its names, each once, got ${got(name)}`);
  };
  columns.forEach((column, i) => {
    const place = `${argument}.columns[${i}]`;
    requireColumn(column.name, `${place}.name`);
    if (column.kind === 'numeric') return;
    const { categories, fill } = column;
    requireNames(categories, categories.length, `${place}.categories`, 'category');
    if (fill !== null && !categories.includes(fill))
      throw new RangeError(`${place}.fill: expected one of its categories, or null, got ${got(fill)}`);
  });
  if (target === null) return;
  requireColumn(target.name, `${argument}.target.name`);
  if (target.kind === 'classes') requireNames(target.names, target.names.length, `${argument}.target.names`, 'class');
}
