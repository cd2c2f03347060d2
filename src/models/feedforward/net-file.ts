import { SEED } from '../../check/option.js';
import { keptWords } from '../../data/documents/kept.js';
import type { StandardizerJson, TfIdfJson } from '../../data/standardise.js';
import {
  damaged,
  integers,
  isNames,
  type ModelFile,
  requireFloats,
  requireMethod,
  writingModelFile,
} from '../../files/model-file.js';
import type { Tensor } from '../../files/safetensors.js';
import type { Connections } from '../../layers/connections.js';
import type { Linear, Segment } from '../../layers/linear.js';
import type { SkipShape } from '../../layers/skip-path.js';
import { plus } from '../../runtime/address.js';
import { copying, placing, type Steps } from '../../runtime/steps.js';
import { PRESETS } from '../../training/preset.js';
import { precisionIn } from '../precision.js';
import { hasScale } from '../target.js';
import { type InputTransform, type InputTransformJson, transformFromJson } from './input.js';
import type { NetState } from './net-state.js';
import type { Network } from './network.js';

/**
 * Tensors `layers.N.sparse.{weight,index,start}` (compressed rows by unit), `layers.N.dense.weight` ([units][inputs], as PyTorch has it) and
 * `layers.N.bias` (sparse units first); `skips.N.hidden.{weight,bias}` and `skips.N.output.weight` of a skip-path; the method's own tensors;
 * everything else is JSON in the metadata.
 */
export function* packModel(
  state: NetState,
  network: Network,
  metadata?: Readonly<Record<string, string>>,
): Steps<Uint8Array<ArrayBuffer>> {
  const tensors: Record<string, Tensor> = {};
  for (const { layer, segment, tensor } of storedSegments(network)) {
    const { name, offset, length } = segment;
    const data = yield* copying(network.engine, { at: plus(layer.parameters, offset * 4), length });
    const dense = name === 'dense.weight';
    tensors[tensor] = {
      shape: dense ? [layer.denseUnits, layer.inputs] : [length],
      data: dense && layer.input === 'rows' ? yield* transpose(data, layer.inputs, layer.denseUnits) : data,
    };
  }
  network.layers.forEach(({ connections }, l) => {
    if (!connections) return;
    tensors[`layers.${l}.sparse.start`] = { shape: [connections.start.length], data: connections.start };
    tensors[`layers.${l}.sparse.index`] = { shape: [connections.index.length], data: connections.index };
  });
  Object.assign(tensors, state.tensors);
  return yield* writingModelFile(tensors, headerOf(state), metadata);
}

/** What of a net is JSON. */
export function headerOf({ shape, input, featureNames, tensors: _, ...rest }: NetState): object {
  const { hidden, ...plain } = shape;
  return {
    ...rest,
    shape: { ...plain, hidden: hidden.map((h) => ({ sparse: h.connections?.units ?? 0, dense: h.dense })) },
    input: input.toJSON(),
    // A vectorizer has them, as its words.
    ...(featureNames && !rest.vectorizer ? { featureNames } : {}),
  };
}

/** The state of a net of this method. TypeError for a file of another method, RangeError for one that is damaged. */
export function unpackModel(file: ModelFile, method: string): NetState {
  requireMethod(file, method);
  const { tensors } = file;
  const header = parseHeader(file.header as unknown as Header);
  precisionIn(header);
  const { shape, input, format, ...rest } = header;
  const featureNames = namesIn(header);
  let inputs = shape.inputs;
  const hidden = shape.hidden.map(({ sparse, dense }, l) => {
    const layer = { ...(sparse > 0 ? { connections: connectionsOf(tensors, l, sparse, inputs) } : {}), dense };
    requireWeights(tensors, l, inputs, sparse, dense);
    inputs = sparse + dense;
    return layer;
  });
  requireWeights(tensors, hidden.length, inputs, 0, shape.outputs);
  shape.skips?.forEach(({ from, units }, p) => {
    const { sparse, dense } = shape.hidden[from - 1] ?? { sparse: 0, dense: shape.inputs };
    requireFloats(tensors, `skips.${p}.hidden.weight`, [units, sparse + dense]);
    requireFloats(tensors, `skips.${p}.hidden.bias`, [units]);
    requireFloats(tensors, `skips.${p}.output.weight`, [shape.outputs, units]);
  });
  return { ...rest, shape: { ...shape, hidden }, input: transformOf(input, shape), featureNames };
}

