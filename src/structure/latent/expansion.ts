import { complete } from '../../check/complete.js';
import { type Completed, type Fn, type Options, type OptionsOf, SEED, SIGNAL } from '../../check/option.js';
import type { Observations } from '../../data/checked.js';
import { padded } from '../../numeric/padding.js';
import { requireMemory } from '../../runtime/budget.js';
import { ENGINE, type Engine, engineOf } from '../../runtime/engine.js';
import { Pace } from '../../runtime/pace.js';
import { bytesOf } from '../../runtime/rehearsal.js';
import { chooseRows, listBytes, selectLists } from '../binary.js';
import { bindRows } from '../bound-rows.js';
import type { BinaryRows } from '../variables.js';
import { type LatentTree, requireLatentTree } from './latent-tree.js';
import { LATENT_TREE } from './options.js';
import { LatentInference, rowsLike } from './posteriors.js';
import { SoftCounts } from './soft-counts.js';

/** How many inputs a latent gets. */
export const INPUT_COUNT = {
  density: {
    kind: 'number',
    unit: 'a share',
    from: 0,
    to: 1,
    default: 0.05,
    doc: 'Share of the level below that each latent is connected to at least; with 0, and minInputs 0, to its children in the tree alone.',
  },
  minInputs: {
    kind: 'integer',
    from: 0,
    default: 20,
    doc: 'Nodes that each latent is connected to at least, if the level below has so many: a small share of a small level is next to nothing.',
  },
} as const satisfies Options;

/** Options of expandTree. */
export const EXPAND = {
  ...INPUT_COUNT,
  sampleRows: LATENT_TREE.sampleRows,
  seed: SEED,
  engine: ENGINE,
  signal: SIGNAL,
  onProgress: {
    kind: 'callback',
    inert: true,
    doc: 'Receives the layer from 1, of how many, and the share of its work that is done. Promises that it returns are waited for before the result, until the signal comes; one that is rejected ends the call.',
    type: undefined as Fn<(progress: { layer: number; layers: number; done: number; total: number }) => void>,
  },
} as const satisfies Options;

export type ExpandOptions = OptionsOf<typeof EXPAND>;

/** Which nodes of the level below each latent of a level is connected to: latent u has index[start[u]] to index[start[u + 1]], rising. */
export interface ExpandedLayer {
  readonly inputs: number;
  readonly units: number;
  readonly start: Int32Array;
  readonly index: Int32Array;
}

/** A latent tree's levels as the layers of a net, from the features up. */
export interface Expansion {
  readonly layers: readonly ExpandedLayer[];
}

/**
 * Expands a tree skeleton: beside its children, each latent z is connected to the nodes v of the level below with the highest I(v; z | parent(v)), computed from posteriors
 * summed over the rows, until it has `density` of the level (rounded) and `minInputs`; ties go to the smaller v. Chen, Li, Zhang: "Tree Skeleton Expansion" (ECSQARU 2019), section 4.
 *
 * Memory: 4 bytes for each row and latent, and for each pair of neighbouring levels' nodes.
 */
export async function expandTree(tree: LatentTree, data: Observations, given: ExpandOptions = {}): Promise<Expansion> {
  requireLatentTree(tree);
  const options = complete(EXPAND, given, 'expandTree');
  const { onProgress, sampleRows, seed } = options;
  const pace = new Pace(options.signal);
  const engine = await engineOf(options);
  const all = rowsLike(engine, tree, data);
  const sample = selectLists(all, chooseRows(engine, all.rows, sampleRows, seed));
  const what = `expanding ${tree.latents} latents over ${sample.rows} rows`;
  requireMemory(engine, expansionBytes(engine, tree, sample, options), 'data', what, 'fewer rows (sampleRows)');
  const expander = new Expander(engine, tree, sample, options, pace);
  try {
    await expander.infer();
    const layers: ExpandedLayer[] = [];
    for (const level of tree.levels.keys()) {
      const report = (done: number, total: number) =>
        pace.hear(onProgress?.({ layer: level + 1, layers: tree.levels.length, done, total }));
      const layer = await expander.layer(level, report);
      report(layer.inputs, layer.inputs);
      layers.push(layer);
    }
    await pace.end();
    return { layers };
  } finally {
    expander.dispose();
  }
}

type InputCount = Completed<typeof INPUT_COUNT>;

/** Bytes of the posteriors of all levels, and beside them in turn: inference; the features' rows; the counts of the largest layer. */
function expansionBytes(engine: Engine, tree: LatentTree, data: BinaryRows, share: InputCount): number {
  const beside = (lay: (dry: Engine, levels: readonly SoftCounts[]) => void) =>
    bytesOf(engine, (dry) => lay(dry, new Expander(dry, tree, data, share, new Pace()).levels));
  const inference = beside((dry) => new LatentInference(dry, tree, data));
  const listing = beside((dry) => bindRows(dry, dry.scope(), data));
  const counting = beside((dry, levels) => {
    for (const level of levels) {
      const scope = dry.scope();
      level.roomForPairs(scope);
      scope.dispose();
    }
  });
  const sizes = [tree.features, ...tree.levels];
  const scores = Math.max(0, ...tree.levels.map((units, l) => 4 * units * sizes[l]!));
  const pairs = Math.max(0, ...tree.levels.map((units) => 8 * units * padded(units)));
  const lists = listBytes(data);
  // Copies of the rows by column.
  const columns = 4 * (data.variables + 1 + data.index.length);
  // Beside the pairs a number of each row, three times.
  return lists + Math.max(inference, scores + listing + columns, scores + lists + 12 * data.rows + pairs + counting);
}

