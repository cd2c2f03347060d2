import { complete } from '../../check/complete.js';
import { type Options, type OptionsOf, SEED, SIGNAL } from '../../check/option.js';
import { Dataset, type Matrix, type RowMatrix, type Targets } from '../../data/dataset.js';
import { checkMatrix } from '../../data/matrix.js';
import { checkTargets } from '../../data/targets.js';
import { LANES, type RowBatch, type TileBatch } from '../../layers/batch.js';
import { plus } from '../../runtime/address.js';
import { requireMemory } from '../../runtime/budget.js';
import { Pace } from '../../runtime/pace.js';
import { Purpose, permutation } from '../../runtime/random.js';
import { bytesBeside } from '../../runtime/rehearsal.js';
import { inTurns } from '../../runtime/steps.js';
import type { Outputs } from '../../training/losses.js';
import { metrics } from '../../training/metrics.js';
import { valueBytes } from '../need.js';
import { Columns } from './explain-columns.js';
import { addInputGradient, Gradients } from './explain-gradient.js';
import { changedRows, withValuesOf } from './explain-permuted.js';
import type { Looked } from './looked.js';

/** Options of importance. */
export const IMPORTANCE = {
  repeats: {
    kind: 'integer',
    from: 1,
    to: 10_000,
    default: 5,
    doc: 'Permutations of the rows; all features go through the same ones.',
  },
  seed: SEED,
  top: {
    kind: 'integer',
    from: 1,
    default: 20,
    doc: 'Features to look at, of a table columns: of more, those to which the loss is most sensitive, by the mean of |gradient × value| over at most 512 of the rows.',
  },
  minRows: {
    kind: 'integer',
    from: 1,
    default: 5,
    doc: 'Features that are 0 in all but fewer rows are passed over, unless they are named.',
  },
  features: {
    kind: 'list',
    of: { kind: 'integer', from: 0, doc: 'A feature.' },
    least: 1,
    distinct: true,
    defaultDoc: 'those that top chooses',
    flag: false,
    doc: "The features to look at, by number; any of a column's stands for the column.",
  },
  signal: SIGNAL,
} as const satisfies Options;

export type ImportanceOptions = OptionsOf<typeof IMPORTANCE>;

export interface FeatureImportance {
  /** Its number; of a table's column the first of its features. */
  feature: number;
  /** The feature's name, or its number as text; the column's. */
  name: string;
  /** Rows in which it, or a feature of its column, is not 0. */
  rows: number;
  /** By how much the metric is worse when its values change places: mean over the repeats. */
  importance: number;
  /** Standard deviation over the repeats; 0 for a single one. */
  deviation: number;
}

export interface Importance {
  rows: number;
  metric: 'accuracy' | 'meanAuc' | 'rmse';
  /** Of the rows as they are. */
  value: number;
  repeats: number;
  seed: number;
  /** The most important first. */
  features: FeatureImportance[];
  /** How many features or columns in at least minRows rows there were to choose from. */
  candidates: number;
}

/** Rows that the sensitivity of many features is taken on, and how many at a time. */
const LOOKED_AT = 512;
const BATCH = 128;
const METRICS = { classes: 'accuracy', tasks: 'meanAuc', values: 'rmse' } as const;

/**
 * Permutation importance: Breiman, "Random Forests" (2001); as a property of a model, whatever its kind, Fisher, Rudin, Dominici, "All Models are Wrong, but Many are Useful"
 * (JMLR 2019). Row r gets the values that row p(r) has, p a permutation of the seed and the repeat. Only rows that change are predicted anew.
 */
