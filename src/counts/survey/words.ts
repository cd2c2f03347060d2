import { complete } from '../../check/complete.js';
import type { Batch } from '../../data/batch.js';
import type { Texts } from '../../data/documents/document.js';
import { TextVectorizer } from '../../data/documents/vectorizer.js';
import { VECTORIZER, type VectorizerSettings } from '../../data/documents/vectorizer-options.js';
import { chooseCounted, countWords } from '../../data/documents/vocabulary/learn.js';
import { WordCounts } from '../../data/documents/vocabulary/word-counts.js';
import { makeAnalyzer } from '../../data/documents/words/analyzer.js';
import { Pace } from '../../runtime/pace.js';
import type { ItemRows } from '../../structure/counts/items.js';
import type { DiscretiseOptions } from '../../structure/variables.js';
import { countedVariables, type SurveyCut } from './counted.js';
import { ItemBuilder } from './items.js';
import type { SurveyHow } from './survey.js';
import { WordCensus } from './word-census.js';

/** Counts the words of a part's texts. `how`: all options of a TextVectorizer, which say the language. */
export async function censusOfTexts(texts: Texts, how: SurveyHow): Promise<WordCensus> {
  const settings = settingsOf(how);
  const analyzer = await makeAnalyzer(settings, []);
  const counts = await countWords(texts, analyzer, settings.stem, new Pace());
  const census = new WordCensus();
  census.documents = counts.documents;
  for (const [id, word] of counts.words.entries()) census.add(word, counts.documentFrequency[id]!, counts.total[id]!);
  counts.eachForm((form, word, total) => {
    census.addForm(form, word, total);
  });
  return census;
}

/** @throws TypeError, RangeError for options by which parts could not be told what the whole would be */
export function requirePartial({ language, phrases, include, vocabulary }: VectorizerSettings): void {
  if (language === 'auto')
    throw new RangeError(
      "language: expected the language of all parts, or none, got 'auto', by which each part may find another",
    );
  if (phrases > 1 || include.some((text) => /\s/.test(text.trim())))
    throw new RangeError(
      'phrases: expected 1 for texts in parts, as phrases take a second pass over all texts, got more',
    );
  if (vocabulary) throw new TypeError('vocabulary: expected none beside a survey, which is for learning one');
}

function settingsOf(how: SurveyHow): VectorizerSettings {
  const settings = complete(VECTORIZER, how, 'survey.how', 'survey.how.');
  requirePartial(settings);
  return settings;
}

/** The vocabulary of all parts; a word is 1 where it stands in a text. */
export async function cutTexts(
  census: WordCensus,
  how: SurveyHow,
  { threshold = 'auto', bins }: DiscretiseOptions,
): Promise<SurveyCut> {
  if (bins !== undefined || threshold === 'mean' || (threshold !== 'auto' && threshold < 0))
    throw new RangeError(
      `${bins === undefined ? 'threshold' : 'bins'}: expected a threshold from 0, or auto, for the words of texts, got ${bins ?? threshold}`,
    );
  const settings = settingsOf(how);
  const analyzer = await makeAnalyzer(settings, []);
  const counts = new WordCounts(undefined, settings.stem);
  counts.documents = census.documents;
  for (const [word, { documents, total }] of sorted(census.words)) counts.put(word, documents, total);
  for (const [form, { word, total }] of sorted(census.forms)) counts.putForm(form, word, total);
  const json = await chooseCounted(analyzer, counts, settings);
  const vectorizer = await TextVectorizer.fromJSON(json);
  const limit = threshold === 'auto' ? 0 : threshold;
  const variables = countedVariables(
    { variables: json.words.length, names: json.words },
    { limit, analysis: json.analysis, stopWords: json.stopWords, keys: json.keys ?? null, binary: json.binary },
  );
  return {
    variables,
    vectorizer: json,
    warnings: [],
    items: (batch) => itemsOf(vectorizer, batch, limit),
    labels: (batch) => (batch.kind === 'texts' ? batch.labels : undefined),
  };
}

function itemsOf(vectorizer: TextVectorizer, batch: Batch, limit: number): ItemRows {
  if (batch.kind !== 'texts') throw new TypeError(`data: expected texts as were surveyed, got ${batch.kind}`);
  const { rows, start, index, value } = vectorizer.rows(batch.texts);
  const items = new ItemBuilder(rows);
  for (let r = 0; r < rows; r++) {
    for (let e = start[r]!; e < start[r + 1]!; e++) if (value[e]! > limit) items.add(index[e]!);
    items.endRow();
  }
  return items.finish();
}

/** In the order of code units. */
export function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
