import { requireMemory } from '../../runtime/budget.js';
import { type Engine, engineOf } from '../../runtime/engine.js';
import { sparsePrimBytes } from '../sparse-prim.js';
import type { Tree } from '../tree.js';
import { type Growth, growFrom, type TreeSource } from '../tree-growing.js';
import { DISCRETISE } from '../variables.js';
import { bindPairs, CodedLists } from './bound-pairs.js';
import { countedInformation } from './counted-information.js';
import { type Counts, requireAllCounted, requireCounts } from './counts.js';
import { MOST_TABLED, occurringStates } from './states.js';

/** chowLiuTree of counts: the tree of the rows that were counted, bit for bit. */
export async function treeOfCounts(
  counts: Counts,
  options: Growth & { readonly engine?: Engine | undefined },
  given: object,
): Promise<Tree> {
  requireCutAlready(counts, given);
  const engine = await engineOf(options);
  const { variables: d, rows } = counts;
  const { ones, pairs } = counts.contents;
  const states = occurringStates(counts);
  const source: TreeSource = {
    variables: d,
    ...(states.areItems && rows <= MOST_TABLED
      ? {
          lists: async (scope, pace) => {
            const entries = ones.reduce((sum, k) => sum + k, 0);
            const bytes = 2.5 * pairs.start[d]! + 20 * d + sparsePrimBytes(engine, rows, d, entries, 0);
            requireMemory(engine, bytes, 'counts', `finding structure in ${d} columns`, 'fewer columns');
            const bound = await bindPairs(engine, scope, counts, pace);
            return new CodedLists(engine, bound, rows, Int32Array.from(ones));
          },
        }
      : {}),
    information: (pace) => countedInformation(engine, counts, pace),
  };
  const labels = counts.contents.variables.states && Array.from({ length: d }, (_, v) => states.labels(v));
  return growFrom(engine, source, options, counts.names, labels?.some(Boolean) ? labels : undefined);
}

/** TypeError for what is not all counts, and for options that say how to cut, which was done before. */
export function requireCutAlready(counts: Counts, given: object): void {
  requireCounts(counts, 'data');
  requireAllCounted(counts, 'data');
  for (const name of [...Object.keys(DISCRETISE), 'sample', 'confidence']) {
    const value = (given as Record<string, unknown>)[name];
    if (value !== undefined)
      throw new TypeError(
        `${name}: expected none beside counts, which are of rows that were cut and counted, got ${value}`,
      );
  }
}
