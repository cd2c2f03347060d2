import { type Command, InvalidArgumentError, Option } from 'commander';
import { addFlags } from './flags/add.js';
import { InputOption } from './flags/files.js';
import { READING_FLAGS, type ReadingTexts } from './flags/reading.js';

/** What files of rows may be. */
const FORMATS = ['sparse', 'svmlight', 'csv', 'idx'] as const;

export type Format = (typeof FORMATS)[number];

export function isRowFormat(format: string): format is Format {
  return (FORMATS as readonly string[]).includes(format);
}

/** How to read a file that a net is to learn from. */
export interface DataOptions extends ReadingTexts {
  format?: Format;
  columns?: number;
  zeroBased?: boolean | 'auto';
  labels?: string;
  featureNames?: string;
  targetNames?: string;
  /** Images alone: see shrinkImages. */
  shrink?: number;
  /** Bytes, of --max-memory: what readers hold to as well. */
  maxMemory?: number;
}

export function integer(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^[+-]?\d+$/.test(text.trim()) || value < least || value > most) {
      const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
      throw new InvalidArgumentError(`Expected an integer ${range}.`);
    }
    return value;
  };
}

export function number(accept: (x: number) => boolean, expected: string): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (!Number.isFinite(value) || !accept(value)) throw new InvalidArgumentError(`Expected ${expected}.`);
    return value;
  };
}

export const share = number((x) => x >= 0 && x < 1, 'a share from 0 to below 1');

export function ternary(text: string): boolean | 'auto' {
  if (!['auto', 'yes', 'no'].includes(text)) throw new InvalidArgumentError('Allowed choices are auto, yes, no.');
  return text === 'auto' ? text : text === 'yes';
}

export function addJson(command: Command): Command {
  return command.option('--json', 'print one JSON object');
}

/** Options on reading data; `learning` adds those that only a file to learn from needs. */
export function addDataOptions(
  command: Command,
  learning: boolean,
  { heading = 'Options:', hidden = false } = {},
): Command {
  const add = (flags: string, doc: string, parse?: (text: string) => unknown) => {
    const option = new (flags.endsWith('<file>') ? InputOption : Option)(flags, doc)
      .helpGroup(heading)
      .hideHelp(hidden);
    command.addOption(parse ? option.argParser(parse) : option);
  };
  command.addOption(
    new Option('--format <format>', 'default: told by the name and the contents')
      .choices([...FORMATS])
      .helpGroup(heading)
      .hideHelp(hidden),
  );
  add('--labels <file>', 'IDX labels that go with IDX images (default: found by name, ...labels-idx1...)');
  if (!learning) return command;
  add(
    '--columns <n>',
    'sparse text, svmlight: number of features (default: as the highest one tells)',
    integer(1, 2 ** 31 - 2),
  );
  add('--zero-based <whether>', 'svmlight: do indices count from 0: auto (only where one is 0), yes, no', ternary);
  for (const flag of READING_FLAGS) {
    const about = flag.name === 'task' ? '' : 'CSV: ';
    addFlags(command, [flag], { heading, about, hidden: hidden && flag.name !== 'target' });
  }
  add('--feature-names <file>', 'names of the features, one a line');
  add('--target-names <file>', 'names of the classes or tasks, one a line');
  add('--shrink <n>', 'images: each n x n pixels become one, their mean, here and for good (default: 1)', integer(1));
  return command;
}
