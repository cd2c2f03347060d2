import { existsSync, readFileSync } from 'node:fs';
import { latentTree, readSafetensors, splitRows, TseNet } from 'espalier';
import { parseSparseText } from 'espalier/read';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { answers, espalier, refused, Scratch, succeeds } from '../support/cli.js';
import { csvText, sparseText, taskText } from '../support/cli-data.js';

const scratch = new Scratch();
test.after(() => scratch.remove());
const TEXT = sparseText(300, 1);
const words = scratch.file('words.txt', TEXT);
const train = ['train', '--method', 'tse', '--data', words, '--max-top', '2', '--batch-size', '32'];
const quick = [...train, '--epochs', '2'];
const model = scratch.path('tse.safetensors');

interface Path {
  from: number;
  inputs: number;
  units: number;
}

interface Answer {
  method: string;
  weights: number;
  layers: { inputs: number; sparseUnits: number; denseUnits: number; connections: number }[];
  skipPaths?: Path[];
  validationLoss: number;
  testAccuracy?: number;
  seconds: Record<string, number>;
}

const bytes = (path: string) => readFileSync(path);

test('train, and what the other commands say of the net', async () => {
  const test = scratch.file('test.txt', sparseText(100, 2));
  const trained = await answers<Answer>([...train, '--epochs', '15', '--test', test, '--out', model]);
  assert.is(trained.method, 'tse');
  assert.ok(trained.testAccuracy! > 0.9, `${trained.testAccuracy}`);
  assert.equal(
    trained.skipPaths!.map(({ from, units }) => [from, units]),
    [
      [0, 100],
      [1, 100],
    ],
  );
  assert.equal(Object.keys(trained.seconds), [
    ...['load', 'information', 'islands', 'links', 'refine', 'likelihood', 'expansion', 'fit', 'evaluate', 'total'],
  ]);
  assert.ok(trained.seconds.islands! > 0);

  const info = await answers<Answer & { density: number; skeleton: { levels: number[] } }>(['info', model]);
  assert.equal(info.layers, trained.layers);
  assert.equal(info.skipPaths, trained.skipPaths);
  assert.is(info.density, 0.05);
  assert.equal(
    info.skeleton.levels,
    info.layers.slice(0, -1).map(({ sparseUnits }) => sparseUnits),
  );
  const told = await succeeds(['info', model]);
  assert.match(told, /^tse net of [\d,]+ weights, hidden layers of [\d, ]+ units, 2 skip-paths$/m);
  assert.match(told, /^Latent tree +[\d, ]+ latents by level, learned from 270 rows$/m);
  assert.match(told, /^Skip from features +40 +0 +100 +4,200 +1\.000$/m);

  assert.is((await answers(['evaluate', model, test])).accuracy, trained.testAccuracy);
  const { rows } = await answers<{ rows: number }>(['predict', model, test]);
  assert.is(rows, 100);
  interface Explained {
    layers: { units: { kind: string }[] }[];
    skipPaths: { from: number; units: { kind: string }[] }[];
  }
  const explained = await answers<Explained>(['explain', model, words, '--top', '3']);
  assert.equal(
    explained.skipPaths.map(({ from, units }) => [from, units.length, units[0]!.kind]),
    [
      [0, 100, 'skip'],
      [1, 100, 'skip'],
    ],
  );
  assert.match(
    await succeeds(['explain', model, words, '--units', '1']),
    /\nSkip-path 1, from the features: coherence /,
  );
  assert.equal(
    explained.layers.map(({ units }) => units.length),
    info.skeleton.levels,
  );
  assert.ok(explained.layers.every(({ units }) => units.every(({ kind }) => kind === 'sparse')));
});

test('the net is the one that the library grows and fits', async () => {
  const out = scratch.path('same.safetensors');
  const options = ['--density', '0.4', '--skip-paths', '0', '--skip-units', '7', '--max-island', '4', '--seed', '5'];
  await succeeds([...quick, ...options, '--out', out]);
  const data = parseSparseText(TEXT);
  const { train: rows, validation } = await splitRows(data, { validation: 0.1, seed: 5 });
  const net = await TseNet.grow(rows, {
    density: 0.4,
    skipPaths: { from: [0], units: 7 },
    skeleton: { maxTop: 2, maxIsland: 4 },
    seed: 5,
  });
  await net.fit(rows, { epochs: 2, batchSize: 32, validation: validation! });
  // With what was taken of the data.
  const taken = { 'espalier.taken': readSafetensors(bytes(out)).metadata['espalier.taken']! };
  assert.ok(bytes(out).equals(net.save(taken)));
});

test('every option has its say', async () => {
  const told = (...options: string[]) => answers<Answer>([...quick, ...options]);
  const plain = await told();
  const connections = ({ layers }: Answer) => layers.reduce((sum, layer) => sum + layer.connections, 0);
  assert.ok(connections(await told('--density', '1')) > connections(plain));
  assert.equal((await told('--skip-paths', 'none')).skipPaths, undefined);
  const all = await told('--skip-paths', 'all', '--skip-units', '3');
  assert.equal(
    all.skipPaths!.map(({ from, units }) => `${from} ${units}`),
    all.layers.map((_, level) => `${level} 3`),
  );
  assert.is((await told('--max-top', '30')).layers.length, 2);
  for (const options of [
    ['--max-island', '3'],
    ['--threshold', '1'],
    ['--sample-rows', '60'],
    ['--dropout', '0'],
    ['--input-dropout', '0.4'],
    ['--input', 'binary'],
  ]) {
    assert.is.not((await told(...options)).validationLoss, plain.validationLoss, options.join(' '));
  }
});

