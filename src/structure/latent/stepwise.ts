import { complete } from '../../check/complete.js';
import { type Completed, type Fn, type Options, type OptionsOf, SIGNAL, WAITED } from '../../check/option.js';
import { got } from '../../check/phrase.js';
import type { Observations } from '../../data/checked.js';
import { exp } from '../../numeric/exp.js';
import { log } from '../../numeric/log.js';
import { requireMemory } from '../../runtime/budget.js';
import { ENGINE, type Engine, engineOf } from '../../runtime/engine.js';
import { Pace } from '../../runtime/pace.js';
import { bytesOf } from '../../runtime/rehearsal.js';
import { listBytes } from '../binary.js';
import { countIndices } from '../pair-information.js';
import type { BinaryRows } from '../variables.js';
import { cutRows } from './batches.js';
import { LatentTree, requireLatentTree } from './latent-tree.js';
import { requireParts } from './latent-tree-parts.js';
import { type LatentForest, LatentInference, rowsLike } from './posteriors.js';
import { Statistics } from './statistics.js';

/** Rows piece by piece, in pieces of any sizes. */
export type Pieces = Iterable<Observations> | AsyncIterable<Observations>;

export interface StepwiseProgress {
  /** From 1. */
  pass: number;
  /** Rows that this pass has taken. */
  rows: number;
  /** Steps that the tree has seen, those before this call too. */
  steps: number;
  /** Mean ln P of a row of the batch just taken, under the tables it met, in nats. */
  logLikelihood: number;
}

/** Options of refineLatentTree. */
export const STEPWISE = {
  passes: { kind: 'integer', from: 1, default: 1, doc: 'How often all rows are gone through.' },
  batchRows: { kind: 'integer', from: 1, to: 1_000_000, default: 300, doc: 'Rows of a step.' },
  exponent: {
    kind: 'number',
    above: 0.5,
    to: 1,
    default: 0.9,
    doc: 'Step k replaces the share (k + 2)^-exponent of what the tree knows: the larger, the longer it remembers.',
  },
  steps: {
    kind: 'number',
    from: 0,
    to: 1e9,
    defaultDoc: "the tree's rows / batchRows",
    doc: 'Steps that the tree counts for: the more, the less a batch changes it. Those that an earlier call returned, for one that goes on with other rows.',
  },
  engine: ENGINE,
  signal: SIGNAL,
  onProgress: {
    kind: 'callback',
    inert: true,
    doc: `Called after each step. ${WAITED}`,
    type: undefined as Fn<(progress: StepwiseProgress) => void>,
  },
} as const satisfies Options;

export type StepwiseOptions = OptionsOf<typeof STEPWISE>;

export interface RefinedLatentTree {
  /** The same structure with new tables; `rows` and `logLikelihood` are of the last pass, each row under the tables that it met there. */
  readonly tree: LatentTree;
  /** Steps that the tree now counts for: those before, and rows / batchRows, however many passes were made. */
  readonly steps: number;
  /** Rows of a pass. */
  readonly rows: number;
}

/**
 * Stepwise EM for the tables of a whole latent tree, over rows that are never held together: after each batch of `batchRows` rows the expected sufficient statistics become
 * (1 - η) of what they were and η of the batch's, η = (k + 2)^-exponent, and the tables are made of them, with one pseudo-count for each cell. Memory is that of a batch and a piece.
 * Cappé & Moulines, "On-line expectation-maximization algorithm for latent data models" (JRSS B 71, 2009); Liang & Klein, "Online EM for unsupervised models" (NAACL 2009), section 3;
 * for latent trees Chen et al., "Latent tree models for hierarchical topic detection" (AIJ 250, 2017).
 *
 * It starts from the tree's own statistics, at step k = `steps`. The last batch of a pass, of m rows, counts as m / batchRows of a step: its η is so much smaller, and k grows by so much.
 * The result depends on the order of the rows, not on the pieces they come in. The tree given is never changed, nor is anything returned once the signal comes.
 *
 * @param batches opens the rows, once a pass; columns as the tree's features
 * TypeError for arguments of another kind; RangeError for options out of range, for other columns, for a pass without rows.
 */
