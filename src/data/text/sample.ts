import { eachRecord, isOfDelimiters } from './records.js';

/** A line of cells, or several where quotes hold line ends. */
export interface RecordOfCells {
  readonly cells: readonly string[];
  /** On which it begins. */
  readonly line: number;
}

/** Records, and whether all quotes of them close where cells end. */
export interface Records {
  readonly records: readonly RecordOfCells[];
  readonly problem: string | undefined;
}

/** No structure is learned of the pairs of more columns in useful time, and a line of a few megabytes may have a million. */
export const MOST_COLUMNS = 2 ** 17;
const HEAD_RECORDS = 1000;
const HEAD_LENGTH = 2 ** 20;
const WINDOWS = 32;
const WINDOW_LENGTH = 2 ** 13;

/** Records of trimmed cells, blank lines and those of delimiters alone left out; one that quotes break is left out, and all behind it, and all behind one with too many cells. */
export function readRecords(text: string, delimiter: string, at: number, line: number, longest: number): Records {
  const records: RecordOfCells[] = [];
  let length = 0;
  const options = { delimiter, at, line, mostCells: MOST_COLUMNS };
  const trouble = eachRecord(text, options, (cells, begun) => {
    if (isOfDelimiters(cells)) return true;
    const trimmed = cells.map((cell) => cell.trim());
    for (const cell of trimmed) length += cell.length + 1;
    records.push({ cells: trimmed, line: begun });
    return records.length < HEAD_RECORDS && (records.length < 2 || length < longest);
  });
  if (trouble?.wide !== undefined) records.push(trouble.wide);
  return { records, problem: trouble?.message };
}

/** The first records; of a long text so much that there are two at least. */
export function readHead(text: string, delimiter: string, at: number, line: number): Records {
  return readRecords(text, delimiter, at, line, HEAD_LENGTH);
}

/** Records of one width from places all over a long text. */
export function readWindows(text: string, delimiter: string, width: number): RecordOfCells[] {
  if (text.length <= HEAD_LENGTH) return [];
  const records: RecordOfCells[] = [];
  for (let window = 1; window < WINDOWS; window++) {
    const from = Math.floor((text.length / WINDOWS) * window);
    const part = text.slice(from, from + WINDOW_LENGTH);
    // The first and the last may be cut.
    const whole = readRecords(part, delimiter, 0, 1, WINDOW_LENGTH).records.slice(1, -1);
    records.push(...whole.filter(({ cells }) => cells.length === width));
  }
  return records;
}
