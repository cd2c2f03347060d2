import { extname } from 'node:path';
import { Dataset, type Targets } from '../../data/dataset.js';
import { idxDataset } from '../../data/images/idx.js';
import { targetsOf } from '../../data/labels.js';
import type { Taken } from '../../data/tables/taken.js';
import { type CsvOptions, learnCsv, readCsv } from '../../data/text/csv.js';
import { parseSparseText } from '../../data/text/sparse-text.js';
import { inFile, UserError } from '../errors.js';
import { type Reading, readReading, TABLE_FLAGS } from '../flags/reading.js';
import { hold } from '../memory.js';
import type { DataOptions, Format } from '../options.js';
import { loadImagesLike } from './images.js';
import { decode, FORMAT_NAMES, type InputFile, readInput, readLabels, readNames } from './input-file.js';
import { type Loaded, plainTaken, type Reference } from './loaded.js';

/** Reads a file to learn from. Without `labelled`, a CSV has no target unless one is named, which is then left out. */
export async function loadToLearn(path: string, options: DataOptions, labelled: boolean): Promise<Loaded> {
  const reading = readReading(options);
  return learnFrom(await readInput(path, options.format), options, reading, labelled);
}

/** loadToLearn of a file that has been read. */
export async function learnFrom(
  file: InputFile,
  options: DataOptions,
  reading: Reading,
  labelled: boolean,
): Promise<Loaded> {
  refuseStray(file.format, options, file.name);
  const featureNames = options.featureNames ? readNames(options.featureNames) : undefined;
  const targetNames = options.targetNames ? readNames(options.targetNames) : undefined;
  const loaded = await inFile(file.name, (): Omit<Loaded, 'name' | 'sha256'> => {
    if (file.format === 'csv') return csvToLearn(file, csvOptions(file, reading, options, labelled));
    if (file.format === 'idx') return plain('idx', readIdx(file, options, labelled));
    if (reading.task === 'values') throw new UserError('--task values: sparse text has classes or tasks, not values');
    const data = parseSparseText(decode(file), {
      ...(options.columns === undefined ? {} : { columns: options.columns }),
      ...(reading.task ? { targets: reading.task } : {}),
    });
    requireAllNamed(data, options, featureNames);
    return plain('sparse', data);
  });
  // Not the file itself: its bytes are in the way once they are read.
  const { name, sha256 } = file;
  const data = await inFile(name, async () => {
    await hold(loaded.data);
    return renamed(loaded.data, featureNames, targetNames);
  });
  return { ...loaded, name, sha256, data };
}

/** Reads a file by what was learned from the training file. `labelled`: its targets will be compared with. */
export async function loadLike(
  path: string,
  reference: Reference,
  options: Pick<DataOptions, 'format' | 'labels' | 'maxMemory'>,
  labelled: boolean,
): Promise<Loaded> {
  const { csv, columns, target, image } = reference;
  if (image) return loadImagesLike(path, { image, target }, options, labelled);
  const file = await readInput(path, options.format);
  if (csv && file.format !== 'csv')
    throw new UserError(`${file.name}: expected CSV like the training data, got ${FORMAT_NAMES[file.format]}`);
  if (!csv && file.format === 'csv') {
    throw new UserError(`${file.name}: got CSV, but the training data were not; expected the same format`);
  }
  const data = await inFile(file.name, () => {
    if (file.format === 'csv')
      return readCsv(decode(file), csv!, { targets: labelled ? 'compare' : 'ignore', ...limitOf(options) });
    if (file.format === 'idx') return readIdx(file, options, labelled, target.names);
    const kind = target.kind === 'tasks' ? 'tasks' : 'classes';
    return parseSparseText(decode(file), { columns, targets: kind, ...(labelled ? classesOf(target) : {}) });
  });
  if (data.columns !== columns) {
    throw new UserError(`${file.name}: expected ${columns} columns like the training data, got ${data.columns}`);
  }
  await inFile(file.name, () => hold(data));
  return { name: file.name, sha256: file.sha256, data };
}

