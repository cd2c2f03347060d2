import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { writeSafetensors } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inert, oneLine } from '#dist/cli/errors.js';
import { espalier, refused, Scratch, succeeds } from '../support/cli.js';
import { csvText, idxBytes, sparseText, taskText } from '../support/cli-data.js';
import { unsealed } from '../support/unsealed.js';

const scratch = new Scratch();
test.after(() => scratch.remove());
const words = scratch.file('train.txt', sparseText(60, 1));
const fruit = scratch.file('fruit.csv', csvText(60, 1));
const images = scratch.file('images', idxBytes([6, 2, 2], new Uint8Array(24)));
const model = scratch.path('words.safetensors');
const fruitModel = scratch.path('fruit.safetensors');
const file = (name: string, contents: string | Uint8Array) => scratch.file(name, contents);

test.before(async () => {
  const quick = ['--method', 'dense', '--hidden', '2', '--epochs', '1', '--seed', '1'];
  await succeeds(['train', '--data', words, ...quick, '--out', model]);
  await succeeds(['train', '--data', fruit, ...quick, '--out', fruitModel]);
});

test('usage', async () => {
  await refused([], /expected a command \(inspect, tree, survey, count, merge, mi, latent-tree, topics, train/);
  await refused(['grow'], /expected a command .* got 'grow'/);
  await refused(['--frobnicate'], /unknown option '--frobnicate'/);
  await refused(['tree'], /missing required argument 'data'/);
  await refused(['tree', words, words], /too many arguments/);
  await refused(['tree', words, '--jsn'], /unknown option '--jsn' \(Did you mean --json\?\)/);
  await refused(['train'], /--data: expected training rows, or texts by --text, got neither/);
  await refused(['train', words, '--data', fruit], /--data: expected it once, got .*train\.txt and .*fruit\.csv/);
  await refused(['train', '--data'], /'--data <file>' argument missing/);
  await refused(['predict', model], /missing required argument 'data'/);
  await refused(['train', '--data', words, '--method', 'magic'], /Allowed choices are trf, tse, gaternet, dense/);
});

test('what memory could not hold is refused with the number', async () => {
  const wide = file('wide.txt', '0,2147483645:1\n1,3:1\n');
  const said = /needs 34359\.7 MB, the limit is 4295\.0 MB; use fewer columns or raise --max-memory$/m;
  const columns = ['--columns', '2147483646'];
  await refused(['tree', wide], /line 1: expected a feature below 1048576 in so short a text, or --columns/);
  await refused(['tree', wide, ...columns], said);
  await refused(['train', '--data', wide, ...columns, '--holdout', '0'], said);
  await refused(['latent-tree', wide, ...columns, '--max-memory', '64m'], /needs 34359\.7 MB, the limit is 67\.1 MB/);
  await refused(['tree', words, '--max-memory', '1K'], /'1K' is invalid\. Expected a size from 1M/);
  await refused(['tree', words, '--max-memory', 'much'], /'much' is invalid/);
});

test('readers hold to --max-memory, and what they have read counts', async () => {
  const table = (name: string, texts: number) => {
    const line = (r: number) => `a${r % texts},b${(7 * r) % texts},c${(11 * r) % texts},${r % 2}\n`;
    return file(name, `a,b,c,y\n${Array.from({ length: 900 }, (_, r) => line(r)).join('')}`);
  };
  const train = (path: string, ...rest: string[]) => [
    'train',
    '--method',
    'dense',
    '--hidden',
    '2',
    '--epochs',
    '1',
    '--data',
    path,
    '--out',
    scratch.path('never'),
    ...rest,
  ];
  const [large, fair] = [table('large.csv', 100), table('fair.csv', 45)];
  const ignore = 'use --ignore for "a"';
  await refused(
    train(large, '--max-memory', '1M'),
    new RegExp(
      `text: a table of 900 rows x 300 .* needs 2\\.2 MB, the limit is 1\\.0 MB; ${ignore} or raise --max-memory$`,
      'm',
    ),
  );
  await refused(
    train(fair, '--holdout', '0.1', '--max-memory', '1M'),
    /--holdout 0\.1: data: holding 900 rows of 135 columns needs 1\.9 MB, the limit is 1\.0 MB; use fewer rows or raise --max-memory$/m,
  );
  const told = await succeeds(train(fair, '--holdout', '0.1', '--max-memory', '8M', '--json'));
  const { limit, estimated, webAssembly } = JSON.parse(told).memory;
  assert.is(limit, 8 * 2 ** 20);
  // The table, and the copy that is held out of.
  assert.ok(webAssembly > 2 ** 16 && estimated > webAssembly + 2 * 900 * 135 * 8 && estimated < limit);
  const pixels = file('pixels.idx', idxBytes([300, 1000], new Uint8Array(300_000)));
  await refused(['tree', pixels, '--max-memory', '1M'], /images: holding 300000 pixels as floats needs 1\.2 MB/);
});

test('options out of range', async () => {
  const train = ['train', '--data', words];
  await refused([...train, '--epochs', '0'], /--epochs.*'0' is invalid\. Expected an integer from 1/);
  await refused([...train, '--epochs', 'ten'], /--epochs.*'ten' is invalid/);
  await refused([...train, '--epochs', '1.5'], /--epochs.*'1\.5' is invalid/);
  await refused([...train, '--seed', '-1'], /--seed.*Expected an integer from 0 to 4294967295/);
  await refused([...train, '--seed', '4294967296'], /--seed/);
  await refused([...train, '--learning-rate', '0'], /--learning-rate.*Expected a number above 0/);
  await refused([...train, '--learning-rate', 'NaN'], /--learning-rate/);
  await refused([...train, '--dropout', '1'], /--dropout.*Expected a share from 0 to below 1/);
  await refused([...train, '--holdout', '1'], /--holdout/);
  await refused([...train, '--holdout', '0.2', '--validation', words], /--holdout: is for runs without --validation/);
  await refused([...train, '--out', 'y'.repeat(400)], /^espalier: .{0,300}the name is too long$/m);
  await refused([...train, '--holdout', '0.001'], /--holdout 0\.001: data: expected rows enough/);
  await refused([...train, '--holdout', '0', '--patience', '3'], /--patience: needs validation rows/);
  await refused([...train, '--layers', '6:5'.repeat(4)], /--layers.*radius:stride:globalUnits/);
  await refused([...train, '--layers', '6:0:1'], /--layers/);
  await refused([...train, '--layers', ''], /--layers/);
  await refused([...train, '--hidden', '5'], /--hidden: is not for --method trf/);
  await refused(
    [...train, '--method', 'dense', '--hidden', '5,,5'],
    /--hidden.*Expected integers from 1 to 16777216, separated by commas/,
  );
  await refused(
    [...train, '--method', 'dense', '--pretrain-epochs', '5'],
    /--pretrain-epochs: is not for --method dense/,
  );
  await refused([...train, '--optimizer', 'Adam'], /--optimizer.*'Adam' is invalid\. Expected one of adam, sgd/);
  await refused([...train, '--schedule', 'foo'], /--schedule.*Expected one of constant, inverse-sqrt, cosine/);
  await refused(
    [...train, '--method', 'gaternet', '--backbone', 'foo'],
    /--backbone.*Expected resnet-N \(N = 6n \+ 2\) or cnn/,
  );
  await refused([...train, '--input', 'sqrt'], /--input.*Expected one of none, binary/);
  await refused([...train, '--missing', 'maybe'], /--missing.*Expected refuse, mean, mode, state or a finite number/);
  await refused(['tree', words, '--root', '40'], /--root: expected a number from 0 to 39, got 40/);
  await refused(
    ['tree', fruit, '--root', 'price'],
    /--root: expected a variable by name, or a number from 0 to 3, got price/,
  );
  await refused(['tree', words, '--bins', '1'], /--bins.*Expected an integer from 2 to 256/);
  await refused(['tree', words, '--bins', '3', '--threshold', '1'], /--bins, --threshold: expected one of them/);
  await refused(['tree', words, '--min-information', '-1'], /--min-information.*nats from 0/);
  await refused(['tree', words, '--format', 'xml'], /--format.*Allowed choices/);
  await refused(['explain', model, words, '--layer', '9'], /--layer: expected one from 1 to 1, got 9/);
  await refused(['explain', model, words, '--top', '0'], /--top/);
  const row = ['explain', model, words, '--row'];
  await refused([...row, '61'], /--row: expected one from 1 to 60, got 61/);
  await refused([...row, '1', '--importance'], /--row, --importance: expected one of the two/);
  await refused([...row, '1', '--units', '3'], /--units: is not about --row/);
  await refused([...row, '1', '--output', '2'], /--output: expected one of the classes: 0 to 1, got 2/);
  const same = [...row, '1', '--output', '1', '--against', '1'];
  await refused(same, /^espalier: --against: expected another class than --output, got 1\n$/);
  const both = await Promise.all(['0', '1'].map((name) => espalier([...row, '1', '--against', name])));
  assert.equal(both.map(({ code }) => code).sort(), [0, 2], 'against the class predicted');
  assert.match(
    both.find(({ code }) => code === 2)!.stderr,
    /^espalier: --against: expected another class than the one predicted \(--output names another\), got [01]\n$/,
  );
  await refused(['explain', model, words, '--steps', '3'], /--steps: is about --row/);
  await refused(['explain', model, words, '--seed', '3'], /--seed: is about --importance/);
});

test('files that are not there or cannot be used', async () => {
  const none = scratch.path('none.txt');
  await refused(['tree', none], /none\.txt: no such file or directory/);
  await refused(
    ['tree', scratch.folder],
    /is a folder, expected a file of rows; images by class are for train --method gaternet/,
  );
  await refused(['tree', `${words}/x`], /not a directory/);
  await refused(['train', '--data', words, '--test', none], /none\.txt: no such file/);
  await refused(['predict', none, words], /none\.txt: no such file/);
  await refused(['predict', model, none], /none\.txt: no such file/);
  await refused(['tree', words, '--out', scratch.path('no/where')], /--out .*no such file or directory/);
  await refused(['train', '--data', words, '--out', scratch.folder], /--out .*is a directory/);
  await refused(['train', '--data', words, '--checkpoint', scratch.path('no/x.ckpt')], /--checkpoint .*no such file/);
  await refused(['train', '--data', words, '--out', `${words}/x`], /--out .*not a directory/);
  await refused(['train', '--data', words, '--feature-names', none], /none\.txt: no such file/);
  await refused(['train', '--data', '-', '--test', '-'], /standard input \(-\) can be read but once/, {
    input: sparseText(60, 1),
  });
  if (process.getuid?.() !== 0) {
    const locked = file('locked.txt', 'x');
    chmodSync(locked, 0);
    await refused(['tree', locked], /locked\.txt: permission denied/);
  }
});

test('data that are none', async () => {
  await refused(['tree', '-'], /standard input: the file is empty/);
  await refused(['tree', file('blank.txt', '\n\n')], /blank\.txt: /);
  await refused(
    ['tree', file('train.txt.gz', gzipSync('0,1:1\n').subarray(0, -4))],
    /train\.txt\.gz: is gzipped, and damaged or cut off/,
  );
  await refused(['tree', '-'], /standard input: is gzipped, and damaged/, {
    input: gzipSync('0,1:1\n').subarray(0, -4),
  });
  await refused(
    ['tree', file('photo', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0))],
    /photo: expected a file of rows, got a PNG image/,
  );
  await refused(
    ['tree', file('wide.csv', Buffer.from('a,b\n1,2\n', 'utf16le'))],
    /wide\.csv: expected .*, got some other binary file \(or UTF-16 without a byte-order mark\)/,
  );
  await refused(
    ['tree', file('odd.csv', Uint8Array.of(97, 44, 98, 10, 0x81, 44, 50, 10))],
    /odd\.csv: expected text in UTF-8, got byte 0x81 at 4/,
  );
  await refused(['tree', file('prose.txt', 'Once upon a time\n')], /prose\.txt: expected sparse text .*--format/);
});

