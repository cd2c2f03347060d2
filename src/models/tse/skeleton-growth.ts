import { requireCallbacks, requireOptions } from '../../check/require.js';
import type { Dataset } from '../../data/dataset.js';
import type { Engine } from '../../runtime/engine.js';
import { Pace } from '../../runtime/pace.js';
import { LatentTree } from '../../structure/latent/latent-tree.js';
import {
  type LatentTreeOptions,
  type LatentTreeSeconds,
  latentTreeOptions,
  learnLatentTree,
  NO_SECONDS,
} from '../../structure/latent/learning.js';
import type { GrowRunOptions } from '../trf/grow.js';
import { readSkeleton, writeSkeleton } from './skeleton-file.js';

/** Options of learning a skeleton; its seed is the net's unless told otherwise. */
export type SkeletonOptions = Omit<LatentTreeOptions, 'engine' | 'signal' | 'onProgress'>;

export interface TseGrowSeconds extends LatentTreeSeconds {
  expansion: number;
}

export interface TseGrowProgress {
  /** Those of learning a latent tree, then its expansion. */
  phase: keyof TseGrowSeconds;
  /** From 1: the level of latents, which is the hidden layer; 0 where a phase is about the whole tree. */
  level: number;
  /** Variables, steps or rows done in this phase, and of how many. */
  done: number;
  total: number;
}

type Run = GrowRunOptions<TseGrowProgress> & { seed: number; skeleton?: LatentTree | SkeletonOptions };

/** The skeleton given, gone on from, or learned, with its features' names, and the seconds that learning it took. */
export async function growSkeleton(
  engine: Engine,
  train: Dataset,
  run: Run,
): Promise<{ skeleton: LatentTree; seconds: LatentTreeSeconds }> {
  const { skeleton, signal, onProgress, onCheckpoint, resume, seed } = run;
  requireCallbacks(run, ['onProgress', 'onCheckpoint']);
  new Pace(signal);
  if (skeleton instanceof LatentTree) {
    if (resume !== undefined)
      throw new TypeError('resume: expected none beside a skeleton that is ready, got a checkpoint of learning one');
    return { skeleton: fitting(skeleton, train), seconds: NO_SECONDS };
  }
  if (skeleton !== undefined) requireLearning(skeleton);
  const { onProgress: _, ...options } = latentTreeOptions({ ...skeleton, seed: skeleton?.seed ?? seed });
  const { rows, columns, features, featureNames } = train;
  const fingerprint = JSON.stringify({ method: 'tse', rows, columns, kind: features.kind, ...options });
  if (resume !== undefined)
    return { skeleton: readSkeleton(resume, fingerprint, columns, featureNames), seconds: NO_SECONDS };
  const learned = await learnLatentTree(train, { ...options, engine, signal, onProgress });
  await onCheckpoint?.(writeSkeleton(learned.tree, fingerprint));
  return { skeleton: learned.tree, seconds: learned.seconds };
}

/** What is meant for a tree must not pass for options, of which it has none: another would be learned. */
function requireLearning(skeleton: SkeletonOptions): void {
  requireOptions(skeleton, 'skeleton');
  if (Array.isArray(skeleton) || 'latents' in skeleton || 'layers' in skeleton)
    throw new TypeError(
      'skeleton: expected a LatentTree or how to learn one, got neither; LatentTree.fromJSON reads a tree from JSON',
    );
}

/** A ready skeleton for these data, with their features' names. */
function fitting(skeleton: LatentTree, { columns, featureNames: names }: Dataset): LatentTree {
  if (skeleton.features !== columns)
    throw new RangeError(
      `skeleton: expected a tree over the ${columns} columns of train, got one over ${skeleton.features}`,
    );
  if (!names) return skeleton;
  skeleton.featureNames?.forEach((name, i) => {
    if (name !== names[i])
      throw new RangeError(`skeleton: expected feature ${i} to be named as in train, "${names[i]}", got "${name}"`);
  });
  return skeleton.featureNames ? skeleton : new LatentTree({ ...skeleton, featureNames: names });
}
