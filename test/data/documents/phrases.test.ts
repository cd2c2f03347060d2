import { TextVectorizer } from 'espalier/text';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Random } from '../../support/random.js';

const test = suite('phrases');

const PLAIN = { language: 'none' } as const;

/** A text of the words, '' as a full stop. */
const textOf = (words: readonly string[]) => words.map((word) => word || '.').join(' ');

interface Twin {
  readonly maxFeatures: number;
  readonly phrases: number;
  readonly minDocuments?: number;
  readonly include?: readonly string[];
}

/** The rule of docs/METHODS.md, word by word and without regard for time. */
function twin(
  texts: readonly (readonly string[])[],
  { maxFeatures, phrases: longest, minDocuments = 1, include = [] }: Twin,
) {
  const total = (list: readonly string[]) =>
    list.reduce((counts, x) => counts.set(x, (counts.get(x) ?? 0) + 1), new Map<string, number>());
  const wordsIn = (phrase: string) => phrase.split(' ').length;
  const merge = (text: readonly string[], phrases: readonly string[]): string[] => {
    const merged: string[] = [];
    for (let i = 0; i < text.length; ) {
      let length = 1;
      for (const phrase of phrases)
        if (text.slice(i, i + wordsIn(phrase)).join(' ') === phrase) length = Math.max(length, wordsIn(phrase));
      merged.push(text.slice(i, i + length).join(' '));
      i += length;
    }
    return merged;
  };
  const tally = (lists: readonly (readonly string[])[]) => {
    const counts = total(lists.flat().filter((x) => x !== ''));
    const documents = total(lists.flatMap((list) => [...new Set(list)]));
    const score = (x: string) =>
      ((counts.get(x) ?? 0) * Math.log(lists.length / (documents.get(x) ?? 1))) / lists.length;
    return { counts, documents, score, things: [...counts.keys()] };
  };
  const best = (list: readonly string[], score: (x: string) => number, most: number) =>
    [...list]
      .sort((a, b) => (Math.abs(score(b) - score(a)) > 1e-12 ? score(b) - score(a) : a < b ? -1 : 1))
      .slice(0, most);
  const enough = (x: string, count: number) =>
    include.includes(x) || count >= (x.includes(' ') ? Math.max(3, minDocuments) : minDocuments);
  const choose = (counted: ReturnType<typeof tally>, from = counted.things, most = maxFeatures - include.length) => [
    ...include,
    ...best(
      from.filter((x) => !include.includes(x) && enough(x, counted.documents.get(x)!)),
      counted.score,
      most,
    ),
  ];

  let phrases = include.filter((x) => x.includes(' '));
  for (let length = 2; length < 2 * longest; length *= 2) {
    const merged = texts.map((text) => merge(text, phrases));
    const counted = tally(merged);
    const chosen = choose(counted);
    const pairLists = merged.map((list) =>
      list.slice(1).flatMap((second, i) => {
        const first = list[i]!;
        const fits =
          chosen.includes(first) &&
          chosen.includes(second) &&
          wordsIn(`${first} ${second}`) <= Math.min(length, longest);
        return fits ? [JSON.stringify([first, second])] : [];
      }),
    );
    const pairs = tally(pairLists);
    const tokens = merged.flat().filter((x) => x !== '').length;
    const held = pairs.things.filter((pair) => {
      const [a, b] = JSON.parse(pair) as [string, string];
      const both = pairs.counts.get(pair)! / tokens;
      const npmi =
        Math.log(both / ((counted.counts.get(a)! / tokens) * (counted.counts.get(b)! / tokens))) / -Math.log(both);
      return pairs.documents.get(pair)! >= Math.max(3, minDocuments) && npmi >= 0.5;
    });
    const nameOf = (x: string) => (x.startsWith('[') ? (JSON.parse(x) as string[]).join(' ') : x);
    const scores = new Map([
      ...held.map((x) => [nameOf(x), pairs.score(x)] as const),
      ...chosen.map((x) => [x, counted.score(x)] as const),
    ]);
    const candidates = [...chosen.filter((x) => !include.includes(x)), ...held.map(nameOf)];
    const found = best(candidates, (x) => scores.get(x)!, maxFeatures - include.length);
    phrases = [...new Set([...phrases, ...found.filter((x) => x.includes(' '))])];
  }
  let counted = tally(texts.map((text) => merge(text, phrases)));
  for (;;) {
    const left = phrases.filter((x) => enough(x, counted.documents.get(x) ?? 0));
    if (left.length === phrases.length) break;
    phrases = left;
    counted = tally(texts.map((text) => merge(text, phrases)));
  }
  let chosen = choose(counted);
  const left = phrases.filter((x) => chosen.includes(x));
  if (left.length < phrases.length) {
    phrases = left;
    counted = tally(texts.map((text) => merge(text, phrases)));
    const certain = [...new Set([...include, ...phrases])];
    const others = counted.things.filter((x) => !certain.includes(x) && enough(x, counted.documents.get(x)!));
    chosen = [...certain, ...best(others, counted.score, maxFeatures - certain.length)];
  }
  const words = chosen.sort();
  return { words, documentFrequency: words.map((x) => counted.documents.get(x) ?? 0) };
}