test('sparse text', async () => {
  await refused(['tree', file('value.txt', '0,1:1\n1,2:x\n')], /value\.txt: line 2: expected feature:value/);
  await refused(['tree', file('twice.txt', '0,1:1,1:2\n')], /twice\.txt: line 1: expected every feature once/);
  await refused(
    ['tree', file('nan.txt', '0,1:NaN\n')],
    /nan\.txt: expected sparse text .*, got lines like "0,1:NaN", which may be a table or entries with a fault/,
  );
  await refused(['tree', words, '--columns', '10'], /line \d+: expected a feature below 10/);
  await refused(
    ['train', '--data', words, '--test', file('more.txt', '0,1:1\n1,40:1\n')],
    /more\.txt: line 2: expected a feature below 40, the number of columns, got 40/,
  );
  await refused(
    ['train', '--data', words, '--test', file('third.txt', '0,1:1\n2,4:1\n')],
    /third\.txt: line 2: expected a label below 2/,
  );
  await refused(['evaluate', model, scratch.path('more.txt')], /more\.txt: line 2: expected a feature below 40/);
  await refused(['predict', model, file('several.txt', taskText(5, 1))], /several\.txt: line 1: expected 1 label/);
  await refused(['train', '--data', file('one.txt', '1,1:1\n'.repeat(30))], /expected rows of at least 2 classes/);
  await refused(['train', '--data', words, '--task', 'values'], /--task values: sparse text has classes or tasks/);
  await refused(['train', '--data', words, '--feature-names', file('few.names', 'a\nb\n')], /train\.txt: /);
  const many = file('many.names', Array.from({ length: 45 }, (_, i) => `w${i}\n`).join(''));
  await refused(['tree', words, '--feature-names', many], /expected 40 names, .* got 45; .* say --columns 45/);
  await succeeds(['tree', words, '--feature-names', many, '--columns', '45']);
  await refused(
    ['train', '--data', words, '--target-names', file('three.names', 'a\nb\nc\n')],
    /targets\.names: expected length 2/,
  );
  await refused(['train', '--data', words, '--target', '0'], /--target: is for CSV, but .*train\.txt is sparse text/);
});

