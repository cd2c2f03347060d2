import { assignLatents, Dataset } from 'espalier';
import type { Document } from 'espalier/text';
import { describeTopics, type TopicReport } from 'espalier/topics';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { close } from '../../support/allclose.js';
import { refusesAsync } from '../../support/refuses.js';
import { knownTopics, streamed, vectorizerOf } from '../../support/topic-documents.js';

const test = suite('describeTopics');

const FRUIT = ['apple', 'pear', 'plum'];
const SEA = ['ship', 'port', 'sail'];
const known = await knownTopics([FRUIT, SEA]);
const { tree, vectorizer } = known;

/** By hand: fruit in 0, 1, 2, 5; sea in 3, 4, 5; nothing in 6. */
const DOCUMENTS: Document[] = [
  { text: 'An apple a day. Pear and apple and plum! The end', label: 'food', date: '2024-01-05', name: 'a' },
  { text: 'Plum.', label: 'food', date: '2024-01-20' },
  { text: 'The pear, the apple', date: '2024-03-01' },
  { text: 'A ship in the port\nA sail', label: 'travel', date: 'unknown' },
  { text: 'No port. A port, a ship', label: 'travel' },
  { text: 'The ship brought apple, pear, plum to port to port, with one sail', label: 'food', date: '2024-03-31' },
  { text: 'Nothing to see', label: 'travel', date: '2024-02-29T10:00:00Z' },
];

const topicOf = (report: TopicReport, id: string) => report.topics.find((topic) => topic.id === id)!;

test('documents, labels, periods and those that speak for topics are those counted by hand', async () => {
  const report = await describeTopics(tree, vectorizer, DOCUMENTS, { names: { 'h1.1': 'Sea' } });
  const [fruit, sea, top] = ['h1.0', 'h1.1', 'h2.0'].map((id) => topicOf(report, id));
  assert.is(report.documents, 7);
  assert.is(report.wordless, 1);
  assert.is(report.vocabulary, 6);
  assert.equal(report.levels, [2, 1]);
  assert.is(report.assignment, 'narrow');
  assert.equal(report.labels, { names: ['food', 'travel'], documents: [3, 3] });
  assert.equal(report.periods, { names: ['2024-01', '2024-02', '2024-03'], documents: [2, 1, 2] });
  assert.equal([fruit!.documents, sea!.documents], [4, 3]);
  assert.equal(
    [fruit!.labels, sea!.labels],
    [
      [3, 0],
      [1, 2],
    ],
  );
  assert.equal(
    [fruit!.periods, sea!.periods],
    [
      [2, 0, 2],
      [0, 0, 1],
    ],
  );
  assert.equal([fruit!.parent, top!.parent, fruit!.level, top!.level], ['h2.0', null, 1, 2]);
  assert.equal([fruit!.name, sea!.name], [undefined, 'Sea']);
  assert.equal(
    fruit!.exemplars.map(({ document, sentence }) => [document, sentence]),
    [
      [0, 'Pear and apple and plum!'],
      [5, 'The ship brought apple, pear, plum to port to port, with one sail'],
      [2, 'The pear, the apple'],
      [1, 'Plum.'],
    ],
  );
  assert.equal(
    sea!.exemplars.map(({ document, sentence }) => [document, sentence]),
    [
      [3, 'A ship in the port'],
      [5, 'The ship brought apple, pear, plum to port to port, with one sail'],
      [4, 'A port, a ship'],
    ],
  );
  assert.equal(
    report.shown.map(({ text }) => text),
    DOCUMENTS.map(({ text }) => text),
  );
  const wordsAt = report.shown.map(({ text, words }) =>
    words!.map(({ start, end }) => text.slice(start, end).toLowerCase()),
  );
  assert.equal(wordsAt[3], ['ship', 'port', 'sail']);
  assert.equal(report.shown[0]!.name, 'a');
  assert.not.ok('label' in report.shown[2]!);
  assert.equal(report.shown[5]!.topics.map(([topic]) => report.topics[topic]!.id).sort(), ['h1.0', 'h1.1', 'h2.0']);
  assert.equal(report.shown[6]!.topics, []);
  assert.equal(JSON.parse(JSON.stringify(report)), report);
});

