import { Command } from 'commander';
import { DenseNet } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Options } from '#dist/check/option.js';
import { addTrain } from '#dist/cli/commands/train.js';
import { optionsDoc } from '#dist/cli/options-doc.js';
import { readModelFile } from '#dist/files/model-file.js';
import { dense as baseline } from '#dist/models/dense/method.js';
import type { Method } from '#dist/models/method.js';
import { loadFile, METHODS, methodNamed } from '#dist/models/registry.js';
import { FIT } from '#dist/training/fit-options.js';
import { Scratch } from '../support/cli.js';
import { csvText } from '../support/cli-data.js';
import { dense, switches } from '../support/problems.js';

// A method of one's own, with one option, in a registry of one's own: flag, help, refusal, documentation and loading follow from its declaration.

const STRENGTH = {
  kind: 'number',
  unit: 'a share',
  from: 0,
  to: 1,
  default: 0.25,
  doc: 'How strongly it holds.',
} as const;

const taken: object[] = [];
const own: Method = {
  name: 'own',
  doc: 'one that this test made',
  paper: 'none',
  data: 'rows',
  options: { strength: STRENGTH } satisfies Options,
  fit: FIT,
  examples: ['espalier train --method own --strength 0.5'],
  learn: (train, options, { engine }) => {
    taken.push(options);
    return DenseNet.create(train, { hidden: [2], engine });
  },
  load: (file, options) => DenseNet.load(file, options),
  describe: baseline.describe,
};
const registry = [own, baseline];
const scratch = new Scratch();
test.after(() => scratch.remove());
const data = scratch.file('rows.csv', csvText(40, 1));

async function run(...args: string[]): Promise<string> {
  let shown = '';
  const program = new Command('espalier').exitOverride().configureOutput({ writeErr: () => {} });
  addTrain(program, args, registry);
  for (const command of program.commands) {
    command.exitOverride().configureOutput({ writeOut: (text) => (shown += text), writeErr: () => {} });
  }
  await program.parseAsync(args, { from: 'user' });
  return shown;
}

async function refusal(...args: string[]): Promise<string> {
  try {
    await run(...args);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error(`expected a refusal of ${args.join(' ')}`);
}

async function helpOf(...args: string[]): Promise<string> {
  let shown = '';
  const program = new Command('espalier').exitOverride();
  addTrain(program, args, registry);
  const train = program.commands[0]!.exitOverride().configureOutput({ writeOut: (text) => (shown += text) });
  await train.parseAsync(['--help'], { from: 'user' }).catch(() => {});
  return shown.replace(/\s+/g, ' ');
}

test('its flag and the flag in help', async () => {
  await run('train', '--method', 'own', '--data', data, '--strength', '0.5', '--epochs', '1', '--json');
  assert.equal(taken.pop(), { strength: 0.5 });
  await run('train', '--data', data, '--epochs', '1', '--json');
  assert.equal(taken.pop(), {});
  const help = await helpOf('--method', 'own');
  assert.match(help, 'Method own: --strength <share> how strongly it holds (default: 0.25)');
  assert.match(help, 'espalier train --method own --strength 0.5');
  const common = await helpOf();
  assert.not.match(common, '--strength <share>');
  assert.match(common, 'own (one that this test made)');
  assert.match(common, '--epochs <n>');
});

test('what it refuses', async () => {
  const train = ['train', '--data', data];
  assert.match(
    await refusal(...train, '--method', 'own', '--strength', '2'),
    "option '--strength' argument '2' is invalid. Expected a share from 0 to 1.",
  );
  assert.is(await refusal(...train, '--method', 'dense', '--strength', '0.5'), '--strength: is not for --method dense');
  assert.is(await refusal(...train, '--method', 'own', '--hidden', '5'), '--hidden: is not for --method own');
  assert.match(await refusal(...train, '--method', 'trf'), 'Allowed choices are own, dense');
});

test('its line of documentation', () => {
  const line = '| `strength` | `--strength` | How strongly it holds. | a share from 0 to 1 | 0.25 |';
  assert.ok(optionsDoc(registry).split('\n').includes(line));
  assert.not.ok(optionsDoc().includes('How strongly it holds'));
});

test('files of its nets', async () => {
  const net = await DenseNet.create(dense(switches(1, 20)), { hidden: [2] });
  const file = await readModelFile(net.save());
  const loaded = await loadFile(file, {}, [{ ...own, name: 'dense' }]);
  assert.equal(loaded.save(), net.save());
  assert.throws(() => methodNamed('dense', [own]), 'expected a net of method \'own\', got one of "dense"');
});

test('the package has its four methods, and every declared option says what it is', () => {
  assert.equal(
    METHODS.map(({ name, data: kind }) => `${name} ${kind}`),
    ['trf rows', 'tse rows', 'gaternet images', 'dense rows'],
  );
  for (const { options, fit } of METHODS) {
    for (const [name, option] of Object.entries({ ...options, ...fit })) assert.match(option.doc, /^.{3,}\.$/, name);
  }
});

test.run();
