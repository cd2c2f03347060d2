// 'espalier/text': texts as rows of words.
export type { ByteStream, TextChunks } from './data/documents/chunks.js';
export type { Document, Documents, OpenDocuments, Texts } from './data/documents/document.js';
export { htmlToText } from './data/documents/html.js';
export { markdownToText } from './data/documents/markdown.js';
export type { DocumentOptions } from './data/documents/options.js';
export { learnPeriods, type Periods, type PeriodUnit, periodOf } from './data/documents/periods.js';
export { readDocuments } from './data/documents/read-documents.js';
export {
  type FoundWord,
  type LearnedTexts,
  type TextProgress,
  TextVectorizer,
  type TextVectorizerOptions,
  type TransformOptions,
} from './data/documents/vectorizer.js';
export type { TextVectorizerJson } from './data/documents/vectorizer-json.js';
