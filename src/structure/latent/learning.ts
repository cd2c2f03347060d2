import { requireCallbacks, requireInteger, requireOptions, requirePositive, requireSeed } from '../../check/require.js';
import { requireRows } from '../../data/matrix.js';
import { type Engine, engineOf } from '../../runtime/engine.js';
import { Pace } from '../../runtime/pace.js';
import { chooseRows, listRows, selectBits, selectLists } from '../binary.js';
import { countIndices } from '../pair-information.js';
import {
  type BinaryColumns,
  type BinaryRows,
  binarise,
  binaryLimits,
  checkedDataset,
  type DiscretiseOptions,
  type Observations,
} from '../variables.js';
import { assemble, orderLevels } from './assembly.js';
import type { ClassModel } from './fits.js';
import { growIslands, type IslandOptions } from './islands.js';
import { LatentTree } from './latent-tree.js';
import { type ExpectedCounts, type LatentForest, LatentInference } from './posteriors.js';
import { SoftCounts } from './soft-counts.js';
import { linkLatents } from './top-links.js';

export interface LatentTreeOptions extends Pick<DiscretiseOptions, 'threshold'> {
  /** Default 0. All random numbers are a function of it. */
  seed?: number;
  /** An island that has at least this many variables, from 3 to 50, grows no further, unless but one or two are left over. Default 15. */
  maxIsland?: number;
  /** The level with at most this many latents is the last. Default 30. */
  maxTop?: number;
  /** The unidimensionality test fails if a second latent gains more than this of the Bayesian information criterion, nats. Default 3. */
  delta?: number;
  /** Random starts of EM. Default 3. */
  restarts?: number;
  /** The most steps of EM from one start. Default 200 (the authors take 50, which splits islands of weak ties in large data). */
  emSteps?: number;
  /** EM stops when a step gains less log-likelihood than this, nats. Default 0.01. */
  emTolerance?: number;
  /** Rows that the structure is learned from, chosen at random if there are more. Default 10,000. */
  sampleRows?: number;
  /** Steps of EM over the whole tree once it stands. Default 10. */
  refineSteps?: number;
  /** Default: one shared engine. */
  engine?: Engine;
  /** Rejects with the signal's reason. */
  signal?: AbortSignal;
  onProgress?: (progress: LatentTreeProgress) => void;
}

export interface LatentTreeProgress {
  /** Mutual information of all pairs, islands, links between top latents, EM over the whole tree, likelihood of all rows. */
  phase: keyof LatentTreeSeconds;
  /** From 1, the level above the features; 0 where a phase is about the whole tree. */
  level: number;
  /** Variables, steps or rows done in this phase, and of how many. */
  done: number;
  total: number;
}

/** Seconds that each phase took, all levels together. */
export interface LatentTreeSeconds {
  information: number;
  islands: number;
  links: number;
  refine: number;
  likelihood: number;
}

export const NO_SECONDS: LatentTreeSeconds = { information: 0, islands: 0, links: 0, refine: 0, likelihood: 0 };

/** Products over an island's variables stay within f64 up to this many, for a sample of up to a million rows. */
const LARGEST_ISLAND = 50;

/**
 * Learns a hierarchical latent tree model: level by level the variables are partitioned into islands by a unidimensionality test on models that grow by progressive EM,
 * each island gets a latent, and the latents' most probable states are the next level's variables. The last level's latents are linked
 * by a Chow-Liu tree on their posteriors, and a few steps of EM over the whole tree end it. Chen et al., "Progressive EM for latent tree models and hierarchical topic detection"
 * (AAAI 2016); Chen, Li, Zhang, "Tree Skeleton Expansion" (ECSQARU 2019), section 3. Binary features, as `threshold` makes them.
 *
 * TypeError for options of another kind, RangeError for values out of range.
 */
export async function latentTree(data: Observations, options: LatentTreeOptions = {}): Promise<LatentTree> {
  return (await learnLatentTree(data, options)).tree;
}

