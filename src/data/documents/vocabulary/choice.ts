import { log } from '../../../numeric/log.js';
import type { WordCounts } from './word-counts.js';

/** Documents that a word may be in, and how many words are wanted. */
export interface Limits {
  readonly maxFeatures: number;
  readonly minDocuments: number;
  readonly minShare: number;
  readonly maxShare: number;
}

/** How often things stand in documents, and in how many. */
export interface Counts {
  readonly documentFrequency: ArrayLike<number>;
  readonly total: ArrayLike<number>;
}

/** Mean over D documents of tf · ln(D / df): Σ tf · ln(D / df) / D (Chen et al. 2017, Artificial Intelligence 250). */
export function averageTfIdf(total: number, documentFrequency: number, documents: number): number {
  return documentFrequency === 0 ? 0 : (total * log(documents / documentFrequency)) / documents;
}

/** Whether so many documents of all are neither too few nor too many. */
export function within(documentFrequency: number, documents: number, limits: Omit<Limits, 'maxFeatures'>): boolean {
  return (
    documentFrequency >= limits.minDocuments &&
    documentFrequency >= limits.minShare * documents &&
    documentFrequency <= limits.maxShare * documents
  );
}

/** The `most` candidates of the highest scores, ties by name in the order of code units; in no order. */
export function best(
  candidates: readonly number[],
  scoreOf: (i: number) => number,
  nameOf: (i: number) => string,
  most: number,
): number[] {
  if (candidates.length <= most) return [...candidates];
  if (most <= 0) return [];
  const scores = Float64Array.from(candidates, scoreOf);
  // Names are looked at only where scores tie at the edge.
  const edge = Float64Array.from(scores).sort()[scores.length - most]!;
  const above = candidates.filter((_, k) => scores[k]! > edge);
  const tied = candidates.filter((_, k) => scores[k] === edge);
  tied.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  return [...above, ...tied.slice(0, most - above.length)];
}

/** An entry of a vocabulary: the numbers of its words, and in how many documents it is. */
export interface Chosen {
  readonly ids: readonly number[];
  readonly documentFrequency: number;
}

/** The best single words, and those that are kept in any case. */
export function chooseWords(
  counts: WordCounts,
  included: ReadonlySet<number>,
  excluded: ReadonlySet<string>,
  limits: Limits,
): Chosen[] {
  const { words, documents, documentFrequency, total } = counts;
  const candidates: number[] = [];
  for (let id = 0; id < words.length; id++) {
    if (!included.has(id) && !excluded.has(words[id]!) && within(documentFrequency[id]!, documents, limits))
      candidates.push(id);
  }
  const scoreOf = (id: number) => averageTfIdf(total[id]!, documentFrequency[id]!, documents);
  const chosen = best(candidates, scoreOf, (id) => words[id]!, limits.maxFeatures - included.size);
  return [...included, ...chosen].map((id) => ({ ids: [id], documentFrequency: documentFrequency[id]! }));
}
