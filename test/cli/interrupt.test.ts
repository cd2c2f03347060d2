import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { espalier, refused, Scratch, succeeds } from '../support/cli.js';
import { sparseText } from '../support/cli-data.js';

const scratch = new Scratch();
test.after(() => scratch.remove());
const data = scratch.file('train.txt', sparseText(1500, 1));
const long = ['train', '--data', data, '--epochs', '150', '--batch-size', '16', '--pretrain-epochs', '1'];

/** Sends SIGINT once `ready` is true. */
async function interrupt(args: string[], ready: () => boolean) {
  return espalier(args, {
    during: (child) => {
      const timer = setInterval(() => {
        if (!ready()) return;
        clearInterval(timer);
        child.kill('SIGINT');
      }, 5);
      child.on('close', () => clearInterval(timer));
    },
  });
}

test('SIGINT ends training with 130 and a checkpoint; --resume goes on to the same bytes', async () => {
  const checkpoint = scratch.path('run.ckpt');
  const out = scratch.path('interrupted.safetensors');
  // The second kind of checkpoint holds the net: growing is over.
  const fitting = () => existsSync(checkpoint) && readFileSync(checkpoint).includes('"fit"');
  const stopped = await interrupt([...long, '--checkpoint', checkpoint, '--out', out], fitting);
  assert.is(stopped.code, 130);
  assert.is(stopped.stdout, '');
  assert.match(stopped.stderr, /^espalier: interrupted; [^\n]*--resume [^\n]*run\.ckpt[^\n]*\n$/m);
  assert.not.ok(existsSync(out), 'no net of a run that did not end');

  await refused(
    [...long, '--seed', '1', '--resume', checkpoint],
    /run\.ckpt: .*same net, data and options, but seed was 0 and is 1/,
  );
  await refused([...long, '--resume', checkpoint, '--layers', '1:1'], /same net, data and options, but layers was/);
  const other = scratch.file('other.txt', sparseText(1500, 2));
  await refused(
    [...long, '--resume', checkpoint, '--data', other],
    /same net, data and options, but the training data is another/,
  );
  await refused(
    [...long.slice(0, 3), '--epochs', '3', '--pretrain-epochs', '1', '--resume', checkpoint],
    /resume: .*but/,
  );

  // A default that is spelled out is the same run.
  await succeeds([...long, '--seed', '0', '--resume', checkpoint, '--out', out]);
  await succeeds([...long, '--out', scratch.path('whole.safetensors')]);
  assert.ok(readFileSync(out).equals(readFileSync(scratch.path('whole.safetensors'))));
  assert.equal(
    readdirSync(scratch.folder).filter((name) => name.endsWith('.tmp')),
    [],
  );
});

test('SIGINT while layers grow: the layers that are done are kept', async () => {
  const checkpoint = scratch.path('growth.ckpt');
  const slow = [
    'train',
    '--data',
    data,
    '--epochs',
    '2',
    '--batch-size',
    '16',
    '--pretrain-epochs',
    '60',
    '--layers',
    '1:1:4,1:1:4',
  ];
  const stopped = await interrupt([...slow, '--checkpoint', checkpoint], () => existsSync(checkpoint));
  assert.is(stopped.code, 130);
  await succeeds([...slow, '--resume', checkpoint, '--out', scratch.path('resumed.safetensors')]);
  await succeeds([...slow, '--out', scratch.path('straight.safetensors')]);
  assert.ok(
    readFileSync(scratch.path('resumed.safetensors')).equals(readFileSync(scratch.path('straight.safetensors'))),
  );
});

test('a checkpoint that is none', async () => {
  await refused(
    [...long, '--resume', data],
    /train\.txt: --resume: expected a checkpoint in safetensors, got another kind of file\n$/,
  );
  await refused([...long, '--resume', scratch.path('none')], /none: no such file/);
});

test.run();