function transformOf(json: InputTransformJson, { inputs, input }: Header['shape']): InputTransform {
  const { learned, kind } = json;
  const { mean, scale } = (learned ?? {}) as Partial<StandardizerJson>;
  const { idf } = (learned ?? {}) as Partial<TfIdfJson>;
  const rows = input === 'rows';
  if ((kind === 'standard' && scale?.length !== inputs) || (kind === 'tf-idf' && idf?.length !== inputs))
    throw damaged(`expected what '${kind}' has learned of ${inputs} columns`);
  if ((kind === 'tf-idf' && !rows) || (mean && rows)) throw damaged(`'${kind}' is not for rows of this kind`);
  try {
    return transformFromJson(json);
  } catch (cause) {
    throw damaged((cause as Error).message, cause);
  }
}

/** Copies the file's weights, which unpackModel has checked, into a net of its shape. */
export function* filling(network: Network, tensors: Record<string, Tensor>): Steps<void> {
  for (const { layer, segment, tensor } of storedSegments(network)) {
    const { name, offset } = segment;
    const data = tensors[tensor]!.data as Float32Array;
    const rowMajor = name === 'dense.weight' && layer.input === 'rows';
    const values = rowMajor ? yield* transpose(data, layer.denseUnits, layer.inputs) : data;
    yield* placing(network.engine, plus(layer.parameters, offset * 4), values);
  }
}

/** All parameters of a net, each run of them with the name of its tensor. */
function storedSegments({ layers, paths }: Network): { layer: Linear; segment: Segment; tensor: string }[] {
  const part = (layer: Linear, prefix: string, nameOf = (name: Segment['name']): string => name) =>
    layer.segments.map((segment) => ({ layer, segment, tensor: `${prefix}.${nameOf(segment.name)}` }));
  // A path's layers are all dense.
  const plain = (name: Segment['name']) => name.replace('dense.', '');
  return [
    ...layers.flatMap((layer, l) => part(layer, `layers.${l}`)),
    ...paths.flatMap(({ hidden, output }, p) => [
      ...part(hidden, `skips.${p}.hidden`, plain),
      ...part(output, `skips.${p}.output`, plain),
    ]),
  ];
}

/** Of the columns. */
function namesIn({ vectorizer, featureNames, shape }: Header): readonly string[] | undefined {
  if (vectorizer === undefined) return featureNames;
  if (featureNames !== undefined) throw damaged('names of features stand beside a vectorizer');
  try {
    return keptWords(vectorizer, shape.inputs);
  } catch (cause) {
    throw damaged((cause as Error).message, cause);
  }
}

interface Header extends Omit<NetState, 'shape' | 'input' | 'tensors'> {
  format: number;
  shape: Omit<NetState['shape'], 'hidden'> & { hidden: { sparse: number; dense: number }[] };
  input: InputTransformJson;
}

