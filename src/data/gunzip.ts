import { complete } from '../check/complete.js';
import type { Options, OptionsOf } from '../check/option.js';
import { got } from '../check/phrase.js';
import { MAX_MEMORY, requireWithin } from '../runtime/budget.js';
import { decodeText } from './text/encoding.js';

/** Options of gunzip. */
export const GUNZIP = { maxMemory: MAX_MEMORY } as const satisfies Options;

/** Options of textOf. */
export const TEXT_OF = {
  encoding: {
    kind: 'text',
    defaultDoc: 'UTF-16 where a byte-order mark says so, else UTF-8',
    doc: 'As TextDecoder names it, e.g. windows-1252, for a text that does not tell.',
  },
  maxMemory: MAX_MEMORY,
} as const satisfies Options;

/** Whether bytes begin as those of gzip do. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * What gzip packed, part by part as it is unpacked.
 * @throws RangeError for a file that is damaged or cut off
 */
export async function* inflated(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const packed = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  const reader = packed.pipeThrough(new DecompressionStream('gzip')).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (cause) {
    // Two streams, that each tell the failure, and only here it is of interest.
    throw new RangeError('bytes: expected a whole gzip file, got one that is damaged or cut off', { cause });
  } finally {
    reader.cancel().catch(() => {});
  }
}

/**
 * Unpacks a .gz file; nothing is held beyond maxMemory.
 * @throws RangeError for bytes that are not gzip, or damaged or cut off, and for more than maxMemory of them, unpacked
 */
export async function gunzip(bytes: Uint8Array, options: OptionsOf<typeof GUNZIP> = {}): Promise<Uint8Array> {
  const { maxMemory } = complete(GUNZIP, options, 'gunzip');
  requireBytes(bytes);
  if (!isGzip(bytes)) throw new RangeError('bytes: expected gzip (1f 8b), got something else');
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of inflated(bytes)) {
    parts.push(part);
    length += part.length;
    requireWithin(maxMemory, length, 'bytes', 'unpacking these', 'a smaller file');
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/**
 * The text of a file's bytes, for the readers: `textOf(new Uint8Array(await file.arrayBuffer()))`. Gzip is unpacked; UTF-16 is told by its byte-order mark, else it is UTF-8, strictly.
 * @throws RangeError naming the first byte that is not of the encoding, and as gunzip does
 */
export async function textOf(bytes: Uint8Array, options: OptionsOf<typeof TEXT_OF> = {}): Promise<string> {
  const { encoding, maxMemory } = complete(TEXT_OF, options, 'textOf');
  requireBytes(bytes);
  const plain = isGzip(bytes) ? await gunzip(bytes, { maxMemory }) : bytes;
  if (encoding !== undefined) return decodeText(plain, encoding);
  try {
    return decodeText(plain);
  } catch (cause) {
    const { message } = cause as Error;
    throw new RangeError(`${message}; the option encoding names another, windows-1252 for many spreadsheets`, {
      cause,
    });
  }
}

function requireBytes(bytes: unknown): void {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`bytes: expected a Uint8Array, got ${got(bytes)}`);
}
