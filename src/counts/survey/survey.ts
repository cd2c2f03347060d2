import { got } from '../../check/phrase.js';
import type { Dialect } from '../../data/text/dialect.js';
import type { ColumnCensus } from './column-census.js';
import type { SparseCensus } from './sparse-census.js';
import type { WordCensus } from './word-census.js';

/** A part that was surveyed. */
export interface SurveyedPart {
  readonly name: string;
  /** Of its contents. */
  readonly sha256: string;
  readonly rows: number;
}

/** How a table was written: '' where no part tells. */
export type SurveyedDialect = Pick<Dialect, 'delimiter' | 'thousands' | 'header'> & {
  readonly decimal: '.' | ',' | '';
};

/** Columns one by one. */
export interface ColumnsContent {
  readonly kind: 'cells' | 'table' | 'dense';
  readonly rows: number;
  /** Undefined where no part has any. */
  readonly names: readonly string[] | undefined;
  /** Of cells: where names of rows may be. */
  readonly rowNames: readonly number[];
  readonly dialect: SurveyedDialect | undefined;
  readonly columns: readonly ColumnCensus[];
}

export interface SparseContent {
  readonly kind: 'sparse';
  readonly names: readonly string[] | undefined;
  readonly census: SparseCensus;
}

export interface TextsContent {
  readonly kind: 'texts';
  readonly census: WordCensus;
}

export type SurveyContent = ColumnsContent | SparseContent | TextsContent;

/** Options that parts must agree in; plain JSON. */
export type SurveyHow = Readonly<Record<string, unknown>>;

/**
 * What a first pass over parts of data has found: of columns how often which numbers and texts stand in them, of texts their words. What it takes to cut columns into states, and to choose a vocabulary, as
 * of the whole data. Made by surveyData and mergeSurveys; its contents are for saveSurvey and for counting.
 */
export class Survey {
  /** What of: cells of tables as they were written, columns of a Table, rows of numbers, texts. */
  readonly kind: SurveyContent['kind'];
  /** In the order of their names. */
  readonly parts: readonly SurveyedPart[];
  /** Rows, or texts. */
  readonly rows: number;
  /** @internal Options of reading that its parts agree in. */
  readonly how: SurveyHow;
  /** @internal */
  readonly content: SurveyContent;

  /** @internal */
  constructor(parts: readonly SurveyedPart[], how: SurveyHow, content: SurveyContent) {
    this.kind = content.kind;
    this.parts = [...parts].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    this.rows = parts.reduce((sum, { rows }) => sum + rows, 0);
    this.how = how;
    this.content = content;
  }
}

/** What tells parts apart. */
export function keyOf({ name, sha256 }: SurveyedPart): string {
  return `${name}\n${sha256}`;
}

/** TypeError unless it is a Survey. */
export function requireSurvey(survey: unknown, argument = 'survey'): asserts survey is Survey {
  if (!(survey instanceof Survey)) throw new TypeError(`${argument}: expected a Survey, got ${got(survey)}`);
}
