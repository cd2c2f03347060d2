// Every pair of what a command reads and writes, made from the declarations.
import { linkSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { addEvaluate } from '#dist/cli/commands/evaluate.js';
import { addExplain } from '#dist/cli/commands/explain.js';
import { addGates } from '#dist/cli/commands/gates.js';
import { addInfo } from '#dist/cli/commands/info.js';
import { addLatentTree } from '#dist/cli/commands/latent-tree.js';
import { addPredict } from '#dist/cli/commands/predict.js';
import { addTrain } from '#dist/cli/commands/train.js';
import { addTree } from '#dist/cli/commands/tree.js';
import { UserError } from '#dist/cli/errors.js';
import { claimOutputs, InputArgument, InputOption, OutputOption } from '#dist/cli/flags/files.js';
import { releaseLocks } from '#dist/cli/write/lock.js';
import { Scratch } from '../../support/cli.js';

const scratch = new Scratch();
test.after(() => scratch.remove());
const path = (name: string) => scratch.path(name);

function commands(): readonly Command[] {
  const program = new Command();
  addTrain(program, []);
  for (const add of [addTree, addLatentTree, addPredict, addEvaluate, addExplain, addGates]) add(program);
  addInfo(program, '0');
  return program.commands;
}

const names = commands().map((command) => command.name());

/** What claiming says of a command line: nothing where all is well. */
async function claimed(name: string, options: readonly string[], args: readonly string[]): Promise<string> {
  const command = commands().find((one) => one.name() === name)!;
  command.exitOverride().action(() => claimOutputs(command));
  try {
    await command.parseAsync([...options, ...args], { from: 'user' });
    return '';
  } catch (error) {
    assert.instance(error, UserError);
    return (error as Error).message;
  } finally {
    releaseLocks();
  }
}

interface Slot {
  readonly flag: string;
  readonly place: number;
}

/** Inputs of a command, an argument by its place. */
function inputs(command: Command): Slot[] {
  const options = command.options.filter((option) => option instanceof InputOption);
  return [
    ...options.map(({ long }) => ({ flag: long!, place: -1 })),
    ...command.registeredArguments.flatMap((one, place) =>
      one instanceof InputArgument ? [{ flag: one.name().toUpperCase(), place }] : [],
    ),
  ];
}

/** Arguments that a command needs, one of them given. */
function argsOf(command: Command, slot?: Slot, file?: string): string[] {
  const args = command.registeredArguments.map((_, place) =>
    place === slot?.place ? file! : path(`argument${place}`),
  );
  return slot && slot.place >= 0
    ? args
    : args.slice(0, command.registeredArguments.filter((one) => one.required).length);
}

/** The same file by other names. */
function otherNames(file: string): string[] {
  const folder = path('aliases');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  symlinkSync(file, join(folder, 'soft'));
  linkSync(file, join(folder, 'hard'));
  symlinkSync(scratch.folder, join(folder, 'whole'));
  const name = file.slice(scratch.folder.length + 1);
  return [
    file,
    join(scratch.folder, 'aliases', '..', name).replace('aliases/..', 'aliases/../.'),
    ...['soft', 'hard', `whole/${name}`].map((one) => join(folder, one)),
  ];
}

test('whatever names a file in a command is declared as read or as written', () => {
  for (const command of commands()) {
    for (const option of command.options) {
      if (!/<(file|prefix)>/.test(option.flags)) continue;
      assert.ok(option instanceof InputOption || option instanceof OutputOption, `${command.name()} ${option.flags}`);
    }
    for (const argument of command.registeredArguments)
      assert.instance(argument, InputArgument, `${command.name()} ${argument.name()}`);
  }
  assert.equal(names.slice(0, 2), ['train', 'tree']);
});

test('no output may be an input of the same command, by whatever name; --checkpoint may be what --resume reads', async () => {
  let refusals = 0;
  for (const command of commands()) {
    for (const output of command.options.filter((option) => option instanceof OutputOption)) {
      const text = path('written');
      const derived = output.filesOf?.(text) ?? [text];
      for (const input of inputs(command)) {
        for (const file of derived) {
          writeFileSync(file, 'some');
          for (const name of file === derived[0] ? otherNames(file) : [file]) {
            const given = input.place < 0 ? [input.flag, name] : [];
            const told = await claimed(command.name(), [output.long!, text, ...given], argsOf(command, input, name));
            const where = `${command.name()} ${output.long} ${input.flag} ${name}: ${told}`;
            if (output.long === '--checkpoint' && input.flag === '--resume') assert.is(told, '', where);
            else {
              assert.is(
                told,
                `${output.long} ${file}: is what ${input.flag} reads; expected another file to write`,
                where,
              );
              refusals++;
            }
          }
          rmSync(file);
        }
      }
      assert.is(await claimed(command.name(), [output.long!, text], argsOf(command)), '', command.name());
    }
  }
  assert.ok(refusals > 150, String(refusals));
  assert.equal(
    readdirSync(scratch.folder).filter((name) => name.endsWith('.lock')),
    [],
  );
});

test('no two outputs into one file, there already or not yet; devices are no files', async () => {
  mkdirSync(path('deep'));
  symlinkSync('deep', path('shallow'));
  let pairs = 0;
  for (const command of commands()) {
    const outputs = command.options.filter((option) => option instanceof OutputOption);
    for (const [i, one] of outputs.entries()) {
      for (const other of outputs.slice(0, i)) {
        const file = (folder: string, { filesOf }: OutputOption) => (filesOf ? filesOf(path(`${folder}/net`))[0]! : '');
        const name = file('deep', one) || file('deep', other) || path('deep/net');
        const again = name.replace('/deep/', '/shallow/');
        const told = await claimed(command.name(), [one.long!, name, other.long!, again], argsOf(command));
        assert.match(told, /^--[a-z]+ .*: is what --[a-z]+ writes; expected another file to write$/);
        pairs++;
        if (process.platform === 'win32') continue;
        const plain = outputs.every(({ filesOf }) => !filesOf);
        if (plain)
          assert.is(
            await claimed(command.name(), [one.long!, '/dev/null', other.long!, '/dev/null'], argsOf(command)),
            '',
          );
      }
    }
  }
  assert.ok(pairs >= 3, String(pairs));
});

test('a single - is no file, of any output; ./- is', async () => {
  for (const command of commands()) {
    for (const output of command.options.filter((option) => option instanceof OutputOption)) {
      const said = `${output.long} -: expected a file${output.filesOf ? '' : '; /dev/stdout is standard output'}`;
      assert.is(await claimed(command.name(), [output.long!, '-'], argsOf(command)), said);
      assert.is(await claimed(command.name(), [output.long!, './-'], argsOf(command)), '');
    }
  }
});

test('labels found beside images, and images in folders by class, are read too', async () => {
  const [images, labels] = [path('t10k-images-idx3-ubyte'), path('t10k-labels-idx1-ubyte')];
  for (const file of [images, labels]) writeFileSync(file, 'some');
  assert.match(await claimed('predict', ['--out', labels], ['model', images]), /--out .*labels.*: is what DATA reads/);
  mkdirSync(path('photos/cat'), { recursive: true });
  writeFileSync(path('photos/cat/1.png'), 'some');
  writeFileSync(path('photos/net'), 'some');
  assert.match(await claimed('train', ['--out', path('photos/cat/1.png')], [path('photos')]), /is what DATA reads/);
  assert.is(await claimed('train', ['--out', path('photos/net')], [path('photos')]), '');
  assert.match(
    await claimed('predict', ['--out', ''], ['model', images]),
    /^--out: expected a file, got an empty name$/,
  );
});

test.run();
