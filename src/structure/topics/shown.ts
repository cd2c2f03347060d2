import type { Engine } from '../../runtime/engine.js';
import { fillUniform, Purpose } from '../../runtime/random.js';

/** A document that is kept for now. */
export interface Held {
  /** Its place in the stream. */
  readonly place: number;
  readonly text: string;
  readonly name: string | undefined;
  readonly label: string | undefined;
  readonly date: string | undefined;
  /** Latents that it belongs to, counted from 0, and how probably. */
  readonly topics: readonly (readonly [latent: number, probability: number])[];
}

const BLOCK = 1024;

/** A fair sample of so many documents of a stream: those of the lowest random numbers, one a document, whatever the stream's length. */
export class Sample {
  private readonly keys = new Float32Array(BLOCK);
  private block = -1;
  private kept: { readonly key: number; readonly held: Held }[] = [];
  /** No document of a higher number is in the sample. */
  private bar = 2;

  constructor(
    private readonly engine: Engine,
    private readonly size: number,
    private readonly seed: number,
  ) {}

  /** Whether the document at this place may be in the sample: then `add` is to follow. */
  wants(place: number): boolean {
    return this.size > 0 && this.key(place) < this.bar;
  }

  add(held: Held): void {
    this.kept.push({ key: this.key(held.place), held });
    if (this.kept.length >= 2 * this.size + BLOCK) this.prune();
  }

  /** In the order of the stream. */
  documents(): Held[] {
    this.prune();
    return this.kept.map(({ held }) => held).sort((a, b) => a.place - b.place);
  }

  private prune(): void {
    this.kept.sort((a, b) => a.key - b.key || a.held.place - b.held.place);
    if (this.kept.length < this.size || this.size === 0) return;
    this.kept.length = this.size;
    this.bar = this.kept.at(-1)!.key;
  }

  private key(place: number): number {
    const block = Math.floor(place / BLOCK);
    if (block !== this.block) {
      const { engine } = this;
      const at = engine.arena.allocate(BLOCK * 4);
      fillUniform(engine, at, BLOCK, 0, 1, this.seed, Purpose.shownDocuments, block);
      this.keys.set(engine.f32(at, BLOCK));
      engine.arena.release(at);
      this.block = block;
    }
    return this.keys[place % BLOCK]!;
  }
}
