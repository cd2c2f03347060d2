import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nextTask, Pace } from '#dist/runtime/pace.js';

/** Runs `use` with a clock that it can set; nothing here depends on how fast the machine is. */
async function withClock(use: (set: (milliseconds: number) => void) => Promise<void>): Promise<void> {
  let time = 1000;
  const own = Object.getOwnPropertyDescriptor(performance, 'now');
  Object.defineProperty(performance, 'now', { configurable: true, value: () => time });
  try {
    await use((milliseconds) => {
      time = milliseconds;
    });
  } finally {
    if (own) Object.defineProperty(performance, 'now', own);
    else Reflect.deleteProperty(performance, 'now');
  }
}

/** What a call throws, or a promise is rejected with. */
async function thrownBy(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return assert.unreachable('nothing was thrown');
}

test('a turn is due when more than 16 ms have gone by since the last one', async () => {
  await withClock(async (set) => {
    const pace = new Pace();
    assert.is(pace.due, false);
    set(1016);
    assert.is(pace.due, false);
    set(1016.1);
    assert.is(pace.due, true);
    assert.is(pace.due, true, 'asking changes nothing');
    await pace.turn();
    assert.is(pace.due, false);
    set(1033);
    assert.is(pace.due, true);
  });
});

test('a pace goes on with what the one before left of the interval, unless that was long ago', async () => {
  await withClock(async (set) => {
    set(2000);
    await new Pace().turn();
    set(2010);
    const pace = new Pace();
    assert.is(pace.due, false);
    set(2016.1);
    assert.is(pace.due, true, 'due 16 ms after the last turn, though not of its own');
    set(2033);
    const late = new Pace();
    assert.is(late.due, false, 'nobody has worked all that time');
    set(2049.1);
    assert.is(late.due, true);
  });
});

test('a turn lets tasks that wait run first', async () => {
  const pace = new Pace();
  const order: string[] = [];
  setImmediate(() => order.push('task'));
  await pace.turn();
  order.push('work');
  assert.equal(order, ['task', 'work']);
});

test('timers fire between turns', async () => {
  const pace = new Pace();
  let fired = false;
  setTimeout(() => {
    fired = true;
  });
  for (let turns = 0; turns < 1e6 && !fired; turns++) await pace.turn();
  assert.ok(fired);
});

test('a signal that is aborted already throws its reason at once', async () => {
  const reason = new Error('enough');
  assert.is(await thrownBy(() => new Pace(AbortSignal.abort(reason))), reason);
});

test('a signal aborted later makes the next turn throw its reason', async () => {
  const controller = new AbortController();
  const pace = new Pace(controller.signal);
  await pace.turn();
  const reason = new Error('enough');
  controller.abort(reason);
  assert.is(await thrownBy(() => pace.turn()), reason);
  assert.is(await thrownBy(() => pace.turn()), reason, 'and every turn after');
});

test('a signal aborted by a task that ran during the turn is noticed by it', async () => {
  const controller = new AbortController();
  const pace = new Pace(controller.signal);
  setImmediate(() => controller.abort());
  const error = await thrownBy(() => pace.turn());
  assert.is((error as Error).name, 'AbortError');
});

test('without setImmediate, as in pages, nextTask is still a new task', async () => {
  const { setImmediate: immediate } = globalThis;
  Reflect.deleteProperty(globalThis, 'setImmediate');
  try {
    const order: string[] = [];
    void Promise.resolve().then(() => order.push('microtask'));
    await nextTask();
    order.push('task');
    assert.equal(order, ['microtask', 'task']);
  } finally {
    globalThis.setImmediate = immediate;
  }
});

test.run();
