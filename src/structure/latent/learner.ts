import { complete } from '../../check/complete.js';
import { checkedData, type Observations } from '../../data/checked.js';
import { requireRows } from '../../data/matrix.js';
import { padded } from '../../numeric/padding.js';
import { requireMemory } from '../../runtime/budget.js';
import { type Engine, engineOf } from '../../runtime/engine.js';
import { Pace } from '../../runtime/pace.js';
import { bytesOf } from '../../runtime/rehearsal.js';
import { chooseRows, listBytes, listRows, selectBits, selectLists } from '../binary.js';
import { countIndices } from '../pair-information.js';
import { type BinaryColumns, type BinaryRows, binarise, binaryLimits } from '../variables.js';
import { assemble, orderLevels } from './assembly.js';
import type { ClassModel } from './fits.js';
import { growIslands } from './islands.js';
import { LatentTree } from './latent-tree.js';
import { maximise } from './maximise.js';
import {
  LATENT_TREE,
  type LatentTreeOptions,
  type LatentTreeSeconds,
  type LatentTreeSettings,
  NO_SECONDS,
} from './options.js';
import { type Beside, type LatentForest, LatentInference } from './posteriors.js';
import { SoftCounts } from './soft-counts.js';
import { type Steering, steeringOf } from './steering/steering.js';
import { linkLatents } from './top-links.js';

/** What learnLatentTree does. */
export async function learn(
  data: Observations,
  given: LatentTreeOptions,
): Promise<{ tree: LatentTree; seconds: LatentTreeSeconds }> {
  const options = complete(LATENT_TREE, given, 'latentTree');
  const pace = new Pace(options.signal);
  const engine = await engineOf(options);
  const dataset = checkedData(data);
  const matrix = requireRows(dataset.features, 'data');
  const { rows, columns } = matrix;
  const limits = binaryLimits(engine, matrix, options.threshold);
  const learner = new Learner(engine, options, pace);
  const features = binarise(engine, matrix, limits);
  if (pace.due) await pace.turn();
  const chosen = chooseRows(engine, features.rows, options.sampleRows, options.seed);
  // Posteriors take lists of ones; islands grow from what the features are, lists or bits.
  const all = listRows(engine, features);
  if (pace.due) await pace.turn();
  const sample = selectLists(all, chosen);
  const steering = steeringOf(engine, options, given.maxTop, dataset.featureNames, columns, pace);
  const levels = await learner.growLevels(features.kind === 'rows' ? sample : selectBits(features, chosen), steering);
  const forest = await learner.link(columns, levels, sample);
  await learner.refine(forest, sample);
  const logLikelihood = await learner.likelihood(forest, all);
  await pace.end();
  const tree = new LatentTree({
    ...forest,
    levels: levels.map((islands) => islands.length),
    limits,
    rows,
    logLikelihood,
    featureNames: dataset.featureNames,
  });
  return { tree, seconds: learner.seconds };
}

const FEWER_ROWS = 'fewer rows (sampleRows)';

/** The state of one call of latentTree. */
class Learner {
  readonly seconds: LatentTreeSeconds = { ...NO_SECONDS };
  private readonly engine: Engine;
  private readonly options: LatentTreeSettings;
  private readonly pace: Pace;

  constructor(engine: Engine, options: LatentTreeSettings, pace: Pace) {
    this.engine = engine;
    this.options = options;
    this.pace = pace;
  }

  /** The islands of each level. */
  async growLevels(features: BinaryRows | BinaryColumns, steering?: Steering): Promise<ClassModel[][]> {
    const { options } = this;
    const levels: ClassModel[][] = [];
    let variables = features;
    let fits = 0;
    for (;;) {
      const level = levels.length + 1;
      const { variables: total } = variables;
      let began = performance.now();
      const report = (phase: 'information' | 'islands', done: number) => {
        if (done === total) {
          const now = performance.now();
          this.seconds[phase] += (now - began) / 1000;
          began = now;
        }
        this.pace.hear(options.onProgress?.({ phase, level, done, total }));
      };
      const growth = steering?.growth(levels);
      const grown = await growIslands(this.engine, variables, options, fits, this.pace, report, growth);
      levels.push([...grown.islands]);
      fits = grown.fits;
      if (steering) {
        steering.keep(variables, fits);
        if (steering.isLast(levels)) return steering.finish(levels);
      } else if (grown.islands.length <= options.maxTop) return levels;
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
    const memory = bytesOf(engine, (dry) => {
      new LatentInference(dry, roots, data);
      new SoftCounts(dry, dry.scope(), data.rows, top).roomForPairs(dry.scope());
      dry.scope().bytes(8 * data.rows + 16 * padded(top));
    });
    const arrays = listBytes(data);
    requireMemory(engine, memory + arrays, 'data', `linking ${top} latents over ${data.rows} rows`, FEWER_ROWS);
    const inference = new LatentInference(engine, roots, data);
    try {
      if (this.pace.due) await this.pace.turn();
      const soft = new SoftCounts(engine, scope, data.rows, top);
      const { latents, posterior } = inference;
      const put: Beside = (kernels, ...rows) => soft.put(kernels, posterior, latents, latents - top, ...rows);
      for await (const { last } of inference.chunks(this.pace, put))
        await this.turn('links', levels.length, last, data.rows);
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
      if (this.pace.due) await this.pace.turn();
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
      if (this.pace.due) await this.pace.turn();
      const report = (done: number) => this.turn('likelihood', 0, done, data.rows);
      return await inference.logLikelihood(this.pace, false, report);
    } finally {
      inference.dispose();
      this.seconds.likelihood += (performance.now() - began) / 1000;
    }
  }

  private async turn(phase: keyof LatentTreeSeconds, level: number, done: number, total: number): Promise<void> {
    const { due } = this.pace;
    if (due || done === total) this.pace.hear(this.options.onProgress?.({ phase, level, done, total }));
    if (due) await this.pace.turn();
  }
}
