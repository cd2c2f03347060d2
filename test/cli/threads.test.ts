// --threads: refused where it is none, and without any influence on what comes out.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { threading } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { answers, refused, Scratch, succeeds } from '../support/cli.js';
import { sparseText } from '../support/cli-data.js';

const scratch = new Scratch();
test.after(() => scratch.remove());
const data = scratch.file('train.txt', sparseText(1200, 1));

const RUNS: Record<string, (folder: string) => string[]> = {
  tree: (folder) => ['tree', data, '--out', `${folder}/tree`],
  'latent-tree': (folder) => ['latent-tree', data, '--out', `${folder}/latent.json`],
  train: (folder) => [
    ...['train', '--data', data, '--epochs', '2', '--layers', '2:2:40,1:2:20', '--pretrain-epochs', '1'],
    ...['--batch-size', '256', '--out', `${folder}/net.safetensors`],
  ],
};

test('the files are the same at any number of threads', async () => {
  for (const [name, run] of Object.entries(RUNS)) {
    const files = [1, 2, 3].map(async (threads) => {
      const folder = scratch.path(`${name}-${threads}`);
      mkdirSync(folder);
      await succeeds([...run(folder), '--threads', String(threads)]);
      return readdirSync(folder).map((file) => [file, readFileSync(`${folder}/${file}`).toString('base64')]);
    });
    const [one, ...others] = await Promise.all(files);
    assert.ok(one!.length > 0);
    for (const other of others) assert.equal(other, one, name);
  }
});

test('a number of threads that is none is refused', async () => {
  for (const threads of ['0', '1.5', 'abc', '1000', '-1', ''])
    await refused(['tree', data, '--threads', threads], /--threads.* is invalid\. Expected an integer from 1 to 256/);
  await refused(['tree', data, '--threads'], /'--threads <n>' argument missing/);
});

test('every command takes it, and says so', async () => {
  const commands = [
    'inspect',
    'tree',
    'latent-tree',
    'topics',
    'train',
    'predict',
    'evaluate',
    'explain',
    'gates',
    'info',
  ];
  for (const command of commands)
    assert.match(
      (await succeeds([command, '--help'])).replace(/\s+/g, ' '),
      /--threads <n> .*\(default: all cores\)/,
      command,
    );
});

test('info tells how many threads are in use, and why no more', async () => {
  interface Facts {
    threads: number;
    canThread: boolean;
    reasons: string[];
  }
  const { threads, canThread, reasons } = await answers<Facts>(['info']);
  assert.equal({ threads, canThread, reasons }, threading());
  assert.is(canThread, true);
  assert.is(threads, availableParallelism());
  const three = await answers<Facts>(['info', '--threads', '3']);
  assert.equal([three.threads, three.canThread, three.reasons], [3, true, []]);
  const one = await answers<Facts>(['info', '--threads', '1']);
  assert.equal([one.threads, one.canThread, one.reasons], [1, true, ['threads is 1']]);
  assert.match(await succeeds(['info', '--threads', '3']), /^threads +3 in use$/m);
  assert.match(await succeeds(['info', '--threads', '1']), /^threads +1 in use; threads is 1$/m);
});

test.run();