test('probabilities and the likelihood are those of assignLatents, for either assignment', async () => {
  const data = new Dataset(vectorizer.rows(DOCUMENTS.map(({ text }) => text)));
  for (const assignment of ['narrow', 'broad'] as const) {
    const { posteriors, logLikelihood } = await assignLatents(tree, data, { assignment });
    const report = await describeTopics(tree, vectorizer, DOCUMENTS, { assignment, exemplars: 7, threshold: 0 });
    assert.is(
      report.logLikelihood,
      logLikelihood.reduce((sum, value) => sum + value, 0),
    );
    for (const { id, level, exemplars } of report.topics) {
      const latent = tree.firstOf(level) + Number(id.split('.')[1]) - tree.features;
      assert.is(exemplars.length, 7);
      for (const { document, probability } of exemplars) assert.is(probability, posteriors[document * 3 + latent]);
    }
    report.shown.forEach(({ topics }, document) => {
      const sorted = topics.map(([, p]) => p);
      assert.equal(
        sorted,
        [...sorted].sort((a, b) => b - a),
      );
      const wanted = [...posteriors.subarray(document * 3, document * 3 + 3)].sort((a, b) => b - a);
      for (const [i, p] of wanted.entries())
        assert.ok(Math.abs(sorted[i]! - p) < 5.1e-5, `${sorted[i]}, expected ${p}`);
    });
  }
});

test('the threshold decides who belongs: a document with half the words is less sure than one with all', async () => {
  const counts = async (threshold: number) => {
    const { topics } = await describeTopics(tree, vectorizer, DOCUMENTS, { threshold });
    return topics.filter(({ level }) => level === 1).map(({ documents }) => documents);
  };
  // P(fruit | one of its three words) = 0.9: two absent, 0.1 each, against 0.001.
  assert.equal(await counts(0.5), [4, 3]);
  assert.equal(await counts(0.95), [3, 3]);
  assert.equal(await counts(0), [7, 7]);
});

test('neither labels nor dates where no document has one; one label agrees with everything and tells nothing', async () => {
  const plain = await describeTopics(tree, vectorizer, [{ text: 'apple' }, { text: 'port', date: 'soon', label: '' }]);
  for (const part of ['labels', 'periods', 'purity', 'nmi']) assert.not.ok(part in plain, part);
  for (const topic of plain.topics) assert.not.ok('labels' in topic || 'periods' in topic);
  const one = await describeTopics(tree, vectorizer, [
    { text: 'apple', label: 'x' },
    { text: 'port', label: 'x' },
    { text: 'sail' },
  ]);
  assert.equal(one.purity, [1, 1]);
  assert.equal(one.nmi, [null, null]);
  assert.equal(one.labels, { names: ['x'], documents: [2] });
});

