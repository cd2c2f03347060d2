import { complete, isObject } from '../../check/complete.js';
import { got } from '../../check/phrase.js';
import { requireObject } from '../../check/require.js';
import type { Documents } from '../../data/documents/document.js';
import { TextVectorizer } from '../../data/documents/vectorizer.js';
import type { TextVectorizerJson } from '../../data/documents/vectorizer-json.js';
import { Pace } from '../../runtime/pace.js';
import { LatentTree, requireLatentTree } from '../latent/latent-tree.js';
import { refineLatentTree, STEPWISE, type StepwiseOptions } from '../latent/stepwise.js';
import { type LatentTopicsJson, latentTreeToJson } from '../latent/topics-json.js';
import { describeTopics } from './describe.js';
import { datasetsOf, LEARN_TOPICS, type LearnTopicsOptions, learnTopics, type TopicSeconds } from './learn.js';
import { requireTopicNames } from './names.js';
import { DESCRIBE_TOPICS, type DescribeTopicsOptions } from './options.js';
import { type GivenDocuments, openerOf } from './passes.js';
import type { TopicReport } from './report.js';
import { requireWords } from './words.js';

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
  /** What learning took. */
  seconds?: TopicSeconds | undefined;
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
  constructor(parts: TopicTreeParts) {
    if (!isObject(parts)) throw new TypeError(`parts: expected an object, got ${got(parts)}`);
    const { tree, vectorizer, names = {}, steps = 0, seconds } = parts;
    requireLatentTree(tree);
    requireWords(tree, vectorizer);
    if (typeof steps !== 'number') throw new TypeError(`steps: expected a number, got ${got(steps)}`);
    if (!(steps >= 0 && steps < Number.POSITIVE_INFINITY))
      throw new RangeError(`steps: expected a number from 0, got ${steps}`);
    requireTopicNames(tree, names);
    this.tree = tree;
    this.vectorizer = vectorizer;
    this.names = Object.freeze({ ...names });
    this.steps = steps;
    if (seconds === undefined) return;
    if (!isObject(seconds)) throw new TypeError(`seconds: expected an object of seconds by phase, got ${got(seconds)}`);
    this.seconds = { ...seconds };
  }

  /**
   * Learns words and topics. Documents are a list, or a function that opens them anew each time it is called: then they are never held in memory, but for the rows of `sampleRows`
   * of them. Options are those of TextVectorizer.learn, latentTree and refineLatentTree.
   * @throws TypeError, RangeError for documents or options of another kind
   */
  static async learn(documents: GivenDocuments, given: LearnTopicsOptions = {}): Promise<TopicTree> {
    const options = complete(LEARN_TOPICS, given, 'TopicTree.learn');
    return new TopicTree(await learnTopics(openerOf(documents), options));
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
  async describe(documents: Documents, given: DescribeTopicsOptions = {}): Promise<TopicReport> {
    const { tree, vectorizer, names } = this;
    const options = complete(DESCRIBE_TOPICS, given, 'TopicTree.describe');
    return describeTopics(tree, vectorizer, documents, { names, ...options });
  }

  /** With names of topics given by hand; an empty one takes a name away. RangeError for a topic that is none. */
  named(names: Readonly<Record<string, string>>): TopicTree {
    requireObject(names, 'names');
    const all = Object.fromEntries(Object.entries({ ...this.names, ...names }).filter(([, name]) => name !== ''));
    return new TopicTree({ ...this, names: all });
  }

  /** For JSON.stringify; ten words are listed with every topic. LatentTree.fromJSON reads it as well. */
  toJSON(): TopicTreeJson {
    const { tree, vectorizer, names, steps } = this;
    return {
      ...latentTreeToJson(tree, { top: 10 }),
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
    if (stepwise !== undefined && !isObject(stepwise))
      throw new TypeError(`stepwise: expected an object, got ${got(stepwise)}`);
    return new TopicTree({
      tree,
      vectorizer: await TextVectorizer.fromJSON(vectorizer),
      ...(names === undefined ? {} : { names }),
      ...(stepwise === undefined ? {} : { steps: stepwise.steps }),
    });
  }
}
