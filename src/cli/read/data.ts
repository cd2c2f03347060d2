import { statSync } from 'node:fs';
import { Dataset, type Targets } from '../../data/dataset.js';
import { idxDataset } from '../../data/images/idx.js';
import { targetsOf } from '../../data/labels.js';
import { type CsvOptions, readCsvAsync } from '../../data/text/csv.js';
import { show } from '../../data/text/show.js';
import { parseSparseTextAsync } from '../../data/text/sparse-text.js';
import { hold } from '../engine.js';
import { inFile, UserError } from '../errors.js';
import { type Reading, readReading, TABLE_FLAGS } from '../flags/reading.js';
import { inFlags } from '../flags/spoken.js';
import { askedLike, type FurtherOptions, rowFormat } from '../flags/texts.js';
import type { DataOptions, Format } from '../options.js';
import { endingOf, FORMAT_NAMES } from './format.js';
import { learnTold } from './going-on.js';
import { loadImagesLike } from './images.js';
import { decode, type InputFile, readInput, readLabels, readNames } from './input-file.js';
import { type Loaded, plainTaken, type Reference } from './loaded.js';
import { svmlightLike, svmlightToLearn } from './svmlight-file.js';
import { loadTextsLike } from './texts.js';

/** Reads a file to learn from. Without `labelled`, a CSV has no target unless one is named, which is then left out. */
export async function loadToLearn(path: string, options: DataOptions, labelled: boolean): Promise<Loaded> {
  const reading = readReading(options);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new UserError(
      `${path}: is a folder, expected a file of rows; images by class are for train --method gaternet, texts for topics and train --text`,
    );
  return learnFrom(
    await readInput(path, options.format, options.maxMemory, elseFormat(options)),
    options,
    reading,
    labelled,
  );
}

/** What a file is whose text does not tell: whoever speaks of cells has a table. */
export function elseFormat(options: DataOptions): Format | undefined {
  return TABLE_FLAGS.some(({ key }) => key in options) ? 'csv' : undefined;
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
  const warnings: string[] = [];
  const loaded = await inFile(file.name, async (): Promise<Read> => {
    if (file.format === 'csv') {
      const chosen = !labelled || reading.target !== undefined;
      return await csvToLearn(decode(file, warnings), csvOptions(file, reading, options, labelled), chosen);
    }
    if (file.format === 'idx') return readIdx(file, options, labelled);
    const text = decode(file, warnings);
    const read =
      file.format === 'svmlight'
        ? await svmlightToLearn(text, reading.task, options)
        : await sparseToLearn(text, reading.task, options);
    requireAllNamed(read.data, options, featureNames);
    return read;
  });
  // Not the file itself: its bytes are in the way once they are read.
  const { name, sha256 } = file;
  const data = await inFile(name, async () => {
    await hold(loaded.data);
    return renamed(loaded.data, featureNames, targetNames);
  });
  return { ...loaded, name, sha256, data, warnings: [...warnings, ...(loaded.warnings ?? []).map(inFlags)] };
}

/** What a reader gives. */
type Read = Omit<Loaded, 'name' | 'sha256'>;

type LikeOptions = Pick<DataOptions, 'format' | 'labels' | 'maxMemory'>;

/** Reads a file by what was learned from the training file. `labelled`: its targets will be compared with. */
export async function loadLike(
  path: string,
  reference: Reference,
  given: FurtherOptions,
  labelled: boolean,
): Promise<Loaded> {
  const { csv, svmlight, columns, target, image, shrink, texts } = reference;
  if (texts) {
    return loadTextsLike(path, { texts, target }, askedLike(given), labelled);
  }
  const options = {
    ...given,
    ...rowFormat(given, 'is for nets that read texts, trained by train --text'),
  } as LikeOptions;
  if (image) return loadImagesLike(path, { image, shrink, target }, options, labelled);
  const file = await readInput(path, options.format, options.maxMemory);
  requireFormat(file, reference);
  const warnings: string[] = [];
  const read = await inFile(file.name, async (): Promise<Read> => {
    if (file.format === 'csv') {
      const reading = { targets: labelled ? 'compare' : 'ignore', ...limitOf(options) } as const;
      return { data: await readCsvAsync(decode(file, warnings), csv!, reading) };
    }
    if (file.format === 'idx') return readIdx(file, options, labelled, target.names);
    if (file.format === 'svmlight')
      return svmlightLike(decode(file, warnings), { ...reference, svmlight: svmlight! }, labelled);
    const kind = target.kind === 'tasks' ? 'tasks' : 'classes';
    const sparse = { columns, targets: kind, ...(labelled ? classesOf(target) : {}) } as const;
    return { data: await parseSparseTextAsync(decode(file, warnings), sparse) };
  });
  const { data } = read;
  if (labelled && csv?.target && !data.targets)
    throw new UserError(`${file.name}: expected the column ${show(csv.target.name)} to compare with, got none`);
  if (data.columns !== columns) {
    throw new UserError(`${file.name}: expected ${columns} columns like the training data, got ${data.columns}`);
  }
  await inFile(file.name, () => hold(data));
  return {
    ...read,
    name: file.name,
    sha256: file.sha256,
    warnings: [...warnings, ...(read.warnings ?? []).map(inFlags)],
  };
}

