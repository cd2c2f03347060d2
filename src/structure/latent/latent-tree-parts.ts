import { requireArray, requireEach, requireLength } from '../../check/arrays.js';
import { requireNames } from '../../check/names.js';
import { requireInteger, requireObject } from '../../check/require.js';

/** What makes a LatentTree. Nodes are numbered: the features, then the latents level by level. */
export interface LatentTreeParts {
  features: number;
  /** Number of latents of each level, from the one above the features up. */
  levels: readonly number[];
  /** Each node's parent, -1 at the root. The top level's latents hang from one another, a child before its parent. */
  parent: Int32Array;
  /** [nodes][2]: P(node = 1 | parent = 0) and P(node = 1 | parent = 1); at the root its prior, twice. */
  probability: Float64Array;
  /** f64[features]: a feature is 1 where its value is above this. */
  limits: Float64Array;
  /** Rows that the likelihood is of. */
  rows: number;
  /** Natural logarithm of the probability of all rows. */
  logLikelihood: number;
  featureNames?: readonly string[] | undefined;
}

/** TypeError for parts of another kind, RangeError for those that do not make a tree of such levels. */
export function requireParts(parts: LatentTreeParts): void {
  requireObject(parts, 'parts');
  const { features, levels, parent, probability, limits, rows, logLikelihood, featureNames } = parts;
  requireInteger(features, 1, 'features');
  requireInteger(rows, 1, 'rows');
  if (!Array.isArray(levels))
    throw new TypeError(`levels: expected a list of numbers of latents, got ${typeof levels}`);
  if (levels.length === 0) throw new RangeError('levels: expected at least one level of latents, got none');
  levels.forEach((count, l) => {
    requireInteger(count, 1, `levels[${l}]`);
  });
  const nodes = levels.reduce((sum, count) => sum + count, features);
  requireArray(parent, 'parent', Int32Array);
  requireLength(parent, nodes, 'parent', 'one a node');
  requireArray(probability, 'probability', Float64Array);
  requireLength(probability, 2 * nodes, 'probability', 'two a node');
  requireArray(limits, 'limits', Float64Array);
  requireLength(limits, features, 'limits', 'one a feature');
  if (featureNames !== undefined) requireNames(featureNames, features, 'featureNames', 'feature');
  if (typeof logLikelihood !== 'number')
    throw new TypeError(`logLikelihood: expected a number, got ${typeof logLikelihood}`);
  if (!Number.isFinite(logLikelihood) || logLikelihood > 0)
    throw new RangeError(`logLikelihood: expected a finite number of at most 0, got ${logLikelihood}`);
  requireEach(probability, (p) => p >= 0 && p <= 1, 'probability', 'a number from 0 to 1');
  requireEach(limits, Number.isFinite, 'limits', 'a finite number');
  if (probability.at(-1) !== probability.at(-2))
    throw new RangeError(
      `probability: expected the root's prior twice, got ${probability.at(-2)} and ${probability.at(-1)}`,
    );
  requireLevels(parent, [features, ...levels]);
}

/** RangeError unless each node hangs from the level above it, and the top level's latents from later ones. */
function requireLevels(parent: Int32Array, counts: readonly number[]): void {
  const nodes = parent.length;
  let first = 0;
  counts.forEach((count, l) => {
    const above = first + count;
    const top = l === counts.length - 1;
    for (let v = first; v < above; v++) {
      const p = parent[v]!;
      const root = v === nodes - 1;
      const least = root ? -1 : top ? v + 1 : above;
      const most = root ? -1 : top ? nodes - 1 : above + counts[l + 1]! - 1;
      if (p < least || p > most) {
        const expected = least === most ? least : `${least} to ${most}`;
        throw new RangeError(`parent[${v}]: expected ${expected}, for a node of level ${l}, got ${p}`);
      }
    }
    first = above;
  });
}
