import type { TextVectorizer as Vectorizer } from 'espalier/text';
import { TextVectorizer } from 'espalier/text';
import { Random } from '../../test/support/random.js';
import { type Labelled, labelledNouns, labelsOf, textsOf } from '../support/texts.js';
import type { NetSet, Parts } from './net-set.js';
import { cut, rowsBetween } from './rows-set.js';

/** A set of texts: the vocabulary is that of the rows to learn from, without those that stand for the test rows. */
function textsSet(name: string, learn: readonly Labelled[], test: readonly Labelled[]): NetSet {
  return {
    name,
    metric: 'accuracy',
    async parts(seed, tune): Promise<Parts> {
      const { held, tuned, rest } = cut(learn.length, seed, tune);
      const own = [...rest, ...held].map((i) => learn[i]!);
      const { data, vectorizer } = await TextVectorizer.learnTransform(textsOf(own), { labels: labelsOf(own) });
      return {
        train: rowsBetween(data, 0, rest.length),
        validation: rowsBetween(data, rest.length, own.length),
        test: await read(vectorizer, tune ? tuned.map((i) => learn[i]!) : test, data.targets),
      };
    },
  };
}

/** WordNet's definitions of nouns by their kind, 26 of them. */
export async function nounsSet(most: number): Promise<NetSet> {
  const all = await labelledNouns();
  const order = new Random(0).permutation(all.length).map((i) => all[i]!);
  return textsSet('WordNet nouns', order.slice(5000, 5000 + most), order.slice(0, 5000));
}

/** Texts that come apart already; of more than `most` to learn from as many are drawn. */
export function drawnTextsSet(name: string, learn: readonly Labelled[], test: readonly Labelled[], most: number) {
  const drawn = new Random(1).permutation(learn.length).slice(0, most);
  return textsSet(name, learn.length > most ? drawn.map((i) => learn[i]!) : learn, test);
}

function read(vectorizer: Vectorizer, documents: readonly Labelled[], targets: unknown) {
  const { names } = targets as { names?: readonly string[] };
  return vectorizer.transform(textsOf(documents), {
    labels: labelsOf(documents),
    ...(names ? { classNames: names } : {}),
  });
}
