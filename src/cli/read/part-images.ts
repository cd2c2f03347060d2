import type { Batch } from '../../data/batch.js';
import { type IdxArray, idxDataset } from '../../data/images/idx.js';
import type { DenseMatrix } from '../../data/matrix.js';
import { UserError } from '../errors.js';

const BATCH = 2 ** 22;
/** Bytes of a number, by type. */
const BYTES: Readonly<Record<number, number>> = { 8: 1, 9: 1, 11: 2, 12: 4, 13: 4, 14: 8 };

/** Images of an IDX file, a row each. */
export async function* idxBatches(
  chunks: AsyncIterable<Uint8Array>,
  labels: IdxArray | undefined,
  size = BATCH,
): AsyncGenerator<Batch> {
  let held = new Uint8Array(0);
  let header: Uint8Array | undefined;
  let [row, rows, done] = [0, 0, 0];
  const batchOf = (count: number): Batch => {
    const bytes = new Uint8Array(header!.length + count * row);
    bytes.set(header!);
    new DataView(bytes.buffer).setUint32(4, count);
    bytes.set(held.subarray(0, count * row), header!.length);
    const features = idxDataset(bytes).features as DenseMatrix;
    held = held.slice(count * row);
    done += count;
    return {
      kind: 'rows',
      features,
      ...(labels ? { labels: Array.from(labels.values.subarray(done - count, done), String) } : {}),
    };
  };
  for await (const chunk of chunks) {
    const all = new Uint8Array(held.length + chunk.length);
    all.set(held);
    all.set(chunk, held.length);
    held = all;
    if (!header) {
      const length = 4 + 4 * (held[3] ?? 255);
      if (held.length < length) continue;
      header = held.slice(0, length);
      held = held.slice(length);
      const data = new DataView(header.buffer);
      rows = data.getUint32(4);
      row = BYTES[header[2]!] ?? 1;
      for (let at = 8; at < length; at += 4) row *= data.getUint32(at);
      if (row === 0 || header[3]! < 2) idxDataset(header);
      if (labels && labels.shape[0] !== rows)
        throw new UserError(`labels: expected as many as images (${rows}), got ${labels.shape[0]}`);
    }
    if (held.length >= Math.max(size, row)) yield batchOf(Math.floor(held.length / row));
  }
  if (header && held.length >= row) yield batchOf(Math.floor(held.length / row));
  if (!header || done !== rows || held.length > 0)
    throw new UserError(
      `expected ${rows} images of ${row} bytes, got ${done}${held.length > 0 ? ' and a part of one' : ''}`,
    );
}
