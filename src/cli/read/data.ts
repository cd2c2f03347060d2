import { Dataset } from '../../data/dataset.js';
import { idxDataset } from '../../data/images/idx.js';
import { learnCsv } from '../../data/text/csv.js';
import { readCsv } from '../../data/text/csv-read.js';
import { parseSparseText } from '../../data/text/sparse-text.js';
import { inFile, UserError } from '../errors.js';
import { hold } from '../memory.js';
import type { DataOptions, Format } from '../options.js';
import { endingOf, FORMAT_NAMES } from './format.js';
import { loadImagesLike } from './images.js';
import { decode, type InputFile, readInput, readLabels, readNames } from './input-file.js';
import type { Loaded, Reference } from './loaded.js';
import { svmlightLike, svmlightToLearn } from './svmlight-file.js';

/** Reads a file to learn from. Without `labelled`, a CSV has no target unless one is named, which is then left out. */
export async function loadToLearn(path: string, options: DataOptions, labelled: boolean): Promise<Loaded> {
  const file = await readInput(path, options.format, options.maxMemory);
  refuseStray(file.format, options, file.name);
  const featureNames = options.featureNames ? readNames(options.featureNames) : undefined;
  const targetNames = options.targetNames ? readNames(options.targetNames) : undefined;
  const warnings: string[] = [];
  const loaded = await inFile(file.name, async (): Promise<Read> => {
    if (file.format === 'csv') return csvToLearn(file, options, labelled, warnings);
    if (file.format === 'idx') return readIdx(file, options, labelled);
    const read =
      file.format === 'svmlight'
        ? svmlightToLearn(decode(file, warnings), options)
        : sparseToLearn(decode(file, warnings), options);
    requireAllNamed(read.data, options, featureNames);
    return read;
  });
  // Not the file itself: its bytes are in the way once they are read.
  const { name, sha256 } = file;
  const data = await inFile(name, async () => {
    await hold(loaded.data);
    return renamed(loaded.data, featureNames, targetNames);
  });
  return { ...loaded, name, sha256, data, warnings: [...warnings, ...(loaded.warnings ?? [])] };
}

/** What a reader gives. */
type Read = Omit<Loaded, 'name' | 'sha256'>;

/** Reads a file by what was learned from the training file. `labelled`: its targets will be compared with. */
export async function loadLike(
  path: string,
  reference: Reference,
  options: Pick<DataOptions, 'format' | 'labels' | 'maxMemory'>,
  labelled: boolean,
): Promise<Loaded> {
  const { csv, svmlight, columns, target, image } = reference;
  if (image) return loadImagesLike(path, { image, target }, options, labelled);
  const file = await readInput(path, options.format, options.maxMemory);
  requireFormat(file, reference);
  const warnings: string[] = [];
  const read = await inFile(file.name, async (): Promise<Read> => {
    if (file.format === 'csv') return { data: readCsv(decode(file, warnings), csv!, limitOf(options)) };
    if (file.format === 'idx') return readIdx(file, options, labelled);
    if (file.format === 'svmlight')
      return svmlightLike(decode(file, warnings), { ...reference, svmlight: svmlight! }, labelled);
    const kind = target.kind === 'tasks' ? 'tasks' : 'classes';
    const classes = labelled && kind === 'classes' ? { classes: Math.max(2, target.outputs) } : {};
    return { data: parseSparseText(decode(file, warnings), { columns, targets: kind, ...classes }) };
  });
  const { data } = read;
  if (data.columns !== columns) {
    throw new UserError(`${file.name}: expected ${columns} columns like the training data, got ${data.columns}`);
  }
  await inFile(file.name, () => hold(data));
  return { ...read, name: file.name, sha256: file.sha256, warnings: [...warnings, ...(read.warnings ?? [])] };
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

function sparseToLearn(text: string, { task, columns }: DataOptions): Read {
  if (task === 'values') throw new UserError('--task values: sparse text has classes or tasks, not values');
  const data = parseSparseText(text, {
    ...(columns === undefined ? {} : { columns }),
    ...(task ? { targets: task } : {}),
  });
  return { data, taken: { format: 'sparse', rows: data.rows, delimiter: ',' } };
}

function csvToLearn(file: InputFile, options: DataOptions, labelled: boolean, warnings: string[]): Read {
  const text = decode(file, warnings);
  if (options.task === 'tasks')
    throw new UserError('--task tasks: CSV has classes or values; tasks come in sparse text');
  const target = options.target ?? (labelled ? -1 : null);
  const {
    data,
    schema,
    taken,
    warnings: own,
  } = learnCsv(text, {
    target,
    ...(options.task ? { task: options.task as 'classes' | 'values' } : {}),
    ...(options.missing === undefined ? {} : { missing: options.missing }),
    ...(options.categorical ? { categorical: options.categorical } : {}),
    ...(options.ignore ? { ignore: options.ignore } : {}),
    ...(options.header === undefined ? {} : { header: options.header }),
    ...(endingOf(file.path) === '.tsv' ? { delimiter: '\t' as const } : {}),
    ...limitOf(options),
  });
  return { data, csv: schema, taken, warnings: own };
}

async function readIdx(
  file: InputFile,
  options: Pick<DataOptions, 'labels' | 'maxMemory'>,
  labelled: boolean,
): Promise<Read> {
  const labels = await readLabels(file, options.labels, labelled);
  const data = idxDataset(file.bytes, labels?.bytes, limitOf(options));
  return { data, taken: { format: 'idx', rows: data.rows } };
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
    targets && targetNames ? { ...targets, names: targetNames } : targets,
    featureNames ?? data.featureNames,
  );
}

/** An option that would change nothing is a mistake worth a word. */
function refuseStray(format: Format, options: DataOptions, name: string): void {
  const csvOnly = ['target', 'missing', 'categorical', 'ignore', 'header'] as const;
  for (const option of csvOnly) {
    if (format !== 'csv' && options[option] !== undefined) {
      throw new UserError(`--${option}: is for CSV, but ${name} is ${FORMAT_NAMES[format]}`);
    }
  }
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