/** latentTree, with the time each phase took. */
export async function learnLatentTree(
  data: Observations,
  given: LatentTreeOptions = {},
): Promise<{ tree: LatentTree; seconds: LatentTreeSeconds }> {
  const options = latentTreeOptions(given);
  const dataset = checkedDataset(data);
  const matrix = requireRows(dataset.features, 'data');
  const limits = binaryLimits(matrix, options.threshold);
  const engine = await engineOf(given);
  const learner = new Learner(engine, options, new Pace(given.signal));
  const features = binarise(matrix, limits);
  const chosen = chooseRows(engine, features.rows, options.sampleRows, options.seed);
  // Posteriors take lists of ones; islands grow from what the features are, lists or bits.
  const all = listRows(features);
  const sample = selectLists(all, chosen);
  const levels = await learner.growLevels(features.kind === 'rows' ? sample : selectBits(features, chosen));
  const forest = await learner.link(matrix.columns, levels, sample);
  await learner.refine(forest, sample);
  const logLikelihood = await learner.likelihood(forest, all);
  const tree = new LatentTree({
    ...forest,
    levels: levels.map((islands) => islands.length),
    limits,
    rows: matrix.rows,
    logLikelihood,
    featureNames: dataset.featureNames,
  });
  return { tree, seconds: learner.seconds };
}

type Settings = Required<Omit<LatentTreeOptions, 'engine' | 'signal' | 'onProgress' | 'threshold'>> &
  Pick<LatentTreeOptions, 'onProgress' | 'threshold'>;

/** Completed and checked. */
export function latentTreeOptions(given: LatentTreeOptions): Settings {
  requireOptions(given);
  const { threshold, onProgress } = given;
  const { seed = 0, maxIsland = 15, maxTop = 30, delta = 3, restarts = 3, emSteps = 200, emTolerance = 0.01 } = given;
  const { sampleRows = 10_000, refineSteps = 10 } = given;
  requireSeed(seed);
  requireInteger(maxIsland, 3, 'maxIsland');
  if (maxIsland > LARGEST_ISLAND)
    throw new RangeError(`maxIsland: expected an integer from 3 to ${LARGEST_ISLAND}, got ${maxIsland}`);
  requireInteger(maxTop, 1, 'maxTop');
  requireInteger(restarts, 1, 'restarts');
  requireInteger(emSteps, 1, 'emSteps');
  requireInteger(sampleRows, 1, 'sampleRows');
  requireInteger(refineSteps, 0, 'refineSteps');
  requirePositive(emTolerance, 'emTolerance');
  if (typeof delta !== 'number') throw new TypeError(`delta: expected a number, got ${typeof delta}`);
  if (!Number.isFinite(delta)) throw new RangeError(`delta: expected a finite number of nats, got ${delta}`);
  requireCallbacks(given, ['onProgress']);
  return {
    ...{ seed, maxIsland, maxTop, delta, restarts, emSteps, emTolerance, sampleRows, refineSteps },
    ...(threshold === undefined ? {} : { threshold }),
    ...(onProgress === undefined ? {} : { onProgress }),
  };
}

/** The state of one call of latentTree. */
class Learner {
  readonly seconds: LatentTreeSeconds = { ...NO_SECONDS };
  private readonly engine: Engine;
  private readonly options: Settings & IslandOptions;
  private readonly pace: Pace;

  constructor(engine: Engine, options: Settings, pace: Pace) {
    this.engine = engine;
    this.options = options;
    this.pace = pace;
  }

  /** The islands of each level. */
  async growLevels(features: BinaryRows | BinaryColumns): Promise<ClassModel[][]> {
    const { options } = this;
    const levels: ClassModel[][] = [];
    let variables = features;
    let fits = 0;
    for (;;) {
      const level = levels.length + 1;
      const { variables: total } = variables;
      let began = performance.now();
      const grown = await growIslands(this.engine, variables, options, fits, this.pace, (phase, done) => {
        if (done === total) {
          const now = performance.now();
          this.seconds[phase] += (now - began) / 1000;
          began = now;
        }
        options.onProgress?.({ phase, level, done, total });
      });
      levels.push([...grown.islands]);
      if (grown.islands.length <= options.maxTop) return levels;
      fits = grown.fits;
      variables = grown.states;
    }
  }

