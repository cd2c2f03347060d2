import { complete } from '../../check/complete.js';
import { type Options, type OptionsOf, SIGNAL } from '../../check/option.js';
import type { RowMatrix } from '../../data/dataset.js';
import { LANES, tilesFor } from '../../layers/batch.js';
import type { DenseUnits } from '../../layers/dense-units.js';
import type { Linear } from '../../layers/linear.js';
import { type Address, plus } from '../../runtime/address.js';
import { requireMemory } from '../../runtime/budget.js';
import type { Engine } from '../../runtime/engine.js';
import { Pace } from '../../runtime/pace.js';
import { bytesBeside } from '../../runtime/rehearsal.js';
import { inTurns } from '../../runtime/steps.js';
import { requireFiniteRows } from '../finite-rows.js';
import { kindOf } from './explain.js';
import { Columns } from './explain-columns.js';
import { addInputGradient, fillUnits, Gradients } from './explain-gradient.js';
import { numbersOf, type Way, wayTo } from './explain-way.js';
import type { Looked } from './looked.js';
import type { Network } from './network.js';

/** Options of explainRow. */
export const EXPLAIN_ROW = {
  row: { kind: 'integer', from: 0, default: 0, flag: false, doc: 'The row, counted from 0.' },
  output: {
    kind: 'integer',
    from: 0,
    defaultDoc: 'the class predicted, the most probable task, the first value',
    flag: false,
    doc: 'The class, task or value to explain, by number.',
  },
  against: {
    kind: 'integer',
    from: 0,
    defaultDoc: 'none',
    flag: false,
    doc: "A class to set it against: contributions are then to the difference of the two classes' outputs.",
  },
  top: { kind: 'integer', from: 1, default: 10, doc: 'Units, and features of each and in all, to name.' },
  baseline: {
    kind: 'choice',
    of: ['zero', 'mean'],
    default: 'zero',
    doc: "The row that features are measured from: zero where the first layer sees it (no word; after 'standard', the mean of the training rows), or the mean of the rows given.",
  },
  steps: {
    kind: 'integer',
    from: 1,
    to: 2 ** 20,
    default: 256,
    doc: 'Points on the way from there to the row at which gradients are taken: more leave a smaller error.',
  },
  signal: SIGNAL,
} as const satisfies Options;

export type ExplainRowOptions = OptionsOf<typeof EXPLAIN_ROW>;

/** What a feature, or all features of a table's column, adds. */
export interface FeatureContribution {
  /** Its number; of a column the first of its features. */
  feature: number;
  /** The feature's name, or its number as text; the column's. */
  name: string;
  /** As it stands in the row: a number, or a category; null for a cell that was missing, or a category not known. */
  value: number | string | null;
  contribution: number;
}

/** What a unit adds. */
export interface UnitContribution {
  kind: 'sparse' | 'global' | 'skip';
  /** Hidden layer, counted from 0; of a skip unit its path. */
  layer: number;
  unit: number;
  activation: number;
  /** Weight times activation. */
  contribution: number;
  /** The same at the baseline. */
  baseline: number;
  /** The features that make most of the difference of the two. */
  features: FeatureContribution[];
}

export interface RowExplanation {
  row: number;
  /** The output explained, its name or number as text, and what the net says of it: a probability or a value. */
  output: number;
  name: string;
  prediction: number;
  against: number | null;
  /** logit: before softmax or sigmoid, in nats; value: in the unit of the training targets. */
  scale: 'logit' | 'value';
  /** The output on that scale; with `against`, less the other's. bias + the contributions of all units, but for rounding; of a net without hidden layers, of all features from the baseline zero. */
  total: number;
  /** The same of the baseline. */
  baseline: number;
  bias: number;
  /** Those that feed the output, the largest contributions first, and the sum of all others. */
  units: UnitContribution[];
  otherUnits: number;
  /** The largest first, and the sum of all others. All together: total - baseline - error. */
  features: FeatureContribution[];
  otherFeatures: number;
  /** What the features leave unexplained, of steps and rounding. */
  error: number;
}

/** Rows of the way at a time. */
const CHUNK = 128;

/** A unit that feeds the output: of the last hidden layer, or of a skip-path. */
interface Feeding {
  readonly kind: UnitContribution['kind'];
  readonly layer: number;
  readonly unit: number;
  readonly weight: number;
  readonly activation: number;
  readonly contribution: number;
  readonly baseline: number;
}

/**
 * What an output of one row rests on. Integrated gradients: Sundararajan, Taly, Yan, "Axiomatic Attribution for Deep Networks" (ICML 2017), by the midpoint rule; a feature's
 * share through one unit is the same integral over the ways through that unit.
 */
