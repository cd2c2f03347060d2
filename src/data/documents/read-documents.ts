import { complete } from '../../check/complete.js';
import { type TextChunks, textParts } from './chunks.js';
import type { Document } from './document.js';
import { DOCUMENTS, type DocumentOptions, type DocumentSettings } from './options.js';
import { HEAD_CHARACTERS, planDocuments } from './plan.js';

/**
 * Documents one after another from a text that may come in parts, cut anywhere: lines, lines of label, tab and text, CSV, or JSON. Only the first million characters and the
 * document that is being read are held. Documents without a text are left out.
 * @throws TypeError, RangeError for options; RangeError naming the line for what is not of the format; TableError where the column of the texts has to be said
 */
export function readDocuments(chunks: TextChunks, options: DocumentOptions = {}): AsyncGenerator<Document> {
  const { encoding, ...asked } = complete(DOCUMENTS, options, 'readDocuments');
  return documentsOf(textParts(chunks, encoding), asked);
}

async function* documentsOf(
  parts: AsyncGenerator<string>,
  asked: Omit<DocumentSettings, 'encoding'>,
): AsyncGenerator<Document> {
  const head: string[] = [];
  let length = 0;
  try {
    for (let part = await parts.next(); !part.done; part = await parts.next()) {
      head.push(part.value);
      length += part.value.length;
      if (length > HEAD_CHARACTERS) break;
    }
    const text = head.join('');
    const parser = planDocuments(text.slice(0, HEAD_CHARACTERS), length <= HEAD_CHARACTERS, asked).parser();
    yield* parser.push(text);
    for await (const part of parts) yield* parser.push(part);
    yield* parser.end();
  } finally {
    await parts.return(undefined);
  }
}
