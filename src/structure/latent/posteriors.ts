import { complete } from '../../check/complete.js';
import { type Options, type OptionsOf, SIGNAL } from '../../check/option.js';
import { checkedData, type Observations } from '../../data/checked.js';
import { requireRows } from '../../data/matrix.js';
import { type Address, NONE, plus } from '../../runtime/address.js';
import { requireMemory } from '../../runtime/budget.js';
import { ENGINE, type Engine, engineOf, type Scope } from '../../runtime/engine.js';
import { Pace } from '../../runtime/pace.js';
import { bytesOf } from '../../runtime/rehearsal.js';
import { listBytes, listRows } from '../binary.js';
import { type BinaryRows, binarise } from '../variables.js';
import { type LatentTree, requireLatentTree } from './latent-tree.js';
import { requireParts } from './latent-tree-parts.js';

/** Nodes as in LatentTree; there may be several roots. */
export interface LatentForest {
  readonly features: number;
  readonly parent: Int32Array;
  readonly probability: Float64Array;
}

/** Sums over rows that EM needs: f64[latents + features], latents first. */
export interface ExpectedCounts {
  /** Rows with node = 1 and parent = 1; at a root those with root = 1. */
  readonly both: Float64Array;
  /** Rows with latent = 1, f64[latents]. */
  readonly ones: Float64Array;
}

/** The rows [first, last) that have just been looked at. Addresses hold until the next chunk. */
export interface Chunk {
  readonly first: number;
  readonly last: number;
  /** f32[last - first][latents]: P(latent = 1 | row). */
  readonly posterior: Address;
  /** f64[last - first]: ln P(row). */
  readonly likelihood: Address;
}

const CHUNK = 512;
/** Probabilities are kept this far from 0 and 1: no observation is impossible. 1 - LEAST is exact. */
const LEAST = 2 ** -40;

/** Exact posteriors of a latent forest over binary rows, by belief propagation. */
export class LatentInference {
  readonly latents: number;
  readonly rows: number;
  private readonly engine: Engine;
  private readonly scope: Scope;
  private readonly forest: LatentForest;
  private readonly start: Address;
  private readonly index: Address;
  private readonly featureParent: Address;
  private readonly parent: Address;
  private readonly table: Address;
  private readonly base: Address;
  private readonly ratio: Address;
  private readonly message: Address;
  private readonly prior: Address;
  private readonly posterior: Address;
  private readonly likelihood: Address;
  private readonly both: Address;
  private readonly ones: Address;

  constructor(engine: Engine, forest: LatentForest, data: BinaryRows) {
    const { features, parent, probability } = forest;
    const latents = parent.length - features;
    this.engine = engine;
    this.forest = forest;
    this.latents = latents;
    this.rows = data.rows;
    this.scope = engine.scope();
    const { scope } = this;
    const chunk = Math.min(CHUNK, data.rows);
    const places = parent.map((p) => (p < 0 ? -1 : p - features));
    try {
      this.start = scope.copy(data.start);
      this.index = scope.copy(data.index);
      this.featureParent = scope.copy(places.subarray(0, features));
      this.parent = scope.copy(places.subarray(features));
      this.table = scope.bytes(latents * 16);
      this.base = scope.bytes(latents * 32);
      this.ratio = scope.bytes(features * 16);
      this.message = scope.bytes(latents * 32);
      this.prior = scope.bytes(latents * 8);
      this.posterior = scope.bytes(chunk * latents * 4);
      this.likelihood = scope.bytes(chunk * 8);
      this.both = scope.bytes(parent.length * 8);
      this.ones = scope.bytes(latents * 8);
    } catch (error) {
      scope.dispose();
      throw error;
    }
    this.setTables(probability);
  }

  dispose(): void {
    this.scope.dispose();
  }

  /** f64[nodes][2] as in LatentTree. */
  setTables(probability: Float64Array): void {
    const { engine, latents } = this;
    const { features, parent } = this.forest;
    const inside = probability.map((p) => Math.min(1 - LEAST, Math.max(LEAST, p)));
    engine.f64(this.table, latents * 2).set(inside.subarray(2 * features));
    // P(0 | state 0), P(0 | state 1) and how many times each was taken times 2^256.
    const base = engine.f64(this.base, latents * 4);
    for (let j = 0; j < latents; j++) base.set([1, 1, 0, 0], 4 * j);
    const ratio = engine.f64(this.ratio, features * 2);
    for (let x = 0; x < features; x++) {
      for (const state of [0, 1]) {
        const p = inside[2 * x + state]!;
        const at = 4 * (parent[x]! - features) + state;
        base[at]! *= 1 - p;
        if (base[at]! < 2 ** -256) {
          base[at]! *= 2 ** 256;
          base[at + 2]!++;
        }
        ratio[2 * x + state] = p / (1 - p);
      }
    }
  }

  /** Looks at all rows, a chunk at a time. With `count`, the expected counts start at 0 and gain each chunk's. */
  chunks(count = false): Generator<Chunk> {
    const { engine, latents } = this;
    if (count) {
      engine.f64(this.both, this.forest.parent.length).fill(0);
      engine.f64(this.ones, latents).fill(0);
    }
    return this.pieces((start, rows) =>
      engine.kernels.latent_posteriors(
        this.posterior,
        this.likelihood,
        count ? this.both : NONE,
        this.ones,
        start,
        this.index,
        this.featureParent,
        this.parent,
        this.table,
        this.base,
        this.ratio,
        this.message,
        latents,
        0,
        rows,
      ),
    );
  }

