import { complete } from '../../check/complete.js';
import { type Dataset, requireSound } from '../../data/dataset.js';
import { damaged, type ModelFile } from '../../files/model-file.js';
import type { SkipShape } from '../../layers/skip-path.js';
import type { Engine } from '../../runtime/engine.js';
import { INPUT_COUNT } from '../../structure/latent/expand-options.js';
import { expandTree } from '../../structure/latent/expansion.js';
import { isCopy, LatentTree, requireLatentTree } from '../../structure/latent/latent-tree.js';
import { begin, beginNet, FeedforwardNet, loadFeedforward, newState } from '../feedforward/feedforward-net.js';
import type { NetState } from '../feedforward/net-state.js';
import type { LoadOptions, NetDescription } from '../net.js';
import { type Skips, structureOf, TSE, type TseGrowSeconds, type TseNetOptions, type TseSettings } from './options.js';
import { type SkeletonJson, skeletonJson, skeletonOf, skeletonTensors } from './skeleton-file.js';

interface TseOrigin extends SkeletonJson {
  density: number;
  minInputs: number;
  /** Missing: any number. */
  maxInputs?: number;
}

/**
 * A net whose structure is learned from data: its hidden layers are the levels of a latent tree, connected as the tree is and where nodes tell much about each other
 * that the tree does not say, with a few dense paths past them. Chen, Li, Zhang: "Tree Skeleton Expansion" (ECSQARU 2019).
 */
export class TseNet extends FeedforwardNet {
  /** The tree that the hidden layers come from: unit i of hidden layer l (from 1) is latent i of level l. */
  readonly skeleton: LatentTree;
  /** Seconds that growing took, by phase; absent on a loaded net. */
  declare growSeconds?: TseGrowSeconds;

  /** @internal Use grow or load. */
  constructor(engine: Engine, state: NetState, skeleton: LatentTree) {
    super(engine, { ...state, tensors: skeletonTensors(skeleton) });
    this.skeleton = skeleton;
  }

  /**
   * Learns the structure: a latent tree, then its expansion. `fit` trains the weights.
   * @throws TypeError, RangeError naming the option for what does not fit
   */
  static async grow(train: Dataset, given: TseNetOptions = {}): Promise<TseNet> {
    requireSound(train, 'train');
    if (isCopy(given?.skeleton)) requireLatentTree(given.skeleton, 'skeleton');
    const options = complete(TSE, given, 'TseNet.grow');
    options.signal?.throwIfAborted();
    // Pages that only run nets do without what grows them.
    const [begun, { growSkeleton }] = await Promise.all([beginNet(train, options), import('./grow-skeleton.js')]);
    const { engine } = begun;
    const { seed, density, minInputs, signal, onProgress } = options;
    const { maxInputs, maxTop, skips: paths } = structureOf(options, train);
    const { skeleton, seconds } = await growSkeleton(engine, train, options, maxTop);
    const skips = paths ? skipShapes(paths, skeleton.levels.length) : [];
    const began = performance.now();
    const { layers } = await expandTree(skeleton, train, {
      density,
      minInputs,
      maxInputs,
      ...sampling(options.skeleton, seed),
      engine,
      signal,
      onProgress: ({ layer, done, total }) => onProgress?.({ phase: 'expansion', level: layer, done, total }),
    });
    const expansion = (performance.now() - began) / 1000;
    const hidden = layers.map((connections) => ({ connections, dense: 0 }));
    const most = Number.isFinite(maxInputs);
    const origin: TseOrigin = { ...skeletonJson(skeleton), density, minInputs, ...(most ? { maxInputs } : {}) };
    const state = await newState('tse', begun, { hidden, ...(skips.length ? { skips } : {}) }, origin);
    const net = await begin(new TseNet(engine, { ...state, featureNames: skeleton.featureNames }, skeleton), begun);
    net.growSeconds = { ...seconds, expansion };
    return net;
  }

  /** Reads what `save` wrote. TypeError for other bytes, RangeError for damaged ones. */
  static load(saved: Uint8Array | ModelFile, options: LoadOptions = {}): Promise<TseNet> {
    return loadFeedforward(saved, 'tse', options, (engine, state, { tensors }) => {
      const { shape, origin, featureNames } = state;
      const skeleton = skeletonOf(tensors, origin, shape.inputs, featureNames, 'bytes');
      requireOrigin(origin as TseOrigin);
      const fits =
        skeleton.levels.length === shape.hidden.length &&
        shape.hidden.every(({ connections, dense }, l) => dense === 0 && connections?.units === skeleton.levels[l]);
      if (!fits) throw new RangeError('bytes: the latent tree is damaged: its levels are not the hidden layers');
      return new TseNet(engine, state, skeleton);
    });
  }

  override describe(): NetDescription {
    const { density } = this;
    const { levels, rows, logLikelihood, bic } = this.skeleton;
    return { ...super.describe(), density, skeleton: { levels: [...levels], rows, logLikelihood, bic } };
  }

  /** Share of a layer's possible connections that growing aimed at. */
  get density(): number {
    return (this.state.origin as TseOrigin).density;
  }
}

/** Expansion looks at the rows that the skeleton was learned from. */
function sampling(skeleton: TseSettings['skeleton'], seed: number): { sampleRows?: number; seed: number } {
  if (skeleton instanceof LatentTree) return { seed };
  return { seed: skeleton.seed ?? seed, sampleRows: skeleton.sampleRows };
}

function requireOrigin({ density, minInputs, maxInputs }: TseOrigin): void {
  try {
    complete(INPUT_COUNT, { density, minInputs, maxInputs }, 'bytes');
  } catch (cause) {
    throw damaged((cause as Error).message, cause);
  }
}

/** Levels rise. */
function skipShapes({ from, units }: Skips, hidden: number): SkipShape[] {
  const levels =
    from === 'all' ? Array.from({ length: hidden + 1 }, (_, level) => level) : [...from].sort((a, b) => a - b);
  for (const level of levels) {
    if (level > hidden)
      throw new RangeError(
        `skipPaths.from: expected levels from 0 to ${hidden}, the hidden layers of this net, got ${level}`,
      );
  }
  return levels.map((level) => ({ from: level, units }));
}
