// What `espalier bench` rests on: results are compared before they are timed, everybody's, and what is said of them.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { installedIn } from '#dist/cli/bench/installed.js';
import { findPeers, KNOWN } from '#dist/cli/bench/known.js';
import type { Modules, Peer, Product } from '#dist/cli/bench/operations.js';
import { PARTS } from '#dist/cli/bench/parts.js';
import { espalier, OURS } from '#dist/cli/bench/peers/espalier.js';
import { PLAIN } from '#dist/cli/bench/peers/plain.js';
import { losses } from '#dist/cli/bench/run.js';
import { spread } from '#dist/cli/bench/spread.js';
import { type Measured, measure } from '#dist/cli/bench/suite.js';
import { TASKS, type Task } from '#dist/cli/bench/tasks.js';
import { lossLines } from '#dist/cli/bench/words.js';

const test = suite('bench');
const EFFORT = { rounds: 3, sample: 0.1, lane: 5 };
const NOBODY: Modules = { version: () => undefined, load: (name) => assert.unreachable(name) };

const task: Task = {
  ...{
    part: 'product',
    operation: 'product',
    name: 'product',
    shape: '2 x 2 x 2',
    tolerance: 1e-3,
    quick: true,
    full: false,
  },
  given: (): Product => ({ m: 2, k: 2, n: 2, a: Float32Array.of(1, 2, 3, 4), b: Float32Array.of(5, 6, 7, 8) }),
} as Task;

/** Somebody who answers with these numbers. */
function answering(name: string, numbers: readonly number[]): Peer {
  return { name, does: { product: () => ({ run: () => {}, result: () => numbers }) } };
}

test('a wrong result is not timed, and is told with what was expected', async () => {
  const { times, refused } = await measure(
    task,
    [answering('wrong', [19, 22, 43, 50.1]), PLAIN, answering('right', [19, 22, 43, 50.01])],
    EFFORT,
  );
  assert.equal(
    times.map(({ peer }) => peer),
    ['plain JavaScript', 'right'],
  );
  assert.equal(refused, [{ peer: 'wrong', why: 'wrong, product 2 x 2 x 2: expected 50 at 3, got 50.1' }]);
});

test('one that fails, or answers with NaN or with fewer numbers, is not timed either', async () => {
  const failing: Peer = {
    name: 'failing',
    does: {
      product: () => ({
        run() {
          throw new Error('no memory\nof its own');
        },
        result: () => [],
      }),
    },
  };
  const short = answering('short', [19, 22]);
  const { times, refused } = await measure(
    task,
    [PLAIN, failing, short, answering('not a number', [19, 22, 43, Number.NaN])],
    EFFORT,
  );
  assert.is(times.length, 1);
  assert.equal(
    refused.map(({ why }) => why),
    [
      'no memory',
      'short, product 2 x 2 x 2: expected 4 numbers, got 2',
      'not a number, product 2 x 2 x 2: expected 50 at 3, got NaN',
    ],
  );
});

test('quartiles lie around the median, and there are samples enough', async () => {
  const { times } = await measure(task, [await espalier({ threads: 1 }), PLAIN], EFFORT);
  assert.is(times.length, 2);
  for (const { ms, quartiles, samples } of times) {
    assert.ok(quartiles[0] <= ms && ms <= quartiles[1] && ms > 0);
    assert.ok(samples >= 3);
  }
});

for (const part of Object.keys(PARTS)) {
  test(`${part}: the package and plain JavaScript find the same`, async () => {
    const peers = [await espalier({ threads: 1 }), PLAIN];
    for (const one of TASKS.filter((of) => of.part === part && of.quick)) {
      const { times, refused } = await measure(one, peers, EFFORT);
      assert.equal(refused, [], one.name);
      assert.is(times.length, 2);
    }
  });
}

test('a training step of the small net moves the same weights', async () => {
  const peers = [await espalier({ threads: 1 }), PLAIN];
  const one = TASKS.find(({ operation, quick }) => operation === 'net epoch' && !quick)!;
  assert.equal((await measure(one, peers, EFFORT)).refused, []);
});

test('Python and PLINK are asked for what they say they do, by their own clock, and find the same', async () => {
  const here = installedIn('.');
  const natives = KNOWN.filter(({ native }) => native && here.program!(native));
  const { peers, absent } = await findPeers(here, natives);
  assert.equal(absent, []);
  assert.is(peers.length, natives.length);
  const all = [await espalier({ threads: 1 }), PLAIN, ...peers];
  try {
    for (const one of TASKS.filter((of) => of.quick)) {
      const { times, refused } = await measure(one, all, EFFORT);
      assert.equal(refused, [], one.name);
      const able = peers.filter(({ does }) => does[one.operation]);
      assert.equal(
        times.map(({ peer }) => peer),
        [OURS, PLAIN.name, ...able.map(({ name }) => name)],
      );
      for (const { ms, peer } of times) assert.ok(ms > 0, `${peer}, ${one.name}`);
    }
  } finally {
    for (const peer of peers) peer.dispose?.();
  }
});

test('a Python that fails is told in its own words', async () => {
  const program = (name: string) => (name === 'torch' ? process.execPath : undefined);
  const torch = KNOWN.filter(({ native }) => native === 'torch');
  const { peers, absent } = await findPeers({ ...NOBODY, program }, torch);
  assert.equal(peers, []);
  assert.match(absent.join(), /^PyTorch \(Python ended/);
});

test('peers that are not installed are named', async () => {
  const { peers, absent } = await findPeers(NOBODY);
  assert.equal(peers, []);
  for (const name of ['@jax-js/jax', 'brain.js', 'PyTorch', 'SciPy', 'plink1.9'])
    assert.ok(absent.includes(name), name);
});

test('one that is installed and cannot be loaded is named with the reason', async () => {
  const modules: Modules = {
    version: () => '1.0.0',
    load(name) {
      throw new Error(`${name} is broken`);
    },
  };
  const { peers, absent } = await findPeers(modules);
  assert.equal(peers, []);
  assert.ok(absent.includes('brain.js (brain.js is broken)'), absent.join());
});

test('where another was faster is said, and by how much', () => {
  const time = (peer: string, ms: number) => ({ peer, ms, quartiles: [ms, ms] as const, samples: 5 });
  const of = (name: string, ...times: Measured['times']): Measured =>
    ({ part: 'product', operation: 'product', shape: 's', tolerance: 1e-4, name, times, refused: [] }) as Measured;
  const measured = [
    of('lost', time(OURS, 3), time('fast', 1), time('slow', 4)),
    of('level', time(OURS, 1.01), time('fast', 1)),
    of('alone', time(OURS, 1)),
  ];
  assert.equal(
    losses(measured).map(({ peer, times }) => [peer, times]),
    [['fast', 3]],
  );
  assert.equal(lossLines(measured), [`${OURS} was slower in lost, s: than fast (3.00 times as fast).`]);
  assert.equal(lossLines(measured.slice(1)), [`${OURS} was slower than nobody.`]);
  assert.is(spread({ peer: '', ms: 0.0125, quartiles: [0.012, 0.013], samples: 9 }), '12.5 µs (12.0 to 13.0)');
  assert.is(spread({ peer: '', ms: 4100, quartiles: [4100, 4100], samples: 1 }), '4.10 s (one run)');
});

test.run();
