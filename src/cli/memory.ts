import { type Command, InvalidArgumentError } from 'commander';
import type { Dataset } from '../data/dataset.js';
import { requireMemory } from '../runtime/budget.js';
import { defaultEngine, ENGINE_OPTIONS, shareEngine } from '../runtime/engine.js';

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** Gives every command --max-memory, which the engine of the run then has. */
export function addMaxMemory(program: Command): void {
  for (const command of program.commands)
    command.option(
      '--max-memory <size>',
      'refuse what needs more: bytes, or as 500M or 2G, where K, M and G are 2^10, 2^20 and 2^30 (default: 4G; tables of CSV 1G)',
      size,
    );
  program.hook('preAction', async (_, command: Command) => {
    const { maxMemory } = command.opts();
    if (maxMemory !== undefined) await shareEngine({ maxMemory });
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
