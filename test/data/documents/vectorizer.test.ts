import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { Dataset } from 'espalier';
import { TextVectorizer, type TextVectorizerJson, type TextVectorizerOptions } from 'espalier/text';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { SparseMatrix } from '#dist/data/matrix.js';
import { Random } from '../../support/random.js';
import { refuses, refusesAsync } from '../../support/refuses.js';

const test = suite('vectorizer');

/** No word is left out. */
const PLAIN = { language: 'none' } as const;
const TEXTS = ['Red apples, green apples.', 'A green pear', '', 'Red wine; red, red wine!'];

interface Golden {
  readonly texts: string[];
  readonly cases: {
    readonly options: TextVectorizerOptions;
    readonly words: string[];
    readonly start: number[];
    readonly index: number[];
    readonly value: number[];
  }[];
}
const golden: Golden = JSON.parse(readFileSync('test/golden/vectorizer.json', 'utf8'));

/** Each row's counts by word. */
function records({ rows, start, index, value }: SparseMatrix, words: readonly string[]): Record<string, number>[] {
  return Array.from({ length: rows }, (_, r) => {
    const columns = Array.from(index.subarray(start[r], start[r + 1]));
    return Object.fromEntries(columns.map((column, i) => [words[column]!, value[start[r]! + i]!]));
  });
}

function sparseOf({ features }: Dataset): SparseMatrix {
  if (features.kind !== 'sparse') throw new Error('not sparse');
  return features;
}

function madeTexts(count: number, seed: number): string[] {
  const random = new Random(seed);
  const word = () =>
    ['bako', 'dilu', 'fepo', 'gumi', 'hato', 'jevu', 'Kilo', 'lamu.'][Math.floor(8 * random.next() ** 2)]!;
  return Array.from({ length: count }, () => Array.from({ length: random.below(9) }, word).join(' '));
}

test('counts of words by hand', async () => {
  const vectorizer = await TextVectorizer.learn(TEXTS, { ...PLAIN, minLength: 1 });
  assert.equal(vectorizer.words, ['a', 'apples', 'green', 'pear', 'red', 'wine']);
  assert.equal(vectorizer.documentFrequency, [1, 1, 2, 1, 2, 1]);
  assert.is(vectorizer.documents, 4);
  assert.equal(records(vectorizer.rows(TEXTS), vectorizer.words), [
    { apples: 2, green: 1, red: 1 },
    { a: 1, green: 1, pear: 1 },
    {},
    { red: 3, wine: 2 },
  ]);
  assert.equal(vectorizer.find('A PEAR, unlike wine'), [
    { feature: 0, start: 0, end: 1 },
    { feature: 3, start: 2, end: 6 },
    { feature: 5, start: 15, end: 19 },
  ]);
});

test("vocabularies and counts are scikit-learn's CountVectorizer's, the best words by average TF-IDF NumPy's", async () => {
  for (const { options, words, start, index, value } of golden.cases) {
    const what = JSON.stringify(options);
    const { vectorizer, data } = await TextVectorizer.learnTransform(golden.texts, { ...PLAIN, ...options });
    assert.equal(vectorizer.words, words, what);
    const wanted = {
      kind: 'sparse',
      rows: golden.texts.length,
      columns: words.length,
      start: Int32Array.from(start),
      index: Int32Array.from(index),
      value: Float32Array.from(value),
    };
    assert.equal(data.features, wanted, what);
    const counts = words.map((_, i) => (options.vocabulary ? 0 : index.filter((column) => column === i).length));
    assert.equal(vectorizer.documentFrequency, counts, what);
    assert.equal(vectorizer.rows(golden.texts), wanted, what);
    assert.equal(
      (await TextVectorizer.learn(golden.texts, { ...PLAIN, ...options })).toJSON(),
      vectorizer.toJSON(),
      what,
    );
  }
});

