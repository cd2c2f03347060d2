import { Buffer } from 'node:buffer';
import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { isGzip } from '../../data/gunzip.js';
import { fileError, UserError } from '../errors.js';

const CHUNK = 2 ** 18;

/** What tells whether a file is still the one that was looked at. */
interface Stamp {
  readonly size: number;
  readonly mtimeMs: number;
}

/** A file that is read by chunks, as often as need be, and must stay as it was at first. */
export class FileChunks {
  #stamp: Stamp | undefined;
  readonly #path: string;
  /** Of the whole file, once it was read with `hashed`. */
  sha256 = '';

  constructor(path: string) {
    this.#path = path;
  }

  /** Its bytes as they are. */
  packed(): AsyncGenerator<Uint8Array> {
    return this.#raw(undefined);
  }

  /** Its bytes, unpacked where they are gzipped. */
  async *read(hashed = false): AsyncGenerator<Uint8Array> {
    yield* unpacked(this.#raw(hashed ? createHash('sha256') : undefined), this.#path);
  }

  async *#raw(hash: Hash | undefined): AsyncGenerator<Uint8Array> {
    let file: FileHandle | undefined;
    try {
      file = await open(this.#path);
      await this.#requireSame(file);
      for (;;) {
        const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK));
        if (bytesRead === 0) break;
        const part = buffer.subarray(0, bytesRead);
        hash?.update(part);
        yield part;
      }
      await this.#requireSame(file);
      if (hash) this.sha256 = hash.digest('hex');
    } catch (error) {
      throw fileError(error, this.#path);
    } finally {
      await file?.close();
    }
  }

  async #requireSame(file: FileHandle): Promise<void> {
    const { size, mtimeMs } = await file.stat();
    this.#stamp ??= { size, mtimeMs };
    if (size !== this.#stamp.size || mtimeMs !== this.#stamp.mtimeMs)
      throw new UserError(`${this.#path}: was changed while it was read; expected a file that stays as it is`);
  }
}

/** Bytes that are held, unpacked where they are gzipped. */
export function heldChunks(bytes: Uint8Array, name: string): AsyncGenerator<Uint8Array> {
  return unpacked([bytes], name);
}

/** Chunks unpacked where they are gzipped. */
export async function* unpacked(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<Uint8Array> {
  const parts = (async function* () {
    yield* chunks;
  })();
  const first = await parts.next();
  if (first.done) return;
  const all = (async function* () {
    yield first.value;
    yield* parts;
  })();
  if (!isGzip(first.value)) {
    try {
      yield* all;
    } finally {
      await parts.return(undefined);
    }
    return;
  }
  const packed = Readable.from(all, { objectMode: false });
  const plain = createGunzip();
  packed.on('error', (error) => plain.destroy(error));
  try {
    yield* packed.pipe(plain) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    if (!code.startsWith('Z_')) throw cause;
    throw new UserError(`${name}: is gzipped, and damaged or cut off`, { cause });
  } finally {
    packed.destroy();
    plain.destroy();
  }
}
