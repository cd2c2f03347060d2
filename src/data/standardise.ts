import { complete } from '../check/complete.js';
import { jsonOf, numbersOf } from '../check/json.js';
import type { Options, OptionsOf } from '../check/option.js';
import { got } from '../check/phrase.js';
import { log } from '../numeric/log.js';
import { type Moments, momentsInSteps } from '../numeric/moments.js';
import { MAX_MEMORY, requireWithin } from '../runtime/budget.js';
import { atOnce, type Steps } from '../runtime/steps.js';
import { Dataset, requireDataset, requireSound } from './dataset.js';
import { describeFeatures, type RowMatrix, requireRows, requireWhole, type SparseMatrix } from './matrix.js';

/** Options of Standardizer.learn. */
export const STANDARDIZER = {
  center: {
    kind: 'flag',
    defaultDoc: 'true for dense rows, false for sparse ones, which it would fill',
    doc: 'Whether the mean is subtracted.',
  },
  scale: { kind: 'flag', default: true, doc: 'Whether values are divided by the standard deviation.' },
  maxMemory: MAX_MEMORY,
} as const satisfies Options;

/** Options of TfIdf.learn. */
export const TF_IDF = {
  sublinear: { kind: 'flag', default: true, doc: 'Whether a count n weighs 1 + ln n; else n.' },
  normalise: { kind: 'flag', default: true, doc: 'Whether rows are brought to unit length.' },
  maxMemory: MAX_MEMORY,
} as const satisfies Options;

/** Numbers that are gone through in a step. */
const NUMBERS = 2 ** 16;

/** Bytes of typed arrays that learning makes of each column. */
export const LEARNING_BYTES = { 'tf-idf': 12, standard: 40 } as const;

/** A Standardizer as plain JSON. */
export interface StandardizerJson {
  readonly kind: 'standardizer';
  readonly mean: number[] | null;
  readonly scale: number[];
}

/**
 * Columns brought to mean 0 and standard deviation 1, as measured on the training rows alone. All is in double precision, with dense rows' differences from their first, so that a
 * large offset costs no digits; what is standardised ends in 32 bits. The standard deviation is the population's (divided by the number of rows), and a constant column is divided by 1.
 */
export class Standardizer {
  /** What is subtracted from each column; null if nothing is. */
  readonly mean: Float64Array | null;
  /** What each column is divided by. */
  readonly scale: Float64Array;

  private constructor(mean: Float64Array | null, scale: Float64Array) {
    if (!(scale instanceof Float64Array)) throw internal('Standardizer');
    this.mean = mean;
    this.scale = scale;
  }

  /** @throws TypeError for images, or when centering sparse rows; RangeError for more columns than maxMemory allows */
  static learn(train: Dataset, options: OptionsOf<typeof STANDARDIZER> = {}): Standardizer {
    return atOnce(Standardizer.learning(train, options));
  }

  /** @internal learn, in steps. */
  static *learning(train: Dataset, options: OptionsOf<typeof STANDARDIZER>): Steps<Standardizer> {
    requireSound(train, 'train');
    const features = requireRows(train.features, 'train');
    const settings = complete(STANDARDIZER, options, 'Standardizer.learn');
    const { center = features.kind === 'dense', scale, maxMemory } = settings;
    if (center && features.kind === 'sparse') throw cannotCenter('train');
    requireColumns(train, LEARNING_BYTES.standard, maxMemory);
    const { mean, deviation: std } = yield* momentsOf(features);
    return new Standardizer(center ? mean : null, scale ? std : new Float64Array(train.columns).fill(1));
  }

  /** The same rows, standardised; targets and names are kept. */
  apply(dataset: Dataset): Dataset {
    return atOnce(this.applying(dataset));
  }

