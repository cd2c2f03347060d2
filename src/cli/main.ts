#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { nearest } from '../check/known.js';
import { addBench } from './commands/bench.js';
import { addCount } from './commands/count.js';
import { addEvaluate } from './commands/evaluate.js';
import { addExplain } from './commands/explain.js';
import { addGates } from './commands/gates.js';
import { addInfo } from './commands/info.js';
import { addInspect } from './commands/inspect.js';
import { addLatentTree } from './commands/latent-tree.js';
import { addMerge } from './commands/merge.js';
import { addMi } from './commands/mi.js';
import { addPredict } from './commands/predict.js';
import { addSurvey } from './commands/survey.js';
import { addTopics } from './commands/topics.js';
import { addTrain } from './commands/train.js';
import { addTree } from './commands/tree.js';
import { addEngineOptions } from './engine.js';
import { outcomeOf, TableTroubles } from './errors.js';
import { claimOutputs } from './flags/files.js';
import { watchSignals } from './interrupt.js';
import { watchStreams, writeOut } from './print/standard.js';
import { troubleText } from './troubles.js';
import { releaseLocks } from './write/lock.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

const EXAMPLES = `
DATA is a file, or - for standard input, in one of these formats:
  sparse text   label,feature:value,feature:value,...   one row a line
  CSV, TSV      with or without a header, numeric and categorical columns; delimiter and decimal mark are found, also ; and decimal commas
  IDX           images as in MNIST, with their labels in a second file
For gated nets also a folder with a subfolder of PNG files for each class, or mnist, fashion-mnist, cifar10.

Examples:
  espalier inspect passengers.csv
  espalier tree train.txt --out words
  espalier latent-tree train.txt --out topics.html
  espalier train --data train.txt --test test.txt --out model.safetensors
  espalier train --method dense --data iris.csv --target species --out iris.safetensors
  espalier predict iris.safetensors new.csv
  gzip -dc test.txt.gz | espalier evaluate model.safetensors - --json
  espalier explain model.safetensors train.txt
  espalier train --method gaternet --data cifar10 --augment crop,flip --out gater.safetensors
  espalier gates gater.safetensors cifar10 --svg gates.svg
  espalier info gater.safetensors
  espalier bench --quick

Exit codes: 0 done, 1 unexpected error, 2 usage or data error, 130 interrupted (128 and the number of the signal).`;

watchStreams(tell);
watchSignals();
process.on('exit', releaseLocks);

process.exitCode = await run(process.argv.slice(2));

async function run(args: string[]): Promise<number> {
  try {
    await program(args).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    return tell(error);
  }
}

/** Says what went wrong, in one line, of tables in one a trouble; returns the exit code. */
function tell(error: unknown): number {
  const { code, message: line } = outcomeOf(error);
  const message = error instanceof TableTroubles ? troubleText(error, process.argv.slice(2)) : line;
  if (message) process.stderr.write(`espalier: ${message}\n`);
  if (code === 1 && process.env.ESPALIER_DEBUG) console.error(error);
  return code;
}

/** `args` are looked at for what --help is to show. */
function program(args: readonly string[]): Command {
  const command = new Command('espalier')
    .description('Learn sparse structures for neural networks from data, then train and run those networks.')
    .version(version, '-V, --version')
    .exitOverride()
    // Its errors are thrown, and told in one line by run().
    .configureOutput({ writeOut, writeErr: () => {} })
    .addHelpText('after', EXAMPLES)
    .helpCommand('help [command]', 'tell about a command')
    .hook('preAction', (_, action) => claimOutputs(action))
    .action((_, { args }: Command) => {
      const commands = command.commands.map((sub) => sub.name()).join(', ');
      const [given] = args;
      const meant = given && nearest(given, [...command.commands.map((sub) => sub.name()), 'help']);
      if (meant) command.error(`expected a command, got '${given}'; did you mean ${meant}?`);
      const got = given === undefined ? '' : `, got '${given}'`;
      command.error(`expected a command (${commands})${got}; try espalier --help`);
    });
  addInspect(command, args);
  addTree(command);
  addSurvey(command);
  addCount(command);
  addMerge(command);
  addMi(command);
  addLatentTree(command);
  addTopics(command);
  addTrain(command, args);
  for (const add of [addPredict, addEvaluate, addExplain, addGates]) add(command);
  addInfo(command, version);
  addBench(command);
  addEngineOptions(command);
  // For the action's own message; after the commands, which would inherit it.
  command.allowExcessArguments();
  return command;
}
