import type { Dataset, SparseMatrix } from '../../data/dataset.js';
import { LANES, loadBatch, RowBatch, tilesFor } from '../../layers/batch.js';
import type { Linear } from '../../layers/linear.js';
import { forwardLayers, Workspace } from '../../layers/stack.js';
import { allFinite } from '../../numeric/finite.js';
import { type Address, NONE, plus } from '../../runtime/address.js';
import type { Engine } from '../../runtime/engine.js';
import type { Pace } from '../../runtime/pace.js';
import { inRanges } from '../../runtime/parts.js';
import { copying, inTurns, touching } from '../../runtime/steps.js';
import { requireFiniteRows, tooLarge } from '../finite-rows.js';

/** Units whose sums with all features are kept at once. */
const BLOCK = 256;
const BATCH = 256;

/** A layer's units, so many at a time. */
export function* blocksOf({ units }: Linear): Generator<{ first: number; units: number }> {
  for (let first = 0; first < units; first += BLOCK) yield { first, units: Math.min(BLOCK, units - first) };
}

/** Sums over all rows for a block of units. */
export interface BlockSums {
  /** Share of rows with activation above 0. */
  activity: Float64Array;
  sum: Float64Array;
  squares: Float64Array;
  /** Activation in the first row, and whether it is another one in any. */
  initial: Float32Array;
  varies: Uint8Array;
  /** [features][units of the block]: activation summed over the rows that have the feature. */
  withFeature: Float32Array;
  rows: number;
}

/** What a block of units of the last of these ReLU layers has to do with each feature. */
export async function correlate(
  engine: Engine,
  layers: readonly Linear[],
  first: number,
  units: number,
  data: Dataset,
  presence: SparseMatrix,
  pace: Pace,
): Promise<BlockSums> {
  const layerUnits = layers.at(-1)!.units;
  const size = Math.min(BATCH, data.rows);
  await inTurns(touching(engine, 4 * presence.columns * units), pace);
  const { space, present, rowMajor, withFeature, dispose } = layBlock(engine, layers, data, presence, units);
  try {
    const sums: BlockSums = {
      activity: new Float64Array(units),
      sum: new Float64Array(units),
      squares: new Float64Array(units),
      initial: new Float32Array(units),
      varies: new Uint8Array(units),
      withFeature: new Float32Array(0),
      rows: data.rows,
    };
    for (let from = 0; from < data.rows; from += size) {
      const rows = Int32Array.from({ length: Math.min(size, data.rows - from) }, (_, i) => from + i);
      await loadBatch(space.batch, data.features, rows, false, pace);
      await present.load(presence, rows, true, pace);
      const tiles = tilesFor(rows.length);
      const at = await forwardLayers(engine, layers, space, tiles, pace, { linearOutput: false });
      for (let t = 0; t < tiles; t++) {
        engine.kernels.tile_to_rows(
          plus(rowMajor, t * LANES * units * 4),
          plus(at, (t * layerUnits + first) * LANES * 4),
          units,
          units,
        );
      }
      const { columnStart, columnRow, value, columnPlace } = present;
      const work = (present.entries + presence.columns) * units;
      await inRanges(engine, pace, work, presence.columns, 1, ({ kernels }, c0, c1) => {
        const [out, from] = [withFeature, rowMajor];
        kernels.spmm(out, columnStart, columnRow, value, columnPlace, from, NONE, units, units, c0, c1, units, 1);
      });
      addRows(engine, rowMajor, from, rows.length, units, sums);
      if (pace.due) await pace.turn();
    }
    sums.withFeature = await inTurns(copying(engine, { at: withFeature, length: presence.columns * units }), pace);
    if (!allFinite(sums.withFeature)) throw tooLarge('activations', 'an infinite sum');
    for (let u = 0; u < units; u++) sums.activity[u]! /= data.rows;
    return sums;
  } finally {
    dispose();
  }
}

/** Room for a batch through the layers and the sums of a block of the last one's units. */
export function layBlock(
  engine: Engine,
  layers: readonly Linear[],
  data: Dataset,
  presence: SparseMatrix,
  units: number,
) {
  const size = Math.min(BATCH, data.rows);
  const scope = engine.scope();
  const space = new Workspace(engine, layers, data.features, size);
  const dispose = () => {
    space.dispose();
    scope.dispose();
  };
  try {
    const present = new RowBatch(engine, scope, presence, size);
    const rowMajor = scope.bytes(tilesFor(size) * LANES * units * 4);
    const withFeature = scope.zeros(presence.columns * units);
    return { space, present, rowMajor, withFeature, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

function addRows(
  engine: Engine,
  at: Address,
  first: number,
  rows: number,
  units: number,
  { activity, sum, squares, initial, varies }: BlockSums,
): void {
  const values = engine.f32(at, rows * units);
  requireFiniteRows(values, units, 'activations', first);
  if (first === 0) initial.set(values.subarray(0, units));
  for (let r = 0; r < rows; r++) {
    for (let u = 0; u < units; u++) {
      const x = values[r * units + u]!;
      if (x !== initial[u]) varies[u] = 1;
      if (x > 0) activity[u]!++;
      sum[u]! += x;
      squares[u]! += x * x;
    }
  }
}

/** Features of the highest correlation, the first of equals first. One that the 32-bit sums cannot tell from none is none. */
export function topFeatures(
  { sum, squares, varies, withFeature, rows }: BlockSums,
  u: number,
  rowsWith: Int32Array,
  { top, minRows }: { top: number; minRows: number },
): { feature: number; correlation: number }[] {
  const units = sum.length;
  const mean = sum[u]! / rows;
  const std = Math.sqrt(Math.max(0, squares[u]! / rows - mean * mean));
  const best: { feature: number; correlation: number }[] = [];
  if (!varies[u] || std === 0) return best;
  const rounding = (BATCH + rows / BATCH) * 2 ** -24;
  for (let feature = 0; feature < rowsWith.length; feature++) {
    const n = rowsWith[feature]!;
    if (n < minRows || n === rows) continue;
    const p = n / rows;
    const together = withFeature[feature * units + u]! / rows;
    const covariance = together - mean * p;
    const correlation = Math.min(1, covariance / (std * Math.sqrt(p * (1 - p))));
    if (covariance <= rounding * together || (best.length === top && correlation <= best[top - 1]!.correlation))
      continue;
    if (best.length === top) best.pop();
    let slot = best.length;
    while (slot > 0 && best[slot - 1]!.correlation < correlation) slot--;
    best.splice(slot, 0, { feature, correlation });
  }
  return best;
}
