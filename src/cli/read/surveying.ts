import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { complete } from '../../check/complete.js';
import { Gatherer } from '../../counts/survey/gather.js';
import type { Survey } from '../../counts/survey/survey.js';
import { surveyTexts } from '../../counts/survey/survey-data.js';
import type { TextVectorizerOptions } from '../../data/documents/vectorizer-options.js';
import { TABLE } from '../../data/tables/options.js';
import { inFile, UserError } from '../errors.js';
import type { DocumentTexts } from '../flags/documents.js';
import { readFlags } from '../flags/read.js';
import { type Reading, readReading } from '../flags/reading.js';
import { askedToLearn, rowFormat, VECTORIZER_FLAGS } from '../flags/texts.js';
import type { DataOptions } from '../options.js';
import { elseFormat, refuseStray } from './data.js';
import { readNames } from './input-file.js';
import { openPart, type Part, type PartOptions } from './part.js';
import { openTextPart } from './part-texts.js';

/** How a part is read that no survey tells of. */
export interface SurveyAsked extends Omit<DataOptions, 'format'>, DocumentTexts {
  readonly text?: boolean;
}

export interface Surveyed {
  readonly part: Part;
  readonly found: Survey;
}

/** The first pass over a part: of texts, which a folder has, their words, else what columns hold. */
export function surveyOf(path: string, options: SurveyAsked, signal: AbortSignal): Promise<Surveyed> {
  return holdsTexts(path, options) ? surveyOfTexts(path, options, signal) : surveyOfRows(path, options, signal);
}

export function holdsTexts(path: string, { text }: SurveyAsked): boolean {
  return text || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

async function surveyOfTexts(path: string, options: SurveyAsked, signal: AbortSignal): Promise<Surveyed> {
  const part = await openTextPart(path, askedToLearn(options));
  const { options: given } = await readFlags(VECTORIZER_FLAGS, { ...options });
  async function* texts(): AsyncGenerator<string> {
    for await (const batch of part.batches()) if (batch.kind === 'texts') yield* batch.texts;
  }
  const settings = { ...(given as TextVectorizerOptions), signal };
  const found = await inFile(part.name, () => surveyTexts(texts(), { part: idOf(path), ...settings }));
  return { part, found };
}

async function surveyOfRows(path: string, options: SurveyAsked, signal: AbortSignal): Promise<Surveyed> {
  const { format: _, ...others } = options;
  const given: DataOptions = { ...others, ...rowFormat(options, 'is about texts; expected --text') };
  const how = tableHow(readReading(given));
  const part = await openRows(path, options);
  const { name, format } = part;
  const names = given.featureNames === undefined ? undefined : readNames(given.featureNames);
  const gatherer = new Gatherer(
    format === 'csv' ? how : format === 'idx' ? {} : sparseHow(format, given, names?.length),
    names,
  );
  for await (const batch of part.batches()) {
    signal.throwIfAborted();
    if (batch.kind === 'cells') refuseNameless(batch.source.names, how.categorical, name);
    if (batch.kind !== 'texts') gatherer.add(batch);
  }
  const found = await inFile(name, () => gatherer.end({ name: idOf(path), sha256: part.sha256 }));
  return { part, found };
}

/** Opens a part of rows by what was asked alone. */
export async function openRows(path: string, options: SurveyAsked): Promise<Part> {
  const { format: _, ...others } = options as SurveyAsked & { format?: unknown };
  const given: DataOptions = { ...others, ...rowFormat(options, 'is about texts; expected --text') };
  const reading = readReading(given);
  const { missingMarks, categorical } = tableHow(reading);
  const { zeroBased, labels, format, columns } = given;
  const cells: PartOptions['cells'] = {
    header: reading.header,
    delimiter: reading.delimiter as ',' | undefined,
    decimal: reading.decimal as '.' | undefined,
    missingMarks,
    spelled: new Set(categorical),
  };
  const part = await openPart(path, {
    format,
    otherwise: elseFormat(given),
    columns,
    zeroBased: zeroBased === 'auto' ? undefined : zeroBased,
    labels,
    cells,
  });
  if (part.format !== 'texts') refuseStray(part.format, given, part.name);
  return part;
}

/** A part is the same wherever it lies. */
export function idOf(path: string): string {
  return path === '-' ? 'standard input' : basename(path);
}

/** Cells that count as they are spelled are read so, and a part that has no header does not tell which. */
function refuseNameless(names: readonly string[] | undefined, spelled: readonly string[], part: string): void {
  const other = names ? undefined : spelled.find((name) => !/^column\d+$/.test(name));
  if (other !== undefined)
    throw new UserError(`--categorical ${other}: ${part} has no header that names it; expected column0, column1, ...`);
}

/** How a table becomes features, completed, as all parts must have it. */
function tableHow({ target = null, task, ...reading }: Reading) {
  if (task === 'tasks') throw new UserError('--task tasks: CSV has classes or values; tasks come in sparse text');
  const { header: _h, delimiter: _d, decimal: _m, ...given } = reading;
  const { maxMemory: _, ...how } = complete(TABLE, { ...given, target, ...(task ? { task } : {}) }, 'survey');
  return how;
}

function sparseHow(format: Part['format'], { columns, zeroBased }: DataOptions, names: number | undefined) {
  return {
    format,
    columns: columns ?? names ?? null,
    zeroBased: format === 'svmlight' ? (zeroBased ?? 'auto') : true,
  };
}
