import { findRepeated } from '../../check/names.js';
import { refuse } from './csv-cells.js';
import type { CsvSchema } from './csv-schema.js';
import { isNumber } from './number.js';
import { MOST_COLUMNS } from './read-raw.js';
import { readRecords } from './sample.js';
import { show } from './show.js';

/** Records of a text, their cells trimmed, with the line on which each begins. */
export interface Table {
  readonly records: readonly (readonly string[])[];
  readonly lines: readonly number[];
}

/** RangeError for text that is not CSV, without records, or with one of more than MOST_COLUMNS cells. */
export function readTable(text: string, delimiter: string): Table {
  if (typeof text !== 'string') throw new TypeError(`text: expected a string, got ${typeof text}`);
  const { records, problem } = readRecords(
    text,
    delimiter,
    text.startsWith('\ufeff') ? 1 : 0,
    1,
    Number.POSITIVE_INFINITY,
  );
  if (problem !== undefined) throw new RangeError(problem);
  if (records.length === 0) throw new RangeError('text: expected at least one row, got none');
  for (const { cells, line } of records) {
    if (cells.length > MOST_COLUMNS) {
      throw new RangeError(
        `line ${line}: expected at most ${MOST_COLUMNS} cells, got more; tables of more features go as sparse text`,
      );
    }
  }
  return { records: records.map(({ cells }) => cells), lines: records.map(({ line }) => line) };
}

/** The first record's cells if it is a header, places otherwise; all different. */
export function columnNames({ records }: Table, header: boolean): string[] {
  const names = records[0]!.map((cell, place) => (header && cell !== '' ? cell : `column${place}`));
  const twice = findRepeated(names);
  if (twice) throw new RangeError(`text: expected distinct column names, got ${show(twice.name)} twice`);
  return names;
}

/** Without a header, a text has every column, or every column but the target. */
export function namesByPlace({ records }: Table, { names, target }: CsvSchema): readonly string[] {
  const features = names.filter((name) => name !== target?.name);
  const width = records[0]!.length;
  if (width === names.length) return names;
  if (width === features.length) return features;
  const expected =
    features.length === names.length ? `${names.length}` : `${names.length}, or ${features.length} without the target`;
  throw new RangeError(`text: expected ${expected} columns, got ${width}`);
}

/** The records below the header, all of one length. */
export function bodyOf({ records, lines }: Table, header: boolean, names: readonly string[]): Table {
  const body = header ? { records: records.slice(1), lines: lines.slice(1) } : { records, lines };
  if (body.records.length === 0) throw new RangeError('text: expected at least one row below the header, got none');
  for (let r = 0; r < body.records.length; r++) {
    if (body.records[r]!.length !== names.length) {
      throw new RangeError(`line ${body.lines[r]}: expected ${names.length} cells, got ${body.records[r]!.length}`);
    }
  }
  return body;
}

/** The cells of the column to predict. RangeError where one is missing. */
export function targetCells(
  { records, lines }: Table,
  place: number,
  name: string,
  missingMarks: readonly string[],
): string[] {
  const cells = records.map((record) => record[place]!);
  const missing = cells.findIndex((cell) => missingMarks.includes(cell));
  if (missing >= 0) refuse(lines[missing]!, name, 'a target', cells[missing]!);
  return cells;
}

/** Whether the first record has distinct cells, none of them empty or a number. */
export function hasHeader({ records }: Table): boolean {
  const first = records[0]!;
  return new Set(first).size === first.length && first.every((cell) => cell !== '' && !isNumber(cell));
}

/** Whichever is most frequent in the first line, outside quotes. */
export function guessDelimiter(text: string): ',' | ';' | '\t' {
  const counts = { ',': 0, ';': 0, '\t': 0 };
  let quoted = false;
  let blank = true;
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    if (quoted) continue;
    if (!blank && (character === '\n' || character === '\r')) break;
    if (character.trim() !== '') blank = false;
    if (character in counts) counts[character as keyof typeof counts]++;
  }
  if (counts[','] >= counts[';'] && counts[','] >= counts['\t']) return ',';
  return counts[';'] >= counts['\t'] ? ';' : '\t';
}
