import { cpus } from 'node:os';
import { type Command, Option } from 'commander';
import { installedIn } from '../bench/installed.js';
import { runTasks } from '../bench/run.js';
import { PARTS, type Part } from '../bench/tasks.js';
import { linesOf, lossLines } from '../bench/words.js';
import { addJson } from '../options.js';
import { print, printJson, printTable } from '../print/output.js';

interface BenchOptions {
  part?: Part[];
  quick?: boolean;
  full?: boolean;
  peers: string;
  maxMemory?: number;
  threads?: number;
  wide?: boolean;
  precision?: 'strict' | 'relaxed';
  json?: boolean;
}

export function addBench(program: Command): void {
  const command = program
    .command('bench')
    .description('Time the package on this machine, beside plain JavaScript and those peers that are installed here.')
    .addOption(new Option('--part <names...>', 'only these').choices(Object.keys(PARTS)))
    .option('--quick', 'small shapes and few rounds: some seconds')
    .option('--full', 'also a tree of a million variables: some minutes, 2 GB')
    .option('--peers <folder>', 'where peers are installed', '.');
  addJson(command)
    .addHelpText(
      'after',
      `
Everybody's result is compared with plain JavaScript's before it is timed. One thread each unless --threads says otherwise for the package; by turns; medians,
with quartiles in brackets. PyTorch, SciPy and PLINK 1.9 take part where they are installed, each in a process of its own and by its own clock.`,
    )
    .action(bench);
}

async function bench({ part, quick, full, peers, json, ...given }: BenchOptions): Promise<void> {
  const { threads = 1, maxMemory, wide, precision } = given;
  const machine = `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores`;
  const runtime = `Node ${process.versions.node}`;
  if (!json) print(`${machine}, ${runtime}\n`);
  const outcome = await runTasks(installedIn(peers), {
    ...(part ? { parts: part } : {}),
    ...{ quick: quick === true, full: full === true, engine: { threads, maxMemory, wide, precision } },
    onTask: (measured) => {
      if (!json) printTable(linesOf(measured));
    },
  });
  if (json) printJson({ machine, runtime, threads, ...outcome });
  else {
    print('');
    for (const line of lossLines(outcome.measured)) print(line);
    if (outcome.absent.length > 0) print(`Not installed in ${peers}: ${outcome.absent.join(', ')}.`);
  }
  const wrong = outcome.measured.flatMap(({ refused }) => refused).length;
  if (wrong > 0) throw new Error(`${wrong} of the results were not to be timed`);
}
