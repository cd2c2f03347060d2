import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { outcomeOf, TableTroubles } from '#dist/cli/errors.js';
import { parseText } from '#dist/cli/flags/text.js';
import { writtenText } from '#dist/cli/flags/written.js';
import { troubleText } from '#dist/cli/troubles.js';
import { TableError } from '#dist/data/tables/troubles.js';
import { CSV } from '#dist/data/text/csv.js';
import { LATENT_TREE } from '#dist/structure/latent/options.js';
import { answers, espalier, refused, Scratch, succeeds } from '../support/cli.js';
import { csvText, idxBytes, sparseText } from '../support/cli-data.js';
import { pngFolder } from '../support/png-folder.js';

const scratch = new Scratch();
test.after(() => scratch.remove());
const fruit = scratch.file('fruit.csv', csvText(60, 1));
const words = scratch.file('train.txt', sparseText(60, 1));
const quick = ['--method', 'dense', '--hidden', '2', '--epochs', '1'];

interface Reading {
  taken: { format: string; rows: number; delimiter?: string; columns?: number };
  warnings: string[];
}

interface Inspected extends Reading {
  rows: number;
  columns: { name: string; kind: string; missing: number; distinct: number; min?: number; max?: number }[];
  target?: { kind: string; name?: string; classes: { name: string; rows: number; share: number }[] };
  troubles: string[];
}

test('what was read is said on standard error, in one line, and standard output is as it was', async () => {
  for (const args of [
    ['tree', fruit],
    ['train', '--data', fruit, ...quick],
    ['latent-tree', fruit],
  ]) {
    const { code, stdout, stderr } = await espalier(args);
    assert.is(code, 0, stderr);
    assert.match(stderr, /^espalier: read [^\n]*fruit\.csv: 60 rows, delimiter comma[^\n]*\n$/);
    assert.not.match(stdout, /delimiter/);
  }
  assert.match((await espalier(['tree', words])).stderr, /train\.txt: 60 rows, 40 features, 2 classes\n$/);
});

test('--json holds what was taken and the warnings, and says nothing beside', async () => {
  for (const args of [
    ['tree', fruit],
    ['train', '--data', fruit, ...quick],
    ['latent-tree', fruit],
    ['inspect', fruit],
  ]) {
    const { stdout, stderr } = await espalier([...args, '--json']);
    assert.is(stderr, '');
    const { taken, warnings } = JSON.parse(stdout) as Reading;
    assert.is(taken.format, 'csv');
    assert.is(taken.rows, 60);
    assert.is(taken.delimiter, ',');
    assert.ok(Array.isArray(warnings));
  }
});

test('a net keeps what was taken, and info tells it', async () => {
  const model = scratch.path('kept.safetensors');
  const { taken } = await answers<Reading>(['train', '--data', fruit, ...quick, '--out', model]);
  assert.equal((await answers<Reading>(['info', model])).taken, taken);
  assert.match(await succeeds(['info', model]), /^Trained on +60 rows, delimiter comma/m);
});

test('predict looks at no target: blank, of other words, of no number, or not there', async () => {
  const model = scratch.path('fruit.safetensors');
  await succeeds(['train', '--data', fruit, ...quick, '--out', model]);
  const rows = csvText(10, 2).trim().split('\n').slice(1);
  const predicted = (cut: (line: string) => string, header: string) =>
    succeeds(['predict', model, '-'], { input: `${header}\n${rows.map(cut).join('\n')}\n` });
  const features = (line: string) => line.split(',').slice(0, 3).join(',');
  const plain = await predicted(features, 'size,weight,colour');
  assert.is(plain.trim().split('\n').length, 11);
  for (const target of ['', '?', 'durian', '7'])
    assert.is(await predicted((line) => `${features(line)},${target}`, 'size,weight,colour,kind'), plain, target);
  await refused(['evaluate', model, '-'], /durian/, {
    input: `size,weight,colour,kind\n${rows.map((line) => `${features(line)},durian`).join('\n')}\n`,
  });
});

