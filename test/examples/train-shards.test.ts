// The script as it runs: trains on a folder of files with the tree that the command learned of all of them, stops and goes on to the same bits, refuses.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { TrfNet } from 'espalier';
import { parseSparseText } from 'espalier/read';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sparseText } from '../support/cli-data.js';
import { exampleCopy } from '../support/example.js';

const test = suite('examples/train-shards');
const folder = exampleCopy('train-shards');
const path = (name: string) => join(folder, name);
const COLUMNS = 300;
const KIND = ['--columns', String(COLUMNS), '--classes', '2'];
const parts = [1, 2, 3, 4, 5].map((seed) => sparseText(120, seed, COLUMNS));

function run(...args: string[]) {
  return spawnSync(process.execPath, ['train.mjs', ...args], { cwd: folder, encoding: 'utf8' });
}

mkdirSync(path('shards'));
parts.forEach((text, i) => {
  writeFileSync(path(`shards/${i}.txt${i === 1 ? '.gz' : ''}`), i === 1 ? gzipSync(text) : text);
});

test('trains with the tree of all rows, in windows, and leaves no checkpoint', async () => {
  writeFileSync(path('all.txt'), parts.slice(0, 4).join(''));
  const command = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
  const tree = spawnSync(
    process.execPath,
    [command, 'tree', 'all.txt', '--columns', String(COLUMNS), '--out', 'tree.json'],
    {
      cwd: folder,
      encoding: 'utf8',
    },
  );
  assert.is(tree.status, 0, tree.stderr);
  const { status, stdout, stderr } = run(
    'shards',
    ...KIND,
    '--tree',
    'tree.json',
    '--window',
    '100',
    '--sample',
    '200',
  );
  assert.is(status, 0, stderr);
  assert.is(stderr, '');
  assert.match(stdout, /^480 rows in 4 files\nepoch 1: loss [\d.]+, accuracy [\d.]+ %\n/);
  assert.is(stdout.trim().split('\n').length, 6);
  const net = await TrfNet.load(readFileSync(path('net.safetensors')));
  const { edges } = JSON.parse(readFileSync(path('tree.json'), 'utf8'));
  assert.equal(
    net.origin[0]!.edges.map(([a, b]) => [a, b]),
    edges.map(({ a, b }: { a: number; b: number }) => [a, b]),
  );
  const held = parseSparseText(parts[4]!, { columns: COLUMNS, classes: 2 });
  assert.ok((await net.evaluate(held)).accuracy! > 0.8);
  net.dispose();
  assert.equal(
    readdirSync(folder).filter((name) => name.startsWith('net.')),
    ['net.safetensors'],
  );
});

test('Ctrl-C leaves a checkpoint, from which the same command goes on to the same bits', async () => {
  const args = ['shards', ...KIND, '--epochs', '20', '--seed', '3', '--window', '60'];
  assert.is(run(...args, '--out', 'whole').status, 0);
  const child = spawn(process.execPath, ['train.mjs', ...args, '--out', 'stopped'], { cwd: folder });
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  child.stdout.once('data', () => {
    child.stdout.once('data', () => child.kill('SIGINT'));
  });
  assert.is(await closed, 1);
  assert.ok(existsSync(path('stopped.checkpoint')));
  assert.not.ok(existsSync(path('stopped')));
  const { status, stdout, stderr } = run(...args, '--out', 'stopped');
  assert.is(status, 0, stderr);
  assert.not.match(stdout, /^epoch 1:/m);
  assert.equal(readFileSync(path('stopped')), readFileSync(path('whole')));
  assert.not.ok(existsSync(path('stopped.checkpoint')));
});

test('what does not work is told, and leaves what was there', () => {
  const before = readFileSync(path('net.safetensors'));
  mkdirSync(path('one'));
  writeFileSync(path('one/0.txt'), parts[0]!);
  mkdirSync(path('broken'));
  writeFileSync(path('broken/0.txt'), parts[0]!);
  writeFileSync(path('broken/1.txt'), '0,1:1,999:1\n');
  writeFileSync(path('broken/2.txt'), parts[2]!);
  writeFileSync(path('other.json'), JSON.stringify({ variables: 3, edges: [] }));
  const cases: [string[], number, RegExp][] = [
    [[], 2, /train\.mjs FOLDER/],
    [['shards'], 2, /train\.mjs FOLDER/],
    [['shards', ...KIND, '--colour'], 2, /--colour/],
    [['nowhere', ...KIND], 1, /ENOENT.*nowhere/],
    [['one', ...KIND], 2, /expected two files/],
    [['broken', ...KIND], 2, /999/],
    [['shards', ...KIND, '--window', '0'], 2, /window: expected/],
    [['shards', ...KIND, '--tree', 'other.json'], 2, /tree/],
  ];
  for (const [args, status, message] of cases) {
    const ran = run(...args);
    assert.is(ran.status, status, ran.stderr);
    assert.match(ran.stderr, message);
    assert.not.match(ran.stderr, /^ +at /m);
  }
  assert.equal(readFileSync(path('net.safetensors')), before);
  assert.is(run('--help').status, 0);
});

test.run();
