import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { loadNet, readSafetensors, TrfNet } from 'espalier';
import { parseSparseText } from 'espalier/read';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { answers, espalier, Scratch, succeeds } from '../support/cli.js';
import { csvText, idxBytes, sparseText, taskText } from '../support/cli-data.js';

interface TrainAnswer {
  method: string;
  rows: Record<string, number>;
  weights: number;
  layers: { inputs: number; sparseUnits: number; denseUnits: number; connections: number }[];
  seconds: Record<string, number>;
  epochs: number;
  bestEpoch: number;
  stoppedBy: string;
  seed: number;
  validationAccuracy?: number;
  validationMeanAuc?: number;
  validationRmse?: number;
  testAccuracy?: number;
  testMeanAuc?: number;
  testRmse?: number;
}

const scratch = new Scratch();
test.after(() => scratch.remove());
const words = scratch.file('train.txt', sparseText(300, 1));
const fresh = scratch.file('test.txt', sparseText(100, 2));
const fruit = scratch.file('fruit.csv', csvText(300, 1));
const quick = ['--epochs', '8', '--pretrain-epochs', '2', '--batch-size', '32'];

test('train, evaluate and predict agree with each other and with the library', async () => {
  const model = scratch.path('words.safetensors');
  const answer = await answers<TrainAnswer>(['train', '--data', words, '--test', fresh, ...quick, '--out', model]);
  assert.is(answer.method, 'trf');
  assert.equal(answer.rows, { train: 270, validation: 30, test: 100 });
  assert.is(answer.seed, 0);
  assert.is(answer.epochs, 8);
  assert.ok(answer.bestEpoch >= 1 && answer.bestEpoch <= 8);
  assert.equal(Object.keys(answer.seconds), ['load', 'tree', 'pretrain', 'encode', 'fit', 'evaluate', 'total']);
  assert.ok(answer.testAccuracy! > 0.8, `test accuracy ${answer.testAccuracy}`);
  assert.ok(answer.validationAccuracy! > 0.7, `validation accuracy ${answer.validationAccuracy}`);
  assert.equal(
    answer.layers.map(({ denseUnits }) => denseUnits),
    [64, 32, 2],
    'the layers for few features',
  );
  const weights = answer.layers.reduce((sum, l) => sum + l.connections + l.sparseUnits + l.denseUnits, 0);
  assert.is(answer.weights, weights);

  const evaluated = await answers(['evaluate', model, fresh]);
  assert.is(evaluated.accuracy, answer.testAccuracy);
  assert.match(await succeeds(['evaluate', model, fresh]), /test\.txt: 100 rows, accuracy [01]\.\d{4} .*, loss \d/);

  const csv = (await succeeds(['predict', model, fresh])).trimEnd().split('\n');
  assert.is(csv[0], 'class,0,1');
  assert.is(csv.length, 101);
  const labels = readFileSync(fresh, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(',')[0]);
  const right = csv.slice(1).filter((line, r) => line.split(',')[0] === labels[r]).length;
  assert.is(right / 100, answer.testAccuracy);
  const bare = await succeeds(['predict', model, '-', '--no-header'], { input: readFileSync(fresh) });
  assert.equal(bare.trimEnd().split('\n'), csv.slice(1));

  const net = await loadNet(readFileSync(model));
  assert.instance(net, TrfNet);
  const { outputs } = await net.predict(parseSparseText(readFileSync(fresh, 'utf8'), { columns: 40 }));
  const json = await answers<{ classes: number[]; probabilities: number[][] }>(['predict', model, fresh]);
  assert.equal(
    json.classes,
    csv.slice(1).map((line) => Number(line.split(',')[0])),
  );
  json.probabilities.flat().forEach((p, i) => {
    assert.ok(Math.abs(p - outputs[i]!) < 1e-6);
  });
  net.dispose();
});

test('the same seed gives the same bytes, another seed others', async () => {
  const model = async (name: string, ...args: string[]) => {
    await succeeds(['train', '--data', words, ...quick, '--out', scratch.path(name), ...args]);
    return readFileSync(scratch.path(name));
  };
  const first = await model('a.safetensors', '--seed', '3');
  assert.ok(first.equals(await model('b.safetensors', '--seed', '3')));
  assert.not.ok(first.equals(await model('c.safetensors', '--seed', '4')));
});

