import type { Steps } from '../../runtime/steps.js';
import type { TableSchema } from '../tables/schema.js';
import { type Delimiter, type Dialect, type DialectEvidence, sniffSteps } from './dialect.js';

/** How to read a text by a schema, and what to tell should it not fit. */
export interface LikeTraining {
  readonly delimiter?: Delimiter;
  readonly decimal?: '.' | ',';
  readonly header?: boolean;
  readonly told?: string;
}

const WORDS: Readonly<Record<Delimiter, string>> = {
  '\t': 'tabs',
  ';': 'semicolons',
  '|': 'pipes',
  ',': 'commas',
  ' ': 'blanks',
};

/** Of a text whose lines end with LF: by the schema's delimiter where its columns are found with it, else by the text's own; the decimal mark is the text's own where its cells tell it. */
export function* dialectLike(text: string, schema: TableSchema): Steps<LikeTraining> {
  const { dialect, missingMarks } = schema;
  if (!dialect) return {};
  const { header } = dialect;
  const given = { header, missingMarks };
  const trained = yield* sniffSteps(text, { ...given, delimiter: dialect.delimiter });
  if (fits(trained, schema)) return { ...dialectOf(dialect), decimal: decimalOf(trained, dialect) };
  const own = yield* sniffSteps(text, given);
  const { delimiter, decimal } = own.dialect;
  if (delimiter !== dialect.delimiter && fits(own, schema)) return { delimiter, decimal, header };
  return own.width < 2 || delimiter === dialect.delimiter
    ? dialectOf(dialect)
    : {
        ...dialectOf(dialect),
        told: `text: is parted by ${WORDS[delimiter]}, the training text was by ${WORDS[dialect.delimiter]}`,
      };
}

function dialectOf({ delimiter, decimal, header }: Dialect) {
  return { delimiter, decimal, header };
}

function decimalOf({ dialect, sureOfDecimal }: DialectEvidence, trained: Dialect): '.' | ',' {
  return sureOfDecimal ? dialect.decimal : trained.decimal;
}

/** Whether all columns of features are named, or there are as many as without a header there must be. */
function fits({ first, width }: DialectEvidence, { dialect, names, columns, target }: TableSchema): boolean {
  if (!dialect!.header) return width === names.length || width === names.length - (target ? 1 : 0);
  return columns.every(({ name }) => first?.includes(name) || name === 'column0');
}
