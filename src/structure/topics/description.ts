import type { TextVectorizer } from '../../data/documents/vectorizer.js';
import { requireMemory } from '../../runtime/budget.js';
import type { Engine } from '../../runtime/engine.js';
import type { Pace } from '../../runtime/pace.js';
import type { LatentTree, TopicFeature } from '../latent/latent-tree.js';
import { topFeaturesOfAll } from '../latent/top-features.js';
import type { Batch } from './batches.js';
import { Company } from './company.js';
import { Exemplars } from './exemplars.js';
import type { DescribeSettings } from './options.js';
import { PairCounts } from './pair-counts.js';
import { type Held, Sample } from './shown.js';
import { beginningOf } from './speaking.js';
import { Tally } from './tally.js';

/** All that is counted and kept of a stream of documents. Latents are counted from 0. */
export class Description {
  documents = 0;
  wordless = 0;
  logLikelihood = 0;
  /** Of each latent, in the order to read them in. */
  readonly top: TopicFeature[][];
  /** Of each latent, those of its words that are more frequent inside. */
  readonly words: TopicFeature[][];
  readonly tally: Tally;
  readonly exemplars: Exemplars;
  readonly sample: Sample;
  readonly pairs: PairCounts;
  readonly company: Company;
  private readonly topicsOfWord: number[][];

  constructor(
    engine: Engine,
    private readonly tree: LatentTree,
    readonly vectorizer: TextVectorizer,
    private readonly options: DescribeSettings,
  ) {
    const bytes = Company.bytes(tree.features);
    requireMemory(engine, bytes, 'tree', `the company of ${tree.features} words`, 'fewer words');
    this.top = topFeaturesOfAll(tree, options.top).map(inReadingOrder);
    this.words = this.top.map((list) => list.filter(({ inside, outside }) => inside > outside));
    this.tally = new Tally(tree);
    this.exemplars = new Exemplars(this.words, options.exemplars, options.mostSentenceLength);
    this.sample = new Sample(engine, options.shown, options.seed);
    const groups = this.words.map((list) => list.map(({ feature }) => feature));
    this.pairs = new PairCounts(tree.features, groups);
    this.company = new Company(tree.marginal.slice(0, tree.features));
    this.topicsOfWord = Array.from({ length: tree.features }, () => []);
    groups.forEach((group, z) => {
      for (const word of group) this.topicsOfWord[word]!.push(z);
    });
  }

  async add(batch: Batch, pace: Pace): Promise<void> {
    const { first, documents, start, index, logLikelihood } = batch;
    const counts = new Int32Array(this.tree.latents);
    for (let r = 0; r < documents.length; r++) {
      const words = index.subarray(start[r]!, start[r + 1]!);
      if (words.length === 0) this.wordless++;
      this.logLikelihood += logLikelihood[r]!;
      this.pairs.add(words);
      this.company.add(words);
      this.addMember(batch, r, words, counts);
      if (pace.due) await pace.turn();
    }
    this.documents = first + documents.length;
    await this.exemplars.finish(this.vectorizer, (place) => documents[place - first]!.text, pace);
  }

  private addMember(batch: Batch, r: number, words: Int32Array, counts: Int32Array): void {
    const { latents } = this.tree;
    const posterior = batch.posteriors.subarray(r * latents, (r + 1) * latents);
    const belongsTo: number[] = [];
    for (let z = 0; z < latents; z++) if (posterior[z]! > this.options.threshold) belongsTo.push(z);
    this.tally.add(batch.documents[r]!, belongsTo, posterior);
    let held: Held | undefined;
    const hold = () => {
      held ??= this.hold(batch, r, posterior, belongsTo);
      return held;
    };
    if (this.sample.wants(batch.first + r)) this.sample.add(hold());
    counts.fill(0);
    for (const word of words) for (const z of this.topicsOfWord[word]!) counts[z]!++;
    for (const z of belongsTo) this.exemplars.offer(z, posterior[z]!, counts[z]!, hold);
  }

  private hold(batch: Batch, r: number, posterior: Float32Array, belongsTo: readonly number[]): Held {
    const { text, name, label, date } = batch.documents[r]!;
    const kept = { text: beginningOf(text, this.options.mostTextLength), name, label, date };
    return {
      // Copies: parts of a string, as readers cut them out, keep the whole of it in memory.
      ...(JSON.parse(JSON.stringify(kept)) as typeof kept),
      place: batch.first + r,
      topics: belongsTo.map((z) => [z, posterior[z]!]),
    };
  }
}

/** What a topic is before what it is not. */
function inReadingOrder(words: readonly TopicFeature[]): TopicFeature[] {
  const against = ({ inside, outside }: TopicFeature) => inside < outside;
  return [...words.filter((word) => !against(word)), ...words.filter(against)];
}