/** Texts of one format number their columns in one way. */
function requireFormat({ name, format }: InputFile, { csv, svmlight }: Reference): void {
  for (const [trained, wanted] of [
    [csv, 'csv'],
    [svmlight, 'svmlight'],
  ] as const) {
    const label = FORMAT_NAMES[wanted];
    if (trained && format !== wanted)
      throw new UserError(`${name}: expected ${label} like the training data, got ${FORMAT_NAMES[format]}`);
    if (!trained && format === wanted)
      throw new UserError(`${name}: got ${label}, but the training data were not; expected the same format`);
  }
}

async function sparseToLearn(text: string, task: Reading['task'], { columns }: DataOptions): Promise<Read> {
  if (task === 'values') throw new UserError('--task values: sparse text has classes or tasks, not values');
  const data = await parseSparseTextAsync(text, {
    ...(columns === undefined ? {} : { columns }),
    ...(task ? { targets: task } : {}),
  });
  return { data, taken: plainTaken('sparse', data) };
}

/** How a CSV is learned. Without `labelled` it has no target unless one is named. */
export function csvOptions(
  { path }: Pick<InputFile, 'path'>,
  { task, ...reading }: Reading,
  options: DataOptions,
  labelled: boolean,
): CsvOptions {
  if (task === 'tasks') throw new UserError('--task tasks: CSV has classes or values; tasks come in sparse text');
  return {
    ...(endingOf(path) === '.tsv' ? { delimiter: '\t' as const } : {}),
    ...reading,
    target: reading.target ?? (labelled ? -1 : null),
    ...(task ? { task } : {}),
    ...limitOf(options),
  };
}

async function csvToLearn(text: string, options: CsvOptions, chosen: boolean): Promise<Read> {
  const { schema, ...learned } = await learnTold(text, options, chosen);
  return { ...learned, csv: schema };
}

async function readIdx(
  file: InputFile,
  options: Pick<DataOptions, 'labels' | 'maxMemory'>,
  labelled: boolean,
  classNames?: readonly string[],
): Promise<Read> {
  const labels = await readLabels(file, options.labels, labelled);
  const data = idxDataset(file.bytes, labels?.bytes, {
    ...limitOf(options),
    ...(labels && classNames ? { classNames } : {}),
  });
  return { data, taken: plainTaken('idx', data) };
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
export function refuseStray(format: Format, options: DataOptions, name: string): void {
  for (const { name: flag, key } of TABLE_FLAGS) {
    if (format !== 'csv' && key in options) {
      throw new UserError(`--${flag}: is for CSV, but ${name} is ${FORMAT_NAMES[format]}`);
    }
  }
  if (options.shrink !== undefined)
    throw new UserError(`--shrink: is for images that --method gaternet takes, but ${name} is read as rows of numbers`);
  if (format !== 'sparse' && format !== 'svmlight' && options.columns !== undefined) {
    throw new UserError(`--columns: is for sparse text and svmlight, but ${name} is ${FORMAT_NAMES[format]}`);
  }
  if (format !== 'svmlight' && options.zeroBased !== undefined) {
    throw new UserError(`--zero-based: is for svmlight, but ${name} is ${FORMAT_NAMES[format]}`);
  }
  if (format !== 'idx' && options.labels !== undefined) {
    throw new UserError(`--labels: is for IDX images, but ${name} is ${FORMAT_NAMES[format]}`);
  }
  if (format === 'csv' && (options.featureNames || options.targetNames)) {
    throw new UserError(`--feature-names, --target-names: ${name} is CSV, which has its own names`);
  }
}
