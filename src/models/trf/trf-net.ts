import type { Dataset } from '../../data/dataset.js';
import type { Engine } from '../../runtime/engine.js';
import {
  beginNet,
  FeedforwardNet,
  loadState,
  type NetOptions,
  newState,
  wideInputDropout,
} from '../feedforward/feedforward-net.js';
import { fillNetwork } from '../feedforward/model-file.js';
import { type GrowOptions, type GrowRunOptions, type GrowSeconds, growLayers } from './grow.js';
import type { GrownLayer } from './grown-layer.js';

export interface TrfNetOptions extends NetOptions, GrowOptions, GrowRunOptions {}

/**
 * A net whose structure is learned from data: each layer's units see receptive fields grown on the Chow-Liu tree of the layer below, and a few
 * global units see everything. Li, Chen, Zhang: "Tree Receptive Fields" (IJCAI 2018).
 */
export class TrfNet extends FeedforwardNet {
  /** Seconds that growing took, by phase; absent on a loaded net. */
  growSeconds?: GrowSeconds;

  /** Learns the structure layer by layer, pre-training each as a denoising autoencoder. `fit` then trains the whole net. */
  static async grow(train: Dataset, options: TrfNetOptions): Promise<TrfNet> {
    const begun = await beginNet(train, options, wideInputDropout);
    const { engine, seed, initialScale } = begun;
    const { layers, seconds } = await growLayers(engine, train, begun.data, { ...options, seed, initialScale });
    const hidden = layers.map(({ connections, globalUnits }) => ({ connections, dense: globalUnits }));
    const net = new TrfNet(engine, newState('trf', begun, { hidden }, layers.map(originOf)));
    net.network.initialise(seed, initialScale);
    net.network.layers.slice(0, -1).forEach((layer, l) => {
      engine.f32(layer.parameters, layer.parameterLength).set(layers[l]!.parameters);
    });
    net.growSeconds = seconds;
    return net;
  }

  /** Reads what `save` wrote. TypeError for other bytes, RangeError for damaged ones. */
  static async load(bytes: Uint8Array, options: { engine?: Engine } = {}): Promise<TrfNet> {
    const { engine, file } = await loadState(bytes, 'trf', options);
    const net = new TrfNet(engine, file.state);
    fillNetwork(net.network, file.tensors);
    return net;
  }

  /** Per hidden layer: how it was grown, the tree's edges [a, b, nats] and the centre of each sparse unit. */
  get origin(): LayerOrigin[] {
    return this.state.origin as LayerOrigin[];
  }
}

export interface LayerOrigin {
  radius: number;
  stride: number;
  globalUnits: number;
  centres: number[];
  /** Total mutual information of the tree, nats. */
  totalInformation: number;
  edges: [number, number, number][];
}

function originOf({ radius, stride, globalUnits, centres, tree }: GrownLayer): LayerOrigin {
  return {
    radius,
    stride,
    globalUnits,
    centres: Array.from(centres),
    totalInformation: tree.totalInformation,
    edges: tree.edges.map(({ a, b, information }) => [a, b, information]),
  };
}
