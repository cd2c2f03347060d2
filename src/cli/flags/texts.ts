import { type Command, Option } from 'commander';
import type { Options } from '../../check/option.js';
import { VECTORIZER } from '../../data/documents/vectorizer-options.js';
import { UserError } from '../errors.js';
import type { DataOptions } from '../options.js';
import { flagsOf } from './flag.js';
import { TABLE_FLAGS } from './reading.js';

/** How a vocabulary is learned. */
export const VECTORIZER_FLAGS = flagsOf(VECTORIZER);

/** Where the texts of a table and their labels stand. */
export interface TextColumns {
  textColumn?: string;
  labelColumn?: string;
}

/** What help adds for nets that know their columns already. */
export const OF_NET = { more: ' (default: as in training)' };

/** Declared as a net's file has them. */
export const TEXT_COLUMNS = {
  textColumn: { kind: 'text', doc: 'Column or field with the text.' },
  labelColumn: { kind: 'text', doc: 'Column or field with the label.' },
} as const satisfies Options;

/** Those of the two that were given. */
export function textColumnsOf({ textColumn, labelColumn }: TextColumns): TextColumns {
  return {
    ...(textColumn === undefined ? {} : { textColumn }),
    ...(labelColumn === undefined ? {} : { labelColumn }),
  };
}

export function addTextColumns(command: Command, { heading = 'Options:', hidden = false, more = '' } = {}): Command {
  const add = (flags: string, doc: string) =>
    command.addOption(new Option(flags, `texts: ${doc}${more}`).helpGroup(heading).hideHelp(hidden));
  add('--text-column <name>', 'column or field with the text');
  return add('--label-column <name>', 'column or field with the label');
}

const NOT_OF_TEXTS: readonly [keyof DataOptions, string][] = [
  ...TABLE_FLAGS.map(({ name, key }): [keyof DataOptions, string] => [key as keyof DataOptions, name]),
  ['task', 'task'],
  ['format', 'format'],
  ['columns', 'columns'],
  ['zeroBased', 'zero-based'],
  ['labels', 'labels'],
  ['featureNames', 'feature-names'],
  ['targetNames', 'target-names'],
];

/** An option that would change nothing is a mistake worth a word. */
export function refuseStrayText(options: DataOptions & TextColumns, text: string | undefined): void {
  const texts = options as Readonly<Record<string, unknown>>;
  if (text !== undefined) {
    const stray = NOT_OF_TEXTS.find(([key]) => texts[key] !== undefined);
    if (stray) throw new UserError(`--${stray[1]}: is about rows of numbers, but --text names texts`);
    return;
  }
  const stray = VECTORIZER_FLAGS.find(({ key }) => texts[key] !== undefined)?.name ?? columnFlag(options);
  if (stray) throw new UserError(`--${stray}: is about texts; expected --text INPUT in place of --data`);
}

/** Of a command that has no texts to read. */
export function refuseTextColumns(options: TextColumns): void {
  const stray = columnFlag(options);
  if (stray) throw new UserError(`--${stray}: is for nets that read texts, trained by train --text`);
}

function columnFlag({ textColumn, labelColumn }: TextColumns): string | undefined {
  return textColumn !== undefined ? 'text-column' : labelColumn !== undefined ? 'label-column' : undefined;
}
