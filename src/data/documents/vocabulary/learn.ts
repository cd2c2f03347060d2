import { plural } from '../../../numeric/format.js';
import { Pace } from '../../../runtime/pace.js';
import type { SparseMatrix } from '../../matrix.js';
import type { Texts } from '../document.js';
import type { TextVectorizerJson } from '../vectorizer-json.js';
import type { VectorizerSettings } from '../vectorizer-options.js';
import { type Analyzer, makeAnalyzer } from '../words/analyzer.js';
import { type Chosen, chooseWords } from './choice.js';
import { eachText, sampled } from './each-text.js';
import { type GivenEntry, type GivenWords, givenWords, requireOneList } from './given-words.js';
import { KeptWords } from './kept-words.js';
import { PhraseChoice } from './phrases.js';
import { readWords } from './read-words.js';
import { RowBuilder } from './row-builder.js';
import { phraseOf } from './trie.js';
import { eachEntry, trieOf } from './vocabulary.js';
import { WordCounts } from './word-counts.js';

/** Characters to tell the language by. */
const SAMPLE = 200_000;

export interface Learned {
  readonly analyzer: Analyzer;
  readonly json: TextVectorizerJson;
  /** Of all texts, where they are asked for. */
  readonly rows: SparseMatrix | undefined;
}

/** One pass over the texts. */
export async function learnWords(texts: Texts, settings: VectorizerSettings, rowsToo: boolean): Promise<Learned> {
  requireOneList(settings);
  const pace = new Pace(settings.signal);
  const { sample, all } = await sampled(eachText(texts), settings.language === 'auto' ? SAMPLE : 0);
  const analyzer = await makeAnalyzer(settings, sample);
  const given = givenWords(analyzer, settings);
  const phrases = !given.vocabulary && (settings.phrases > 1 || given.include.some(({ words }) => words.length > 1));
  const kept = rowsToo || phrases ? new KeptWords() : undefined;
  const counts = new WordCounts(kept, settings.stem);
  if (rowsToo || !given.vocabulary) await readWords(all, analyzer, settings, pace, counts);
  else await all.return?.();
  const chosen = await chosenOf(counts, phrases ? kept : undefined, given, settings, pace);
  const rows = rowsToo ? await rowsOf(kept!, counts, chosen, settings.binary, pace) : undefined;
  await pace.end();
  return { analyzer, json: jsonOf(analyzer, counts, chosen, settings), rows };
}

/** What the words of texts are counted by, where the texts come in parts: as learnWords counts them. */
export async function countWords(texts: Texts, analyzer: Analyzer, stem: boolean, pace: Pace): Promise<WordCounts> {
  const counts = new WordCounts(undefined, stem);
  await readWords(eachText(texts), analyzer, {}, pace, counts);
  return counts;
}

/** The vocabulary that learnWords learns of the same words, without phrases. */
export async function chooseCounted(
  analyzer: Analyzer,
  counts: WordCounts,
  settings: VectorizerSettings,
): Promise<TextVectorizerJson> {
  const given = givenWords(analyzer, settings);
  return jsonOf(analyzer, counts, await chosenOf(counts, undefined, given, settings, new Pace()), settings);
}

/** The vocabulary in the order of its columns; with phrases where the words in their order are given. */
async function chosenOf(
  counts: WordCounts,
  kept: KeptWords | undefined,
  given: GivenWords,
  settings: VectorizerSettings,
  pace: Pace,
): Promise<Chosen[]> {
  const numbered = ({ words, full }: GivenEntry) => counts.enter(words, full);
  if (given.vocabulary) return given.vocabulary.map((entry) => ({ ids: numbered(entry), documentFrequency: 0 }));
  if (counts.documents === 0) throw new RangeError('texts: expected at least one text, got none');
  const included = given.include.map(numbered);
  const limits = { ...settings, minDocuments: leastDocuments(settings, counts) };
  const chosen = kept
    ? await new PhraseChoice(counts, kept, included, given.exclude, limits, pace).choose(settings.phrases)
    : chooseWords(counts, new Set(included.flat()), given.exclude, limits);
  if (chosen.length === 0) throw noWords(counts, limits.minDocuments);
  const nameOf = counts.names();
  const names = new Map(chosen.map((entry) => [entry, phraseOf(entry.ids.map(nameOf))]));
  return chosen.sort((a, b) => (names.get(a)! < names.get(b)! ? -1 : 1));
}

/** A word of a single document tells nothing of what goes with what, unless there are next to none. */
function leastDocuments({ minDocuments }: VectorizerSettings, { documents }: WordCounts): number {
  if (typeof minDocuments === 'number') return minDocuments;
  return documents < 10 ? 1 : documents < 100 ? 2 : 3;
}

function noWords({ words, documents }: WordCounts, minDocuments: number): RangeError {
  const found = words.length === 0 ? 'no words' : `${plural(words.length, 'word')}, none of them such,`;
  return new RangeError(
    `texts: expected words in ${plural(minDocuments, 'document')} or more (minDocuments) that are neither rarer than minShare, nor more frequent than maxShare, nor excluded; got ${found} in ${plural(documents, 'document')}`,
  );
}

function jsonOf(
  analyzer: Analyzer,
  counts: WordCounts,
  chosen: readonly Chosen[],
  settings: VectorizerSettings,
): TextVectorizerJson {
  const { vocabulary, binary } = settings;
  const nameOf = counts.names();
  const keys = chosen.map(({ ids }) => phraseOf(ids.map((id) => counts.words[id]!)));
  const words = vocabulary ? [...vocabulary] : chosen.map(({ ids }) => phraseOf(ids.map(nameOf)));
  return {
    kind: 'text-vectorizer',
    analysis: analyzer.settings,
    stopWords: [...analyzer.stops].sort(),
    binary,
    documents: vocabulary ? 0 : counts.documents,
    words,
    ...(keys.some((key, i) => key !== words[i]) ? { keys } : {}),
    documentFrequency: chosen.map(({ documentFrequency }) => documentFrequency),
  };
}

async function rowsOf(
  kept: KeptWords,
  { words }: WordCounts,
  chosen: readonly Chosen[],
  binary: boolean,
  pace: Pace,
): Promise<SparseMatrix> {
  const trie = trieOf(
    chosen.map(({ ids }) => ids),
    words.length,
  );
  const rows = new RowBuilder(chosen.length, binary);
  await kept.each(pace, (ids, from, to) => {
    eachEntry(trie, ids, from, to, (feature) => rows.add(feature));
    rows.endRow();
  });
  return rows.finish();
}
