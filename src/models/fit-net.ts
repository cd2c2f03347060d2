import type { Dataset } from '../data/dataset.js';
import type { Outline } from '../data/outline.js';
import { isStream, type Streamed } from '../data/streamed.js';
import { requireMemory } from '../runtime/budget.js';
import { Pace } from '../runtime/pace.js';
import { inTurns, touching } from '../runtime/steps.js';
import { type ClassWeights, classWeightsOf } from '../training/class-weights.js';
import { type FitResult, fit, type Trainable } from '../training/fit.js';
import type { FitSettings } from '../training/fit-options.js';
import { fitBytes, fitMemory } from './need.js';
import type { NetParts } from './net-parts.js';
import { assessStream, takenFrom } from './stream-run.js';

export { assessStream, runStream } from './stream-run.js';

/** Weights whose vectors' first touch is not left to those that lay them out. */
const MANY = 2 ** 19;

/** What a stream or a dataset is to training. */
interface Taken {
  /** The rows, or what is known of them. */
  readonly data: Outline;
  /** The rows whose order is held, and otherwise the same. */
  readonly held: Outline;
  readonly weights: ClassWeights | undefined;
  /** Bytes of the rows that fit holds. */
  readonly copies: number;
  readonly feed?: Trainable['feed'];
  /** What must be equal to resume. */
  readonly identity?: Record<string, unknown>;
}

/** Trains a net on checked data by options that are completed. */
export async function fitNet(net: NetParts, train: Dataset | Streamed, settings: FitSettings): Promise<FitResult> {
  const { engine, network, unit } = net;
  const pace = new Pace();
  const taken = isStream(train, 'train')
    ? await takenFrom(net, train, settings, pace)
    : await prepared(net, train, settings, pace);
  const validation =
    settings.validation && !isStream(settings.validation, 'validation')
      ? await net.prepared(settings.validation, 'validation', true, pace)
      : settings.validation;
  const { data, held, weights, feed } = taken;
  const trainable: Trainable = {
    engine,
    seed: net.seed,
    parameters: network.parameters,
    ...(network.trainedLength === undefined ? {} : { trainedLength: network.trainedLength }),
    identity: { ...net.identity, ...taken.identity },
    startTraining: (rows, batchSize) => network.startTraining(rows, batchSize, weights),
    ...(feed ? { feed } : {}),
    evaluate: (rows, given) =>
      isStream(rows, 'validation')
        ? assessStream(net, rows, given, { brief: true })
        : net.assess(rows, given, { brief: true }),
    readers: net.readers,
  };
  const outlined = {
    ...settings,
    validation:
      validation && (isStream(validation, 'validation') ? validation.census.outline(settings.batchSize) : validation),
  };
  const copies = taken.copies + copiesOf(net, settings.validation);
  requireMemory(
    engine,
    fitBytes(engine, network, held, outlined, copies),
    'batchSize',
    `training this net with ${Math.min(settings.batchSize, data.rows)} ${unit} a batch`,
    `smaller batches or ${unit === 'images' ? 'smaller images' : 'fewer units'}`,
  );
  if (network.weights > MANY) await inTurns(touching(engine, fitMemory(engine, network, held, outlined)), pace);
  return fit(trainable, data, { ...settings, validation });
}

async function prepared(net: NetParts, train: Dataset, settings: FitSettings, pace: Pace): Promise<Taken> {
  const copies = copiesOf(net, train);
  const data = await net.prepared(train, 'train', true, pace);
  return {
    data,
    held: data,
    copies,
    weights: classWeightsOf(settings.classWeights, data.targets!, net.network.loss.outputs),
  };
}

function copiesOf(net: NetParts, data: Dataset | Streamed | undefined): number {
  return data && !isStream(data, 'data') ? net.transformBytes(data).kept : 0;
}
