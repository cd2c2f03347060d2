import type { Completed } from '../../check/option.js';
import { type COUNTING, Counting, cutFor, isPlain } from '../../counts/count.js';
import { loadSurvey } from '../../counts/survey/file.js';
import type { Survey } from '../../counts/survey/survey.js';
import type { Batch } from '../../data/batch.js';
import { defaultEngine } from '../../runtime/engine.js';
import { Pace } from '../../runtime/pace.js';
import type { Counts } from '../../structure/counts/counts.js';
import type { DiscretiseOptions } from '../../structure/variables.js';
import { inFile, UserError } from '../errors.js';
import { readDocumentTexts } from '../flags/documents.js';
import { READING_FLAGS } from '../flags/reading.js';
import { MOST_BYTES, readSource } from './bytes.js';
import { readNames } from './input-file.js';
import { openPart, type Part } from './part.js';
import { partLike } from './part-like.js';
import { openTextPart } from './part-texts.js';
import { holdsTexts, idOf, openRows, type SurveyAsked, surveyOf } from './surveying.js';

/** How a part is counted. */
export interface CountAsked extends SurveyAsked {
  readonly survey?: string;
  /** What tells the part from others. */
  readonly part?: string;
}

export type CountSettings = Completed<typeof COUNTING> & { readonly cuts: DiscretiseOptions };

export interface CountedRows {
  readonly part: Part;
  readonly counts: Counts;
}

/** Counts a part, batch by batch: by a survey of all, or where none is needed or given, by what it says itself. */
export async function countPart(
  path: string,
  asked: CountAsked,
  settings: CountSettings,
  hear: (rows: number) => void,
  signal: AbortSignal,
): Promise<CountedRows> {
  const { part, known, ofAll } = await opened(path, asked, settings.cuts, signal);
  const pace = new Pace(signal);
  const cut = await cutFor(known, settings.cuts, settings.minSupport, ofAll);
  const counting = new Counting(await defaultEngine(), cut, settings);
  let rows = 0;
  for await (const batch of part.batches()) {
    await inFile(part.name, () => counting.add(batch, pace));
    rows += rowsOf(batch);
    hear(rows);
  }
  const id = asked.part ?? part.sha256;
  const counts = await inFile(part.name, () => counting.end({ id, name: idOf(path) }, pace));
  return { part, counts };
}

function rowsOf(batch: Batch): number {
  if (batch.kind === 'texts') return batch.texts.length;
  return batch.kind === 'cells' ? batch.source.rows : batch.kind === 'table' ? batch.table.rows : batch.features.rows;
}

/** A part to count, and what it is cut by. */
async function opened(path: string, asked: CountAsked, cuts: DiscretiseOptions, signal: AbortSignal) {
  if (asked.survey !== undefined) {
    const known = await surveyIn(asked.survey);
    return { part: await openLike(path, known, asked), known, ofAll: true };
  }
  if (!holdsTexts(path, asked) && isPlain(cuts)) {
    const part = await openRows(path, asked);
    if (part.format === 'svmlight' && typeof asked.zeroBased !== 'boolean')
      throw new UserError(
        `${part.name}: a part of svmlight may not tell whether indices count from 0: expected --zero-based yes or no, or --survey`,
      );
    if (part.format === 'sparse' || part.format === 'svmlight') {
      const { featureNames } = asked;
      return { part, known: featureNames === undefined ? undefined : readNames(featureNames), ofAll: false };
    }
  }
  if (path === '-')
    throw new UserError(
      'standard input (-) can be read but once, and cuts that depend on it need a first pass: expected --survey',
    );
  const { found } = await surveyOf(path, asked, signal);
  return { part: await openLike(path, found, asked), known: found, ofAll: false };
}

async function surveyIn(path: string): Promise<Survey> {
  return inFile(path, async () => loadSurvey(await readSource(path, () => MOST_BYTES)));
}

/** Opens a part by a survey, which says all that flags of reading could. */
async function openLike(path: string, survey: Survey, asked: CountAsked): Promise<Part> {
  const given = asked as Record<string, unknown>;
  if (asked.survey !== undefined) {
    const stray = [...READING_FLAGS, ...SURVEYED].find(({ key }) => given[key] !== undefined);
    if (stray) throw new UserError(`--${stray.name}: is told by the survey; expected it of espalier survey alone`);
  }
  if (survey.kind === 'texts') return openTextPart(path, readDocumentTexts(asked));
  return openPart(path, { ...partLike(survey), format: formatOf(survey), labels: asked.labels });
}

/** Flags that a survey answers. */
const SURVEYED = [
  { name: 'columns', key: 'columns' },
  { name: 'zero-based', key: 'zeroBased' },
  { name: 'feature-names', key: 'featureNames' },
];

function formatOf({ kind, how }: Survey): Part['format'] extends infer F ? Exclude<F, 'texts'> | undefined : never {
  if (kind === 'cells') return 'csv';
  if (kind === 'dense') return 'idx';
  return how.format === 'svmlight' ? 'svmlight' : how.format === 'sparse' ? 'sparse' : undefined;
}
