import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { type CsvSchema, learnCsvSchema, readCsv } from '../data/csv.js';
import { Dataset } from '../data/dataset.js';
import { idxDataset } from '../data/idx.js';
import { parseSparseText } from '../data/sparse-text.js';
import type { TargetInfo } from '../models/net-state.js';
import { fileError, inFile, UserError } from './errors.js';
import type { DataOptions, Format } from './options.js';

export interface Loaded {
  data: Dataset;
  format: Format;
  /** What to call it in messages. */
  name: string;
  /** Of the file's bytes. */
  sha256: string;
  /** CSV only. */
  csv?: CsvSchema;
}

/** What a further file must agree with: the training file, or the net that was trained on it. */
export interface Reference {
  csv?: CsvSchema;
  columns: number;
  target: TargetInfo;
}

/** Reads a file to learn from. Without `labelled`, a CSV has no target unless one is named, which is then left out. */
export async function loadToLearn(path: string, options: DataOptions, labelled: boolean): Promise<Loaded> {
  const file = await readInput(path, options.format);
  refuseStray(file.format, options, file.name);
  const featureNames = options.featureNames ? readNames(options.featureNames) : undefined;
  const targetNames = options.targetNames ? readNames(options.targetNames) : undefined;
  const loaded = await inFile(file.name, () => {
    if (file.format === 'csv') return learnCsv(file, options, labelled);
    if (file.format === 'idx') return { data: readIdx(file, options.labels, labelled) };
    if (options.task === 'values') throw new UserError('--task values: sparse text has classes or tasks, not values');
    const data = parseSparseText(decode(file), {
      ...(options.columns === undefined ? {} : { columns: options.columns }),
      ...(featureNames && options.columns === undefined ? { columns: featureNames.length } : {}),
      ...(options.task ? { targets: options.task as 'classes' | 'tasks' } : {}),
    });
    return { data };
  });
  const { data } = loaded;
  if (!featureNames && !targetNames) return { ...file, ...loaded };
  return { ...file, ...loaded, data: await inFile(file.name, () => renamed(data, featureNames, targetNames)) };
}

/** Reads a file by what was learned from the training file. `labelled`: its targets will be compared with. */
export async function loadLike(
  path: string,
  reference: Reference,
  options: Pick<DataOptions, 'format' | 'labels'>,
  labelled: boolean,
): Promise<Loaded> {
  const file = await readInput(path, options.format);
  const { csv, columns, target } = reference;
  if (csv && file.format !== 'csv')
    throw new UserError(`${file.name}: expected CSV like the training data, got ${WORDS[file.format]}`);
  if (!csv && file.format === 'csv') {
    throw new UserError(`${file.name}: got CSV, but the training data were not; expected the same format`);
  }
  const data = await inFile(file.name, () => {
    if (file.format === 'csv') return readCsv(decode(file), csv!);
    if (file.format === 'idx') return readIdx(file, options.labels, labelled);
    const kind = target.kind === 'tasks' ? 'tasks' : 'classes';
    const classes = labelled && kind === 'classes' ? { classes: Math.max(2, target.outputs) } : {};
    return parseSparseText(decode(file), { columns, targets: kind, ...classes });
  });
  if (data.columns !== columns) {
    throw new UserError(`${file.name}: expected ${columns} columns like the training data, got ${data.columns}`);
  }
  return { ...file, data };
}

const WORDS: Record<Format, string> = { sparse: 'sparse text', csv: 'CSV', idx: 'IDX' };

interface InputFile {
  path: string;
  name: string;
  format: Format;
  bytes: Uint8Array;
  sha256: string;
}

let stdinTaken = false;

/** `-` is standard input. */
async function readInput(path: string, wanted: Format | undefined): Promise<InputFile> {
  const name = path === '-' ? 'standard input' : path;
  const bytes = path === '-' ? await readStdin() : readBytes(path);
  if (bytes.length === 0) throw new UserError(`${name}: the file is empty`);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    throw new UserError(`${name}: is gzipped; decompress it first, e.g. gzip -dc FILE | espalier ... -`);
  }
  const format = wanted ?? detect(path, bytes, name);
  return { path, name, format, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

export function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw fileError(error, path);
  }
}

