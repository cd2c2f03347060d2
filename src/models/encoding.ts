import type { Matrix } from '../data/dataset.js';
import { LANES, loadBatch, tilesFor } from '../layers/batch.js';
import type { Linear } from '../layers/linear.js';
import { forwardLayers, Workspace } from '../layers/stack.js';
import type { Engine } from '../runtime/engine.js';
import type { Pace } from '../runtime/pace.js';
import { type BinaryColumns, emptyBits } from '../structure/variables.js';

/** Loads rows and runs them through the layers below; returns tiles of their features. */
export function encoder(
  engine: Engine,
  below: readonly Linear[],
  features: Matrix,
  space: Workspace,
): (rows: Int32Array) => number {
  return (rows) => {
    loadBatch(space.batch, features, rows, false);
    if (below.length === 0) return (space.batch as { at: number }).at;
    return forwardLayers(engine, below, space, tilesFor(rows.length), { linearOutput: false });
  };
}

/** Which hidden units are on (above 0) for which rows: the variables of the next tree. */
export async function encodeBits(
  engine: Engine,
  layers: readonly Linear[],
  features: Matrix,
  batchSize: number,
  pace: Pace,
  report: (rows: number) => void,
): Promise<BinaryColumns> {
  const units = layers[layers.length - 1]!.units;
  const out = emptyBits(features.rows, units);
  const words = new Uint32Array(out.bits.buffer);
  // Whole tiles, so that each tile's 32 rows are one word of a column.
  const size = tilesFor(Math.min(batchSize, features.rows)) * LANES;
  const space = new Workspace(engine, layers, features, size);
  const encode = encoder(engine, layers, features, space);
  try {
    for (let first = 0; first < features.rows; first += size) {
      const rows = Int32Array.from({ length: Math.min(size, features.rows - first) }, (_, i) => first + i);
      const at = encode(rows);
      for (let t = 0; t < tilesFor(rows.length); t++) {
        const tile = engine.f32(at + t * units * LANES * 4, units * LANES);
        const live = Math.min(LANES, rows.length - t * LANES);
        for (let u = 0; u < units; u++) {
          let word = 0;
          for (let lane = 0; lane < live; lane++) if (tile[u * LANES + lane]! > 0) word |= 1 << lane;
          words[u * out.words * 2 + first / LANES + t] = word;
        }
      }
      report(Math.min(features.rows, first + size));
      if (pace.due) await pace.turn();
    }
  } finally {
    space.dispose();
  }
  return out;
}
