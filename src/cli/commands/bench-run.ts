import { cpus } from 'node:os';
import { installedIn } from '../bench/installed.js';
import type { Part } from '../bench/parts.js';
import { type Report, runTasks } from '../bench/run.js';
import { linesOf, lossLines } from '../bench/words.js';
import { print, printJson, printTable } from '../print/output.js';

export interface BenchOptions {
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

export async function bench({ part, quick, full, peers, json, ...given }: BenchOptions): Promise<void> {
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
  if (json) printJson({ machine, runtime, threads, ...outcome } satisfies Report);
  else {
    print('');
    for (const line of lossLines(outcome.measured)) print(line);
    if (outcome.absent.length > 0) print(`Not installed in ${peers}: ${outcome.absent.join(', ')}.`);
  }
  const wrong = outcome.measured.flatMap(({ refused }) => refused).length;
  if (wrong > 0) throw new Error(`${wrong} of the results were not to be timed`);
}
