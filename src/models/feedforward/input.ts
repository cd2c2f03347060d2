import { got } from '../../check/phrase.js';
import { Dataset, type Matrix, type RowMatrix, requireRows } from '../../data/dataset.js';
import { checkMatrix } from '../../data/matrix.js';
import { LEARNING_BYTES, Standardizer, type StandardizerJson, TfIdf, type TfIdfJson } from '../../data/standardise.js';
import { log } from '../../numeric/log.js';
import { requireMemory } from '../../runtime/budget.js';
import type { Engine } from '../../runtime/engine.js';

/**
 * 'none': as they are. 'binary': 1 where above 0. 'log': ln(1 + x). 'unit-length': each row divided by its Euclidean norm. 'tf-idf': (1 + ln count)
 * times inverse document frequency, rows to unit length. 'standard': mean 0 and deviation 1 (dense), or deviation 1 (sparse).
 */
export const INPUT_TRANSFORMS = ['none', 'binary', 'log', 'unit-length', 'tf-idf', 'standard'] as const;

export type InputTransformName = (typeof INPUT_TRANSFORMS)[number];

export type InputTransformJson = { kind: InputTransformName; learned?: StandardizerJson | TfIdfJson };

/** What becomes of the features before the first layer; a part of the net, so that it sees every data set the same way. */
export interface InputTransform {
  apply(data: Dataset): Dataset;
  /** Bytes of typed arrays that `apply` has in use at most. */
  bytes(data: Dataset): number;
  toJSON(): InputTransformJson;
}

const POINTWISE: Partial<Record<InputTransformName, (x: number, row: number) => number>> = {
  binary: (x) => (x > 0 ? 1 : 0),
  log: (x, row) => {
    if (x < 0) throw new RangeError(`input: 'log' expects values from 0, got ${x} in row ${row}`);
    return log(1 + x);
  },
};

/** Learns a transform from the training rows alone. */
export function learnTransform(engine: Engine, train: Dataset, name: InputTransformName): InputTransform {
  if (name !== 'tf-idf' && name !== 'standard') return fixed(name);
  const { columns } = train;
  const { maxMemory } = engine;
  const bytes = LEARNING_BYTES[name] * columns;
  requireMemory(engine, bytes, 'input', `learning '${name}' of ${columns} columns`, 'fewer columns');
  return learned(name, (name === 'tf-idf' ? TfIdf : Standardizer).learn(train, { maxMemory }));
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
  const bytes = ({ features }: Dataset) => width * numbers(features);
  return { apply: (data) => transform.apply(data), bytes, toJSON: () => ({ kind, learned: transform.toJSON() }) };
}

function fixed(kind: InputTransformName): InputTransform {
  const pointwise = POINTWISE[kind];
  const apply = (data: Dataset) => {
    if (pointwise) return mapRows(data, (values, row) => values.map((x) => pointwise(x, row)));
    if (kind === 'unit-length') return mapRows(data, unitLength);
    return data;
  };
  const bytes = ({ features }: Dataset) => (kind === 'none' ? 0 : 4 * numbers(features));
  return { apply, bytes, toJSON: () => ({ kind }) };
}

/** How many there are. */
function numbers(features: Matrix): number {
  return (features.kind === 'sparse' ? features.value : features.values).length;
}

function unitLength(values: Float32Array): Float32Array {
  let squares = 0;
  for (const x of values) squares += x * x;
  const norm = Math.sqrt(squares);
  return norm > 0 ? values.map((x) => x / norm) : values;
}

function mapRows(data: Dataset, map: (values: Float32Array, row: number) => Float32Array): Dataset {
  const features = requireRows(data.features, 'data');
  checkMatrix(features);
  const source = features.kind === 'sparse' ? features.value : features.values;
  const out = new Float32Array(source.length);
  for (let r = 0; r < features.rows; r++) {
    const [from, to] =
      features.kind === 'sparse'
        ? [features.start[r]!, features.start[r + 1]!]
        : [r * features.columns, (r + 1) * features.columns];
    out.set(map(Float32Array.from(source.subarray(from, to)), r), from);
  }
  const changed: RowMatrix = features.kind === 'sparse' ? { ...features, value: out } : { ...features, values: out };
  return new Dataset(changed, data.targets, data.featureNames);
}
