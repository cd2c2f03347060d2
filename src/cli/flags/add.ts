import { type Command, Option as CommandOption } from 'commander';
import type { Option } from '../../check/option.js';
import { type Flag, flagsOf } from './flag.js';

export { flagsOf };

/** What the value of a flag is called in help. */
function metavar(option: Option): string {
  switch (option.kind) {
    case 'integer':
      return '<n>';
    case 'number':
      return option.unit === 'nats' || option.unit?.endsWith('nats')
        ? '<nats>'
        : option.unit === 'a share'
          ? '<share>'
          : '<x>';
    case 'list':
      return '<list>';
    case 'group':
      return option.file ? '<file>' : option.shorthand ? '<changes>' : '<name>';
    default:
      return '<name>';
  }
}

/** Its line in help: what it is about, and the default. */
export function describeFlag({ option }: Flag): string {
  const first = option.doc.charAt(0).toLowerCase() + option.doc.slice(1).replace(/\.$/, '');
  // A sentence that begins with an abbreviation or a symbol keeps its letter.
  const text = /^[A-Z]{2}|^[^A-Za-z]/.test(option.doc) ? option.doc.replace(/\.$/, '') : first;
  const choices = option.kind === 'choice' ? ` (${option.of.join(', ')})` : '';
  const shorthand =
    option.kind === 'group' && option.shorthand ? ` (${Object.keys(option.shorthand).join(', ')} or both)` : '';
  const initial = defaultText(option);
  return `${text}${choices}${shorthand}${initial === undefined ? '' : ` (default: ${initial})`}`;
}

/** The default in words; undefined where there is none. */
export function defaultText(option: Option): string | undefined {
  if (option.defaultDoc !== undefined) return option.defaultDoc;
  const { default: value } = option;
  if (value === undefined || value === false || option.kind === 'group') return undefined;
  return Array.isArray(value)
    ? value.join(',')
    : typeof value === 'string' || typeof value === 'number'
      ? String(value)
      : JSON.stringify(value);
}

/** Adds flags to a command, which keeps their text; readFlags takes it. Flags of one name are added once. */
export function addFlags(
  command: Command,
  flags: readonly Flag[],
  { heading = 'Options:', hidden = false } = {},
): Command {
  for (const flag of flags) {
    const long = `--${flag.name}`;
    if (command.options.some((option) => option.long === long)) continue;
    const value = flag.option.kind === 'flag' ? '' : ` ${metavar(flag.option)}`;
    command.addOption(new CommandOption(`${long}${value}`, describeFlag(flag)).helpGroup(heading).hideHelp(hidden));
  }
  return command;
}