test('a list, a generator and every kind of stream are the same texts', async () => {
  const texts = madeTexts(300, 1);
  const options = { ...PLAIN, maxFeatures: 6, phrases: 2 };
  const wanted = await TextVectorizer.learn(texts, options);
  const sources = [
    () => new Set(texts.map((text, i) => `${text} ${'~'.repeat(i)}`)),
    function* () {
      yield* texts;
    },
    async function* () {
      for (const text of texts) {
        await null;
        yield text;
      }
    },
    () => Readable.from(texts),
    () => new ReadableStream({ start: (to) => [...texts.map((text) => to.enqueue(text)), to.close()] as never }),
    () => ({
      getReader: () =>
        new ReadableStream({
          start: (to) => [...texts.map((text) => to.enqueue(text)), to.close()] as never,
        }).getReader(),
    }),
  ];
  for (const [i, source] of sources.entries()) {
    const vectorizer = await TextVectorizer.learn(source() as Iterable<string>, options);
    assert.equal(vectorizer.toJSON(), wanted.toJSON(), `source ${i}`);
    assert.equal(
      (await vectorizer.transform(source() as Iterable<string>)).features,
      wanted.rows(texts),
      `source ${i}`,
    );
  }
});

test('the row of a text is the same alone, in a batch and in a stream; those of two streams do not mix', async () => {
  const long = madeTexts(40_000, 2).join(' ');
  const texts = [...madeTexts(50, 3), long, ...madeTexts(50, 4)];
  const vectorizer = await TextVectorizer.learn(texts, {
    ...PLAIN,
    phrases: 2,
    maxFeatures: 12,
    include: ['gumi gumi'],
  });
  const batch = vectorizer.rows(texts);
  const rows = records(batch, vectorizer.words);
  for (const [i, text] of texts.entries()) assert.equal(records(vectorizer.rows([text]), vectorizer.words), [rows[i]]);
  const [one, two] = await Promise.all([vectorizer.transform(texts), vectorizer.transform(texts)]);
  assert.equal(one!.features, batch);
  assert.equal(two!.features, batch);
  const places = vectorizer.find(long).map(({ feature }) => feature);
  for (const [i, word] of vectorizer.words.entries())
    assert.is(rows[50]![word] ?? 0, places.filter((feature) => feature === i).length, word);
});

test('words to keep, to leave out, and a vocabulary of its own', async () => {
  const learned = async (options: TextVectorizerOptions) =>
    (await TextVectorizer.learn(TEXTS, { ...PLAIN, ...options })).words;
  assert.equal(await learned({ minDocuments: 2 }), ['green', 'red']);
  assert.equal(await learned({ minDocuments: 2, include: ['PEAR', 'grape'] }), ['grape', 'green', 'pear', 'red']);
  assert.equal(await learned({ minDocuments: 2, exclude: ['Red', 'the'] }), ['green']);
  assert.equal(await learned({ maxFeatures: 1, include: ['pear', 'wine'] }), ['pear', 'wine']);
  assert.equal(await learned({ include: ['green apples'], minDocuments: 2 }), ['green apples', 'red']);
  const own = await TextVectorizer.learn([], { ...PLAIN, vocabulary: ['Wine', 'red wine', 'apples'] });
  assert.equal(own.words, ['Wine', 'red wine', 'apples']);
  assert.is(own.documents, 0);
  assert.equal(own.documentFrequency, [0, 0, 0]);
  assert.equal(records(own.rows(TEXTS), own.words), [{ apples: 2 }, {}, {}, { 'red wine': 2 }]);
});

test('rows go with labels, names and the vectorizer', async () => {
  const { vectorizer, data } = await TextVectorizer.learnTransform(TEXTS, {
    ...PLAIN,
    labels: ['a', 'b', 'b', 'a'],
    binary: true,
  });
  assert.ok(data instanceof Dataset);
  assert.equal(Array.from(data.targets!.values), [0, 1, 1, 0]);
  assert.equal(data.featureNames, vectorizer.words);
  assert.equal(data.vectorizer, vectorizer.toJSON());
  assert.equal(new Set(sparseOf(data).value), new Set([1]));
  const again = await TextVectorizer.fromJSON(JSON.parse(JSON.stringify(data.vectorizer)));
  const others = await again.transform(['red red', 'pear'], { labels: [0, 1] });
  assert.equal(Array.from(sparseOf(others).value), [1, 1]);
  assert.is(others.vectorizer?.binary, true);
  assert.is(vectorizer.rows([]).rows, 0);
});

