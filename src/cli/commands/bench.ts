import { cpus } from 'node:os';
import { type Command, Option } from 'commander';
import type { Part } from '../bench/tasks.js';
import { addJson } from '../options.js';
import { print, printJson, printTable } from '../print/output.js';

/** Of bench/tasks.ts, which the other commands do not load. */
const PARTS = ['product', 'convolution', 'sparse', 'information', 'nets', 'images', 'tree'] as const satisfies Part[];

interface BenchOptions {
  part?: Part[];
  quick?: boolean;
  full?: boolean;
  peers: string;
  first?: string;
  threads?: number;
  json?: boolean;
}

export function addBench(program: Command): void {
  const command = program
    .command('bench')
    .description('Time the package on this machine, beside plain JavaScript and those peers that are installed here.')
    .addOption(new Option('--part <names...>', 'only these').choices(PARTS))
    .option('--quick', 'small shapes and few rounds: some seconds')
    .option('--full', 'also a tree of a million variables: some minutes, 2 GB')
    .option('--peers <folder>', 'where peers are installed', '.')
    .addOption(new Option('--first <name>', 'the first result of one, in this process').hideHelp());
  addJson(command)
    .addHelpText(
      'after',
      `
Everybody's result is compared with plain JavaScript's before it is timed. One thread each unless --threads says otherwise for the package; by turns in one
process; medians, with quartiles in brackets.`,
    )
    .action(bench);
}

async function bench({ part, quick, full, peers, threads, json, first }: BenchOptions): Promise<void> {
  const { installedIn } = await import('../bench/installed.js');
  if (first !== undefined) {
    const fresh = await import('../bench/fresh.js');
    printJson(await fresh.first(first, installedIn(peers)));
    return;
  }
  const { runTasks } = await import('../bench/run.js');
  const { linesOf, lossLines } = await import('../bench/words.js');
  const machine = `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores`;
  const runtime = `Node ${process.versions.node}`;
  if (!json) print(`${machine}, ${runtime}\n`);
  const outcome = await runTasks(installedIn(peers), {
    ...(part ? { parts: part } : {}),
    ...{ quick: quick === true, full: full === true, threads: threads ?? 1 },
    onTask: (measured) => {
      if (!json) printTable(linesOf(measured));
    },
  });
  if (json) printJson({ machine, runtime, threads: threads ?? 1, ...outcome });
  else {
    print('');
    for (const line of lossLines(outcome.measured)) print(line);
    if (outcome.absent.length > 0) print(`Not installed in ${peers}: ${outcome.absent.join(', ')}.`);
  }
  const wrong = outcome.measured.flatMap(({ refused }) => refused).length;
  if (wrong > 0) throw new Error(`${wrong} of the results were not to be timed`);
}
