import { complete } from '../../check/complete.js';
import { type Options, type OptionsOf, SEED, SHARE } from '../../check/option.js';
import type { Document, Documents, OpenDocuments } from '../../data/documents/document.js';
import { ENGINE, type Engine, engineOf } from '../../runtime/engine.js';
import { fillUniform, Purpose } from '../../runtime/random.js';
import { type GivenDocuments, openerOf } from './passes.js';

/** Options of splitDocuments. */
export const SPLIT_DOCUMENTS = {
  holdout: { ...SHARE, default: 0.1, doc: 'Share of the documents to hold out: each with this chance.' },
  seed: SEED,
  engine: ENGINE,
} as const satisfies Options;

export type SplitDocumentsOptions = OptionsOf<typeof SPLIT_DOCUMENTS>;

export interface DocumentParts {
  /** Opens those to learn from. */
  readonly rest: OpenDocuments;
  /** Opens those held out. */
  readonly heldOut: OpenDocuments;
}

/**
 * Parts documents at random into those to learn from and those held out, each in the order they come. Which is which depends on their places and the seed alone, and nothing is held
 * in memory: TopicTree.learn takes the first part, scoreDocuments the second.
 * @throws TypeError, RangeError for documents or options of another kind
 */
export async function splitDocuments(
  documents: GivenDocuments,
  given: SplitDocumentsOptions = {},
): Promise<DocumentParts> {
  const options = complete(SPLIT_DOCUMENTS, given, 'splitDocuments');
  const { holdout, seed } = options;
  const open = openerOf(documents);
  const engine = await engineOf(options);
  const part = (held: boolean) => () => partOf(open(), new HeldOut(engine, holdout, seed), held);
  return { rest: part(false), heldOut: part(true) };
}

async function* partOf(documents: Documents, heldOut: HeldOut, held: boolean): AsyncGenerator<Document> {
  let place = 0;
  for await (const document of documents) if (heldOut.has(place++) === held) yield document;
}

/** Documents whose draws are held at once. */
const BLOCK = 4096;

/** Which documents are held out, by their place: each with the same chance, a function of the seed alone, so that a stream of unknown length can be parted. */
class HeldOut {
  private readonly block = new Float32Array(BLOCK);
  private drawn = -1;

  constructor(
    private readonly engine: Engine,
    private readonly share: number,
    private readonly seed: number,
  ) {}

  has(document: number): boolean {
    if (this.share === 0) return false;
    const step = Math.floor(document / BLOCK);
    if (step !== this.drawn) this.draw(step);
    return this.block[document % BLOCK]! < this.share;
  }

  private draw(step: number): void {
    const { engine } = this;
    const at = engine.arena.allocate(BLOCK * 4);
    try {
      fillUniform(engine, at, BLOCK, 0, 1, this.seed, Purpose.heldDocuments, step);
      this.block.set(engine.f32(at, BLOCK));
    } finally {
      engine.arena.release(at);
    }
    this.drawn = step;
  }
}
