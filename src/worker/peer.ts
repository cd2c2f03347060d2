import { createBirpc } from 'birpc';
import { iterableToo, iteratorOf } from './iterating.js';
import type { CopiedKind, Kind } from './kinds.js';
import type { Port } from './port.js';
import { isSignal, type Lender, Packer, type Receiver, type Token, unpacked } from './wire.js';

/** What a call comes to. */
type Outcome = { readonly value: unknown } | { readonly error: unknown };

interface Message {
  /** Of an answer 's', of a question 'q'. */
  t: string;
  /** Arguments. */
  a?: unknown[];
  /** Result. */
  r?: unknown;
}

/** What the sides do differently. */
export interface Side extends Pick<Lender, 'stays'>, Pick<Receiver, 'stayed' | 'dataset' | 'classOf'> {
  /** Whether arrays of arguments are handed over, not copied. */
  readonly movesArguments: boolean;
  /** What the other side asks for by name. */
  answer(on: number | undefined, name: string, args: unknown[]): unknown;
  /** The other side has no use any more for what stays here. */
  released?(id: number): void;
  /** What was packed since it was last called has left, or never will. */
  sent?(hasLeft: boolean): void;
}

interface Remote {
  call(on: number | undefined, name: string, args: unknown): Outcome;
  /** A function that was lent. */
  invoke(id: number, args: unknown): Outcome;
  /** The next values of an iterable that was lent, or its end. */
  next(id: number, ends: boolean): Outcome;
  abort(id: number, reason: unknown): void;
  release(id: number): void;
}

/** How long the values of a generator are gathered for one message, ms, and how many at most. */
const GATHER = 8;
const GATHERED = 256;
/** Errors that may come back from the other side. */
const ERRORS = 64;

/** What a call has lent. */
type Loans = number[];

/** One side of a wire: calls to the other side, and what each has of the other. */
export class Peer implements Lender, Receiver {
  private readonly rpc;
  private readonly lent = new Map<number, object>();
  private readonly errors = new Map<number, unknown>();
  private readonly foreign = new WeakMap<object, number>();
  private readonly aborts = new Map<number, AbortController>();
  private readonly transfers = new WeakMap<object, readonly object[]>();
  private loans: Loans | undefined;
  private ids = 0;
  /** How many things of the other side have come. */
  private borrows = 0;
  private over: Error | undefined;
  private underWay = 0;
  /** Tells the other side of what nobody here has any more. */
  private readonly unused = new FinalizationRegistry<number>((id) => this.release(id));

  /** `step`: 1 on the one side and -1 on the other, so that numbers tell whose they are. */
  constructor(
    private readonly port: Port,
    private readonly side: Side,
    private readonly step: 1 | -1,
  ) {
    const answers = {
      call: (on: number | undefined, name: string, args: unknown) =>
        this.outcome(args, (given) => side.answer(on, name, given), name === 'local' ? false : 'results'),
      invoke: (id: number, args: unknown) =>
        // Of a call that is over nobody waits for an answer.
        this.outcome(args, (given) =>
          (this.lent.get(id) as undefined | ((...given: unknown[]) => unknown))?.(...given),
        ),
      next: (id: number, ends: boolean) => this.outcome([], () => this.advance(id, ends)),
      abort: async (id: number, reason: unknown) =>
        this.aborts.get(id)?.abort(await unpacked((reason as { value: unknown }).value, this)),
      release: (id: number) => {
        this.lent.delete(id);
        this.aborts.delete(id);
        side.released?.(id);
      },
    };
    this.rpc = createBirpc<Remote, typeof answers, false>(answers, {
      post: (message: Message) => this.post(message),
      on: (receive) => port.listen(receive as (message: unknown) => void),
      timeout: -1,
      proxify: false,
    });
  }

  /** A number of this side. */
  newId(): number {
    this.ids += this.step;
    return this.ids;
  }

  /**
   * Calls something of the other side. The arguments have left when it returns.
   * @throws what the call throws there; the reason of a signal among the arguments, itself
   */
  async call(on: number | undefined, name: string, args: unknown[]): Promise<unknown> {
    if (this.over) throw this.over;
    const loans: Loans = [];
    const before = this.borrows;
    try {
      this.loans = loans;
      const given = this.arguments(args);
      this.loans = undefined;
      return await this.value(this.rpc.$call('call', on, name, given));
    } finally {
      this.loans = undefined;
      // Functions and iterables that came may need what was lent: then the other side tells when it does not.
      if (this.borrows === before) for (const id of loans) this.end(id);
    }
  }

  /** Tells the other side that nobody here needs what it calls this. */
  release(id: number): void {
    if (!this.over) this.rpc.$callEvent('release', id).catch(() => {});
  }

  /** Rejects all calls under way and to come. */
  close(error: Error): void {
    this.over ??= error;
    this.rpc.$close(error);
  }

  lend(what: object): number {
    const id = this.newId();
    this.lent.set(id, what);
    this.loans?.push(id);
    if (isSignal(what)) {
      const tell = () => {
        // The signal's own promise is not waited for: the call tells.
        this.rpc.$callEvent('abort', id, this.packed(what.reason, false)).catch(() => {});
      };
      what.addEventListener('abort', tell, { once: true });
      this.lent.set(id, { end: () => what.removeEventListener('abort', tell) });
    }
    return id;
  }

  foreignError(error: unknown): number | undefined {
    return this.foreign.get(error as object);
  }

