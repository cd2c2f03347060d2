// This build of csv-parse brings its own Buffer, and so runs in browsers too; `csv-parse/sync` needs Node's.
import { CsvError, parse } from 'csv-parse/browser/esm/sync';
import { isNumber } from './number.js';
import { cut } from './show.js';

/** Records of a text, their cells trimmed, with the line on which each ends. */
export interface Table {
  readonly records: readonly (readonly string[])[];
  readonly lines: readonly number[];
}

const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;

/** No structure is learned of the pairs of more columns in useful time, and a line of a few megabytes may have a million. */
const MOST_COLUMNS = 2 ** 17;

/** RangeError for text that is not CSV, without records, or with one of more than MOST_COLUMNS cells. */
export function readTable(text: string, delimiter: string): Table {
  if (typeof text !== 'string') throw new TypeError(`text: expected a string, got ${typeof text}`);
  const lines: number[] = [];
  try {
    // csv-parse counts a CRLF within quotes as two lines.
    const plain = text.replaceAll('\r\n', '\n');
    requireNarrow(plain, delimiter);
    const records = parse(plain, {
      bom: true,
      delimiter,
      record_delimiter: ['\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      on_record: (record: string[], { lines: line }) => {
        lines.push(line);
        return record.map((cell) => cell.trim());
      },
    });
    if (records.length === 0) throw new RangeError('text: expected at least one row, got none');
    return { records, lines };
  } catch (error) {
    if (error instanceof CsvError) throw new RangeError(`text: expected CSV, got ${cut(error.message, 160)}`);
    throw error;
  }
}

/** Before records are made, which takes some hundred bytes a cell. */
function requireNarrow(text: string, delimiter: string): void {
  const separator = delimiter.charCodeAt(0);
  let line = 1;
  let cells = 1;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === NEWLINE) line++;
    if (code === QUOTE) quoted = !quoted;
    else if (quoted) continue;
    else if (code === NEWLINE || code === RETURN) cells = 1;
    else if (code === separator && ++cells > MOST_COLUMNS) {
      throw new RangeError(
        `line ${line}: expected at most ${MOST_COLUMNS} cells, got more; tables of more features go as sparse text`,
      );
    }
  }
}

/** Whether the first record has distinct cells, none of them empty or a number. */
export function hasHeader({ records }: Table): boolean {
  const first = records[0]!;
  return (
    new Set(first).size === first.length &&
    first.every((cell, place) => (cell !== '' || place === 0) && !isNumber(cell))
  );
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
