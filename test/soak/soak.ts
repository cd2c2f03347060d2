import { createHash } from 'node:crypto';
import { createEngine, DenseNet } from 'espalier';
import { Engine } from '#dist/runtime/engine.js';
import { forkAll } from '../support/fork-all.js';
import { keeping, LONG_CALLS, type LongCall, type More, READS, shared } from '../support/long-calls.js';
import { Random } from '../support/random.js';
import { SlowClock } from '../support/slow-clock.js';
import { killThread } from '../support/team.js';

export interface SoakOptions {
  readonly seed: number;
  /** How long to go on, ms. */
  readonly milliseconds: number;
  /** This round alone. */
  readonly round?: number | undefined;
  /** Of each engine. Default 2; all calls run on all of them, however short. */
  readonly threads?: number | undefined;
  /** Hears of the state about once a minute. */
  readonly report?: (line: string) => void;
}

/** What came of all calls. */
export interface Counts {
  rounds: number;
  calls: number;
  /** With the result that the call has alone. */
  same: number;
  stopped: number;
  /** Stopped calls of fit that went on from their checkpoint to the same result. */
  resumed: number;
  failedCallbacks: number;
  outOfMemory: number;
  /** Calls and disposals that were refused because of others. */
  refused: number;
  /** Threads ended from outside, and calls that were refused as one ended in their middle. */
  killed: number;
  lost: number;
}

/** A result that is wrong, bytes that stay allocated, or memory that grows. */
export class SoakFault extends Error {}

const REASON = new Error('stopped by the soak');
const FAILED = new Error('a callback of the soak failed');
const NO_MEMORY = 'no memory, for the soak';
const LOST = /^a thread ended in the middle of a call/;
const REFUSED = /^(Error: )?((fit|dispose|gateBatches): |this net was disposed of)/;

type Ending = 'same' | 'stopped' | 'failedCallbacks' | 'outOfMemory' | 'refused' | 'lost';

/**
 * Rounds of calls that run side by side on two engines, some of them stopped by a signal, by a callback that fails or by memory that ends, some on one net that may be
 * disposed of meanwhile, with threads that are ended now and then. After each round the engines hold what they held before it, and what was not disturbed is what it is
 * alone on one thread. A round is a function of (seed, round).
 */
export async function soak({ seed, milliseconds, round: only, report, threads = 2 }: SoakOptions): Promise<Counts> {
  const single = await createEngine({ threads: 1 });
  const known = new Map<string, string>();
  for (const call of [...LONG_CALLS, ...READS])
    known.set(call.name, digest(await call.run(single, { engine: single })));
  const net = await DenseNet.load(shared.bytes, { engine: single });
  known.set('shared fit', digest(await shared.fit(net)));
  net.dispose();
  forkAll(Engine);
  const engines = [await createEngine({ threads }), await createEngine({ threads })];
  const counts: Counts = {
    rounds: 0,
    calls: 0,
    same: 0,
    stopped: 0,
    resumed: 0,
    failedCallbacks: 0,
    outOfMemory: 0,
    refused: 0,
    killed: 0,
    lost: 0,
  };
  const memory = new MemoryLog(engines);
  const began = Date.now();
  let told = began;
  for (let round = only ?? 1; only === undefined ? Date.now() - began < milliseconds : round === only; round++) {
    const before = engines.map(({ arena }) => arena.used);
    try {
      await new Round(engines, known, counts, new Random(seed * 1_000_003 + round)).run();
      engines.forEach(({ arena }, e) => {
        if (arena.used !== before[e])
          throw new SoakFault(`engine ${e} holds ${arena.used} bytes, ${before[e]} before the round`);
      });
    } catch (error) {
      throw new SoakFault(`seed ${seed}, round ${round}: ${(error as Error).message}`, { cause: error });
    }
    counts.rounds++;
    for (const [e, engine] of engines.entries()) {
      if (engine.working.threads === threads) continue;
      engine.dispose();
      engines[e] = await createEngine({ threads });
    }
    memory.note();
    if (Date.now() - told < 60_000) continue;
    told = Date.now();
    report?.(`${Math.round((told - began) / 60_000)} min: ${inWords(counts)}; ${memory.now()}`);
  }
  memory.requireFlat();
  return counts;
}

