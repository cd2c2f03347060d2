import { complete } from '../../check/complete.js';
import { type Options, type OptionsOf, SIGNAL } from '../../check/option.js';
import type { Dataset, SparseMatrix } from '../../data/dataset.js';
import { checkMatrix } from '../../data/matrix.js';
import { LANES, loadBatch, RowBatch, tilesFor } from '../../layers/batch.js';
import type { Linear } from '../../layers/linear.js';
import { forwardLayers, Workspace } from '../../layers/stack.js';
import { allFinite } from '../../numeric/finite.js';
import { type Address, NONE, plus } from '../../runtime/address.js';
import { requireMemory } from '../../runtime/budget.js';
import type { Engine } from '../../runtime/engine.js';
import { Pace } from '../../runtime/pace.js';
import { inRanges } from '../../runtime/parts.js';
import { bytesBeside } from '../../runtime/rehearsal.js';
import { copying, inTurns, type Steps, touching } from '../../runtime/steps.js';
import { PairScores } from '../../structure/coherence.js';
import { discretiseInTurns, type Variables } from '../../structure/variables.js';
import { requireFiniteRows, tooLarge } from '../finite-rows.js';
import type { Network } from './network.js';

/** Options of explain. */
export const EXPLAIN = {
  top: { kind: 'integer', from: 1, default: 10, doc: 'Features to name for each unit; 10 as in the paper.' },
  minRows: {
    kind: 'integer',
    from: 1,
    default: 5,
    doc: 'Features present in fewer rows are passed over: their correlations are chance.',
  },
  layers: {
    kind: 'list',
    of: { kind: 'integer', from: 0, doc: 'A hidden layer.' },
    defaultDoc: 'all',
    flag: false,
    doc: 'Hidden layers to explain, counted from 0.',
  },
  signal: SIGNAL,
} as const satisfies Options;

export type ExplainOptions = OptionsOf<typeof EXPLAIN>;

/** One of a unit's top features. */
export interface UnitFeature {
  feature: number;
  /** The feature's name, or its number as text. */
  name: string;
  /** Pearson correlation of the unit's activation with the feature's presence over the rows. */
  correlation: number;
}

export interface UnitExplanation {
  unit: number;
  /** Sparse units see a receptive field, global ones see everything. */
  kind: 'sparse' | 'global';
  /** Number of inputs. */
  inputs: number;
  /** Share of rows in which the unit is on. */
  activity: number;
  features: UnitFeature[];
  /** Mean NPMI of the pairs of its features, from -1 to 1; null for a unit with fewer than two. */
  coherence: number | null;
}

export interface LayerExplanation {
  layer: number;
  units: UnitExplanation[];
  /** Means over the units that have a coherence; null where there is none. */
  coherence: number | null;
  sparseCoherence: number | null;
  globalCoherence: number | null;
}

export interface Explanation {
  rows: number;
  layers: LayerExplanation[];
}

/** Units whose sums with all features are kept at once. */
const BLOCK = 256;
const BATCH = 256;
/** Bits that are looked at in a step. */
const LOOKED = 2 ** 16;

/**
 * What hidden units stand for. A unit's features are those whose presence (as for the first tree: above 0 in sparse rows, above the mean in dense ones)
 * correlates most with its activation, without dropout. Its coherence is the mean pairwise NPMI of these features on the same rows.
 * The TRF paper (section 5) scores a unit's top ten words by their mean pairwise word2vec similarity; NPMI needs no outside model. Its scores are not
 * comparable with the paper's.
 *
 * `copies`: bytes of typed arrays that were made of the data for this.
 */
export async function explain(
  net: Network,
  data: Dataset,
  names: readonly string[] | undefined,
  given: ExplainOptions = {},
  copies = 0,
): Promise<Explanation> {
  const options = complete(EXPLAIN, given, 'explain');
  const { top, minRows } = options;
  const hidden = net.layers.length - 1;
  const wanted = options.layers ?? Array.from({ length: hidden }, (_, l) => l);
  for (const l of wanted) {
    if (l >= hidden) throw new RangeError(`layers: expected hidden layers from 0 to ${hidden - 1}, got ${l}`);
  }
  const pace = new Pace(options.signal);
  const { engine } = net;
  checkMatrix(data.features);
  const variables = await discretiseInTurns(engine, data.features, {}, pace);
  const presence = await inTurns(presentFeatures(engine, variables), pace);
  requireExplanation(net, wanted, data, presence, copies);
  const pairs = await inTurns(PairScores.of(presence), pace);
  const layers: LayerExplanation[] = [];
  for (const l of wanted) {
    const { connections, sparseUnits, inputs } = net.layers[l]!;
    const units: UnitExplanation[] = [];
    for (const { first, units: width } of blocksOf(net.layers[l]!)) {
      const block = await correlate(net, l, first, width, data, presence, pace);
      for (let i = 0; i < block.activity.length; i++) {
        const unit = first + i;
        const features = topFeatures(block, i, pairs.rows, { top, minRows }).map(({ feature, correlation }) => ({
          feature,
          name: names?.[feature] ?? String(feature),
          correlation,
        }));
        const sparse = unit < sparseUnits;
        units.push({
          unit,
          kind: sparse ? 'sparse' : 'global',
          inputs: sparse ? connections!.start[unit + 1]! - connections!.start[unit]! : inputs,
          activity: block.activity[i]!,
          features,
          coherence: pairs.coherence(features.map((f) => f.feature)),
        });
        if (pace.due) await pace.turn();
      }
    }
    const of = (kind: UnitExplanation['kind']) => units.filter((unit) => unit.kind === kind);
    layers.push({
      layer: l,
      units,
      coherence: meanCoherence(units),
      sparseCoherence: meanCoherence(of('sparse')),
      globalCoherence: meanCoherence(of('global')),
    });
  }
  await pace.end();
  return { rows: data.rows, layers };
}