/** How a CSV is learned. Without `labelled` it has no target unless one is named. */
export function csvOptions(
  { path }: InputFile,
  { task, ...reading }: Reading,
  options: DataOptions,
  labelled: boolean,
): CsvOptions {
  if (task === 'tasks') throw new UserError('--task tasks: CSV has classes or values; tasks come in sparse text');
  return {
    ...(extname(path).toLowerCase() === '.tsv' ? { delimiter: '\t' as const } : {}),
    ...reading,
    target: reading.target ?? (labelled ? -1 : null),
    ...(task ? { task } : {}),
    ...limitOf(options),
  };
}

function csvToLearn(file: InputFile, options: CsvOptions): Omit<Loaded, 'name' | 'sha256'> {
  const { schema, ...learned } = learnCsv(decode(file), options);
  return { ...learned, csv: schema };
}

function plain(format: Taken['format'], data: Dataset): Omit<Loaded, 'name' | 'sha256'> {
  return { data, taken: plainTaken(format, data), warnings: [] };
}

function readIdx(
  file: InputFile,
  options: Pick<DataOptions, 'labels' | 'maxMemory'>,
  labelled: boolean,
  classNames?: readonly string[],
): Dataset {
  const labels = readLabels(file, options.labels, labelled);
  return idxDataset(file.bytes, labels?.bytes, {
    ...limitOf(options),
    ...(labels && classNames ? { classNames } : {}),
  });
}

/** How labels that are numbers are to be read for them to mean what they meant in training. */
function classesOf({ kind, names, outputs }: Reference['target']): {
  classes?: number;
  classNames?: readonly string[];
} {
  if (kind !== 'classes') return {};
  return names ? { classNames: names } : { classes: Math.max(2, outputs) };
}

/** Of a reader; its own default where none is given. */
function limitOf({ maxMemory }: Pick<DataOptions, 'maxMemory'>): { maxMemory?: number } {
  return maxMemory === undefined ? {} : { maxMemory };
}

/** Names beyond the highest feature may be of words that these rows lack, or of another file: whoever gives them has to say. */
function requireAllNamed(data: Dataset, { columns, featureNames: file }: DataOptions, names?: readonly string[]): void {
  if (!names || columns !== undefined || names.length <= data.columns) return;
  const [given, found] = [names.length, data.columns];
  throw new UserError(
    `--feature-names ${file}: expected ${found} names, one for each feature up to the highest, got ${given}; if there are ${given} features, say --columns ${given}`,
  );
}

function renamed(data: Dataset, featureNames?: readonly string[], targetNames?: readonly string[]): Dataset {
  if (!featureNames && !targetNames) return data;
  const { targets } = data;
  return new Dataset(
    data.features,
    targets && targetNames ? namedTargets(targets, targetNames) : targets,
    featureNames ?? data.featureNames,
  );
}

/** Names by the labels themselves, also where these were taken for classes by value. */
function namedTargets(targets: Targets, classNames: readonly string[]): Targets {
  if (targets.kind !== 'classes' || !targets.names) return { ...targets, names: classNames };
  return targetsOf({ labels: Array.from(targets.values, (id) => Number(targets.names![id])), classNames })!;
}

/** An option that would change nothing is a mistake worth a word. */
function refuseStray(format: Format, options: DataOptions, name: string): void {
  for (const { name: flag, key } of TABLE_FLAGS) {
    if (format !== 'csv' && key in options) {
      throw new UserError(`--${flag}: is for CSV, but ${name} is ${FORMAT_NAMES[format]}`);
    }
  }
  if (format !== 'sparse' && options.columns !== undefined) {
    throw new UserError(`--columns: is for sparse text, but ${name} is ${FORMAT_NAMES[format]}`);
  }
  if (format !== 'idx' && options.labels !== undefined) {
    throw new UserError(`--labels: is for IDX images, but ${name} is ${FORMAT_NAMES[format]}`);
  }
  if (format === 'csv' && (options.featureNames || options.targetNames)) {
    throw new UserError(`--feature-names, --target-names: ${name} is CSV, which has its own names`);
  }
}
