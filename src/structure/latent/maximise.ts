import type { ExpectedCounts, LatentForest } from './posteriors.js';

/**
 * The maximisation step: new tables from expected counts of so many rows, one pseudo-count for each cell.
 * @param featureOnes rows with feature = 1, by feature
 */
export function maximise(
  { features, parent, probability }: LatentForest,
  { both, ones }: ExpectedCounts,
  featureOnes: Int32Array | Float64Array,
  rows: number,
): void {
  const latents = parent.length - features;
  for (let v = 0; v < parent.length; v++) {
    const feature = v < features;
    const on = feature ? featureOnes[v]! : ones[v - features]!;
    const joint = both[feature ? latents + v : v - features]!;
    const above = parent[v]! < 0 ? undefined : ones[parent[v]! - features]!;
    if (above === undefined) {
      probability.fill((on + 1) / (rows + 2), 2 * v, 2 * v + 2);
    } else {
      probability[2 * v] = (on - joint + 1) / (rows - above + 2);
      probability[2 * v + 1] = (joint + 1) / (above + 2);
    }
  }
}
