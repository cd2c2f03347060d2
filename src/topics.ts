// 'espalier/topics': topic trees over documents.
export type {
  Assignment,
  Exemplar,
  ShownDocument,
  TopicReport,
  TopicSummary,
} from './structure/topics/report.js';
