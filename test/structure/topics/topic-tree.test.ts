import { createEngine, latentTree } from 'espalier';
import { type Document, TextVectorizer } from 'espalier/text';
import {
  describeTopics,
  refineLatentTree,
  scoreDocuments,
  splitDocuments,
  type TopicProgress,
  TopicTree,
  type TopicTreeJson,
} from 'espalier/topics';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { refuses, refusesAsync } from '../../support/refuses.js';
import { knownTopics, madeDocuments, streamed, vectorizerOf } from '../../support/topic-documents.js';

const test = suite('TopicTree');

const documents = madeDocuments(240, 1);
const more = madeDocuments(130, 2);
const textsOf = (list: readonly Document[]) => list.map(({ text }) => text);
const whole = await TopicTree.learn(documents);

const bitsOf = ({ tree, vectorizer, steps, names }: TopicTree) => [
  [...tree.parent],
  [...new BigUint64Array(tree.probability.slice().buffer)],
  tree.levels,
  tree.rows,
  tree.logLikelihood,
  vectorizer.toJSON(),
  steps,
  names,
];
const same = (a: TopicTree, b: TopicTree, what: string) => assert.equal(bitsOf(a), bitsOf(b), what);
const json = (tree: TopicTree): TopicTreeJson => JSON.parse(JSON.stringify(tree));
// biome-ignore lint/suspicious/noExplicitAny: what TypeScript would have refused
const wrong = (value: unknown): any => value;

