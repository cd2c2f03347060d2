import type { Completed, Fn, Options, OptionsOf } from '../../check/option.js';
import { Dataset } from '../../data/dataset.js';
import type { Document, Documents, OpenDocuments } from '../../data/documents/document.js';
import { TextVectorizer } from '../../data/documents/vectorizer.js';
import { VECTORIZER } from '../../data/documents/vectorizer-options.js';
import type { SparseMatrix } from '../../data/matrix.js';
import { type Engine, engineOf } from '../../runtime/engine.js';
import { Pace } from '../../runtime/pace.js';
import { chooseRows } from '../binary.js';
import type { LatentTree } from '../latent/latent-tree.js';
import { learnLatentTree } from '../latent/learning.js';
import { LATENT_TREE, type LatentTreeSeconds } from '../latent/options.js';
import { refineLatentTree, STEPWISE } from '../latent/stepwise.js';
import { batchesOf, textsOf } from './passes.js';
import { turnedToWords } from './turned.js';

/** Seconds that each phase of learning topics took. */
export interface TopicSeconds extends LatentTreeSeconds {
  /** Finding the words. */
  vocabulary: number;
  /** Reading the rows that the structure is learned from. */
  rows: number;
  /** Stepwise EM over all documents. */
  stepwise: number;
}

export interface TopicProgress {
  phase: keyof TopicSeconds;
  /** Of latentTree's phases: see there. */
  level: number;
  done: number;
  /** Undefined where nobody knows how many documents there are. */
  total: number | undefined;
}

/** Options of TopicTree.learn. */
export const LEARN_TOPICS = {
  ...VECTORIZER,
  ...LATENT_TREE,
  maxFeatures: { ...VECTORIZER.maxFeatures, default: 1000 },
  minDocuments: { ...VECTORIZER.minDocuments, default: 'auto' },
  maxShare: { ...VECTORIZER.maxShare, default: 0.5 },
  /** Of short texts, 10,000 meet too few pairs of words. */
  sampleRows: { ...LATENT_TREE.sampleRows, default: 50_000 },
  refineSteps: { ...LATENT_TREE.refineSteps, default: 50 },
  // latentTree has it, unless topTopics is given.
  maxTop: { ...LATENT_TREE.maxTop, default: undefined, defaultDoc: String(LATENT_TREE.maxTop.default) },
  passes: {
    kind: 'integer',
    from: 0,
    defaultDoc: '1 where there are more documents than sampleRows, else 0',
    doc: 'Passes of stepwise EM over all documents, once the structure stands.',
  },
  batchRows: STEPWISE.batchRows,
  exponent: STEPWISE.exponent,
  onProgress: {
    kind: 'callback',
    inert: true,
    doc: 'Called now and then with the phase and what is done of how much.',
    type: undefined as Fn<(progress: TopicProgress) => void>,
  },
} as const satisfies Options;

export type LearnTopicsOptions = OptionsOf<typeof LEARN_TOPICS>;

export interface LearnedTopics {
  tree: LatentTree;
  vectorizer: TextVectorizer;
  /** Steps of stepwise EM that the tree has seen. */
  steps: number;
  /** Documents learned from. */
  documents: number;
  seconds: TopicSeconds;
}

type Settings = Completed<typeof LEARN_TOPICS>;

/**
 * A vocabulary, a latent tree over a sample of the documents, and its tables over all of them, none of which is held: the documents are gone through once for the words, once for
 * the sample, and `passes` times for the tables.
 */
export async function learnTopics(documents: OpenDocuments, options: Settings): Promise<LearnedTopics> {
  const engine = await engineOf(options);
  return new Learner(engine, documents, options).learn();
}

class Learner {
  private readonly seconds: Partial<TopicSeconds> = {};
  private readonly pace: Pace;

  constructor(
    private readonly engine: Engine,
    private readonly open: OpenDocuments,
    private readonly options: Settings,
  ) {
    this.pace = new Pace(options.signal);
  }