test('CSV', async () => {
  await refused(
    ['train', '--data', fruit, '--target', 'price'],
    /fruit\.csv: --target: expected one of the columns "size".*got "price"/,
  );
  await refused(['train', '--data', fruit, '--target', '9'], /target: expected a place among 4 columns, got 9/);
  await refused(['train', '--data', fruit, '--ignore', 'price'], /ignore: expected one of the columns/);
  await refused(['train', '--data', fruit, '--categorical', 'a,,b'], /--categorical: expected one of the columns/);
  await refused(
    ['train', '--data', fruit, '--columns', '3'],
    /--columns: is for sparse text and svmlight, but .* is CSV/,
  );
  await refused(
    ['train', '--data', file('ragged.csv', 'a,b\n1,2\n1,2,3\n')],
    /ragged\.csv: this table cannot be taken as it is\n +line 3: expected 2 cells, got 3/,
  );
  await refused(
    ['train', '--data', file('holes.csv', 'a,b\n1,2\n,3\n')],
    /holes\.csv: column "a": 1 of 2 cells are missing, the first in line 3/,
  );
  await refused(
    ['train', '--data', file('quote.csv', 'a,b\n"1,2\n')],
    /quote\.csv: line \d+: expected a quote that closes/,
  );
  await refused(['predict', fruitModel, '-'], /standard input: text: expected a column "weight", got none/, {
    input: 'size,colour\n1,red\n',
  });
  await refused(['predict', fruitModel, '-'], /line 2, column "colour": expected a category seen in training/, {
    input: 'size,weight,colour\n1,2,pink\n',
  });
  await refused(['evaluate', fruitModel, '-'], /standard input: expected the column "kind" to compare with, got none/, {
    input: 'size,weight,colour\n1,2,red\n',
  });
  await refused(
    ['train', '--data', fruit, '--test', file('bare.csv', 'size,weight,colour\n1,2,red\n')],
    /bare\.csv: expected the column "kind" to compare with, got none/,
  );
  await refused(
    ['train', '--data', fruit, '--test', words],
    /train\.txt: expected CSV like the training data, got sparse text/,
  );
  await refused(['predict', model, fruit], /fruit\.csv: got CSV, but the training data were not/);
});

