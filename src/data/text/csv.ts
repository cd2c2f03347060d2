import { complete } from '../../check/complete.js';
import type { Completed, Options, OptionsOf } from '../../check/option.js';
import { atOnce, type Steps } from '../../runtime/steps.js';
import { Dataset } from '../dataset.js';
import { PACED, type PacedOptions, readInTurns } from '../paced.js';
import { applySteps } from '../tables/apply.js';
import { candidateTargets } from '../tables/candidates.js';
import { dateOrder } from '../tables/dates.js';
import { spelledIn } from '../tables/from-records.js';
import { type Learned, learnSteps } from '../tables/learn.js';
import type { LearnedTable } from '../tables/learn-records.js';
import { READ_TABLE, type ReadSettings, TABLE } from '../tables/options.js';
import { MISSING, type RawColumn, type RawTable } from '../tables/raw.js';
import { requireSchema, type TableSchema } from '../tables/schema.js';
import { type Source, sourceOfRaw } from '../tables/source.js';
import { takenOf } from '../tables/taken.js';
import { Troubles } from '../tables/troubles.js';
import { dialectLike } from './dialect-like.js';
import { rawSteps } from './read-raw.js';
import { plainLines } from './records.js';
import { requireText } from './require-text.js';

/** Options of learnCsv and learnCsvSchema. */
export const CSV = {
  ...TABLE,
  header: {
    kind: 'other',
    is: isHeader,
    expected: "true, false or 'auto'",
    text: 'auto, yes or no',
    spellings: { yes: true, no: false },
    default: 'auto',
    doc: 'Whether the first row is a header; auto: one that differs from the rows below it is.',
  },
  delimiter: {
    kind: 'choice',
    of: [',', ';', '\t', '|', ' '],
    spellings: { comma: ',', semicolon: ';', tab: '\t', pipe: '|', blank: ' ' },
    defaultDoc: 'the one that parts most rows alike',
    doc: 'What stands between cells; a blank stands for runs of them.',
  },
  decimal: {
    kind: 'choice',
    of: ['.', ','],
    spellings: { point: '.', comma: ',' },
    defaultDoc: 'the one by which most cells are numbers',
    doc: 'The decimal mark.',
  },
} as const satisfies Options;

/** Options of learnCsvAsync. */
export const CSV_ASYNC = { ...CSV, ...PACED } as const satisfies Options;

/** Options of readCsvAsync. */
export const READ_CSV_ASYNC = { ...READ_TABLE, ...PACED } as const satisfies Options;

export type CsvOptions = OptionsOf<typeof CSV>;
type CsvSettings = Completed<typeof CSV>;

function isHeader(value: unknown): value is boolean | 'auto' {
  return typeof value === 'boolean' || value === 'auto';
}

/**
 * Learns from a training text how its columns become features: numbers as they are, dates as days since 1970-01-01, categories as one feature each, named
 * `column=category`, 1 for the row's category and 0 else. Categories are sorted, by value where all are numbers. Of two
 * categories only the second gets a feature: the first's would be its complement, and structure would find nothing else. Names of rows, as pandas and R write them, are left out.
 *
 * @throws TypeError, RangeError for options that do not fit the text; TableError for all that is wrong with the table: rows of
 * different lengths, missing cells, the odd word in a column of numbers, texts that tell rows apart (unless under `categorical`) and dates of unknown order;
 * RangeError for categories that would make a table beyond maxMemory
 */
export function learnCsvSchema(text: string, options: CsvOptions): TableSchema {
  const settings = complete(CSV, options, 'learnCsvSchema');
  requireText(text);
  return atOnce(learnText(text, settings)).schema;
}

/** learnCsvSchema, and what readCsv makes of the same text, which is taken apart but once. */
export function learnCsv(text: string, options: CsvOptions): LearnedTable {
  const settings = complete(CSV, options, 'learnCsv');
  requireText(text);
  return atOnce(learning(text, settings));
}

/**
 * learnCsv that yields to the event loop, so that a page stays alive: the same rows and refusals.
 * @throws also the signal's reason, and what onProgress throws
 */
export async function learnCsvAsync(text: string, options: CsvOptions & PacedOptions): Promise<LearnedTable> {
  const settings = complete(CSV_ASYNC, options, 'learnCsvAsync');
  requireText(text);
  return readInTurns(learning(text, settings), text.length, settings);
}

