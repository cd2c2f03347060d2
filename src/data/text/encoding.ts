import { got } from '../../check/phrase.js';

/** The encodings that a text tells itself: by its byte-order mark, or by being UTF-8. */
export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** By the byte-order mark; UTF-8 without one. */
export function markedEncoding(bytes: Uint8Array): TextEncoding {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}

/**
 * UTF-8, or UTF-16 with a byte-order mark, strictly: a character replaced would be another category.
 * @param encoding as TextDecoder names it, for texts that do not tell; then nothing is refused that it can decode
 * @throws RangeError naming the first byte that is not of the encoding
 */
export function decodeText(bytes: Uint8Array, encoding?: string): string {
  const marked = markedEncoding(bytes);
  const used = marked === 'utf-8' && encoding !== undefined ? encoding : marked;
  let decoder: InstanceType<typeof TextDecoder>;
  try {
    decoder = new TextDecoder(used, { fatal: true });
  } catch {
    throw new RangeError(`encoding: expected one that TextDecoder knows, got ${got(encoding)}`);
  }
  try {
    const text = decoder.decode(bytes);
    return decoder.encoding === 'windows-1252' ? windows1252(text) : text;
  } catch (cause) {
    const place = used === 'utf-8' ? badByte(bytes) : -1;
    const found = place < 0 ? 'other bytes' : `byte 0x${hex(bytes[place]!)} at ${place}`;
    throw new RangeError(`bytes: expected text in ${used.toUpperCase()}, got ${found}`, { cause });
  }
}

/** Of windows-1252, the characters 0x80 to 0x9f; those that it lacks as they are. */
const WINDOWS = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** What some releases of Node decode as Latin-1, as windows-1252 has it. */
export function windows1252(text: string): string {
  return text.replace(/[\x80-\x9f]/g, (control) => WINDOWS[control.charCodeAt(0) - 0x80]!);
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

const BLOCK = 4096;

/** Where the first character begins that is not UTF-8; -1 for none. */
function badByte(bytes: Uint8Array): number {
  const strict = new TextDecoder('utf-8', { fatal: true });
  let from = 0;
  for (let end = BLOCK; from < bytes.length; end = from + BLOCK) {
    // Not within a character.
    while (end > from && end < bytes.length && (bytes[end]! & 0xc0) === 0x80) end--;
    if (end === from || !decodes(strict, bytes.subarray(from, end))) break;
    from = Math.min(end, bytes.length);
  }
  while (from < bytes.length) {
    const length = sequenceLength(bytes[from]!);
    if (length === 0 || !decodes(strict, bytes.subarray(from, from + length))) return from;
    from += length;
  }
  return -1;
}

function decodes(strict: InstanceType<typeof TextDecoder>, bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Bytes of the character that begins with this one; 0 for none. */
function sequenceLength(byte: number): number {
  if (byte < 0x80) return 1;
  if (byte < 0xc2 || byte > 0xf4) return 0;
  return byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}
