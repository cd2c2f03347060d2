import { checked } from '../../check/complete.js';
import type { GroupOption, Option, Options } from '../../check/option.js';
import { phrase } from '../../check/phrase.js';

/** The text was none that the option can be given as; the message tells what is, as a sentence. */
export class TextError extends Error {}

/**
 * The value that a text stands for: numbers, words, lists by commas ("500,200"), lists of groups by colons ("6:5:100,5:4:50"), words of a shorthand ("crop,flip").
 * @throws TextError
 */
export function parseText(option: Option, text: string): unknown {
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
  switch (option.kind) {
    case 'integer':
      return /^[+-]?\d+$/.test(text) ? Number(text) : text;
    case 'number':
      return text === '' ? text : Number(text);
    case 'flag':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'list':
      return text === '' ? [] : text.split(',').map((part) => entry(option.of, part.trim()));
    case 'group':
      return option.shorthand ? shorthand(option, text) : text;
    case 'other':
      return text === 'none' && option.is(false) ? false : text;
    default:
      return text;
  }
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
  if (option.kind === 'choice') return `one of ${option.of.join(', ')}`;
  if (option.kind === 'variant') return `one of ${Object.keys(option.of).join(', ')}`;
  if (option.kind === 'other' && option.text) return option.text;
  if (option.kind === 'group' && option.names) return `one of ${option.names.join(', ')}`;
  if (option.kind !== 'list') return phrase(option);
  const words = option.words ? `, or ${option.words.join(', ')}` : '';
  if (option.of.kind === 'group') return `${listOf(option.of.options)}${words}`;
  return `${option.distinct ? 'different ' : ''}${phrase(option.of).replace('an integer', 'integers').replace('a number', 'numbers')}, separated by commas${words}`;
}

function listOf(options: Options): string {
  const names = Object.entries(options);
  const bounds = names.flatMap(([name, option]) =>
    option.kind === 'integer' && option.from > 0 ? [`${name} from ${option.from}`] : [],
  );
  return `${names.map(([name]) => name).join(':')}${bounds.length ? `, ${bounds.join(', ')}` : ''}, for each, separated by commas`;
}
