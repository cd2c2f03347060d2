import { type Address, plus } from '../runtime/address.js';
import type { Engine } from '../runtime/engine.js';
import type { Pace } from '../runtime/pace.js';
import { PANEL_ROWS } from '../runtime/panels.js';
import { inParts, inRanges, type Turns } from '../runtime/parts.js';

/** What packing takes a number, in multiply-adds. */
export const PACK = 20;

/** A matrix [rows][terms] in panels of rows, wholePanels(rows) * terms floats. Strides are floats. */
export function packPanels(
  engine: Engine,
  a: Address,
  from: Address,
  rows: number,
  terms: number,
  rowStride: number,
  termStride: number,
  pace: Pace,
): Turns {
  return inRanges(engine, pace, rows * terms * PACK, rows, PANEL_ROWS, ({ kernels }, first, last) => {
    const [out, source] = [plus(a, first * terms * 4), plus(from, first * rowStride * 4)];
    kernels.gemm_pack_a(out, source, last - first, terms, rowStride, termStride, terms);
  });
}

/** A matrix [terms][columns] in panels of 8 columns, roundUp(columns, 8) * terms floats. Strides are floats. */
export function packColumns(
  engine: Engine,
  b: Address,
  from: Address,
  terms: number,
  columns: number,
  termStride: number,
  columnStride: number,
  pace: Pace,
): Turns {
  return inRanges(engine, pace, columns * terms * PACK, columns, 8, ({ kernels }, first, last) => {
    const [out, source] = [plus(b, first * terms * 4), plus(from, first * columnStride * 4)];
    kernels.gemm_pack_b(out, source, terms, last - first, termStride, columnStride, terms);
  });
}

/** c (+)= a b, [rows][columns], from packed panels. */
export function multiplyPanels(
  engine: Engine,
  c: Address,
  a: Address,
  b: Address,
  rows: number,
  columns: number,
  terms: number,
  accumulate: boolean,
  pace: Pace,
): Turns {
  const panels = Math.ceil(rows / PANEL_ROWS);
  const added = accumulate ? 1 : 0;
  // A panel of rows stands for a tile.
  return inParts(engine, pace, terms * rows * columns, panels, columns, 8, ({ kernels, own }, j0, j1, p0, p1) => {
    const [out, from] = [plus(c, j0 * 4), plus(b, j0 * terms * 4)];
    kernels.gemm(out, a, from, own, columns, 8, 8 * terms, p0, p1, rows, j1 - j0, terms, added);
  });
}