export function inWords(counts: Counts): string {
  return Object.entries(counts)
    .map(([name, count]) => `${count} ${name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}`)
    .join(', ');
}

class Round {
  private killer: Killer | undefined;

  constructor(
    private readonly engines: readonly Engine[],
    private readonly known: ReadonlyMap<string, string>,
    private readonly counts: Counts,
    private readonly random: Random,
  ) {}

  async run(): Promise<void> {
    const { random } = this;
    const clock = random.chance(0.5) ? new SlowClock() : undefined;
    this.killer = random.chance(0.1) ? new Killer(this.someEngine(), random.below(300), this.counts) : undefined;
    // Goes on with one thread.
    if (random.chance(0.03)) void after(random.below(30), () => this.someEngine().dispose());
    try {
      const kind = random.below(4);
      if (kind === 0) await this.withoutMemory();
      else if (kind === 1) await this.onOneNet();
      else await Promise.all(Array.from({ length: 1 + random.below(4) }, () => this.disturbed(this.someCall())));
    } finally {
      this.killer?.stop();
      clock?.stop();
    }
  }

  private someCall(): LongCall {
    return LONG_CALLS[this.random.below(LONG_CALLS.length)]!;
  }

  private someEngine(): Engine {
    return this.engines[this.random.below(this.engines.length)]!;
  }

  /** A call by itself, on an engine of which an allocation fails. */
  private async withoutMemory(): Promise<void> {
    const engine = this.someEngine();
    const { arena } = engine;
    const allocate = arena.allocate;
    let left = this.random.below(60);
    arena.allocate = function limited(bytes) {
      if (left-- === 0) throw new RangeError(NO_MEMORY);
      return allocate.call(arena, bytes);
    };
    try {
      await this.check(this.someCall(), engine, { engine });
    } finally {
      arena.allocate = allocate;
    }
  }

  /** A call with a signal or a callback that may end it. */
  private async disturbed(call: LongCall): Promise<void> {
    const { random } = this;
    const engine = this.someEngine();
    const more: More = { engine };
    const turns = random.below(random.chance(0.5) ? 6 : 200);
    if (call.signal && random.chance(0.5)) {
      const stop = new AbortController();
      more.signal = stop.signal;
      void after(turns, () => stop.abort(REASON));
    }
    if (call.callbacks.length && random.chance(0.4)) {
      const name = call.callbacks[random.below(call.callbacks.length)]!;
      const fails = random.below(12);
      const later = random.chance(0.5);
      let calls = 0;
      more[name] = () => {
        if (calls++ !== fails) return undefined;
        if (later) return after(2, () => Promise.reject(FAILED));
        throw FAILED;
      };
    }
    await after(random.below(4), () => this.check(call, engine, more));
  }

  /** Calls and disposals on one net, at random instants. */
  private async onOneNet(): Promise<void> {
    const { random } = this;
    const engine = this.someEngine();
    const net = await DenseNet.load(shared.bytes, { engine });
    const trains = random.chance(0.4);
    const calls = Array.from({ length: 2 + random.below(4) }, () => {
      const call = READS[random.below(READS.length)]!;
      return after(random.below(20), () => this.checkOn(call, net, trains));
    });
    if (trains) calls.push(after(random.below(10), () => this.fitOn(net)));
    const disposal = after(random.below(40), () => {
      try {
        net.dispose();
      } catch (error) {
        this.end('refused', String(error));
      }
    });
    await Promise.all([...calls, disposal]);
    net.dispose();
  }

  private async checkOn(call: (typeof READS)[number], net: DenseNet, trains: boolean): Promise<void> {
    this.counts.calls++;
    try {
      const result = await call.on(net);
      // Beside training it is the result of other weights.
      if (!trains) this.same(call.name, result);
      else this.counts.same++;
    } catch (error) {
      if (error instanceof SoakFault) throw error;
      this.end('refused', String(error));
    }
  }

  private async fitOn(net: DenseNet): Promise<void> {
    this.counts.calls++;
    try {
      this.same('shared fit', await shared.fit(net));
    } catch (error) {
      if (error instanceof SoakFault) throw error;
      this.end('refused', String(error));
    }
  }

