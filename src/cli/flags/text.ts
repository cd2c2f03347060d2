import { checked } from '../../check/complete.js';
import type { ChoiceOption, GroupOption, ListOption, Option, Options, OtherOption } from '../../check/option.js';
import { phrase } from '../../check/phrase.js';

/** The text was none that the option can be given as; the message tells what is, as a sentence. */
export class TextError extends Error {}

/**
 * The value that a text stands for: numbers, words, lists by commas ("500,200"; texts with a comma in quotes: a,"b,c"), lists of lists by semicolons ("a,b;c,d"), of groups by colons ("6:5:100,5:4:50"), words of a shorthand ("crop,flip").
 * @throws TextError
 */
export function parseText(option: Option, text: string): unknown {
  if (option.kind === 'choice' && option.of.includes(text)) return text;
  const value = read(option, text.trim());
  try {
    if (text.trim() !== '') {
      const full = checked(option, value, '');
      // A group keeps what was given apart from its defaults.
      return option.kind === 'group' || option.kind === 'variant' ? value : full;
    }
  } catch {
    // Told below, in the words of a command line.
  }
  throw new TextError(`Expected ${expectation(option)}.`);
}

function read(option: Option, text: string): unknown {
  const words: readonly (string | number)[] = 'words' in option ? (option.words ?? []) : [];
  const word = words.find((one) => String(one) === text);
  if (word !== undefined) return word;
  const { spellings = {} } = option;
  if (Object.hasOwn(spellings, text)) return spellings[text];
  switch (option.kind) {
    case 'integer':
      return /^[+-]?\d+$/.test(text) ? Number(text) : text;
    case 'number':
      return text === '' ? text : Number(text);
    case 'flag':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'list':
      return listed(option, text);
    case 'group':
      return option.shorthand ? shorthand(option, text) : text;
    case 'other':
      return otherOf(option, text);
    default:
      return text;
  }
}

function otherOf({ is, spellings }: OtherOption, text: string): unknown {
  if (text === 'none' && !spellings && is(false)) return false;
  return /^-?\d+$/.test(text) && is(Number(text)) ? Number(text) : (unquoted(text) ?? text);
}

function listed({ of }: ListOption, text: string): unknown[] {
  if (text === '') return [];
  if (of.kind === 'list') return partsOf(text, ';').map((part) => listed(of, part));
  if (of.kind === 'other') return partsOf(text).map((part) => otherOf(of, part));
  if (of.kind !== 'text') return text.split(',').map((part) => entry(of, part.trim()));
  return partsOf(text).map((part) => unquoted(part) ?? part);
}

/** Cut at the commas, or another sign, outside quotes. */
function partsOf(text: string, at = ','): string[] {
  const parts = [''];
  let quoted = false;
  for (const sign of text) {
    if (sign === '"') quoted = !quoted;
    if (sign === at && !quoted) parts.push('');
    else parts[parts.length - 1] += sign;
  }
  return parts.map((part) => part.trim());
}

/** What stands between quotes, two of which are one inside; undefined without quotes around it. */
function unquoted(text: string): string | undefined {
  return /^"(?:[^"]|"")*"$/.test(text) ? text.slice(1, -1).replaceAll('""', '"') : undefined;
}

function entry(option: Option, text: string): unknown {
  if (option.kind !== 'group') return read(option, text);
  const names = Object.keys(option.options);
  const parts = text.split(':').map((part) => read({ kind: 'integer', from: 0, doc: '' }, part.trim()));
  if (parts.length > names.length) throw new TextError(`Expected ${listOf(option.options)}.`);
  return Object.fromEntries(parts.map((part, i) => [names[i]!, part]));
}

function shorthand({ shorthand: words = {} }: GroupOption, text: string): unknown {
  const given = text.split(',').map((word) => word.trim());
  for (const word of given) {
    if (!Object.hasOwn(words, word)) {
      const names = Object.keys(words);
      throw new TextError(`Expected ${names.join(', ')} or ${names.join(',')}.`);
    }
  }
  return Object.assign({}, ...given.map((word) => words[word]!));
}

function expectation(option: Option): string {
  if (option.kind === 'choice') return `one of ${writtenOf(option).join(', ')}`;
  if (option.kind === 'variant') return `one of ${Object.keys(option.of).join(', ')}`;
  if (option.kind === 'other' && option.text) return option.text;
  if (option.kind === 'number' && option.words)
    return `${option.words.join(', ')} or ${phrase({ ...option, words: [] })}`;
  if (option.kind === 'group' && option.names) return `one of ${option.names.join(', ')}`;
  if (option.kind !== 'list') return phrase(option);
  const words = option.words ? `, or ${option.words.join(', ')}` : '';
  if (option.of.kind === 'group') return `${listOf(option.of.options)}${words}`;
  if (option.of.kind === 'list')
    return `groups separated by semicolons, each of at least ${option.of.least ?? 1} names or places of features separated by commas, like a,b;c,d`;
  if (option.of.kind === 'text') return 'names separated by commas, one with a comma in double quotes';
  return `${option.distinct ? 'different ' : ''}${phrase(option.of).replace('an integer', 'integers').replace('a number', 'numbers')}, separated by commas${words}`;
}

/** The values of a choice as a command line writes them. */
export function writtenOf({ of, spellings = {} }: ChoiceOption): string[] {
  return of.map((value) => Object.keys(spellings).find((word) => spellings[word] === value) ?? value);
}

function listOf(options: Options): string {
  const names = Object.entries(options);
  const bounds = names.flatMap(([name, option]) =>
    option.kind === 'integer' && option.from > 0 ? [`${name} from ${option.from}`] : [],
  );
  return `${names.map(([name]) => name).join(':')}${bounds.length ? `, ${bounds.join(', ')}` : ''}, for each, separated by commas`;
}
