import { checkedData, type Observations } from '../../data/checked.js';
import { requireRows } from '../../data/matrix.js';
import { type Address, NONE, plus } from '../../runtime/address.js';
import { requireMemory } from '../../runtime/budget.js';
import type { Engine, Scope } from '../../runtime/engine.js';
import type { Fork, Own } from '../../runtime/fork.js';
import type { Kernels } from '../../runtime/kernels.js';
import type { Pace } from '../../runtime/pace.js';
import { ownOf } from '../../runtime/parts.js';
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

/** Calls that belong to the rows [from, to) of a chunk, made right after their posteriors. `first`: the chunk's first row. */
export type Beside = (kernels: Kernels, first: number, from: number, to: number) => void;

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
/** Latents times rows that take a fraction of a millisecond. */
const ITEM = 8192;
/** Of a latent in a row, in multiply-adds. */
const WORK = 400;
/** Latents, and features, whose counts are added up together. */
const LATENTS = 256;
const FEATURES = 4096;
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
  private readonly message: Own;
  private readonly prior: Address;
  /** Of a chunk, or, where counts are wanted, f64 of a quarter of its rows: what latent_posteriors writes of each row for them. */
  readonly posterior: Address;
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
      this.message = ownOf(engine, scope, Math.ceil(latents / 2) * 64);
      this.prior = scope.bytes(latents * 8);
      this.posterior = scope.bytes(Math.ceil(chunk / 4) * latents * 16);
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

  /** Looks at all rows, a chunk at a time. */
  chunks(pace: Pace, beside?: Beside): AsyncGenerator<Chunk> {
    const { posterior, likelihood } = this;
    return this.pieces(
      pace,
      CHUNK,
      (fork, start, from, to) => this.posteriors(fork, [posterior, likelihood, NONE, NONE], start, from, to),
      beside,
    );
  }

  /** As `chunks`, but each latent given only the features below it; what latents from number `top` on have below are their islands. */
  narrowChunks(top: number, pace: Pace, beside?: Beside): AsyncGenerator<Chunk> {
    const { engine, latents, forest } = this;
    const table = engine.f64(this.table, latents * 2);
    const prior = engine.f64(this.prior, latents);
    for (let j = latents - 1; j >= 0; j--) {
      const p = forest.parent[forest.features + j]!;
      const above = p < 0 ? 0 : prior[p - forest.features]!;
      prior[j] = (1 - above) * table[2 * j]! + above * table[2 * j + 1]!;
    }
    const infer = (fork: Fork, start: Address, from: number, to: number) =>
      fork.kernels.latent_narrow(
        this.posterior,
        this.likelihood,
        start,
        this.index,
        this.featureParent,
        this.parent,
        this.table,
        this.base,
        this.ratio,
        fork.own,
        this.prior,
        latents,
        top,
        from,
        to,
      );
    return this.pieces(pace, CHUNK, infer, beside);
  }

  /** ln P of all rows; `report` hears how many are done. With `count`, `expected` then holds the expected counts. */
  async logLikelihood(pace: Pace, count = false, report?: (rows: number) => Promise<void>): Promise<number> {
    let sum = 0;
    for await (const { first, last, likelihood } of count
      ? this.counted(pace)
      : this.pieces(pace, CHUNK, (fork, start, from, to) =>
          this.posteriors(fork, [NONE, this.likelihood, NONE, NONE], start, from, to),
        )) {
      for (const value of this.engine.f64(likelihood, last - first)) sum += value;
      await report?.(last);
    }
    return sum;
  }

  /** Looks at all rows and adds up the expected counts, each in the order of the rows. */
  private async *counted(pace: Pace): AsyncGenerator<Chunk> {
    const { engine, latents, posterior, both, ones, forest } = this;
    const { features } = forest;
    engine.f64(both, features + latents).fill(0);
    engine.f64(ones, latents).fill(0);
    const quarter = Math.ceil(Math.min(CHUNK, this.rows) / 4);
    const one = plus(posterior, quarter * latents * 8);
    const infer = (fork: Fork, start: Address, from: number, to: number) =>
      this.posteriors(fork, [NONE, this.likelihood, posterior, one], start, from, to);
    for await (const chunk of this.pieces(pace, quarter, infer)) {
      const { first, last } = chunk;
      const rows = last - first;
      const start = plus(this.start, first * 4);
      const fork = engine.fork(rows * (8 * latents + features / 8));
      for (let x = 0; x < features; x += FEATURES) {
        const end = Math.min(features, x + FEATURES);
        fork.kernels.sum_listed(
          plus(both, latents * 8),
          one,
          start,
          this.index,
          this.featureParent,
          rows,
          latents,
          x,
          end,
        );
        fork.next();
      }
      for (let j = 0; j < latents; j += LATENTS) {
        const end = Math.min(latents, j + LATENTS);
        fork.kernels.sum_columns(both, posterior, rows, latents, j, end);
        fork.kernels.sum_columns(ones, one, rows, latents, j, end);
        fork.next();
      }
      fork.join();
      yield chunk;
    }
  }

  private posteriors(
    fork: Fork,
    [posterior, likelihood, joint, one]: readonly [Address, Address, Address, Address],
    start: Address,
    from: number,
    to: number,
  ): void {
    fork.kernels.latent_posteriors(
      posterior,
      likelihood,
      joint,
      one,
      start,
      this.index,
      this.featureParent,
      this.parent,
      this.table,
      this.base,
      this.ratio,
      fork.own,
      this.latents,
      from,
      to,
    );
  }

  private async *pieces(
    pace: Pace,
    chunk: number,
    infer: (fork: Fork, start: Address, from: number, to: number) => void,
    beside?: Beside,
  ): AsyncGenerator<Chunk> {
    const { engine, rows, latents, posterior, likelihood, message } = this;
    const item = Math.max(1, Math.min(Math.ceil(chunk / 8), Math.ceil(ITEM / latents)));
    for (let first = 0; first < rows; first += chunk) {
      const last = Math.min(rows, first + chunk);
      const start = plus(this.start, first * 4);
      const fork = engine.fork((last - first) * latents * WORK, message);
      for (let from = 0; from < last - first; from += item) {
        const to = Math.min(last - first, from + item);
        infer(fork, start, from, to);
        beside?.(fork.kernels, first, from, to);
        fork.next();
      }
      await fork.turns(pace);
      yield { first, last, posterior, likelihood };
    }
  }

  get expected(): ExpectedCounts {
    const { engine, latents } = this;
    return { both: engine.f64(this.both, this.forest.parent.length), ones: engine.f64(this.ones, latents) };
  }
}