async function readStdin(): Promise<Uint8Array> {
  if (stdinTaken) throw new UserError('standard input (-) can be read but once');
  stdinTaken = true;
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function detect(path: string, bytes: Uint8Array, name: string): Format {
  const extension = extname(path).toLowerCase();
  if (extension === '.csv' || extension === '.tsv') return 'csv';
  const [first, second, type = 0, axes = 0] = bytes;
  if (first === 0 && second === 0 && type >= 8 && type <= 14 && axes > 0) return 'idx';
  const head = bytes.subarray(0, 65536);
  if (head.includes(0)) throw new UserError(`${name}: expected sparse text, CSV or IDX, got some other binary file`);
  const line =
    /[^\r\n]+/.exec(
      Buffer.from(head)
        .toString('utf8')
        .replace(/^\ufeff?\s*/, ''),
    )?.[0] ?? '';
  if (/^[^,]*,\s*\d+\s*:/.test(line) || /^[\d?][\d? \t]*$/.test(line)) return 'sparse';
  if (/[,;\t]/.test(line)) return 'csv';
  throw new UserError(`${name}: expected sparse text (label,feature:value,...), CSV or IDX; name it with --format`);
}

/** UTF-8, strictly: a replaced character would be a wrong category. */
function decode({ bytes, name }: InputFile): string {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new UserError(`${name}: expected UTF-8, got UTF-16`);
  }
  // The longest string of V8.
  if (bytes.length > 0x1fffffe8)
    throw new UserError(`${name}: text files may have up to 512 MiB, got ${bytes.length} bytes`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UserError(`${name}: expected UTF-8, got other bytes`);
  }
}

function learnCsv(file: InputFile, options: DataOptions, labelled: boolean): { data: Dataset; csv: CsvSchema } {
  const text = decode(file);
  if (options.task === 'tasks')
    throw new UserError('--task tasks: CSV has classes or values; tasks come in sparse text');
  const target = options.target ?? (labelled ? -1 : null);
  const csv = learnCsvSchema(text, {
    target,
    ...(options.task ? { task: options.task as 'classes' | 'values' } : {}),
    ...(options.missing === undefined ? {} : { missing: options.missing }),
    ...(options.categorical ? { categorical: options.categorical } : {}),
    ...(options.ignore ? { ignore: options.ignore } : {}),
    ...(options.header === undefined ? {} : { header: options.header }),
    ...(extname(file.path).toLowerCase() === '.tsv' ? { delimiter: '\t' as const } : {}),
  });
  return { data: readCsv(text, csv), csv };
}

function readIdx({ path, name, bytes }: InputFile, given: string | undefined, labelled: boolean): Dataset {
  const labels = given ?? (labelled ? labelsBeside(path) : undefined);
  if (labels === undefined && labelled) throw new UserError(`${name}: IDX images need their labels: --labels FILE`);
  return labels === undefined ? idxDataset(bytes) : idxDataset(bytes, readBytes(labels));
}

/** MNIST's own names: train-images-idx3-ubyte has its labels in train-labels-idx1-ubyte. */
function labelsBeside(path: string): string | undefined {
  const labels = path.replace(/images([-.])idx3/, 'labels$1idx1');
  return labels !== path && existsSync(labels) ? labels : undefined;
}

function readNames(path: string): string[] {
  const text = Buffer.from(readBytes(path))
    .toString('utf8')
    .replace(/^\ufeff/, '');
  return text
    .trimEnd()
    .split(/\r?\n/)
    .map((name) => name.trim());
}

function renamed(data: Dataset, featureNames?: readonly string[], targetNames?: readonly string[]): Dataset {
  const { targets } = data;
  return new Dataset(
    data.features,
    targets && targetNames ? { ...targets, names: targetNames } : targets,
    featureNames ?? data.featureNames,
  );
}

/** An option that would change nothing is a mistake worth a word. */
function refuseStray(format: Format, options: DataOptions, name: string): void {
  const csvOnly = ['target', 'missing', 'categorical', 'ignore', 'header'] as const;
  for (const option of csvOnly) {
    if (format !== 'csv' && options[option] !== undefined) {
      throw new UserError(`--${option}: is for CSV, but ${name} is ${WORDS[format]}`);
    }
  }
  if (format !== 'sparse' && options.columns !== undefined) {
    throw new UserError(`--columns: is for sparse text, but ${name} is ${WORDS[format]}`);
  }
  if (format !== 'idx' && options.labels !== undefined) {
    throw new UserError(`--labels: is for IDX images, but ${name} is ${WORDS[format]}`);
  }
  if (format === 'csv' && (options.featureNames || options.targetNames)) {
    throw new UserError(`--feature-names, --target-names: ${name} is CSV, which has its own names`);
  }
}
