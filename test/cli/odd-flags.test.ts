import { mkdirSync } from 'node:fs';
import { Command } from 'commander';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { addEvaluate } from '#dist/cli/commands/evaluate.js';
import { addExplain } from '#dist/cli/commands/explain.js';
import { addGates } from '#dist/cli/commands/gates.js';
import { addInfo } from '#dist/cli/commands/info.js';
import { addInspect } from '#dist/cli/commands/inspect.js';
import { addLatentTree } from '#dist/cli/commands/latent-tree.js';
import { addPredict } from '#dist/cli/commands/predict.js';
import { addTrain } from '#dist/cli/commands/train.js';
import { addTree } from '#dist/cli/commands/tree.js';
import { outcomeOf } from '#dist/cli/errors.js';
import { flagsOf } from '#dist/cli/flags/flag.js';
import { METHODS } from '#dist/models/registry.js';
import { Scratch, succeeds } from '../support/cli.js';
import { csvText, sparseText } from '../support/cli-data.js';
import { pngFolder } from '../support/png-folder.js';

// Every flag of every command, as the commands declare them, with odd texts: done, or refused in one line with exit code 2. The commands run in this process, hundreds a
// second; test/cli/errors.test.ts starts the real one.

const scratch = new Scratch();
test.after(() => scratch.remove());
const words = scratch.file('train.txt', sparseText(30, 1, 14));
const fruit = scratch.file('fruit.csv', csvText(30, 1));
const model = scratch.path('words.safetensors');
const gated = scratch.path('gated.safetensors');
const images = scratch.path('images');
const quick = ['--epochs', '1', '--holdout', '0.2'];
const small = ['--backbone', 'cnn', '--gater', 'cnn', '--width', '1', '--gater-width', '1'];

/** Of each command, lines that are complete. */
const LINES: readonly (readonly string[])[] = [
  ['inspect', fruit],
  ['tree', words],
  ['tree', fruit],
  ['latent-tree', words],
  ['train', '--data', words, '--method', 'dense', '--hidden', '2', ...quick],
  ['train', '--data', words, '--method', 'trf', '--layers', '1:2:1', '--pretrain-epochs', '1', ...quick],
  ['train', '--data', words, '--method', 'tse', '--skip-units', '2', ...quick],
  ['train', '--data', images, '--method', 'gaternet', ...small, ...quick],
  ['predict', model, words],
  ['evaluate', model, words],
  ['explain', model, words],
  ['explain', model, words, '--row', '2'],
  ['explain', model, words, '--importance'],
  ['gates', gated, images],
  ['info', model],
];

const ODD = [
  '',
  ' ',
  '0',
  '-1',
  '1.5',
  '1e999',
  'x',
  'none',
  ',',
  '1,1',
  '9'.repeat(400),
  'a\nb',
  '__proto__',
  'x.png',
  '[]',
];
ODD.push('y'.repeat(5000));

function program(args: readonly string[]): Command {
  const command = new Command('espalier').exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
  addInspect(command, args);
  addTree(command);
  addLatentTree(command);
  addTrain(command, args);
  for (const add of [addPredict, addEvaluate, addExplain, addGates]) add(command);
  addInfo(command, '0');
  return command;
}

/** Flags that every method has are tried with one of them. */
function isAbout(line: readonly string[], long: string): boolean {
  const method = METHODS.find(({ name }) => name === line[line.indexOf('--method') + 1]);
  if (line[0] !== 'train' || method?.name === 'dense') return true;
  const dense = flagsOf(METHODS.find(({ name }) => name === 'dense')!.options);
  const own = flagsOf(method!.options).filter(({ name }) => !dense.some((flag) => flag.name === name));
  return own.some(({ name }) => `--${name}` === long);
}

/** What is wrong with how it ended, if anything. */
async function faultOf(args: readonly string[]): Promise<string | undefined> {
  const write = process.stdout.write;
  const say = process.stderr.write;
  process.stdout.write = (() => true) as typeof write;
  process.stderr.write = (() => true) as typeof say;
  const began = performance.now();
  try {
    await program(args).parseAsync([...args], { from: 'user' });
  } catch (error) {
    const { code, message = '' } = outcomeOf(error);
    if (
      code !== 2 ||
      message === '' ||
      message.length > 500 ||
      /\n|Cannot read|is not a function|undefined/.test(message)
    )
      return `exit code ${code}, ${message.length} characters: ${message.slice(0, 200)}`;
  } finally {
    process.stdout.write = write;
    process.stderr.write = say;
  }
  const took = performance.now() - began;
  return took > 5000 ? `took ${Math.round(took)} ms` : undefined;
}

test.before(async () => {
  pngFolder(images, { seed: 1, rows: 5 });
  await succeeds(['train', '--data', words, '--method', 'dense', '--hidden', '2', ...quick, '--out', model]);
  await succeeds(['train', '--data', images, '--method', 'gaternet', ...small, ...quick, '--out', gated]);
  // Names of files are among the odd texts.
  mkdirSync(scratch.path('here'));
  process.chdir(scratch.path('here'));
});

test('every flag with every odd text: done, or refused in one line', async () => {
  const faults: string[] = [];
  let cases = 0;
  const told = new Set(LINES.map(([name]) => name));
  assert.equal(
    program([])
      .commands.map((command) => command.name())
      .filter((name) => !told.has(name)),
    [],
  );
  for (const line of LINES) {
    assert.is(await faultOf(line), undefined, line.join(' '));
    const command = program(line).commands.find((one) => one.name() === line[0])!;
    for (const { long, flags } of command.options) {
      if (!/[<[]/.test(flags) || !isAbout(line, long!)) continue;
      for (const odd of ODD) {
        cases++;
        const fault = await faultOf([...line, `${long}=${odd}`]);
        if (fault) faults.push(`${line.join(' ')} ${long}=${JSON.stringify(odd.slice(0, 20))}: ${fault}`);
      }
    }
  }
  console.log(`${cases} cases`);
  assert.equal(faults, []);
});

test.run();
