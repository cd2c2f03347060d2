// Topic trees that are known, over words that are known.

import type { Document, TextVectorizer as Vectorizer } from 'espalier/text';
import { TextVectorizer } from 'espalier/text';
import { LatentTree } from '#dist/structure/latent/latent-tree.js';
import { Random } from './random.js';

const SUBJECTS = [
  ['striker', 'goal', 'match', 'referee', 'league'],
  ['shares', 'profit', 'market', 'bank', 'dividend'],
  ['senate', 'election', 'vote', 'minister', 'law'],
  ['oven', 'flour', 'butter', 'recipe', 'sugar'],
];

/** Documents of a subject each, its label, with a few words of others; a function of the seed. */
export function madeDocuments(count: number, seed: number): (Document & { label: string; date: string })[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, i) => {
    const subject = random.below(SUBJECTS.length);
    const words = SUBJECTS.flatMap((group, g) => group.filter(() => random.chance(g === subject ? 0.7 : 0.05)));
    const date = `20${10 + (i % 5)}`;
    return { text: `${words.join(' and ')}. Item ${i}`, label: SUBJECTS[subject]![0]!, date };
  });
}

export interface KnownTopics {
  tree: LatentTree;
  vectorizer: Vectorizer;
}

/**
 * Level 1 has a latent for each group of words, in order; above them are `tops` latents that share the groups in turn. A word is in nine of ten documents of its topic and in one of
 * a thousand of the others.
 */
export async function knownTopics(groups: readonly (readonly string[])[], tops = 1): Promise<KnownTopics> {
  const words = groups.flat();
  const level1 = words.length;
  const level2 = level1 + groups.length;
  const nodes = level2 + tops;
  const parent = [
    ...groups.flatMap((group, g) => group.map(() => level1 + g)),
    ...groups.map((_, g) => level2 + (g % tops)),
    ...Array.from({ length: tops }, (_, t) => (t === tops - 1 ? -1 : nodes - 1)),
  ];
  const probability = parent.flatMap((p, v) => (p < 0 ? [0.5, 0.5] : v < level1 ? [0.001, 0.9] : [0.2, 0.8]));
  const tree = new LatentTree({
    features: words.length,
    levels: [groups.length, tops],
    parent: Int32Array.from(parent),
    probability: Float64Array.from(probability),
    limits: new Float64Array(words.length),
    rows: 1,
    logLikelihood: 0,
    featureNames: words,
  });
  return { tree, vectorizer: await vectorizerOf(words) };
}

/** Exactly these words, as they are. */
export function vectorizerOf(words: readonly string[]): Promise<Vectorizer> {
  return TextVectorizer.learn(words, { vocabulary: words, language: 'none', minLength: 1 });
}

/** A stream of what a list holds, each after a turn of the event loop now and then. */
export async function* streamed<T>(list: readonly T[], pause = 7): AsyncGenerator<T> {
  for (const [i, entry] of list.entries()) {
    if (i % pause === 0) await new Promise((resolve) => setImmediate(resolve));
    yield entry;
  }
}
