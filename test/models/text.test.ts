// Nets that keep their vocabulary.
import {
  Dataset,
  DenseNet,
  loadNet,
  readSafetensors,
  type SparseMatrix,
  TfIdf,
  TrfNet,
  TseNet,
  writeSafetensors,
} from 'espalier';
import { TextVectorizer } from 'espalier/text';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { refuses, refusesAsync } from '../support/refuses.js';

const TEXTS = Array.from({ length: 24 }, (_, r) =>
  r % 2 ? `the striker scored goal ${'abc'[r % 3]}a twice` : `shares of bank ${'xyz'[r % 3]}x fell on markets`,
);
const LABELS = TEXTS.map((_, r) => (r % 2 ? 'sport' : 'money'));
const NEW = ['The bank sold shares.', '', 'A goal, a goal for the striker!'];

const vectorizer = await TextVectorizer.learn(TEXTS, { minDocuments: 1 } as object);
const train = await vectorizer.transform(TEXTS, { labels: LABELS });
const create = (data = train) => DenseNet.create(data, { hidden: [4], dropout: 0, inputDropout: 0 });
const net = await create();
await net.fit(train, { epochs: 30, batchSize: 8, learningRate: 0.01 });
const rows = await vectorizer.transform(NEW);
const header = (bytes: Uint8Array) => JSON.parse(readSafetensors(bytes).metadata['espalier.model']!);

test('texts are predicted as their rows are, by the net and by its file', async () => {
  const { outputs, classes } = await net.predict(rows);
  const answers = [...classes!].map((id) => net.target.names![id]);
  assert.equal([answers[0], answers[2]], ['money', 'sport']);
  const loaded = await loadNet(net.save());
  for (const one of [net, loaded]) {
    assert.equal(one.vectorizer, vectorizer.toJSON());
    const found = await one.predict(NEW);
    assert.equal(found.outputs, outputs);
    assert.equal(found.classes, classes);
  }
  assert.equal((loaded as DenseNet).featureNames, vectorizer.words);
});

test('the words stand once in the file, which is written again as it was read', async () => {
  const saved = net.save();
  assert.equal(header(saved).vectorizer, vectorizer.toJSON());
  assert.is(header(saved).featureNames, undefined);
  assert.equal((await loadNet(saved)).save(), saved);
});

test('texts with labels are rows to evaluate on and to fit to, whichever labels there are', async () => {
  const all = await net.readTexts(TEXTS, { labels: LABELS });
  assert.equal(all.features, train.features);
  assert.equal((await net.evaluate(all)).accuracy, 1);
  const sport = await net.readTexts(TEXTS.slice(1, 2), { labels: ['sport'] });
  assert.equal((await net.evaluate(sport)).accuracy, 1);
  await refusesAsync(
    () => net.readTexts(NEW, { labels: ['sport', 'art', 'money'] }),
    RangeError,
    /^labels\[1\]: expected one of classNames, got "art"$/,
  );
});

test('texts may come as a stream', async () => {
  const stream = async function* () {
    yield* NEW;
  };
  assert.equal((await net.readTexts(stream())).features, rows.features);
});

test('trf and tse keep the vocabulary, through growing that goes on from a checkpoint', async () => {
  const options = { layers: [{ radius: 1, stride: 1, globalUnits: 2 }], pretrain: { epochs: 1 } };
  for (const grown of [await TrfNet.grow(train, options), await TseNet.grow(train)]) {
    const loaded = await loadNet(grown.save());
    assert.equal(loaded.vectorizer, vectorizer.toJSON());
    assert.equal((await loaded.predict(NEW)).outputs, (await grown.predict(rows)).outputs);
    assert.equal(header(grown.save()).featureNames, undefined);
  }
});

test('parts of the rows and rows with other targets keep it; rows that are no counts any more do not', () => {
  assert.equal(train.subset([3, 1]).vectorizer, vectorizer.toJSON());
  assert.equal(train.withTargets(undefined).vectorizer, vectorizer.toJSON());
  assert.is(TfIdf.learn(train).apply(train).vectorizer, undefined);
});