  /** As `chunks`, but each latent given only the features below it; what latents from number `top` on have below are their islands. */
  narrowChunks(top: number): Generator<Chunk> {
    const { engine, latents, forest } = this;
    const table = engine.f64(this.table, latents * 2);
    const prior = engine.f64(this.prior, latents);
    for (let j = latents - 1; j >= 0; j--) {
      const p = forest.parent[forest.features + j]!;
      const above = p < 0 ? 0 : prior[p - forest.features]!;
      prior[j] = (1 - above) * table[2 * j]! + above * table[2 * j + 1]!;
    }
    return this.pieces((start, rows) =>
      engine.kernels.latent_narrow(
        this.posterior,
        this.likelihood,
        start,
        this.index,
        this.featureParent,
        this.parent,
        this.table,
        this.base,
        this.ratio,
        this.message,
        this.prior,
        latents,
        top,
        0,
        rows,
      ),
    );
  }

  private *pieces(infer: (start: Address, rows: number) => void): Generator<Chunk> {
    const { rows, posterior, likelihood } = this;
    for (let first = 0; first < rows; first += CHUNK) {
      const last = Math.min(rows, first + CHUNK);
      infer(plus(this.start, first * 4), last - first);
      yield { first, last, posterior, likelihood };
    }
  }

  /** ln P of all rows; `report` hears how many are done. With `count`, `expected` then holds the expected counts. */
  async logLikelihood(pace: Pace, count = false, report?: (rows: number) => Promise<void>): Promise<number> {
    let sum = 0;
    for (const { first, last, likelihood } of this.chunks(count)) {
      for (const value of this.engine.f64(likelihood, last - first)) sum += value;
      await report?.(last);
      if (pace.due) await pace.turn();
    }
    return sum;
  }

  get expected(): ExpectedCounts {
    const { engine, latents } = this;
    return { both: engine.f64(this.both, this.forest.parent.length), ones: engine.f64(this.ones, latents) };
  }
}

/** Options of assignLatents. */
export const ASSIGN = {
  assignment: {
    kind: 'choice',
    of: ['broad', 'narrow'],
    default: 'broad',
    doc: 'What decides on a latent: broad, the whole row; narrow, only the features below it, through islands.',
  },
  engine: ENGINE,
  signal: SIGNAL,
} as const satisfies Options;

/** What the latents of some rows are. */
export interface LatentAssignment {
  /** f32[rows][latents]: P(latent = 1 | row), or with `assignment: 'narrow'` P(latent = 1 | its features below), exact under the model. */
  posteriors: Float32Array;
  /** u8[rows][latents]: the more probable state; 0 in a tie. */
  states: Uint8Array;
  /** f64[rows]: ln P(row), nats. */
  logLikelihood: Float64Array;
}

/**
 * Posteriors of every latent for every row, by belief propagation (Pearl 1988). Probabilities of 0 and 1 count as 2^-40 from them: no row is impossible.
 * A row is broadly about a topic that all its words together speak for, and narrowly about one that the topic's own words do.
 * TypeError or RangeError for data whose columns are not the tree's features.
 */
export async function assignLatents(
  tree: LatentTree,
  data: Observations,
  given: OptionsOf<typeof ASSIGN> = {},
): Promise<LatentAssignment> {
  const options = complete(ASSIGN, given, 'assignLatents');
  const pace = new Pace(options.signal);
  requireLatentTree(tree);
  const engine = await engineOf(options);
  const lists = rowsLike(engine, tree, data);
  const { latents } = tree;
  const memory = bytesOf(engine, (dry) => new LatentInference(dry, tree, lists));
  const arrays = listBytes(lists) + lists.rows * (5 * latents + 8);
  requireMemory(engine, memory + arrays, 'data', `assigning ${latents} latents to ${lists.rows} rows`, 'fewer rows');
  const inference = new LatentInference(engine, tree, lists);
  try {
    const posteriors = new Float32Array(lists.rows * latents);
    const logLikelihood = new Float64Array(lists.rows);
    const top = tree.firstOf(tree.levels.length) - tree.features;
    const chunks = options.assignment === 'narrow' ? inference.narrowChunks(top) : inference.chunks();
    for (const { first, last, posterior, likelihood } of chunks) {
      posteriors.set(engine.f32(posterior, (last - first) * latents), first * latents);
      logLikelihood.set(engine.f64(likelihood, last - first), first);
      if (pace.due) await pace.turn();
    }
    await pace.end();
    return { posteriors, states: likelier(posteriors), logLikelihood };
  } finally {
    inference.dispose();
  }
}

/** A loop: `Uint8Array.from` takes many times as long. */
function likelier(posteriors: Float32Array): Uint8Array {
  const states = new Uint8Array(posteriors.length);
  for (let i = 0; i < states.length; i++) if (posteriors[i]! > 0.5) states[i] = 1;
  return states;
}

/** Data as rows of the tree's binary features. */
export function rowsLike(engine: Engine, tree: LatentTree, data: Observations): BinaryRows {
  requireLatentTree(tree);
  // Kernels follow its parents.
  requireParts(tree);
  const matrix = requireRows(checkedData(data).features, 'data');
  if (matrix.columns !== tree.features)
    throw new RangeError(`data: expected ${tree.features} columns like the tree's, got ${matrix.columns}`);
  return listRows(engine, binarise(engine, matrix, tree.limits));
}
