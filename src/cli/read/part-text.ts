import { textParts } from '../../data/documents/chunks.js';

/** Characters of a batch: some megabytes. */
const BATCH = 2 ** 22;

/** Some of a text. */
export interface TextBatch {
  readonly text: string;
  /** On which it begins, from 1. */
  readonly line: number;
  /** Whether none follows. */
  readonly last: boolean;
}

/** A text by batches that may be cut anywhere, or at line ends: blank lines between two batches are of the second. None is empty. */
export async function* textBatches(
  chunks: AsyncIterable<Uint8Array>,
  { lines, size = BATCH }: { lines: boolean; size?: number | undefined },
): AsyncGenerator<TextBatch> {
  let parts: string[] = [];
  let length = 0;
  let line = 1;
  for await (const part of slices(textParts(chunks), size)) {
    parts.push(part);
    length += part.length;
    if (length <= size) continue;
    const text = parts.join('');
    // Of a text that is cut anywhere the last character stays, so that a batch is known to be the last.
    const end = lines ? wholeLines(text) : text.length - 1;
    parts = [text.slice(end)];
    length = text.length - end;
    if (end === 0) continue;
    const whole = text.slice(0, end);
    yield { text: whole, line, last: false };
    line += newlines(whole);
  }
  const text = parts.join('');
  if (lines ? /\S/.test(text) : text !== '') yield { text, line, last: true };
}

/** Parts of at most so many characters. */
async function* slices(parts: AsyncIterable<string>, size: number): AsyncGenerator<string> {
  for await (const part of parts) for (let at = 0; at < part.length; at += size) yield part.slice(at, at + size);
}

/** Where the lines end that are whole, without the blank ones behind; 0 where no line but blank ones is whole. */
function wholeLines(text: string): number {
  let end = text.lastIndexOf('\n');
  while (end > 0 && ' \t\n'.includes(text[end - 1]!)) end--;
  const next = text.indexOf('\n', Math.max(0, end));
  return end <= 0 ? 0 : next + 1;
}

function newlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
