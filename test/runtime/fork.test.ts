import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Address, NONE, plus } from '#dist/runtime/address.js';
import { createEngine, type Engine } from '#dist/runtime/engine.js';
import { Pace } from '#dist/runtime/pace.js';
import { ROOM_BYTES } from '#dist/runtime/threads/room.js';
import { sameBits } from '../support/numbers.js';
import { Random } from '../support/random.js';
import { allAtWork, roomsOf } from '../support/team.js';

// Guarded kernels run on one thread.
const all = suite('forks');
const test = process.env.ESPALIER_GUARDED ? all.skip : all;
/** More than what a fork must be worth. */
const MUCH = 1e9;
const THREADS = [1, 2, 3, 5];

/** Vectors to add to: `sums` of [count][length] floats, 0 at first, and ones. */
class Vectors {
  readonly ones: Address;
  readonly sums: Address;
  readonly expected: Float32Array;

  constructor(
    readonly engine: Engine,
    readonly count: number,
    readonly length = 16,
  ) {
    const { arena } = engine;
    this.ones = arena.allocate(4 * length);
    engine.f32(this.ones, length).fill(1);
    this.sums = arena.allocate(4 * length * count);
    engine.f32(this.sums, length * count).fill(0);
    this.expected = new Float32Array(count);
  }

  at(index: number): Address {
    return plus(this.sums, 4 * this.length * index);
  }

  /** In the fork: adds 1 to vector `index`. */
  add(fork: { kernels: Engine['kernels'] }, index: number): void {
    fork.kernels.accumulate(this.at(index), this.ones, this.length);
    this.expected[index]!++;
  }

  check(what: string): void {
    const expected = Float32Array.from(
      { length: this.count * this.length },
      (_, i) => this.expected[Math.floor(i / this.length)]!,
    );
    sameBits(this.engine.f32(this.sums, expected.length), expected, what);
  }
}

/** A pace that is due at each item. */
class Hurried extends Pace {
  turns = 0;

  constructor(private readonly during: (turn: number) => unknown = () => undefined) {
    super();
  }

  override get due(): boolean {
    return true;
  }

  override async turn(): Promise<void> {
    await this.during(this.turns++);
  }
}

