import type { Option } from '../../check/option.js';

/** The text by which a command line gives this value: what parseText reads back. */
export function writtenText(option: Option, value: unknown): string {
  const { spellings = {} } = option;
  const spelt = Object.keys(spellings).find((word) => spellings[word] === value);
  if (spelt !== undefined) return spelt;
  if (option.kind === 'list' && option.of.kind === 'list' && Array.isArray(value))
    return (value as unknown[][]).map((group) => group.map(featureText).join(',')).join(';');
  if (Array.isArray(value)) return value.map((one) => entryText(String(one))).join(',');
  return typeof value === 'string' && option.kind === 'other' && /^-?\d+$/.test(value) ? `"${value}"` : String(value);
}

function entryText(text: string): string {
  return text === '' || text !== text.trim() || /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Digits are a place, in quotes a name. */
function featureText(one: unknown): string {
  return typeof one === 'string' && /;|^-?\d+$/.test(one) ? `"${one.replaceAll('"', '""')}"` : entryText(String(one));
}

/** As a POSIX shell takes it for one word. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