  /** @internal apply, in steps. */
  *applying(dataset: Dataset): Steps<Dataset> {
    requireDataset(dataset, 'dataset');
    const { targets, featureNames } = dataset;
    const features = requireRows(dataset.features, 'dataset');
    const { mean, scale } = this;
    checkColumns(dataset, scale.length);
    requireWhole(features);
    if (features.kind === 'sparse') {
      if (mean !== null) throw cannotCenter('dataset');
      const value = new Float32Array(features.value.length);
      for (let i = 0; i < value.length; i++) {
        value[i] = features.value[i]! / scale[features.index[i]!]!;
        if (i % NUMBERS === 0) yield;
      }
      return new Dataset({ ...features, value }, targets, featureNames);
    }
    const { rows, columns } = features;
    const values = new Float32Array(rows * columns);
    for (let r = 0, i = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++, i++) {
        values[i] = (features.values[i]! - (mean === null ? 0 : mean[c]!)) / scale[c]!;
        if (!Number.isFinite(values[i])) throw tooFar(features.values[i]!, r, c);
        if (i % NUMBERS === 0) yield;
      }
    }
    return new Dataset({ ...features, values }, targets, featureNames);
  }

  /** What fromJSON reads. */
  toJSON(): StandardizerJson {
    return { kind: 'standardizer', mean: this.mean && Array.from(this.mean), scale: Array.from(this.scale) };
  }

  /** @throws TypeError, RangeError for what toJSON cannot have written */
  static fromJSON(json: unknown): Standardizer {
    const { mean, scale } = jsonOf<StandardizerJson>(json, 'standardizer');
    const divisors = numbersOf(scale, 'json.scale', (x) => x > 0, 'a positive number');
    if (mean === null) return new Standardizer(null, divisors);
    const means = numbersOf(mean, 'json.mean', () => true, 'a finite number');
    if (means.length !== divisors.length) {
      throw new RangeError(
        `json.mean: expected as many numbers as json.scale (${divisors.length}), got ${means.length}`,
      );
    }
    return new Standardizer(means, divisors);
  }
}

/** A TfIdf as plain JSON. */
export interface TfIdfJson {
  readonly kind: 'tf-idf';
  readonly idf: number[];
  readonly sublinear: boolean;
  readonly normalise: boolean;
}

/**
 * Term frequency times inverse document frequency, for sparse rows of word counts:
 * value = tf(v) (ln((1 + N) / (1 + df)) + 1), tf(v) = 1 + ln v if `sublinear`, else v; then each row is divided by its
 * Euclidean norm if `normalise`. N rows and df rows that hold the word are counted in the training rows alone.
 * The logarithm is the package's own, so the bits are the same in every engine.
 */
export class TfIdf {
  /** ln((1 + N) / (1 + df)) + 1 of each column. */
  readonly idf: Float64Array;
  readonly sublinear: boolean;
  readonly normalise: boolean;

  private constructor(idf: Float64Array, sublinear: boolean, normalise: boolean) {
    if (!(idf instanceof Float64Array)) throw internal('TfIdf');
    this.idf = idf;
    this.sublinear = sublinear;
    this.normalise = normalise;
  }

  /** @throws TypeError for dense rows or images, RangeError for a negative count or more columns than maxMemory allows */
  static learn(train: Dataset, options: OptionsOf<typeof TF_IDF> = {}): TfIdf {
    return atOnce(TfIdf.learning(train, options));
  }

  /** @internal learn, in steps. */
  static *learning(train: Dataset, options: OptionsOf<typeof TF_IDF>): Steps<TfIdf> {
    requireSound(train, 'train');
    const { sublinear, normalise, maxMemory } = complete(TF_IDF, options, 'TfIdf.learn');
    const { rows, columns, index, value } = countsOf(train, 'train');
    requireColumns(train, LEARNING_BYTES['tf-idf'], maxMemory);
    const documents = new Int32Array(columns);
    for (let i = 0; i < index.length; i++) {
      if (value[i] !== 0) documents[index[i]!]!++;
      if (i % NUMBERS === 0) yield;
    }
    const idf = new Float64Array(columns);
    for (let c = 0; c < columns; c++) idf[c] = log((1 + rows) / (1 + documents[c]!)) + 1;
    return new TfIdf(idf, sublinear, normalise);
  }

  /**
   * The same rows, weighted; targets and names are kept. An empty row stays empty.
   * @throws TypeError for dense rows or images, RangeError for a negative count or another number of columns
   */
  apply(dataset: Dataset): Dataset {
    return atOnce(this.applying(dataset));
  }

  /** @internal apply, in steps. */
  *applying(dataset: Dataset): Steps<Dataset> {
    requireDataset(dataset, 'dataset');
    checkColumns(dataset, this.idf.length);
    const counts = countsOf(dataset, 'dataset');
    const { rows, start, index } = counts;
    const value = new Float32Array(index.length);
    const weights = new Float64Array(index.length);
    for (let r = 0; r < rows; r++) {
      let squares = 0;
      for (let i = start[r]!; i < start[r + 1]!; i++) {
        const count = counts.value[i]!;
        const frequency = this.sublinear && count !== 0 ? 1 + log(count) : count;
        weights[i] = frequency * this.idf[index[i]!]!;
        squares += weights[i]! * weights[i]!;
        if (i % NUMBERS === 0) yield;
      }
      const norm = this.normalise && squares > 0 ? Math.sqrt(squares) : 1;
      for (let i = start[r]!; i < start[r + 1]!; i++) value[i] = weights[i]! / norm;
    }
    return new Dataset({ ...counts, value }, dataset.targets, dataset.featureNames);
  }

