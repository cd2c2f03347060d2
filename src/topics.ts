// 'espalier/topics': topic trees over documents.
export { type SampleOptions, sampleLatentTree } from './structure/latent/sampling.js';
export {
  type Pieces,
  type RefinedLatentTree,
  refineLatentTree,
  type StepwiseOptions,
  type StepwiseProgress,
} from './structure/latent/stepwise.js';
export {
  type AssignedDocument,
  type AssignTopicsOptions,
  assignTopics,
  type DocumentScore,
  scoreDocuments,
  topicIds,
} from './structure/topics/assign-topics.js';
export { describeTopics } from './structure/topics/describe.js';
export { type DocumentParts, type SplitDocumentsOptions, splitDocuments } from './structure/topics/held-out.js';
export type { LearnTopicsOptions, TopicProgress, TopicSeconds } from './structure/topics/learn.js';
export { requireTopicNames } from './structure/topics/names.js';
export type { DescribeTopicsOptions } from './structure/topics/options.js';
export type { GivenDocuments } from './structure/topics/passes.js';
export type {
  Assignment,
  Exemplar,
  ShownDocument,
  TopicReport,
  TopicSummary,
} from './structure/topics/report.js';
export { TopicTree, type TopicTreeJson, type TopicTreeParts } from './structure/topics/topic-tree.js';
