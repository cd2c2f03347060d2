import { Dataset, DenseNet, type Engine, type Targets, type Tensor, TrfNet, writeSafetensors } from 'espalier';
import { sparseOf } from './structure.js';

/** One layer of test/golden/trajectories.json: the inputs of each sparse unit, and a number of dense units. */
export interface GoldenLayer {
  inputs: number;
  fields: number[][];
  dense: number;
}

/** Weights or gradients of a layer: sparse ones by unit, dense ones [units][inputs], flat or not. */
export interface GoldenValues {
  sparse: number[];
  dense: number[] | number[][];
  bias: number[];
}

/** Weights or gradients of a skip-path: [units][inputs], [units] and [outputs][units], flat or not. */
export interface GoldenPathValues {
  weight: number[] | number[][];
  bias: number[];
  output: number[] | number[][];
}

/** A skip-path of test/golden/trajectories.json. */
export interface GoldenPath {
  from: number;
  units: number;
  values: GoldenPathValues;
}

export interface GoldenTarget {
  kind: Targets['kind'];
  outputs: number;
  values: number[];
}

/** The fields as compressed rows. */
export function connectionsOf({ inputs, fields }: GoldenLayer) {
  const start = new Int32Array(fields.length + 1);
  fields.forEach((field, u) => {
    start[u + 1] = start[u]! + field.length;
  });
  return { inputs, units: fields.length, start, index: Int32Array.from(fields.flat()) };
}

export interface KnownNet {
  layers: GoldenLayer[];
  values: GoldenValues[];
  skips?: readonly GoldenPath[];
  input: 'rows' | 'tiles';
  target: { kind: Targets['kind']; outputs: number };
  dropout?: number;
  sparseDropout?: number;
  engine?: Engine;
}

/** The package's file of a net with these weights, the last layer its output. */
export function knownFile({ layers, values, skips, input, target, dropout = 0, sparseDropout }: KnownNet): Uint8Array {
  const tensors: Record<string, Tensor> = {};
  const hidden = layers.slice(0, -1);
  layers.forEach((layer, l) => {
    const { start, index } = connectionsOf(layer);
    if (layer.fields.length > 0) {
      tensors[`layers.${l}.sparse.weight`] = { shape: [index.length], data: Float32Array.from(values[l]!.sparse) };
      tensors[`layers.${l}.sparse.start`] = { shape: [start.length], data: start };
      tensors[`layers.${l}.sparse.index`] = { shape: [index.length], data: index };
    }
    if (layer.dense > 0) {
      const data = Float32Array.from(values[l]!.dense.flat());
      tensors[`layers.${l}.dense.weight`] = { shape: [layer.dense, layer.inputs], data };
    }
    tensors[`layers.${l}.bias`] = { shape: [values[l]!.bias.length], data: Float32Array.from(values[l]!.bias) };
  });
  const put = (name: string, shape: number[], numbers: number[]) => {
    tensors[name] = { shape, data: Float32Array.from(numbers) };
  };
  skips?.forEach(({ from, units, values: { weight, bias, output } }, p) => {
    put(`skips.${p}.hidden.weight`, [units, layers[from]!.inputs], weight.flat());
    put(`skips.${p}.hidden.bias`, [units], bias);
    put(`skips.${p}.output.weight`, [target.outputs, units], output.flat());
  });
  const header = {
    format: 1,
    method: hidden.some((layer) => layer.fields.length > 0) ? 'trf' : 'dense',
    options: { seed: 5, initialScale: 1 },
    target: { ...target, ...(target.kind === 'values' ? unscaled(target.outputs) : {}) },
    origin: [],
    shape: {
      inputs: layers[0]!.inputs,
      input,
      outputs: target.outputs,
      target: target.kind,
      dropout,
      ...(sparseDropout === undefined ? {} : { sparseDropout }),
      inputDropout: 0,
      hidden: hidden.map(({ fields, dense }) => ({ sparse: fields.length, dense })),
      ...(skips ? { skips: skips.map(({ from, units }) => ({ from, units })) } : {}),
    },
    input: { kind: 'none' },
  };
  return writeSafetensors(tensors, { 'espalier.model': JSON.stringify(header) });
}

/** Values as they are. */
function unscaled(outputs: number) {
  return { mean: Array(outputs).fill(0), deviation: Array(outputs).fill(1) };
}

export function knownNet(net: KnownNet): Promise<TrfNet | DenseNet> {
  const sparse = net.layers.slice(0, -1).some((layer) => layer.fields.length > 0);
  return (sparse ? TrfNet : DenseNet).load(knownFile(net), net.engine ? { engine: net.engine } : {});
}

export function knownData(rows: number[][], input: 'rows' | 'tiles', target: GoldenTarget): Dataset {
  const { kind, outputs, values } = target;
  const targets: Targets =
    kind === 'classes'
      ? { kind, values: Int32Array.from(values), classes: outputs }
      : kind === 'tasks'
        ? { kind, values: Int8Array.from(values), tasks: outputs }
        : { kind, values: Float32Array.from(values), outputs };
  return input === 'rows' ? sparseOf(rows, { targets }) : Dataset.dense(rows, { targets });
}
