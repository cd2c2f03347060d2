import { complete } from '../../check/complete.js';
import { jsonOf } from '../../check/json.js';
import { requireNames } from '../../check/names.js';
import type { Options } from '../../check/option.js';
import { got } from '../../check/phrase.js';
import type { Dialect } from '../text/dialect.js';

interface Common {
  readonly name: string;
  /** A missing cell is a state of its own: one feature more, named `name?`. */
  readonly missing?: 'state' | undefined;
}

/** A column of numbers; `fill` stands in for a missing one, null refuses it. */
export interface NumericColumn extends Common {
  readonly kind: 'numeric';
  readonly fill: number | null;
}

/** A column of dates: days since 1970-01-01, with fractions for times. */
export interface DateColumn extends Common {
  readonly kind: 'date';
  readonly order: 'ymd' | 'dmy' | 'mdy';
  readonly fill: number | null;
}

/** A column of categories, one feature each; `fill` stands in for a missing one, null refuses it. */
export interface CategoricalColumn extends Common {
  readonly kind: 'categorical';
  readonly categories: readonly string[];
  readonly fill: string | null;
  /** Cells count as they are spelled, numbers too. */
  readonly spelled?: true | undefined;
}

export type SchemaColumn = NumericColumn | DateColumn | CategoricalColumn;

/** The column to predict: `names` are the classes by id. */
export type TableTarget =
  | {
      readonly name: string;
      readonly kind: 'classes';
      readonly names: readonly string[];
      readonly spelled?: true | undefined;
    }
  | { readonly name: string; readonly kind: 'values' };

/** How to turn the rows of a table into features, as learned on the training rows. Plain JSON. */
export interface TableSchema {
  readonly kind: 'table-schema';
  /** Of a table that was a text. */
  readonly dialect?: Dialect | undefined;
  /** Every column of the training table, in its order; without a header, `column0`, `column1`, ... */
  readonly names: readonly string[];
  /** The columns that become features, in the order of the features. */
  readonly columns: readonly SchemaColumn[];
  readonly target: TableTarget | null;
  /** Cells taken for missing, after trimming. */
  readonly missingMarks: readonly string[];
  /** What a category not seen in training does: an error, or zeros for all of the column's features (as the first of two categories has). */
  readonly unknownCategory: 'refuse' | 'zero';
  /** Columns that became no feature, and why. */
  readonly leftOut: readonly { readonly name: string; readonly why: string }[];
}

/** The categories that have a feature: of two states only the second, the first would be its complement. */
export function shownCategories({ categories, missing }: CategoricalColumn): readonly string[] {
  return categories.length + (missing ? 1 : 0) === 2 ? categories.slice(1) : categories;
}

/** Names of the features that a column becomes. */
export function featuresOf(column: SchemaColumn): string[] {
  const { name } = column;
  const shown =
    column.kind === 'categorical' ? shownCategories(column).map((category) => `${name}=${category}`) : [name];
  return column.missing ? [...shown, `${name}?`] : shown;
}

/** featuresOf(column).length. */
export function widthOf(column: SchemaColumn): number {
  return (column.kind === 'categorical' ? shownCategories(column).length : 1) + (column.missing ? 1 : 0);
}

const NAME = { kind: 'text', required: true, doc: 'Of the column.' } as const;
const NAMES = { kind: 'list', of: { kind: 'text', doc: 'A name.' }, required: true } as const;
const MISSING = { kind: 'choice', of: ['state'], doc: 'What a missing cell is.' } as const;
const SPELLED = {
  kind: 'other',
  is: (value: unknown) => value === true,
  expected: 'true',
  doc: 'As spelled.',
} as const;
const FILL = {
  kind: 'other',
  is: isFiniteOrNull,
  expected: 'a finite number or null',
  required: true,
  doc: 'For a missing cell.',
} as const;

/** A schema's parts, as options are declared. */
const SCHEMA = {
  kind: { kind: 'choice', of: ['table-schema'], required: true, doc: 'What it is.' },
  dialect: {
    kind: 'group',
    options: {
      delimiter: { kind: 'choice', of: [',', ';', '\t', '|', ' '], required: true, doc: 'What stands between cells.' },
      decimal: { kind: 'choice', of: ['.', ','], required: true, doc: 'The decimal mark.' },
      thousands: { kind: 'text', required: true, doc: 'What parts thousands.' },
      header: { kind: 'flag', required: true, doc: 'Whether the first row is a header.' },
    },
    doc: 'How the text wrote its table.',
  },
  names: { ...NAMES, least: 1, doc: 'Of all columns.' },
  columns: {
    kind: 'list',
    least: 1,
    of: {
      kind: 'variant',
      of: {
        numeric: { name: NAME, missing: MISSING, fill: FILL },
        date: {
          name: NAME,
          missing: MISSING,
          fill: FILL,
          order: { kind: 'choice', of: ['ymd', 'dmy', 'mdy'], required: true, doc: 'Of year, month and day.' },
        },
        categorical: {
          name: NAME,
          missing: MISSING,
          spelled: SPELLED,
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
    of: {
      classes: { name: NAME, names: { ...NAMES, least: 2, doc: 'Classes by id.' }, spelled: SPELLED },
      values: { name: NAME },
    },
    or: (value: unknown) => value === null,
    orDoc: 'null',
    required: true,
    doc: 'The column to predict.',
  },
  missingMarks: { ...NAMES, doc: 'Cells that are missing.' },
  unknownCategory: { kind: 'choice', of: ['refuse', 'zero'], required: true, doc: 'What an unknown category does.' },
  leftOut: {
    kind: 'list',
    of: {
      kind: 'group',
      options: { name: NAME, why: { kind: 'text', required: true, doc: 'In few words.' } },
      doc: 'A column.',
    },
    required: true,
    doc: 'Columns that became no feature.',
  },
} as const satisfies Options;

function isFiniteOrNull(value: unknown): value is number | null {
  return value === null || Number.isFinite(value);
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

/** TypeError, RangeError naming the part for what learning cannot have made. */
export function requireSchema(given: unknown, argument = 'schema'): asserts given is TableSchema {
  const schema = jsonOf<TableSchema>(given, 'table-schema', argument);
  complete(SCHEMA, schema, 'a schema as learned of a table', `${argument}.`);
  const { names, columns, target, leftOut } = schema;
  requireNames(names, names.length, `${argument}.names`, 'column');
  const known = new Set(names);
  const requireColumn = (name: string, place: string) => {
    if (!known.delete(name)) throw new RangeError(`${place}: expected one of its names, each once, got ${got(name)}`);
  };
  columns.forEach((column, i) => {
    const place = `${argument}.columns[${i}]`;
    requireColumn(column.name, `${place}.name`);
    if (column.kind === 'categorical') requireCategories(column, place);
  });
  leftOut.forEach(({ name }, i) => {
    requireColumn(name, `${argument}.leftOut[${i}].name`);
  });
  if (target === null) return;
  requireColumn(target.name, `${argument}.target.name`);
  if (target.kind === 'classes') requireNames(target.names, target.names.length, `${argument}.target.names`, 'class');
}

function requireCategories({ categories, fill }: CategoricalColumn, place: string): void {
  requireNames(categories, categories.length, `${place}.categories`, 'category');
  if (fill !== null && !categories.includes(fill))
    throw new RangeError(`${place}.fill: expected one of its categories, or null, got ${got(fill)}`);
}
