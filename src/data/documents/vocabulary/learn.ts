import { Pace } from '../../../runtime/pace.js';
import type { SparseMatrix } from '../../matrix.js';
import type { Texts } from '../document.js';
import { type Analyzer, makeAnalyzer } from '../plain-analyzer.js';
import type { TextVectorizerJson } from '../vectorizer-json.js';
import type { VectorizerSettings } from '../vectorizer-options.js';
import { type Chosen, chooseWords } from './choice.js';
import { eachText } from './each-text.js';
import { type GivenWords, givenWords, requireOneList } from './given-words.js';
import { KeptWords } from './kept-words.js';
import { readWords } from './read-words.js';
import { RowBuilder } from './row-builder.js';
import { phraseOf } from './trie.js';
import { eachEntry, trieOf } from './vocabulary.js';
import { WordCounts } from './word-counts.js';

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
  const source = eachText(texts);
  const analyzer = await makeAnalyzer(settings);
  const given = givenWords(analyzer, settings);
  const kept = rowsToo ? new KeptWords() : undefined;
  const counts = new WordCounts(kept);
  if (rowsToo || !given.vocabulary) await readWords(source, analyzer, settings, pace, counts);
  const chosen = await chosenOf(counts, given, settings);
  const rows = kept && (await rowsOf(kept, counts, chosen, settings.binary, pace));
  await pace.end();
  return { analyzer, json: jsonOf(counts, chosen, settings), rows };
}

/** The vocabulary in the order of its columns. */
async function chosenOf(counts: WordCounts, given: GivenWords, settings: VectorizerSettings): Promise<Chosen[]> {
  const numbered = (words: readonly string[]) => words.map((word) => counts.idOf(word));
  if (given.vocabulary) return given.vocabulary.map((words) => ({ ids: numbered(words), documentFrequency: 0 }));
  if (counts.documents === 0) throw new RangeError('texts: expected at least one text, got none');
  const included = new Set(given.include.flatMap(numbered));
  const chosen = chooseWords(counts, included, given.exclude, settings);
  if (chosen.length === 0) throw noWords(counts);
  const names = new Map(chosen.map((entry) => [entry, nameOf(entry, counts)]));
  return chosen.sort((a, b) => (names.get(a)! < names.get(b)! ? -1 : 1));
}

function nameOf({ ids }: Chosen, { words }: WordCounts): string {
  return phraseOf(ids.map((id) => words[id]!));
}

function noWords({ words, documents }: WordCounts): RangeError {
  const found = words.length === 0 ? 'no words' : `none such among ${words.length}`;
  return new RangeError(
    `texts: expected words within minDocuments, minShare and maxShare that are not excluded, got ${found} in ${documents} documents`,
  );
}

function jsonOf(counts: WordCounts, chosen: readonly Chosen[], settings: VectorizerSettings): TextVectorizerJson {
  const { vocabulary, binary } = settings;
  const keys = chosen.map((entry) => nameOf(entry, counts));
  const words = [...(vocabulary ?? keys)];
  return {
    kind: 'text-vectorizer',
    analysis: {},
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
