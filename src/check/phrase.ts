import type { Option } from './option.js';

/** What an option expects, in words: 'an integer from 1', 'one of adam, sgd'. */
export function phrase(option: Option): string {
  return [...plain(option), ...wordsOf(option)].join(' or ');
}

function plain(option: Option): string[] {
  switch (option.kind) {
    case 'integer':
      return [`an integer from ${option.from}${option.to === undefined ? '' : ` to ${option.to}`}`];
    case 'number': {
      const { unit, from, above, to, below } = option;
      const low = from !== undefined ? ` from ${from}` : above !== undefined ? ` above ${above}` : '';
      const high = to !== undefined ? ` to ${to}` : below !== undefined ? `${low ? ' to' : ''} below ${below}` : '';
      return [`${unit ?? (low || high ? 'a number' : 'a finite number')}${low}${high}`];
    }
    case 'flag':
      return ['a boolean'];
    case 'choice':
      return [`one of ${option.of.join(', ')}`];
    case 'signal':
      return ['an AbortSignal'];
    case 'callback':
      return ['a function'];
    case 'other':
      return [option.expected];
    case 'group':
      return [`an object of ${Object.keys(option.options).join(', ')}`, ...(option.orDoc ? [option.orDoc] : [])];
    case 'variant': {
      const names = Object.keys(option.of).map((name) => `'${name}'`);
      return [`${names.join(', ')}, an object of that kind`, ...(option.orDoc ? [option.orDoc] : [])];
    }
    case 'list':
      return [`a list of ${option.least ? `at least ${option.least} of ` : ''}${entries(option.of)}`];
  }
}

function entries(option: Option): string {
  if (option.kind === 'integer') return `integers from ${option.from}`;
  if (option.kind === 'group') return `{ ${Object.keys(option.options).join(', ')} }`;
  return `values, each ${phrase(option)}`;
}

function wordsOf(option: Option): string[] {
  return 'words' in option && option.words
    ? option.words.map((word) => (typeof word === 'string' ? `'${word}'` : String(word)))
    : [];
}

function list(values: readonly unknown[]): string {
  const text = values.every((value) => typeof value === 'number' || Array.isArray(value)) && JSON.stringify(values);
  return values.length === 0 ? 'an empty list' : text && text.length <= 60 ? text : 'a list';
}

/** A value that was not expected, in few words. */
export function got(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (Array.isArray(value)) return list(value);
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  const name = value.constructor?.name;
  return name && name !== 'Object' ? `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}` : 'an object';
}
