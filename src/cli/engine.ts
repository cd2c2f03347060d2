import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Dataset } from '../data/dataset.js';
import { requireMemory } from '../runtime/budget.js';
import { createEngine, defaultEngine, ENGINE_OPTIONS, setDefaultEngine } from '../runtime/engine.js';
import type { EngineBuild } from '../runtime/engine-build.js';
import { UserError } from './errors.js';
import { integer } from './options.js';
import { say } from './print/told.js';

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** Gives every command --max-memory, --threads, --wide and --precision, which the engine of the run then has. */
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
      )
      .option(
        '--wide',
        'registers of 256 bits in Node 24 and later, by an experimental flag of V8; tested first, results are the same (default: where ESPALIER_WIDE=1)',
      )
      .addOption(
        new Option(
          '--precision <name>',
          'relaxed: a multiply-add may round once; faster, and not the same bits on every machine',
        )
          .choices(ENGINE_OPTIONS.precision.of)
          .default(undefined, 'strict'),
      );
  program.hook('preAction', async (_, command: Command) => {
    const { maxMemory, threads, wide, precision } = command.opts();
    if ([maxMemory, threads, wide, precision].some((given) => given !== undefined))
      setDefaultEngine(await createEngine({ maxMemory, threads, wide, precision }).catch(refuse));
    // info has it among its facts.
    if ((wide || process.env.ESPALIER_WIDE === '1') && command.name() !== 'info')
      tellBuild((await defaultEngine()).build);
  });
}

/** What a runtime cannot is no fault of the program. */
function refuse(error: Error): never {
  throw error.message.startsWith('precision: ') ? new UserError(`--${error.message}`, { cause: error }) : error;
}

/** Says why wide registers that were asked for are not had. */
function tellBuild({ wide, reasons }: EngineBuild): void {
  if (!wide) say(`not in wide registers: ${reasons.join('; ')}`);
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
