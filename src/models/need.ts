import type { Dataset, Matrix } from '../data/dataset.js';
import type { Outline } from '../data/outline.js';
import { LANES, tilesFor } from '../layers/batch.js';
import type { Address } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';
import { bytesBeside } from '../runtime/rehearsal.js';
import { classWeightsOf } from '../training/class-weights.js';
import { fitArrays } from '../training/fit-arrays.js';
import type { FitSettings } from '../training/fit-options.js';
import type { BoundLoss } from '../training/losses.js';
import { createOptimizer } from '../training/optimizer.js';
import type { Computation } from './computation.js';

/** Room for the outputs of a batch by rows, and where a loss is wanted for that. */
export class OutputRoom {
  readonly gradient: Address;
  readonly rowMajor: Address;
  readonly loss: BoundLoss | undefined;

  constructor(engine: Engine, scope: Scope, { loss }: Computation, size: number, wanted: boolean) {
    const bytes = tilesFor(size) * LANES * loss.outputs * 4;
    this.gradient = scope.bytes(bytes);
    this.rowMajor = scope.bytes(bytes);
    this.loss = wanted ? loss.prepare(engine, scope, size) : undefined;
  }
}

/** By network and batch size, of dense rows: a rehearsal would take longer than a small net's predictions. */
const rehearsed = new WeakMap<Computation, Map<number, number>>();

/** Bytes that predict and evaluate need. */
export function runBytes(
  engine: Engine,
  network: Computation,
  data: Dataset,
  { size, loss, arrays }: { size: number; loss: boolean; arrays: number },
): number {
  const rehearse = () =>
    bytesBeside(
      engine,
      (dry) => network.on(dry),
      (dry, net) => reserveRun(dry, net, data, size, loss),
    );
  const key = loss ? -size : size;
  const known = rehearsed.get(network) ?? new Map<number, number>();
  rehearsed.set(network, known);
  // Those of sparse rows depend on how full they are.
  const memory = (data.features.kind === 'dense' ? known.get(key) : undefined) ?? rehearse();
  if (data.features.kind === 'dense') known.set(key, memory);
  return memory + arrays + outputBytes(network, data);
}

/** fit's settings, and what is known of its validation rows. */
export type FitNeeds = Omit<FitSettings, 'validation'> & { readonly validation?: Outline | undefined };

/** Bytes of the engine's memory that fit needs. `train` of a stream has the fullest rows of a batch. */
export function fitMemory(engine: Engine, network: Computation, train: Outline, settings: FitNeeds): number {
  const { validation, optimizer } = settings;
  const weights = classWeightsOf(settings.classWeights, train.targets!, network.loss.outputs, train.classRows);
  const batchSize = Math.min(settings.batchSize, train.rows);
  const length = network.trainedLength ?? network.parameters.length;
  return bytesBeside(
    engine,
    (dry) => network.on(dry),
    (dry, net) => {
      net.startTraining(train, batchSize, weights);
      createOptimizer(dry, dry.scope(), length, optimizer);
      if (validation) reserveRun(dry, net, validation, Math.min(batchSize, validation.rows), true);
      // The order of an epoch, before it is copied.
      dry.arena.allocate(train.rows * 4);
    },
  );
}

/** Bytes that fit needs beside copies of its data. */
export function fitBytes(
  engine: Engine,
  network: Computation,
  train: Outline,
  settings: FitNeeds,
  copies: number,
): number {
  const { validation } = settings;
  const length = network.trainedLength ?? network.parameters.length;
  const memory = fitMemory(engine, network, train, settings);
  const evaluation = validation ? outputBytes(network, validation) : 0;
  return memory + copies + fitArrays(network.parameters.length, length, train.rows, evaluation, settings);
}

/** Bytes of a matrix that was made of another one; none where it is that one. */
export function madeBytes(made: Matrix, given: Matrix): number {
  return made === given ? 0 : valueBytes(made);
}

/** Bytes of the numbers alone: what a transform makes anew. */
export function valueBytes(features: Matrix): number {
  return (features.kind === 'sparse' ? features.value : features.values).byteLength;
}

function reserveRun(dry: Engine, net: Computation, data: Outline, size: number, loss: boolean): void {
  const scope = dry.scope();
  new OutputRoom(dry, scope, net, size, loss);
  net.reserve(data, size).dispose();
  scope.dispose();
}

/** Outputs of all rows; and the classes, or the order of a task's scores. */
function outputBytes({ loss }: Computation, { rows }: Outline): number {
  return rows * (loss.outputBytes * loss.outputs + (loss.kind === 'values' ? 0 : 4));
}
