import * as assert from 'uvu/assert';
import { type Address, plus } from '#dist/runtime/address.js';
import type { Engine } from '#dist/runtime/engine.js';
import { blocksOf } from '../guarded/blocks.js';
import { copyOf, type Numbers, sameBits } from './numbers.js';

const GUARD = 64;
const CANARY = 0xc5;

/** A buffer in the engine's memory with guards on both sides. */
export interface Buffer<T extends Numbers> {
  readonly at: Address;
  /** What stands there now. */
  read(): T;
}

interface Placed {
  readonly block: Address;
  readonly buffer: Buffer<Numbers>;
  readonly bytes: number;
  /** Set when nothing may change. */
  readonly input?: Numbers;
}

/**
 * Buffers for one kernel call: canaries right before the first byte and right after the last one, starts that are aligned to one element and no more.
 * `check` fails when a canary or an input has changed.
 */
export class GuardedMemory {
  private readonly engine: Engine;
  private readonly placed: Placed[] = [];

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** A buffer that kernels may only read. */
  input<T extends Numbers>(data: T): Buffer<T> {
    return this.place(data, copyOf(data));
  }

  /** A buffer that kernels may write, with its contents from before. */
  output<T extends Numbers>(before: T): Buffer<T> {
    return this.place(before);
  }

  /** Room that kernels may scribble on; holds NaN before. */
  scratch(floats: number): Buffer<Float32Array> {
    return this.output(new Float32Array(floats).fill(Number.NaN));
  }

  check(): void {
    for (const { block, buffer, bytes, input } of this.placed) {
      const start = buffer.at - block;
      const all = this.engine.u8(block, start + bytes + GUARD);
      const [before, after] = [all.subarray(0, start), all.subarray(start + bytes)].map((guard) =>
        guard.findIndex((byte) => byte !== CANARY),
      ) as [number, number];
      if (before >= 0 || after >= 0) {
        const touched = before >= 0 ? before - start : bytes + after;
        assert.unreachable(
          `a kernel wrote at byte ${touched} of a buffer of ${bytes} bytes (buffer ${this.placed.findIndex((p) => p.block === block)})`,
        );
      }
      if (input) sameBits(buffer.read(), input, 'an input was written to');
    }
  }

  dispose(): void {
    for (const { block } of this.placed) this.engine.arena.release(block);
    this.placed.length = 0;
  }

  private place<T extends Numbers>(data: T, input?: Numbers): Buffer<T> {
    const element = data.BYTES_PER_ELEMENT;
    const shift = element * (1 + (this.placed.length % 3));
    const bytes = data.byteLength;
    const block = this.engine.arena.allocate(GUARD + shift + bytes + GUARD);
    const at = plus(block, GUARD + shift);
    blocksOf(this.engine.arena.memory)?.part(at, bytes);
    this.engine.u8(block, GUARD + shift + bytes + GUARD).fill(CANARY);
    const view = () => {
      const Kind = data.constructor as new (buffer: ArrayBufferLike, at: number, length: number) => T;
      return new Kind(this.engine.arena.memory.buffer, at, data.length);
    };
    view().set(data);
    const buffer: Buffer<T> = { at, read: () => copyOf(view()) };
    this.placed.push({ block, buffer, bytes, ...(input ? { input } : {}) });
    return buffer;
  }
}