class Expander {
  private readonly engine: Engine;
  private readonly tree: LatentTree;
  private readonly data: BinaryRows;
  private readonly share: InputCount;
  private readonly pace: Pace;
  private readonly scope;
  /** Posteriors of each level's latents. */
  readonly levels: readonly SoftCounts[];

  constructor(engine: Engine, tree: LatentTree, data: BinaryRows, share: InputCount, pace: Pace) {
    this.engine = engine;
    this.tree = tree;
    this.data = data;
    this.share = share;
    this.pace = pace;
    this.scope = engine.scope();
    try {
      this.levels = tree.levels.map((latents) => new SoftCounts(engine, this.scope, data.rows, latents));
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  dispose(): void {
    this.scope.dispose();
  }

  /** Fills the levels' posteriors. */
  async infer(): Promise<void> {
    const { engine, tree } = this;
    const inference = new LatentInference(engine, tree, this.data);
    try {
      for (const { first, last, posterior } of inference.chunks()) {
        const from = engine.f32(posterior, (last - first) * tree.latents).slice();
        let offset = 0;
        for (const level of this.levels) {
          level.put(first, from, tree.latents, offset);
          offset += level.latents;
        }
        if (this.pace.due) await this.pace.turn();
      }
    } finally {
      inference.dispose();
    }
  }

  /** The layer from level `level` (0: the features) to the latents above it. */
  async layer(level: number, report: (done: number, total: number) => void): Promise<ExpandedLayer> {
    const { tree } = this;
    const first = tree.firstOf(level);
    const above = tree.firstOf(level + 1);
    const inputs = above - first;
    const units = tree.levels[level]!;
    const children = Array.from({ length: units }, (_, u) => tree.island(above + u).map((v) => v - first));
    const { density, minInputs } = this.share;
    const wanted = Math.min(inputs, Math.max(minInputs, Math.round(density * inputs)));
    const scores = children.some((own) => own.length < wanted) ? await this.scores(level, report) : undefined;
    const index = children.map((own, u) => choose(own, wanted, scores?.subarray(u * inputs, (u + 1) * inputs)));
    const start = new Int32Array(units + 1);
    index.forEach((list, u) => {
      start[u + 1] = start[u]! + list.length;
    });
    const all = new Int32Array(start[units]!);
    index.forEach((list, u) => {
      all.set(list, start[u]!);
    });
    return { inputs, units, start, index: all };
  }

  /** f32[units][inputs]: I(v; z | parent(v)), nats; -1 where v is a child of z. */
  private async scores(level: number, report: (done: number, total: number) => void): Promise<Float32Array> {
    const { engine, tree, scope } = this;
    const soft = this.levels[level]!;
    const { stride, latents: units } = soft;
    const n = this.data.rows;
    const first = tree.firstOf(level);
    const above = tree.firstOf(level + 1);
    const inputs = above - first;
    const out = new Float32Array(units * inputs);
    const rowsOf = level === 0 ? this.featureRows() : undefined;
    const below = level === 0 ? undefined : this.levels[level - 1]!;
    const ones = new Float32Array(n).fill(1);
    const weights = new Float32Array(n);
    const parents = new Float32Array(n);
    const [nz, nwz, information] = [scope.bytes(stride * 8), scope.bytes(stride * 8), scope.bytes(stride * 8)];
    engine.f64(nz, units).set(soft.totals());
    const pairs = await soft.pairs(this.pace);
    let done = 0;
    for (let w = 0; w < units; w++) {
      engine.f64(nwz, stride).set(pairs.subarray(w * stride, (w + 1) * stride));
      const nw = engine.f64(nz, stride)[w]!;
      if (below) soft.column(w, parents);
      for (const child of tree.island(above + w)) {
        const v = child - first;
        const listed = rowsOf?.(v);
        const weight = below ? below.column(v, weights) : ones.subarray(0, listed!.length);
        const parent = below ? parents : soft.column(w, parents, listed);
        let nv = 0;
        for (const x of weight) nv += x;
        soft.count(weight, parent, listed);
        const nvw = engine.f64(soft.sum, stride)[w]!;
        engine.kernels.conditional_information(information, nz, soft.sum, nwz, soft.joint, nv, nw, nvw, n, units);
        const row = engine.f64(information, units);
        for (let z = 0; z < units; z++) out[z * inputs + v] = row[z]!;
        out[w * inputs + v] = -1;
        done++;
        if (!this.pace.due) continue;
        report(done, inputs);
        await this.pace.turn();
      }
    }
    return out;
  }

  /** For each feature the rows in which it is 1. */
  private featureRows(): (feature: number) => Int32Array {
    const { engine, data } = this;
    const scope = engine.scope();
    try {
      const { columnStart, columnRow } = bindRows(engine, scope, data);
      const start = engine.i32(columnStart, data.variables + 1).slice();
      const list = engine.i32(columnRow, data.index.length).slice();
      return (v) => list.subarray(start[v]!, start[v + 1]!);
    } finally {
      scope.dispose();
    }
  }
}

/** A unit's inputs, rising: its children, then the best-scoring others until there are `wanted`. */
function choose(children: Int32Array, wanted: number, scores: Float32Array | undefined): Int32Array {
  const more = wanted - children.length;
  if (more <= 0 || !scores) return children;
  const bar = scores.slice().sort()[scores.length - more]!;
  const chosen = Array.from(children);
  let over = 0;
  for (const score of scores) if (score > bar) over++;
  let equal = more - over;
  scores.forEach((score, v) => {
    if (score > bar || (score === bar && equal-- > 0)) chosen.push(v);
  });
  return Int32Array.from(chosen).sort();
}
