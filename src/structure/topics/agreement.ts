import { log } from '../../numeric/log.js';

/** How well labels and likeliest topics agree. */
export interface Agreement {
  /** Share of the documents whose label is the most frequent one of their topic. */
  readonly purity: number;
  /** Mutual information over the mean of the entropies; null where all documents have one label. */
  readonly nmi: number | null;
}

/** Of a table of counts [labels][topics] with at least one document. Manning, Raghavan and Schütze, "Introduction to Information Retrieval" (2008), section 16.3. */
export function agreementOf(table: readonly ArrayLike<number>[]): Agreement {
  const topics = table[0]!.length;
  const ofTopic = new Float64Array(topics);
  const ofLabel = table.map((row) => {
    let sum = 0;
    for (let t = 0; t < topics; t++) {
      ofTopic[t]! += row[t]!;
      sum += row[t]!;
    }
    return sum;
  });
  const total = ofLabel.reduce((sum, n) => sum + n, 0);
  let [agreeing, shared] = [0, 0];
  for (let t = 0; t < topics; t++) {
    let most = 0;
    table.forEach((row, l) => {
      const n = row[t]!;
      most = Math.max(most, n);
      if (n > 0) shared += (n / total) * log((n * total) / (ofTopic[t]! * ofLabel[l]!));
    });
    agreeing += most;
  }
  const labels = entropy(ofLabel, total);
  return {
    purity: agreeing / total,
    nmi: labels === 0 ? null : Math.min(1, Math.max(0, (2 * shared) / (labels + entropy(ofTopic, total)))),
  };
}

/** Of counts, in nats. */
function entropy(counts: Iterable<number>, total: number): number {
  let sum = 0;
  for (const n of counts) if (n > 0 && n < total) sum -= (n / total) * log(n / total);
  return sum;
}