export async function importance(looked: Looked, asked: ImportanceOptions = {}): Promise<Importance> {
  const options = complete(IMPORTANCE, asked, 'importance');
  const { repeats, seed, top, minRows, signal } = options;
  const { given, net } = looked;
  const { network, featureNames: names, target } = net;
  const unknown = options.features?.find((f) => f >= given.columns);
  if (unknown !== undefined)
    throw new RangeError(`features: expected features from 0 to ${given.columns - 1}, got ${unknown}`);
  const pace = new Pace(signal);
  const columns = new Columns(given, names);
  // The rows, those changed and what the net makes of them; outputs; and, per column, in how many rows it is.
  const arrays = 3 * matrixBytes(given.features) + 24 * given.rows * target.outputs + 16 * given.columns;
  requireMemory(network.engine, arrays + looked.copies, 'data', 'permuting these rows', 'fewer rows');
  // Of what they are now: others may write to them.
  const features = copyOf(given.features as RowMatrix);
  const targets = copyOfTargets(looked.data);
  const present = presentRows(features, columns);
  const candidates = Array.from(present.keys()).filter((c) => present[c]! >= minRows);
  const chosen = options.features
    ? [...new Set(options.features.map((f) => columns.of(f)))]
    : candidates.length <= top
      ? candidates
      : await mostSensitive(looked, targets, columns, candidates, top, pace);
  const { outputs } = await net.predict(new Dataset(features), { signal });
  const metric = METRICS[target.kind];
  const measure = (of: Outputs) => measured(of, targets, metric);
  const value = measure(outputs);
  if (value === null)
    throw new RangeError('data: expected rows with and without the label of at least one task, got none');
  const orders = Array.from({ length: repeats }, (_, k) =>
    permutation(network.engine, given.rows, seed, Purpose.importance, k),
  );
  const found: FeatureImportance[] = [];
  for (const c of chosen) {
    const { feature, width, name } = columns.at(c);
    const drops: number[] = [];
    for (const order of orders) {
      const rows = await changedRows(features, feature, width, order, pace);
      const permuted = outputs.slice();
      if (rows.length > 0) {
        const matrix = await withValuesOf(features, feature, width, rows, order, pace);
        const { outputs: changed } = await net.predict(new Dataset(matrix), { signal });
        for (const [i, row] of rows.entries())
          permuted.set(changed.subarray(i * target.outputs, (i + 1) * target.outputs), row * target.outputs);
      }
      const after = measure(permuted)!;
      drops.push(metric === 'rmse' ? after - value : value - after);
      if (pace.due) await pace.turn();
    }
    const mean = drops.reduce((a, b) => a + b, 0) / repeats;
    const squares = drops.reduce((sum, drop) => sum + (drop - mean) ** 2, 0);
    const deviation = repeats > 1 ? Math.sqrt(squares / (repeats - 1)) : 0;
    found.push({ feature, name, rows: present[c]!, importance: mean, deviation });
  }
  await pace.end();
  found.sort((a, b) => b.importance - a.importance || a.feature - b.feature);
  return { rows: given.rows, metric, value, repeats, seed, features: found, candidates: candidates.length };
}

function matrixBytes(matrix: Matrix): number {
  return valueBytes(matrix) + (matrix.kind === 'sparse' ? matrix.start.byteLength + matrix.index.byteLength : 0);
}

function copyOf(matrix: RowMatrix): RowMatrix {
  checkMatrix(matrix);
  return matrix.kind === 'dense'
    ? { ...matrix, values: matrix.values.slice() }
    : { ...matrix, start: matrix.start.slice(), index: matrix.index.slice(), value: matrix.value.slice() };
}

function copyOfTargets({ targets, rows }: Dataset): Targets {
  checkTargets(targets!, rows);
  return { ...targets!, values: targets!.values.slice() } as Targets;
}

function measured(outputs: Outputs, targets: Targets, metric: Importance['metric']): number | null {
  return metrics(outputs, targets, { brief: true })[metric] ?? null;
}

