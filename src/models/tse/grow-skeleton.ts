import type { Dataset } from '../../data/dataset.js';
import { decisive, type Identity, identity } from '../../files/identity.js';
import { damagedState, GROWTH_KEY, packState, unpackState } from '../../files/state.js';
import type { Engine } from '../../runtime/engine.js';
import { Pace, unlessAborted } from '../../runtime/pace.js';
import { inTurns, type Steps } from '../../runtime/steps.js';
import { LatentTree } from '../../structure/latent/latent-tree.js';
import { learnLatentTree } from '../../structure/latent/learning.js';
import { type LatentTreeSeconds, LEARNING, NO_SECONDS } from '../../structure/latent/options.js';
import type { TseSettings } from './options.js';
import { skeletonJson, skeletonOf, skeletonTensors } from './skeleton-file.js';

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

/** A learned skeleton, as bytes. */
function writeSkeleton(tree: LatentTree, identity: Identity): Steps<Uint8Array<ArrayBuffer>> {
  return packState(GROWTH_KEY, identity, skeletonJson(tree), skeletonTensors(tree));
}

/** What writeSkeleton wrote of a tree over these data. TypeError for other bytes, RangeError for another run's or damaged ones. */
function readSkeleton(bytes: Uint8Array, identity: Identity, { columns, rows, featureNames }: Dataset): LatentTree {
  const { state, tensors } = unpackState(GROWTH_KEY, identity, bytes);
  const tree = skeletonOf(tensors, state, columns, featureNames, 'resume');
  if (tree.rows > rows) throw damagedState(`expected a latent tree of at most ${rows} rows, got one of ${tree.rows}`);
  return tree;
}
