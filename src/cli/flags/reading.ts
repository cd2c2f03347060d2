import type { ChoiceOption, OptionsOf } from '../../check/option.js';
import { CSV } from '../../data/text/csv.js';
import { flagsOf } from './flag.js';
import { parseFlag } from './parse.js';

const { maxMemory: _, task, ...TABLE } = CSV;

const TASK = {
  ...task,
  of: ['classes', 'tasks', 'values'],
  defaultDoc: 'told by the data',
  doc: 'What the targets are; tasks, several yes or no at once, are for sparse text.',
} as const satisfies ChoiceOption;

/** How a table is read that something is to be learned from. */
const READING = { ...TABLE, task: TASK } as const;

export const READING_FLAGS = flagsOf(READING);

/** Those that tables alone have. */
export const TABLE_FLAGS = flagsOf(TABLE);

/** Texts of the flags, as commander keeps them. */
export type ReadingTexts = { [K in keyof typeof READING]?: string | undefined };

/** What the texts stand for. */
export type Reading = Omit<OptionsOf<typeof READING>, 'target'> & { target?: string | number | null };

/** UserError for a text that stands for nothing. */
export function readReading(texts: ReadingTexts): Reading {
  const given = READING_FLAGS.filter(({ key }) => texts[key as keyof ReadingTexts] !== undefined);
  return Object.fromEntries(given.map((flag) => [flag.key, parseFlag(flag, texts[flag.key as keyof ReadingTexts]!)]));
}
