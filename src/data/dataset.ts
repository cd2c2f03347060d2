import { requireList } from '../check/arrays.js';
import { requireKnown } from '../check/known.js';
import type { OptionsOf } from '../check/option.js';
import { got } from '../check/phrase.js';
import { isMade, requireObject } from '../check/require.js';
import { checkFeatures } from './checked.js';
import { DataStream } from './data-stream.js';
import { keptWords } from './documents/kept.js';
import type { TextVectorizerJson } from './documents/vectorizer-json.js';
import { type ImageSides, imagesOf, type Pixels } from './images/pixels.js';
import { type LabelOptions, targetsOf } from './labels.js';
import { type DenseRows, denseRows, type Matrix, type SparseMatrix } from './matrix.js';
import type { StreamOptions } from './stream-options.js';
import { subsetMatrix, subsetTargets } from './subset.js';
import type { READ_RECORDS, RecordsOptions } from './tables/options.js';
import { requireSchema, type TableSchema } from './tables/schema.js';
import { checkTargets, type Targets } from './targets.js';

export type { CanvasImage, Pixels } from './images/pixels.js';
// A dataset's parts, for those who hold one.
export type { DenseMatrix, ImageMatrix, Matrix, RowMatrix, SparseMatrix } from './matrix.js';
export { describeFeatures, requireImages, requireRows } from './matrix.js';
export type { ClassTargets, Targets, TaskTargets, ValueTargets } from './targets.js';
export { describeTargets, requireTargets } from './targets.js';

/** TypeError unless it is a Dataset: a copy by structuredClone, say, is none. */
export function requireDataset(data: unknown, argument: string): asserts data is Dataset {
  if (isMade(data, Dataset, 'features', argument)) return;
  const parts = typeof (data as Partial<Dataset> | null | undefined)?.features === 'object';
  const rows = Array.isArray(data) || ArrayBuffer.isView(data);
  const hint = parts
    ? '; new Dataset(features, targets, featureNames) makes one of such parts'
    : rows
      ? '; Dataset.dense(rows) makes one of an array of rows'
      : isSampled(data)
        ? '; its sample() makes one'
        : '';
  throw new TypeError(`${argument}: expected a Dataset, got ${got(data)}${hint}`);
}

/** A stream, whose class knows this one. */
function isSampled(data: unknown): boolean {
  return typeof (data as { sample?: unknown } | null | undefined)?.sample === 'function';
}

/** requireDataset, and a RangeError where the arrays, written to since, no longer pass the checks. */
export function requireSound(data: unknown, argument: string): asserts data is Dataset {
  requireDataset(data, argument);
  checkFeatures(data);
  if (data.targets !== undefined) checkTargets(data.targets, data.rows);
}

/** The vectorizer's words, which name the columns. */
function wordsOf(
  vectorizer: TextVectorizerJson,
  { columns, featureNames = vectorizer?.words }: Dataset,
): readonly string[] {
  const words = keptWords(vectorizer, columns);
  const c = featureNames === words ? -1 : words.findIndex((word, i) => word !== featureNames[i]);
  if (c < 0) return featureNames;
  throw new RangeError(
    `featureNames[${c}]: expected the vectorizer's word ${got(words[c])}, got ${got(featureNames[c])}`,
  );
}

/** What may go with the features. */
export interface DatasetOptions extends LabelOptions {
  /** One name a column. */
  readonly featureNames?: readonly string[];
}

/** How to learn what the columns of records become, or by which schema to read them. */
export type FromRecordsOptions = RecordsOptions | ({ readonly schema: TableSchema } & OptionsOf<typeof READ_RECORDS>);

const NAMES: readonly (keyof DatasetOptions)[] = ['targets', 'labels', 'classes', 'classNames', 'featureNames'];

/**
 * Rows of features, with or without targets. The arrays given are kept, not copied (copies cost more than checks), and should not be written to afterwards. What is written
 * nevertheless is not trusted: each call that learns checks the data anew, and nets check every batch as they take it, so that lengths that do not match, numbers that are not
 * finite, unsorted sparse rows and labels out of range are refused, then as now. Sound numbers are taken as they are.
 *
 * @throws TypeError for a wrong kind of argument, RangeError for a wrong value; the first offending row and column,
 * both counted from 0, are named.
 */
export class Dataset {
  readonly features: Matrix;
  readonly targets?: Targets;
  readonly featureNames?: readonly string[];
  /** How the rows of a table became these features; reads further rows the same way. */
  readonly schema?: TableSchema;
  /** How texts became these rows of words; reads further texts the same way. */
  readonly vectorizer?: TextVectorizerJson;

  constructor(
    features: Matrix,
    targets?: Targets,
    featureNames?: readonly string[],
    schema?: TableSchema,
    vectorizer?: TextVectorizerJson,
  ) {
    this.features = features;
    this.targets = targets;
    this.featureNames = featureNames;
    this.schema = schema;
    this.vectorizer = vectorizer;
    checkFeatures(this);
    if (vectorizer !== undefined) this.featureNames = wordsOf(vectorizer, this);
    if (schema !== undefined) requireSchema(schema);
    if (targets !== undefined) checkTargets(targets, features.rows);
  }

