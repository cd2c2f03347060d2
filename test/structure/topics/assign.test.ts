import { assignLatents, Dataset } from 'espalier';
import { assignTopics, requireTopicNames, scoreDocuments, topicIds } from 'espalier/topics';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { refuses, refusesAsync } from '../../support/refuses.js';
import { knownTopics, streamed } from '../../support/topic-documents.js';

const test = suite('assignTopics');
const { tree, vectorizer } = await knownTopics([['a', 'b'], ['c', 'd'], ['e']], 2);
const documents = Array.from({ length: 700 }, (_, i) => ({
  text: [...'abcde'].filter((_, w) => (i >> w) & 1).join(' '),
  name: `n${i}`,
}));
const data = new Dataset(vectorizer.rows(documents.map(({ text }) => text)));

test('yields every document with the posteriors that assignLatents gives, of the levels asked for', async () => {
  for (const assignment of ['narrow', 'broad'] as const) {
    const { posteriors, logLikelihood } = await assignLatents(tree, data, { assignment });
    for (const [levels, places] of [
      [undefined, [0, 1, 2, 3, 4]],
      [[1], [0, 1, 2]],
      [[2], [3, 4]],
      [
        [2, 1],
        [0, 1, 2, 3, 4],
      ],
    ] as const) {
      assert.equal(
        topicIds(tree, levels),
        places.map((place) => tree.nameOf(5 + place)),
      );
      let i = 0;
      for await (const found of assignTopics(tree, vectorizer, streamed(documents), { levels, assignment })) {
        assert.is(found.document.name, `n${i}`);
        assert.is(found.words, documents[i]!.text.length === 0 ? 0 : documents[i]!.text.split(' ').length);
        assert.is(found.logLikelihood, logLikelihood[i]);
        assert.equal(
          [...found.posteriors],
          places.map((place) => posteriors[5 * i + place]!),
        );
        i++;
      }
      assert.is(i, 700);
    }
  }
});

test('is narrow by default, and reads no further than it is asked to', async () => {
  const { posteriors } = await assignLatents(tree, data, { assignment: 'narrow' });
  let read = 0;
  const endless = function* () {
    for (;;) yield documents[read++ % 700]!;
  };
  for await (const found of assignTopics(tree, vectorizer, endless())) {
    assert.equal([...found.posteriors], [...posteriors.subarray(0, 5)]);
    break;
  }
  assert.ok(read < 1000);
});

test('scoreDocuments adds up likelihoods, which are of all words', async () => {
  const { logLikelihood } = await assignLatents(tree, data);
  assert.equal(await scoreDocuments(tree, vectorizer, streamed(documents)), {
    documents: 700,
    wordless: documents.filter(({ text }) => text === '').length,
    logLikelihood: logLikelihood.reduce((sum, value) => sum + value, 0),
  });
});

test('a signal stops a stream between documents', async () => {
  const stop = new AbortController();
  const run = async () => {
    for await (const { document } of assignTopics(tree, vectorizer, streamed(documents, 1), { signal: stop.signal }))
      if (document.name === 'n3') stop.abort();
  };
  await refusesAsync(run, DOMException as never, /aborted/);
});

test('refuses levels and names that the tree does not have', async () => {
  const first = (levels: number[]) => assignTopics(tree, vectorizer, documents, { levels }).next();
  await refusesAsync(() => first([3]), RangeError, /^levels: expected levels from 1 to 2, got 3$/);
  await refusesAsync(() => first([]), RangeError, /^levels: expected a list of at least 1 of/);
  refuses(() => topicIds(tree, [0]), RangeError, /^levels\[0\]: expected an integer from 1, got 0$/);
  await refusesAsync(() => scoreDocuments(tree, vectorizer, []), RangeError, /^documents: expected at least one/);
  requireTopicNames(tree, { 'h1.0': 'Ab', 'h2.1': 'x' });
  refuses(() => requireTopicNames(tree, { h10: 'x' }), RangeError, /^names: .*got "h10"; did you mean h1\.0\?$/);
  refuses(() => requireTopicNames(tree, { trade: 'x' }), RangeError, /they are h1\.0 to h2\.1$/);
  refuses(() => requireTopicNames(tree, ['x'] as never), TypeError, /^names: expected an object/);
});

test.run();
