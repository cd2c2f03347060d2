import { createHash } from 'node:crypto';
import type { Document } from '../../data/documents/document.js';
import { readBytes } from './bytes.js';

export interface DocumentOptions {
  textColumn?: string;
  labelColumn?: string;
}

export interface DocumentSource {
  readonly name: string;
  readonly sha256: string;
  open(): AsyncGenerator<Document>;
  readonly taken: string;
  readonly warnings: readonly string[];
}

export async function openDocuments(path: string, _: DocumentOptions = {}): Promise<DocumentSource> {
  const bytes = readBytes(path);
  const lines = new TextDecoder()
    .decode(bytes)
    .split('\n')
    .filter((line) => line !== '');
  return {
    name: path,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    async *open() {
      for (const line of lines) {
        const [label, text] = line.split('\t');
        yield text === undefined ? { text: label! } : { label: label!, text };
      }
    },
    taken: 'lines',
    warnings: [],
  };
}
