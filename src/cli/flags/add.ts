import { type Command, Option as CommandOption } from 'commander';
import type { Option } from '../../check/option.js';
import { plainText } from '../../check/phrase.js';
import { InputOption } from './files.js';
import { type Flag, takesNone } from './flag.js';
import { writtenOf } from './text.js';

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
function describeFlag(flag: Flag): string {
  const { option } = flag;
  // A sentence that begins with an abbreviation or a symbol keeps its letter.
  const keep = /^[A-Z]\w*[A-Z]|^[^A-Za-z]/.test(option.doc);
  const text = (keep ? option.doc : option.doc.charAt(0).toLowerCase() + option.doc.slice(1)).replace(/\.$/, '');
  const initial = defaultText(option);
  return `${text}${moreOf(flag)}${initial === undefined ? '' : ` (default: ${initial})`}`;
}

/** What a command line may give that the documentation of the option does not say. */
function moreOf(flag: Flag): string {
  const { option } = flag;
  if (option.kind === 'list' && takesNone(flag)) return '; none for none';
  if (option.kind === 'list' && option.of.kind === 'list') return ': a,b;c,d';
  if (option.kind === 'other' && !option.spellings && option.is(false)) return '; none for false';
  const words =
    option.kind === 'choice' ? writtenOf(option) : option.kind === 'group' ? Object.keys(option.shorthand ?? {}) : [];
  return words.every((word) => option.doc.includes(word)) ? '' : ` (${words.join(', ')})`;
}

/** The default in words; undefined where there is none. */
export function defaultText(option: Option): string | undefined {
  const { default: value, defaultDoc } = option;
  if (defaultDoc !== undefined) return defaultDoc;
  if (value === undefined || value === false || (typeof value === 'object' && !Array.isArray(value))) return undefined;
  if (!Array.isArray(value)) return String(value);
  return value.map((one) => (typeof one === 'string' ? plainText(one) : String(one))).join(',');
}

/** Adds flags to a command, which keeps their text; readFlags takes it. Flags of one name are added once. */
export function addFlags(
  command: Command,
  flags: readonly Flag[],
  { heading = 'Options:', hidden = false, about = '' } = {},
): Command {
  for (const flag of flags) {
    const long = `--${flag.name}`;
    if (command.options.some((option) => option.long === long)) continue;
    const value = flag.option.kind === 'flag' ? '' : ` ${metavar(flag.option)}`;
    const Kind = flag.option.kind === 'group' && flag.option.file ? InputOption : CommandOption;
    command.addOption(new Kind(`${long}${value}`, `${about}${describeFlag(flag)}`).helpGroup(heading).hideHelp(hidden));
  }
  return command;
}
