import type { Matrix } from '../../data/dataset.js';
import { LANES, loadBatch, tilesFor } from '../../layers/batch.js';
import type { Linear } from '../../layers/linear.js';
import { forwardLayers, Workspace } from '../../layers/stack.js';
import { type Address, plus } from '../../runtime/address.js';
import { requireMemory } from '../../runtime/budget.js';
import type { Engine } from '../../runtime/engine.js';
import type { Pace } from '../../runtime/pace.js';
import { inParts, type Turns } from '../../runtime/parts.js';
import { bytesOf } from '../../runtime/rehearsal.js';
import { type BinaryColumns, bitBytes, emptyBits } from '../../structure/variables.js';

/** Loads rows and runs them through the layers below; returns tiles of their features. */
export function encoder(
  engine: Engine,
  below: readonly Linear[],
  features: Matrix,
  space: Workspace,
): (rows: Int32Array, pace: Pace) => Promise<Address> {
  return async (rows, pace) => {
    await loadBatch(space.batch, features, rows, false, pace);
    if (below.length === 0) return (space.batch as { at: Address }).at;
    return forwardLayers(engine, below, space, tilesFor(rows.length), pace, { linearOutput: false });
  };
}

/** Rows and the layers that they still have to go through. */
export interface Source {
  features: Matrix;
  below: readonly Linear[];
}

/** Outputs of up to this many bytes are kept; past it they are computed anew for every batch. */
const KEEP_BYTES = 256e6;

/** Bytes of kept outputs. A layer over sparse rows computes them anew as fast as they could be read. */
function keptBytes({ features, below }: Source): number {
  const { units, input } = below[below.length - 1]!;
  const bytes = features.rows * units * 4;
  return input === 'tiles' && bytes <= KEEP_BYTES ? bytes : 0;
}
/** Tiles that are unpacked at a time. */
const SOME_TILES = 8;
/** What a number takes on the way, in multiply-adds. */
const UNPACK = 8;

/** RangeError where there is no room for encodeRows; `held`: bytes of typed arrays that there are. */
export function requireEncoding(engine: Engine, { features, below }: Source, batchSize: number, held: number): void {
  const { rows } = features;
  const { units } = below[below.length - 1]!;
  const size = tilesFor(Math.min(batchSize, rows)) * LANES;
  const memory = bytesOf(engine, (dry) => {
    new Workspace(dry, below, features, size);
    dry.scope().bytes(Math.min(SOME_TILES, tilesFor(size)) * (LANES + 1) * units * 4);
  });
  const arrays = held + bitBytes(rows, units) + keptBytes({ features, below });
  requireMemory(engine, memory + arrays, 'train', `encoding ${rows} rows by ${units} units`, 'fewer rows or units');
}

/**
 * Runs all rows through the source's layers: which of the last one's units are on (above 0) for which rows, the variables of the next tree, and the source
 * of the next layer.
 */
export async function encodeRows(
  engine: Engine,
  { features, below }: Source,
  batchSize: number,
  pace: Pace,
  report: (rows: number) => void,
): Promise<{ on: BinaryColumns; next: Source }> {
  const { rows } = features;
  const { units } = below[below.length - 1]!;
  const on = emptyBits(rows, units);
  const kept = keptBytes({ features, below }) ? new Float32Array(rows * units) : undefined;
  // Whole tiles, so that each tile's 32 rows are one word of a column.
  const size = tilesFor(Math.min(batchSize, rows)) * LANES;
  const scope = engine.scope();
  const space = new Workspace(engine, below, features, size);
  const encode = encoder(engine, below, features, space);
  try {
    const tiles = Math.min(SOME_TILES, tilesFor(size));
    const rowMajor = scope.bytes(tiles * LANES * units * 4);
    const signs = scope.bytes(tiles * units * 4);
    for (let first = 0; first < rows; first += size) {
      const batch = Int32Array.from({ length: Math.min(size, rows - first) }, (_, i) => first + i);
      const at = await encode(batch, pace);
      for (let t = 0; t < tilesFor(batch.length); t += tiles) {
        const some = Math.min(tiles, tilesFor(batch.length) - t);
        const from = first + t * LANES;
        const out = { signs, rowMajor: kept && rowMajor };
        await unpack(engine, plus(at, t * units * LANES * 4), units, some, out, pace);
        const live = Math.min(some * LANES, rows - from);
        kept?.set(engine.f32(rowMajor, live * units), from * units);
        putSigns(on, from, engine.u32(signs, some * units), some, live);
        if (pace.due) await pace.turn();
      }
      report(Math.min(rows, first + size));
      if (pace.due) await pace.turn();
    }
  } finally {
    space.dispose();
    scope.dispose();
  }
  const next: Source = kept
    ? { features: { kind: 'dense', rows, columns: units, values: kept }, below: [] }
    : { features, below };
  return { on, next };
}

/** From tiles of [units][32]: bits of which are above 0, [units][tiles], and where wanted their rows. */
function unpack(
  engine: Engine,
  at: Address,
  units: number,
  tiles: number,
  { signs, rowMajor }: { signs: Address; rowMajor: Address | undefined },
  pace: Pace,
): Turns {
  return inParts(engine, pace, tiles * units * LANES * UNPACK, tiles, units, 16, ({ kernels }, u0, u1, t0, t1) => {
    for (let t = t0; t < t1; t++) {
      const tile = plus(at, (t * units + u0) * LANES * 4);
      kernels.tile_signs(plus(signs, (u0 * tiles + t) * 4), tile, tiles, u1 - u0);
      if (rowMajor) kernels.tile_to_rows(plus(rowMajor, (t * LANES * units + u0) * 4), tile, units, u1 - u0);
    }
  });
}

/** Bits [units][tiles] of the rows from `first` on, `live` of them rows, into the columns. */
function putSigns(on: BinaryColumns, first: number, signs: Uint32Array, tiles: number, live: number): void {
  const words = new Uint32Array(on.bits.buffer);
  const last = live < tiles * LANES ? (1 << (live % LANES)) - 1 : -1;
  for (let u = 0, e = 0; u < on.variables; u++) {
    const column = u * on.words * 2 + first / LANES;
    for (let t = 0; t < tiles; t++, e++) words[column + t] = signs[e]!;
    words[column + tiles - 1]! &= last;
  }
}
