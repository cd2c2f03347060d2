import { got } from '../check/phrase.js';
import type { Identity } from '../files/identity.js';
import type { Tensor } from '../files/safetensors.js';
import { damagedState, packState, unpackState } from '../files/state.js';
import { allFinite } from '../numeric/finite.js';
import type { Steps } from '../runtime/steps.js';
import { type Evaluation, type Monitor, score } from './metrics.js';

export interface EpochRecord {
  /** From 1. */
  epoch: number;
  learningRate: number;
  /** Mean training loss, with dropout. */
  loss: number;
  /** Without the confusion matrix and the lists by class, which `evaluate` tells. */
  validation?: Evaluation;
  seconds: number;
}

/** All that a run needs to go on to the same bits. */
export interface CheckpointState {
  epoch: number;
  batch: number;
  step: number;
  lossSum: number;
  lossWeight: number;
  history: EpochRecord[];
  bestEpoch: number;
  bestScore: number;
  bestLoss: number;
  scalars: number[];
}

/** What a state must be possible for. */
export interface CheckpointLimits {
  readonly epochs: number;
  /** Of an epoch. */
  readonly batches: number;
  /** Of validation; missing without. */
  readonly validationRows: number | undefined;
  readonly monitor: Monitor;
  /** State numbers of the optimiser. */
  readonly scalars: number;
  /** Of each vector. */
  readonly lengths: Readonly<Record<string, number>>;
}

const KEY = 'espalier.checkpoint';

/** Vectors that hold no number below 0: Adam's mean of squares. */
const SQUARES = 'square';

export function writeCheckpoint(
  identity: Identity,
  state: CheckpointState,
  vectors: Record<string, Float32Array>,
): Steps<Uint8Array<ArrayBuffer>> {
  const tensors: Record<string, Tensor> = {};
  for (const [name, data] of Object.entries(vectors)) tensors[name] = { shape: [data.length], data };
  const { bestScore, bestLoss } = state;
  // JSON has no infinities, which these are before the first evaluation.
  return packState(KEY, identity, { ...state, bestScore: named(bestScore), bestLoss: named(bestLoss) }, tensors);
}

/** TypeError when the bytes are not a checkpoint, RangeError when it is damaged or belongs to another run. */
export function readCheckpoint(
  bytes: Uint8Array,
  identity: Identity,
  limits: CheckpointLimits,
): { state: CheckpointState; vectors: Record<string, Float32Array> } {
  const { state: found, tensors } = unpackState(KEY, identity, bytes);
  const { bestScore, bestLoss } = found;
  const state = { ...found, bestScore: unnamed(bestScore), bestLoss: unnamed(bestLoss) } as CheckpointState;
  requirePossible(state, limits);
  const vectors: Record<string, Float32Array> = {};
  const chosen = limits.validationRows !== undefined && state.bestEpoch > 0;
  for (const [name, length] of Object.entries(limits.lengths)) {
    if (name === 'best' && !chosen) continue;
    vectors[name] = vectorOf(tensors, name, length);
  }
  return { state, vectors };
}

function named(x: number): number | string {
  return Number.isFinite(x) ? x : String(x);
}

function unnamed(x: unknown): unknown {
  return x === 'Infinity' || x === '-Infinity' ? Number(x) : x;
}

function vectorOf(tensors: Readonly<Record<string, Tensor>>, name: string, length: number): Float32Array {
  const data = tensors[name]?.data;
  if (!(data instanceof Float32Array) || data.length !== length)
    throw damagedState(`expected ${length} floats in '${name}', got ${data ? data.length : 'none'}`);
  if (!allFinite(data)) throw damagedState(`'${name}' holds numbers that are not finite`);
  if (name === SQUARES && data.some((x) => x < 0)) throw damagedState(`'${name}' holds squares below 0`);
  return data;
}

