import type { SparseMatrix } from '../data/matrix.js';
import type { DiscretiseOptions } from '../structure/variables.js';
import { countedVariables, type SurveyCut } from './survey/counted.js';
import { ItemBuilder } from './survey/items.js';

/** Of sparse rows whose numbers are 1 above a number that is known: no part need know the others. */
export function plainCut(names: readonly string[] | undefined, { threshold = 'auto' }: DiscretiseOptions): SurveyCut {
  const limit = threshold === 'auto' ? 0 : Number(threshold);
  let highest = 1;
  const named = names && countedVariables({ variables: names.length, names }, Array(names.length).fill([limit]));
  return {
    get variables() {
      return named ?? { variables: highest, vocabulary: limit === 0 ? 'rows' : `rows above ${limit}` };
    },
    warnings: [],
    items: (batch) => {
      if (batch.kind !== 'rows' || batch.features.kind !== 'sparse')
        throw new TypeError('data: expected sparse rows, which need no survey, got others');
      const { features } = batch;
      if (names && features.columns > names.length)
        throw new RangeError(`data: expected ${names.length} columns, as there are names, got ${features.columns}`);
      highest = Math.max(highest, features.columns);
      return onesAbove(features, limit);
    },
    labels: (batch) => (batch.kind === 'rows' ? batch.labels : undefined),
  };
}

function onesAbove({ rows, start, index, value }: SparseMatrix, limit: number) {
  if (value.every((x) => x > limit)) return { rows, start, index };
  const items = new ItemBuilder(rows);
  for (let r = 0; r < rows; r++) {
    for (let e = start[r]!; e < start[r + 1]!; e++) if (value[e]! > limit) items.add(index[e]!);
    items.endRow();
  }
  return items.finish();
}