  private async check(call: LongCall, engine: Engine, more: More): Promise<void> {
    this.counts.calls++;
    const { kept, work } = keeping(call, engine, more);
    try {
      this.same(call.name, await work());
    } catch (error) {
      if (error instanceof SoakFault) throw error;
      if (error === REASON && more.signal) await this.goOn(call, engine, kept.checkpoint);
      else if (error === FAILED) this.end('failedCallbacks', '');
      else if ((error as Error).message === NO_MEMORY) this.end('outOfMemory', '');
      else if (LOST.test((error as Error).message)) this.end('lost', '');
      else throw new SoakFault(`${call.name}: ${(error as Error).stack}`);
    }
  }

  private async goOn(call: LongCall, engine: Engine, resume: Uint8Array | undefined): Promise<void> {
    this.counts.stopped++;
    if (!resume) return;
    this.counts.calls++;
    try {
      this.same(call.name, await call.run(engine, { engine, resume }));
      this.counts.resumed++;
    } catch (error) {
      if (!LOST.test((error as Error).message)) throw error;
      this.end('lost', '');
    }
  }

  private same(name: string, result: unknown): void {
    if (digest(result) !== this.known.get(name)) throw new SoakFault(`${name}: another result than alone`);
    this.counts.same++;
  }

  private end(ending: Ending, message: string): void {
    if (ending === 'lost' && !this.killer) throw new SoakFault('a call was lost although no thread was ended');
    if (ending === 'refused' && LOST.test(message.replace(/^Error: /, ''))) this.end('lost', message);
    else if (ending === 'refused' && !REFUSED.test(message)) throw new SoakFault(message);
    else this.counts[ending]++;
  }
}

/** Ends a thread of an engine when the clock is looked at for the n-th time: forks do so after each item, while other threads are at theirs. */
class Killer {
  private readonly own = Object.getOwnPropertyDescriptor(performance, 'now');

  constructor(engine: Engine, looks: number, counts: Counts) {
    const now = performance.now.bind(performance);
    let left = looks;
    const value = () => {
      if (left-- === 0 && killThread(engine)) counts.killed++;
      return now();
    };
    Object.defineProperty(performance, 'now', { configurable: true, value });
  }

  stop(): void {
    if (this.own) Object.defineProperty(performance, 'now', this.own);
    else Reflect.deleteProperty(performance, 'now');
  }
}

async function after<T>(tasks: number, call: () => T | Promise<T>): Promise<T> {
  for (let i = 0; i < tasks; i++) await new Promise((resolve) => setImmediate(resolve));
  return call();
}

function digest(result: unknown): string {
  const bits = (_: string, value: unknown) =>
    ArrayBuffer.isView(value)
      ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
      : value;
  return createHash('sha256')
    .update(JSON.stringify(result, bits) ?? 'undefined')
    .digest('hex');
}

interface Sample {
  readonly resident: number;
  readonly module: number;
}

/** Memory of the process and of its engines, a few hundred samples of it. */
class MemoryLog {
  private readonly samples: Sample[] = [];
  private last = 0;

  constructor(private readonly engines: readonly Engine[]) {}

  /** Takes a sample every second. */
  note(): void {
    if (Date.now() - this.last < 1000) return;
    this.last = Date.now();
    globalThis.gc?.();
    const module = this.engines.reduce((sum, { arena }) => sum + arena.memory.buffer.byteLength, 0);
    this.samples.push({ resident: process.memoryUsage().rss, module });
  }

  now(): string {
    const { resident, module } = this.samples.at(-1)!;
    return `${mega(resident)} resident, ${mega(module)} of WebAssembly`;
  }

  /** Last quarter against first, of a run of a minute or more whose garbage was collected; the first tenth warms up. */
  requireFlat(): void {
    if (this.samples.length < 60 || !globalThis.gc) return;
    const warm = this.samples.slice(Math.ceil(this.samples.length / 10));
    const quarter = Math.floor(warm.length / 4);
    for (const of of ['resident', 'module'] as const) {
      const mean = (part: readonly Sample[]) => part.reduce((sum, sample) => sum + sample[of], 0) / part.length;
      const [first, final] = [mean(warm.slice(0, quarter)), mean(warm.slice(-quarter))];
      if (final > 1.1 * first + 8e6)
        throw new SoakFault(`${of} memory grew from ${mega(first)} in the first quarter to ${mega(final)} in the last`);
    }
  }
}

function mega(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
