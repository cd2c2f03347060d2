import type { WebAbortSignal } from '../check/option.js';
import type { Dataset, Targets } from '../data/dataset.js';
import type { Outline } from '../data/outline.js';
import type { ShardFacts } from '../data/stream-census.js';
import { reopened } from '../data/stream-shard.js';
import type { Streamed } from '../data/streamed.js';
import { Sha256 } from '../files/sha256.js';
import { requireMemory } from '../runtime/budget.js';
import { Pace } from '../runtime/pace.js';
import { argmax } from '../training/class-metrics.js';
import { type ClassWeights, classWeightsOf } from '../training/class-weights.js';
import type { Trainable } from '../training/fit.js';
import type { FitSettings } from '../training/fit-options.js';
import type { Outputs } from '../training/losses.js';
import { confusionBytes, type Evaluation, metrics } from '../training/metrics.js';
import { ShardFeed, windowRows } from '../training/shard-feed.js';
import { meanLoss } from './finite-rows.js';
import type { AssessOptions, NetParts, RunSettings } from './net-parts.js';
import { otherClass, placesOf, type TargetInfo } from './target.js';

/** What training needs of a stream. */
export async function takenFrom(
  net: NetParts,
  stream: Streamed,
  settings: FitSettings,
  pace: Pace,
): Promise<{
  data: Outline;
  held: Outline;
  weights: ClassWeights | undefined;
  copies: number;
  feed: NonNullable<Trainable['feed']>;
  identity: Record<string, unknown>;
}> {
  const { census } = stream;
  const data = alignedOutline(census.outline(settings.batchSize), net.target);
  const { classWeights, batchSize, signal } = settings;
  return {
    data,
    held: { ...data, rows: windowRows(stream, batchSize) },
    weights: classWeightsOf(classWeights, data.targets!, net.network.loss.outputs, data.classRows),
    copies: windowBytes(stream, batchSize),
    feed: (batchSize, seed) => {
      const prepare = (shard: Dataset, argument: string) => net.prepared(shard, argument, true, pace);
      return new ShardFeed(net.engine, stream, batchSize, seed, prepare, signal);
    },
    identity: { window: stream.window, 'shards data': digest(census.shards) },
  };
}

/** Of what the first pass saw. */
function digest(shards: readonly ShardFacts[]): string {
  return new Sha256().update(new TextEncoder().encode(JSON.stringify(shards))).hex();
}

/** With the rows of each class of the net. RangeError for rows of a class that it does not know. */
function alignedOutline(data: Outline, target: TargetInfo): Outline {
  const { targets, classRows } = data;
  if (targets?.kind !== 'classes' || !classRows) return data;
  const places = placesOf(targets, target, 'train');
  const aligned = new Float64Array(target.outputs);
  classRows.forEach((rows, id) => {
    if (rows === 0) return;
    const place = places ? places[id] : id;
    if (place === undefined) throw otherClass(targets, id, target, 'train');
    aligned[place]! += rows;
  });
  return { ...data, classRows: aligned };
}

/** Bytes of the rows of a window, as many entries a row as there are on average, and of two shards of average size beside it. */
function windowBytes(stream: Streamed, batchSize: number): number {
  const { census, shards } = stream;
  const { rows, columns, entries } = census;
  const { features } = census.outline(0);
  const row =
    features.kind === 'sparse' ? 4 + (8 * entries) / rows : columns * (features.values.BYTES_PER_ELEMENT as number);
  return Math.ceil(row * (windowRows(stream, batchSize) + (2 * rows) / shards.length));
}

/** The rows of each shard, in the order given, as the net computes with them. */
async function* preparedShards(
  net: NetParts,
  stream: Streamed,
  labelled: boolean,
  signal: WebAbortSignal | undefined,
): AsyncGenerator<Dataset> {
  const pace = new Pace(signal);
  for (let s = 0; s < stream.shards.length; s++)
    yield await net.prepared(await reopened(stream, s, signal), `shards[${s}]`, labelled, pace);
}

/** predict over a stream. */
export async function runStream(net: NetParts, stream: Streamed, options: RunSettings) {
  const outputs = await collected(net, stream, preparedShards(net, stream, false, options.signal), (rows) =>
    net.run(rows, options),
  );
  return net.target.kind === 'classes' ? { outputs, classes: argmax(outputs, net.target.outputs) } : { outputs };
}

/** evaluate over a stream: the outputs and labels of all rows are held, not the rows. */
export async function assessStream(
  net: NetParts,
  stream: Streamed,
  options: RunSettings,
  { brief = false }: AssessOptions,
): Promise<Evaluation> {
  const loss = { sum: 0, weight: 0 };
  const { target } = net;
  let targets: Targets | undefined;
  let at = 0;
  const arrays = brief ? 0 : confusionBytes(target);
  const outputs = await collected(net, stream, preparedShards(net, stream, true, options.signal), async (rows) => {
    const some = rows.targets!;
    targets ??= roomFor(some, rows.rows, stream.rows);
    targets.values.set(some.values as never, at);
    at += some.values.length;
    return net.run(rows, options, { loss, arrays });
  });
  return { loss: meanLoss(loss), rows: stream.rows, ...metrics(outputs, targets!, { target, brief }) };
}

function roomFor(targets: Targets, rows: number, all: number): Targets {
  const { values } = targets;
  const kind = values.constructor as Int32ArrayConstructor;
  return { ...targets, values: new kind((values.length / rows) * all) } as Targets;
}

/** The outputs of all shards. */
async function collected(
  net: NetParts,
  stream: Streamed,
  shards: AsyncIterable<Dataset>,
  run: (rows: Dataset) => Promise<Outputs>,
): Promise<Outputs> {
  const { loss } = net.network;
  const { rows } = stream;
  const bytes = rows * loss.outputs * loss.outputBytes;
  requireMemory(net.engine, bytes, 'data', `the outputs of ${rows} ${net.unit}`, `fewer ${net.unit}`);
  const outputs = loss.room(rows);
  let at = 0;
  for await (const shard of shards) {
    const some = await run(shard);
    outputs.set(some, at);
    at += some.length;
  }
  return outputs;
}
