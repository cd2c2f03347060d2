// 'espalier/topics': topic trees over documents.
export { type SampleOptions, sampleLatentTree } from './structure/latent/sampling.js';
export {
  type Pieces,
  type RefinedLatentTree,
  refineLatentTree,
  type StepwiseOptions,
  type StepwiseProgress,
} from './structure/latent/stepwise.js';
export type {
  Assignment,
  Exemplar,
  ShownDocument,
  TopicReport,
  TopicSummary,
} from './structure/topics/report.js';