test('its JSON is lossless, and nobody else writes to it', async () => {
  const vectorizer = await TextVectorizer.learn(TEXTS, { ...PLAIN, vocabulary: ['Red Wine', 'GREEN'] });
  const json = vectorizer.toJSON();
  const again = await TextVectorizer.fromJSON(JSON.parse(JSON.stringify(json)));
  assert.equal(again.toJSON(), json);
  assert.is(JSON.stringify(again), JSON.stringify(vectorizer));
  assert.equal(again.rows(TEXTS), vectorizer.rows(TEXTS));
  json.words[0] = 'blue';
  assert.is(vectorizer.words[0], 'Red Wine');
});

test('stems have the name of their most frequent form, ties in the order of code units', async () => {
  const texts = [
    'Walking walked',
    'the walker walks',
    'he walks, walking',
    'run',
    'runs of runners',
    'a pony',
    'ponies',
  ];
  const options = { language: 'en', stem: true } as const;
  const vectorizer = await TextVectorizer.learn(texts, { ...options, include: ['jumping', 'Pony'] });
  assert.equal(vectorizer.words, ['jumping', 'ponies', 'run', 'runners', 'walker', 'walking']);
  assert.equal(vectorizer.documentFrequency, [0, 2, 2, 1, 1, 3]);
  assert.equal(records(vectorizer.rows(['Walks, walked, run; jumped']), vectorizer.words), [
    { jumping: 1, run: 1, walking: 2 },
  ]);
  const again = await TextVectorizer.fromJSON(JSON.parse(JSON.stringify(vectorizer)));
  assert.equal(again.rows(texts), vectorizer.rows(texts));
  assert.equal(again.find('she jumps'), [{ feature: 0, start: 4, end: 9 }]);
  const phrases = await TextVectorizer.learn(['walking stick', 'walking sticks', 'walked. stick'], {
    ...options,
    vocabulary: ['Walking Sticks', 'stick'],
  });
  assert.equal(phrases.words, ['Walking Sticks', 'stick']);
  assert.equal(records(phrases.rows(['walked stick', 'stick walk']), phrases.words), [
    { 'Walking Sticks': 1 },
    { stick: 1 },
  ]);
});

test('the language is told by the first texts, and stays with the file', async () => {
  const texts = [
    'The cat is on the mat and it is not in the house',
    'This is the house that he had when he was in the city',
  ];
  const vectorizer = await TextVectorizer.learn(texts);
  const json = vectorizer.toJSON();
  assert.is(json.analysis.language, 'en');
  assert.equal(vectorizer.words, ['cat', 'city', 'house', 'mat']);
  assert.ok(json.stopWords.includes('the'));
  // A file keeps its list, whatever that of the package becomes.
  const other = await TextVectorizer.fromJSON({
    ...json,
    words: ['mat', 'the'],
    documentFrequency: [1, 2],
    stopWords: ['mat'],
  });
  assert.equal(records(other.rows(texts.slice(0, 1)), other.words), [{ the: 3 }]);
  const stopped = await TextVectorizer.learn(texts, { stopWords: ['house'] });
  assert.equal(stopped.words, ['cat', 'city', 'mat']);
});