  async learn(): Promise<LearnedTopics> {
    const { options, engine, seconds } = this;
    const { sampleRows, seed, signal } = options;
    const vectorizer = await this.timed('vocabulary', () => this.words());
    const { documents } = vectorizer;
    const chosen = chooseRows(engine, documents, sampleRows, seed);
    const sample = await this.timed('rows', () => this.rows(vectorizer, documents, chosen));
    const learned = await learnLatentTree(sample, {
      ...only(LATENT_TREE, options),
      engine,
      signal,
      onProgress: (done) => options.onProgress?.(done),
    });
    Object.assign(seconds, learned.seconds);
    const passes = options.passes ?? (chosen ? 1 : 0);
    const { tree, steps } = passes > 0 ? await this.refine(learned.tree, vectorizer, passes) : { ...learned, steps: 0 };
    await this.pace.end();
    return { tree: turnedToWords(tree), vectorizer, steps, documents, seconds: seconds as TopicSeconds };
  }

  private async words(): Promise<TextVectorizer> {
    const { options } = this;
    const vectorizer = await TextVectorizer.learn(textsOf(this.open()), {
      ...only(VECTORIZER, options),
      signal: options.signal,
      onProgress: ({ documents }) => this.tell('vocabulary', documents, undefined),
    });
    this.tell('vocabulary', vectorizer.documents, vectorizer.documents);
    return vectorizer;
  }

  /** The chosen documents as rows. */
  private async rows(vectorizer: TextVectorizer, documents: number, chosen: Int32Array | undefined): Promise<Dataset> {
    const pieces: SparseMatrix[] = [];
    let place = 0;
    let next = 0;
    for await (const batch of batchesOf(this.open(), this.pace)) {
      const first = place;
      place += batch.length;
      let taken = batch;
      if (chosen) {
        const from = next;
        while (next < chosen.length && chosen[next]! < place) next++;
        taken = Array.from(chosen.subarray(from, next), (document) => batch[document - first]!);
      }
      if (taken.length > 0) pieces.push(rowsOf(vectorizer, taken));
      this.tell('rows', place, documents);
      if (this.pace.due) await this.pace.turn();
    }
    return new Dataset(joined(pieces), undefined, vectorizer.words, undefined, vectorizer.toJSON());
  }

  private refine(
    tree: LatentTree,
    vectorizer: TextVectorizer,
    passes: number,
  ): Promise<{ tree: LatentTree; steps: number }> {
    const { options, engine } = this;
    const { batchRows, exponent, signal } = options;
    return this.timed('stepwise', () =>
      refineLatentTree(tree, () => datasetsOf(vectorizer, this.open(), this.pace), {
        passes,
        batchRows,
        exponent,
        engine,
        signal,
        onProgress: ({ rows }) => this.tell('stepwise', rows, vectorizer.documents),
      }),
    );
  }

  private tell(phase: keyof TopicSeconds, done: number, total: number | undefined): void {
    if (this.pace.due || done === total) this.pace.hear(this.options.onProgress?.({ phase, level: 0, done, total }));
  }

  private async timed<T>(phase: 'vocabulary' | 'rows' | 'stepwise', work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    try {
      return await work();
    } finally {
      this.seconds[phase] = (performance.now() - began) / 1000;
    }
  }
}

/** Rows of words, in batches. */
export async function* datasetsOf(
  vectorizer: TextVectorizer,
  documents: Documents,
  pace: Pace,
): AsyncGenerator<Dataset> {
  for await (const batch of batchesOf(documents, pace))
    yield new Dataset(rowsOf(vectorizer, batch), undefined, vectorizer.words);
}

function rowsOf(vectorizer: TextVectorizer, documents: readonly Document[]): SparseMatrix {
  return vectorizer.rows(documents.map(({ text }) => text));
}

/** One matrix of the pieces' rows. */
function joined(pieces: readonly SparseMatrix[]): SparseMatrix {
  const rows = pieces.reduce((sum, piece) => sum + piece.rows, 0);
  const entries = pieces.reduce((sum, { index }) => sum + index.length, 0);
  const out = {
    kind: 'sparse' as const,
    rows,
    columns: pieces[0]?.columns ?? 1,
    start: new Int32Array(rows + 1),
    index: new Int32Array(entries),
    value: new Float32Array(entries),
  };
  let [row, entry] = [0, 0];
  for (const { start, index, value, rows } of pieces) {
    for (let r = 1; r <= rows; r++) out.start[row + r] = entry + start[r]!;
    out.index.set(index, entry);
    out.value.set(value, entry);
    row += rows;
    entry += index.length;
  }
  return out;
}

/** Of options those that are declared here. */
function only<D extends Options>(declared: D, options: object): OptionsOf<D> {
  const given = options as Record<string, unknown>;
  return Object.fromEntries(Object.keys(declared).map((name) => [name, given[name]])) as OptionsOf<D>;
}
