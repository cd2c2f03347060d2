import { complete } from '../../check/complete.js';
import { type Dataset, requireSound } from '../../data/dataset.js';
import { isTabular } from '../../data/tabular.js';
import { damaged, type ModelFile } from '../../files/model-file.js';
import { defaultBatchSize } from '../../training/fit-defaults.js';
import { begin, beginNet, FeedforwardNet, loadFeedforward, newState } from '../feedforward/feedforward-net.js';
import { isPlaces } from '../feedforward/net-file.js';
import type { NetState } from '../feedforward/net-state.js';
import type { LoadOptions } from '../net.js';
import type { GrowSeconds } from './grow.js';
import type { GrownLayer } from './grown-layer.js';
import { defaultLayers, type PretrainSettings, TRF, type TrfNetOptions, type TrfSettings } from './options.js';
import { MOST_EPOCHS } from './stopping.js';

/**
 * A net whose structure is learned from data: each layer's units see receptive fields grown on the Chow-Liu tree of the layer below, and a few
 * global units see everything. Li, Chen, Zhang: "Tree Receptive Fields" (IJCAI 2018).
 */
export class TrfNet extends FeedforwardNet {
  /** Seconds that growing took, by phase; absent on a loaded net. */
  declare growSeconds?: GrowSeconds;

  /**
   * Learns the structure layer by layer, pre-training each as a denoising autoencoder. `fit` then trains the whole net.
   * @throws TypeError, RangeError naming the option for what does not fit
   */
  static async grow(train: Dataset, given: TrfNetOptions = {}): Promise<TrfNet> {
    requireSound(train, 'train');
    const options = complete(TRF, given, 'TrfNet.grow');
    options.signal?.throwIfAborted();
    // Pages that only run nets do without what grows them.
    const [begun, { growLayers }] = await Promise.all([beginNet(train, options), import('./grow.js')]);
    const { engine } = begun;
    const { input } = begun.options;
    const { layers: shapes = defaultLayers(train, options.preset) } = options;
    const run = { ...options, input, layers: shapes, pretrain: pretrainSettings(options, train) };
    const { layers, seconds } = await growLayers(engine, train, begun.data, run);
    const hidden = layers.map(({ connections, globalUnits }) => ({ connections, dense: globalUnits }));
    const net = await begin(new TrfNet(engine, await newState('trf', begun, { hidden }, layers.map(originOf))), begun);
    net.network.layers.slice(0, -1).forEach((layer, l) => {
      engine.f32(layer.parameters, layer.parameterLength).set(layers[l]!.parameters);
    });
    net.growSeconds = seconds;
    return net;
  }

  /** Reads what `save` wrote. TypeError for other bytes, RangeError for damaged ones. */
  static load(saved: Uint8Array | ModelFile, options: LoadOptions = {}): Promise<TrfNet> {
    return loadFeedforward(saved, 'trf', options, (engine, state) => {
      requireOrigin(state);
      return new TrfNet(engine, state);
    });
  }

  /** Per hidden layer: how it was grown, the tree's edges [a, b, nats] and the centre of each sparse unit; a copy. */
  get origin(): LayerOrigin[] {
    return structuredClone(this.state.origin as LayerOrigin[]);
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

/** Pre-training with what the rows and the preset decide. */
function pretrainSettings({ pretrain, preset }: TrfSettings, train: Dataset): PretrainSettings {
  const batchSize = pretrain.batchSize ?? defaultBatchSize(train, preset);
  const epochs = pretrain.epochs ?? (preset === 'paper' ? MOST_EPOCHS : isTabular(train) ? undefined : 0);
  return { ...pretrain, batchSize, ...(epochs === undefined ? {} : { epochs }) };
}

/** A net that was made elsewhere has no origin. RangeError for one that growing has not written. */
function requireOrigin({ origin, shape }: NetState): void {
  if (!Array.isArray(origin) || (origin.length > 0 && origin.length !== shape.hidden.length))
    throw damaged('expected the origin of each hidden layer');
  let variables = shape.inputs;
  origin.forEach((layer: LayerOrigin | null, l) => {
    const { connections, dense } = shape.hidden[l]!;
    const units = connections?.units ?? 0;
    const fits =
      layer?.globalUnits === dense &&
      Number.isInteger(layer.radius) &&
      Number.isInteger(layer.stride) &&
      Number.isFinite(layer.totalInformation) &&
      Array.isArray(layer.centres) &&
      layer.centres.length === units &&
      isPlaces(layer.centres, variables) &&
      Array.isArray(layer.edges) &&
      layer.edges.every(
        (edge) => Array.isArray(edge) && edge.length === 3 && isPlaces(edge.slice(0, 2), variables) && edge[2] >= 0,
      );
    if (!fits) throw damaged(`the origin of hidden layer ${l} does not fit it`);
    variables = units + dense;
  });
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