async function thrownBy(call: () => unknown): Promise<Error> {
  try {
    await call();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

for (const threads of THREADS) {
  test(`${threads} threads: each call is made once, calls of an item after each other, whatever the number of items`, async () => {
    const engine = await createEngine({ threads });
    const random = new Random(threads);
    const vectors = new Vectors(engine, 3000);
    await allAtWork(engine);
    for (let round = 0; round < 150; round++) {
      const items = round % 50 === 49 ? 3000 : 1 + random.below(20);
      const fork = engine.fork(MUCH);
      for (let item = 0; item < items; item++) {
        // In the order of the calls: 2 (s + 1) is not 2 s + 1.
        vectors.add(fork, item);
        if (random.chance(0.3)) vectors.add(fork, item);
        fork.next();
      }
      if (random.chance(0.5)) fork.join();
      else await fork.turns(random.chance(0.5) ? new Pace() : new Hurried());
      if (round % 20 === 0) vectors.check(`round ${round}`);
      // Threads fall asleep now and then.
      if (random.chance(0.05)) await new Promise((resolve) => setTimeout(resolve, 2));
    }
    vectors.check('at the end');
    engine.dispose();
  });

  test(`${threads} threads: while a fork waits in its turns others are run, and it goes on as it was`, async () => {
    const engine = await createEngine({ threads });
    const vectors = new Vectors(engine, 60);
    const others = new Vectors(engine, 60);
    await allAtWork(engine);
    const { used } = engine.arena;
    const inner = async (turn: number) => {
      const fork = engine.fork(MUCH);
      for (let item = 0; item < 1 + (turn % 7); item++) {
        others.add(fork, item + (turn % 50));
        fork.next();
      }
      if (turn % 2) fork.join();
      else await fork.turns(new Hurried(() => new Promise(setImmediate)));
    };
    // The other threads may do all of a fork before the first one could wait.
    for (let [waits, round] = [0, 0]; waits < 20 && round < 1000; round++) {
      const calls = [0, 20, 40].map(async (first) => {
        const fork = engine.fork(MUCH);
        for (let item = first; item < first + 20; item++) {
          vectors.add(fork, item);
          fork.next();
        }
        const pace = new Hurried(inner);
        await fork.turns(pace);
        waits += pace.turns - 1;
      });
      await Promise.all(calls);
    }
    vectors.check('those that wait');
    others.check('those in between');
    assert.ok(roomsOf(engine) <= 6, 'as many as were needed at a time');
    if (threads > 1) assert.is(engine.arena.used, used);
    engine.dispose();
  });

  test(`${threads} threads: forks side by side, over and over, take no more memory than the first ones`, async () => {
    const engine = await createEngine({ threads });
    const vectors = new Vectors(engine, 60);
    // Where a block would lie that only fits behind all that was ever taken.
    const end = () => {
      const at = engine.arena.allocate(2 ** 25);
      engine.arena.release(at);
      return at;
    };
    engine.fork(MUCH).join();
    const before = end();
    for (let round = 0; round < 60; round++) {
      await Promise.all(
        [0, 20, 40].map(async (first) => {
          const fork = engine.fork(MUCH);
          for (let item = first; item < first + 20; item++) {
            vectors.add(fork, item);
            fork.next();
          }
          await fork.turns(new Hurried(() => {}));
        }),
      );
    }
    assert.ok(end() - before <= 3 * ROOM_BYTES, `${end() - before} bytes more`);
    engine.dispose();
  });

  test(`${threads} threads: forks left by an error while they are written, or stopped in their turns, hold no memory and leave others alone`, async () => {
    const engine = await createEngine({ threads });
    const vectors = new Vectors(engine, 40);
    const ignored = new Vectors(engine, 40);
    await allAtWork(engine);
    let used = 0;
    for (let round = 0; round < 40; round++) {
      // Left while written: none of it is done.
      const left = engine.fork(MUCH);
      for (let item = 0; item < 10; item++) {
        ignored.add(left, item);
        left.next();
      }
      // Stopped: a part of it is done.
      const stopped = engine.fork(MUCH);
      for (let item = 0; item < 40; item++) {
        stopped.kernels.accumulate(ignored.at(item), ignored.ones, 0);
        stopped.next();
      }
      const reason = new Error('stopped');
      const error = await thrownBy(() =>
        stopped.turns(
          new Hurried(() => {
            throw reason;
          }),
        ),
      );
      assert.is(error, reason);
      const fork = engine.fork(MUCH);
      for (let item = 0; item < 40; item++) {
        vectors.add(fork, item);
        fork.next();
      }
      fork.join();
      vectors.check(`round ${round}`);
      if (round === 0) used = engine.arena.used;
      assert.is(engine.arena.used, used);
    }
    assert.ok(roomsOf(engine) <= 3);
    engine.dispose();
  });

  test(`${threads} threads: results are kept in the order of the calls, also of forks that are too long to be written at once`, async () => {
    const engine = await createEngine({ threads });
    await allAtWork(engine);
    for (const items of [1, 7, 3000]) {
      for (const how of ['join', 'turns'] as const) {
        const fork = engine.fork(MUCH);
        const expected: number[] = [];
        for (let item = 0; item < items; item++) {
          for (let call = 0; call <= item % 3; call++) {
            const shape: [number, number, number, number, number, number, number] = [
              1 + (item % 11),
              2 + call,
              9,
              8,
              3,
              1,
              1,
            ];
            const returned = fork.kernels.conv_bytes(...shape);
            if (call === 1) continue;
            fork.keep(returned);
            expected.push(engine.kernels.conv_bytes(...shape));
          }
          fork.next();
        }
        if (how === 'join') fork.join();
        else await fork.turns(new Hurried());
        assert.is(fork.keptCount, expected.length);
        assert.equal(
          expected.map((_, i) => fork.kept(i)),
          expected,
        );
      }
    }
    engine.dispose();
  });

  test(`${threads} threads: each has memory of its own, wherever it lies`, async () => {
    const engine = await createEngine({ threads });
    const bytes = 16_384;
    const own = { at: engine.arena.allocate(bytes * threads), bytes };
    const items = 200;
    await allAtWork(engine);
    const out = engine.arena.allocate(64 * items);
    const expected = engine.arena.allocate(64 * items);
    const scratch = engine.arena.allocate(256);
    const zeros = engine.scope().zeros(16);
    for (let round = 0; round < 20; round++) {
      const fork = engine.fork(MUCH, own);
      for (let item = 0; item < items; item++) {
        // Written to the thread's own, read from there by the next call: another item's numbers would show.
        fork.kernels.random_normal(plus(fork.own, 512), 1, plus(fork.own, 128), item, round, 1, 0);
        fork.kernels.relu_backward(plus(fork.own, 1024), zeros, 16, 1);
        fork.kernels.accumulate(plus(fork.own, 1024), plus(fork.own, 512), 16);
        fork.kernels.accumulate(plus(out, 64 * item), plus(fork.own, 1024), 16);
        // As long as it takes for others to have a part in it.
        fork.kernels.random_normal(plus(fork.own, 2048), 200, fork.own, 0, 1, 1, 0);
        fork.next();
      }
      engine.f32(out, 16 * items).fill(0);
      fork.join();
      for (let item = 0; item < items; item++)
        engine.kernels.random_normal(plus(expected, 64 * item), 1, scratch, item, round, 1, 0);
      sameBits(engine.f32(out, 16 * items), engine.f32(expected, 16 * items), `round ${round}`);
    }
    engine.dispose();
  });
}

test('threads see memory that has just grown, and calls written there, also above 2 GiB', async () => {
  const engine = await createEngine({ threads: 3 });
  const { arena } = engine;
  await allAtWork(engine);
  for (const step of [0, 2 ** 20, 2 ** 22, 2 ** 24, 2 ** 31, 2 ** 20, 2 ** 16]) {
    // All rooms are taken by forks that wait, so that a new one is made behind what has been allocated.
    const waiting: Promise<void>[] = [];
    let go = () => {};
    const gone = new Promise<void>((resolve) => {
      go = resolve;
    });
    const first = new Vectors(engine, 2);
    for (let rooms = roomsOf(engine); rooms > 0; rooms--) {
      const fork = engine.fork(MUCH);
      for (let item = 0; item < 2; item++) {
        fork.kernels.accumulate(first.at(item), first.ones, 0);
        fork.next();
      }
      waiting.push(fork.turns(new Hurried(() => gone)));
    }
    arena.allocate(step);
    const vectors = new Vectors(engine, 100, 10_000);
    const own = { at: arena.allocate(3 * 40_000), bytes: 40_000 };
    const zeros = engine.scope().zeros(10_000);
    for (let round = 0; round < 30; round++) {
      const fork = engine.fork(MUCH, own);
      for (let item = 0; item < 100; item++) {
        fork.kernels.relu_backward(fork.own, zeros, 10_000, 1);
        fork.kernels.accumulate(fork.own, vectors.ones, 10_000);
        fork.kernels.accumulate(vectors.at(item), fork.own, 10_000);
        vectors.expected[item]!++;
        fork.next();
      }
      fork.join();
    }
    vectors.check(`behind ${step} more bytes`);
    go();
    await Promise.all(waiting);
  }
  assert.ok(arena.used > 2 ** 31);
  engine.dispose();
});

test('arguments arrive as they are', async () => {
  const engine = await createEngine({ threads: 2 });
  const at = engine.arena.allocate(128 * 64);
  engine.f32(at, 32 * 64).fill(1);
  const ones = engine.scope().copy(new Float32Array(32).fill(1));
  const values = [
    0,
    -0,
    1e30,
    3.4e38,
    2 ** 47,
    2 ** 49,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NaN,
  ];
  values.push(1e-40, -(2 ** 48), 2 ** 48 + 2 ** 40);
  const fork = engine.fork(MUCH);
  values.forEach((value, i) => {
    fork.kernels.relu_backward(plus(at, 128 * i), ones, 32, value);
    fork.next();
  });
  fork.join();
  values.forEach((value, i) => {
    sameBits(engine.f32(plus(at, 128 * i), 32), new Float32Array(32).fill(value), String(value));
  });
  engine.dispose();
});

test('a call that traps, on any thread, is refused, and later calls are right', async () => {
  for (const threads of [2, 3]) {
    const engine = await createEngine({ threads });
    const vectors = new Vectors(engine, 30);
    await allAtWork(engine);
    const beyond = 0xffff_ff00 as Address;
    for (let round = 0; round < 20; round++) {
      const bad = engine.fork(MUCH);
      for (let item = 0; item < 30; item++) {
        bad.kernels.accumulate(item === round ? beyond : vectors.at(item), vectors.ones, item === round ? 32 : 0);
        bad.next();
      }
      const error = await thrownBy(() => (round % 2 ? bad.join() : bad.turns(new Pace())));
      assert.match(error.message, /^a kernel failed/);
      const fork = engine.fork(MUCH);
      for (let item = 0; item < 30; item++) {
        vectors.add(fork, item);
        fork.next();
      }
      fork.join();
      vectors.check(`round ${round}`);
    }
    assert.is(engine.working.threads, threads);
    engine.dispose();
  }
});

for (const threads of THREADS) {
  test(`${threads} threads: an item of more calls than can be written is run in their order, with one memory of its own`, async () => {
    const engine = await createEngine({ threads });
    await allAtWork(engine);
    const vectors = new Vectors(engine, 40);
    const own = { at: engine.scope().zeros(16 * threads), bytes: 64 };
    const sums = [];
    for (let round = 0; round < 5; round++) {
      engine.f32(own.at, 16 * threads).fill(0);
      const fork = engine.fork(MUCH, own);
      for (let item = 0; item < 40; item++) {
        vectors.add(fork, item);
        // What one thread has summed up for its own would be missing on another.
        if (item === 20) {
          for (let call = 0; call < 7000; call++) fork.kernels.accumulate(fork.own, vectors.ones, 16);
          fork.keep(fork.kernels.sum_k_log_k(NONE, NONE, 0));
          fork.kernels.accumulate(vectors.at(0), fork.own, 16);
          vectors.expected[0]! += 7000;
        }
        fork.next();
      }
      fork.join();
      sums.push(fork.kept(0));
    }
    vectors.check('all rounds');
    assert.equal(sums, [0, 0, 0, 0, 0]);
    engine.dispose();
  });
}

test('what cannot be written is refused', async () => {
  const engine = await createEngine({ threads: 2 });
  const vectors = new Vectors(engine, 1);
  // A fork that is done.
  const done = engine.fork(MUCH);
  done.join();
  assert.match((await thrownBy(() => vectors.add(done, 0))).message, /cannot be written/);
  engine.dispose();
});

all.run();
