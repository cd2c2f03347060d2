// Long calls that fail, wherever they may: memory that ends at any allocation, a signal that is aborted at any pause, a callback that throws or is rejected at any call.
// Whatever happens, nothing stays allocated.
import { createEngine, type Engine } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { METHODS } from '#dist/models/registry.js';
import { badOptions } from '../support/bad-values.js';
import { keeping, LONG_CALLS, type LongCall, pictures } from '../support/long-calls.js';
import { dense, switches } from '../support/problems.js';
import { SlowClock } from '../support/slow-clock.js';

/** 1, 2, 3, ... and then ever larger steps. */
function* instants(): Generator<number> {
  for (let n = 0; ; n += n < 4 ? 1 : Math.ceil(n / 2)) yield n;
}

/** The result, or the error; nothing may stay allocated. */
async function outcome(engine: Engine, what: string, work: () => Promise<unknown>): Promise<unknown> {
  const before = engine.arena.used;
  let result: unknown;
  try {
    result = await work();
  } catch (error) {
    result = error;
  }
  assert.is(engine.arena.used, before, `${what}: bytes stay allocated`);
  return result;
}

for (const call of LONG_CALLS) {
  test(`${call.name}: memory that ends at any allocation`, async () => {
    const engine = await createEngine();
    const { arena } = engine;
    const allocate = arena.allocate.bind(arena);
    for (const k of instants()) {
      let left = k;
      arena.allocate = (bytes) => {
        if (left-- === 0) throw new RangeError('no memory, for a test');
        return allocate(bytes);
      };
      const result = await outcome(engine, `allocation ${k}`, () => call.run(engine, { engine }));
      if (!(result instanceof Error)) {
        assert.ok(k > 0);
        return;
      }
      assert.match(result.message, /no memory, for a test/);
    }
  });

  if (call.signal) {
    test(`${call.name}: a signal that is aborted before, and at any pause`, async () => {
      const engine = await createEngine();
      const reason = new Error('enough');
      const early = await outcome(engine, 'before', () =>
        call.run(engine, { engine, signal: AbortSignal.abort(reason) }),
      );
      assert.is(early, reason, 'aborted before');
      const whole = await outcome(engine, 'alone', () => call.run(engine, { engine }));
      for (const n of instants()) {
        const clock = new SlowClock();
        const stop = new AbortController();
        const { kept, work } = keeping(call, engine, { engine, signal: stop.signal });
        let result: unknown;
        let late = false;
        try {
          void clock.after(n, () => {
            late = result !== undefined;
            stop.abort(reason);
          });
          result = await outcome(engine, `pause ${n}`, work);
        } finally {
          clock.stop();
        }
        if (result === reason) {
          await goesOn(call, engine, kept.checkpoint, whole, `stopped at pause ${n} and resumed`);
          continue;
        }
        assert.not.ok(late && stop.signal.aborted && n === 0);
        assert.equal(result, whole);
        return;
      }
    });
  }

  for (const callback of call.callbacks) {
    test(`${call.name}: ${callback} that throws or is rejected at any call`, async () => {
      const engine = await createEngine();
      const unhandled: unknown[] = [];
      const note = (error: unknown) => unhandled.push(error);
      process.on('unhandledRejection', note);
      try {
        for (const make of [throwing, rejecting, rejectingLater, rejectingThenable])
          await fails(engine, call, callback, make);
        await new Promise((resolve) => setImmediate(resolve));
      } finally {
        process.off('unhandledRejection', note);
      }
      assert.equal(unhandled, []);
    });

    if (!call.signal) continue;
    test(`${call.name}: ${callback} that never answers, until the signal comes`, async () => {
      const engine = await createEngine();
      const whole = await call.run(engine, { engine });
      const reason = new Error('enough');
      for (const n of instants()) {
        const stop = new AbortController();
        let calls = 0;
        const never = () => {
          if (calls++ !== n) return;
          setTimeout(() => stop.abort(reason), 1);
          return new Promise(() => {});
        };
        const more = { engine, signal: stop.signal, [callback]: never };
        const { kept, work } = keeping(call, engine, more);
        const result = await outcome(engine, `call ${n}`, () => soon(work()));
        if (calls <= n) break;
        assert.is(result, reason, `call ${n}`);
        await goesOn(call, engine, kept.checkpoint, whole, `stopped at call ${n} and resumed`);
      }
    });
  }
}

/** What a call that stopped has handed over leads to the same result; fit hands over always. */
async function goesOn(
  call: LongCall,
  engine: Engine,
  resume: Uint8Array | undefined,
  whole: unknown,
  what: string,
): Promise<void> {
  if (call.name.endsWith(' fit')) assert.ok(resume, what);
  if (!resume) return;
  assert.equal(await outcome(engine, 'resumed', () => call.run(engine, { engine, resume })), whole, what);
}

/** Or an error after some seconds: work that waits for ever would end the process without a word. */
async function soon<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('is waiting still')), 5000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

type Callback = () => unknown;

const throwing = (error: Error) => () => {
  throw error;
};
const rejecting = (error: Error) => () => Promise.reject(error);
const rejectingThenable = (error: Error) => () => ({
  // biome-ignore lint/suspicious/noThenProperty: what is no Promise but is awaited like one
  then: (_: unknown, reject: (reason: Error) => void) => reject(error),
});
const rejectingLater = (error: Error) => async () => {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
  throw error;
};

async function fails(engine: Engine, call: LongCall, name: string, make: (error: Error) => Callback): Promise<void> {
  const error = new Error(`${name} failed`);
  const fail = make(error);
  for (const n of instants()) {
    let calls = 0;
    const callback = () => (calls++ === n ? fail() : undefined);
    const result = await outcome(engine, `${name} ${n}`, () => call.run(engine, { engine, [name]: callback }));
    if (calls <= n) return;
    assert.is(result, error, `${make.name}, call ${n}`);
  }
}

test('options that are refused leave nothing allocated', async () => {
  const engine = await createEngine();
  const rows = dense(switches(1, 60, 3, 4));
  for (const { name, options, data, learn } of METHODS) {
    const train = data === 'images' ? pictures : rows;
    for (const { what, options: bad } of badOptions(options)) {
      // Those that a run gives itself, like the engine, it does not take from here.
      await outcome(engine, `${name} ${what}`, async () => (await learn(train, bad, { engine })).dispose());
    }
  }
});

test.run();
