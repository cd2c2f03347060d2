import { FIT } from '../../training/fit-options.js';
import type { FeedforwardNet } from '../feedforward/feedforward-net.js';
import { feedforwardText } from '../feedforward/text.js';
import type { Method } from '../method.js';
import { DENSE, DenseNet } from './dense-net.js';

export const dense: Method = {
  name: 'dense',
  doc: 'fully connected layers, to compare with',
  paper: 'The baseline of all three papers',
  data: 'rows',
  options: DENSE,
  fit: FIT,
  examples: ['espalier train --method dense --data train.txt --hidden 500,200 --seed 1 --json'],
  learn: (train, options, { engine }) => DenseNet.create(train, { ...options, engine }),
  load: (file, options) => DenseNet.load(file, options),
  describe: (net) => feedforwardText(net as FeedforwardNet),
};
