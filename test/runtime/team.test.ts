// Threads that start late or not at all, end or are ended: what is computed is right or refused, and the process ends when it is done.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { plus } from '#dist/runtime/address.js';
import { createEngine, type Engine } from '#dist/runtime/engine.js';
import { Pace } from '#dist/runtime/pace.js';
import { allAtWork, killThread, othersOf, whoRan } from '../support/team.js';

// Guarded kernels run on one thread.
const all = suite('threads');
const test = process.env.ESPALIER_GUARDED ? all.skip : all;
const MUCH = 1e9;

/** Numbers that each item writes, `groups` times 16 of them. */
function draw(engine: Engine, items: number, groups: number): (pace?: Pace) => Promise<string> {
  const bytes = 64 * groups;
  const out = engine.arena.allocate(bytes * items);
  return async (pace = new Pace()) => {
    const fork = engine.fork(MUCH);
    for (let item = 0; item < items; item++) {
      fork.kernels.random_normal(plus(out, bytes * item), groups, fork.own, item, 1, 2, 3);
      fork.next();
    }
    await fork.turns(pace);
    return Buffer.from(await crypto.subtle.digest('SHA-256', engine.u8(out, bytes * items).slice())).toString('hex');
  };
}

/** Runs a script of tests in a process of its own, and returns how that ended and what it wrote. */
async function processOf(name: string, args: readonly string[] = [], flags: readonly string[] = []) {
  const script = fileURLToPath(new URL(`../support/${name}.js`, import.meta.url));
  const child = spawn(process.execPath, [...flags, script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const late = setTimeout(() => child.kill('SIGKILL'), 60_000);
  const [code, signal] = await once(child, 'close');
  clearTimeout(late);
  return { ended: signal ?? code, output: output.trim() };
}

test('a thread ended from outside between calls: the others do its work, and the engine tells', async () => {
  const engine = await createEngine({ threads: 3 });
  const call = draw(engine, 60, 300);
  const digest = await call();
  await allAtWork(engine);
  assert.equal(engine.working, { threads: 3, reasons: [] });
  for (let left = 2; left > 0; left--) {
    killThread(engine);
    for (let i = 0; i < 3; i++) assert.is(await call(), digest);
    while (othersOf(engine) >= left) await new Promise(setImmediate);
    assert.is(await call(), digest);
    assert.is(engine.working.threads, left);
    assert.equal(engine.working.reasons, new Array(3 - left).fill('a thread ended'));
  }
  assert.equal(whoRan(engine).slice(1), [0, 0]);
  engine.dispose();
});

/** Ends a thread once the first one has done an item: the other is likely to be in the middle of one. */
class Murder extends Pace {
  private asked = 0;

  constructor(private readonly engine: Engine) {
    super();
  }

  override get due(): boolean {
    if (++this.asked === 1) killThread(this.engine);
    return false;
  }
}

test('a thread ended from outside in the middle of an item: the call is refused at once, never wrong, and later ones are right', async () => {
  let refused = 0;
  for (let round = 0; round < 30 && refused < 3; round++) {
    const engine = await createEngine({ threads: 3 });
    // Items of some milliseconds.
    const call = draw(engine, 12, 10_000);
    const digest = await call();
    await allAtWork(engine);
    const began = performance.now();
    try {
      assert.is(await call(new Murder(engine)), digest);
    } catch (error) {
      assert.match((error as Error).message, /^a thread ended in the middle of a call, whose result is lost/);
      assert.ok(performance.now() - began < 9000, 'it was noticed before a thread is taken for dead');
      refused++;
    }
    for (let i = 0; i < 3; i++) assert.is(await call(), digest);
    while (othersOf(engine) > 1) await new Promise(setImmediate);
    assert.equal(engine.working, { threads: 2, reasons: ['a thread ended'] });
    await allAtWork(engine, 2);
    assert.is(await call(), digest);
    engine.dispose();
  }
  assert.is(refused, 3);
});

test('dispose ends the threads, may be called again, and leaves an engine that computes on one', async () => {
  const exits: Promise<unknown>[] = [];
  const started = (worker: Worker) => exits.push(once(worker, 'exit'));
  process.on('worker', started);
  const engine = await createEngine({ threads: 3 });
  const call = draw(engine, 30, 300);
  const digest = await call();
  await allAtWork(engine);
  process.off('worker', started);
  assert.is(exits.length, 2);
  engine.dispose();
  engine.dispose();
  await Promise.all(exits);
  assert.equal(engine.working, { threads: 1, reasons: ['the engine was disposed of'] });
  assert.is(await call(), digest);
  // While a call waits in its turns, too.
  const other = await createEngine({ threads: 3 });
  const longer = draw(other, 60, 20_000);
  const expected = await longer();
  const running = longer();
  other.dispose();
  assert.is(await running, expected);
  // Before it was ever used.
  const idle = await createEngine({ threads: 3 });
  idle.dispose();
  assert.is(await draw(idle, 30, 300)(), digest);
});

test('where threads cannot be started, or their script cannot be loaded, one computes and the engine tells why', async () => {
  const workers = process.getBuiltinModule('node:worker_threads') as { Worker: typeof Worker };
  const own = workers.Worker;
  const engine = await createEngine({ threads: 1 });
  const digest = await draw(engine, 30, 300)();
  try {
    workers.Worker = class {
      constructor() {
        throw new Error('no more of them');
      }
    } as unknown as typeof Worker;
    const none = await createEngine({ threads: 3 });
    assert.is(await draw(none, 30, 300)(), digest);
    const reason = 'a thread could not start: no more of them';
    assert.equal(none.working, { threads: 1, reasons: [reason, reason] });
    workers.Worker = class extends own {
      constructor(_: URL, options: object) {
        super(new URL('./not-there.js', import.meta.url), options);
      }
    } as typeof Worker;
    const lost = await createEngine({ threads: 2 });
    assert.is(await draw(lost, 30, 300)(), digest);
    while (othersOf(lost) > 0) await new Promise(setImmediate);
    assert.is(await draw(lost, 30, 300)(), digest);
    assert.is(lost.working.threads, 1);
    assert.match(lost.working.reasons[0]!, /^a thread failed: Cannot find module/);
    assert.is(lost.working.reasons.length, 1);
  } finally {
    workers.Worker = own;
  }
});

test('an engine inside a worker thread has threads too', async () => {
  const engine = await createEngine({ threads: 1 });
  const digest = await draw(engine, 30, 300)();
  const script = `
    import { parentPort } from 'node:worker_threads';
    import { createEngine } from '${new URL('../../../dist/runtime/engine.js', import.meta.url)}';
    import { allAtWork } from '${new URL('../support/team.js', import.meta.url)}';
    const engine = await createEngine({ threads: 3 });
    await allAtWork(engine);
    const fork = engine.fork(1e9);
    const out = engine.arena.allocate(64 * 300 * 30);
    for (let item = 0; item < 30; item++) {
      fork.kernels.random_normal(out + 64 * 300 * item, 300, fork.own, item, 1, 2, 3);
      fork.next();
    }
    fork.join();
    const bytes = engine.u8(out, 64 * 300 * 30).slice();
    parentPort.postMessage({ bytes, working: engine.working });`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`));
  const [{ bytes, working }] = await once(worker, 'message');
  assert.is(Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex'), digest);
  assert.equal(working, { threads: 3, reasons: [] });
  // Its threads let it end.
  await once(worker, 'exit');
});

for (const state of ['idle', 'spinning', 'busy', 'starting', 'disposed'])
  test(`a process with threads that are ${state} ends when it is done, with its own exit code`, async () => {
    const { ended, output } = await processOf('team-process', [state]);
    assert.is(output, 'done');
    assert.is(ended, 7);
  });

test('threads that are not told that the memory has grown ask for it', async () => {
  const preload = ['--import', new URL('../support/team-unheard.js', import.meta.url).href];
  const { ended, output } = await processOf('team-unheard', [], preload);
  assert.is(output, '3');
  assert.is(ended, 0);
});

test('an engine that nobody holds any more is collected, and its threads end', async () => {
  const { ended, output } = await processOf('team-collected', [], ['--expose-gc']);
  assert.is(output, 'ended 2, 2');
  assert.is(ended, 0);
});

all.run();
