import type { Own } from '../fork.js';
import type { WasmMemory, WasmModule } from '../web-types.js';
import {
  busyWord,
  controlBytes,
  DONE,
  ENDING,
  FIRST_SLEEPS,
  ITEMS,
  type Kernel,
  OWN,
  OWN_STRIDE,
  PAGE,
  PAGES,
  PROGRAM,
  runItem,
  SEQUENCE,
  SLEEPERS,
  type Start,
  share,
  shareCount,
  shareWord,
  THREADS,
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
/** How long nothing need happen before threads are asked whether they live, ms. */
const PATIENCE = 20;
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
    private readonly modules: readonly WasmModule[],
    private readonly memory: WasmMemory,
    private readonly control: number,
    private readonly threads: number,
  ) {
    this.words = new Int32Array(memory.buffer, control, controlBytes(threads) / 4);
    this.words.fill(0);
    this.words[THREADS] = threads;
    this.mayWait = mayWait(this.words);
  }

  /** Threads that work, the first one counted; those not yet started too. */
  get size(): number {
    return this.started ? 1 + this.running.size : this.threads;
  }

  /** Shares of `count` items, one a thread that works. */
  cut(count: number): number[] {
    if (!this.started) this.start();
    const shares: number[] = [];
    const { size } = this;
    let [from, cuts] = [0, 0];
    for (let thread = 0; thread < this.threads; thread++) {
      const to = thread === 0 || this.running.has(thread) ? Math.floor((++cuts * count) / size) : from;
      shares.push(share(from, to));
      from = to;
    }
    return shares;
  }

  /**
   * Runs the shares of a region's items on all threads until they are done, or `stop` says that other work waits. They are then what is left of them.
   * @param own address and bytes of what each thread has for its own, one after another
   */
  run(region: Room, shares: number[], own: Own, table: readonly Kernel[], stop?: () => boolean): void {
    const { words } = this;
    let count = 0;
    for (const word of shares) count += shareCount(word);
    words[PROGRAM] = region.at;
    words[ITEMS] = region.itemsAt;
    words[OWN] = own.at;
    words[OWN_STRIDE] = own.bytes;
    words[PAGES] = this.memory.buffer.byteLength / PAGE;
    words[TRAPPED] = 0;
    Atomics.store(words, DONE, 0);
    for (let thread = 0; thread < shares.length; thread++) Atomics.store(words, shareWord(thread), shares[thread]!);
    Atomics.add(words, SEQUENCE, 1);
    const others = Math.min(count - 1, this.running.size);
    if (others > 0 && Atomics.load(words, SLEEPERS) > 0) Atomics.notify(words, SEQUENCE, others);
    const here = () => region;
    for (let item = takeItem(words, 0); item >= 0; item = takeItem(words, 0)) {
      runItem(words, here, item, table, own.at);
      if (stop?.()) break;
    }
    for (let thread = 0; thread < shares.length; thread++) {
      shares[thread] = Atomics.exchange(words, shareWord(thread), 0);
      count -= shareCount(shares[thread]!);
    }
    this.whenDone(count);
    if (Atomics.load(words, TRAPPED)) throw new Error('a kernel failed; what this call was to compute is lost');
  }

  /** Ends the threads. Regions are run by the first one alone from then on. */
  dispose(why = 'the engine was disposed of'): void {
    if (Atomics.load(this.words, ENDING)) return;
    this.started = true;
    this.faults.push(why);
    Atomics.store(this.words, ENDING, 1);
    Atomics.add(this.words, SEQUENCE, 1);
    Atomics.notify(this.words, SEQUENCE);
    for (const handle of this.running.values()) handle.end();
    this.running.clear();
  }

  private start(): void {
    this.started = true;
    const { modules, memory, control, threads } = this;
    for (let index = 1; index < threads; index++) {
      const start: Start = { modules, memory, control, index, spin: SPIN };
      try {
        const ended = (fault: string) => this.miss(index, fault);
        this.running.set(index, startThread(start, ended));
      } catch (error) {
        this.faults.push(`a thread could not start: ${(error as Error).message}`);
      }
    }
  }

  private miss(index: number, fault: string): void {
    if (this.running.delete(index)) this.faults.push(fault);
  }

  /** Waits until so many items are done: looks for a while, then sleeps where that is allowed. Error where a thread has died in the middle of one. */
  private whenDone(count: number): void {
    const { words } = this;
    const began = performance.now();
    let last = began;
    let still = 0;
    let asked = 0;
    let before = -1;
    for (;;) {
      let done = before;
      for (let i = 0; i < CHECKS; i++) {
        done = Atomics.load(words, DONE);
        if (done === count) return;
      }
      const now = performance.now();
      still += Math.min(now - last, MOST_STEP);
      last = now;
      if (done !== before) {
        before = done;
        still = 0;
        asked = PATIENCE;
      } else if (still > LOST) {
        // It might go on one day: none of this memory's threads is to be trusted.
        this.dispose('a thread stopped answering');
        throw lost();
      } else if (still > asked) {
        asked = still + PATIENCE;
        if (this.nobodyWorks() && Atomics.load(words, DONE) !== count) throw lost();
      }
      if (this.mayWait && now - began > SPIN) {
        Atomics.store(words, FIRST_SLEEPS, 1);
        Atomics.wait(words, DONE, done, PATIENCE);
        Atomics.store(words, FIRST_SLEEPS, 0);
      }
    }
  }

  /** Whether all threads that live have left the region; what they have not done by then was taken by one that is dead. */
  private nobodyWorks(): boolean {
    for (const [index, handle] of this.running) if (handle.isDead()) this.miss(index, 'a thread ended');
    return [...this.running.keys()].every((index) => Atomics.load(this.words, busyWord(index)) === 0);
  }
}

function lost(): Error {
  return new Error(
    'a thread ended in the middle of a call, whose result is lost; later calls are made on the threads left',
  );
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