/** A layer's units, so many at a time. */
function* blocksOf({ units }: Linear): Generator<{ first: number; units: number }> {
  for (let first = 0; first < units; first += BLOCK) yield { first, units: Math.min(BLOCK, units - first) };
}

/** Sums over all rows for a block of units. */
interface BlockSums {
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

async function correlate(
  net: Network,
  l: number,
  first: number,
  units: number,
  data: Dataset,
  presence: SparseMatrix,
  pace: Pace,
): Promise<BlockSums> {
  const { engine } = net;
  const below = net.layers.slice(0, l + 1);
  const size = Math.min(BATCH, data.rows);
  await inTurns(touching(engine, 4 * presence.columns * units), pace);
  const { space, present, rowMajor, withFeature, dispose } = layBlock(engine, below, data, presence, units);
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
      const at = await forwardLayers(engine, below, space, tiles, pace, { linearOutput: false });
      const layerUnits = net.layers[l]!.units;
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
function layBlock(engine: Engine, below: readonly Linear[], data: Dataset, presence: SparseMatrix, units: number) {
  const size = Math.min(BATCH, data.rows);
  const scope = engine.scope();
  const space = new Workspace(engine, below, data.features, size);
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

/** RangeError where there is no room for it. */
function requireExplanation(
  net: Network,
  layers: readonly number[],
  data: Dataset,
  presence: SparseMatrix,
  copies: number,
): void {
  const { columns, start, index, value } = presence;
  const blocks = bytesBeside(
    net.engine,
    (dry) => net.on(dry),
    (dry, { layers: linears }) => {
      // The sums of one block last until those of the next are there.
      let last = dry.scope();
      for (const l of layers) {
        for (const { units } of blocksOf(net.layers[l]!)) {
          const room = layBlock(dry, linears.slice(0, l + 1), data, presence, units);
          const sums = dry.scope();
          sums.bytes(4 * columns * units);
          room.dispose();
          last.dispose();
          last = sums;
        }
      }
    },
  );
  // The rows of each feature, of which there are lists too.
  const lists = start.byteLength + 2 * index.byteLength + value.byteLength + 8 * columns;
  const what = `explaining by ${columns} features`;
  requireMemory(net.engine, blocks + copies + lists, 'data', what, 'fewer features or rows');
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
function topFeatures(
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

function meanCoherence(units: readonly UnitExplanation[]): number | null {
  const known = units.flatMap((unit) => (unit.coherence === null ? [] : [unit.coherence]));
  return known.length ? known.reduce((a, b) => a + b, 0) / known.length : null;
}

function* ones(length: number): Steps<Float32Array> {
  const values = new Float32Array(length);
  for (let from = 0; from < length; from += LOOKED) {
    values.fill(1, from, from + LOOKED);
    yield;
  }
  return values;
}

/** Presence as sparse rows of ones, whatever form the variables have. */
function* presentFeatures(engine: Engine, variables: Variables): Steps<SparseMatrix> {
  if (variables.kind === 'rows') {
    const { rows, variables: columns, start, index } = variables;
    return { kind: 'sparse', rows, columns, start, index, value: yield* ones(index.length) };
  }
  const { rows, variables: columns } = variables;
  const on = (r: number, c: number) =>
    variables.kind === 'bits' && ((variables.bits[c * variables.words * 8 + (r >> 3)]! >> (r & 7)) & 1) === 1;
  yield;
  const start = new Int32Array(rows + 1);
  const height = Math.ceil(LOOKED / columns);
  for (let r = 0; r < rows; r++) {
    start[r + 1] = start[r]!;
    for (let c = 0; c < columns; c++) if (on(r, c)) start[r + 1]!++;
    if (r % height === 0) yield;
  }
  const arrays = variables.kind === 'bits' ? variables.bits.length + 4 * rows + 8 * start[rows]! : 0;
  requireMemory(engine, arrays, 'data', `explaining by ${start[rows]} values that are present`, 'fewer rows');
  yield;
  const index = new Int32Array(start[rows]!);
  for (let r = 0, size = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) if (on(r, c)) index[size++] = c;
    if (r % height === 0) yield;
  }
  return { kind: 'sparse', rows, columns, start, index, value: yield* ones(index.length) };
}
