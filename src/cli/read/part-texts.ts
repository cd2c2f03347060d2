import { inFile } from '../errors.js';
import type { DocumentAsked } from '../flags/documents.js';
import { type DocumentSource, documentsLine } from './document-source.js';
import { openDocuments } from './documents.js';
import type { Part } from './part.js';

/** Characters of a batch. */
const BATCH = 2 ** 22;

/** Documents of a file or a folder as a part: see openDocuments. */
export async function openTextPart(path: string, asked: DocumentAsked, size = BATCH): Promise<Part> {
  const source = await openDocuments(path, asked);
  const { name, sha256, warnings, taken } = source;
  return {
    name,
    format: 'texts',
    sha256,
    warnings,
    told: documentsLine(taken),
    batches: () => batchesOf(source, size),
  };
}

async function* batchesOf(source: DocumentSource, size: number): ReturnType<Part['batches']> {
  const { name, labelled } = source;
  const documents = source.open();
  let texts: string[] = [];
  let labels: string[] = [];
  let length = 0;
  const batch = () => ({ kind: 'texts', texts, ...(labelled > 0 ? { labels } : {}) }) as const;
  try {
    for (;;) {
      const { done, value } = await inFile(name, () => documents.next());
      if (done) break;
      texts.push(value.text);
      labels.push(value.label ?? '');
      length += value.text.length;
      if (length < size) continue;
      yield batch();
      [texts, labels, length] = [[], [], 0];
    }
    if (texts.length > 0) yield batch();
  } finally {
    await documents.return(undefined);
  }
}