test('damaged JSON is refused', async () => {
  const json = (await TextVectorizer.learn(TEXTS, PLAIN)).toJSON();
  const cases: [Partial<Record<keyof TextVectorizerJson, unknown>>, typeof TypeError | typeof RangeError, RegExp][] = [
    [{ kind: 'tf-idf' }, TypeError, /^json: expected an object of kind 'text-vectorizer', got one of kind "tf-idf"/],
    [{ analysis: [] }, TypeError, /^json\.analysis: expected an object/],
    [{ analysis: { ...json.analysis, stems: true } }, TypeError, /^json\.analysis\.stems: expected an option/],
    [{ analysis: { ...json.analysis, minLength: 0 } }, RangeError, /^json\.analysis\.minLength: expected an integer/],
    [{ analysis: { ...json.analysis, language: 'auto' } }, RangeError, /^json\.analysis\.language: .* got 'auto'/],
    [{ analysis: { ...json.analysis, stem: true } }, RangeError, /^stem: expected a language with a stemmer/],
    [{ stopWords: undefined }, TypeError, /^json\.stopWords: expected a list of strings, got undefined/],
    [{ stopWords: ['the', 4] }, TypeError, /^json\.stopWords\[1\]: expected a string, got 4/],
    [{ binary: 1 }, TypeError, /^json\.binary: expected a boolean, got 1/],
    [{ documents: -1 }, RangeError, /^json\.documents: expected an integer from 0, got -1/],
    [{ documents: 1 }, RangeError, /^json\.documentFrequency\[\d\]: expected at most 1, the documents, got 2/],
    [{ words: 'red' }, TypeError, /^json\.words: expected a list of strings, got "red"/],
    [{ words: [] }, RangeError, /^json\.words: expected at least one word, got none/],
    [{ words: ['red', 'red'] }, RangeError, /^json\.words: expected unique names/],
    [{ words: ['red', ''] }, RangeError, /^json\.words\[1\]: expected a word/],
    [{ keys: ['red'] }, RangeError, /^json\.keys: expected length/],
    [{ keys: json.words.map((word) => `${word} `) }, RangeError, /^json\.keys\[0\]: expected a word/],
    [{ documentFrequency: null }, TypeError, /^json\.documentFrequency: expected a list of numbers, got null/],
    [{ documentFrequency: [1] }, RangeError, /^json\.documentFrequency: expected length/],
    [
      { documentFrequency: json.words.map(() => 0.5) },
      RangeError,
      /^json\.documentFrequency\[0\]: expected an integer/,
    ],
  ];
  for (const [damage, kind, message] of cases)
    await refusesAsync(() => TextVectorizer.fromJSON({ ...json, ...damage } as TextVectorizerJson), kind, message);
  for (const none of [null, undefined, 3, []])
    await refusesAsync(() => TextVectorizer.fromJSON(none as never), TypeError, /^json: expected an object of kind/);
});

test('a dataset takes no other vectorizer than one of its columns', async () => {
  const { data } = await TextVectorizer.learnTransform(TEXTS, PLAIN);
  const of = (vectorizer: unknown) => new Dataset(data.features, undefined, undefined, undefined, vectorizer as never);
  const json = data.vectorizer!;
  assert.equal(of(json).subset([1]).vectorizer, json);
  refuses(() => of({ ...json, words: 3 }), TypeError, /^vectorizer\.words: expected a list of strings, got 3/);
  const fewer = { ...json, words: ['red'], documentFrequency: [1] };
  refuses(() => of(fewer), RangeError, /^vectorizer\.words: expected length 5 \(one name a column\), got 1/);
});

test('what is no text is refused with its place', async () => {
  const vectorizer = await TextVectorizer.learn(TEXTS, PLAIN);
  const learn = (texts: unknown) => TextVectorizer.learn(texts as string[], PLAIN);
  for (const call of [learn, (texts: unknown) => vectorizer.transform(texts as string[])]) {
    await refusesAsync(
      () => call('red'),
      TypeError,
      /^texts: expected a list or stream of strings, got "red"; \[text\] is/,
    );
    await refusesAsync(() => call(undefined), TypeError, /^texts: expected a list or stream of strings, got undefined/);
    await refusesAsync(() => call(['a', 5]), TypeError, /^texts\[1\]: expected a string, got 5/);
    await refusesAsync(
      () => call([{ text: 'a' }]),
      TypeError,
      /^texts\[0\]: expected a string, got an object with a text/,
    );
    await refusesAsync(
      () => call([Uint8Array.of(97)]),
      TypeError,
      /^texts\[0\]: expected a string, .*textOf decodes bytes/,
    );
    await refusesAsync(() => call([]), RangeError, /^texts: expected at least one text, got none/);
  }
  // biome-ignore lint/suspicious/noSparseArray: a hole is no text
  refuses(() => vectorizer.rows(['a', , 'b'] as string[]), TypeError, /^texts\[1\]: expected a string, got undefined/);
  refuses(() => vectorizer.rows('red' as never), TypeError, /^texts: expected a list of strings, got "red"; \[text\]/);
  refuses(() => vectorizer.find(3 as never), TypeError, /^text: expected a string, got 3/);
});