function* learning(text: string, settings: CsvSettings): Steps<LearnedTable> {
  const { schema, warnings, source } = yield* learnText(text, settings);
  const reading = { targets: 'compare', maxMemory: settings.maxMemory } as const;
  const applied = yield* applySteps(source, schema, reading, new Troubles());
  const { features, targets, featureNames, table, missing } = applied;
  return {
    schema,
    data: new Dataset(features, targets, featureNames, schema),
    table,
    taken: takenOf('csv', table.rows, schema, { cells: missing, how: String(settings.missing) }),
    warnings,
  };
}

/** Names of the columns of a text that could be its target, in their order. */
export async function csvTargets(text: string, options: CsvOptions): Promise<string[]> {
  const settings = complete(CSV, options, 'csvTargets');
  requireText(text);
  const { raw } = await readInTurns(rawOf(text, settings), text.length, {});
  return candidateTargets(sourceOfRaw(raw, new Troubles()), settings);
}

function* learnText(text: string, settings: CsvSettings): Steps<Learned & { source: Source }> {
  const { raw, missingMarks } = yield* rawOf(text, settings);
  const troubles = new Troubles();
  const source = sourceOfRaw(raw, troubles);
  const { schema, warnings } = yield* learnSteps(source, { ...settings, missingMarks }, troubles);
  return { schema, source, warnings: [...raw.warnings, ...warnings] };
}

/** The cells of a text that is learned from, with the marks of what is missing; texts of dates are kept. */
export function* rawOf(text: string, settings: CsvSettings): Steps<{ raw: RawTable; missingMarks: readonly string[] }> {
  const { header, delimiter, decimal, categorical, missingMarks } = settings;
  const how = { header, delimiter, decimal, asText: among(new Set(categorical)), keepTexts: areDates };
  const raw = yield* rawSteps(text, { ...how, missingMarks });
  if (String(missingMarks) !== String(CSV.missingMarks.default) || !raw.columns.some(isOfPluses))
    return { raw, missingMarks };
  const marks = missingMarks.filter((mark) => mark !== '-');
  return { raw: yield* rawSteps(text, { ...how, missingMarks: marks }), missingMarks: marks };
}

/**
 * A dense dataset from a CSV text, by a schema learned on the training text. With a header, columns are found by name, in
 * any order; without, by place. Delimiter and decimal mark are the text's own where the schema's do not fit it. The target column may be absent, then the dataset has no targets; so may ignored ones.
 *
 * @throws TypeError, RangeError for what learning cannot have made; TableError for all cells that the schema cannot take, by line and column, and for all columns that are absent or
 * not in the schema; RangeError for a table beyond maxMemory
 */
export function readCsv(text: string, schema: TableSchema, options: OptionsOf<typeof READ_TABLE> = {}): Dataset {
  const settings = complete(READ_TABLE, options, 'readCsv');
  requireSchema(schema);
  requireText(text);
  return atOnce(reading(text, schema, settings));
}

/**
 * readCsv that yields to the event loop, so that a page stays alive: the same rows and refusals.
 * @throws also the signal's reason, and what onProgress throws
 */
export async function readCsvAsync(
  text: string,
  schema: TableSchema,
  options: OptionsOf<typeof READ_CSV_ASYNC> = {},
): Promise<Dataset> {
  const settings = complete(READ_CSV_ASYNC, options, 'readCsvAsync');
  requireSchema(schema);
  requireText(text);
  return readInTurns(reading(text, schema, settings), text.length, settings);
}

function* reading(text: string, schema: TableSchema, settings: ReadSettings): Steps<Dataset> {
  const lines = yield* plainLines(text);
  const { told, ...dialect } = yield* dialectLike(lines, schema);
  const raw = yield* rawSteps(lines, {
    ...dialect,
    missingMarks: schema.missingMarks,
    asText: among(spelledIn(schema)),
    keepTexts: areDates,
  });
  const troubles = new Troubles();
  if (told !== undefined) troubles.add(told);
  const source = sourceOfRaw(raw, troubles);
  const { features, targets, featureNames } = yield* applySteps(source, schema, settings, troubles);
  return new Dataset(features, targets, featureNames, schema);
}

/** Whether a column is one of these; without a name of its own it has that of its place. */
function among(names: ReadonlySet<string>): (name: string | undefined, place: number) => boolean {
  return (name, place) => names.has(name || `column${place}`);
}

/** Plus signs and cells that are missing, which a minus is taken for: it is the other category. */
function isOfPluses({ texts, ids, numbers }: RawColumn): boolean {
  return texts?.length === 1 && texts[0] === '+' && ids!.includes(MISSING) && numbers.every(Number.isNaN);
}

function areDates(texts: readonly string[]): boolean {
  return dateOrder(texts) !== undefined;
}
