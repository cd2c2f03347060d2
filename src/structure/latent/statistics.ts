import { maximise } from './maximise.js';
import type { ExpectedCounts, LatentForest } from './posteriors.js';

/** What tables are made of: shares of the rows, expected under a tree. */
export class Statistics {
  private readonly expected: ExpectedCounts;
  /** Share of rows with feature = 1. */
  private readonly features: Float64Array;

  /**
   * Those under the tree's own tables: of so many rows they make the same tables again, so that the pseudo-counts do not pile up from call to call.
   * Where the tables cannot be of so many rows, a share stops at 0 or at what is above it.
   */
  constructor({ features, parent, probability }: LatentForest, rows: number) {
    const latents = parent.length - features;
    const both = new Float64Array(parent.length);
    const ones = new Float64Array(latents);
    this.features = new Float64Array(features);
    this.expected = { both, ones };
    const shareOf = (p: number, above: number) => within(p * (above + 2 / rows) - 1 / rows, above);
    for (let v = parent.length - 1; v >= 0; v--) {
      const root = parent[v]! < 0;
      const above = root ? 1 : ones[parent[v]! - features]!;
      const joint = shareOf(probability[2 * v + 1]!, above);
      const one = root ? joint : joint + shareOf(probability[2 * v]!, 1 - above);
      both[v < features ? latents + v : v - features] = joint;
      if (v < features) this.features[v] = one;
      else ones[v - features] = one;
    }
  }

  /** They become (1 - share) of what they were and `share` of what these expected counts of so many rows are. */
  gain(share: number, { both, ones }: ExpectedCounts, featureOnes: Int32Array, rows: number): void {
    const { expected, features } = this;
    mix(expected.both, share, both, rows);
    mix(expected.ones, share, ones, rows);
    mix(features, share, featureOnes, rows);
  }

  /** The forest's tables, made of them as of so many rows. */
  maximise(forest: LatentForest, rows: number): void {
    const { expected, features } = this;
    const counts = (shares: Float64Array) => shares.map((share) => share * rows);
    maximise(forest, { both: counts(expected.both), ones: counts(expected.ones) }, counts(features), rows);
  }

  /** Bytes of such statistics, with the counts made of them. */
  static bytes({ features, parent }: LatentForest): number {
    return 8 * 2 * (2 * parent.length) + 4 * features;
  }
}

function within(share: number, most: number): number {
  return Math.max(0, Math.min(most, share));
}

function mix(shares: Float64Array, share: number, counts: Float64Array | Int32Array, rows: number): void {
  for (let i = 0; i < shares.length; i++) shares[i] = (1 - share) * shares[i]! + share * (counts[i]! / rows);
}
