import { complete } from '../../check/complete.js';
import { got } from '../../check/phrase.js';
import { requireObject } from '../../check/require.js';
import type { Document, Documents } from '../../data/documents/document.js';
import { TextVectorizer } from '../../data/documents/vectorizer.js';
import type { TextVectorizerJson } from '../../data/documents/vectorizer-json.js';
import { engineOf } from '../../runtime/engine.js';
import { Pace } from '../../runtime/pace.js';
import { LatentTree, requireLatentTree } from '../latent/latent-tree.js';
import { refineLatentTree, STEPWISE, type StepwiseOptions } from '../latent/stepwise.js';
import { type LatentTopicsJson, latentTreeToJson } from '../latent/topics-json.js';
import { describeTopics } from './describe.js';
import { HeldOut } from './held-out.js';
import { datasetsOf, LEARN_TOPICS, type LearnTopicsOptions, learnTopics, type TopicSeconds } from './learn.js';
import { requireTopicNames } from './names.js';
import type { DescribeTopicsOptions } from './options.js';
import { type GivenDocuments, openerOf, partOf } from './passes.js';
import type { TopicReport } from './report.js';

/** A TopicTree as plain JSON, lossless: a latent tree's with more beside it. */
export interface TopicTreeJson extends LatentTopicsJson {
  vectorizer: TextVectorizerJson;
  /** Names given by hand, by topic. */
  names?: Record<string, string>;
  stepwise: { steps: number };
}

/** What makes a TopicTree. */
export interface TopicTreeParts {
  tree: LatentTree;
  vectorizer: TextVectorizer;
  /** Names given by hand: { 'h2.5': 'oil prices' }. */
  names?: Readonly<Record<string, string>>;
  /** Steps of stepwise EM that the tree has seen. Default 0. */
  steps?: number;
}

/**
 * A tree of topics over documents: a latent tree whose features are words, and the vocabulary that finds them in texts. Chen et al., "Latent tree models for hierarchical topic
 * detection" (Artificial Intelligence 250, 2017).
 */
export class TopicTree {
  readonly tree: LatentTree;
  readonly vectorizer: TextVectorizer;
  readonly names: Readonly<Record<string, string>>;
  readonly steps: number;
  /** Of a tree that has just been learned. */
  readonly seconds?: TopicSeconds;

  /** TypeError for parts of another kind, RangeError for those that do not fit one another. */
  constructor({ tree, vectorizer, names = {}, steps = 0 }: TopicTreeParts, seconds?: TopicSeconds) {
    requireLatentTree(tree);
    if (!(vectorizer instanceof TextVectorizer))
      throw new TypeError(`vectorizer: expected a TextVectorizer, got ${got(vectorizer)}`);
    const { words } = vectorizer;
    if (words.length !== tree.features)
      throw new RangeError(
        `vectorizer: expected ${tree.features} words, one a feature of the tree, got ${words.length}`,
      );
    if (typeof steps !== 'number') throw new TypeError(`steps: expected a number, got ${got(steps)}`);
    if (!(steps >= 0 && steps < Number.POSITIVE_INFINITY))
      throw new RangeError(`steps: expected a number from 0, got ${steps}`);
    requireTopicNames(tree, names);
    this.tree = tree;
    this.vectorizer = vectorizer;
    this.names = Object.freeze({ ...names });
    this.steps = steps;
    if (seconds) this.seconds = seconds;
  }

  /**
   * Learns words and topics. Documents are a list, or a function that opens them anew each time it is called: then they are never held in memory, but for the rows of `sampleRows`
   * of them. Options are those of TextVectorizer.learn, latentTree and refineLatentTree, and `holdout`.
   * @throws TypeError, RangeError for documents or options of another kind
   */
  static async learn(documents: GivenDocuments, given: LearnTopicsOptions = {}): Promise<TopicTree> {
    const options = complete(LEARN_TOPICS, given, 'TopicTree.learn');
    const { seconds, ...parts } = await learnTopics(openerOf(documents), options);
    return new TopicTree(parts, seconds);
  }

  /** The same tree with its tables refined by further documents, and its words and topics as they are: stepwise EM goes on where it was. */
  async update(documents: GivenDocuments, given: StepwiseOptions = {}): Promise<TopicTree> {
    const { tree, vectorizer, names } = this;
    const open = openerOf(documents);
    const options = {
      ...(this.steps > 0 ? { steps: this.steps } : {}),
      ...complete(STEPWISE, given, 'TopicTree.update'),
    };
    const pace = new Pace(options.signal);
    const { tree: refined, steps } = await refineLatentTree(tree, () => datasetsOf(vectorizer, open(), pace), options);
    return new TopicTree({ tree: refined, vectorizer, names, steps });
  }

  /** What the topics are and which documents belong to them, see TopicReport. */
  describe(documents: Documents, options: DescribeTopicsOptions = {}): Promise<TopicReport> {
    const { tree, vectorizer, names } = this;
    return describeTopics(tree, vectorizer, documents, { names, ...options });
  }

  /** With names of topics given by hand; an empty one takes a name away. RangeError for a topic that is none. */
  named(names: Readonly<Record<string, string>>): TopicTree {
    requireObject(names, 'names');
    const all = Object.fromEntries(Object.entries({ ...this.names, ...names }).filter(([, name]) => name !== ''));
    return new TopicTree({ ...this, names: all }, this.seconds);
  }

  /** For JSON.stringify; `top` features are listed with every topic. LatentTree.fromJSON reads it as well. */
  toJSON(_?: string, top = 10): TopicTreeJson {
    const { tree, vectorizer, names, steps } = this;
    return {
      ...latentTreeToJson(tree, { top }),
      ...(Object.keys(names).length > 0 ? { names: { ...names } } : {}),
      stepwise: { steps },
      vectorizer: vectorizer.toJSON(),
    };
  }

  /** Reads what toJSON wrote. TypeError for another thing, RangeError for a damaged one. */
  static async fromJSON(json: TopicTreeJson): Promise<TopicTree> {
    const tree = LatentTree.fromJSON(json);
    const { vectorizer, names, stepwise } = json;
    if (vectorizer === undefined)
      throw new TypeError('json: expected a topic tree, got a latent tree without the vectorizer of its words');
    return new TopicTree({
      tree,
      vectorizer: await TextVectorizer.fromJSON(vectorizer),
      ...(names === undefined ? {} : { names }),
      steps: stepwise?.steps ?? 0,
    });
  }

  /** The documents that `learn` with this share and seed held out, or those that it learned from. */
  static async *part(
    documents: Documents,
    { holdout, seed = 0, held }: { holdout: number; seed?: number; held: boolean },
  ): AsyncGenerator<Document> {
    yield* partOf(documents, new HeldOut(await engineOf({}), holdout, seed), held);
  }
}
