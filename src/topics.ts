// 'espalier/topics': topic trees over documents.
export {
  type AssignedDocument,
  type AssignTopicsOptions,
  assignTopics,
  type DocumentScore,
  scoreDocuments,
  topicIds,
} from './structure/topics/assign-topics.js';
export { describeTopics } from './structure/topics/describe.js';
export { requireTopicNames } from './structure/topics/names.js';
export type { DescribeTopicsOptions } from './structure/topics/options.js';
export type {
  Assignment,
  Exemplar,
  ShownDocument,
  TopicReport,
  TopicSummary,
} from './structure/topics/report.js';
