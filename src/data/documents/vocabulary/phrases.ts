import { log } from '../../../numeric/log.js';
import type { Pace } from '../../../runtime/pace.js';
import { averageTfIdf, best, type Chosen, type Limits, within } from './choice.js';
import type { KeptWords } from './kept-words.js';
import { PairCounts } from './pair-counts.js';
import { PhraseTrie, phraseOf } from './trie.js';
import { eachEntry } from './vocabulary.js';
import type { WordCounts } from './word-counts.js';

/** Fewest documents of a phrase that is not asked for by name: fewer are happenstance. */
const LEAST_DOCUMENTS = 3;

/**
 * Least normalised pointwise mutual information of the two parts of a phrase, ln(p(ab) / (p(a) p(b))) / -ln p(ab) over the words of the texts: 0 where they stand side by side
 * as often as chance has it, 1 where neither stands without the other.
 */
const LEAST_NPMI = 0.5;

/** Words and phrases as they are counted together: those below `words` are the words, others the phrases. */
interface Tally {
  readonly documentFrequency: Int32Array;
  readonly total: Float64Array;
  /** All of them together. */
  readonly tokens: number;
}

/**
 * Words and phrases in the way of HLTA (Poon and Zhang 2017; Chen et al. 2017): the best single words by average TF-IDF; then the best of these and of the pairs that stand side by
 * side in texts; where a pair is chosen, its words no longer count alone; and again with pairs of what was chosen, up to twice as long, until the longest are as long as may be.
 */
export class PhraseChoice {
  private readonly counts: WordCounts;
  private readonly kept: KeptWords;
  private readonly included: readonly (readonly number[])[];
  private readonly excluded: ReadonlySet<string>;
  private readonly limits: Limits;
  private readonly pace: Pace;
  /** Number of the first phrase. */
  private readonly words: number;
  private phrases: (readonly number[])[];
  /** Of the phrases, the first ones are included. */
  private readonly fixed: number;
  /** Words that are included. */
  private readonly certain: ReadonlySet<number>;

  constructor(
    counts: WordCounts,
    kept: KeptWords,
    included: readonly (readonly number[])[],
    excluded: ReadonlySet<string>,
    limits: Limits,
    pace: Pace,
  ) {
    this.counts = counts;
    this.kept = kept;
    this.included = included;
    this.excluded = excluded;
    this.limits = limits;
    this.pace = pace;
    this.words = counts.words.length;
    this.phrases = included.filter((ids) => ids.length > 1);
    this.fixed = this.phrases.length;
    this.certain = new Set(included.flatMap((ids) => (ids.length === 1 ? ids : [])));
  }

  /** @param longest most words of a phrase */
  async choose(longest: number): Promise<Chosen[]> {
    for (let length = 2; length < 2 * longest; length *= 2) await this.join(Math.min(length, longest));
    let tally = await this.tally();
    for (;;) {
      const standing = this.phrases.filter((_, p) => p < this.fixed || this.stands(this.words + p, tally));
      if (standing.length === this.phrases.length) break;
      this.phrases = standing;
      tally = await this.tally();
    }
    const chosen = new Set(this.best(tally));
    const left = this.phrases.filter((_, p) => chosen.has(this.words + p));
    if (left.length === this.phrases.length) return this.chosen(chosen, tally);
    // Words of the phrases that are no longer there count alone again.
    this.phrases = left;
    tally = await this.tally();
    return this.chosen(this.best(tally, true), tally);
  }

  /** Adds the phrases of up to so many words that are among the best. */
  private async join(longest: number): Promise<void> {
    const tally = await this.tally();
    const chosen = this.best(tally);
    const pairs = await this.pairs(chosen, longest);
    const { documents } = this.counts;
    const size = this.words + this.phrases.length;
    const candidates = chosen.filter((entry) => !this.isIncluded(entry));
    for (let pair = 0; pair < pairs.size; pair++) if (this.holds(pairs, pair, tally)) candidates.push(size + pair);
    const scoreOf = (i: number) => {
      const { total, documentFrequency } = i < size ? tally : pairs;
      const place = i < size ? i : i - size;
      return averageTfIdf(total[place]!, documentFrequency[place]!, documents);
    };
    const nameOf = (i: number) => this.nameOf(i < size ? this.idsOf(i) : this.pairIds(pairs, i - size));
    const found = best(candidates, scoreOf, nameOf, this.limits.maxFeatures - this.included.length);
    const joined = found.filter((i) => i >= size).map((i) => this.pairIds(pairs, i - size));
    // The same words may come of two pairs: (a b) c and a (b c).
    const named = new Map(joined.map((ids) => [this.nameOf(ids), ids]));
    this.phrases = [...this.phrases, ...[...named.keys()].sort().map((name) => named.get(name)!)];
  }