  ownError(error: unknown): number {
    const id = this.newId();
    this.errors.set(id, error);
    for (const old of this.errors.keys()) {
      if (this.errors.size <= ERRORS) break;
      this.errors.delete(old);
    }
    return id;
  }

  stays(value: object, kind: Kind | undefined, packer: Packer): Token | undefined {
    return this.side.stays(value, kind, packer);
  }

  borrowed(tag: 'function' | 'iterable' | 'signal', { id, latest, aborted }: Token, reason: unknown): unknown {
    const own =
      tag === 'function' ? this.stub(id!, latest === true) : tag === 'iterable' ? this.iterable(id!) : undefined;
    if (own) {
      this.borrows++;
      this.unused.register(own, id!);
      return own;
    }
    const controller = new AbortController();
    this.aborts.set(id!, controller);
    if (aborted) controller.abort(reason);
    return controller.signal;
  }

  ownErrorOf(id: number): unknown {
    return this.errors.get(id);
  }

  came(error: Error, id: number): void {
    this.foreign.set(error, id);
  }

  stayed(given: Token): unknown {
    return this.side.stayed(given);
  }

  dataset(given: Token, parts: Record<string, unknown>): unknown {
    return this.side.dataset(given, parts);
  }

  classOf(kind: CopiedKind): Promise<abstract new (...given: never[]) => object> {
    return this.side.classOf(kind);
  }

  private arguments(args: unknown[]): unknown {
    try {
      return this.packed(args, this.side.movesArguments);
    } catch (error) {
      this.side.sent?.(false);
      throw error;
    }
  }

  /** `moves`: whether arrays go over or are copied. */
  private packed(value: unknown, moves: boolean | 'results'): unknown {
    const packer = new Packer(this, moves !== false);
    const parcel = { value: packer.pack(value) };
    // Arrays beside what stays may be those that it computes with.
    if (moves !== 'results' || !packer.stays) this.transfers.set(parcel, [...packer.transfer]);
    return parcel;
  }

  /** Of an argument that cannot be cloned the call here is told, of a result the one there. */
  private post(message: Message): void {
    try {
      this.port.post(message, this.transferred(message));
      this.side.sent?.(true);
    } catch (error) {
      this.side.sent?.(false);
      if (message.t !== 's') throw error;
      this.port.post({ ...message, r: this.packed({ error }, false) }, []);
    }
  }

  private transferred({ a, r }: Message): readonly object[] {
    const parcel = r ?? a?.at(-1);
    return (typeof parcel === 'object' && parcel !== null && this.transfers.get(parcel)) || [];
  }

  /** `moves`: the result's arrays are handed over. Those given to callbacks may be in use still. */
  private async outcome(
    args: unknown,
    work: (given: unknown[]) => unknown,
    moves: false | 'results' = false,
  ): Promise<unknown> {
    try {
      const { value } = args as { value: unknown[] };
      return this.packed({ value: await work((await unpacked(value ?? [], this)) as unknown[]) }, moves);
    } catch (error) {
      return this.packed({ error }, false);
    }
  }

  private async value(outcome: Promise<unknown>): Promise<unknown> {
    if (this.underWay++ === 0) this.port.busy?.(true);
    try {
      const { value } = (await outcome) as { value: unknown };
      const come = (await unpacked(value, this)) as Outcome;
      if ('error' in come) throw come.error;
      return come.value;
    } finally {
      if (--this.underWay === 0) this.port.busy?.(false);
    }
  }

  /** A function of the other side. Its answer is a promise, and what can be iterated, should that be one. */
  private stub(id: number, latest: boolean): (...args: unknown[]) => unknown {
    const ask = (args: unknown[]) => this.value(this.rpc.$call('invoke', id, this.packed(args, false)));
    if (!latest) return (...args) => iterableToo(ask(args));
    let waiting: unknown[] | undefined;
    let asked: Promise<unknown> | undefined;
    const ongoing = async () => {
      while (waiting) {
        const args = waiting;
        waiting = undefined;
        await ask(args);
      }
    };
    return (...args) => {
      waiting = args;
      asked ??= ongoing().finally(() => {
        asked = undefined;
      });
      return asked;
    };
  }

  /** Something of the other side that can be gone through once. */
  private async *iterable(id: number): AsyncGenerator<unknown> {
    let ended = false;
    try {
      while (!ended) {
        const next = (await this.value(this.rpc.$call('next', id, false))) as { values: unknown[]; ended: boolean };
        ended = next.ended;
        yield* next.values;
      }
    } catch (error) {
      ended = true;
      throw error;
    } finally {
      if (!ended) await this.value(this.rpc.$call('next', id, true));
    }
  }

  /** Values of an iterable that was lent: of a generator at hand many at a time, of a stream each as it comes. */
  private async advance(id: number, ends: boolean): Promise<{ values: unknown[]; ended: boolean }> {
    const lent = this.lent.get(id)!;
    const iterator = iteratorOf(lent);
    this.lent.set(id, iterator);
    if (ends) {
      await iterator.return?.();
      return { values: [], ended: true };
    }
    const values: unknown[] = [];
    const until = performance.now() + GATHER;
    do {
      const next = iterator.next();
      const { done, value } = next instanceof Promise ? await next : next;
      if (done) return { values, ended: true };
      values.push(value);
      if (next instanceof Promise) break;
    } while (values.length < GATHERED && performance.now() < until);
    return { values, ended: false };
  }

  private end(id: number): void {
    const lent = this.lent.get(id);
    this.lent.delete(id);
    if (!lent || !('end' in lent)) return;
    (lent as { end(): void }).end();
    this.release(id);
  }
}