test('--skeleton: a tree learned before gives the net that learning it would', async () => {
  const tree = scratch.path('tree.json');
  const [learned, given] = [scratch.path('learned.safetensors'), scratch.path('given.safetensors')];
  const plain = ['train', '--method', 'tse', '--data', words, '--holdout', '0', '--epochs', '1'];
  await succeeds(['latent-tree', words, '--max-top', '2', '--out', tree]);
  await succeeds([...plain, '--max-top', '2', '--out', learned]);
  await succeeds([...plain, '--skeleton', tree, '--out', given]);
  assert.ok(bytes(learned).equals(bytes(given)));
  const library = scratch.file('library.json', JSON.stringify(await latentTree(parseSparseText(TEXT), { maxTop: 2 })));
  await succeeds([...plain, '--skeleton', library, '--out', given]);
  assert.ok(bytes(learned).equals(bytes(given)));
  const csv = scratch.file('fruit.csv', csvText(60, 1));
  const foreign = ['train', '--method', 'tse', '--data', csv, '--skeleton', tree];
  await refused(foreign, /skeleton: expected a tree over the 5 columns of train, got one over 40/);
  await refused([...plain, '--skeleton', words], /words\.txt: expected a latent tree/);
  await refused(
    [...plain, '--skeleton', tree, '--max-top', '5'],
    /--max-top: is about learning what --skeleton brings/,
  );
  await refused(
    [...plain, '--skeleton', tree, '--threshold', '5'],
    /--threshold: is about learning what --skeleton brings/,
  );
});

test('CSV and tasks', async () => {
  const csv = scratch.file('fruit.csv', csvText(200, 1));
  const out = scratch.path('fruit.safetensors');
  await succeeds(['train', '--method', 'tse', '--data', csv, '--epochs', '3', '--out', out]);
  assert.is((await succeeds(['predict', out, csv])).split('\n')[0], 'class,apple,grape,melon');
  const tasks = scratch.file('tasks.txt', taskText(200, 1));
  const answer = await answers(['train', '--method', 'tse', '--data', tasks, '--epochs', '2']);
  assert.ok('validationMeanAuc' in answer);
});

test('SIGINT leaves a checkpoint; --resume goes on to the same bytes', async () => {
  const checkpoint = scratch.path('run.ckpt');
  const out = scratch.path('resumed.safetensors');
  const long = [...train, '--epochs', '150'];
  const stop = (ready: () => boolean) =>
    espalier([...long, '--checkpoint', checkpoint], {
      during: (child) => {
        const timer = setInterval(() => {
          if (!ready()) return;
          clearInterval(timer);
          child.kill('SIGINT');
        }, 2);
        child.on('close', () => clearInterval(timer));
      },
    });
  const { code, stderr } = await stop(() => existsSync(checkpoint));
  assert.is(code, 130);
  assert.match(stderr, /^espalier: interrupted; [^\n]*--resume [^\n]*run\.ckpt[^\n]*\n$/m);
  const other = scratch.path('other.json');
  await succeeds(['latent-tree', words, '--out', other]);
  await refused(
    [...long, '--resume', checkpoint, '--density', '0.2'],
    /same net, data and options, but density was 0\.05 and is 0\.2/,
  );
  await refused(
    [...long, '--resume', checkpoint, '--skip-paths', '0'],
    /same net, data and options, but skipPaths\.from was not given and is \[0\]/,
  );
  await refused(
    [...long, '--resume', checkpoint, '--delta', '4'],
    /same net, data and options, but skeleton\.delta was 3 and is 4/,
  );
  await refused(
    ['train', '--method', 'tse', '--data', words, '--skeleton', other, '--resume', checkpoint],
    /same net, data and options, but (skeleton was|the skeleton data is another)/,
  );
  await succeeds([...long, '--resume', checkpoint, '--out', out]);
  await succeeds([...long, '--out', scratch.path('whole.safetensors')]);
  assert.ok(bytes(out).equals(bytes(scratch.path('whole.safetensors'))));
});

test('what is refused', async () => {
  await refused([...quick, '--density', '1.5'], /--density.*Expected a share from 0 to 1/);
  await refused(
    [...quick, '--skip-paths', '0,0'],
    /--skip-paths.*Expected different integers from 0, separated by commas, or all/,
  );
  await refused(
    [...quick, '--skip-paths', ''],
    /--skip-paths.*Expected different integers from 0, separated by commas, or all, or none/,
  );
  await refused([...quick, '--skip-paths', '9'], /skipPaths\.from: expected levels from 0 to \d/);
  await refused([...quick, '--skip-units', '0'], /--skip-units.*Expected an integer from 1/);
  await refused([...quick, '--skip-paths', 'none', '--skip-units', '5'], /--skip-units: is about skip-paths, of which/);
  await refused([...quick, '--layers', '2:1'], /--layers: is not for --method tse/);
  await refused([...quick, '--pretrain-epochs', '2'], /--pretrain-epochs: is not for --method tse/);
  for (const [option, value] of [
    ['--density', '0.1'],
    ['--skip-paths', '0'],
    ['--max-island', '5'],
    ['--skeleton', words],
  ] as const) {
    const message = new RegExp(`${option}: is not for --method (trf|dense)`);
    await refused(['train', '--data', words, option, value], message);
    await refused(['train', '--method', 'dense', '--data', words, option, value], message);
  }
});

test.run();
