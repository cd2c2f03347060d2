import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CsvOptions } from '../data/text/csv.js';
import type { LayerOptions } from '../models/trf/grown-layer.js';

/** What data files may be. */
export type Format = 'sparse' | 'csv' | 'idx';

/** How to read a file that a net is to learn from. */
export interface DataOptions {
  format?: Format;
  columns?: number;
  labels?: string;
  target?: string | number;
  task?: 'classes' | 'tasks' | 'values';
  missing?: CsvOptions['missing'];
  categorical?: string[];
  ignore?: string[];
  header?: boolean | 'auto';
  featureNames?: string;
  targetNames?: string;
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

export const positive = number((x) => x > 0, 'a number above 0');
export const share = number((x) => x >= 0 && x < 1, 'a share from 0 to below 1');

/** A number, or one of the words. */
export function numberOr(...words: string[]): (text: string) => number | string {
  const parse = number(() => true, `${words.join(', ')} or a number`);
  return (text) => (words.includes(text) ? text : parse(text));
}

/** A column's name, or its place where the text is an integer. */
export function column(text: string): string | number {
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

export function names(text: string): string[] {
  const list = text.split(',').map((name) => name.trim());
  if (list.includes('')) throw new InvalidArgumentError('Expected names separated by commas.');
  return list;
}

export function widths(text: string): number[] {
  return text.split(',').map(integer(1, 2 ** 24));
}

/** "6:5:100,5:4:50": radius, stride and global units of each layer. */
export function layers(text: string): LayerOptions[] {
  return text.split(',').map((layer) => {
    const numbers = layer.split(':').map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : Number.NaN));
    const [radius, stride, globalUnits = 0] = numbers;
    if (numbers.length < 2 || numbers.length > 3 || numbers.some(Number.isNaN) || stride === 0) {
      throw new InvalidArgumentError(
        'Expected radius:stride:globalUnits, stride from 1, for each layer, like 6:5:100,5:4:50.',
      );
    }
    return { radius: radius!, stride: stride!, globalUnits };
  });
}

export function addSeed(command: Command): Command {
  return command.option('--seed <n>', 'all random numbers are a function of it', integer(0, 0xffffffff), 0);
}

export function addJson(command: Command): Command {
  return command.option('--json', 'print one JSON object');
}

/** Options on reading data; `learning` adds those that only a file to learn from needs. */
export function addDataOptions(command: Command, learning: boolean): Command {
  command
    .addOption(
      new Option('--format <format>', 'default: told by the name and the contents').choices(['sparse', 'csv', 'idx']),
    )
    .option('--labels <file>', 'IDX labels that go with IDX images (default: found by name, ...labels-idx1...)');
  if (!learning) return command;
  const header = (text: string) => {
    if (!['auto', 'yes', 'no'].includes(text)) throw new InvalidArgumentError('Allowed choices are auto, yes, no.');
    return text === 'auto' ? text : text === 'yes';
  };
  return command
    .option('--columns <n>', 'sparse text: number of features (default: the highest, plus 1)', integer(1, 2 ** 31 - 2))
    .option('--target <column>', 'CSV: column to predict, a name or a place from 0, from the end if negative', column)
    .addOption(new Option('--task <kind>', 'what the targets are').choices(['classes', 'tasks', 'values']))
    .option(
      '--missing <how>',
      'CSV: refuse (default), mean, mode, or a number to put there',
      numberOr('refuse', 'mean', 'mode'),
    )
    .option('--categorical <columns>', 'CSV: columns of numbers to take as categories: a,b', names)
    .option('--ignore <columns>', 'CSV: columns to leave out: id,date', names)
    .option('--header <whether>', 'CSV: is the first line a header: auto, yes, no', header)
    .option('--feature-names <file>', 'names of the features, one a line')
    .option('--target-names <file>', 'names of the classes or tasks, one a line');
}

/** bottleneckNorm as --bottleneck-norm, without the dashes in front. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