export async function explainRow(
  { net: whole, data, given, copies }: Looked,
  asked: ExplainRowOptions = {},
): Promise<RowExplanation> {
  const options = complete(EXPLAIN_ROW, asked, 'explainRow');
  const { row, top, steps } = options;
  const { network: net, featureNames: names, target } = whole;
  if (row >= data.rows) throw new RangeError(`row: expected one from 0 to ${data.rows - 1}, got ${row}`);
  for (const [name, output] of Object.entries({ output: options.output, against: options.against })) {
    if (output !== undefined && output >= target.outputs)
      throw new RangeError(`${name}: expected an output from 0 to ${target.outputs - 1}, got ${output}`);
  }
  if (options.against !== undefined && target.kind !== 'classes')
    throw new RangeError(`against: is for classes, but this net predicts ${target.kind}`);
  const pace = new Pace(options.signal);
  const { engine } = net;
  const way = wayTo(data.features as RowMatrix, row, options.baseline);
  const raw = numbersOf(given.features as RowMatrix, row);
  const first = way.rows(Float64Array.of(1, 0));
  const batch = Math.min(CHUNK, Math.max(2, steps));
  const widest = way.rows(new Float64Array(batch));
  const bytes = bytesBeside(
    engine,
    (dry) => net.on(dry),
    (_, made) => new Gradients(made, widest, batch),
  );
  const arrays = 8 * (2 * data.columns + 3 * batch * way.features.length);
  requireMemory(engine, bytes + copies + arrays, 'data', 'explaining a row', 'fewer columns or units');
  const gradients = new Gradients(net, widest, batch);
  try {
    const logitsAt = await gradients.forward(first, Int32Array.of(0, 1), pace);
    const lanes = (at: Address, units: number) => [0, 1].map((lane) => laneOf(engine, at, units, lane));
    const logits = lanes(logitsAt, target.outputs);
    for (const values of logits) requireFiniteRows(values, target.outputs, 'outputs', row);
    const hidden = net.layers.length - 1;
    const last = hidden > 0 ? lanes(gradients.space.activations[hidden - 1]!, net.layers[hidden - 1]!.units) : [];
    const skips = net.paths.map(({ hidden: { units } }, p) => lanes(gradients.space.paths[p]!, units));
    await net.loss.activate(engine, logitsAt, 1, pace);
    const room = net.loss.room(1);
    net.loss.put(room, 0, laneOf(engine, logitsAt, target.outputs, 0));
    const output = options.output ?? (target.kind === 'values' ? 0 : room.indexOf(Math.max(...room)));
    const { against } = options;
    if (against === output)
      throw new RangeError(`against: expected another class than the one explained, ${output}, got ${against}`);
    const scale = target.deviation?.[output] ?? 1;
    const chosen: [number, number][] = [
      [output, 1],
      ...(against === undefined ? [] : [[against, -1] as [number, number]]),
    ];
    const along = (values: ArrayLike<number>) => chosen.reduce((sum, [o, sign]) => sum + sign * values[o]!, 0);
    const biases = engine.f32(net.layers[hidden]!.bias, target.outputs);
    const shift = target.mean?.[output] ?? 0;
    const feeding = (
      layer: Linear,
      [here, there]: readonly Float32Array[],
      place: (unit: number) => Pick<Feeding, 'kind' | 'layer'>,
    ) => {
      const { weight } = layer.dense as DenseUnits;
      const all = engine.f32(weight, layer.units * layer.inputs);
      return Array.from(here!, (activation, unit): Feeding => {
        const w = scale * along(chosenWeights(all, layer.inputs, unit, target.outputs));
        return {
          ...place(unit),
          unit,
          weight: w,
          activation,
          contribution: w * activation,
          baseline: w * there![unit]!,
        };
      });
    };
    const units = [
      ...(hidden > 0
        ? feeding(net.layers[hidden]!, last, (unit) => ({
            kind: kindOf(net.layers[hidden - 1]!, unit),
            layer: hidden - 1,
          }))
        : []),
      ...net.paths.flatMap((path, p) => feeding(path.output, skips[p]!, () => ({ kind: 'skip', layer: p }))),
    ];
    const bias = shift + scale * along(biases);
    units.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
    const shown = units.slice(0, top).filter(({ contribution, baseline }) => contribution !== 0 || baseline !== 0);
    const slopes = await meanSlopes(net, gradients, way, { steps, batch, chosen, scale, shown }, pace);
    const columns = new Columns(given, names);
    const parts: FeatureContribution[][] = [];
    for (const slope of slopes) parts.push(await contributions(engine, gradients, way, slope, columns, raw, pace));
    const features = parts[0]!;
    const total = shift + scale * along(logits[0]!);
    const baseline = shift + scale * along(logits[1]!);
    const sum = (list: readonly { contribution: number }[]) =>
      list.reduce((s, { contribution }) => s + contribution, 0);
    await pace.end();
    return {
      row,
      output,
      name: target.names?.[output] ?? String(output),
      prediction: room[output]!,
      against: against ?? null,
      scale: target.kind === 'values' ? 'value' : 'logit',
      total,
      baseline,
      bias,
      units: shown.map(({ weight: _, ...unit }, i) => ({ ...unit, features: parts[i + 1]!.slice(0, top) })),
      otherUnits: sum(units) - sum(shown),
      features: features.slice(0, top),
      otherFeatures: sum(features.slice(top)),
      error: total - baseline - sum(features),
    };
  } finally {
    gradients.dispose();
  }
}

