import type { Engine } from 'espalier';
import * as assert from 'uvu/assert';
import { type Address, plus } from '#dist/runtime/address.js';
import { blocksOf } from '../guarded/blocks.js';

const TAIL = 256;
const MARK = 0xa5;

/** Gives every block of an engine's memory a tail that nobody asked for: whoever writes past the end of a block changes one. */
export class MarkedMemory {
  private readonly engine: Engine;
  private readonly ends = new Map<Address, Address>();

  constructor(engine: Engine) {
    this.engine = engine;
    const { arena } = engine;
    const allocate = arena.allocate.bind(arena);
    const release = arena.release.bind(arena);
    arena.allocate = (bytes: number) => {
      const at = allocate(bytes + TAIL);
      const end = plus(at, bytes);
      this.ends.set(at, end);
      blocksOf(arena.memory)?.part(at, bytes);
      engine.u8(end, TAIL).fill(MARK);
      return at;
    };
    arena.release = (at: Address) => {
      const end = this.ends.get(at);
      if (end !== undefined) this.checkTail(end);
      this.ends.delete(at);
      release(at);
    };
  }

  /** Blocks in use. */
  get blocks(): number {
    return this.ends.size;
  }

  /** Fails when a block in use was overrun; one that is given back is checked then. */
  check(): void {
    for (const end of this.ends.values()) this.checkTail(end);
  }

  private checkTail(end: Address): void {
    const touched = this.engine.u8(end, TAIL).findIndex((byte) => byte !== MARK);
    assert.is(touched, -1, `byte ${touched} past the end of a block was written`);
  }
}
