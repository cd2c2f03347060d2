import type { TextVectorizerJson } from './documents/vectorizer-json.js';
import type { Matrix } from './matrix.js';
import type { TableSchema } from './tables/schema.js';
import type { Targets } from './targets.js';

/** A Dataset's parts, for those that it needs itself. */
export interface Rows {
  readonly rows: number;
  readonly columns: number;
  readonly features: Matrix;
  readonly targets?: Targets;
  readonly featureNames?: readonly string[];
  readonly schema?: TableSchema;
  readonly vectorizer?: TextVectorizerJson;
}

/** Opens a part of the rows, anew each time. */
export type Shard<D> = () => D | Promise<D>;

/** What makes rows: Dataset. */
export type RowsClass<D extends Rows> = new (
  features: Matrix,
  targets?: Targets,
  featureNames?: readonly string[],
  schema?: TableSchema,
  vectorizer?: TextVectorizerJson,
) => D;

/** What a call must know of rows before it sees them: a Dataset tells it itself, a stream of all its shards. */
export interface Outline {
  readonly rows: number;
  readonly columns: number;
  /** A stream's: their kind and sides, and the fullest rows without what is in them. */
  readonly features: Matrix;
  /** A stream's: their kind, number and names alone. */
  readonly targets?: Targets;
  readonly vectorizer?: TextVectorizerJson;
  /** Of all sparse rows, where the features here are of some alone. */
  readonly entries?: number;
  /** Rows of each class, where the targets here are of none. */
  readonly classRows?: Float64Array;
}
