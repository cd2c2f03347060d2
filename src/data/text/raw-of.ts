import { columnOf } from '../tables/column-of.js';
import type { RawTable } from '../tables/raw.js';
import { guessDelimiter, hasHeader, readTable } from './csv-table.js';
import type { Dialect } from './dialect.js';
import { isNumber } from './number.js';

export interface RawOptions {
  readonly delimiter?: Dialect['delimiter'];
  readonly decimal?: Dialect['decimal'];
  readonly header?: boolean;
  readonly missingMarks: readonly string[];
  readonly asText?: (name: string, place: number) => boolean;
}

/** A text taken apart into columns of cells. */
export function readRaw(text: string, options: RawOptions): RawTable & { warnings: string[] } {
  const delimiter = options.delimiter ?? guessDelimiter(typeof text === 'string' ? text : '');
  const { records, lines } = readTable(text, delimiter);
  return { ...rawOf(records, lines, { ...options, delimiter }), warnings: [] };
}

/** Records of cells as columns; a header is looked for unless the options tell of one. */
export function rawOf(
  records: readonly (readonly string[])[],
  lines: readonly number[],
  { delimiter = ',', decimal = '.', missingMarks, asText = () => false, ...options }: RawOptions,
): RawTable {
  const hasOne = options.header ?? hasHeader({ records, lines });
  const body = hasOne ? records.slice(1) : records;
  if (body.length === 0) throw new RangeError('text: expected at least one row below the header, got none');
  const header = hasOne ? records[0]! : undefined;
  const width = header && body[0]!.length === header.length + 1 ? body[0]!.length : records[0]!.length;
  const shift = header ? width - header.length : 0;
  const first = body.flatMap((record, r) =>
    record.length === width ? [] : [{ line: lines[r + (hasOne ? 1 : 0)]!, cells: record.length }],
  );
  const marks = new Set(missingMarks);
  const columns = Array.from({ length: width }, (_, place) => {
    const name = header ? header[place - shift] || `column${place}` : `column${place}`;
    const isText = asText(name, place);
    const valueAt = (row: number) => {
      const cell = body[row]![place] ?? '';
      const plain = decimal === ',' ? cell.replace(',', '.') : cell;
      return !isText && isNumber(plain) ? plain : cell;
    };
    return columnOf(valueAt, { rows: body.length, missingMarks: marks, asText: isText, argument: String });
  });
  return {
    dialect: { delimiter, decimal, thousands: '', header: hasOne },
    rows: body.length,
    columns,
    header,
    line: (row) => lines[row + (hasOne ? 1 : 0)]!,
    ragged: { count: first.length, first: first.slice(0, 8) },
  };
}