test('a validation file, patience, layers and other options reach the net', async () => {
  const answer = await answers<TrainAnswer>([
    ...[
      'train',
      '--data',
      words,
      '--validation',
      fresh,
      '--epochs',
      '200',
      '--patience',
      '2',
      '--learning-rate',
      '0.05',
      '--pretrain-epochs',
      '0',
    ],
    ...['--layers', '2:1:3,1:2', '--input', 'binary', '--input-dropout', '0.1', '--dropout', '0', '--threshold', '1'],
  ]);
  assert.equal(answer.rows, { train: 300, validation: 100 });
  assert.is(answer.stoppedBy, 'patience');
  assert.is(answer.epochs, answer.bestEpoch + 2);
  assert.equal(
    answer.layers.map(({ denseUnits }) => denseUnits),
    [3, 0, 2],
  );
  assert.is(answer.layers[0]!.sparseUnits, 40);
  assert.not.ok('testAccuracy' in answer);
});

test('without validation rows the last epoch counts', async () => {
  const answer = await answers<TrainAnswer>([
    'train',
    '--method',
    'dense',
    '--hidden',
    '4',
    '--data',
    words,
    '--holdout',
    '0',
    '--epochs',
    '3',
  ]);
  assert.equal(answer.rows, { train: 300 });
  assert.is(answer.bestEpoch, 3);
  assert.not.ok('validationAccuracy' in answer);
});

test('a dense net, and words for people', async () => {
  const out = await succeeds([
    'train',
    '--method',
    'dense',
    '--hidden',
    '8,4',
    '--data',
    words,
    '--test',
    fresh,
    '--epochs',
    '30',
    '--batch-size',
    '32',
    '--out',
    scratch.path('dense.safetensors'),
  ]);
  const lines = out.trimEnd().split('\n');
  assert.is(lines[0], 'dense net of 374 weights, hidden layers of 8, 4 units');
  assert.match(lines[1]!, /^Validation accuracy [01]\.\d{4} .*, in epoch \d+ of 30$/);
  assert.match(lines[2]!, /^Test accuracy [01]\.\d{4} .*, on 100 rows$/);
  assert.match(lines[6]!, /^Time: load .*, fit .*, total /);
  assert.match(lines[7]!, /^Wrote .*dense\.safetensors \(\d+\.\d kB\)$/);
  assert.ok(Number((await answers(['evaluate', scratch.path('dense.safetensors'), fresh])).accuracy) > 0.8);
});

test('CSV: other files are read by the schema of the training file', async () => {
  const model = scratch.path('fruit.safetensors');
  const answer = await answers<TrainAnswer>([
    'train',
    '--data',
    fruit,
    '--test',
    scratch.file('more.csv', csvText(100, 2)),
    '--epochs',
    '60',
    '--batch-size',
    '16',
    '--input',
    'standard',
    '--dropout',
    '0.1',
    '--out',
    model,
  ]);
  assert.ok(answer.testAccuracy! > 0.85, `test accuracy ${answer.testAccuracy}`);
  assert.is(JSON.parse(readSafetensors(readFileSync(model)).metadata['espalier.csv']!).target.name, 'kind');
  assert.is((await answers(['evaluate', model, scratch.path('more.csv')])).accuracy, answer.testAccuracy);
  // Columns in another order, and no target.
  const predicted = await succeeds(['predict', model, '-'], {
    input: 'colour,size,weight\nred,1.0,2.5\nblue,3.9,8.3\ngreen,0.2,0.9\n',
  });
  const lines = predicted.trimEnd().split('\n');
  assert.is(lines[0], 'class,apple,grape,melon');
  assert.equal(
    lines.slice(1).map((line) => line.split(',')[0]),
    ['apple', 'melon', 'grape'],
  );
  const explained = await answers<{ layers: { units: { features: { name: string }[] }[] }[] }>([
    'explain',
    model,
    fruit,
    '--top',
    '2',
  ]);
  const named = new Set(
    explained.layers.flatMap(({ units }) => units.flatMap(({ features }) => features.map(({ name }) => name))),
  );
  assert.ok(named.has('colour=red') && [...named].every((name) => /^(size|weight|colour=\w+)$/.test(name)));
});

