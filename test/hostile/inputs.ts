// Small files, and a pipe, that promise or unpack to far more than they are. Each is to be read in little memory or refused in few words.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pngChunk, pngHeader, SIGNATURE, zlibOfZeros } from '../support/png.js';

export interface HostileInput {
  readonly name: string;
  /** Arguments of the command; FOLDER stands for the folder of the files. */
  readonly args: readonly string[];
  /** Contents by path within the folder. */
  readonly files: () => Readonly<Record<string, string | Uint8Array>>;
  /** What standard input says again and again, for ever. */
  readonly endless?: string;
  /** What is said in refusal; without one the command is to succeed. */
  readonly refusal?: RegExp;
}

/** Makes the files of an input, and gives its arguments. */
export function prepare({ args, files }: HostileInput, folder: string): string[] {
  for (const [path, contents] of Object.entries(files())) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), contents);
  }
  return args.map((arg) => arg.replace('FOLDER', folder));
}

const MIB = 2 ** 20;
const NEVER = 'FOLDER/never.safetensors';

const train = (path: string, ...rest: string[]) => ['train', '--data', `FOLDER/${path}`, '--out', NEVER, ...rest];

/** A folder of two classes, the first with this PNG, the second with an honest one. */
function picture(name: string, bytes: () => Uint8Array, refusal?: RegExp): HostileInput {
  return {
    name,
    args: ['train', '--method', 'gaternet', '--data', 'FOLDER/pictures', '--out', NEVER],
    files: () => ({ 'pictures/a/0.png': bytes(), 'pictures/b/0.png': png(8, 8, zlibOfZeros(72)) }),
    ...(refusal ? { refusal } : {}),
  };
}

/** A grey PNG of 8 bits with this stream, and chunks before it. */
function png(width: number, height: number, stream: Uint8Array, before: readonly Uint8Array[] = []): Uint8Array {
  const header = pngHeader({ width, height, depth: 8, type: 0 });
  return Buffer.concat([SIGNATURE, header, ...before, pngChunk('IDAT', stream), pngChunk('IEND')]);
}

function idx(type: number, ...shape: number[]): Uint8Array {
  const bytes = Buffer.alloc(4 + 4 * shape.length + 16);
  bytes.set([0, 0, type, shape.length]);
  for (const [i, axis] of shape.entries()) bytes.writeUInt32BE(axis, 4 + 4 * i);
  return bytes;
}

const lines = (count: number, line: (r: number) => string) =>
  Array.from({ length: count }, (_, r) => line(r)).join('\n');

const people = (rows: number) =>
  `id,age,class\n${lines(rows, (r) => `person-${r.toString(36)}-x,${r % 90},${r % 7 < 3 ? 'yes' : 'no'}`)}\n`;

