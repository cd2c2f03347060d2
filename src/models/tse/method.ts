import { count, plural } from '../../numeric/format.js';
import { FIT } from '../../training/fit-options.js';
import { feedforwardText } from '../feedforward/text.js';
import type { LearnProgress } from '../learning.js';
import type { Method } from '../method.js';
import { TSE, type TseGrowProgress } from './options.js';
import { TseNet } from './tse-net.js';

export const tse: Method = {
  name: 'tse',
  doc: 'tree skeleton expansion, layers from a latent tree',
  paper: 'Chen, Li, Zhang: Tree Skeleton Expansion, ECSQARU 2019',
  data: 'rows',
  options: TSE,
  fit: FIT,
  examples: ['espalier train --method tse --data train.txt --density 0.1 --skip-paths 0 --out tse.safetensors'],
  learn: (train, options, { onProgress, ...run }) =>
    TseNet.grow(train, { ...options, ...run, onProgress: (progress) => onProgress?.(latentProgress(progress)) }),
  load: (file, options) => TseNet.load(file, options),
  describe: (net) => {
    const { density, skeleton } = net as TseNet;
    const { levels, rows, logLikelihood, bic } = skeleton;
    const text = feedforwardText(net as TseNet);
    const facts = {
      ...text.facts,
      'Latent tree': `${levels.map(count).join(', ')} latents by level, learned from ${plural(rows, 'row')}`,
      'Log-likelihood, BIC': `${logLikelihood.toFixed(1)}, ${bic.toFixed(1)}`,
      'Density aimed at': String(density),
    };
    return { ...text, facts };
  },
};

/** Progress of learning a latent tree, or of its expansion, for people. */
export function latentProgress({ phase, level, done, total }: TseGrowProgress): LearnProgress {
  if (phase === 'expansion') return { stage: `Layer ${level} expansion`, done, total, unit: 'nodes' };
  const byLevel = phase === 'information' || phase === 'islands';
  const stage = byLevel
    ? `Level ${level} ${phase}`
    : { links: 'Links', refine: 'Refine', likelihood: 'Likelihood' }[phase];
  const unit = byLevel || phase === 'links' ? 'variables' : phase === 'refine' ? 'steps' : 'rows';
  return { stage, done, total, unit };
}
