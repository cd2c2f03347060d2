import { type Command, Option } from 'commander';
import { PARTS } from '../bench/parts.js';
import { addJson } from '../options.js';
import type { BenchOptions } from './bench-run.js';

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
    // What other commands need not load.
    .action(async (options: BenchOptions) => (await import('./bench-run.js')).bench(options));
}
