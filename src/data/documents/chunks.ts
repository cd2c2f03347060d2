import { got } from '../../check/phrase.js';
import { markedEncoding, windows1252 } from '../text/encoding.js';

/** A text, whole or in parts that may be cut anywhere, as strings or as bytes: a string, the stream() of a File, a file read by chunks. */
export type TextChunks =
  | string
  | Uint8Array
  | Iterable<string | Uint8Array>
  | AsyncIterable<string | Uint8Array>
  | ByteStream;

/** A stream of the web, as a File's stream() and a response's body are. */
export interface ByteStream {
  getReader(): {
    read(): Promise<{ done: false; value: Uint8Array } | { done: true; value?: Uint8Array | undefined }>;
    cancel(): Promise<unknown>;
  };
}

/** Bytes that are not of the encoding. */
export class EncodingError extends RangeError {}

/** Characters of one document at most: V8 has no longer strings than four times as many. */
export const MOST_CHARACTERS = 2 ** 27;

/**
 * The text of chunks, part by part, with LF alone at the ends of lines and without a byte-order mark.
 * @param encoding as TextDecoder names it; default: UTF-16 where a byte-order mark says so, else UTF-8, strictly
 */
export function textParts(chunks: TextChunks, encoding?: string): AsyncGenerator<string> {
  if (typeof chunks !== 'string' && !isStream(chunks) && !isIterable(chunks))
    throw new TypeError(`chunks: expected a string, bytes or a stream of them, got ${got(chunks)}`);
  return decoded(chunksOf(chunks), new ChunkDecoder(encoding));
}

async function* decoded(chunks: AsyncGenerator<string | Uint8Array>, decoder: ChunkDecoder): AsyncGenerator<string> {
  for await (const chunk of chunks) {
    const text = decoder.push(chunk);
    if (text !== '') yield text;
  }
  const rest = decoder.end();
  if (rest !== '') yield rest;
}

async function* chunksOf(chunks: TextChunks): AsyncGenerator<string | Uint8Array> {
  if (typeof chunks === 'string' || chunks instanceof Uint8Array) {
    yield chunks;
  } else if (isStream(chunks)) {
    // Not every browser lets one iterate a stream.
    const reader = chunks.getReader();
    try {
      for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
    } finally {
      reader.cancel().catch(() => {});
    }
  } else yield* chunks;
}

function isStream(value: unknown): value is ByteStream {
  return typeof value === 'object' && value !== null && 'getReader' in value;
}

function isIterable(value: unknown): value is Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array> {
  return typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value);
}

/** Chunks to text, one after another. */
export class ChunkDecoder {
  readonly #given: string | undefined;
  #decoder: InstanceType<typeof TextDecoder> | undefined;
  /** A first byte alone tells no byte-order mark. */
  #first: Uint8Array = new Uint8Array(0);
  #begun = false;
  /** Of UTF-8, the bytes of a character that the last chunk cut. */
  #half: Uint8Array = new Uint8Array(0);
  /** Any text was seen. */
  #started = false;
  /** The last chunk ended with CR, whose LF may follow. */
  #cr = false;

  constructor(encoding?: string) {
    this.#given = encoding;
    if (encoding !== undefined) this.#decoder = decoderOf(encoding);
  }

  push(chunk: string | Uint8Array): string {
    if (typeof chunk === 'string') return this.#plain(chunk);
    if (!(chunk instanceof Uint8Array)) throw new TypeError(`chunks: expected strings or bytes, got ${got(chunk)}`);
    if (this.#begun) return this.#plain(this.#decode(chunk, true));
    const all = this.#first.length === 0 ? chunk : joined(this.#first, chunk);
    if (all.length < 2) {
      this.#first = all.slice();
      return '';
    }
    return this.#plain(this.#begin(all));
  }

  end(): string {
    let text = this.#begun || this.#first.length === 0 ? '' : this.#begin(this.#first);
    if (this.#decoder) text += this.#decode(new Uint8Array(0), false);
    text = this.#plain(text);
    return this.#cr ? `${text}\n` : text;
  }

  #begin(bytes: Uint8Array): string {
    const marked = markedEncoding(bytes);
    if (this.#decoder === undefined || marked !== 'utf-8') this.#decoder = decoderOf(marked);
    this.#begun = true;
    return this.#decode(bytes, true);
  }

  #decode(bytes: Uint8Array, stream: boolean): string {
    const decoder = this.#decoder!;
    try {
      if (decoder.encoding === 'utf-8') return this.#decodeUtf8(decoder, bytes, stream);
      const text = decoder.decode(bytes, { stream });
      return decoder.encoding === 'windows-1252' ? windows1252(text) : text;
    } catch (cause) {
      const other = this.#given === undefined ? '; the option encoding names another, such as windows-1252' : '';
      throw new EncodingError(`bytes: expected text in ${decoder.encoding.toUpperCase()}, got other bytes${other}`, {
        cause,
      });
    }
  }

  /** Whole characters at a time: engines take several times as long where they have to keep halves. */
  #decodeUtf8(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array, stream: boolean): string {
    const all = this.#half.length === 0 ? bytes : joined(this.#half, bytes);
    const whole = stream ? wholeCharacters(all) : all.length;
    this.#half = all.slice(whole);
    return decoder.decode(all.subarray(0, whole));
  }

  #plain(given: string): string {
    if (given === '') return '';
    let text = given;
    if (!this.#started) {
      this.#started = true;
      if (text.startsWith('\ufeff')) text = text.slice(1);
    }
    if (this.#cr && !text.startsWith('\n')) text = `\n${text}`;
    this.#cr = text.endsWith('\r');
    if (this.#cr) text = text.slice(0, -1);
    return text.includes('\r') ? text.replaceAll('\r\n', '\n').replaceAll('\r', '\n') : text;
  }
}

function decoderOf(encoding: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  } catch {
    throw new RangeError(`encoding: expected one that TextDecoder knows, got ${got(encoding)}`);
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

/** How many bytes of UTF-8 there are before a character that is cut at the end. */
function wholeCharacters(bytes: Uint8Array): number {
  const { length } = bytes;
  for (let back = 1; back <= 3 && back <= length; back++) {
    const byte = bytes[length - back]!;
    if (byte < 0x80) return length;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? length - back : length;
  }
  return length;
}

/** Cuts text that comes in parts at its line ends, LF. */
export class LineCutter {
  /** Of the line that has begun; joined but once, however many there are. */
  #parts: string[] = [];
  #length = 0;
  /** Lines that have ended. */
  lines = 0;

  /** Hands each line that ends in this part on. */
  push(text: string, take: (line: string) => void): void {
    let from = 0;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
      const line = this.#rest(text.slice(from, at));
      this.lines++;
      take(line);
      from = at + 1;
    }
    if (from < text.length) {
      this.#parts.push(from === 0 ? text : text.slice(from));
      this.#length += text.length - from;
      if (this.#length > MOST_CHARACTERS)
        throw new RangeError(
          `line ${this.lines + 1}: expected at most ${MOST_CHARACTERS} characters in a document, got more`,
        );
    }
  }

  /** Hands the last line on, where no line end follows it. */
  end(take: (line: string) => void): void {
    if (this.#parts.length === 0) return;
    const line = this.#rest('');
    this.lines++;
    take(line);
  }

  #rest(text: string): string {
    if (this.#parts.length === 0) return text;
    const line = this.#parts.join('') + text;
    this.#parts = [];
    this.#length = 0;
    return line;
  }
}
