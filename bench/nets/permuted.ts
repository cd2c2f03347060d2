import { Dataset, type Matrix } from 'espalier';
import { Random } from '../../test/support/random.js';

/**
 * The same rows with their columns in another order. A net that is grown on these and trained on the others has the structure of a tree whose vertices were exchanged:
 * as many units, as many connections of each, but which inputs they join is chance.
 */
export function permutedColumns(data: Dataset, seed: number): Dataset {
  const places = new Random(seed + 7919).permutation(data.columns);
  const { targets, featureNames, schema, vectorizer } = data;
  return new Dataset(permuted(data.features, places), targets, featureNames, schema, vectorizer);
}

function permuted(features: Matrix, places: readonly number[]): Matrix {
  if (features.kind === 'sparse') {
    const { rows, start } = features;
    const index = new Int32Array(features.index.length);
    const value = new Float32Array(features.value.length);
    for (let r = 0; r < rows; r++) {
      const [from, to] = [start[r]!, start[r + 1]!];
      const entries = Array.from({ length: to - from }, (_, i) => from + i)
        .map((e) => ({ column: places[features.index[e]!]!, x: features.value[e]! }))
        .sort((a, b) => a.column - b.column);
      entries.forEach(({ column, x }, i) => {
        index[from + i] = column;
        value[from + i] = x;
      });
    }
    return { ...features, index, value };
  }
  if (features.kind !== 'dense') throw new TypeError('permutedColumns: expected rows, got images');
  const { rows, columns } = features;
  const values = new Float32Array(features.values.length);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) values[r * columns + places[c]!] = features.values[r * columns + c]!;
  return { ...features, values };
}