test('CSV with values to regress on, missing cells and a named target', async () => {
  const lines = csvText(200, 3)
    .trimEnd()
    .split('\n')
    .map((line, r) => (r % 10 === 5 ? line.replace(/^[^,]*/, '') : line));
  const data = scratch.file('weights.csv', `${lines.join('\n')}\n`);
  const args = [
    'train',
    '--method',
    'dense',
    '--hidden',
    '16',
    '--dropout',
    '0',
    '--data',
    data,
    '--test',
    data,
    '--target',
    'weight',
    '--missing',
    'mean',
  ];
  const answer = await answers<TrainAnswer>([
    ...args,
    '--epochs',
    '80',
    '--batch-size',
    '16',
    '--learning-rate',
    '0.01',
    '--out',
    scratch.path('weights.safetensors'),
  ]);
  // Weight is 2 size + noise of deviation 0.29; its own deviation is above 2.
  assert.ok(answer.testRmse! < 1.2, `test RMSE ${answer.testRmse}`);
  assert.type(answer.validationRmse, 'number');
  const predicted = await answers<{ kind: string; values: number[][] }>([
    'predict',
    scratch.path('weights.safetensors'),
    data,
  ]);
  assert.is(predicted.kind, 'values');
  assert.is(predicted.values.length, 200);
});

test('several tasks', async () => {
  const train = scratch.file('tasks.txt', taskText(300, 1));
  const tested = scratch.file('tasks-test.txt', taskText(100, 2));
  const names = scratch.file('tasks.names', 'liver\nheart\nlung\n');
  const model = scratch.path('tasks.safetensors');
  const answer = await answers<TrainAnswer & { testAuc: number[] }>([
    'train',
    '--data',
    train,
    '--test',
    tested,
    '--target-names',
    names,
    ...['--method', 'dense', '--hidden', '16', '--dropout', '0', '--epochs', '60', '--batch-size', '16'],
    '--out',
    model,
  ]);
  assert.ok(answer.testMeanAuc! > 0.8, `mean AUC ${answer.testMeanAuc}`);
  assert.is(answer.testAuc.length, 3);
  assert.is((await answers(['evaluate', model, tested])).meanAuc, answer.testMeanAuc);
  assert.match(
    await succeeds(['evaluate', model, tested]),
    /mean AUC [01]\.\d+.*\n {2}liver +[01]\.\d{4}\n {2}heart .*\n {2}lung /,
  );
  assert.is((await succeeds(['predict', model, tested])).split('\n')[0], 'liver,heart,lung');
});

test('IDX images with labels, found by name or given', async () => {
  const pixels = Array.from({ length: 120 * 9 }, (_, i) => (Math.floor(i / 9) % 3 === i % 3 ? 255 : (i * 37) % 50));
  const labels = Array.from({ length: 120 }, (_, r) => r % 3);
  const images = scratch.file('t-images-idx3-ubyte', idxBytes([120, 3, 3], pixels));
  const answers3 = scratch.file('t-labels-idx1-ubyte', idxBytes([120], labels));
  const given = await answers<TrainAnswer>([
    'train',
    '--data',
    images,
    '--labels',
    answers3,
    '--test',
    images,
    '--test-labels',
    answers3,
    ...quick,
    '--out',
    scratch.path('images.safetensors'),
  ]);
  const found = await answers<TrainAnswer>(['train', '--data', images, '--test', images, ...quick]);
  assert.is(found.testAccuracy, given.testAccuracy);
  assert.is((await answers(['evaluate', scratch.path('images.safetensors'), images])).accuracy, given.testAccuracy);
  assert.is((await answers<{ rows: number }>(['predict', scratch.path('images.safetensors'), images])).rows, 120);
});

test('explain: units, their features by name and their coherence', async () => {
  const model = scratch.path('named.safetensors');
  const names = scratch.file('words.names', Array.from({ length: 40 }, (_, i) => `word${i}`).join('\n'));
  await succeeds(['train', '--data', words, '--feature-names', names, ...quick, '--out', model]);
  const out = await succeeds(['explain', model, words, '--top', '3', '--units', '2']);
  assert.match(out, /\nLayer 1: coherence -?\d\.\d{3} \(\d+ sparse -?\d\.\d{3}, 64 global -?\d\.\d{3}\)\n/);
  assert.match(out, /\n {2,}-?\d\.\d{3} {2}(sparse|global) \d+ +on in +\d+ %: {2}word\d+ word\d+ word\d+\n/);
  assert.match(out, /\n {2}\.\.\. and \d+ units more\n/);
  const one = await answers<{ layers: { layer: number }[] }>(['explain', model, words, '--layer', '2']);
  assert.equal(
    one.layers.map(({ layer }) => layer),
    [1],
  );
});

