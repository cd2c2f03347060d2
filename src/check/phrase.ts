import type { Option } from './option.js';

/** What options of these kinds expect. */
const PLAIN = { flag: 'a boolean', text: 'a string', signal: 'an AbortSignal', callback: 'a function' } as const;

/** What an option expects, in words: 'an integer from 1', 'one of adam, sgd'. */
export function phrase(option: Option): string {
  const { words = [], orDoc } = option as { words?: readonly (string | number)[]; orDoc?: string };
  const others = words.map((word) => (typeof word === 'string' ? `'${word}'` : String(word)));
  return [plain(option), ...others, ...(orDoc ? [orDoc] : [])].join(' or ');
}

function plain(option: Option): string {
  switch (option.kind) {
    case 'integer':
      return `an integer from ${option.from}${option.to === undefined ? '' : ` to ${option.to}`}`;
    case 'number': {
      const { unit, from, above, to, below } = option;
      const low = from !== undefined ? ` from ${from}` : above !== undefined ? ` above ${above}` : '';
      const high = to !== undefined ? ` to ${to}` : below !== undefined ? `${low ? ' to' : ''} below ${below}` : '';
      return (unit ?? (low || high ? 'a number' : 'a finite number')) + low + high;
    }
    case 'choice':
      return `one of ${option.of.map(plainText).join(', ')}`;
    case 'other':
      return option.expected;
    case 'group':
      return `an object of ${Object.keys(option.options).join(', ')}`;
    case 'variant':
      return `'${Object.keys(option.of).join("', '")}', an object of that kind`;
    case 'list':
      return `a list of ${option.least ? `at least ${option.least} of ` : ''}${entries(option.of)}`;
    default:
      return PLAIN[option.kind];
  }
}

/** Words as they are, other texts in quotes: a blank or a comma could not be told from what is around it. */
export function plainText(text: string): string {
  return /^[\w.+/-]+$/.test(text) && text !== '.' ? text : `'${JSON.stringify(text).slice(1, -1)}'`;
}

function entries(option: Option): string {
  if (option.kind === 'integer') return `integers from ${option.from}`;
  if (option.kind === 'text') return 'strings';
  if (option.kind === 'group') return `{ ${Object.keys(option.options).join(', ')} }`;
  return `values, each ${phrase(option)}`;
}

/** A value that was not expected, in few words. */
export function got(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (Array.isArray(value)) return listed(value);
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  const name = value.constructor?.name;
  return name && name !== 'Object' ? `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}` : 'an object';
}

/** Lists of few numbers as they are. */
function listed(values: readonly unknown[]): string {
  const few = values.length <= 8 && values.flat().every((value) => typeof value === 'number');
  return values.length === 0 ? 'an empty list' : few ? JSON.stringify(values) : 'a list';
}
