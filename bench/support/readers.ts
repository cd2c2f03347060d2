import Papa from 'papaparse';
import { readRaw } from '#dist/data/text/read-raw.js';
import { requirePeers } from './peers.js';

/** What all readers of a text must find alike. */
export interface Found {
  readonly rows: number;
  /** Of the first column. */
  readonly sum: number;
  /** Rows whose last cell is this format's first category. */
  readonly first: number;
}

/** A reader: `read` gives what it made of the text, which is held until its memory is measured; `find` looks into it. */
export interface Reader {
  readonly name: string;
  read(text: string): unknown;
  find(made: never): Found;
}

/** A kind of text, and those who read it. */
export interface Format {
  readonly name: string;
  /** About so many characters. */
  make(length: number): string;
  readonly readers: readonly Reader[];
}

export const CATEGORIES = ['alpha', 'beta', 'gamma', 'delta'];

function makeCsv(length: number, quote: string): string {
  let state = 1;
  const random = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const lines = ['a,b,c,d,e,f,g,kind'];
  for (let made = 0; made < length; ) {
    const cells = [
      (random() * 1000).toFixed(3),
      (random() * 10).toFixed(2),
      Math.floor(random() * 1e6),
      random().toFixed(6),
      (random() - 0.5).toPrecision(8),
      Math.floor(random() * 100),
      (random() * 1e4).toFixed(1),
      CATEGORIES[Math.floor(random() * 4)]!,
    ];
    const line = cells.map((cell) => quote + cell + quote).join(',');
    lines.push(line);
    made += line.length + 1;
  }
  return lines.join('\n');
}

const MARKS = ['', '?', 'NA', 'N/A', 'NaN', 'nan', 'null', 'NULL'];

const OURS = {
  name: 'espalier',
  read: (text: string) => readRaw(text, { missingMarks: MARKS }),
  find({ rows, columns }: ReturnType<typeof readRaw>): Found {
    const last = columns.at(-1)!;
    const id = last.texts!.indexOf(CATEGORIES[0]!);
    return {
      rows,
      sum: columns[0]!.numbers.reduce((sum, number) => sum + number, 0),
      first: last.ids!.reduce((count, one) => count + (one === id ? 1 : 0), 0),
    };
  },
} satisfies Reader;

/** Keeps no row: the least that it can do. */
const PAPAPARSE = {
  name: 'papaparse, step, nothing kept',
  read(text: string): Found {
    let [rows, sum, first] = [-1, 0, 0];
    Papa.parse<string[]>(text, {
      delimiter: ',',
      step({ data }) {
        if (rows++ < 0) return;
        sum += Number(data[0]);
        if (data[7] === CATEGORIES[0]) first++;
      },
    });
    return { rows, sum, first };
  },
  find: (found: Found) => found,
} satisfies Reader;

/** Keeps its numbers as the package does: typed columns, grown by half. */
const PAPAPARSE_TYPED = {
  name: 'papaparse, step, typed columns',
  read(text: string) {
    const numbers = Array.from({ length: 7 }, () => new Float64Array(2 ** 16));
    let codes = new Int32Array(2 ** 16);
    let rows = -1;
    Papa.parse<string[]>(text, {
      delimiter: ',',
      step({ data }) {
        if (rows++ < 0) return;
        if (rows > codes.length) {
          const length = Math.ceil(codes.length * 1.5);
          codes = grown(codes, new Int32Array(length));
          for (let c = 0; c < 7; c++) numbers[c] = grown(numbers[c]!, new Float64Array(length));
        }
        for (let c = 0; c < 7; c++) numbers[c]![rows - 1] = Number(data[c]);
        codes[rows - 1] = CATEGORIES.indexOf(data[7]!);
      },
    });
    return { rows, numbers, codes };
  },
  find: ({ rows, numbers, codes }: { rows: number; numbers: Float64Array[]; codes: Int32Array }): Found => ({
    rows,
    sum: numbers[0]!.subarray(0, rows).reduce((sum, number) => sum + number, 0),
    first: codes.subarray(0, rows).reduce((count, code) => count + (code === 0 ? 1 : 0), 0),
  }),
} satisfies Reader;

function grown<T extends Float64Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

interface Udsv {
  inferSchema(text: string): unknown;
  initParser(schema: unknown): { typedCols(text: string): [number[], ...string[][]] };
}

const UDSV = {
  name: 'uDSV, typed columns',
  read(text: string) {
    const { inferSchema, initParser } = requirePeers('udsv')('udsv') as Udsv;
    return initParser(inferSchema(text)).typedCols(text);
  },
  find: (columns: [number[], ...string[][]]): Found => ({
    rows: columns[0].length,
    sum: columns[0].reduce((sum, number) => sum + number, 0),
    first: (columns.at(-1) as string[]).filter((cell) => cell === CATEGORIES[0]).length,
  }),
} satisfies Reader;

const CSV_PARSE = {
  name: 'csv-parse, sync',
  read(text: string) {
    const { parse } = requirePeers('csv-parse')('csv-parse/sync') as { parse(text: string): string[][] };
    return parse(text);
  },
  find: (records: string[][]): Found => ({
    rows: records.length - 1,
    sum: records.slice(1).reduce((sum, record) => sum + Number(record[0]), 0),
    first: records.filter((record) => record[7] === CATEGORIES[0]).length,
  }),
} satisfies Reader;

const CSV_READERS = [OURS, PAPAPARSE, PAPAPARSE_TYPED, UDSV, CSV_PARSE] as readonly Reader[];

export const FORMATS: readonly Format[] = [
  { name: 'CSV', make: (length) => makeCsv(length, ''), readers: CSV_READERS },
  { name: 'CSV, all cells in quotes', make: (length) => makeCsv(length, '"'), readers: CSV_READERS },
];
