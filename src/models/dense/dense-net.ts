import { requireInteger } from '../../check/require.js';
import type { Dataset } from '../../data/dataset.js';
import type { Engine } from '../../runtime/engine.js';
import { beginNet, FeedforwardNet, loadState, type NetOptions, newState } from '../feedforward/feedforward-net.js';
import { fillNetwork } from '../feedforward/model-file.js';

export interface DenseNetOptions extends NetOptions {
  /** Widths of the hidden layers, from the features up. */
  hidden: readonly number[];
}

/** The baseline: fully connected ReLU layers with dropout. */
export class DenseNet extends FeedforwardNet {
  /** A net with fresh weights for data of this kind. */
  static async create(train: Dataset, options: DenseNetOptions): Promise<DenseNet> {
    if (!Array.isArray(options?.hidden))
      throw new TypeError(`hidden: expected a list of widths, got ${typeof options?.hidden}`);
    options.hidden.forEach((width, l) => {
      requireInteger(width, 1, `hidden[${l}]`);
    });
    const begun = await beginNet(train, options);
    const hidden = options.hidden.map((dense) => ({ dense }));
    const net = new DenseNet(begun.engine, newState('dense', begun, { hidden }, {}));
    net.network.initialise(begun.seed, begun.initialScale);
    return net;
  }

  /** Reads what `save` wrote. TypeError for other bytes, RangeError for damaged ones. */
  static async load(bytes: Uint8Array, options: { engine?: Engine } = {}): Promise<DenseNet> {
    const { engine, file } = await loadState(bytes, 'dense', options);
    const net = new DenseNet(engine, file.state);
    fillNetwork(net.network, file.tensors);
    return net;
  }
}