  /** What fromJSON reads. */
  toJSON(): TfIdfJson {
    return { kind: 'tf-idf', idf: Array.from(this.idf), sublinear: this.sublinear, normalise: this.normalise };
  }

  /** @throws TypeError, RangeError for what toJSON cannot have written */
  static fromJSON(json: unknown): TfIdf {
    const { idf, sublinear, normalise } = jsonOf<TfIdfJson>(json, 'tf-idf');
    for (const [name, flag] of Object.entries({ sublinear, normalise })) {
      if (typeof flag !== 'boolean') throw new TypeError(`json.${name}: expected a boolean, got ${got(flag)}`);
    }
    return new TfIdf(
      numbersOf(idf, 'json.idf', (x) => x > 0, 'a positive number'),
      sublinear,
      normalise,
    );
  }
}

function* momentsOf(features: RowMatrix): Steps<Moments> {
  if (features.kind === 'sparse') return sparseMoments(features);
  const found = yield* momentsInSteps(features.values, features.rows, features.columns);
  const wide = found.mean.findIndex((mean, c) => !Number.isFinite(mean) || !Number.isFinite(found.deviation[c]));
  if (wide >= 0)
    throw new RangeError(
      `train: expected numbers whose differences are 64-bit floats, got larger ones in column ${wide}`,
    );
  return found;
}

/**
 * A constant column is told by a deviation of exactly 0: up to 2^29 equal 32-bit floats have an exact sum in double precision, so an exact mean.
 */
function sparseMoments({ rows, columns, index, value }: SparseMatrix): Moments {
  const mean = new Float64Array(columns);
  const deviation = new Float64Array(columns);
  const absent = new Int32Array(columns).fill(rows);
  for (let i = 0; i < value.length; i++) {
    absent[index[i]!]!--;
    mean[index[i]!]! += value[i]!;
  }
  for (let c = 0; c < columns; c++) {
    mean[c]! /= rows;
    deviation[c] = absent[c]! * mean[c]! * mean[c]!;
  }
  for (let i = 0; i < value.length; i++) deviation[index[i]!]! += (value[i]! - mean[index[i]!]!) ** 2;
  for (let c = 0; c < columns; c++) deviation[c] = Math.sqrt(deviation[c]! / rows) || 1;
  return { mean, deviation };
}

function tooFar(value: number, row: number, column: number): RangeError {
  return new RangeError(
    `dataset: row ${row}, column ${column} is ${value}, too far from the rows learned from for a 32-bit float`,
  );
}

function countsOf({ features }: Dataset, argument: string): SparseMatrix {
  if (features.kind !== 'sparse') {
    throw new TypeError(`${argument}: expected sparse rows of counts, got ${describeFeatures(features)}`);
  }
  requireWhole(features);
  for (let i = 0; i < features.value.length; i++) {
    if (features.value[i]! < 0) {
      const row = features.start.findIndex((from) => from > i) - 1;
      throw new RangeError(
        `${argument}: expected counts from 0, got ${features.value[i]} in row ${row}, column ${features.index[i]}`,
      );
    }
  }
  return features;
}

function checkColumns(dataset: Dataset, columns: number): void {
  if (dataset.columns !== columns) {
    throw new RangeError(`dataset: expected ${columns} columns, as learned, got ${dataset.columns}`);
  }
}

function requireColumns({ columns }: Dataset, bytes: number, maxMemory: number): void {
  requireWithin(maxMemory, bytes * columns, 'train', `learning of ${columns} columns`, 'fewer columns');
}

function cannotCenter(argument: string): TypeError {
  return new TypeError(
    `${argument}: expected dense rows to center, got sparse ones, which centering would fill; learn with center: false`,
  );
}

/** A constructor that TypeScript hides was called all the same. */
function internal(name: string): TypeError {
  return new TypeError(`constructor: is internal, use ${name}.learn or ${name}.fromJSON`);
}