function parseHeader(header: Header): Header {
  const counts = [
    header.shape?.inputs,
    header.shape?.outputs,
    ...(Array.isArray(header.shape?.hidden) ? header.shape.hidden : []).flatMap((h) => [h?.sparse, h?.dense]),
  ];
  const sound =
    Array.isArray(header.shape?.hidden) &&
    header.shape.hidden.every((h) => h?.sparse + h?.dense > 0) &&
    isSkips(header.shape.skips, header.shape.hidden.length) &&
    counts.every((n) => Number.isInteger(n) && n >= 0 && n < 2 ** 31) &&
    header.shape.inputs > 0 &&
    header.shape.outputs > 0 &&
    ['rows', 'tiles'].includes(header.shape.input) &&
    ['classes', 'tasks', 'values'].includes(header.shape.target) &&
    isShare(header.shape.dropout) &&
    isShare(header.shape.sparseDropout ?? 0) &&
    isShare(header.shape.inputDropout) &&
    header.target?.kind === header.shape.target &&
    header.target.outputs === header.shape.outputs &&
    isNames(header.target.names, header.shape.outputs) &&
    hasScale(header.target) &&
    isNames(header.featureNames, header.shape.inputs) &&
    (header.target.kind !== 'classes' || header.target.outputs > 1) &&
    isSeed(header.options?.seed) &&
    Number.isFinite(header.options.initialScale) &&
    header.options.initialScale > 0 &&
    [undefined, ...PRESETS].includes(header.options.preset) &&
    header.input !== null &&
    typeof header.input === 'object';
  if (!sound) throw damaged('fields are missing or out of range');
  return header;
}

function isShare(share: unknown): boolean {
  return typeof share === 'number' && share >= 0 && share < 1;
}

/** As SEED declares it. */
function isSeed(seed: unknown): boolean {
  return Number.isInteger(seed) && (seed as number) >= SEED.from && (seed as number) <= SEED.to;
}

function isSkips(skips: readonly SkipShape[] | undefined, hidden: number): boolean {
  const isCount = (n: unknown, least: number, limit: number) =>
    Number.isInteger(n) && (n as number) >= least && (n as number) < limit;
  return (
    skips === undefined ||
    (Array.isArray(skips) && skips.every((s) => isCount(s?.from, 0, hidden + 1) && isCount(s.units, 1, 2 ** 31)))
  );
}

/** Whether each is the place of one of `count` things. */
export function isPlaces(list: ArrayLike<unknown>, count: number): boolean {
  return Array.from(list).every((v) => Number.isInteger(v) && (v as number) >= 0 && (v as number) < count);
}

export function connectionsOf(
  tensors: Record<string, Tensor>,
  l: number,
  units: number,
  inputs: number,
  argument = 'bytes',
): Connections {
  const start = integers(tensors, `layers.${l}.sparse.start`, argument);
  const index = integers(tensors, `layers.${l}.sparse.index`, argument);
  const bad = (what: string) => new RangeError(`${argument}: the structure of layer ${l} is damaged: ${what}`);
  if (start.length !== units + 1 || start[0] !== 0 || start[units] !== index.length)
    throw bad(`${units} units do not fit its ${index.length} connections`);
  for (let u = 0; u < units; u++) {
    if (start[u + 1]! < start[u]!) throw bad(`unit ${u} has a negative number of connections`);
    for (let e = start[u]!; e < start[u + 1]!; e++) {
      if (index[e]! < 0 || index[e]! >= inputs || (e > start[u]! && index[e]! <= index[e - 1]!)) {
        throw bad(`unit ${u} has inputs that are out of range or out of order`);
      }
    }
  }
  return { inputs, units, start, index };
}

/** Before any memory is reserved for a net of this size. */
function requireWeights(
  tensors: Record<string, Tensor>,
  l: number,
  inputs: number,
  sparse: number,
  dense: number,
): void {
  const connections = tensors[`layers.${l}.sparse.index`]?.data.length ?? 0;
  if (sparse > 0) requireFloats(tensors, `layers.${l}.sparse.weight`, [connections]);
  if (dense > 0) requireFloats(tensors, `layers.${l}.dense.weight`, [dense, inputs]);
  requireFloats(tensors, `layers.${l}.bias`, [sparse + dense]);
}

/** Rows at a time: what they become of a column lies together. */
const BAND = 16;

/** [rows][columns] to [columns][rows]. */
function* transpose(data: Float32Array, rows: number, columns: number): Steps<Float32Array> {
  const out = new Float32Array(data.length);
  for (let from = 0; from < rows; from += BAND) {
    const to = Math.min(rows, from + BAND);
    for (let c = 0; c < columns; c++) for (let r = from; r < to; r++) out[c * rows + r] = data[r * columns + c]!;
    yield;
  }
  return out;
}
