import { got } from '../../check/phrase.js';
import { Dataset, type Matrix, type RowMatrix, requireRows } from '../../data/dataset.js';
import { checkMatrix, requireWhole } from '../../data/matrix.js';
import { LEARNING_BYTES, Standardizer, type StandardizerJson, TfIdf, type TfIdfJson } from '../../data/standardise.js';
import { log } from '../../numeric/log.js';
import { requireMemory } from '../../runtime/budget.js';
import type { Engine } from '../../runtime/engine.js';
import type { Steps } from '../../runtime/steps.js';

/**
 * 'none': as they are. 'binary': 1 where above 0. 'log': ln(1 + x). 'unit-length': each row divided by its Euclidean norm. 'tf-idf': (1 + ln count)
 * times inverse document frequency, rows to unit length. 'standard': mean 0 and deviation 1 (dense), or deviation 1 (sparse).
 */
export const INPUT_TRANSFORMS = ['none', 'binary', 'log', 'unit-length', 'tf-idf', 'standard'] as const;

export type InputTransformName = (typeof INPUT_TRANSFORMS)[number];

export type InputTransformJson = { kind: InputTransformName; learned?: StandardizerJson | TfIdfJson };

/** What becomes of the features before the first layer; a part of the net, so that it sees every data set the same way. */
export interface InputTransform {
  applying(data: Dataset): Steps<Dataset>;
  /** Bytes of typed arrays that `applying` has in use at most, and of the numbers that it makes anew. */
  bytes(data: Dataset): { most: number; kept: number };
  toJSON(): InputTransformJson;
}

/** Numbers that are gone through in a step, about. */
const NUMBERS = 2 ** 15;

const POINTWISE: Partial<Record<InputTransformName, (x: number, row: number) => number>> = {
  binary: (x) => (x > 0 ? 1 : 0),
  log: (x, row) => {
    if (x < 0) throw new RangeError(`input: 'log' expects values from 0, got ${x} in row ${row}`);
    return log(1 + x);
  },
};

/** Learns a transform from the training rows alone. */
export function* learningTransform(engine: Engine, train: Dataset, name: InputTransformName): Steps<InputTransform> {
  if (name !== 'tf-idf' && name !== 'standard') return fixed(name);
  const { columns } = train;
  const { maxMemory } = engine;
  const bytes = LEARNING_BYTES[name] * columns;
  requireMemory(engine, bytes, 'input', `learning '${name}' of ${columns} columns`, 'fewer columns');
  return learned(name, yield* (name === 'tf-idf' ? TfIdf : Standardizer).learning(train, { maxMemory }));
}

/** Rebuilds a transform from a model file. */
export function transformFromJson(json: InputTransformJson): InputTransform {
  if (json.kind === 'tf-idf') return learned(json.kind, TfIdf.fromJSON(json.learned as TfIdfJson));
  if (json.kind === 'standard') return learned(json.kind, Standardizer.fromJSON(json.learned as StandardizerJson));
  if (!INPUT_TRANSFORMS.includes(json.kind))
    throw new TypeError(`input: expected one of ${INPUT_TRANSFORMS.join(', ')}, got ${got(json.kind)}`);
  return fixed(json.kind);
}

function learned(kind: InputTransformName, transform: TfIdf | Standardizer): InputTransform {
  // Tf-idf weighs in double precision before it rounds.
  const width = kind === 'tf-idf' ? 12 : 4;
  const bytes = ({ features }: Dataset) => ({ most: width * numbers(features), kept: 4 * numbers(features) });
  return { applying: (data) => transform.applying(data), bytes, toJSON: () => ({ kind, learned: transform.toJSON() }) };
}

function fixed(kind: InputTransformName): InputTransform {
  const pointwise = POINTWISE[kind];
  function* applying(data: Dataset): Steps<Dataset> {
    if (pointwise) return yield* mapRows(data, (values, row) => values.map((x) => pointwise(x, row)));
    if (kind === 'unit-length') return yield* mapRows(data, unitLength);
    requireNarrow(data.features);
    return data;
  }
  const bytes = ({ features }: Dataset) => {
    const made = kind === 'none' ? 0 : 4 * numbers(features);
    return { most: made, kept: made };
  };
  return { applying, bytes, toJSON: () => ({ kind }) };
}

/** How many there are. */
function numbers(features: Matrix): number {
  return (features.kind === 'sparse' ? features.value : features.values).length;
}

/** 64-bit rows that are not transformed are narrowed as batches of them are loaded. RangeError for a number that 32 bits do not hold. */
function requireNarrow(features: Matrix): void {
  if (features.kind !== 'dense' || features.values instanceof Float32Array) return;
  const { values, columns } = features;
  const i = values.findIndex((x) => !Number.isFinite(Math.fround(x)));
  if (i >= 0) throw tooLarge(values[i]!, Math.floor(i / columns), i % columns);
}

function tooLarge(value: number, row: number, column: number): RangeError {
  return new RangeError(
    `features: row ${row}, column ${column} is ${value}, expected a number within a 32-bit float, or input: 'standard'`,
  );
}

type Row = Float32Array | Float64Array;

/** Squares of shares of the greatest: neither large nor small numbers are lost. */
function unitLength(values: Row): Row {
  let most = 0;
  for (const x of values) most = Math.max(most, Math.abs(x));
  if (most === 0) return values;
  // A power of two, which costs no bits.
  const unit = values instanceof Float64Array ? 2 ** Math.floor(Math.log2(most)) : 1;
  let squares = 0;
  for (const x of values) squares += (x / unit) ** 2;
  const norm = Math.sqrt(squares);
  return values.map((x) => x / unit / norm);
}

/** `map` sees numbers as wide as they are; what it returns is narrowed. */
function* mapRows(data: Dataset, map: (values: Row, row: number) => Row): Steps<Dataset> {
  const features = requireRows(data.features, 'data');
  checkMatrix(features);
  const source = features.kind === 'sparse' ? features.value : features.values;
  const out = new Float32Array(source.length);
  const height = Math.ceil((NUMBERS * features.rows) / (source.length + 1));
  for (let r = 0; r < features.rows; r++) {
    const [from, to] =
      features.kind === 'sparse'
        ? [features.start[r]!, features.start[r + 1]!]
        : [r * features.columns, (r + 1) * features.columns];
    out.set(map(source.subarray(from, to), r), from);
    if (r % height === 0) {
      yield;
      requireWhole(features);
    }
  }
  const changed: RowMatrix = features.kind === 'sparse' ? { ...features, value: out } : { ...features, values: out };
  return new Dataset(changed, data.targets, data.featureNames);
}
