import type { Dataset } from '../../data/dataset.js';
import { decisive, identity } from '../../files/identity.js';
import type { Engine } from '../../runtime/engine.js';
import { Pace, unlessAborted } from '../../runtime/pace.js';
import { inTurns } from '../../runtime/steps.js';
import { LatentTree } from '../../structure/latent/latent-tree.js';
import { learnLatentTree } from '../../structure/latent/learning.js';
import { type LatentTreeSeconds, LEARNING, NO_SECONDS } from '../../structure/latent/options.js';
import type { TseSettings } from './options.js';
import { readSkeleton, writeSkeleton } from './skeleton-file.js';

/** The skeleton given, gone on from, or learned, with its features' names, and the seconds that learning it took. */
export async function growSkeleton(
  engine: Engine,
  train: Dataset,
  { skeleton, seed, signal, onProgress, onCheckpoint, resume }: TseSettings,
  maxTop: number,
): Promise<{ skeleton: LatentTree; seconds: LatentTreeSeconds }> {
  if (skeleton instanceof LatentTree) {
    if (resume !== undefined)
      throw new TypeError('resume: expected none beside a skeleton that is ready, got a checkpoint of learning one');
    return { skeleton: fitting(skeleton, train), seconds: NO_SECONDS };
  }
  const options = { ...skeleton, maxTop, seed: skeleton.seed ?? seed };
  const { rows, columns, features } = train;
  const run = identity({ method: 'tse', rows, columns, kind: features.kind, ...decisive(LEARNING, options) });
  if (resume !== undefined) return { skeleton: readSkeleton(resume, run, train), seconds: NO_SECONDS };
  const learned = await learnLatentTree(train, { ...options, engine, signal, onProgress });
  if (onCheckpoint) {
    const checkpoint = await inTurns(writeSkeleton(learned.tree, run), new Pace(signal));
    await unlessAborted(onCheckpoint(checkpoint), signal);
  }
  return { skeleton: learned.tree, seconds: learned.seconds };
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
