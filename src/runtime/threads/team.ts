import type { Own } from '../fork.js';
import type { WasmMemory, WasmModule } from '../web-types.js';
import {
  BUSY,
  BUSY_STRIDE,
  CLOSED,
  COUNT,
  controlBytes,
  DONE,
  ENDING,
  FIRST_SLEEPS,
  ITEMS,
  type Kernel,
  NEXT,
  OWN,
  OWN_STRIDE,
  PROGRAM,
  runItem,
  SEQUENCE,
  SLEEPERS,
  type Start,
  TRAPPED,
  takeItem,
} from './protocol.js';
import type { Room } from './room.js';
import { type Handle, startThread } from './start.js';

/** How long a thread looks for work before it sleeps, and the first one for the others' end, ms. */
const SPIN = 0.1;
/** Without any item done for so long, ms, a thread is taken for dead. */
const LOST = 10_000;
/** A step of the clock counts no more than this, ms: the machine may have slept. */
const MOST_STEP = 100;
const CHECKS = 64;

/**
 * The threads of one engine beside the one that makes the calls. They start with the first region; until one is there, and where one has ended, the others do the work.
 */
export class Team {
  private readonly words: Int32Array;
  private readonly running = new Map<number, Handle>();
  private readonly mayWait: boolean;
  private started = false;
  /** Why threads are missing. */
  readonly faults: string[] = [];

  /** `control`: byte of the memory from which on controlBytes(threads) are the team's own. */
  constructor(
    private readonly module: WasmModule,
    private readonly memory: WasmMemory,
    private readonly control: number,
    private readonly threads: number,
  ) {
    this.words = new Int32Array(memory.buffer, control, controlBytes(threads) / 4);
    this.words.fill(0);
    this.words[NEXT] = CLOSED;
    this.mayWait = mayWait(this.words);
  }

  /** Threads that work, the first one counted; those not yet started too. */
  get size(): number {
    return this.started ? 1 + this.running.size : this.threads;
  }

  /**
   * Runs items [from, to) of a region on all threads until they are done, or `stop` says that other work waits. Returns the first item that is not done.
   * @param own address and bytes of what each thread has for its own, one after another
   */
  run(region: Room, from: number, to: number, own: Own, table: readonly Kernel[], stop?: () => boolean): number {
    const { words } = this;
    if (!this.started) this.start();
    this.whenIdle();
    words[COUNT] = to;
    words[PROGRAM] = region.at;
    words[ITEMS] = region.itemsAt;
    words[OWN] = own.at;
    words[OWN_STRIDE] = own.bytes;
    Atomics.store(words, DONE, from);
    Atomics.store(words, NEXT, from);
    Atomics.add(words, SEQUENCE, 1);
    const others = Math.min(to - from - 1, this.running.size);
    if (others > 0 && Atomics.load(words, SLEEPERS) > 0) Atomics.notify(words, SEQUENCE, others);
    for (let item = takeItem(words); item >= 0; item = takeItem(words)) {
      runItem(words, region, item, table, own.at);
      if (stop?.()) break;
    }
    const taken = Math.min(to, Atomics.exchange(words, NEXT, CLOSED));
    this.whenDone(taken);
    if (Atomics.exchange(words, TRAPPED, 0)) throw new Error('a kernel failed; what this call was to compute is lost');
    return taken;
  }

  /** Ends the threads. Regions are run by the first one alone from then on. */
  dispose(): void {
    this.started = true;
    Atomics.store(this.words, ENDING, 1);
    Atomics.add(this.words, SEQUENCE, 1);
    Atomics.notify(this.words, SEQUENCE);
    for (const handle of this.running.values()) handle.end();
    this.running.clear();
  }

  private start(): void {
    this.started = true;
    const { module, memory, control, threads } = this;
    for (let index = 1; index < threads; index++) {
      const start: Start = { module, memory, control, index, spin: SPIN };
      const ended = (fault: string) => {
        if (!this.running.has(index)) return;
        this.faults.push(fault);
        this.running.delete(index);
        this.words[BUSY + index * BUSY_STRIDE] = 0;
      };
      try {
        this.running.set(index, startThread(start, ended));
      } catch (error) {
        this.faults.push(`a thread could not start: ${(error as Error).message}`);
      }
    }
  }

  /** Waits until no thread looks for items of the region before. */
  private whenIdle(): void {
    for (const index of this.running.keys()) {
      const busy = BUSY + index * BUSY_STRIDE;
      if (Atomics.load(this.words, busy) === 0) continue;
      this.wait(() => Atomics.load(this.words, busy) === 0);
    }
  }

  /** Waits until so many items are done. */
  private whenDone(count: number): void {
    const { words } = this;
    if (Atomics.load(words, DONE) === count) return;
    this.wait(
      () => Atomics.load(words, DONE) === count,
      this.mayWait
        ? () => {
            Atomics.store(words, FIRST_SLEEPS, 1);
            const done = Atomics.load(words, DONE);
            if (done !== count) Atomics.wait(words, DONE, done, MOST_STEP / 2);
            Atomics.store(words, FIRST_SLEEPS, 0);
          }
        : undefined,
    );
  }

  /** Looks for a while, then sleeps where that is allowed. Error where a thread seems to have died in the middle of its work. */
  private wait(ready: () => boolean, sleep?: () => void): void {
    const { words } = this;
    const began = performance.now();
    let last = began;
    let still = 0;
    let done = Atomics.load(words, DONE);
    for (;;) {
      for (let i = 0; i < CHECKS; i++) if (ready()) return;
      if (sleep && performance.now() - began > SPIN) sleep();
      const now = performance.now();
      still += Math.min(now - last, MOST_STEP);
      last = now;
      if (done !== Atomics.load(words, DONE)) {
        done = Atomics.load(words, DONE);
        still = 0;
      }
      if (still > LOST) this.lose();
    }
  }

  private lose(): never {
    this.faults.push('a thread stopped answering');
    this.dispose();
    throw new Error(
      'threads: one ended in the middle of a call, whose result is lost; later calls are made on one thread',
    );
  }
}

/** The main thread of a page may not. */
function mayWait(words: Int32Array): boolean {
  try {
    Atomics.wait(words, SEQUENCE, words[SEQUENCE]! - 1, 0);
    return true;
  } catch {
    return false;
  }
}