  /** Links the last level's latents by a Chow-Liu tree on their posteriors, and numbers the latents. */
  async link(features: number, levels: readonly ClassModel[][], data: BinaryRows): Promise<LatentForest> {
    const began = performance.now();
    const { engine } = this;
    const plain = levels.map((islands) => islands.map((_, i) => i));
    const roots = assemble(features, levels, plain);
    const top = levels.at(-1)!.length;
    const scope = engine.scope();
    const inference = new LatentInference(engine, roots, data);
    try {
      const soft = new SoftCounts(engine, scope, data.rows, top);
      const { latents } = inference;
      for (const { first, last, posterior } of inference.chunks()) {
        soft.put(first, engine.f32(posterior, (last - first) * latents), latents, latents - top);
        await this.turn('links', levels.length, last, data.rows);
      }
      const links = await linkLatents(engine, scope, soft, this.pace);
      return assemble(features, levels, orderLevels(levels, links), links);
    } finally {
      inference.dispose();
      scope.dispose();
      this.seconds.links += (performance.now() - began) / 1000;
    }
  }

  /** EM over the whole tree, one pseudo-count for each cell of a table. Changes the forest's probabilities. */
  async refine(forest: LatentForest, data: BinaryRows): Promise<void> {
    const began = performance.now();
    const { refineSteps, emTolerance } = this.options;
    const inference = new LatentInference(this.engine, forest, data);
    const featureOnes = countIndices(data.index, forest.features);
    let before = Number.NEGATIVE_INFINITY;
    try {
      for (let step = 1; step <= refineSteps; step++) {
        const likelihood = await inference.logLikelihood(this.pace, true);
        const converged = likelihood - before < emTolerance;
        await this.turn('refine', 0, converged ? refineSteps : step, refineSteps);
        if (converged) break;
        before = likelihood;
        maximise(forest, inference.expected, featureOnes, data.rows);
        inference.setTables(forest.probability);
      }
    } finally {
      inference.dispose();
      this.seconds.refine += (performance.now() - began) / 1000;
    }
  }

  /** ln P of all rows. */
  async likelihood(forest: LatentForest, data: BinaryRows): Promise<number> {
    const began = performance.now();
    const inference = new LatentInference(this.engine, forest, data);
    try {
      const report = (done: number) => this.turn('likelihood', 0, done, data.rows);
      return await inference.logLikelihood(this.pace, false, report);
    } finally {
      inference.dispose();
      this.seconds.likelihood += (performance.now() - began) / 1000;
    }
  }

  private async turn(phase: keyof LatentTreeSeconds, level: number, done: number, total: number): Promise<void> {
    const { due } = this.pace;
    if (due || done === total) this.options.onProgress?.({ phase, level, done, total });
    if (due) await this.pace.turn();
  }
}

/** The maximisation step: new tables from expected counts. */
function maximise(
  { features, parent, probability }: LatentForest,
  { both, ones }: ExpectedCounts,
  featureOnes: Int32Array,
  rows: number,
): void {
  const latents = parent.length - features;
  for (let v = 0; v < parent.length; v++) {
    const feature = v < features;
    const on = feature ? featureOnes[v]! : ones[v - features]!;
    const joint = both[feature ? latents + v : v - features]!;
    const above = parent[v]! < 0 ? undefined : ones[parent[v]! - features]!;
    if (above === undefined) {
      probability.fill((on + 1) / (rows + 2), 2 * v, 2 * v + 2);
    } else {
      probability[2 * v] = (on - joint + 1) / (rows - above + 2);
      probability[2 * v + 1] = (joint + 1) / (above + 2);
    }
  }
}
