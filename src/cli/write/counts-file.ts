import { createHash } from 'node:crypto';
import { metadataOf, PAIRS, smallTensors } from '../../counts/file.js';
import { dtypeOf, headerOf, inFileOrder, partsOf, type TensorPlace } from '../../files/safetensors.js';
import { hashing, SEAL, type TensorParts } from '../../files/sealed.js';
import { atOnce } from '../../runtime/steps.js';
import { Counts } from '../../structure/counts/counts.js';
import type { PairSink } from '../../structure/counts/merging.js';
import { type PlacedOutput, writePlaced } from './atomic.js';

/** Bytes that are hashed at a time. */
const HASHED = 2 ** 22;
/** As many digits as any length has. */
const LONGEST = Number.MAX_SAFE_INTEGER;

/**
 * Writes a file of counts whose pairs come row by row and are never held together. Returns them without the pairs, and the file's size, bytes.
 * @param contents all but the pairs
 * @param fill gives the rows of pairs, one after another
 */
export async function writeCounts(
  path: string,
  contents: Omit<Counts['contents'], 'pairs'>,
  fill: (sink: PairSink) => Promise<void>,
): Promise<{ counts: Counts; bytes: number }> {
  const { length: items } = contents.ones;
  const start = new Float64Array(items + 1);
  const counts = new Counts({ ...contents, pairs: { items, start, read: () => new Uint8Array(0) } });
  let bytes = 0;
  await writePlaced(path, async (file) => {
    bytes = await writeInto(file, counts, start, fill);
  });
  return { counts, bytes };
}

/** @param start of the rows, which is filled as they come */
async function writeInto(
  file: PlacedOutput,
  counts: Counts,
  start: Float64Array,
  fill: (sink: PairSink) => Promise<void>,
): Promise<number> {
  const metadata = metadataOf(counts);
  const placed = () =>
    Object.entries(smallTensors(counts)).map(([name, tensor]) => ({
      ...tensor,
      name,
      dtype: dtypeOf(tensor.data),
      byteLength: tensor.data.byteLength,
    }));
  const pairs = (byteLength: number): TensorPlace => ({ name: PAIRS, dtype: 'U8', shape: [byteLength], byteLength });
  const { length: header } = headerOf([...placed(), pairs(LONGEST)], { ...metadata, [SEAL]: '0'.repeat(64) });
  file.write(new Uint8Array(header));
  for (const { data } of placed().sort(inFileOrder)) for (const part of partsOf(data, HASHED)) file.write(part);
  let [item, bytes] = [0, 0];
  await fill((rows, sizes) => {
    file.write(rows);
    for (let i = 0; i < sizes.length; i++) {
      bytes += sizes[i]!;
      start[++item] = bytes;
    }
  });
  const all = placed();
  let at = header;
  for (const { name, data } of all.sort(inFileOrder)) {
    if (name === 'start') {
      let to = at;
      for (const part of partsOf(data, HASHED)) {
        file.writeAt(to, part);
        to += part.length;
      }
    }
    at += data.byteLength;
  }
  const read = function* () {
    for (let from = 0; from < bytes; from += HASHED) yield file.read(at + from, Math.min(HASHED, bytes - from));
  };
  const tensors: Record<string, TensorParts> = {
    [PAIRS]: { ...pairs(bytes), parts: read },
  };
  for (const { name, dtype, shape, byteLength, data } of all)
    tensors[name] = { dtype, shape, byteLength, parts: () => partsOf(data, HASHED) };
  const hash = createHash('sha256');
  atOnce(hashing(tensors, metadata, hash));
  file.writeAt(0, headerOf([...all, pairs(bytes)], { ...metadata, [SEAL]: hash.digest('hex') }, header));
  return at + bytes;
}