/** What the latents of some rows are. */
export interface LatentAssignment {
  /** f32[rows][latents]: P(latent = 1 | row), or with `assignment: 'narrow'` P(latent = 1 | its features below), exact under the model. */
  posteriors: Float32Array;
  /** u8[rows][latents]: the more probable state; 0 in a tie. */
  states: Uint8Array;
  /** f64[rows]: ln P(row), nats. */
  logLikelihood: Float64Array;
}

/** assignLatents, of options that were checked. */
export async function assign(
  engine: Engine,
  tree: LatentTree,
  data: Observations,
  narrow: boolean,
  pace: Pace,
): Promise<LatentAssignment> {
  const lists = rowsLike(engine, tree, data);
  if (pace.due) await pace.turn();
  const { latents } = tree;
  const memory = bytesOf(engine, (dry) => {
    new LatentInference(dry, tree, lists);
    dry.scope().bytes(Math.min(CHUNK, lists.rows) * latents);
  });
  const arrays = listBytes(lists) + lists.rows * (5 * latents + 8);
  requireMemory(engine, memory + arrays, 'data', `assigning ${latents} latents to ${lists.rows} rows`, 'fewer rows');
  const scope = engine.scope();
  const inference = new LatentInference(engine, tree, lists);
  try {
    if (pace.due) await pace.turn();
    const likelier = scope.bytes(Math.min(CHUNK, lists.rows) * latents);
    const posteriors = new Float32Array(lists.rows * latents);
    const states = new Uint8Array(lists.rows * latents);
    const logLikelihood = new Float64Array(lists.rows);
    const top = tree.firstOf(tree.levels.length) - tree.features;
    const beside: Beside = (kernels, _, from, to) =>
      kernels.likelier_states(likelier, inference.posterior, from * latents, to * latents);
    const chunks = narrow ? inference.narrowChunks(top, pace, beside) : inference.chunks(pace, beside);
    for await (const { first, last, posterior, likelihood } of chunks) {
      posteriors.set(engine.f32(posterior, (last - first) * latents), first * latents);
      states.set(engine.u8(likelier, (last - first) * latents), first * latents);
      logLikelihood.set(engine.f64(likelihood, last - first), first);
    }
    await pace.end();
    return { posteriors, states, logLikelihood };
  } finally {
    inference.dispose();
    scope.dispose();
  }
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