test('explain: coherence on other rows, what a row rests on, and importance, as the library says', async () => {
  const model = scratch.path('named.safetensors');
  const held = await succeeds(['explain', model, words, '--top', '3', '--units', '2', '--coherence', fresh]);
  assert.match(held, /^.*train\.txt: \d+ rows; coherence on 100 rows of .*test\.txt\n\nLayer 1: coherence /);
  const net = (await loadNet(readFileSync(model))) as TrfNet;
  const data = parseSparseText(readFileSync(fresh, 'utf8'), { columns: 40, classes: 2 });
  const plainJson = (value: unknown) => JSON.parse(JSON.stringify(value));
  assert.equal(
    await answers(['explain', model, fresh, '--row', '3', '--top', '4']),
    plainJson({ method: 'trf', ...(await net.explainRow(data, { row: 2, top: 4 })) }),
  );
  assert.equal(
    await answers(['explain', model, fresh, '--importance', '--top', '5', '--repeats', '2', '--seed', '7']),
    plainJson({ method: 'trf', ...(await net.importance(data, { top: 5, repeats: 2, seed: 7 })) }),
  );
  net.dispose();
  const row = await succeeds(['explain', model, fresh, '--row', '3', '--top', '2', '--output', '1', '--against', '0']);
  assert.match(
    row,
    /^.*test\.txt, row 3: class 1 \d+\.\d % against 0\n\nFeatures, which take the difference of the logits from [+-]/,
  );
  assert.match(row, /\n +[+-]\d\.\d{3} {2}word\d+ = \d+ +[█░]+\n/);
  assert.match(row, /\n +[+-]\d\.\d{3} {2}(sparse|global) \d+ of layer \d [█░ ]+( word\d+)+\n/);
  const importance = await succeeds(['explain', model, fresh, '--importance', '--top', '2', '--repeats', '1']);
  assert.match(
    importance,
    /^.*test\.txt: 100 rows, accuracy [01]\.\d{4}\nBy how much it falls .* of 1 permutation, of the 2 of 40 features on which the loss hangs most:\n/,
  );
  assert.match(importance, /\n +-?\d\.\d{4} ± \d\.\d{4} {2}word\d+ .* in \d+ rows\n/);
});

test('--out replaces a file whole and leaves nothing beside it', async () => {
  const folder = new Scratch();
  try {
    const target = folder.file('answers.csv', 'old\n');
    await succeeds(['predict', scratch.path('words.safetensors'), fresh, '--out', target]);
    assert.is(readFileSync(target, 'utf8'), await succeeds(['predict', scratch.path('words.safetensors'), fresh]));
    assert.equal(readdirSync(folder.folder), ['answers.csv']);
  } finally {
    folder.remove();
  }
  if (existsSync('/dev/null')) {
    await succeeds(['predict', scratch.path('words.safetensors'), fresh, '--out', '/dev/null']);
    assert.is(readFileSync('/dev/null').length, 0, 'a device is written to, not replaced');
  }
});

test('a reader that goes away is no error', async () => {
  const many = scratch.file('many.txt', sparseText(20_000, 5));
  const { code, stderr } = await espalier(['predict', scratch.path('words.safetensors'), many], {
    during: (child) => child.stdout!.once('data', () => child.stdout!.destroy()),
  });
  assert.is(code, 0);
  assert.is(stderr, '');
});

test('info', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const facts = await answers<Record<string, unknown>>(['info']);
  assert.is(facts.version, version);
  assert.is(facts.simd, true);
  for (const fact of ['relaxedSimd', 'canThread', 'sharedArrayBuffer']) assert.type(facts[fact], 'boolean');
  // From Node 22 on without a flag.
  if (Number(process.versions.node.split('.')[0]) >= 22) assert.is(facts.relaxedSimd, true);
  assert.ok(Number(facts.cores) >= 1);
  assert.match(await succeeds(['info']), /WebAssembly SIMD +yes\n/);
  assert.is(await succeeds(['--version']), `${version}\n`);
});

test('help, of all and of each command, with examples', async () => {
  for (const args of [
    ['--help'],
    ...['tree', 'train', 'predict', 'evaluate', 'explain'].map((name) => [name, '--help']),
  ]) {
    const help = await succeeds(args);
    assert.match(help, /^Usage: espalier /);
    assert.match(help, /\nExamples?:\n {2}/);
  }
  assert.match(await succeeds(['train', '--help']), /6:5:100,5:4:50,5:2:25/);
});

test.run();
