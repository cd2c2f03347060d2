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

/** Makes the calls for the rows [from, to) of a chunk. `start`: where the chunk's rows begin; `first`: the first of them. */
type Infer = (fork: Fork, start: Address, first: number, from: number, to: number) => void;

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
const ITEM = 4096;
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
  /** Of a chunk, or, where counts are wanted, twice what latent_posteriors writes for them of an eighth of its rows. */
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
      this.posterior = scope.bytes(Math.ceil(chunk / 8) * latents * 32);
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
    const inside = (i: number) => Math.min(1 - LEAST, Math.max(LEAST, probability[i]!));
    const table = engine.f64(this.table, latents * 2);
    for (let i = 0; i < table.length; i++) table[i] = inside(2 * features + i);
    // P(0 | state 0), P(0 | state 1) and how many times each was taken times 2^256.
    const base = engine.f64(this.base, latents * 4);
    for (let i = 0; i < base.length; i++) base[i] = i & 2 ? 0 : 1;
    const ratio = engine.f64(this.ratio, features * 2);
    for (let i = 0; i < ratio.length; i++) {
      const p = inside(i);
      const at = 4 * (parent[i >> 1]! - features) + (i & 1);
      base[at]! *= 1 - p;
      if (base[at]! < 2 ** -256) {
        base[at]! *= 2 ** 256;
        base[at + 2]!++;
      }
      ratio[i] = p / (1 - p);
    }
  }

  /** Looks at all rows, a chunk at a time. */
  chunks(pace: Pace, beside?: Beside): AsyncGenerator<Chunk> {
    const { posterior, likelihood } = this;
    return this.pieces(
      pace,
      CHUNK,
      (fork, start, _, from, to) => this.posteriors(fork, posterior, likelihood, NONE, NONE, start, from, to),
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
    const infer: Infer = (fork, start, _, from, to) =>
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
      : this.pieces(pace, CHUNK, (fork, start, _, from, to) =>
          this.posteriors(fork, NONE, this.likelihood, NONE, NONE, start, from, to),
        )) {
      for (const value of this.engine.f64(likelihood, last - first)) sum += value;
      await report?.(last);
    }
    return sum;
  }

  /** Looks at all rows and adds up the expected counts, each in the order of the rows: those of a chunk beside the posteriors of the next. */
  private async *counted(pace: Pace): AsyncGenerator<Chunk> {
    const { engine, latents, both, ones, forest, likelihood } = this;
    engine.f64(both, forest.parent.length).fill(0);
    engine.f64(ones, latents).fill(0);
    const chunk = Math.ceil(Math.min(CHUNK, this.rows) / 8);
    const pairs = [this.pairOf(0, chunk), this.pairOf(chunk, chunk)];
    const infer: Infer = (fork, start, first, from, to) => {
      const [joint, one] = pairs[(first / chunk) % 2]!;
      this.posteriors(fork, NONE, likelihood, joint, one, start, from, to);
    };
    const before = (fork: Fork, first: number) => {
      if (first > 0) this.addCounts(fork, first - chunk, first, chunk);
    };
    yield* this.pieces(pace, chunk, infer, undefined, before);
    const left = chunk * Math.floor((this.rows - 1) / chunk);
    const fork = engine.fork((this.rows - left) * this.countWork);
    this.addCounts(fork, left, this.rows, chunk);
    await fork.turns(pace);
  }

  /** Where a chunk's joint and single posteriors are, of which two chunks have room: f64[chunk][latents] each. */
  private pairOf(first: number, chunk: number): [Address, Address] {
    const { posterior, latents } = this;
    const bytes = chunk * latents * 8;
    const joint = plus(posterior, 2 * bytes * ((first / chunk) % 2));
    return [joint, plus(joint, bytes)];
  }

  private get countWork(): number {
    return 8 * this.latents + this.forest.features / 8;
  }

  private addCounts(fork: Fork, first: number, last: number, chunk: number): void {
    const { latents, both, ones, forest, index, featureParent } = this;
    const { features } = forest;
    const { kernels } = fork;
    const [joint, one] = this.pairOf(first, chunk);
    const rows = last - first;
    const start = plus(this.start, first * 4);
    const sums = plus(both, latents * 8);
    for (let x = 0; x < features; x += FEATURES) {
      const end = Math.min(features, x + FEATURES);
      kernels.sum_listed(sums, one, start, index, featureParent, rows, latents, x, end);
      fork.next();
    }
    for (let j = 0; j < latents; j += LATENTS) {
      const end = Math.min(latents, j + LATENTS);
      kernels.sum_columns(both, joint, rows, latents, j, end);
      kernels.sum_columns(ones, one, rows, latents, j, end);
      fork.next();
    }
  }

  private posteriors(
    fork: Fork,
    posterior: Address,
    likelihood: Address,
    joint: Address,
    one: Address,
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
    infer: Infer,
    beside?: Beside,
    before?: (fork: Fork, first: number) => void,
  ): AsyncGenerator<Chunk> {
    const { engine, rows, latents, posterior, likelihood, message } = this;
    const item = Math.max(1, Math.min(Math.ceil(chunk / 8), Math.ceil(ITEM / latents)));
    for (let first = 0; first < rows; first += chunk) {
      const last = Math.min(rows, first + chunk);
      const start = plus(this.start, first * 4);
      const fork = engine.fork((last - first) * latents * WORK, message);
      before?.(fork, first);
      for (let from = 0, to = 0; from < last - first; from = to) {
        // The last ones are smaller: no thread waits long for the other.
        to = Math.min(last - first, from + (2 * from < last - first ? 2 * item : item));
        infer(fork, start, first, from, to);
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
