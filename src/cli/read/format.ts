import { extname } from 'node:path';
import { markedEncoding } from '../../data/text/encoding.js';
import { areProse } from '../../data/text/prose.js';
import { show } from '../../data/text/show.js';
import { UserError } from '../errors.js';
import { shellWord } from '../flags/written.js';
import type { Format } from '../options.js';
import { countKinds, entriesFormat, fullLines, kindOf } from './line-kinds.js';
import { otherFile } from './other-files.js';

/** A text may be of several formats, or of none. */
export class UntoldFormat extends UserError {}

export const FORMAT_NAMES: Record<Format, string> = {
  sparse: 'sparse text',
  svmlight: 'svmlight',
  csv: 'CSV',
  idx: 'IDX',
};

/** What the end of a name says. */
const ENDINGS: Readonly<Record<string, Format>> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.tab': 'csv',
  '.psv': 'csv',
  '.svm': 'svmlight',
  '.libsvm': 'svmlight',
  '.svmlight': 'svmlight',
};

/** Lines looked at: more than a header and a few odd ones. */
const MOST_LINES = 100;
/** Of lines of a table, this share has as many cells as the first. */
const PARTED_ALIKE = 0.9;

/** The ending without that of gzip. */
export function endingOf(path: string): string {
  return extname(path.toLowerCase().replace(/\.gz$/, ''));
}

/**
 * What a file is, by its contents; where these may be two things, by its name.
 * @param head its first bytes, unpacked
 * @param whole whether these are all
 * @throws UserError where neither tells, or one speaks against the other
 */
export function formatOf(path: string, head: Uint8Array, whole: boolean, name: string): Format {
  const named = ENDINGS[endingOf(path)];
  const found = binaryFormat(head, name) ?? textFormat(linesOf(head, whole), named, name);
  if (named !== undefined && found !== named)
    throw new UserError(
      `${name}: its name says ${FORMAT_NAMES[named]}, its contents ${FORMAT_NAMES[found]}; say which with --format ${named} or --format ${found}`,
    );
  return found;
}

function binaryFormat(head: Uint8Array, name: string): Format | undefined {
  const [first, second, type = 0, axes = 0] = head;
  if (first === 0 && second === 0 && type >= 8 && type <= 14 && axes > 0) return 'idx';
  const other = otherFile(head);
  if (other) throw new UserError(`${name}: expected a file of rows, got ${other}`);
  if (markedEncoding(head) === 'utf-8' && head.includes(0))
    throw new UserError(
      `${name}: expected sparse text, svmlight, CSV or IDX, got some other binary file (or UTF-16 without a byte-order mark)`,
    );
  return undefined;
}

/** The first lines that hold more than blanks or a comment; of the last, where it is not whole, what stands before its last delimiter. */
function linesOf(head: Uint8Array, whole: boolean): string[] {
  const text = new TextDecoder(markedEncoding(head)).decode(head);
  const lines = text.split(/\r\n|\n|\r/);
  const last = lines.length - 1;
  if (!whole) lines[last] = last > 0 ? '' : lines[0]!.slice(0, Math.max(0, lines[0]!.search(/[,;|\s][^,;|\s]*$/)));
  return fullLines(lines).slice(0, MOST_LINES);
}

function textFormat(lines: readonly string[], named: Format | undefined, name: string): Format {
  const refuse = (got: string): never => {
    throw new UntoldFormat(
      `${name}: expected sparse text (label,feature:value,...), svmlight (label index:value ...), CSV or IDX, got ${got}; name it with --format`,
    );
  };
  if (lines.length === 0) {
    if (named) return named;
    return refuse('only blanks or comments where it begins, or a line too long to tell');
  }
  const counts = countKinds(lines);
  const { alike, label: labels, cells, blanks } = counts;
  const odd = lines.length - labels;
  const entries = entriesFormat(counts, lines.length);
  if (entries) return entries;
  if (named === undefined) refuseTexts(lines, name);
  if (cells > 0 && 2 * alike < odd) return 'csv';
  if (named !== undefined) return named;
  const example = show(lines.find((line) => kindOf(line) === 'alike') ?? lines[0]!);
  if (alike > 0 && 2 * alike >= odd)
    return refuse(`lines like ${example}, which may be a table or entries with a fault`);
  if (blanks > 1 && areTable(lines)) return 'csv';
  return refuse(`${labels === lines.length ? 'one number a line' : 'lines without a delimiter'}, like ${example}`);
}

/** UserError for lines of running text that no delimiter parts alike, and for JSON. */
function refuseTexts(lines: readonly string[], name: string): void {
  const json = /^\s*[[{]\s*(["{[]|$)/.test(lines[0]!);
  const what = json ? 'JSON' : areProse(lines) && !arePartedAlike(lines) ? 'running text' : undefined;
  if (what === undefined) return;
  throw new UserError(
    `${name}: expected rows of features, got ${what}, like ${show(lines[0]!)}; texts go by their words: espalier topics ${shellWord(name)}, or train --text ${shellWord(name)}; --format csv takes it for a table all the same`,
  );
}

/** Whether some delimiter, that does not stand in quotes, parts nearly all lines into as many cells as the first. */
function arePartedAlike(lines: readonly string[]): boolean {
  const bare = lines.map((line) => line.replace(/"[^"]*"/g, ''));
  return [',', ';', '\t', '|'].some((delimiter) => {
    const counts = bare.map((line) => line.split(delimiter).length);
    return counts[0]! > 1 && counts.filter((count) => count === counts[0]).length >= PARTED_ALIKE * counts.length;
  });
}

/** Whether blanks part most lines into as many cells as the first, some of them numbers: prose does not. */
function areTable(lines: readonly string[]): boolean {
  const cells = lines.map((line) => line.match(/"[^"]*"|\S+/g) ?? []);
  const [header, second] = cells.map(({ length }) => length) as [number, number];
  // R names no column of row names.
  const width = header === second - 1 ? second : header;
  const rows = cells.slice(1).filter(({ length }) => length === width);
  return 2 * rows.length + 1 >= lines.length && rows.some((row) => row.some((cell) => /^[-+.\d]/.test(cell)));
}