async function all<T>(items: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** The same by the parts it is made of. */
async function byHand(list: readonly Document[], { seed = 0, ...words } = {}): Promise<TopicTree> {
  const usual = { maxFeatures: 1000, minDocuments: 3, maxShare: 0.5 };
  const vectorizer = await TextVectorizer.learn(textsOf(list), { ...usual, ...words });
  const tree = await latentTree(await vectorizer.transform(textsOf(list)), { refineSteps: 50, seed });
  return new TopicTree({ tree, vectorizer });
}

test('is what a vectorizer and latentTree make of the documents, to the bit', async () => {
  same(whole, await byHand(documents), 'defaults');
  assert.equal(whole.tree.featureNames, whole.vectorizer.words);
  assert.is(whole.tree.features, 20);
  const given = { seed: 3, exclude: ['goal'] };
  same(await TopicTree.learn(documents, given), await byHand(documents, given), 'a seed and a word less');
  for (const phase of ['vocabulary', 'rows'] as const) assert.ok(whole.seconds![phase] >= 0, phase);
});

test('does not depend on how documents come: a list, a generator or a stream, in one engine or another', async () => {
  const sampled = { sampleRows: 100, passes: 2, batchRows: 33 };
  const reference = await TopicTree.learn(documents, sampled);
  function* given() {
    yield* documents;
  }
  same(await TopicTree.learn(given, sampled), reference, 'a generator');
  same(await TopicTree.learn(() => streamed(documents), sampled), reference, 'a stream');
  same(await TopicTree.learn(documents, { ...sampled, engine: await createEngine() }), reference, 'another engine');
});

test('more documents than sampleRows: structure of the sample, tables of all by one pass of stepwise EM', async () => {
  const options = { sampleRows: 100, batchRows: 40 };
  const sample = await TopicTree.learn(documents, { ...options, passes: 0 });
  assert.is(sample.steps, 0);
  assert.is(sample.tree.rows, 100);
  const once = await TopicTree.learn(documents, options);
  const rows = await once.vectorizer.transform(textsOf(documents));
  for (const passes of [1, 3]) {
    const { tree, steps } = await refineLatentTree(sample.tree, () => [rows], { batchRows: 40, exponent: 0.9, passes });
    const expected = new TopicTree({ tree, vectorizer: sample.vectorizer, steps });
    same(passes === 1 ? once : await TopicTree.learn(documents, { ...options, passes }), expected, `${passes} passes`);
  }
  assert.is(once.tree.rows, 240);
  assert.equal(once.vectorizer.toJSON(), whole.vectorizer.toJSON());
});

test('parts are disjoint and whole, of about the share, in order, and told by the seed and the place alone', async () => {
  const many = Array.from({ length: 9000 }, (_, i) => ({ text: String(i) }));
  const { rest, heldOut } = await splitDocuments(() => streamed(many, 1000), { holdout: 0.3, seed: 5 });
  const [kept, held] = [await all(rest()), await all(heldOut())];
  const numbers = (list: Document[]) => list.map(({ text }) => Number(text));
  for (const list of [kept, held])
    assert.equal(
      numbers(list),
      numbers(list).sort((a, b) => a - b),
    );
  assert.equal(
    numbers([...kept, ...held]).sort((a, b) => a - b),
    many.map((_, i) => i),
  );
  // Five standard deviations of 9000 draws.
  assert.ok(Math.abs(held.length - 2700) < 5 * Math.sqrt(9000 * 0.3 * 0.7), String(held.length));
  assert.equal(numbers(await all(heldOut())), numbers(held), 'opened again');
  const other = async (holdout: number, seed: number, list: Document[] = many) =>
    numbers(await all((await splitDocuments(list, { holdout, seed })).heldOut()));
  assert.equal(
    await other(0.3, 5, many.slice(0, 5000)),
    numbers(held).filter((i) => i < 5000),
  );
  assert.not.equal(await other(0.3, 6), numbers(held));
  assert.equal(await other(0, 5), []);
});

test('nothing is learned from documents held out', async () => {
  const options = { holdout: 0.25, seed: 2 };
  const held = new Set(await all((await splitDocuments(documents, options)).heldOut()));
  assert.ok(held.size > 40 && held.size < 80);
  const changed = documents.map((one) => (held.has(one) ? { text: 'striker flour elsewhere entirely' } : one));
  const learn = async (list: Document[]) => TopicTree.learn((await splitDocuments(list, options)).rest);
  const tree = await learn(documents);
  same(await learn(changed), tree, 'held out ones changed');
  same(await TopicTree.learn(documents.filter((one) => !held.has(one))), tree, 'the others by themselves');
  const { heldOut } = await splitDocuments(documents, options);
  const score = await scoreDocuments(tree.tree, tree.vectorizer, heldOut());
  assert.is(score.documents, held.size);
});

test('an update is stepwise EM that goes on where it was', async () => {
  const options = { batchRows: 32 };
  const rows = (list: Document[]) => whole.vectorizer.transform(textsOf(list));
  const [one, two] = [await rows(more.slice(0, 64)), await rows(more.slice(64))];
  const first = await refineLatentTree(whole.tree, () => [one], options);
  const second = await refineLatentTree(first.tree, () => [two], { ...options, steps: first.steps });
  const updated = await whole.named({ 'h1.0': 'Kept' }).update(more.slice(0, 64), options);
  same(updated, new TopicTree({ ...whole, ...first, names: { 'h1.0': 'Kept' } }), 'one update');
  assert.is(updated.steps, 240 / 32 + 2);
  const again = await (await TopicTree.fromJSON(json(updated))).update(() => streamed(more.slice(64)), options);
  same(again, new TopicTree({ ...whole, ...second, names: { 'h1.0': 'Kept' } }), 'another, from a file');
  // The tables are smoothed in between, and a count of documents is all that is kept of what they were made of.
  const both = await whole.update(more, options);
  assert.is(again.steps, both.steps);
  const apart = Math.max(...both.tree.probability.map((p, i) => Math.abs(p - again.tree.probability[i]!)));
  assert.ok(apart < 0.01, `two updates are ${apart} from one over both`);
  assert.is(whole.steps, 0);
});

test('JSON is lossless: words, tables, names and steps', async () => {
  const tree = (await whole.update(more)).named({ 'h1.1': 'Money "and" more', 'h1.0': 'Sport' });
  const read = await TopicTree.fromJSON(json(tree));
  same(read, tree, 'read again');
  assert.equal(json(read), json(tree));
  assert.not.ok('names' in json(whole));
  assert.is(json(whole).topics!.length, whole.tree.latents);
  assert.equal(
    textsOf(more).map((text) => read.vectorizer.find(text)),
    textsOf(more).map((text) => tree.vectorizer.find(text)),
  );
});

test('damaged JSON is refused', async () => {
  const good = json(whole);
  const read = (change: object) => TopicTree.fromJSON(wrong({ ...good, ...change }));
  await refusesAsync(() => read({ vectorizer: undefined }), TypeError, /^json: expected a topic tree, got a latent/);
  await refusesAsync(() => TopicTree.fromJSON(wrong(null)), TypeError, /^json: expected a latent tree/);
  await refusesAsync(() => TopicTree.fromJSON(wrong(JSON.stringify(good))), TypeError, /^json: expected a latent tree/);
  await refusesAsync(() => read({ names: { 'h9.0': 'x' } }), RangeError, /^names: expected topics of the tree/);
  await refusesAsync(() => read({ names: ['x'] }), TypeError, /^names: expected an object of names by topic/);
  await refusesAsync(() => read({ names: { 'h1.0': 5 } }), TypeError, /^names\.h1\.0: expected a string, got 5$/);
  await refusesAsync(() => read({ stepwise: { steps: -1 } }), RangeError, /^steps: expected a number from 0.*got -1$/);
  await refusesAsync(() => read({ stepwise: { steps: '3' } }), TypeError, /^steps: expected a number, got "3"$/);
  await refusesAsync(() => read({ stepwise: { steps: null } }), TypeError, /^steps: expected a number, got null$/);
  await refusesAsync(() => read({ stepwise: 3 }), TypeError, /^stepwise: expected an object, got 3$/);
  const fewer = (await vectorizerOf(['a', 'b'])).toJSON();
  await refusesAsync(() => read({ vectorizer: fewer }), RangeError, /^vectorizer: expected .* 20 words.*got 2$/);
  const words = await vectorizerOf(Array.from({ length: 20 }, (_, i) => `w${i}`));
  await refusesAsync(() => read({ vectorizer: words.toJSON() }), RangeError, /^vectorizer: expected the words of the/);
});

test('names are added, replaced and taken away; a topic that is none is refused with the nearest', () => {
  const named = whole.named({ 'h1.0': 'a', 'h1.1': 'b' }).named({ 'h1.0': 'c', 'h1.1': '' });
  assert.equal({ ...named.names }, { 'h1.0': 'c' });
  assert.is(named.tree, whole.tree);
  assert.equal(named.seconds, whole.seconds);
  assert.equal({ ...whole.names }, {});
  refuses(() => whole.named({ 'h1.77': 'x' }), RangeError, /^names: .*got "h1\.77"; did you mean h1\.\d\?$/);
  refuses(() => whole.named(wrong('h1.0')), TypeError, /^names: expected an object, got "h1\.0"$/);
  refuses(() => whole.named({ 'h1.0': wrong(1) }), TypeError, /^names\.h1\.0: expected a string, got 1$/);
});

test('describe is describeTopics with the names', async () => {
  const names = { 'h1.0': 'Sport' };
  const expected = await describeTopics(whole.tree, whole.vectorizer, more, { names, top: 3 });
  assert.equal(await whole.named(names).describe(more, { top: 3 }), expected);
  await refusesAsync(() => whole.describe(more, wrong('top')), TypeError, /^options: expected an object, got "top"$/);
  assert.is(expected.topics.find(({ id }) => id === 'h1.0')!.name, 'Sport');
});

test('documents that are other ones when they are opened again are refused', async () => {
  for (const counts of [
    [240, 239],
    [239, 240],
  ]) {
    let opened = 0;
    const changing = () => documents.slice(0, counts[opened++] ?? 240);
    await refusesAsync(
      () => TopicTree.learn(changing),
      RangeError,
      new RegExp(`^documents: expected the same ones each time they are opened, got ${counts[0]}, then ${counts[1]}$`),
    );
  }
  let opened = 0;
  const shrinking = () => (opened++ < 2 ? documents : documents.slice(1));
  await refusesAsync(
    () => TopicTree.learn(shrinking, { passes: 1 }),
    RangeError,
    /^documents: expected the same ones each time they are opened, got 240, then 239$/,
  );
});

test('what can be gone through but once, and what is no document, is refused', async () => {
  const generator = documents.values();
  const once = /^documents: expected a list of documents, or a function that opens them, .*more than once, got /;
  for (const given of [streamed(documents), generator, new Set(documents), 'text', undefined, {}]) {
    await refusesAsync(() => TopicTree.learn(wrong(given)), TypeError, once);
    await refusesAsync(() => whole.update(wrong(given)), TypeError, once);
    await refusesAsync(() => splitDocuments(wrong(given)), TypeError, once);
  }
  const opening = /^documents: expected documents in a list or a stream/;
  for (const given of [() => 5, () => 'text', () => undefined])
    for (const call of [TopicTree.learn, (documents: never) => whole.update(documents)])
      await refusesAsync(() => call(wrong(given)), TypeError, opening);
  const again = streamed(documents);
  await refusesAsync(
    () => TopicTree.learn(() => again),
    RangeError,
    /^documents: expected the same ones.*240, then 0$/,
  );
  for (const call of [TopicTree.learn, (documents: never) => whole.update(documents)]) {
    await refusesAsync(() => call(wrong(['a'])), TypeError, /^documents\[0\]: expected a document/);
    await refusesAsync(() => call(wrong([])), RangeError, /^documents: expected at least one document, got none$/);
  }
  await refusesAsync(
    () => TopicTree.learn(documents, wrong({ holdOut: 1 })),
    TypeError,
    /^holdOut: expected an option/,
  );
});

test('documents without a word to learn, one document, and the same document again and again', async () => {
  await refusesAsync(
    () => TopicTree.learn(Array.from({ length: 9 }, () => ({ text: '... !!! 12' }))),
    RangeError,
    /^texts: expected words/,
  );
  const one = await TopicTree.learn([{ text: 'one short note' }], { minDocuments: 1, maxShare: 1 });
  assert.is(one.tree.rows, 1);
  const twins = Array.from({ length: 50 }, () => ({ text: 'the same short note' }));
  const tree = await TopicTree.learn(twins, { maxShare: 1 });
  assert.ok([...tree.tree.probability].every((p) => p > 0 && p < 1));
});

test('the signal stops each phase, and nothing is returned', async () => {
  const watching = { sampleRows: 100, passes: 1, batchRows: 10 };
  for (const phase of ['vocabulary', 'rows', 'stepwise']) {
    const stopping = new AbortController();
    const onProgress = (done: TopicProgress) => {
      if (done.phase === phase) stopping.abort(new RangeError(`stopped in ${phase}`));
    };
    await refusesAsync(
      () => TopicTree.learn(documents, { ...watching, signal: stopping.signal, onProgress }),
      RangeError,
      new RegExp(`^stopped in ${phase}$`),
    );
  }
  const signal = AbortSignal.abort(new RangeError('at once'));
  await refusesAsync(() => TopicTree.learn(documents, { signal }), RangeError, /^at once$/);
  await refusesAsync(() => whole.update(documents, { signal }), RangeError, /^at once$/);
});

test('parts that do not fit one another are refused', async () => {
  const { tree, vectorizer } = await knownTopics([['a', 'b', 'c']]);
  const make = (change: object) => () => new TopicTree({ tree, vectorizer, ...change });
  refuses(() => new TopicTree(wrong(undefined)), TypeError, /^parts: expected an object, got undefined$/);
  refuses(make({ tree: {} }), TypeError, /^tree: expected a LatentTree/);
  refuses(
    make({ vectorizer: vectorizer.toJSON() }),
    TypeError,
    /^vectorizer: expected a TextVectorizer, got an object$/,
  );
  refuses(make({ vectorizer: whole.vectorizer }), RangeError, /^vectorizer: expected .*3 words.*got 20$/);
  refuses(make({ steps: Number.NaN }), RangeError, /^steps: expected a number from 0.*got NaN$/);
  refuses(make({ seconds: 1 }), TypeError, /^seconds: expected an object/);
});

test('topTopics and maxTop steer the top, one at a time', async () => {
  const two = await TopicTree.learn(documents, { topTopics: 2 });
  assert.is(two.tree.levels.at(-1), 2);
  const most = await TopicTree.learn(documents, { maxTop: 3 });
  assert.ok(most.tree.levels.at(-1)! <= 3);
  await refusesAsync(() => TopicTree.learn(documents, { topTopics: 2, maxTop: 3 }), TypeError, /^maxTop, topTopics: /);
});

test.run();