/** An accessor of one unit's weights to all outputs. W: [outputs][units]. */
function chosenWeights(weights: Float32Array, units: number, unit: number, outputs: number): ArrayLike<number> {
  return Float64Array.from({ length: outputs }, (_, o) => weights[o * units + unit]!);
}

/** One row's numbers of a tile of [units][32]. */
function laneOf(engine: Engine, at: Address, units: number, lane: number): Float32Array {
  const tile = engine.f32(at, units * LANES);
  return Float32Array.from({ length: units }, (_, u) => tile[u * LANES + lane]!);
}

interface SlopesAsked {
  readonly steps: number;
  readonly batch: number;
  readonly chosen: readonly (readonly [number, number])[];
  readonly scale: number;
  readonly shown: readonly Feeding[];
}

/** Mean gradients over the way of the roots' sums: of the output, then of the output through each unit shown. [which][root]. */
async function meanSlopes(
  net: Network,
  gradients: Gradients,
  way: Way,
  { steps, batch, chosen, scale, shown }: SlopesAsked,
  pace: Pace,
): Promise<Float64Array[][]> {
  const { engine } = net;
  const { roots } = gradients;
  const sums = Array.from({ length: 1 + shown.length }, () => roots.map(({ layer }) => new Float64Array(layer.units)));
  for (let from = 0; from < steps; from += batch) {
    const live = Math.min(batch, steps - from);
    const tiles = tilesFor(live);
    const shares = Float64Array.from({ length: live }, (_, s) => (from + s + 0.5) / steps);
    await gradients.forward(way.rows(shares), Int32Array.from(shares.keys()), pace);
    const add = (which: number, isReached: (root: number) => boolean) => {
      for (const [r, { layer, delta }] of roots.entries()) {
        if (!isReached(r)) continue;
        const out = sums[which]![r]!;
        for (let s = 0; s < live; s += LANES) {
          const tile = engine.f32(plus(delta, s * layer.units * 4), layer.units * LANES);
          const lanes = Math.min(LANES, live - s);
          for (let u = 0; u < layer.units; u++)
            for (let lane = 0; lane < lanes; lane++) out[u]! += tile[u * LANES + lane]! / steps;
        }
      }
    };
    const outputs = net.layers.at(-1)!.units;
    const seeds = chosen.map(([o, sign]) => [o, sign * scale] as const);
    fillUnits(engine, gradients.deltas.at(-1)!, outputs, tiles, seeds);
    await gradients.backward(pace);
    add(0, () => true);
    for (const [i, { kind, layer, unit, weight }] of shown.entries()) {
      if (kind === 'skip') {
        const { hidden, from: level } = net.paths[layer]!;
        fillUnits(engine, gradients.pathDeltas[layer]!, hidden.units, tiles, [[unit, weight]]);
        await gradients.backwardFromPath(layer, pace);
        add(1 + i, (r) => (level === 0 ? roots[r]!.layer === hidden : r === 0));
      } else {
        fillUnits(engine, gradients.deltas[layer]!, net.layers[layer]!.units, tiles, [[unit, weight]]);
        await gradients.backwardFromLayer(layer, pace);
        add(1 + i, (r) => r === 0);
      }
      if (pace.due) await pace.turn();
    }
  }
  return sums;
}

/** Change times mean gradient, by column, the largest first. */
async function contributions(
  engine: Engine,
  { roots }: Gradients,
  { features, change }: Way,
  slopes: readonly Float64Array[],
  columns: Columns,
  raw: (feature: number) => number,
  pace: Pace,
): Promise<FeatureContribution[]> {
  const reach = roots[0]!.layer.inputs;
  const gradient = new Float64Array(reach);
  for (const [r, { layer }] of roots.entries())
    await inTurns(addInputGradient(engine, layer, slopes[r]!, features, gradient), pace);
  const sums = new Map<number, number>();
  features.forEach((f, i) => {
    const column = columns.of(f);
    sums.set(column, (sums.get(column) ?? 0) + change[i]! * gradient[f]!);
  });
  return [...sums]
    .filter(([, contribution]) => contribution !== 0)
    .map(([column, contribution]) => {
      const { feature, name } = columns.at(column);
      return { feature, name, value: columns.valueOf(column, raw), contribution };
    })
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
}