  /** Counts of all words and phrases as they are found in the texts. */
  private async tally(): Promise<Tally> {
    const size = this.words + this.phrases.length;
    const documentFrequency = new Int32Array(size);
    const total = new Float64Array(size);
    const last = new Int32Array(size).fill(-1);
    const trie = this.trie();
    let tokens = 0;
    await this.kept.each(this.pace, (ids, from, to, document) => {
      eachEntry(trie, ids, from, to, (entry) => {
        tokens++;
        total[entry]!++;
        if (last[entry] === document) return;
        last[entry] = document;
        documentFrequency[entry]!++;
      });
    });
    return { documentFrequency, total, tokens };
  }

  /** Pairs of the chosen that stand side by side and have no more than so many words. */
  private async pairs(chosen: readonly number[], longest: number): Promise<PairCounts> {
    const pairs = new PairCounts();
    const isChosen = new Uint8Array(this.words + this.phrases.length);
    for (const entry of chosen) isChosen[entry] = 1;
    const trie = this.trie();
    await this.kept.each(this.pace, (ids, start, end, document) => {
      let before = -1;
      let reached = start;
      let length = 0;
      eachEntry(trie, ids, start, end, (entry, from, to) => {
        const beside = reached === from && before !== -1 && isChosen[entry] === 1;
        if (beside && length + to - from <= longest) pairs.add(before, entry, document);
        before = isChosen[entry] === 1 ? entry : -1;
        reached = to;
        length = to - from;
      });
    });
    return pairs;
  }

  private trie(): PhraseTrie {
    const trie = new PhraseTrie(this.words);
    for (let id = 0; id < this.words; id++) trie.add([id], id);
    this.phrases.forEach((ids, p) => {
      trie.add(ids, this.words + p);
    });
    return trie;
  }

  /** Whether a pair is in enough documents, and its parts are there for each other. */
  private holds(pairs: PairCounts, pair: number, tally: Tally): boolean {
    const documentFrequency = pairs.documentFrequency[pair]!;
    if (!this.isPhrase(documentFrequency)) return false;
    const both = pairs.total[pair]! / tally.tokens;
    const apart =
      (tally.total[pairs.first[pair]!]! / tally.tokens) * (tally.total[pairs.second[pair]!]! / tally.tokens);
    return log(both / apart) >= -LEAST_NPMI * log(both) && !this.excluded.has(this.nameOf(this.pairIds(pairs, pair)));
  }

  private isPhrase(documentFrequency: number): boolean {
    return documentFrequency >= LEAST_DOCUMENTS && within(documentFrequency, this.counts.documents, this.limits);
  }

  private stands(entry: number, { documentFrequency }: Tally): boolean {
    const count = documentFrequency[entry]!;
    if (entry >= this.words) return this.isPhrase(count);
    return within(count, this.counts.documents, this.limits) && !this.excluded.has(this.counts.words[entry]!);
  }

  private isIncluded(entry: number): boolean {
    return entry < this.words ? this.certain.has(entry) : entry < this.words + this.fixed;
  }

  /** The best of words and phrases, or of words beside all phrases; the included ones too. */
  private best(tally: Tally, wordsOnly = false): number[] {
    const size = this.words + this.phrases.length;
    const certain = new Set(this.certain);
    for (let entry = this.words; entry < (wordsOnly ? size : this.words + this.fixed); entry++) certain.add(entry);
    const candidates: number[] = [];
    for (let entry = 0; entry < size; entry++)
      if (!certain.has(entry) && this.stands(entry, tally)) candidates.push(entry);
    const scoreOf = (entry: number) =>
      averageTfIdf(tally.total[entry]!, tally.documentFrequency[entry]!, this.counts.documents);
    const nameOf = (entry: number) => this.nameOf(this.idsOf(entry));
    return [...certain, ...best(candidates, scoreOf, nameOf, this.limits.maxFeatures - certain.size)];
  }

  private chosen(entries: Iterable<number>, { documentFrequency }: Tally): Chosen[] {
    return Array.from(entries, (entry) => ({
      ids: this.idsOf(entry),
      documentFrequency: documentFrequency[entry]!,
    }));
  }

  private idsOf(entry: number): readonly number[] {
    return entry < this.words ? [entry] : this.phrases[entry - this.words]!;
  }

  private pairIds({ first, second }: PairCounts, pair: number): number[] {
    return [...this.idsOf(first[pair]!), ...this.idsOf(second[pair]!)];
  }

  private nameOf(ids: readonly number[]): string {
    return phraseOf(ids.map((id) => this.counts.words[id]!));
  }
}