test('IDX', async () => {
  await refused(['train', '--data', images], /images: IDX images need their labels: --labels FILE/);
  await refused(
    ['train', '--data', images, '--labels', file('labels', idxBytes([5], new Uint8Array(5)))],
    /expected as many as images \(6\), got 5/,
  );
  await refused(['train', '--data', images, '--labels', images], /labels: expected 1 axis, got 3/);
  await refused(['tree', file('cut', readFileSync(images).subarray(0, 30))], /cut: .*truncated/);
  await refused(['predict', model, images], /images: expected 40 columns like the training data, got 4/);
});

test('models', async () => {
  const bytes = readFileSync(model);
  await refused(
    ['predict', words, words],
    /train\.txt: bytes: expected a net in safetensors, got another kind of file\n$/,
  );
  await refused(
    ['predict', file('cut.safetensors', bytes.subarray(0, bytes.length - 4)), words],
    /cut\.safetensors: .*truncated/,
  );
  await refused(['predict', file('empty.safetensors', ''), words], /empty\.safetensors: /);
  const alien = Buffer.from(bytes);
  alien.write('"espalier.nodel"', alien.indexOf('"espalier.model"'));
  await refused(
    ['evaluate', file('alien.safetensors', alien), words],
    /alien\.safetensors: bytes: the net is damaged: its contents do not match its SHA-256/,
  );
});

