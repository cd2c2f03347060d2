import { existsSync, statSync } from 'node:fs';
import type { ImageMatrix } from '../../data/matrix.js';
import { describeMatrix, summariseTargets } from '../../data/tables/describe-matrix.js';
import { type Inspection, inspectCsv } from '../../data/tables/inspect.js';
import { TableError } from '../../data/tables/troubles.js';
import type { CsvOptions } from '../../data/text/csv.js';
import { inFile } from '../errors.js';
import { READING_FLAGS, type Reading, readReading } from '../flags/reading.js';
import { inFlags } from '../flags/spoken.js';
import type { DataOptions } from '../options.js';
import { csvOptions, elseFormat, learnFrom } from './data.js';
import { learnTold } from './going-on.js';
import { loadImagesToLearn } from './images.js';
import { decode, readInput } from './input-file.js';
import { labelsBeside } from './labels-beside.js';
import { type Loaded, plainTaken } from './loaded.js';
import { isNamedSet } from './named-data.js';

/** What a file holds, and what to call it. */
export interface Look extends Inspection {
  readonly name: string;
  /** Of images. */
  readonly image?: { readonly channels: number; readonly height: number; readonly width: number };
}

/** Looks at whatever can be learned from; of tables refuses no cell. */
export async function look(path: string, options: DataOptions): Promise<Look> {
  const reading = readReading(options);
  if (areImages(path)) return lookAtData((await loadImagesToLearn(path, options)).train);
  const file = await readInput(path, options.format, options.maxMemory, elseFormat(options));
  if (file.format !== 'csv') {
    const labelled = file.format !== 'idx' || (options.labels ?? labelsBeside(path)) !== undefined;
    return lookAtData(await learnFrom(file, options, reading, labelled));
  }
  const { name } = file;
  const isOption = (message: string) => READING_FLAGS.some(({ key }) => message.startsWith(`${key}:`));
  const warnings: string[] = [];
  const text = await inFile(name, () => decode(file, warnings));
  const found = await inFile(name, () => inspectCsv(text, csvOptions(file, reading, options, false), isOption));
  const told = { ...found, ...(await inTraining(found, text, csvOptions(file, reading, options, true), reading)) };
  return {
    name,
    ...told,
    warnings: [...warnings, ...told.warnings.map(inFlags)],
    troubles: told.troubles.map(inFlags),
  };
}

/** What training would refuse of a table that cannot be learned from as it is, with a target, and what goes on. */
async function inTraining(
  { troubles }: Inspection,
  text: string,
  options: CsvOptions,
  { target }: Reading,
): Promise<Pick<Inspection, 'troubles' | 'suggestion'> | undefined> {
  if (troubles.length === 0) return undefined;
  try {
    await learnTold(text, options, target !== undefined);
  } catch (error) {
    if (error instanceof TableError) return { troubles: error.troubles, suggestion: error.suggestion };
  }
  return undefined;
}

function areImages(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isDirectory() === true || (isNamedSet(path) && !existsSync(path));
}

function lookAtData({ data, name, taken, warnings = [] }: Loaded): Look {
  const { features, targets, featureNames, rows } = data;
  return {
    name,
    rows,
    columns: describeMatrix(features, featureNames),
    ...(features.kind === 'images' ? { image: shapeOf(features) } : {}),
    ...(targets ? { target: summariseTargets(targets) } : {}),
    taken: taken ?? plainTaken('sparse', data),
    warnings,
    troubles: [],
  };
}

function shapeOf({ channels, height, width }: ImageMatrix): NonNullable<Look['image']> {
  return { channels, height, width };
}
