// Nets of texts by the command: a vocabulary learned with the net, kept in its file, and read by it.
import { readFileSync } from 'node:fs';
import { loadNet } from 'espalier';
import { TextVectorizer } from 'espalier/text';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { answers, espalier, Scratch, succeeds } from '../support/cli.js';

const scratch = new Scratch();
test.after(() => scratch.remove());

const SUBJECTS = { money: 'shares bank market profit', sport: 'goal striker match league' };
const documents = (count: number, shift: number) =>
  Array.from({ length: count }, (_, i) => {
    const label = i % 2 ? 'money' : 'sport';
    const words = SUBJECTS[label].split(' ');
    const more = 'river stone cloud tree'.split(' ')[(i + shift) % 4]!;
    return { label, text: `${words[i % 4]} ${more} ${words[(i + shift + 1) % 4]}` };
  });
const lines = (list: { label: string; text: string }[]) =>
  list.map(({ label, text }) => `${label}\t${text}\n`).join('');

const [known, fresh] = [documents(60, 0), documents(20, 2)];
const train = scratch.file('train.tsv', lines(known));
const quick = ['--method', 'dense', '--hidden', '8', '--epochs', '20', '--batch-size', '8', '--learning-rate', '0.01'];

interface Answer {
  vocabulary: number;
  columns: number;
  rows: Record<string, number>;
  testAccuracy: number;
  targetNames: string[];
  warnings: string[];
}

test('train learns the words of the training texts, and the net predicts from texts', async () => {
  const model = scratch.path('net.safetensors');
  const checkpoint = scratch.path('run.checkpoint');
  const tested = scratch.file('test.jsonl', fresh.map((one) => JSON.stringify(one)).join('\n'));
  const command = ['train', '--text', train, '--test', tested, ...quick, '--min-documents', '3', '--out', model];
  const answer = await answers<Answer>([...command, '--checkpoint', checkpoint]);
  assert.equal(answer.rows, { train: 54, validation: 6, test: 20 });
  assert.is(answer.vocabulary, 12);
  assert.is(answer.columns, 12);
  assert.equal(answer.targetNames, ['money', 'sport']);
  assert.is(answer.testAccuracy, 1);

  const net = await loadNet(readFileSync(model));
  const learned = await TextVectorizer.learn(
    known.map(({ text }) => text),
    { minDocuments: 3 },
  );
  assert.equal(net.vectorizer, learned.toJSON());
  const table = scratch.file('new.csv', `id,text\n${fresh.map(({ text }, i) => `d${i},"${text}"`).join('\n')}\n`);
  const { classes, probabilities } = await answers<{ classes: string[]; probabilities: number[][] }>([
    'predict',
    model,
    table,
  ]);
  assert.equal(
    classes,
    fresh.map(({ label }) => label),
  );
  const { outputs } = await net.predict(fresh.map(({ text }) => text));
  assert.equal(
    probabilities.flat().map(Math.fround),
    Array.from(outputs, (p) => Math.fround(Number(p.toPrecision(7)))),
  );
  assert.is((await answers(['evaluate', model, tested])).accuracy, 1);

  const other = scratch.file(
    'other.tsv',
    lines([...known.slice(1), { label: 'money', text: 'other words of money here' }]),
  );
  const again = [
    'train',
    '--text',
    other,
    ...quick,
    '--min-documents',
    '3',
    '--checkpoint',
    checkpoint,
    '--resume',
    checkpoint,
  ];
  const { code, stderr } = await espalier(again);
  assert.is(code, 2);
  assert.match(stderr, /but the training data is another/);
});

test('explain and info tell of words', async () => {
  const model = scratch.path('net.safetensors');
  const { layers } = await answers<{ layers: { units: { features: { name: string }[] }[] }[] }>([
    'explain',
    model,
    train,
  ]);
  const words = layers[0]!.units.flatMap(({ features }) => features.map(({ name }) => name));
  assert.ok(words.includes('striker') && words.every((word) => /^[a-z]+$/.test(word)));
  assert.match(await succeeds(['info', model]), /Takes +texts, by 12 words/);
});

const refusals: [string, () => string[], RegExp][] = [
  [
    'both kinds of input',
    () => ['train', train, '--text', train],
    /^espalier: --data, --text: expected one of the two/,
  ],
  [
    'what is about tables',
    () => ['train', '--text', train, '--target', 'a'],
    /^espalier: --target: is about rows of numbers/,
  ],
  ['words without texts', () => ['train', train, '--stem'], /^espalier: --stem: is about texts; expected --text INPUT/],
  [
    'documents without labels',
    () => ['train', '--text', scratch.file('bare.txt', 'one text\nanother text\n')],
    /bare\.txt: expected a label for each of 2 documents, got none: lines of a label, a tab and a text have them\n$/,
  ],
  [
    'labels that training lacks',
    () => [
      'train',
      '--text',
      train,
      '--test',
      scratch.file('odd.tsv', lines([...fresh.slice(0, 3), { label: 'art', text: 'x' }])),
    ],
    /odd\.tsv: expected labels of the training texts \("money", "sport"\), got 1 document with others: "art" in document 4\n$/,
  ],
  [
    'rows of numbers for a net of texts',
    () => ['predict', scratch.path('net.safetensors'), scratch.file('rows.txt', '0,1:2\n1,3:1\n')],
    /rows\.txt: text: expected documents, got rows of features/,
  ],
];

for (const [what, args, told] of refusals) {
  test(`refused in one line: ${what}`, async () => {
    const { code, stderr } = await espalier(args());
    assert.is(code, 2);
    assert.match(stderr, told);
  });
}

test.run();