test('dates are put together once all are known, whatever order they come in, and those written the other way round are found out', async () => {
  const dated = ['13/02/2024', '01/02/2024', '02/02/2024', '13/02/2024', 'never'].map((date) => ({
    text: 'apple',
    date,
  }));
  for (const documents of [dated, [...dated].reverse()]) {
    const { periods, topics } = await describeTopics(tree, vectorizer, documents);
    assert.equal(
      periods!.names,
      Array.from({ length: 13 }, (_, i) => `2024-02-${String(i + 1).padStart(2, '0')}`),
    );
    assert.equal(periods!.documents, [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
    assert.equal(topics.find(({ id }) => id === 'h1.0')!.periods, periods!.documents);
  }
  const coarse = ['2020', '2024-02-29', '2024-03-01'].map((date) => ({ text: 'apple', date }));
  const { periods } = await describeTopics(tree, vectorizer, coarse);
  assert.equal(periods, { names: ['2020', '2021', '2022', '2023', '2024'], documents: [1, 0, 0, 0, 2] });
});

test('purity is of the labelled documents by their likeliest topic', async () => {
  // Likeliest of level 1: fruit, fruit, sea, sea, sea; a tie of nothing goes to the first, fruit.
  const documents = ['apple', 'pear', 'port', 'sail', 'ship', 'none'].map((text, i) => ({ text, label: 'xxyyxy'[i]! }));
  const { purity, nmi } = await describeTopics(tree, vectorizer, documents);
  close(purity!, [4 / 6, 3 / 6], 1e-12, 'purity');
  // Fruit has x x y, sea y y x: 4/6 ln(4/3) + 2/6 ln(2/3) of ln 2.
  const information = (4 / 6) * Math.log(4 / 3) + (2 / 6) * Math.log(2 / 3);
  close(nmi as number[], [information / Math.log(2), 0], 1e-12, 'NMI');
});

test('a stream in any pieces gives the same report, and progress ends at the last document', async () => {
  const many = Array.from({ length: 1300 }, (_, i) => DOCUMENTS[(i * 5) % 7]!).map((document, i) => ({
    ...document,
    text: `${document.text}. number ${i} ${'long '.repeat(i % 200)}`,
  }));
  const options = { shown: 50, exemplars: 3, seed: 4 };
  const whole = await describeTopics(tree, vectorizer, many, options);
  let last = 0;
  const stream = await describeTopics(tree, vectorizer, streamed(many), {
    ...options,
    onProgress: ({ documents }) => {
      assert.ok(documents > last);
      last = documents;
    },
  });
  assert.equal(stream, whole);
  assert.is(last, 1300);
  // Batches end elsewhere: one document is as long as a batch.
  const padded = many.map((document, i) =>
    i === 100 ? { ...document, text: document.text + ' '.repeat(300_000) } : document,
  );
  const cut = (report: TopicReport) => ({ ...report, shown: report.shown.map(({ topics }) => topics) });
  assert.equal(cut(await describeTopics(tree, vectorizer, padded, options)), cut(whole));
});

test('of more documents than are shown a fair sample is kept, by the seed, and all that speak for topics', async () => {
  const many = Array.from({ length: 10_001 }, (_, i) => ({
    text: i === 2_990 ? 'apple pear plum' : 'sail',
    name: String(i),
  }));
  const all = await describeTopics(tree, vectorizer, many, { exemplars: 0 });
  assert.is(all.shown.length, 10_000);
  const places: number[][] = [];
  for (const seed of [1, 2, 1]) {
    const { shown, topics } = await describeTopics(tree, vectorizer, many.slice(0, 3000), { shown: 900, seed });
    const numbers = shown.map(({ name }) => Number(name));
    assert.ok(numbers.includes(2_990));
    assert.equal(
      numbers,
      [...numbers].sort((a, b) => a - b),
    );
    for (const { exemplars } of topics) for (const { document } of exemplars) assert.ok(shown[document]);
    places.push(numbers);
  }
  assert.equal(places[0], places[2]);
  assert.not.equal(places[0], places[1]);
  // Thirds of the stream hold a third of the sample each: five standard deviations are 60.
  for (const numbers of places)
    for (const third of [0, 1, 2])
      assert.ok(Math.abs(numbers.filter((n) => Math.floor(n / 1000) === third).length - 300) < 60);
});

test('texts are cut to their beginning, long sentences to what surrounds the topic', async () => {
  const text = `${'so it went on '.repeat(40)}the apple and the pear 😀 ${'and on it went '.repeat(40)}`;
  const { shown, topics } = await describeTopics(tree, vectorizer, [{ text }], {
    mostTextLength: 20,
    mostSentenceLength: 60,
  });
  assert.is(shown[0]!.text, 'so it went on so it …');
  const { sentence } = topics.find(({ id }) => id === 'h1.0')!.exemplars[0]!;
  assert.match(sentence, /^….*the apple and the pear.*…$/);
  assert.ok(sentence.length <= 62, sentence);
});

test('those that say the same speak once', async () => {
  const twice = ['apple pear plum', 'apple pear plum', 'apple pear', 'plum'].map((text) => ({ text }));
  const { topics } = await describeTopics(tree, vectorizer, twice, { exemplars: 2 });
  assert.equal(
    topics.find(({ id }) => id === 'h1.0')!.exemplars.map(({ document }) => document),
    [0, 2],
  );
});

test('refuses other words, no documents, what is no document, and names of no topic', async () => {
  const describe = (documents: unknown, options = {}, words = vectorizer) =>
    describeTopics(tree, words, documents as Document[], options);
  await refusesAsync(() => describe([]), RangeError, /^documents: expected at least one document, got none$/);
  await refusesAsync(() => describe('apple'), TypeError, /^documents: expected documents in a list or a stream/);
  await refusesAsync(() => describe(['apple']), TypeError, /^documents\[0\]: expected a document, .*got "apple"$/);
  await refusesAsync(
    () => describe([{ text: 'a' }, { text: 1 }]),
    TypeError,
    /^documents\[1\]\.text: expected a string, got 1$/,
  );
  await refusesAsync(
    () => describe([{ text: 'a', label: 3 }]),
    TypeError,
    /^documents\[0\]\.label: expected a string, got 3$/,
  );
  const other = await vectorizerOf(['apple', 'pear', 'plum', 'boat', 'port', 'sail']);
  await refusesAsync(() => describe(DOCUMENTS, {}, other), RangeError, /^vectorizer: .*got "boat" for its "ship"$/);
  await refusesAsync(
    () => describe(DOCUMENTS, { names: { 'h1.7': 'x' } }),
    RangeError,
    /^names: .*got "h1\.7"; did you mean h1\.[01]\?$/,
  );
  await refusesAsync(
    () => describe(DOCUMENTS, { names: { 'h1.0': ' ' } }),
    RangeError,
    /^names\.h1\.0: expected a name, got " "$/,
  );
  const labels = Array.from({ length: 1001 }, (_, i) => ({ text: 'apple', label: String(i) }));
  await refusesAsync(() => describe(labels), RangeError, /^documents: expected at most 1000 different labels/);
});

test.run();