  get rows(): number {
    return this.features.rows;
  }

  get columns(): number {
    return this.features.columns;
  }

  /**
   * Dense rows, from an array of rows (arrays of numbers, or typed arrays), or from one flat row-major typed array, which needs `columns`. Flat floats are kept, not copied; of all else
   * a copy is made, in 32-bit floats where these hold every number exactly and else in 64-bit ones.
   * @throws RangeError naming row and lengths for ragged rows, row and column for a number that is not finite.
   */
  static dense(rows: DenseRows, options: DatasetOptions & { readonly columns?: number } = {}): Dataset {
    requireObject(options, 'options');
    requireKnown(options, ['columns', ...NAMES], 'Dataset.dense');
    const { columns, featureNames } = options;
    return new Dataset(denseRows(rows, columns), targetsOf(options), featureNames);
  }

  /** Compressed sparse rows, see SparseMatrix. The arrays are kept, not copied. */
  static sparse(options: Omit<SparseMatrix, 'kind'> & DatasetOptions): Dataset {
    requireObject(options, 'options');
    requireKnown(options, ['rows', 'columns', 'start', 'index', 'value', ...NAMES], 'Dataset.sparse');
    const { rows, columns, start, index, value } = options;
    return new Dataset(
      { kind: 'sparse', rows, columns, start, index, value },
      targetsOf(options),
      options.featureNames,
    );
  }

  /**
   * Images of one size, [row][channel][height][width] in one flat array: bytes or 32-bit floats, which are kept, not copied, or other numbers, which become 32-bit floats. Or one
   * ImageData of a canvas or a list of them, which tell height and width: their opacity is left out, and `channels` is 3 (the default) or 1, of brightness.
   * @throws RangeError for values that are not a whole number of images, images of several sizes, or a float that is not finite
   */
  static images(options: ImageSides & { readonly values: Pixels } & Omit<DatasetOptions, 'featureNames'>): Dataset {
    requireObject(options, 'options');
    requireKnown(options, ['channels', 'height', 'width', 'values', ...NAMES], 'Dataset.images');
    return new Dataset(imagesOf(options.values, options), targetsOf(options));
  }

  /**
   * Dense rows of 64-bit numbers from rows of JavaScript values, objects or arrays, of numbers, strings, booleans and Dates: numbers stay as they are, categories become
   * indicators, as learnCsv says. With `schema`, that of another dataset, rows become the features that its rows became.
   * What it takes is loaded at the first call.
   * @throws TypeError for values that are no cells, RangeError for options that do not fit, TableError for all that is wrong with the rows
   */
  static async fromRecords(records: readonly unknown[], options: FromRecordsOptions): Promise<Dataset> {
    requireObject(options, 'options');
    const { appliedTo, learnedOf } = await import('./tables/from-records.js');
    const { schema, ...others } = options as { schema?: TableSchema } & RecordsOptions;
    if (schema !== undefined) {
      const { features, targets, featureNames } = appliedTo(
        records,
        schema,
        others,
        'Dataset.fromRecords with a schema',
      );
      return new Dataset(features, targets, featureNames, schema);
    }
    const learned = learnedOf(records, others, 'Dataset.fromRecords');
    return new Dataset(learned.features, learned.targets, learned.featureNames, learned.schema);
  }

  /**
   * Rows in shards, for data that memory does not hold: each shard is a function that gives a part of the rows, anew each time, and is called in a first pass, then once an
   * epoch. Shards agree on columns, names and the kind of targets; one that knows of fewer classes than others is fine.
   * @throws TypeError, RangeError naming the shard for one that does not go with those before
   */
  static async stream(shards: readonly (() => Dataset | Promise<Dataset>)[], options: StreamOptions = {}) {
    const { openStream } = await import('./stream-open.js');
    const { shards: own, window, census } = await openStream(shards, options, Dataset);
    return new DataStream(own, window, census, Dataset);
  }

  /**
   * The given rows, in the given order, copied. A row may be taken more than once.
   * @throws RangeError for no rows or a row number outside [0, rows).
   */
  subset(rows: ArrayLike<number>): Dataset {
    requireList(rows, 'rows', 'row numbers');
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      if (!Number.isInteger(row) || row < 0 || row >= this.rows) {
        throw new RangeError(`rows[${i}]: expected an integer in [0, ${this.rows}), got ${got(row)}`);
      }
    }
    if (rows.length === 0) throw new RangeError('rows: expected at least one row number, got none');
    return new Dataset(
      subsetMatrix(this.features, rows),
      this.targets && subsetTargets(this.targets, this.rows, rows),
      this.featureNames,
      this.schema,
      this.vectorizer,
    );
  }

  /** The same features with other targets, or with none. */
  withTargets(targets: Targets | undefined): Dataset {
    return new Dataset(this.features, targets, this.featureNames, this.schema, this.vectorizer);
  }
}
