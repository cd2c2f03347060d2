import { requireInteger, requireOptions } from '../../check/require.js';
import type { Dataset } from '../../data/dataset.js';
import type { SkipShape } from '../../layers/skip-path.js';
import type { Engine } from '../../runtime/engine.js';
import { type ExpandOptions, expandTree, requireExpansion } from '../../structure/latent/expansion.js';
import { LatentTree } from '../../structure/latent/latent-tree.js';
import {
  beginNet,
  FeedforwardNet,
  loadState,
  type NetOptions,
  newState,
  wideInputDropout,
} from '../feedforward/feedforward-net.js';
import { fillNetwork } from '../feedforward/model-file.js';
import type { NetState } from '../feedforward/net-state.js';
import type { GrowRunOptions } from '../trf/grow.js';
import { type SkeletonJson, skeletonJson, skeletonOf, skeletonTensors } from './skeleton-file.js';
import { growSkeleton, type SkeletonOptions, type TseGrowProgress, type TseGrowSeconds } from './skeleton-growth.js';

/** Skip-paths: from each of these levels a dense layer of ReLU units, with the net's dropout, straight to the output. */
export interface SkipPathOptions {
  /** Levels: 0 is the features, 1 the first hidden layer, and so on; 'all' takes every one. Default [0, 1]. */
  from?: readonly number[] | 'all';
  /** Units of each path. Default 100. */
  units?: number;
}

export interface TseNetOptions
  extends NetOptions,
    GrowRunOptions<TseGrowProgress>,
    Pick<ExpandOptions, 'density' | 'minInputs'> {
  /** false for none. Default: 100 units from the features and 100 from the first hidden layer. */
  skipPaths?: SkipPathOptions | false;
  /** How to learn the latent tree, from the features before `input` changes them; or a tree that is ready, over the same features. */
  skeleton?: LatentTree | SkeletonOptions;
}

interface TseOrigin extends SkeletonJson {
  density: number;
  minInputs: number;
}

/**
 * A net whose structure is learned from data: its hidden layers are the levels of a latent tree, connected as the tree is and where nodes tell much about each other
 * that the tree does not say, with a few dense paths past them. Chen, Li, Zhang: "Tree Skeleton Expansion" (ECSQARU 2019).
 */
export class TseNet extends FeedforwardNet {
  /** The tree that the hidden layers come from: unit i of hidden layer l (from 1) is latent i of level l. */
  readonly skeleton: LatentTree;
  /** Seconds that growing took, by phase; absent on a loaded net. */
  growSeconds?: TseGrowSeconds;

  /** @internal Use grow or load. */
  constructor(engine: Engine, state: NetState, skeleton: LatentTree) {
    super(engine, { ...state, tensors: skeletonTensors(skeleton) });
    this.skeleton = skeleton;
  }

  /** Learns the structure: a latent tree, then its expansion. `fit` trains the weights. */
  static async grow(train: Dataset, options: TseNetOptions = {}): Promise<TseNet> {
    const begun = await beginNet(train, options, wideInputDropout);
    const { signal, onProgress } = options;
    const { engine, seed, initialScale } = begun;
    const share = requireExpansion(options);
    const paths = skipPathOptions(options.skipPaths);
    const { skeleton, seconds } = await growSkeleton(engine, train, { ...options, seed });
    const skips = skipShapes(paths, skeleton.levels.length);
    const began = performance.now();
    const { layers } = await expandTree(skeleton, train, {
      ...share,
      ...sampling(options.skeleton, seed),
      engine,
      signal,
      onProgress: ({ layer, done, total }) => onProgress?.({ phase: 'expansion', level: layer, done, total }),
    });
    const expansion = (performance.now() - began) / 1000;
    const hidden = layers.map((connections) => ({ connections, dense: 0 }));
    const origin: TseOrigin = { ...skeletonJson(skeleton), ...share };
    const state = newState('tse', begun, { hidden, ...(skips.length ? { skips } : {}) }, origin);
    const net = new TseNet(engine, { ...state, featureNames: skeleton.featureNames }, skeleton);
    net.network.initialise(seed, initialScale);
    net.growSeconds = { ...seconds, expansion };
    return net;
  }

  /** Reads what `save` wrote. TypeError for other bytes, RangeError for damaged ones. */
  static async load(bytes: Uint8Array, options: { engine?: Engine } = {}): Promise<TseNet> {
    const { engine, file } = await loadState(bytes, 'tse', options);
    const { shape, origin, featureNames } = file.state;
    const skeleton = skeletonOf(file.tensors, origin as SkeletonJson, shape.inputs, featureNames, 'bytes');
    try {
      requireExpansion(origin as TseOrigin);
    } catch (cause) {
      throw new RangeError(`bytes: the metadata of this net are damaged: ${(cause as Error).message}`, { cause });
    }
    const fits =
      skeleton.levels.length === shape.hidden.length &&
      shape.hidden.every(({ connections, dense }, l) => dense === 0 && connections?.units === skeleton.levels[l]);
    if (!fits) throw new RangeError('bytes: the latent tree is damaged: its levels are not the hidden layers');
    const net = new TseNet(engine, file.state, skeleton);
    fillNetwork(net.network, file.tensors);
    return net;
  }

  /** Share of a layer's possible connections that growing aimed at. */
  get density(): number {
    return (this.state.origin as TseOrigin).density;
  }
}

/** Expansion looks at the rows that the skeleton was learned from. */
function sampling(skeleton: TseNetOptions['skeleton'], seed: number): { sampleRows?: number; seed: number } {
  if (skeleton === undefined || skeleton instanceof LatentTree) return { seed };
  const { sampleRows } = skeleton;
  return { seed: skeleton.seed ?? seed, ...(sampleRows === undefined ? {} : { sampleRows }) };
}

/** Checked and completed; levels rise. */
function skipPathOptions(given: SkipPathOptions | false = {}): { from: readonly number[] | 'all'; units: number } {
  if (given === false) return { from: [], units: 1 };
  requireOptions(given, 'skipPaths');
  if (Array.isArray(given)) throw new TypeError('skipPaths: expected false or { from, units }, got an array');
  const { from = [0, 1], units = 100 } = given;
  requireInteger(units, 1, 'skipPaths.units');
  if (from === 'all') return { from, units };
  if (!Array.isArray(from))
    throw new TypeError(`skipPaths.from: expected a list of levels or 'all', got ${JSON.stringify(from)}`);
  from.forEach((level, i) => {
    requireInteger(level, 0, `skipPaths.from[${i}]`);
    if (from.indexOf(level) < i) throw new RangeError(`skipPaths.from: expected each level once, got ${level} twice`);
  });
  return { from: [...from].sort((a, b) => a - b), units };
}

function skipShapes({ from, units }: ReturnType<typeof skipPathOptions>, hidden: number): SkipShape[] {
  const levels = from === 'all' ? Array.from({ length: hidden + 1 }, (_, level) => level) : from;
  for (const level of levels) {
    if (level > hidden)
      throw new RangeError(
        `skipPaths.from: expected levels from 0 to ${hidden}, the hidden layers of this net, got ${level}`,
      );
  }
  return levels.map((level) => ({ from: level, units }));
}
