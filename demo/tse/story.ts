import type { Explanation, FitOptions } from 'espalier';
import type { TextVectorizer } from 'espalier/text';
import type { TopicReport } from 'espalier/topics';
import type { Explained } from '../frame/explained.js';
import type { Run } from '../frame/run.js';
import type { NetResult } from '../frame/training.js';
import type { GrownNet } from './net-drawing.js';
import type { ActiveTopic } from './topics.js';
import type { Definition } from './words.js';

/** A test row: what it says, the topics it has, what the nets answer. */
export interface Example {
  readonly definition: Definition;
  readonly topics: readonly ActiveTopic[];
  /** In the order of the nets. */
  readonly answers: readonly { readonly kind: number; readonly probability: number }[];
}

/** A text that no dictionary has, and what the saved net takes it to define. */
export interface Answer {
  readonly text: string;
  readonly kind: number;
  readonly probability: number;
}

/** A test row, and what the TSE-net's answer rests on. */
export interface ExplainedDefinition extends Explained {
  readonly definition: Definition;
}

export interface TseRun extends Run {
  readonly kinds: readonly string[];
  readonly vectorizer: TextVectorizer;
  /** Mean number of different known words in a definition. */
  readonly wordsPerRow: number;
  /** Training rows to show. */
  readonly samples: readonly Definition[];
  readonly grown: GrownNet;
  readonly density: number;
  readonly treeSeconds: number;
  /** Of the training rows. */
  readonly report: TopicReport;
  readonly fit: FitOptions;
  readonly tse: NetResult;
  /** Without skip-paths. */
  readonly backbone: NetResult;
  readonly trf: NetResult;
  /** The best on the validation rows, and all shapes tried. */
  readonly dense: NetResult;
  readonly denseTried: readonly NetResult[];
  readonly right: readonly Example[];
  readonly wrong: readonly Example[];
  readonly asked: readonly Answer[];
  readonly explained: readonly ExplainedDefinition[];
  /** Of the TSE-net: words from the training rows, coherence on the test rows. */
  readonly units: Explanation;
}
