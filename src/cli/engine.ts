import { type Command, InvalidArgumentError } from 'commander';
import type { Dataset } from '../data/dataset.js';
import { requireMemory } from '../runtime/budget.js';
import { defaultEngine, ENGINE_OPTIONS, shareEngine } from '../runtime/engine.js';
import { integer } from './options.js';

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** Gives every command --max-memory and --threads, which the engine of the run then has. */
export function addEngineOptions(program: Command): void {
  const { from, to } = ENGINE_OPTIONS.threads;
  for (const command of program.commands)
    command
      .option(
        '--max-memory <size>',
        'refuse what needs more: bytes, or as 500M or 2G, where K, M and G are 2^10, 2^20 and 2^30 (default: 4G; tables of CSV 1G)',
        size,
      )
      .option(
        '--threads <n>',
        'threads that compute; results are the same at any number (default: all cores)',
        integer(from, to),
      );
  program.hook('preAction', async (_, command: Command) => {
    const { maxMemory, threads } = command.opts();
    if (maxMemory !== undefined || threads !== undefined) await shareEngine({ maxMemory, threads });
  });
}

/** Counts data that the command has read, or is to copy, with all that it needs from now on. RangeError where they are too large. */
export async function hold({ features }: Dataset): Promise<void> {
  const engine = await defaultEngine();
  const arrays = features.kind === 'sparse' ? [features.start, features.index, features.value] : [features.values];
  const bytes = arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const { rows, columns } = features;
  requireMemory(engine, bytes, 'data', `holding ${rows} rows of ${columns} columns`, 'fewer rows');
  engine.held += bytes;
}

function size(text: string): number {
  const [, count, unit] = /^(\d{1,15})([KMG]?)B?$/i.exec(text) ?? [];
  const bytes = count === undefined ? 0 : Number(count) * UNITS[unit!.toUpperCase()]!;
  const { from } = ENGINE_OPTIONS.maxMemory;
  if (!Number.isSafeInteger(bytes) || bytes < from)
    throw new InvalidArgumentError('Expected a size from 1M, as 500M or 2G.');
  return bytes;
}
