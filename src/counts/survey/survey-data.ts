import { complete } from '../../check/complete.js';
import type { Options, OptionsOf } from '../../check/option.js';
import type { Batch } from '../../data/batch.js';
import { checkedData, type Observations } from '../../data/checked.js';
import type { Texts } from '../../data/documents/document.js';
import { type TextVectorizerOptions, VECTORIZER } from '../../data/documents/vectorizer-options.js';
import { eachText } from '../../data/documents/vocabulary/each-text.js';
import { requireRows } from '../../data/matrix.js';
import { checkedTable, isTable } from '../../data/tables/checked-table.js';
import type { Table } from '../../data/tables/table.js';
import { decisive } from '../../files/identity.js';
import { Sha256 } from '../../files/sha256.js';
import { Gatherer } from './gather.js';
import { Survey } from './survey.js';
import { censusOfTexts, requirePartial } from './words.js';

/** Options of surveyData. */
export const SURVEY = {
  part: {
    kind: 'text',
    default: 'part',
    doc: 'What the part is called in messages; a part of the same name and contents is merged but once.',
  },
} as const satisfies Options;

export type SurveyOptions = OptionsOf<typeof SURVEY>;

/** Rows of a Dataset or a Table as one batch, with their names. TypeError for images. */
export function batchOf(data: Observations | Table): {
  readonly batch: Exclude<Batch, { kind: 'texts' | 'cells' }>;
  readonly names: readonly string[] | undefined;
} {
  if (isTable(data)) {
    const table = checkedTable(data);
    return { batch: { kind: 'table', table }, names: table.columns.map(({ name }) => name) };
  }
  const { features, featureNames, targets } = checkedData(data);
  const matrix = requireRows(features, 'data');
  const labels =
    targets?.kind === 'classes'
      ? { labels: Array.from(targets.values, (id) => targets.names?.[id] ?? String(id)) }
      : {};
  return { batch: { kind: 'rows', features: matrix, ...labels }, names: featureNames };
}

/**
 * Surveys one part of some data: how often which numbers and categories stand in its columns.
 * @throws TypeError, RangeError for data or options that do not fit
 */
export function surveyData(data: Observations | Table, options: SurveyOptions = {}): Survey {
  const { part } = complete(SURVEY, options, 'surveyData');
  const { batch, names } = batchOf(data);
  const gatherer = new Gatherer(howOf(batch), names);
  gatherer.add(batch);
  return gatherer.end({ name: part, sha256: digestOf(batch) });
}

/** What the columns of rows are, where nobody says how many there are. */
function howOf(batch: Batch): Record<string, unknown> {
  return batch.kind === 'rows' && batch.features.kind === 'sparse' ? { zeroBased: true } : {};
}

/** Of what a batch holds. */
export function digestOf(batch: Exclude<Batch, { kind: 'texts' | 'cells' }>): string {
  const hash = new Sha256();
  const add = (numbers: ArrayBufferView) =>
    hash.update(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
  const say = (what: unknown) => hash.update(new TextEncoder().encode(`${JSON.stringify(what)}\n`));
  if (batch.kind === 'table') {
    for (const column of batch.table.columns) {
      say(column.kind === 'numeric' ? [column.name] : [column.name, column.categories]);
      add(column.kind === 'numeric' ? column.values : column.codes);
    }
    return hash.hex();
  }
  const { features } = batch;
  say([features.kind, features.rows, features.columns]);
  if (features.kind === 'sparse') for (const numbers of [features.start, features.index, features.value]) add(numbers);
  else add(features.values);
  return hash.hex();
}

/** Options of surveyTexts. */
export const SURVEY_TEXTS = { ...SURVEY, ...VECTORIZER } as const satisfies Options;

/**
 * Surveys one part of some texts: how often which words stand in it, and in how many texts. From the survey of all parts comes the vocabulary that TextVectorizer.learn would learn of all texts.
 * @param texts a list, a generator or a stream of strings
 * @throws TypeError, RangeError as TextVectorizer.learn does; RangeError for language 'auto' and for phrases, which parts cannot tell
 */
export async function surveyTexts(texts: Texts, options: SurveyOptions & TextVectorizerOptions = {}): Promise<Survey> {
  const { part, ...settings } = complete(SURVEY_TEXTS, options, 'surveyTexts');
  requirePartial(settings);
  const how = decisive(VECTORIZER, settings);
  const hash = new Sha256();
  async function* hashed(): AsyncGenerator<string> {
    for await (const text of eachText(texts)) {
      hash.update(new TextEncoder().encode(JSON.stringify(text)));
      yield text;
    }
  }
  const census = await censusOfTexts(hashed(), how);
  if (census.documents === 0) throw new RangeError('texts: expected at least one text, got none');
  return new Survey([{ name: part, sha256: hash.hex(), rows: census.documents }], how, { kind: 'texts', census });
}
