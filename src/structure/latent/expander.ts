import type { Completed } from '../../check/option.js';
import type { Observations } from '../../data/checked.js';
import { requireMemory } from '../../runtime/budget.js';
import type { Engine } from '../../runtime/engine.js';
import { Pace } from '../../runtime/pace.js';
import { bytesOf } from '../../runtime/rehearsal.js';
import { chooseRows, listBytes, selectLists } from '../binary.js';
import type { BinaryRows } from '../variables.js';
import type { EXPAND, ExpandedLayer, Expansion, INPUT_COUNT } from './expand-options.js';
import type { LatentTree } from './latent-tree.js';
import { LayerScores, type Places } from './layer-scores.js';
import { type Beside, LatentInference, rowsLike } from './posteriors.js';
import { SoftCounts } from './soft-counts.js';

/** What expandTree does. */
export async function expand(
  engine: Engine,
  tree: LatentTree,
  data: Observations,
  options: Completed<typeof EXPAND>,
  pace: Pace,
): Promise<Expansion> {
  const { onProgress, sampleRows, seed } = options;
  const all = rowsLike(engine, tree, data);
  if (pace.due) await pace.turn();
  const sample = selectLists(all, chooseRows(engine, all.rows, sampleRows, seed));
  const what = `expanding ${tree.latents} latents over ${sample.rows} rows`;
  requireMemory(engine, expansionBytes(engine, tree, sample, options), 'data', what, 'fewer rows (sampleRows)');
  const expander = new Expander(engine, tree, sample, options, pace);
  try {
    if (pace.due) await pace.turn();
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

/** Bytes of the posteriors of all levels, and beside them in turn: inference, or the scores of the largest layer. */
function expansionBytes(engine: Engine, tree: LatentTree, data: BinaryRows, share: InputCount): number {
  const connections = Math.max(0, ...tree.levels.map((_, l) => planOf(tree, l, share).start.at(-1)!));
  const memory = bytesOf(engine, (dry) => {
    const expander = new Expander(dry, tree, data, share, new Pace());
    new LatentInference(dry, tree, data).dispose();
    for (const l of tree.levels.keys()) expander.scoresOf(l, planOf(tree, l, share)).dispose();
  });
  return listBytes(data) + memory + 4 * connections;
}

/** What a layer is to be like: children of each unit, and places for its inputs. */
interface Plan extends Places {
  readonly inputs: number;
  readonly units: number;
  readonly children: readonly Int32Array[];
}

function planOf(tree: LatentTree, level: number, { density, minInputs, maxInputs }: InputCount): Plan {
  const first = tree.firstOf(level);
  const above = tree.firstOf(level + 1);
  const inputs = above - first;
  const units = tree.levels[level]!;
  const children = Array.from({ length: units }, (_, u) => tree.island(above + u).map((v) => v - first));
  const wanted = Math.min(inputs, maxInputs, Math.max(minInputs, Math.round(density * inputs)));
  const more = Int32Array.from(children, (own) => Math.max(0, wanted - own.length));
  const start = new Int32Array(units + 1);
  children.forEach((own, u) => {
    start[u + 1] = start[u]! + own.length + more[u]!;
  });
  return { inputs, units, children, more, start };
}

class Expander {
  private readonly engine: Engine;
  private readonly tree: LatentTree;
  private readonly data: BinaryRows;
  private readonly share: InputCount;
  private readonly pace: Pace;
  private readonly scope;
  /** Posteriors of each level's latents. */
  private readonly levels: readonly SoftCounts[];

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
    const { engine, tree, levels } = this;
    const inference = new LatentInference(engine, tree, this.data);
    const { latents, posterior } = inference;
    const put: Beside = (kernels, ...rows) => {
      let offset = 0;
      for (const level of levels) {
        level.put(kernels, posterior, latents, offset, ...rows);
        offset += level.latents;
      }
    };
    try {
      if (this.pace.due) await this.pace.turn();
      for await (const _ of inference.chunks(this.pace, put));
    } finally {
      inference.dispose();
    }
  }

  /** The layer from level `level` (0: the features) to the latents above it. */
  async layer(level: number, report: (done: number, total: number) => void): Promise<ExpandedLayer> {
    const { pace } = this;
    const plan = planOf(this.tree, level, this.share);
    const { inputs, units, children, more, start } = plan;
    if (more.every((count) => count === 0)) return { inputs, units, start, index: joined(children, start) };
    const scores = this.scoresOf(level, plan);
    try {
      if (pace.due) await pace.turn();
      await scores.compute(children, pace, (done) => report(done, inputs));
      const index = await scores.choose(plan, pace);
      children.forEach((own, u) => {
        if (more[u] === 0) index.set(own, start[u]!);
      });
      return { inputs, units, start, index };
    } finally {
      scores.dispose();
    }
  }

  scoresOf(level: number, { start }: Plan): LayerScores {
    const { engine, data, levels } = this;
    return new LayerScores(engine, data, levels[level]!, levels[level - 1], start.at(-1)!);
  }
}

function joined(lists: readonly Int32Array[], start: Int32Array): Int32Array {
  const all = new Int32Array(start.at(-1)!);
  lists.forEach((list, u) => {
    all.set(list, start[u]!);
  });
  return all;
}
