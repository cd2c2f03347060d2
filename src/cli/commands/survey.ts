import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { complete } from '../../check/complete.js';
import { saveSurvey } from '../../counts/survey/file.js';
import { Gatherer } from '../../counts/survey/gather.js';
import type { Survey } from '../../counts/survey/survey.js';
import { surveyTexts } from '../../counts/survey/survey-data.js';
import type { TextVectorizerOptions } from '../../data/documents/vectorizer-options.js';
import { TABLE } from '../../data/tables/options.js';
import { show } from '../../data/text/show.js';
import { inFile, UserError } from '../errors.js';
import { addFlags } from '../flags/add.js';
import { addDocumentOptions, type DocumentTexts } from '../flags/documents.js';
import { InputArgument, OutputOption } from '../flags/files.js';
import { readFlags } from '../flags/read.js';
import { type Reading, readReading } from '../flags/reading.js';
import { askedToLearn, COLUMN_FLAGS, rowFormat, VECTORIZER_FLAGS } from '../flags/texts.js';
import { interruptible } from '../interrupt.js';
import { addDataOptions, addJson, type DataOptions } from '../options.js';
import { duration, plural, print, printJson, rounded } from '../print/output.js';
import { say, tellWarnings } from '../print/told.js';
import { elseFormat, refuseStray } from '../read/data.js';
import { FORMAT_NAMES } from '../read/format.js';
import { readNames } from '../read/input-file.js';
import { openPart, type Part } from '../read/part.js';
import { openTextPart } from '../read/part-texts.js';
import { writeAtomically } from '../write/atomic.js';

interface SurveyCommandOptions extends Omit<DataOptions, 'format'>, DocumentTexts {
  text?: boolean;
  out: string;
  json?: boolean;
}

export function addSurvey(program: Command): void {
  const command = program
    .command('survey')
    .description(
      'A first pass over one part of some data: what its columns hold, for parts to be cut and counted as the whole would be.',
    )
    .addArgument(
      new InputArgument('<part>', 'sparse text, svmlight, CSV, IDX, or with --text documents; - for standard input'),
    )
    .option('--text', 'PART holds texts, which go by their words; a folder does')
    .addOption(new OutputOption('-o, --out <file>', 'write the survey').makeOptionMandatory());
  addDataOptions(command, true);
  const ofTexts = { heading: 'Texts:' };
  addDocumentOptions(command, { ...ofTexts, flags: COLUMN_FLAGS });
  addJson(addFlags(command, VECTORIZER_FLAGS, ofTexts))
    .addHelpText(
      'after',
      `
Surveys of all parts merge to one (espalier merge), by which each part is counted (espalier count PART --survey ALL). Parts of a CSV without a header, but one, take it from that one.

Examples:
  espalier survey part-1.csv --out part-1.survey
  espalier survey notes/ --language en --out notes.survey`,
    )
    .action(survey);
}

async function survey(path: string, options: SurveyCommandOptions): Promise<void> {
  const begun = performance.now();
  const isText = options.text || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const { part, found } = await interruptible((signal) =>
    isText ? surveyOfTexts(path, options, signal) : surveyOfRows(path, options, signal),
  );
  writeAtomically(options.out, await inFile(options.out, () => saveSurvey(found)));
  const seconds = (performance.now() - begun) / 1000;
  const { name, format, warnings, told } = part;
  const columns = columnsOf(found);
  const all = [...new Set([...warnings, ...inexactOf(found)])];
  if (options.json) {
    printJson({
      part: name,
      format,
      rows: found.rows,
      ...(columns === undefined ? {} : { columns }),
      ...(found.content.kind === 'texts' ? { words: found.content.census.words.size } : {}),
      warnings: all,
      seconds: rounded({ total: seconds }),
      files: [options.out],
    });
    return;
  }
  say(`read ${name}: ${told ?? toldOf(found, FORMAT_NAMES[format as keyof typeof FORMAT_NAMES])}`);
  tellWarnings({ name, warnings: all });
  const what =
    found.content.kind === 'texts'
      ? `${plural(found.rows, 'document')}, ${plural(found.content.census.words.size, 'word')}`
      : `${plural(found.rows, 'row')}, ${plural(columns!, 'column')}`;
  print(`${name}: ${what}, in ${duration(seconds)}`);
  print(`Wrote ${options.out}`);
}

function columnsOf({ content }: Survey): number | undefined {
  if (content.kind === 'texts') return undefined;
  return content.kind === 'sparse' ? content.census.columns : content.columns.length;
}

function toldOf({ content }: Survey, format: string): string {
  if (content.kind !== 'cells') return format;
  const { dialect, names } = content;
  return `${format}, delimiter ${show(dialect!.delimiter)}, header ${names ? 'yes' : 'no'}`;
}

/** A word on columns whose quantiles are near the truth alone. */
function inexactOf({ content }: Survey): string[] {
  if (!('columns' in content)) return [];
  return content.columns.flatMap(({ numbers }, c) =>
    numbers.isExact
      ? []
      : `column ${show(content.names?.[c] ?? `column${c}`)} has more than ${numbers.limit} different numbers: quantiles (--bins) hold to ${numbers.precision.toPrecision(2)} of a number, means exactly`,
  );
}

interface Surveyed {
  readonly part: Part;
  readonly found: Survey;
}

async function surveyOfTexts(path: string, options: SurveyCommandOptions, signal: AbortSignal): Promise<Surveyed> {
  const part = await openTextPart(path, askedToLearn(options));
  const { options: given } = await readFlags(VECTORIZER_FLAGS, { ...options });
  async function* texts(): AsyncGenerator<string> {
    for await (const batch of part.batches()) if (batch.kind === 'texts') yield* batch.texts;
  }
  const settings = { ...(given as TextVectorizerOptions), signal };
  const found = await inFile(part.name, () => surveyTexts(texts(), { part: idOf(path), ...settings }));
  return { part, found };
}

async function surveyOfRows(path: string, options: SurveyCommandOptions, signal: AbortSignal): Promise<Surveyed> {
  const { format: _, ...others } = options;
  const given: DataOptions = { ...others, ...rowFormat(options, 'is about texts; expected --text') };
  const reading = readReading(given);
  const { zeroBased, labels } = given;
  const how = tableHow(reading);
  const part = await openPart(path, {
    format: given.format,
    otherwise: elseFormat(given),
    columns: given.columns,
    zeroBased: zeroBased === 'auto' ? undefined : zeroBased,
    labels,
    cells: {
      header: reading.header,
      delimiter: reading.delimiter as ',' | undefined,
      decimal: reading.decimal as '.' | undefined,
      missingMarks: how.missingMarks,
      spelled: new Set(how.categorical),
    },
  });
  const { name, format } = part;
  if (format !== 'texts') refuseStray(format, given, name);
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

/** A part is the same wherever it lies. */
function idOf(path: string): string {
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
