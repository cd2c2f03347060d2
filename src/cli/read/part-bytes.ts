import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { fileError } from '../errors.js';
import { FileChunks, unpacked } from './document-files.js';
import { takeStdin } from './input-file.js';

/** The bytes of a part, unpacked where they are gzipped, in one pass; never held. */
export class PartBytes {
  readonly name: string;
  readonly #hash = createHash('sha256');
  readonly #chunks: AsyncGenerator<Uint8Array>;
  #ahead: Uint8Array[] = [];
  #ended = false;

  /** `-` is standard input. */
  constructor(path: string) {
    this.name = path === '-' ? 'standard input' : path;
    this.#chunks = this.#hashed(unpacked(path === '-' ? stdin() : fileChunks(path), this.name));
  }

  /** Of what is in the file, packed or not; once it was read to its end. */
  get sha256(): string {
    return this.#hash.copy().digest('hex');
  }

  /** The first bytes, so many or all there are, which are read again. */
  async head(length: number): Promise<{ bytes: Uint8Array; whole: boolean }> {
    let found = 0;
    while (found < length && !this.#ended) {
      const { done, value } = await this.#chunks.next();
      if (done) this.#ended = true;
      else {
        this.#ahead.push(value);
        found += value.length;
      }
    }
    const bytes = new Uint8Array(found);
    let at = 0;
    for (const part of this.#ahead) {
      bytes.set(part, at);
      at += part.length;
    }
    return { bytes: bytes.subarray(0, length), whole: this.#ended && found <= length };
  }

  async *read(): AsyncGenerator<Uint8Array> {
    const ahead = this.#ahead;
    this.#ahead = [];
    yield* ahead;
    if (!this.#ended) yield* this.#chunks;
  }

  async *#hashed(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.#hash.update(chunk);
      yield chunk;
    }
  }
}

function stdin(): AsyncIterable<Uint8Array> {
  takeStdin();
  return process.stdin;
}

/** A file must stay as it is meanwhile; a pipe or a device tells no size. */
async function* fileChunks(path: string): AsyncGenerator<Uint8Array> {
  try {
    if (statSync(path).isFile()) yield* new FileChunks(path).packed();
    else yield* createReadStream(path);
  } catch (error) {
    throw fileError(error, path);
  }
}
