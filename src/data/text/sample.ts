import { DELIMITER, Scanner, TEXT_END } from './scanner.js';

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

export const HEAD_RECORDS = 1000;
const HEAD_LENGTH = 2 ** 20;
const WINDOWS = 64;
const WINDOW_LENGTH = 2 ** 14;

/** Takes records apart, blank lines left out; one that quotes break is left out, and all behind it. */
export function readRecords(text: string, delimiter: string, at: number, line: number, most: number): Records {
  const scanner = new Scanner(text, delimiter, '', at, line);
  const records: RecordOfCells[] = [];
  let end = DELIMITER;
  while (end !== TEXT_END && records.length < most) {
    const begun = scanner.line;
    const cells: string[] = [];
    do {
      end = scanner.cell();
      cells.push(scanner.value());
    } while (end === DELIMITER);
    if (scanner.problem !== undefined) break;
    if (cells.length > 1 || cells[0] !== '' || scanner.quoted) records.push({ cells, line: begun });
  }
  return { records, problem: scanner.problem };
}

/** The first records; of a long text so much that there are two at least. */
export function readHead(text: string, delimiter: string, at: number, line: number): Records {
  for (let length = HEAD_LENGTH; ; length *= 4) {
    const whole = at + length >= text.length;
    const head = whole ? text : text.slice(0, at + length);
    const found = readRecords(head, delimiter, at, line, HEAD_RECORDS);
    if (whole || found.records.length >= HEAD_RECORDS) return found;
    // The last one may be cut, in a quote too.
    const records = found.problem === undefined ? found.records.slice(0, -1) : found.records;
    if (records.length > 1) return { records, problem: undefined };
  }
}

/** Records of one width from places all over a long text. */
export function readWindows(text: string, delimiter: string, width: number): RecordOfCells[] {
  if (text.length <= HEAD_LENGTH) return [];
  const records: RecordOfCells[] = [];
  for (let window = 1; window < WINDOWS; window++) {
    const from = Math.floor((text.length / WINDOWS) * window);
    const part = text.slice(from, from + WINDOW_LENGTH);
    // The first and the last may be cut.
    const whole = readRecords(part, delimiter, 0, 1, HEAD_RECORDS).records.slice(1, -1);
    records.push(...whole.filter(({ cells }) => cells.length === width));
  }
  return records;
}
