import type { Engine } from '../../runtime/engine.js';
import { fillUniform, Purpose } from '../../runtime/random.js';

/** Documents whose draws are held at once. */
const BLOCK = 4096;

/** Which documents are held out, by their place: each with the same chance, a function of the seed alone, so that a stream of unknown length can be parted. */
export class HeldOut {
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
