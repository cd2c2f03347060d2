import { sniff } from '../text/dialect.js';
import { isNumber } from '../text/number.js';
import { readHead } from '../text/sample.js';
import { show } from '../text/show.js';
import { type ColumnSample, chooseColumns, type DocumentColumns, nameOf } from './columns.js';
import { CsvParser, type CsvPlan, firstRecords } from './csv.js';
import { ArrayScanner, isObject, JsonArrayParser, type JsonFields, JsonLineParser } from './json.js';
import { LabelledLineParser, LineParser } from './lines.js';
import type { DocumentSettings, TextFormat } from './options.js';
import { type DocumentParser, hasText } from './parser.js';

/** What was decided of a text by its first characters. Plain JSON. */
export interface DocumentsTaken {
  readonly format: TextFormat | 'json';
  /** Of tables: what stands between cells, and whether the first line names the columns. */
  readonly delimiter?: string;
  readonly header?: boolean;
  /** Columns or fields, by name, or by place where they have none. */
  readonly textColumn?: string | number;
  readonly labelColumn?: string | number;
  readonly dateColumn?: string | number;
  readonly nameColumn?: string | number;
  /** The others, of which nothing is taken; absent where there is none. */
  readonly unused?: readonly (string | number)[];
}

/** How a text becomes documents. */
export interface DocumentPlan {
  readonly taken: DocumentsTaken;
  /** Sentences. */
  readonly warnings: readonly string[];
  readonly parser: () => DocumentParser;
}

/** So much of a text is looked at. */
export const HEAD_CHARACTERS = 2 ** 20;
const MOST_RECORDS = 1000;
/** Above this share of records of one width, a text is a table. */
const TABLE_SHARE = 0.9;
const DELIMITERS = ['\t', ',', ';', '|'] as const;
const MOST_LABEL = 64;

type Asked = Omit<DocumentSettings, 'encoding'>;

/**
 * Decides how a text becomes documents.
 * @param head its first characters, LF alone at the ends of lines; `whole`: there are no others
 * @throws RangeError for a text of something else, TableError where the column of the texts has to be said
 */
export function planDocuments(head: string, whole: boolean, asked: Asked): DocumentPlan {
  const lines = linesOf(head, whole);
  if (lines.length === 0)
    throw new RangeError(`text: expected documents, got ${head === '' ? 'nothing' : 'only blanks'}`);
  const format = asked.format ?? formatOf(head, lines, asked);
  if (format !== 'jsonl') refuseNumbers(lines);
  switch (format) {
    case 'lines':
      refuseColumns(asked, 'lines');
      return { taken: { format }, warnings: [], parser: () => new LineParser() };
    case 'tsv':
      return labelledPlan(lines, asked);
    case 'csv':
      return csvPlan(head, whole, asked);
    case 'jsonl':
      return jsonPlan(head, lines, asked);
  }
}

/** Those that hold more than blanks; the last only where it is whole. */
function linesOf(head: string, whole: boolean): string[] {
  const lines = head.split('\n');
  if (!whole && lines.length > 1) lines.pop();
  return lines.filter(hasText).slice(0, MOST_RECORDS);
}