/** Texts of few words, in which some pairs and triples stand together often. */
function madeTexts(seed: number, count: number): string[][] {
  const random = new Random(seed);
  const pick = <T>(list: readonly T[]) => list[Math.floor(random.next() * list.length)]!;
  const single = ['bako', 'dilu', 'fepo', 'gumi', 'hato', 'jevu', 'kilo', 'lamu', 'mopi', 'nedu', 'pafi', 'rosu'];
  const together = [
    ['new', 'york'],
    ['new', 'york', 'times'],
    ['bako', 'dilu'],
    ['crude', 'oil', 'price', 'index'],
    ['tom', 'tom'],
  ];
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + Math.floor(random.next() * 6) }, () => {
      const u = random.next();
      return u < 0.3 ? pick(together) : u < 0.4 ? [''] : [pick(single)];
    }).flat(),
  );
}

test('phrases are those of the plain twin, with their documents', async () => {
  let phrases = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const texts = madeTexts(seed, 6 + (seed % 5) * 12);
    const include = [[], ['gumi'], ['fepo gumi'], ['oil price', 'zzz']][seed % 4]!;
    const options = { maxFeatures: 3 + (seed % 17), phrases: 1 + (seed % 4), minDocuments: 1 + (seed % 3), include };
    const vectorizer = await TextVectorizer.learn(texts.map(textOf), { ...PLAIN, ...options });
    const { words, documentFrequency } = vectorizer;
    assert.equal({ words, documentFrequency }, twin(texts, options), `seed ${seed}`);
    phrases += words.filter((word) => word.includes(' ')).length;
  }
  assert.ok(phrases > 60, `${phrases} phrases in all`);
});

test('a row has each phrase and each word outside of phrases once, and find says where', async () => {
  const texts = [
    'new york times',
    'New York, new times',
    'york new york',
    'new. york times',
    'new york',
    'times new york times',
  ];
  const vectorizer = await TextVectorizer.learn(texts, {
    ...PLAIN,
    vocabulary: ['york', 'new york', 'new york times', 'times'],
  });
  const { index, value, start } = vectorizer.rows(texts);
  const rows = texts.map((_, r) =>
    Array.from(index.subarray(start[r], start[r + 1]), (c, i) => `${c}:${value[start[r]! + i]}`).join(' '),
  );
  assert.equal(rows, ['2:1', '1:1 3:1', '0:1 1:1', '0:1 3:1', '1:1', '2:1 3:1']);
  assert.equal(vectorizer.find('Oh, New  York times new'), [{ feature: 2, start: 4, end: 19 }]);
});

test('documents that have a word, as learned, are the rows that have it', async () => {
  for (const seed of [3, 4]) {
    const texts = madeTexts(seed, 300).map(textOf);
    const { vectorizer, data } = await TextVectorizer.learnTransform(texts, { ...PLAIN, phrases: 4, maxFeatures: 12 });
    const counts = new Array<number>(vectorizer.words.length).fill(0);
    if (data.features.kind !== 'sparse') throw new Error('not sparse');
    for (const column of data.features.index) counts[column]!++;
    assert.equal(counts, vectorizer.documentFrequency);
    assert.equal((await vectorizer.transform(texts)).features, data.features);
    assert.ok(
      vectorizer.words.some((word) => word.split(' ').length > 2),
      `${vectorizer.words}`,
    );
  }
});

test('the order of the documents changes nothing', async () => {
  const texts = madeTexts(9, 200).map(textOf);
  const learned = async (list: string[]) =>
    JSON.stringify(await TextVectorizer.learn(list, { ...PLAIN, phrases: 3, maxFeatures: 15 }));
  assert.is(await learned([...texts].reverse()), await learned(texts));
});

test.run();
