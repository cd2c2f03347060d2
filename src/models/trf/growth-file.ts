import type { Identity } from '../../files/identity.js';
import { integers } from '../../files/model-file.js';
import type { Tensor } from '../../files/safetensors.js';
import { packState, unpackState } from '../../files/state.js';
import { allFinite } from '../../numeric/finite.js';
import { Tree } from '../../structure/tree.js';
import { connectionsOf } from '../feedforward/net-file.js';
import { GROWTH_KEY } from '../learning.js';
import type { GrownLayer } from './grown-layer.js';
import type { LayerOptions } from './options.js';

/** The layers grown so far, as bytes. */
export function writeGrowth(layers: readonly GrownLayer[], identity: Identity): Uint8Array {
  const tensors: Record<string, Tensor> = {};
  layers.forEach(({ tree, centres, connections, parameters }, l) => {
    const put = (name: string, data: Float32Array | Float64Array | Int32Array) => {
      tensors[`layers.${l}.${name}`] = { shape: [data.length], data };
    };
    put('tree.edges', Int32Array.from(tree.edges.flatMap(({ a, b }) => [a, b])));
    put(
      'tree.information',
      Float64Array.from(tree.edges, (edge) => edge.information),
    );
    put('centres', centres);
    put('sparse.start', connections.start);
    put('sparse.index', connections.index);
    put('parameters', parameters);
  });
  const state = { layers: layers.map(({ tree }) => ({ variables: tree.variables, root: tree.root })) };
  return packState(GROWTH_KEY, identity, state, tensors);
}

/** What writeGrowth wrote. TypeError for other bytes, RangeError for another run's or damaged ones. */
export function readGrowth(
  bytes: Uint8Array,
  identity: Identity,
  options: readonly LayerOptions[],
  inputs: number,
): GrownLayer[] {
  const { state, tensors } = unpackState<{ layers: { variables: number; root: number }[] }>(
    GROWTH_KEY,
    identity,
    bytes,
  );
  if (!Array.isArray(state.layers) || state.layers.length >= options.length)
    throw new RangeError('resume: the checkpoint is damaged: no list of layers');
  let variables = inputs;
  return state.layers.map((layer, l) => {
    const { radius, stride, globalUnits = 0 } = options[l]!;
    const edges = integers(tensors, `layers.${l}.tree.edges`);
    const information = tensors[`layers.${l}.tree.information`]?.data;
    if (!(information instanceof Float64Array) || information.length * 2 !== edges.length) {
      throw new RangeError(`resume: the tree of layer ${l} is damaged`);
    }
    const centres = integers(tensors, `layers.${l}.centres`);
    const connections = connectionsOf(tensors, l, centres.length, variables);
    const tree = new Tree(
      variables,
      Array.from(information, (nats, e) => ({ a: edges[2 * e]!, b: edges[2 * e + 1]!, information: nats })),
      layer?.root,
    );
    const parameters = tensors[`layers.${l}.parameters`]?.data;
    if (!(parameters instanceof Float32Array) || !allFinite(parameters))
      throw new RangeError(`resume: the weights of layer ${l} are missing or not finite`);
    variables = centres.length + globalUnits;
    return { radius, stride, globalUnits, tree, centres, connections, parameters };
  });
}
