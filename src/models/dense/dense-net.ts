import { complete } from '../../check/complete.js';
import type { Options, OptionsOf } from '../../check/option.js';
import { type Dataset, requireSound } from '../../data/dataset.js';
import { FEW_COLUMNS } from '../../data/tabular.js';
import type { ModelFile } from '../../files/model-file.js';
import { begin, beginNet, FeedforwardNet, loadFeedforward, newState } from '../feedforward/feedforward-net.js';
import { NET } from '../feedforward/options.js';
import type { LoadOptions } from '../net.js';

/** Options of DenseNet.create. */
export const DENSE = {
  ...NET,
  hidden: {
    kind: 'list',
    of: { kind: 'integer', from: 1, to: 2 ** 24, doc: 'Units.' },
    defaultDoc: `500,200; for fewer than ${FEW_COLUMNS} features 64,32`,
    doc: 'Widths of the hidden layers, from the features up.',
  },
} as const satisfies Options;

export type DenseNetOptions = OptionsOf<typeof DENSE>;

/** The baseline: fully connected ReLU layers with dropout. */
export class DenseNet extends FeedforwardNet {
  /**
   * A net with fresh weights for data of this kind.
   * @throws TypeError, RangeError naming the option for what does not fit
   */
  static async create(train: Dataset, given: DenseNetOptions = {}): Promise<DenseNet> {
    requireSound(train, 'train');
    const options = complete(DENSE, given, 'DenseNet.create');
    const begun = await beginNet(train, options);
    const widths = options.hidden ?? (train.columns < FEW_COLUMNS ? [64, 32] : [500, 200]);
    const hidden = widths.map((dense) => ({ dense }));
    return begin(new DenseNet(begun.engine, await newState('dense', begun, { hidden }, {})), begun);
  }

  /** Reads what `save` wrote. TypeError for other bytes, RangeError for damaged ones. */
  static load(saved: Uint8Array | ModelFile, options: LoadOptions = {}): Promise<DenseNet> {
    return loadFeedforward(saved, 'dense', options, (engine, state) => new DenseNet(engine, state));
  }
}