/** In how many rows a column is not 0. */
function presentRows(matrix: RowMatrix, columns: Columns): Int32Array {
  const counts = new Int32Array(columns.count);
  const seen = new Int32Array(columns.count).fill(-1);
  const add = (row: number, feature: number, x: number) => {
    const c = columns.of(feature);
    if (x === 0 || seen[c] === row) return;
    seen[c] = row;
    counts[c]!++;
  };
  for (let r = 0; r < matrix.rows; r++) {
    if (matrix.kind === 'sparse')
      for (let e = matrix.start[r]!; e < matrix.start[r + 1]!; e++) add(r, matrix.index[e]!, matrix.value[e]!);
    else for (let f = 0; f < matrix.columns; f++) add(r, f, matrix.values[r * matrix.columns + f]!);
  }
  return counts;
}

/** The columns on which the loss hangs most, by the mean of the sum of |gradient × value| over their features: of rows spread evenly. */
async function mostSensitive(
  { net: { network: net }, data, copies }: Looked,
  targets: Targets,
  columns: Columns,
  candidates: readonly number[],
  top: number,
  pace: Pace,
): Promise<number[]> {
  const { engine } = net;
  const { features } = data;
  const count = Math.min(LOOKED_AT, data.rows);
  const rows = Int32Array.from({ length: count }, (_, i) => Math.floor((i * data.rows) / count));
  const batch = Math.min(BATCH, count);
  const lay = (on: typeof engine, made: typeof net) => {
    const scope = on.scope();
    return { scope, gradients: new Gradients(made, features, batch), bound: made.loss.prepare(on, scope, batch) };
  };
  const bytes = bytesBeside(engine, (dry) => net.on(dry), lay);
  requireMemory(engine, bytes + copies + 24 * data.columns, 'data', 'looking for features', 'fewer columns or units');
  const { scope, gradients, bound } = lay(engine, net);
  try {
    const found = new Float64Array(columns.count);
    const gradient = new Float64Array(data.columns);
    for (let from = 0; from < count; from += batch) {
      const some = rows.subarray(from, from + batch);
      const logits = await gradients.forward(features, some, pace);
      const { weight } = await bound.gradient(gradients.deltas.at(-1)!, logits, targets, some, pace);
      await gradients.backward(pace);
      for (let s = 0; s < some.length; s++) {
        const { index, value } = rowOf(gradients, s, data.columns);
        gradient.fill(0);
        for (const { layer, delta } of gradients.roots) {
          const { units } = layer;
          const tile = engine.f32(plus(delta, Math.floor(s / LANES) * units * LANES * 4), units * LANES);
          const slope = Float64Array.from({ length: units }, (_, u) => weight * tile[u * LANES + (s % LANES)]!);
          await inTurns(addInputGradient(engine, layer, slope, index, gradient), pace);
        }
        index.forEach((f, i) => {
          found[columns.of(f)]! += Math.abs(gradient[f]! * value[i]!) / count;
        });
      }
    }
    return [...candidates].sort((a, b) => found[b]! - found[a]! || a - b).slice(0, top);
  } finally {
    gradients.dispose();
    scope.dispose();
  }

  /** A row of the batch as it stands in the engine's memory. */
  function rowOf(of: Gradients, s: number, width: number): { index: Int32Array; value: Float32Array } {
    const { batch: loaded } = of.space;
    if (loaded.kind === 'tiles') {
      const tile = engine.f32(plus((loaded as TileBatch).at, Math.floor(s / LANES) * width * LANES * 4), width * LANES);
      const value = Float32Array.from({ length: width }, (_, f) => tile[f * LANES + (s % LANES)]!);
      return {
        index: Int32Array.from(value.keys()).filter((f) => value[f] !== 0),
        value: value.filter((x) => x !== 0),
      };
    }
    const { start, index, value, capacity } = loaded as RowBatch;
    const [first, end] = engine.i32(start, s + 2).subarray(s);
    return {
      index: engine.i32(index, capacity).slice(first, end),
      value: engine.f32(value, capacity).slice(first, end),
    };
  }
}
