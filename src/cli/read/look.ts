import { existsSync, statSync } from 'node:fs';
import { describeMatrix, summariseTargets } from '../../data/tables/describe-matrix.js';
import { type Inspection, inspectCsv } from '../../data/tables/inspect.js';
import { inFile } from '../errors.js';
import { READING_FLAGS, readReading } from '../flags/reading.js';
import type { DataOptions } from '../options.js';
import { csvOptions, learnFrom, saidFormat } from './data.js';
import { loadImagesToLearn } from './images.js';
import { decode, readInput } from './input-file.js';
import { labelsBeside } from './labels-beside.js';
import { type Loaded, plainTaken } from './loaded.js';
import { isNamedSet } from './named-data.js';

/** What a file holds, and what to call it. */
export interface Look extends Inspection {
  readonly name: string;
}

/** Looks at whatever can be learned from; of tables refuses no cell. */
export async function look(path: string, options: DataOptions): Promise<Look> {
  const reading = readReading(options);
  if (areImages(path)) return lookAtData((await loadImagesToLearn(path, options)).train);
  const file = await readInput(path, saidFormat(options), options.maxMemory);
  if (file.format !== 'csv') {
    const labelled = file.format !== 'idx' || (options.labels ?? labelsBeside(path)) !== undefined;
    return lookAtData(await learnFrom(file, options, reading, labelled));
  }
  const { name } = file;
  const isOption = (message: string) => READING_FLAGS.some(({ key }) => message.startsWith(`${key}:`));
  const warnings: string[] = [];
  const found = await inFile(name, () =>
    inspectCsv(decode(file, warnings), csvOptions(file, reading, options, false), isOption),
  );
  return { name, ...found, warnings: [...warnings, ...found.warnings] };
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
    ...(targets ? { target: summariseTargets(targets) } : {}),
    taken: taken ?? plainTaken('sparse', data),
    warnings,
    troubles: [],
  };
}