export const HOSTILE_INPUTS: readonly HostileInput[] = [
  picture('68 bytes of PNG of 2^31 - 1 x 1', () => png(2 ** 31 - 1, 1, zlibOfZeros(16)), /2147483647 x 1/),
  picture('PNG of 65535 x 65535', () => png(65535, 65535, zlibOfZeros(16)), /65535 x 65535/),
  picture('PNG of 8 x 8 whose stream unpacks to 1 GiB', () => png(8, 8, zlibOfZeros(1024 * MIB)), /72 bytes/),
  picture(
    'PNG of 8 x 8 whose stream unpacks to 1 GiB, in 2-byte chunks',
    () => {
      const stream = zlibOfZeros(1024 * MIB);
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < stream.length; at += 2) chunks.push(pngChunk('IDAT', stream.subarray(at, at + 2)));
      const header = pngHeader({ width: 8, height: 8, depth: 8, type: 0 });
      return Buffer.concat([SIGNATURE, header, ...chunks, pngChunk('IEND')]);
    },
    /72 bytes/,
  ),
  {
    ...picture('PNG with an iCCP chunk of 1 GiB and a zTXt chunk', () => {
      const profile = Buffer.concat([Buffer.from('x\0\0'), zlibOfZeros(1024 * MIB)]);
      return png(8, 8, zlibOfZeros(72), [pngChunk('iCCP', profile), pngChunk('zTXt', profile)]);
    }),
    args: [
      'train',
      '--method',
      'gaternet',
      '--data',
      'FOLDER/pictures',
      '--out',
      NEVER,
      '--epochs',
      '1',
      '--holdout',
      '0',
    ],
  },
  {
    name: 'IDX of 2^31 x 2^31',
    args: ['tree', 'FOLDER/x.idx'],
    files: () => ({ 'x.idx': idx(8, 2 ** 31, 2 ** 31) }),
    refusal: /truncated/,
  },
  {
    name: 'IDX of 2^32 - 1 doubles',
    args: ['tree', 'FOLDER/x.idx'],
    files: () => ({ 'x.idx': idx(14, 2 ** 32 - 1, 1) }),
    refusal: /truncated/,
  },
  {
    name: 'IDX labels of 2^31 - 2',
    args: train('x.idx', '--labels', 'FOLDER/y.idx', '--holdout', '0', '--epochs', '1'),
    files: () => {
      const labels = Buffer.alloc(16);
      labels.set([0, 0, 12, 1, 0, 0, 0, 2, 0x7f, 0xff, 0xff, 0xfe]);
      return { 'x.idx': Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 1), 'y.idx': labels };
    },
  },
  {
    name: '21 bytes of sparse text that name column 2147483646',
    args: ['tree', 'FOLDER/x.txt'],
    files: () => ({ 'x.txt': '0,2147483646:1\n1,0:1\n' }),
    refusal: /2147483646/,
  },
  {
    name: 'sparse text that names class 2147483646',
    args: train('x.txt', '--holdout', '0', '--epochs', '1'),
    files: () => ({ 'x.txt': '2147483646,0:1\n1,0:1\n' }),
  },
  {
    name: 'sparse text of 1,000,000 tasks and as many short rows',
    args: ['tree', 'FOLDER/x.txt', '--format', 'sparse'],
    files: () => ({ 'x.txt': `${'1 '.repeat(MIB)},0:1\n${'1\n'.repeat(MIB)}1` }),
    refusal: /line 2: expected 1048576 labels/,
  },
  {
    name: 'CSV of 20,000 rows with a text id',
    args: train('x.csv'),
    files: () => ({ 'x.csv': people(20_000) }),
    refusal: /column "id": .*20000.*\nThis goes on:\n.*--ignore id/,
  },
  {
    name: 'CSV of 200,000 rows with a text id',
    args: train('x.csv'),
    files: () => ({ 'x.csv': people(200_000) }),
    refusal: /column "id": .*200000.*\nThis goes on:\n.*--ignore id/,
  },
  {
    name: 'CSV of 60,000 rows with 6,000 categories',
    args: train('x.csv'),
    files: () => ({ 'x.csv': `a,b\n${lines(60_000, (r) => `word-${r % 6000},${r % 2 ? 'yes' : 'no'}`)}\n` }),
    refusal: /6000 of them categories of column "a", needs 2880\.0 MB.*--ignore for "a"/,
  },
  {
    name: 'CSV of 1,000,000 names and no row',
    args: train('x.csv'),
    files: () => ({ 'x.csv': `${Array.from({ length: 1e6 }, (_, c) => `c${c}`).join(',')}\n` }),
    refusal: /line 1: expected at most 131072 cells, got more/,
  },
  {
    name: 'CSV of two rows of 1,000,000 cells',
    args: ['tree', 'FOLDER/x.csv'],
    files: () => ({ 'x.csv': `${'1,'.repeat(1e6)}0\n${'0,'.repeat(1e6)}1\n` }),
    refusal: /line 1: expected at most 131072 cells, got more/,
  },
  {
    name: 'CSV with a cell of 1,000,000 digits and a letter',
    args: train('x.csv'),
    files: () => ({ 'x.csv': `a,b\n1,0\n${lines(40, (r) => `${r},${r % 2}`)}\n${'1'.repeat(1e6)}x,1\n` }),
    refusal: /line 43, column "a": .{0,300}$/m,
  },
  {
    name: 'sparse text with a value of 1,000,000 digits and a letter',
    args: ['tree', 'FOLDER/x.txt'],
    files: () => ({ 'x.txt': `0,1:2\n1,0:${'1'.repeat(1e6)}x\n` }),
    refusal: /line 2: .{0,200}$/m,
  },
  {
    name: 'sparse text of 200 rows in 900,000 columns for a dense net',
    args: [...train('x.txt'), '--method', 'dense'],
    files: () => ({ 'x.txt': lines(200, (r) => `${r % 2},${r}:1,${900_000 + r}:1`) }),
    refusal: /train: training a net of 450\d{6} weights for 900200 columns needs 90\d\d\.\d MB/,
  },
  {
    name: 'sparse text of two rows in 100,000 columns, of which two are ever on',
    args: ['tree', 'FOLDER/x.txt', '--top', '0'],
    files: () => ({ 'x.txt': '0,99999:1\n1,5:1\n' }),
  },
  {
    name: 'an endless pipe of a word',
    args: ['train', '--data', '-', '--out', NEVER],
    files: () => ({}),
    endless: 'y\n',
    refusal: /expected sparse text/,
  },
];