function formatOf(head: string, lines: readonly string[], asked: Asked): TextFormat {
  const first = lines[0]!.trim();
  if (first.startsWith('{') || /^\[\s*(["{[\]]|$)/.test(first)) return 'jsonl';
  if (asked.textColumn === undefined && areLabelled(lines)) return 'tsv';
  return isTable(head) || COLUMN_OPTIONS.some((option) => asked[option] !== undefined) ? 'csv' : 'lines';
}

const COLUMN_OPTIONS = ['textColumn', 'labelColumn', 'dateColumn'] as const;

/** Lines of a label that recurs, one tab, and a text without quotes around it. */
function areLabelled(lines: readonly string[]): boolean {
  const cells = lines.map((line) => line.split('\t'));
  if (!cells.every((parts) => parts.length > 1 && parts[0]!.length <= MOST_LABEL)) return false;
  if (cells.filter(({ length }) => length === 2).length < TABLE_SHARE * cells.length) return false;
  if (cells.some((parts) => parts.some((cell) => /^"(?:[^"]|"")*"$/.test(cell)))) return false;
  const [head, ...rest] = cells as [string[], ...string[][]];
  const named = namesLabel(head);
  // Another header names columns in another order, or columns of other kinds.
  if (!named && isHeaderCell(head[1]!)) return false;
  const body = named ? rest : cells;
  const labels = new Set(body.map(([label]) => label!.trim()));
  return (
    labels.size <= Math.max(20, body.length / 2) &&
    !body.every(([label]) => isNumber(label!.trim()) && labels.size > 20)
  );
}

function isHeaderCell(cell: string): boolean {
  return /^(label|class|category|topic|text|body|content|abstract|document)s?$/i.test(cell.trim());
}

function namesLabel([label = '', text = '']: readonly string[]): boolean {
  return (
    isHeaderCell(label) && isHeaderCell(text) && /^[ltc]/i.test(label.trim()) && !/^text|^content/i.test(label.trim())
  );
}

function labelledPlan(lines: readonly string[], asked: Asked): DocumentPlan {
  refuseColumns(asked, 'tsv');
  const header = namesLabel(lines[0]!.split('\t'));
  return { taken: { format: 'tsv', header }, warnings: [], parser: () => new LabelledLineParser(header) };
}

function refuseColumns(asked: Asked, format: TextFormat): void {
  const given = COLUMN_OPTIONS.find((option) => asked[option] !== undefined);
  if (given)
    throw new RangeError(
      `${given}: is of tables and JSON, and these are ${format === 'lines' ? 'lines of text' : 'lines of a label, a tab and a text'}`,
    );
}

/** Whether some delimiter parts nearly all records alike. */
function isTable(head: string): boolean {
  if (/^"?sep=./i.test(head)) return true;
  const { records, width, share } = widest(head);
  return records > 1 && width > 1 && share >= TABLE_SHARE && (records > 2 || width > 2 || hasKnownName(head));
}

/** Two lines with a comma each are a table only if the first says so. */
function hasKnownName(head: string): boolean {
  return head
    .split('\n', 1)[0]!
    .split(/[\t,;|]/)
    .some(isHeaderCell);
}

interface Parted {
  readonly delimiter: (typeof DELIMITERS)[number];
  readonly records: number;
  readonly width: number;
  /** Of the records that have this width. */
  readonly share: number;
}

/** By the delimiter that parts most records alike. */
function widest(head: string): Parted {
  const all = DELIMITERS.map((delimiter): Parted => {
    const { records, problem } = readHead(head, delimiter, 0, 1);
    const counts = new Map<number, number>();
    for (const { cells } of records) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
    const [width, count] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [1, 0];
    const total = records.length + (problem === undefined ? 0 : 1);
    return { delimiter, records: total, width, share: width < 2 ? 0 : count / total };
  });
  // Equals: in the order of the delimiters.
  return all.reduce((best, one) => (one.share > best.share ? one : best));
}

function csvPlan(head: string, whole: boolean, asked: Asked): DocumentPlan {
  // A record that is cut would count as one of another width.
  const known = whole ? head : head.slice(0, head.lastIndexOf('\n') + 1) || head;
  const best = widest(known);
  const delimiter = /^"?sep=./i.test(head) ? undefined : best.share > 0 ? best.delimiter : ',';
  const { dialect, at, line, width, warnings } = sniff(known, { delimiter, decimal: '.', missingMarks: [''] });
  const { header } = dialect;
  const [first = [], ...rest] = firstRecords(known, { delimiter: dialect.delimiter, at, line }, MOST_RECORDS);
  const body = header ? rest : [first, ...rest];
  const samples = Array.from({ length: width }, (_, place): ColumnSample => {
    const cells = body.map((cells) => (cells[place] ?? '').trim()).filter((cell) => cell !== '');
    return { name: header ? first[place]?.trim() : undefined, cells };
  });
  const columns = chooseColumns(samples, asked);
  const plan: CsvPlan = { delimiter: dialect.delimiter, header, at, line, width, columns };
  return {
    taken: { format: 'csv', delimiter: dialect.delimiter, header, ...namesOf(samples, columns) },
    // Of numbers there may be whatever there is.
    warnings: [...warnings.filter((warning) => !/^column .*: numbers/.test(warning)), ...columns.warnings],
    parser: () => new CsvParser(plan),
  };
}

function namesOf(
  samples: readonly ColumnSample[],
  { text, label, date, name }: DocumentColumns,
): Partial<DocumentsTaken> {
  const named = { textColumn: text, labelColumn: label, dateColumn: date, nameColumn: name };
  const used = new Set<number | undefined>(Object.values(named));
  const unused = [...samples.keys()].filter((at) => !used.has(at)).map((at) => nameOf(samples, at));
  const taken = Object.entries(named).flatMap(([key, at]) => (at === undefined ? [] : [[key, nameOf(samples, at)]]));
  return { ...Object.fromEntries(taken), ...(unused.length > 0 ? { unused } : {}) };
}

function jsonPlan(head: string, lines: readonly string[], asked: Asked): DocumentPlan {
  const isArray = isWholeArray(lines);
  const values = isArray ? firstOfArray(head) : lines.flatMap((line) => jsonOf(line));
  const objects = values.filter(isObject);
  const format = isArray ? 'json' : 'jsonl';
  const make = (fields: JsonFields | undefined) => () =>
    isArray ? new JsonArrayParser(fields) : new JsonLineParser(fields);
  if (objects.length === 0) {
    if (values.some((value) => typeof value !== 'string'))
      throw new RangeError(
        `text: expected JSON objects with a field of text, or strings, got ${show(JSON.stringify(values[0]))}`,
      );
    refuseColumns(asked, 'lines');
    return { taken: { format }, warnings: [], parser: make(undefined) };
  }
  const names = [...new Set(objects.flatMap((object) => Object.keys(object)))];
  const samples = names.map((name): ColumnSample => {
    const cells = objects
      .map((object) => object[name])
      .filter((cell) => cell !== undefined && cell !== null && cell !== '');
    return { name, cells: cells.map((cell) => (typeof cell === 'object' ? '0' : String(cell).trim())) };
  });
  const columns = chooseColumns(samples, asked);
  const [text, label, date, name] = [columns.text, columns.label, columns.date, columns.name].map((at) =>
    at === undefined ? undefined : names[at]!,
  );
  const scalarName =
    name !== undefined && objects.every((object) => typeof object[name] !== 'object') ? name : undefined;
  const fields = { text: text!, label, date, name: scalarName };
  return {
    taken: {
      format,
      ...namesOf(samples, { ...columns, ...(scalarName === undefined ? { name: undefined as never } : {}) }),
    },
    warnings: columns.warnings,
    parser: make(fields),
  };
}

/** Whether the first line begins an array that goes on behind it, or is all there is; an array a line has one on each. */
function isWholeArray(lines: readonly string[]): boolean {
  if (!lines[0]!.trim().startsWith('[')) return false;
  if (lines.length === 1) return true;
  if (lines.slice(0, 2).every((line) => Array.isArray(jsonOf(line)[0])))
    throw new RangeError(
      `text: expected JSON objects with a field of text, a line each, got arrays, like ${show(lines[0]!.trim())}; arrays do not tell which value is the text`,
    );
  return true;
}

/** Nothing for what is no JSON: its parser tells where. */
function jsonOf(line: string): unknown[] {
  try {
    return [JSON.parse(line)];
  } catch {
    return [];
  }
}

function firstOfArray(head: string): unknown[] {
  const values: unknown[] = [];
  new ArrayScanner().push(head, (value) => {
    if (values.length < MOST_RECORDS) values.push(...jsonOf(value));
  });
  return values;
}

/** RangeError for lines of numbers, or of entries as sparse text and svmlight have them. */
function refuseNumbers(lines: readonly string[]): void {
  const share = (is: (line: string) => boolean) => lines.filter(is).length / lines.length;
  if (share((line) => /^\s*[-+\d.?]+[\s,]+(qid|\d+)\s*:\s*[-+.\d]/.test(line)) > 0.5)
    throw new RangeError(
      'text: expected documents, got rows of features (label,feature:value or label index:value); these go without texts: latent-tree, train --data',
    );
  if (share((line) => /\d/.test(line) && /^[-+\d.,;|\s?eE:%]+$/.test(line)) > TABLE_SHARE)
    throw new RangeError(
      'text: expected documents, got rows of numbers; these go without texts: latent-tree, train --data',
    );
}
