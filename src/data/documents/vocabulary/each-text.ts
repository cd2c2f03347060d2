import { got } from '../../../check/phrase.js';
import type { Texts } from '../document.js';

/** Characters from which on a text is taken in parts, so that no single one holds the thread for long. */
const PART = 1 << 16;

/**
 * The texts one after another.
 * @throws TypeError for what is no list or stream, and for one that is no string, with its place
 */
export async function* eachText(texts: Texts): AsyncGenerator<string, void, undefined> {
  let place = 0;
  for await (const text of iterableOf(texts)) {
    requireTextAt(text, place++);
    yield text;
  }
}

/** TypeError unless a text is a string. */
export function requireTextAt(text: unknown, place: number): asserts text is string {
  if (typeof text === 'string') return;
  const hint = ArrayBuffer.isView(text)
    ? '; textOf decodes bytes'
    : typeof (text as { text?: unknown } | null | undefined)?.text === 'string'
      ? ' with a text; give the text alone'
      : '';
  throw new TypeError(`texts[${place}]: expected a string, got ${got(text)}${hint}`);
}

/** TypeError unless it is a list of strings. */
export function requireTexts(texts: unknown): asserts texts is readonly string[] {
  if (!Array.isArray(texts))
    throw new TypeError(`texts: expected a list of strings, got ${got(texts)}${hintOf(texts)}`);
  // Unlike forEach, this meets the holes.
  for (let i = 0; i < texts.length; i++) requireTextAt(texts[i], i);
}

function iterableOf(texts: Texts): Iterable<unknown> | AsyncIterable<unknown> {
  const given = texts as Partial<AsyncIterable<unknown> & Iterable<unknown> & ReadableStream> | null | undefined;
  if (typeof given === 'object' && given !== null) {
    if (given[Symbol.asyncIterator] || given[Symbol.iterator]) return texts;
    if (typeof given.getReader === 'function') return chunksOf(given as ReadableStream);
  }
  throw new TypeError(`texts: expected a list or stream of strings, got ${got(texts)}${hintOf(texts)}`);
}

function hintOf(texts: unknown): string {
  return typeof texts === 'string' ? '; [text] is a list of one' : '';
}

/** Not every browser's streams can be iterated. */
async function* chunksOf(stream: ReadableStream): AsyncGenerator<unknown> {
  const reader = stream.getReader();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      ended = done;
      if (done) return;
      yield value;
    }
  } finally {
    if (!ended) await reader.cancel();
    reader.releaseLock();
  }
}

/** The first texts, of so many characters or more together if there are as many, and all texts with these. */
export async function sampled(
  texts: AsyncGenerator<string, void, undefined>,
  characters: number,
): Promise<{ sample: string[]; all: AsyncGenerator<string, void, undefined> }> {
  const sample: string[] = [];
  for (let length = 0; length < characters; length += sample.at(-1)!.length) {
    const { done, value } = await texts.next();
    if (done) break;
    sample.push(value);
  }
  return { sample, all: sample.length === 0 ? texts : joined(sample, texts) };
}

async function* joined(
  first: readonly string[],
  others: AsyncGenerator<string, void, undefined>,
): AsyncGenerator<string, void, undefined> {
  try {
    yield* first;
    yield* others;
  } finally {
    await others.return();
  }
}

/** A long text in parts that end at a blank or a line's end, where no word goes on; one without any stays whole. */
export function* partsOf(text: string): Generator<string> {
  let from = 0;
  for (;;) {
    const end = text.length - from <= PART ? text.length : blankAfter(text, from + PART);
    yield from === 0 && end === text.length ? text : text.slice(from, end);
    if (end >= text.length) return;
    from = end;
  }
}

function blankAfter(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 32 || code === 10) return i;
  }
  return text.length;
}
