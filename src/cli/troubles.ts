import type { TableTroubles } from './errors.js';
import { oneLine } from './errors.js';
import { DOCUMENT_FLAGS } from './flags/documents.js';
import type { Flag } from './flags/flag.js';
import { parseFlag } from './flags/parse.js';
import { READING_FLAGS } from './flags/reading.js';
import { shellWord, writtenText } from './flags/written.js';

/** All that is wrong with a table, a line each, and the command that goes on, where one does: `args` with the suggestion. */
export function troubleText({ file, troubles, suggestion }: TableTroubles, args: readonly string[]): string {
  const lines = troubles.map(oneLine);
  const told =
    lines.length === 1
      ? `${file}: ${lines[0]}`
      : [`${file}: this table cannot be taken as it is`, ...lines].join('\n  ');
  if (!suggestion || Object.keys(suggestion).length === 0) return told;
  return `${told}\nThis goes on:\n  ${commandWith(args, suggestion)}`;
}

/** The command line with these options, for a shell. */
export function commandWith(args: readonly string[], suggestion: Readonly<Record<string, unknown>>): string {
  return ['espalier', ...withOptions(args, suggestion)].map(shellWord).join(' ');
}

/** The same arguments with these options: in place of those that give another value, lists with what they had. */
function withOptions(args: readonly string[], suggestion: Readonly<Record<string, unknown>>): string[] {
  return [...READING_FLAGS, ...DOCUMENT_FLAGS]
    .filter(({ key }) => suggestion[key] !== undefined)
    .reduce((so, flag) => withOption(so, flag, suggestion[flag.key]), [...args]);
}

function withOption(args: readonly string[], flag: Flag, value: unknown): string[] {
  const long = `--${flag.name}`;
  const kept: string[] = [];
  let given: string | undefined;
  let place: number | undefined;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    const joined = arg.startsWith(`${long}=`);
    if (arg !== long && !joined) {
      kept.push(arg);
      continue;
    }
    given = joined ? arg.slice(long.length + 1) : args[++i];
    place ??= kept.length;
  }
  const full =
    Array.isArray(value) && given !== undefined ? [...(parseFlag(flag, given) as string[]), ...value] : value;
  const text = writtenText(flag.option, Array.isArray(full) ? [...new Set(full)] : full);
  // A text that begins with a dash would be taken for a flag of its own.
  const words = text.startsWith('-') ? [`${long}=${text}`] : [long, text];
  const at = place ?? kept.length;
  return [...kept.slice(0, at), ...words, ...kept.slice(at)];
}
