import { count } from '../../numeric/format.js';
import { FIT } from '../../training/fit-options.js';
import type { FeedforwardNet } from '../feedforward/feedforward-net.js';
import { feedforwardText } from '../feedforward/text.js';
import type { LearnProgress } from '../learning.js';
import type { Method } from '../method.js';
import { type GrowProgress, TRF } from './options.js';
import { TrfNet } from './trf-net.js';

export const trf: Method = {
  name: 'trf',
  doc: 'tree receptive fields, grown on Chow-Liu trees layer by layer',
  paper: 'Li, Chen, Zhang: Tree Receptive Fields, IJCAI 2018',
  data: 'rows',
  options: TRF,
  fit: FIT,
  examples: [
    'espalier train --data train.txt --validation valid.txt --test test.txt --out model.safetensors',
    'espalier train --data wine.csv --target quality --missing mean --out wine.safetensors',
  ],
  learn: (train, options, { onProgress, ...run }) =>
    TrfNet.grow(train, { ...options, ...run, onProgress: (progress) => onProgress?.(told(progress)) }),
  load: (file, options) => TrfNet.load(file, options),
  describe: (net) =>
    feedforwardText(net as FeedforwardNet, ({ sparseUnits, denseUnits }) =>
      sparseUnits ? `${count(sparseUnits)} + ${denseUnits}` : count(denseUnits),
    ),
};

function told({ phase, layer, layers, done, total, epoch, loss }: GrowProgress): LearnProgress {
  const unit = { tree: 'variables', pretrain: 'batches', encode: 'rows' }[phase];
  const note = phase === 'pretrain' ? { note: `epoch ${epoch}  error ${loss!.toPrecision(3)}` } : {};
  return { stage: `Layer ${layer}/${layers} ${phase}`, done, total, unit, ...note };
}
