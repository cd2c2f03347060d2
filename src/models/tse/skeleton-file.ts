import type { Tensor } from '../../files/safetensors.js';
import { LatentTree, requireLatentTree } from '../../structure/latent/latent-tree.js';

/** A latent tree's small parts, as JSON; the others are tensors. */
export interface SkeletonJson {
  levels: readonly number[];
  rows: number;
  logLikelihood: number;
}

export function skeletonJson({ levels, rows, logLikelihood }: LatentTree): SkeletonJson {
  return { levels, rows, logLikelihood };
}

/** `tree.parent` i32[nodes], `tree.probability` f64[nodes][2] and `tree.limits` f64[features]. */
export function skeletonTensors(tree: LatentTree): Record<string, Tensor> {
  requireLatentTree(tree);
  const { parent, probability, limits, nodes, features } = tree;
  return {
    'tree.parent': { shape: [nodes], data: parent },
    'tree.probability': { shape: [nodes, 2], data: probability },
    'tree.limits': { shape: [features], data: limits },
  };
}

/** The tree of some tensors and JSON, which may be damaged: RangeError. */
export function skeletonOf(
  tensors: Record<string, Tensor>,
  json: unknown,
  features: number,
  featureNames: readonly string[] | undefined,
  argument: 'bytes' | 'resume',
): LatentTree {
  const damaged = (what: string, cause?: unknown) =>
    new RangeError(`${argument}: the latent tree is damaged: ${what}`, { cause });
  const parent = tensors['tree.parent']?.data;
  const probability = tensors['tree.probability']?.data;
  const limits = tensors['tree.limits']?.data;
  if (!(parent instanceof Int32Array)) throw damaged("expected a tensor 'tree.parent' of 32-bit integers");
  if (!(probability instanceof Float64Array)) throw damaged("expected a tensor 'tree.probability' of 64-bit floats");
  if (!(limits instanceof Float64Array)) throw damaged("expected a tensor 'tree.limits' of 64-bit floats");
  if (typeof json !== 'object' || json === null) throw damaged('expected its levels, rows and likelihood');
  const { levels, rows, logLikelihood } = json as SkeletonJson;
  try {
    return new LatentTree({ features, levels, parent, probability, limits, rows, logLikelihood, featureNames });
  } catch (cause) {
    throw damaged((cause as Error).message, cause);
  }
}