test('a checkpoint is no net, and a run that is another is told in few words', async () => {
  const checkpoint = scratch.path('run.ckpt');
  const wide = Array.from({ length: 40 }, (_, c) => `column${c}`);
  const lines = Array.from({ length: 30 }, (_, r) => wide.map((_, c) => (r * (c + 3)) % 7).join(','));
  const data = file('columns.csv', `${[wide.join(','), ...lines].join('\n')}\n`);
  const run = ['train', '--data', data, '--method', 'dense', '--hidden', '2', '--epochs', '1', '--task', 'values'];
  await succeeds([...run, '--checkpoint', checkpoint]);
  const said = /run\.ckpt: bytes: .* this is a checkpoint of training; train --resume goes on from it\n$/;
  await refused(['info', checkpoint], said);
  await refused(['predict', checkpoint, words], said);
  const { stderr } = await espalier([...run, '--target', 'column20', '--resume', checkpoint]);
  const values = / was (.*) and is (.*)\n$/.exec(stderr)!.slice(1);
  assert.ok(
    values.every((value) => value.length <= 82),
    stderr,
  );
  assert.is.not(values[0], values[1]);
  assert.match(stderr, /^espalier: .*run\.ckpt: --resume: expected a checkpoint of the same net, data and options/m);
});

test('models whose CSV schema is damaged, and JSON that nests deep', async () => {
  const { tensors, metadata } = unsealed(readFileSync(fruitModel));
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  for (const [schema, message] of [
    ['{', /the CSV schema is damaged: /],
    ['null', /the CSV schema is damaged: espalier\.csv: expected an object of kind 'table-schema'/],
    [
      '{"kind":"table-schema"}',
      /the CSV schema is damaged: espalier\.csv\.names: expected a list of at least 1 of strings, got undefined/,
    ],
    [metadata['espalier.csv']!.replace('numeric', 'number'), /damaged: espalier\.csv\.columns\[0\]: expected/],
    [deep, /the CSV schema is damaged: espalier\.csv: expected JSON of at most 64 levels/],
  ] as const) {
    const model = file('schema.safetensors', writeSafetensors(tensors, { ...metadata, 'espalier.csv': schema }));
    await refused(['predict', model, fruit], message);
  }
  const header = file('deep.safetensors', writeSafetensors(tensors, { 'espalier.model': deep }));
  await refused(['info', header], /deep\.safetensors: bytes: the metadata of this net are damaged: /);
  await refused(
    ['latent-tree', '--tree', file('deep.json', deep), '--json'],
    /deep\.json: json: expected JSON of at most 64 levels/,
  );
});

test('what a command reads it does not write', async () => {
  const before = readFileSync(fruit);
  await refused(
    ['train', '--data', fruit, '--out', fruit],
    /--out .*fruit\.csv: is what --data reads; expected another file/,
  );
  await refused(['predict', fruitModel, fruit, '--out', fruitModel], /--out .*: is what MODEL reads/);
  await refused(['tree', fruit, '--out', ''], /--out: expected/);
  assert.ok(readFileSync(fruit).equals(before));
  if (process.platform === 'win32') return;
  const printed = await succeeds(['predict', fruitModel, fruit]);
  assert.is(await succeeds(['predict', fruitModel, fruit, '--out', '/dev/stdout']), printed);
});

test('nothing is written by a run that fails', async () => {
  const out = scratch.path('never.safetensors');
  await refused(['train', '--data', words, '--test', scratch.path('gone.txt'), '--out', out], /gone\.txt/);
  assert.not.ok(existsSync(out));
  mkdirSync(scratch.path('kept'));
  const kept = scratch.path('kept/answers.csv');
  writeFileSync(kept, 'before\n');
  await refused(['predict', model, scratch.path('more.txt'), '--out', kept], /more\.txt/);
  assert.is(readFileSync(kept, 'utf8'), 'before\n');
});

test('control characters of names are spelled, not sent to the terminal', () => {
  assert.is(oneLine('name \u001b[31mred\u009b2J\u0007: a\tb\r\nc'), 'name \\u001b[31mred\\u009b2J\\u0007: a\tb c');
  assert.is(inert('two\nlines\tgrün 我 \u0000'), 'two\nlines\tgrün 我 \\u0000');
});

test.run();
