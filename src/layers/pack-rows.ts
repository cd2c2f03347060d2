import { type Address, plus } from '../runtime/address.js';
import type { Engine } from '../runtime/engine.js';
import type { Pace } from '../runtime/pace.js';
import { inRanges } from '../runtime/parts.js';

/** Packs rows for the products of conv_forward, four by four; see conv_weights. */
export async function packRows(
  engine: Engine,
  packed: Address,
  from: Address,
  rows: number,
  k: number,
  rowStride: number,
  kStride: number,
  pace: Pace,
): Promise<void> {
  // A float that is moved takes as long as some 20 multiply-adds.
  await inRanges(engine, pace, 20 * k * rows, rows, 4, ({ kernels }, first, last) => {
    const at = plus(from, first * rowStride * 4);
    kernels.conv_weights(plus(packed, first * k * 4), at, last - first, k, rowStride, kStride);
  });
}