export async function refineLatentTree(
  tree: LatentTree,
  batches: () => Pieces,
  given: StepwiseOptions = {},
): Promise<RefinedLatentTree> {
  const options = complete(STEPWISE, given, 'refineLatentTree');
  const pace = new Pace(options.signal);
  requireLatentTree(tree);
  requireParts(tree);
  if (typeof batches !== 'function')
    throw new TypeError(`batches: expected a function that opens the rows, got ${got(batches)}`);
  // A copy: who holds the tree may write to it while this waits.
  const { features, levels, parent, probability, limits, featureNames } = tree;
  const own = { features, levels, parent: parent.slice(), probability: probability.slice(), limits: limits.slice() };
  const start = new LatentTree({ ...own, rows: tree.rows, logLikelihood: tree.logLikelihood, featureNames });
  const stepwise = new Stepwise(await engineOf(options), start, options, pace);
  let last = { rows: 0, logLikelihood: 0 };
  for (let pass = 1; pass <= options.passes; pass++) last = await stepwise.pass(opened(batches), pass);
  await pace.end();
  const refined = new LatentTree({ ...own, ...stepwise.forest, ...last, featureNames });
  return { tree: refined, steps: stepwise.counted, rows: last.rows };
}

function opened(batches: () => Pieces): Pieces {
  const pieces = batches();
  const able = Object(pieces) as Partial<Record<symbol, unknown>>;
  if (typeof able[Symbol.asyncIterator] === 'function' || typeof able[Symbol.iterator] === 'function') return pieces;
  throw new TypeError(`batches: expected a function that returns an iterable of datasets, got ${got(pieces)} of it`);
}

/** The state of one call of refineLatentTree. */
class Stepwise {
  readonly forest: LatentForest;
  /** Rows / batchRows that the tables are made of; in later passes the same rows count once. */
  counted: number;
  private readonly engine: Engine;
  private readonly tree: LatentTree;
  private readonly options: Completed<typeof STEPWISE>;
  private readonly pace: Pace;
  private readonly statistics: Statistics;
  /** k of the next step. */
  private step: number;
  /** Bytes of the piece that is being cut, and of the largest batch so far with its piece. */
  private piece = 0;
  private largest = -1;

  constructor(engine: Engine, tree: LatentTree, options: Completed<typeof STEPWISE>, pace: Pace) {
    this.engine = engine;
    this.tree = tree;
    this.options = options;
    this.pace = pace;
    const { features, parent, probability, rows } = tree;
    this.forest = { features, parent, probability: probability.slice() };
    const steps = options.steps ?? rows / options.batchRows;
    this.counted = steps;
    this.step = steps;
    this.statistics = new Statistics(this.forest, Math.max(rows, steps * options.batchRows));
  }

  /** Rows, and Σ ln P of each under the tables it met. */
  async pass(pieces: Pieces, pass: number): Promise<{ rows: number; logLikelihood: number }> {
    const { engine, tree, options, pace } = this;
    let rows = 0;
    let logLikelihood = 0;
    const take = (piece: Observations) => {
      const lists = rowsLike(engine, tree, piece);
      this.piece = listBytes(lists);
      return lists;
    };
    for await (const batch of cutRows(pieces, options.batchRows, take)) {
      const nats = await this.learn(batch, pass);
      rows += batch.rows;
      logLikelihood += nats;
      const progress = { pass, rows, steps: this.step, logLikelihood: nats / batch.rows };
      pace.hear(options.onProgress?.(progress));
      if (pace.due) await pace.turn();
    }
    if (rows > 0) return { rows, logLikelihood: Math.min(0, logLikelihood) };
    const hint = pass > 1 ? '; each call must open the rows anew' : '';
    throw new RangeError(`batches: expected at least one row, got none in pass ${pass}${hint}`);
  }

  /** One step; returns ln P of the batch before it. */
  private async learn(batch: BinaryRows, pass: number): Promise<number> {
    const { engine, forest, options, pace, statistics } = this;
    this.requireRoom(batch);
    const inference = new LatentInference(engine, forest, batch);
    try {
      const nats = await inference.logLikelihood(pace, true);
      const whole = batch.rows / options.batchRows;
      const share = whole * exp(-options.exponent * log(this.step + 2));
      statistics.gain(share, inference.expected, countIndices(batch.index, forest.features), batch.rows);
      this.step += whole;
      if (pass === 1) this.counted += whole;
      statistics.maximise(forest, this.counted * options.batchRows);
      return nats;
    } finally {
      inference.dispose();
    }
  }

  private requireRoom(batch: BinaryRows): void {
    const { engine, forest } = this;
    const lists = listBytes(batch) + this.piece;
    if (lists <= this.largest) return;
    this.largest = lists;
    const memory = bytesOf(engine, (dry) => new LatentInference(dry, forest, batch));
    const what = `stepwise EM over a batch of ${batch.rows} rows`;
    requireMemory(engine, memory + lists + Statistics.bytes(forest), 'batches', what, 'fewer rows (batchRows)');
  }
}
