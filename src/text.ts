// 'espalier/text': texts as rows of words.
export type { ByteStream, TextChunks } from './data/documents/chunks.js';
export type { Document, Documents, OpenDocuments, Texts } from './data/documents/document.js';
export type { DocumentOptions } from './data/documents/options.js';
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