test('inspect: columns, kinds, ranges, missing cells, classes', async () => {
  const people = scratch.file(
    'people.csv',
    'age,sex,city,same\n22,male,Bonn,1\n,female,Bonn,1\n40,female,Bonn,1\n58,male,Bonn,1\n30,female,Bonn,1\n',
  );
  const found = await answers<Inspected>(['inspect', people, '--target', 'sex']);
  assert.is(found.rows, 5);
  assert.equal(
    found.columns.map(({ name, kind, missing, distinct }) => [name, kind, missing, distinct]),
    [
      ['age', 'numeric', 1, 4],
      ['sex', 'categorical', 0, 2],
      ['city', 'categorical', 0, 1],
      ['same', 'numeric', 0, 1],
    ],
  );
  assert.equal([found.columns[0]!.min, found.columns[0]!.max], [22, 58]);
  assert.equal(
    new Map(found.target!.classes.map(({ name, share }) => [name, share])),
    new Map([
      ['male', 0.4],
      ['female', 0.6],
    ]),
  );
  assert.is(found.troubles.length, 1, 'the missing age is told, not refused');
  const text = await succeeds(['inspect', people]);
  assert.match(text, /^age +numeric +1 +4 +22 to 58, mean 37\.5$/m);
  assert.match(text, /^city .*constant/m);
  assert.ok(
    text
      .split('\n')
      .slice(3)
      .every((line) => line.length <= 80 || line.startsWith('  ')),
  );
});

test('inspect: sparse text, IDX and folders of images; wide data in few lines', async () => {
  const texts = await answers<Inspected>(['inspect', words]);
  assert.is(texts.columns.length, 40);
  assert.ok(texts.columns.every(({ kind }) => kind === 'counts' || kind === 'binary'));
  assert.is(
    texts.target!.classes.reduce((sum, { rows }) => sum + rows, 0),
    60,
  );
  const images = scratch.file(
    'images',
    idxBytes(
      [6, 2, 2],
      Uint8Array.from({ length: 24 }, (_, i) => i),
    ),
  );
  assert.is((await answers<Inspected>(['inspect', images])).columns.length, 4);
  pngFolder(scratch.path('photos'), { seed: 1, rows: 5 });
  const photos = await answers<Inspected>(['inspect', scratch.path('photos')]);
  assert.is(photos.taken.format, 'images');
  assert.ok(photos.target!.classes.length >= 2);
  const wide = scratch.file('wide.txt', sparseText(60, 1, 3000));
  assert.is((await answers<Inspected>(['inspect', wide])).columns.length, 3000);
  assert.ok((await succeeds(['inspect', wide])).split('\n').length < 20);
});

test('lists in texts of flags: a comma or nothing in quotes', () => {
  assert.equal(parseText(CSV.ignore, 'id, "a,b","say ""no"""'), ['id', 'a,b', 'say "no"']);
  assert.equal(parseText(CSV.missingMarks, '"",NA,-999'), ['', 'NA', '-999']);
  assert.equal(parseText(CSV.missingMarks, ',-'), ['', '-']);
  assert.equal(parseText(CSV.missingMarks, 'NA,'), ['NA', '']);
  assert.is(parseText(CSV.delimiter, 'tab'), '\t');
  assert.is(parseText(CSV.delimiter, ' '), ' ');
  assert.is(parseText(CSV.delimiter, ';'), ';');
  assert.is(parseText(CSV.decimal, 'comma'), ',');
  assert.is(parseText(CSV.header, 'no'), false);
  assert.is(parseText(CSV.target, '-1'), -1);
  assert.is(parseText(CSV.target, '"7"'), '7');
  assert.throws(() => parseText(CSV.delimiter, 'x'), /^Expected one of comma, semicolon, tab, pipe, blank\.$/);
  for (const list of [['a'], ['a,b', ''], ['"', ' x ']])
    assert.equal(parseText(CSV.ignore, writtenText(CSV.ignore, list)), list);
  for (const value of ['kind', '7', -1]) assert.is(parseText(CSV.target, writtenText(CSV.target, value)), value);
});

