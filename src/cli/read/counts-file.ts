import { createHash } from 'node:crypto';
import { fstatSync, openSync, statSync } from 'node:fs';
import { countsIn, loadCounts, PAIRS, requireSealed } from '../../counts/file.js';
import { dataOf, headerLength, readHeader, type Tensor } from '../../files/safetensors.js';
import { hashing, SEAL, type TensorParts } from '../../files/sealed.js';
import { atOnce } from '../../runtime/steps.js';
import type { Counts } from '../../structure/counts/counts.js';
import type { CodedPairs } from '../../structure/counts/pairs.js';
import { fileError, inFile, UserError } from '../errors.js';
import { readAt } from '../write/atomic.js';
import { MOST_BYTES, readSource, readStdin } from './bytes.js';

/** Bytes that are hashed at a time. */
const HASHED = 2 ** 22;

/** The counts in a file, whose pairs stay there until they are asked for; `-` is standard input. UserError for what is none, or damaged. */
export async function openCounts(path: string): Promise<Counts> {
  const name = path === '-' ? 'standard input' : path;
  return inFile(name, async () => {
    if (path === '-') return loadCounts(await readStdin(name, () => MOST_BYTES));
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === false)
      return loadCounts(await readSource(path, () => MOST_BYTES));
    return countsOf(path);
  });
}

function countsOf(path: string): Counts {
  const { file, size } = opened(path);
  const head = readAt(file, 0, 9);
  if (head[8] !== '{'.charCodeAt(0))
    throw new UserError(`${path}: expected counts, as espalier count and merge write, got another kind of file`);
  const headerBytes = headerLength(head);
  const json = readAt(file, 8, headerBytes);
  if (json.length < headerBytes) throw new UserError(`${path}: the counts are damaged: the file ends in its header`);
  const { entries, metadata } = readHeader(json, size - 8 - headerBytes);
  const tensors: Record<string, Tensor> = Object.create(null);
  const parts: Record<string, TensorParts> = Object.create(null);
  let [from, length] = [0, 0];
  for (const { name, dtype, shape, length: numbers, begin, end } of entries) {
    const at = 8 + headerBytes + begin;
    const read = function* () {
      for (let done = 0; done < end - begin; done += HASHED)
        yield readAt(file, at + done, Math.min(HASHED, end - begin - done));
    };
    parts[name] = { dtype, shape, byteLength: end - begin, parts: read };
    if (name === PAIRS) [from, length] = [at, end - begin];
    else tensors[name] = { shape, data: dataOf(readAt(file, at, end - begin), dtype, numbers) };
  }
  const { [SEAL]: seal, ...rest } = metadata;
  requireSealed(seal !== undefined, rest, 'file');
  const hash = createHash('sha256');
  atOnce(hashing(parts, rest, hash));
  if (hash.digest('hex') !== seal)
    throw new UserError(`${path}: the counts are damaged: their contents do not match their SHA-256`);
  return countsIn(tensors, rest, 'file', (items, start) => {
    if (start[items] !== length)
      throw new UserError(`${path}: the counts are damaged: got rows of pairs that end elsewhere than their bytes`);
    return new FilePairs(items, start, file, from);
  });
}

function opened(path: string): { file: number; size: number } {
  try {
    const file = openSync(path, 'r');
    return { file, size: fstatSync(file).size };
  } catch (error) {
    throw fileError(error, path);
  }
}

/** Coded rows in a file. */
class FilePairs implements CodedPairs {
  constructor(
    readonly items: number,
    readonly start: Float64Array,
    private readonly file: number,
    private readonly at: number,
  ) {}

  read(from: number, to: number): Uint8Array {
    return readAt(this.file, this.at + from, to - from);
  }
}