test('lists that no text can meet, or that contradict each other, are refused', async () => {
  const learn = (options: TextVectorizerOptions) => TextVectorizer.learn(TEXTS, { ...PLAIN, ...options });
  await refusesAsync(
    () => learn({ include: ['red', '?!'] }),
    RangeError,
    /^include\[1\]: expected words that the rules/,
  );
  await refusesAsync(() => learn({ vocabulary: ['red, wine'] }), RangeError, /^vocabulary\[0\]: expected words that/);
  await refusesAsync(
    () => learn({ vocabulary: ['red', 'Red'] }),
    RangeError,
    /^vocabulary\[1\]: .* got "Red" after "red"/,
  );
  await refusesAsync(
    () => learn({ vocabulary: ['red'], exclude: ['a'] }),
    TypeError,
    /^vocabulary, exclude: expected one/,
  );
  await refusesAsync(
    () => learn({ minDocuments: 3 }),
    RangeError,
    /^texts: expected words in 3 documents or more .minDocuments. .*; got 5 words, none of them such, in 4 documents$/,
  );
  await refusesAsync(() => TextVectorizer.learn(['', '?'], PLAIN), RangeError, /got no words in 2 documents/);
  await refusesAsync(() => TextVectorizer.learnTransform(TEXTS, { ...PLAIN, labels: [1] }), RangeError, /length|rows/);
});

test('a stream is stopped by the signal and by an error of its own, and closed', async () => {
  let closed = 0;
  const controller = new AbortController();
  const endless = async function* () {
    try {
      for (let i = 0; ; i++) {
        if (i === 2000) controller.abort(new Error('enough'));
        yield 'red wine '.repeat(100);
      }
    } finally {
      closed++;
    }
  };
  const { signal } = controller;
  await refusesAsync(() => TextVectorizer.learn(endless(), { ...PLAIN, signal }), Error, /^enough$/);
  assert.is(closed, 1);
  const failing = async function* () {
    yield 'red';
    throw new Error('cut off');
  };
  await refusesAsync(() => TextVectorizer.learn(failing(), PLAIN), Error, /^cut off$/);
});

test('progress tells documents and characters; a callback that fails ends the call', async () => {
  const texts = madeTexts(3000, 5);
  const told: { documents: number; characters: number }[] = [];
  const vectorizer = await TextVectorizer.learn(texts, {
    ...PLAIN,
    onProgress: (progress) => void told.push(progress),
  });
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  assert.equal(told.at(-1), { documents: 3000, characters });
  await vectorizer.transform(texts, { onProgress: (progress) => void told.push(progress) });
  assert.equal(told.at(-1), { documents: 3000, characters });
  const onProgress = () => Promise.reject(new Error('told enough')) as never;
  await refusesAsync(() => vectorizer.transform(texts, { onProgress }), Error, /^told enough$/);
});

test('minDocuments auto: a word of one document is kept of a few, left out of more', async () => {
  const common = (count: number, twice: number) =>
    Array.from({ length: count }, (_, i) => `common word${i} ${i < twice ? 'pair' : ''} ${i < 3 ? 'triple' : ''}`);
  const words = async (texts: string[]) =>
    (await TextVectorizer.learn(texts, { language: 'none', minDocuments: 'auto' })).words.filter(
      (word) => !/\d/.test(word),
    );
  const kept = async (count: number) =>
    (await TextVectorizer.learn(common(count, 2), { language: 'none', minDocuments: 'auto' })).words.length;
  assert.equal(await words(common(9, 2)), ['common', 'pair', 'triple']);
  assert.is(await kept(9), 3 + 9);
  assert.is(await kept(10), 3);
  assert.is(await kept(99), 3);
  assert.is(await kept(100), 2);
});

test.run();
