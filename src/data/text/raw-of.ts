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
  readonly asText?: (name: string | undefined, place: number) => boolean;
  /** Whether a column whose texts mostly differ keeps them all the same. */
  readonly keepTexts?: (texts: readonly string[]) => boolean;
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
  const all = hasOne ? records.slice(1) : records;
  const lineOf = hasOne ? lines.slice(1) : lines;
  if (all.length === 0) throw new RangeError('text: expected at least one row below the header, got none');
  const header = hasOne ? records[0]! : undefined;
  const width = header && all[0]!.length === header.length + 1 ? all[0]!.length : records[0]!.length;
  const shift = header ? width - header.length : 0;
  const first = all.flatMap((record, r) =>
    record.length === width ? [] : [{ line: lineOf[r]!, cells: record.length }],
  );
  const kept = all.flatMap((record, r) => (record.length === width ? r : []));
  const body = kept.map((r) => all[r]!);
  const marks = new Set(missingMarks);
  const columns = Array.from({ length: width }, (_, place) => {
    const name = header?.[place - shift];
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
    line: (row) => lineOf[kept[row]!]!,
    ragged: { count: first.length, first: first.slice(0, 8) },
  };
}