test('groups of features in texts of flags: commas, semicolons, digits as places, all of it in quotes', () => {
  const { together } = LATENT_TREE;
  assert.equal(parseText(together, 'oil,crude;ship, port'), [
    ['oil', 'crude'],
    ['ship', 'port'],
  ]);
  assert.equal(parseText(together, '0,12;"7","a,b";"c;d", "say ""no"""'), [
    [0, 12],
    ['7', 'a,b'],
    ['c;d', 'say "no"'],
  ]);
  for (const text of ['', 'a', 'a,b;', 'a,b;c'])
    assert.throws(
      () => parseText(together, text),
      /^Expected groups separated by semicolons, each of at least 2 names/,
    );
  for (const groups of [
    [['a', 1]],
    [
      ['7', 'a,b'],
      ['c;d', '"', ' x '],
    ],
  ])
    assert.equal(parseText(together, writtenText(together, groups)), groups);
});

test('a column whose name has a comma can be left out', async () => {
  const odd = scratch.file('odd.csv', '"a,b",c,d\n1,0,1\n2,1,0\n3,0,1\n4,1,1\n');
  assert.is((await answers<{ variables: number }>(['tree', odd, '--ignore', '"a,b"'])).variables, 2);
  const semicolons = scratch.file('semicolons.csv', 'a;b,c\n1;0\n2;1\n3;1\n4;0\n');
  assert.is((await answers<{ variables: number }>(['tree', semicolons, '--delimiter', 'semicolon'])).variables, 2);
});

test('all troubles of a table are one message, with the command that goes on', () => {
  const suggestion = { missing: 'mean', ignore: ['Id', "O'Hara, name"] };
  const error = new TableTroubles('p.csv', new TableError(['column "Age": 3 cells are missing', 'more'], suggestion));
  assert.is(
    troubleText(error, ['train', '--data', 'my file.csv', '--ignore=Cabin', '--epochs', '3', '--missing', 'refuse']),
    `p.csv: this table cannot be taken as it is
  column "Age": 3 cells are missing
  more
This goes on:
  espalier train --data 'my file.csv' --ignore 'Cabin,Id,"O'\\''Hara, name"' --epochs 3 --missing mean`,
  );
  assert.is(
    troubleText(new TableTroubles('p.csv', new TableError(['no'], { missingMarks: ['-9'] })), ['tree', 'p.csv']),
    'p.csv: no\nThis goes on:\n  espalier tree p.csv --missing-marks=-9',
  );
  assert.is(troubleText(new TableTroubles('p.csv', new TableError(['no'])), ['tree', 'p.csv']), 'p.csv: no');
  assert.is(outcomeOf(error).code, 2);
});

test('a command misspelt is told the nearest, and help tells of a command', async () => {
  await refused(['trian'], /got 'trian'; did you mean train\?/);
  assert.match(await succeeds(['help', 'train']), /^Usage: espalier train/);
  assert.match(await succeeds(['help']), /^Commands:\n +inspect/m);
});

test('--out that is a device is no beginning of names', async () => {
  for (const path of ['/dev/stderr', '/dev/null'])
    await refused(['tree', words, '--out', path], /--out \/dev\/\w+: expected a file or the beginning of a file name/);
  assert.not.ok(existsSync('/dev/stderr.json') || existsSync('/dev/null.json'));
});

test('a named pipe is read, and one that nobody writes lets a signal through', async () => {
  if (process.platform === 'win32') return;
  const pipe = scratch.path('pipe.csv');
  execFileSync('mkfifo', [pipe]);
  const read = await espalier(['tree', pipe, '--json'], {
    during: () => void execFileSync('sh', ['-c', `cat '${fruit}' > '${pipe}' &`], { stdio: 'ignore' }),
  });
  assert.is(JSON.parse(read.stdout).rows, 60);
  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const) {
    // Whoever opens a pipe to write waits for its reader.
    const ended = await espalier(['tree', pipe], {
      during: (child) => {
        const writer = spawn('sh', ['-c', `exec 3> '${pipe}'; echo open; exec sleep 60`]);
        writer.stdout.once('data', () => child.kill(signal));
        child.once('exit', () => writer.kill());
      },
    });
    assert.is(ended.code, code, JSON.stringify(ended));
  }
});

test.run();
