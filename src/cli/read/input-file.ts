import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { inflated, isGzip } from '../../data/gunzip.js';
import { decodeText, markedEncoding } from '../../data/text/encoding.js';
import { UserError } from '../errors.js';
import type { Format } from '../options.js';
import { Gathered, MOST_BYTES, type MostOf, readBytes, readSource, readStdin } from './bytes.js';
import { FORMAT_NAMES, formatOf, UntoldFormat } from './format.js';
import { labelsBeside } from './labels-beside.js';

/** The bytes of a file, and what they are. */
export interface InputFile {
  path: string;
  name: string;
  format: Format;
  /** Unpacked, where it is gzipped. */
  bytes: Uint8Array;
  /** Of the file as it is. */
  sha256: string;
}

/** The longest string of V8, 512 MiB. */
const MOST_TEXT_BYTES = 0x1fffffe8;

let stdinTaken = false;

/** `-` is standard input; `otherwise`: the format of a text that does not tell it. What cannot be read is refused by its first bytes, before the others are read or unpacked. */
export async function readInput(
  path: string,
  wanted: Format | undefined,
  maxMemory: number = MOST_BYTES,
  otherwise?: Format,
): Promise<InputFile> {
  const name = path === '-' ? 'standard input' : path;
  if (wanted !== undefined && !(wanted in FORMAT_NAMES))
    throw new UserError(
      `${name}: --format ${wanted} is of texts; rows of features are ${Object.keys(FORMAT_NAMES).join(', ')}`,
    );
  let format: Format | undefined;
  const mostOf = (head: Uint8Array, whole: boolean) => {
    if (head.length === 0) throw new UserError(`${name}: the file is empty`);
    format = wanted ?? toldFormat(() => formatOf(path, head, whole, name), otherwise);
    return format === 'idx' ? MOST_BYTES : MOST_TEXT_BYTES;
  };
  const mostPacked = (head: Uint8Array, whole: boolean) => (isGzip(head) ? MOST_BYTES : mostOf(head, whole));
  if (path === '-') takeStdin();
  const bytes = path === '-' ? await readStdin(name, mostPacked) : await readSource(path, mostPacked);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const plain = isGzip(bytes)
    ? await unpack(bytes, name, (head, whole) => Math.min(mostOf(head, whole), maxMemory))
    : bytes;
  return { path, name, format: format!, bytes: plain, sha256 };
}

function toldFormat(tell: () => Format, otherwise: Format | undefined): Format {
  try {
    return tell();
  } catch (error) {
    if (otherwise !== undefined && error instanceof UntoldFormat) return otherwise;
    throw error;
  }
}

/** The bytes of a file that may be gzipped. */
export async function readPlain(path: string): Promise<Uint8Array> {
  const bytes = readBytes(path);
  return isGzip(bytes) ? unpack(bytes, path, () => MOST_BYTES) : bytes;
}

async function unpack(bytes: Uint8Array, name: string, mostOf: MostOf): Promise<Uint8Array> {
  const gathered = new Gathered(`${name}: unpacked`, mostOf);
  try {
    for await (const part of inflated(bytes)) gathered.add(part);
  } catch (error) {
    if (error instanceof RangeError)
      throw new UserError(`${name}: is gzipped, and damaged or cut off`, { cause: error });
    throw error;
  }
  return gathered.all();
}

/** UserError the second time. */
export function takeStdin(): void {
  if (stdinTaken) throw new UserError('standard input (-) can be read but once');
  stdinTaken = true;
}

/**
 * UTF-8, or UTF-16 with a byte-order mark; what is neither, windows-1252, in which spreadsheets are saved, with a word in `warnings`. A replaced character would be
 * a wrong category.
 */
export function decode({ bytes, name }: Pick<InputFile, 'bytes' | 'name'>, warnings: string[]): string {
  try {
    return decodeText(bytes);
  } catch (error) {
    const { message } = error as Error;
    if (markedEncoding(bytes) !== 'utf-8' || hasControls(bytes))
      throw new UserError(`${name}: ${message.replace(/^bytes: /, '')}`, { cause: error });
    warnings.push(`${message.replace(/^bytes: expected text in UTF-8, got /, 'not UTF-8 for ')}; read as windows-1252`);
    return decodeText(bytes, 'windows-1252');
  }
}

/** Whether any byte is one that no text has, in windows-1252 either. */
export function hasControls(bytes: Uint8Array): boolean {
  return bytes.some((byte) => CONTROLS.has(byte));
}

const CONTROLS = new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 0x81, 0x8d, 0x8f, 0x90, 0x9d]);

/** The IDX labels of IDX images: those given, else, where labels are needed, those beside the images by MNIST's own names. */
export async function readLabels(
  { path, name }: InputFile,
  given: string | undefined,
  labelled: boolean,
): Promise<{ bytes: Uint8Array; name: string } | undefined> {
  const labels = given ?? (labelled ? labelsBeside(path) : undefined);
  if (labels !== undefined) return { bytes: await readPlain(labels), name: labels };
  if (labelled) throw new UserError(`${name}: IDX images need their labels: --labels FILE`);
  return undefined;
}

/** A text file of names, one a line. */
export function readNames(path: string): string[] {
  const text = Buffer.from(readBytes(path, () => MOST_TEXT_BYTES))
    .toString('utf8')
    .replace(/^\ufeff/, '');
  return text
    .trimEnd()
    .split(/\r?\n/)
    .map((name) => name.trim());
}