/** RangeError for a state that no run of these sizes has had. */
function requirePossible(state: CheckpointState, limits: CheckpointLimits): void {
  const { epoch, batch, step, lossSum, lossWeight, history, scalars } = state;
  const { epochs, batches } = limits;
  const counted = (name: string, n: unknown, most: number) => {
    if (!isCount(n) || n > most) throw damagedState(`expected ${name} from 0 to ${most}, got ${got(n)}`);
  };
  counted('epoch', epoch, epochs);
  // All of them where the signal came while the epoch was being validated.
  counted('batch', batch, epoch < epochs ? batches : 0);
  if (step !== epoch * batches + batch)
    throw damagedState(`expected step ${epoch * batches + batch} in epoch ${epoch}, got ${got(step)}`);
  for (const [name, sum] of Object.entries({ lossSum, lossWeight }))
    if (!isFrom0(sum) || (batch === 0 && sum !== 0))
      throw damagedState(`expected ${batch === 0 ? '0' : 'a finite number from 0'} for ${name}, got ${got(sum)}`);
  if (!Array.isArray(scalars) || scalars.length !== limits.scalars || !scalars.every(isShare))
    throw damagedState(`expected ${limits.scalars} state numbers of the optimiser, from 0 to 1`);
  if (!Array.isArray(history) || history.length !== epoch) throw damagedState(`expected a history of ${epoch} epochs`);
  history.forEach((record, e) => {
    requireRecord(record, e, limits);
  });
  requireBest(state, limits);
}

function requireRecord(record: EpochRecord | null, e: number, { validationRows }: CheckpointLimits): void {
  const bad = (what: string) => damagedState(`${what} in record ${e} of its history`);
  if (record?.epoch !== e + 1) throw bad(`expected epoch ${e + 1}, got ${got(record?.epoch)}`);
  const { learningRate, loss, seconds, validation } = record;
  for (const [name, x] of Object.entries({ learningRate, loss, seconds }))
    if (!isFrom0(x)) throw bad(`expected a finite ${name} from 0, got ${got(x)}`);
  if (validationRows === undefined ? validation !== undefined : !isEvaluation(validation, validationRows))
    throw bad(validationRows === undefined ? 'got an evaluation of no rows' : 'expected an evaluation');
}

function isEvaluation(found: Evaluation | null | undefined, rows: number): boolean {
  if (typeof found !== 'object' || found === null || found.rows !== rows) return false;
  const { loss, accuracy, balancedAccuracy, majorityAccuracy, meanAuc, auc = [], rmse, meanOnlyRmse, r2 } = found;
  const absent = (x: unknown) => x === undefined;
  return (
    isFrom0(loss) &&
    [accuracy, balancedAccuracy, majorityAccuracy].every((x) => absent(x) || isShare(x)) &&
    Array.isArray(auc) &&
    [meanAuc, ...auc].every((x) => absent(x) || x === null || isShare(x)) &&
    [rmse, meanOnlyRmse].every((x) => absent(x) || isFrom0(x)) &&
    (absent(r2) || r2 === null || (Number.isFinite(r2) && r2! <= 1))
  );
}

/** The best epoch follows from the history. */
function requireBest(
  { history, epoch, bestEpoch, bestScore, bestLoss }: CheckpointState,
  limits: CheckpointLimits,
): void {
  const best =
    limits.validationRows === undefined
      ? { ...NO_EPOCH, epoch }
      : history.reduce((best, record) => better(best, record, limits.monitor), NO_EPOCH);
  if (bestEpoch !== best.epoch || bestScore !== best.score || bestLoss !== best.loss)
    throw damagedState(`expected epoch ${best.epoch} for the best of its history, got ${got(bestEpoch)}`);
}

/** The best epoch so far: its number, from 1, and how good it was. */
export interface BestEpoch {
  readonly epoch: number;
  readonly score: number;
  readonly loss: number;
}

export const NO_EPOCH: BestEpoch = { epoch: 0, score: Number.NEGATIVE_INFINITY, loss: Number.POSITIVE_INFINITY };

/** The better of the best epoch so far and one that was evaluated; ties go to the lower loss, then to the first. */
export function better(best: BestEpoch, { epoch, validation }: EpochRecord, monitor: Monitor): BestEpoch {
  const reached = score(validation!, monitor);
  const { loss } = validation!;
  return reached > best.score || (reached === best.score && loss < best.loss) ? { epoch, score: reached, loss } : best;
}

function isCount(n: unknown): n is number {
  return Number.isInteger(n) && (n as number) >= 0;
}

function isFrom0(x: unknown): boolean {
  return Number.isFinite(x) && (x as number) >= 0;
}

function isShare(x: unknown): boolean {
  return isFrom0(x) && (x as number) <= 1;
}