test('rows of another vectorizer are refused, rows of the same words alone are taken', async () => {
  const json = vectorizer.toJSON();
  const [first, second, ...others] = json.words;
  const { features } = rows;
  const other = { ...json, words: [second!, first!, ...others] };
  const wrong = /^data: expected rows of this net's vectorizer, got those of another; readTexts makes some$/;
  await refusesAsync(
    () => net.predict(new Dataset(features, undefined, undefined, undefined, other)),
    RangeError,
    wrong,
  );
  const fit = new Dataset(train.features, train.targets, undefined, undefined, other);
  await refusesAsync(() => net.fit(fit, { epochs: 1 }), RangeError, /^train: expected rows of this net's vectorizer/);
  assert.equal((await net.predict(new Dataset(features))).outputs, (await net.predict(rows)).outputs);
});

test('what belongs to other words is no part of a dataset', () => {
  const json = vectorizer.toJSON();
  const make = (names: readonly string[] | undefined, words: unknown) =>
    new Dataset(train.features, undefined, names, undefined, { ...json, words } as never);
  refuses(() => make(undefined, json.words.slice(1)), RangeError, /^vectorizer\.words: /);
  refuses(() => make(undefined, 7), TypeError, /^vectorizer\.words: expected a list of strings, got 7$/);
  refuses(
    () => make([...json.words].reverse(), json.words),
    RangeError,
    /^featureNames\[0\]: expected the vectorizer's word /,
  );
  refuses(
    () => new Dataset(train.features, undefined, undefined, undefined, 7 as never),
    TypeError,
    /^vectorizer: expected an object, got 7$/,
  );
  assert.equal(make(undefined, json.words).featureNames, json.words);
});

test('what are no texts, or none that this net reads, is refused', async () => {
  const call = (data: unknown, one = net) => one.predict(data as never);
  await refusesAsync(
    () => call('one text'),
    TypeError,
    /^texts: expected several texts, got one; a list of it is \[text\]$/,
  );
  await refusesAsync(() => call(['one', 7]), TypeError, /^texts/);
  await refusesAsync(() => call([]), TypeError, /^data: expected a Dataset/);
  const plain = await create(new Dataset(train.features, train.targets));
  assert.is(plain.vectorizer, undefined);
  await refusesAsync(
    () => call(NEW, plain),
    TypeError,
    /^texts: expected a Dataset, got texts, but this net keeps no vectorizer; /,
  );
  plain.dispose();
  await refusesAsync(() => call(NEW, plain), Error, /^/);
});

test('training goes on from a checkpoint of the same vocabulary only, to the same bits', async () => {
  const options = { epochs: 4, batchSize: 8 };
  const whole = await create();
  await whole.fit(train, options);
  let half: Uint8Array | undefined;
  const onCheckpoint = (bytes: Uint8Array) => {
    half ??= bytes;
  };
  await (await create()).fit(train, { ...options, onCheckpoint });
  const again = await create();
  await again.fit(train, { ...options, resume: half });
  assert.equal(again.save(), whole.save());
  const json = vectorizer.toJSON();
  const other = { ...json, words: [...json.words.slice(1), 'other'] };
  const renamed = new Dataset(train.features, train.targets, undefined, undefined, other);
  const stranger = await create(renamed);
  await refusesAsync(
    () => stranger.fit(renamed, { ...options, resume: half }),
    RangeError,
    /the vectorizer data is another/,
  );
});

test('a file whose vectorizer does not fit its net is refused', async () => {
  const { tensors, metadata } = readSafetensors(net.save());
  const { 'espalier.sha256': _, ...notes } = metadata;
  const with_ = (change: (model: Record<string, unknown> & { vectorizer: { words: unknown } }) => void) => {
    const model = { ...header(net.save()), format: 1 };
    change(model);
    return writeSafetensors(tensors, { ...notes, 'espalier.model': JSON.stringify(model) });
  };
  assert.equal((await loadNet(with_(() => {}))).vectorizer, vectorizer.toJSON());
  const load = (change: Parameters<typeof with_>[0]) => () => loadNet(with_(change));
  await refusesAsync(
    load((m) => (m.vectorizer.words as string[]).pop()),
    RangeError,
    /damaged.*vectorizer\.words/,
  );
  await refusesAsync(
    load((m) => (m.vectorizer.words = null)),
    RangeError,
    /damaged.*vectorizer\.words/,
  );
  await refusesAsync(
    load((m) => (m.vectorizer = null as never)),
    RangeError,
    /damaged.*vectorizer/,
  );
  await refusesAsync(
    load((m) => (m.featureNames = vectorizer.words)),
    RangeError,
    /damaged.*beside a vectorizer/,
  );
});

test('defaults go by whether rows are texts: ln(1 + count), and steps enough for few of them', async () => {
  const kind = (one: DenseNet) => header(one.save()).input.kind;
  assert.is(kind(await DenseNet.create(train)), 'log');
  const fitted = await DenseNet.create(train);
  // 24 texts in batches of 8: 3 steps an epoch, of which 1,000 are wanted.
  assert.is((await fitted.fit(train)).epochs, 334);
  const wide = (first: number) => {
    const features = train.features as SparseMatrix;
    const value = features.value.map((_, e) => (e === 0 ? first : 1));
    return new Dataset({ ...features, columns: 1000, value }, train.targets);
  };
  // Counts of words, whoever counted them; indicators are left as they are, and what are no counts.
  assert.is(kind(await DenseNet.create(wide(2))), 'log');
  assert.is(kind(await DenseNet.create(wide(2.5))), 'none');
  assert.is(kind(await DenseNet.create(wide(1))), 'none');
});

test.run();
