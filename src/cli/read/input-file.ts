import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { UserError } from '../errors.js';
import type { Format } from '../options.js';
import { MOST_BYTES, readBytes, readSource, readStdin } from './bytes.js';
import { labelsBeside } from './labels-beside.js';

export const FORMAT_NAMES: Record<Format, string> = { sparse: 'sparse text', csv: 'CSV', idx: 'IDX' };

/** The bytes of a file, and what they are. */
export interface InputFile {
  path: string;
  name: string;
  format: Format;
  bytes: Uint8Array;
  sha256: string;
}

/** The longest string of V8, 512 MiB. */
const MOST_TEXT_BYTES = 0x1fffffe8;

let stdinTaken = false;

/** `-` is standard input. What cannot be read is refused by its first bytes, before the others are read. */
export async function readInput(path: string, wanted: Format | undefined): Promise<InputFile> {
  const name = path === '-' ? 'standard input' : path;
  let format: Format | undefined;
  const mostOf = (head: Uint8Array) => {
    if (head.length === 0) throw new UserError(`${name}: the file is empty`);
    if (head[0] === 0x1f && head[1] === 0x8b) {
      throw new UserError(`${name}: is gzipped; decompress it first, e.g. gzip -dc FILE | espalier ... -`);
    }
    format = wanted ?? detect(path, head, name);
    return format === 'idx' ? MOST_BYTES : MOST_TEXT_BYTES;
  };
  if (path === '-') takeStdin();
  const bytes = path === '-' ? await readStdin(name, mostOf) : await readSource(path, mostOf);
  return { path, name, format: format!, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

function takeStdin(): void {
  if (stdinTaken) throw new UserError('standard input (-) can be read but once');
  stdinTaken = true;
}

function detect(path: string, head: Uint8Array, name: string): Format {
  const extension = extname(path).toLowerCase();
  if (extension === '.csv' || extension === '.tsv') return 'csv';
  const [first, second, type = 0, axes = 0] = head;
  if (first === 0 && second === 0 && type >= 8 && type <= 14 && axes > 0) return 'idx';
  if (head.includes(0)) throw new UserError(`${name}: expected sparse text, CSV or IDX, got some other binary file`);
  const line =
    /[^\r\n]+/.exec(
      Buffer.from(head)
        .toString('utf8')
        .replace(/^\ufeff?\s*/, ''),
    )?.[0] ?? '';
  if (/^[^,]*,\s*\d+\s*:/.test(line) || /^[\d?][\d? \t]*$/.test(line)) return 'sparse';
  if (/[,;\t]/.test(line)) return 'csv';
  throw new UserError(`${name}: expected sparse text (label,feature:value,...), CSV or IDX; name it with --format`);
}

/** UTF-8, strictly: a replaced character would be a wrong category. */
export function decode({ bytes, name }: InputFile): string {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new UserError(`${name}: expected UTF-8, got UTF-16`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UserError(`${name}: expected UTF-8, got other bytes`);
  }
}

/** The IDX labels of IDX images: those given, else, where labels are needed, those beside the images by MNIST's own names. */
export function readLabels(
  { path, name }: InputFile,
  given: string | undefined,
  labelled: boolean,
): { bytes: Uint8Array; name: string } | undefined {
  const labels = given ?? (labelled ? labelsBeside(path) : undefined);
  if (labels !== undefined) return { bytes: readBytes(labels), name: labels };
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
