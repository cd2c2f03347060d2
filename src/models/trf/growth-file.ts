import { got } from '../../check/phrase.js';
import type { Identity } from '../../files/identity.js';
import { integers } from '../../files/model-file.js';
import type { Tensor } from '../../files/safetensors.js';
import { damagedState, GROWTH_KEY, packState, unpackState } from '../../files/state.js';
import { allFinite } from '../../numeric/finite.js';
import type { Steps } from '../../runtime/steps.js';
import { Tree } from '../../structure/tree.js';
import { connectionsOf, isPlaces } from '../feedforward/net-file.js';
import type { GrownLayer } from './grown-layer.js';
import type { LayerOptions } from './options.js';

/** The layers grown so far, as bytes. */
export function writeGrowth(layers: readonly GrownLayer[], identity: Identity): Steps<Uint8Array<ArrayBuffer>> {
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
  const state = { layers: layers.map(({ radius, tree }) => ({ radius, variables: tree.variables, root: tree.root })) };
  return packState(GROWTH_KEY, identity, state, tensors);
}

/** What writeGrowth wrote. TypeError for other bytes, RangeError for another run's or damaged ones. */
export function readGrowth(
  bytes: Uint8Array,
  identity: Identity,
  options: readonly LayerOptions[],
  inputs: number,
): GrownLayer[] {
  const { state, tensors } = unpackState(GROWTH_KEY, identity, bytes);
  const { layers } = state as { layers?: unknown };
  if (!Array.isArray(layers) || layers.length === 0 || layers.length >= options.length)
    throw damagedState(`expected from 1 to ${options.length - 1} layers, fewer than are grown in all`);
  let variables = inputs;
  return layers.map((layer: { radius?: unknown; variables?: unknown; root?: number } | null, l) => {
    if (layer?.variables !== variables)
      throw damagedState(`expected a tree over ${variables} variables in layer ${l}, got ${got(layer?.variables)}`);
    const { radius: most, stride, globalUnits = 0 } = options[l]!;
    const { radius = most } = layer;
    if (!Number.isInteger(radius) || (radius as number) < 0 || (radius as number) > most)
      throw damagedState(`expected a radius up to ${most} in layer ${l}, got ${got(radius)}`);
    const tree = treeOf(tensors, l, variables, layer.root);
    const centres = integers(tensors, `layers.${l}.centres`, 'resume');
    if (!isPlaces(centres, variables)) throw damagedState(`layer ${l} has centres that are out of range`);
    const connections = connectionsOf(tensors, l, centres.length, variables, 'resume');
    const parameters = tensors[`layers.${l}.parameters`]?.data;
    if (!(parameters instanceof Float32Array) || !allFinite(parameters))
      throw damagedState(`the weights of layer ${l} are missing or not finite`);
    variables = centres.length + globalUnits;
    return { radius: radius as number, stride, globalUnits, tree, centres, connections, parameters };
  });
}

function treeOf(tensors: Record<string, Tensor>, l: number, variables: number, root: number | undefined): Tree {
  const edges = integers(tensors, `layers.${l}.tree.edges`, 'resume');
  const information = tensors[`layers.${l}.tree.information`]?.data;
  if (
    !(information instanceof Float64Array) ||
    information.length * 2 !== edges.length ||
    !information.every((nats) => Number.isFinite(nats) && nats >= 0)
  )
    throw damagedState(`the tree of layer ${l} has edges without their information`);
  const list = Array.from(information, (nats, e) => ({ a: edges[2 * e]!, b: edges[2 * e + 1]!, information: nats }));
  try {
    return new Tree(variables, list, root);
  } catch (cause) {
    throw damagedState(`the tree of layer ${l}: ${(cause as Error).message}`, 'resume', cause);
  }
}
