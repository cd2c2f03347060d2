// Latent trees at the ends of their options: nothing is written past a block, nothing depends on what memory held before, no view outlives a growth.
import {
  assignLatents,
  createEngine,
  type Dataset,
  type Engine,
  expandTree,
  type LatentTreeOptions,
  latentTree,
} from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nextTask, Pace } from '#dist/runtime/pace.js';
import { Draws } from '../../support/draws.js';
import { MarkedMemory } from '../../support/marked-memory.js';
import { densify, sparseOf } from '../../support/structure.js';

interface Extreme {
  rows: number;
  features: number;
  /** What all cells are; else each feature follows one of some hidden causes, now and then not. */
  value?: 0 | 1;
  topics?: number;
  noise?: number;
  options?: LatentTreeOptions;
}

const EXTREMES: readonly (readonly [string, Extreme])[] = [
  ['1 row, 1 feature', { rows: 1, features: 1 }],
  ['1 row, 5 features', { rows: 1, features: 5 }],
  ['2 rows, 20 features', { rows: 2, features: 20 }],
  ['2 features', { rows: 64, features: 2 }],
  ['3 features', { rows: 65, features: 3 }],
  ['4 features', { rows: 127, features: 4 }],
  ['5 features', { rows: 128, features: 5 }],
  ['nothing but zeros', { rows: 65, features: 7, value: 0 }],
  ['nothing but ones', { rows: 64, features: 18, value: 1 }],
  ['1 start, 1 step', { rows: 100, features: 12, options: { restarts: 1, emSteps: 1 } }],
  ['1000 starts', { rows: 60, features: 5, options: { restarts: 1000 } }],
  ['1000 starts of 1 step', { rows: 60, features: 5, options: { restarts: 1000, emSteps: 1 } }],
  ['islands of 3', { rows: 129, features: 14, topics: 2, options: { maxIsland: 3, maxTop: 1 } }],
  ['islands of 50 and more', { rows: 513, features: 104, topics: 1, noise: 0.2, options: { maxIsland: 50 } }],
  ['a group for every row', { rows: 300, features: 52, topics: 1, noise: 0.3, options: { maxIsland: 50 } }],
  ['every test passed', { rows: 90, features: 40, topics: 6, options: { delta: 1e6, maxTop: 1 } }],
  ['every test failed', { rows: 90, features: 40, topics: 6, options: { delta: -1e6, maxTop: 1 } }],
  ['33 top latents', { rows: 200, features: 70, topics: 23, options: { delta: -1e6, maxTop: 40 } }],
  ['a sample of 1 row', { rows: 140, features: 9, options: { sampleRows: 1, refineSteps: 0 } }],
  ['a sample of 64 rows', { rows: 600, features: 16, topics: 3, options: { sampleRows: 64, maxTop: 2 } }],
];

function dataOf({ rows, features, value, topics = 2, noise = 0.1 }: Extreme): Dataset {
  const draws = new Draws(rows + features);
  const cells = Array.from({ length: rows }, () => {
    const causes = Array.from({ length: topics }, () => draws.below(2));
    return Array.from({ length: features }, (_, x) => {
      const cause = causes[x % topics]!;
      return value ?? (draws.unit() < noise ? 1 - cause : cause);
    });
  });
  return sparseOf(cells);
}

/** All that is learned of the data, as text. */
async function learn(engine: Engine, data: Dataset, options: LatentTreeOptions | undefined): Promise<string> {
  const tree = await latentTree(data, { engine, ...options });
  const assigned = await assignLatents(tree, data, { engine });
  const expansions = [];
  for (const density of [0, 0.4, 1]) expansions.push(await expandTree(tree, data, { engine, density }));
  for (const { inputs, units, index } of expansions[2]!.layers) assert.is(index.length, inputs * units);
  assert.ok(assigned.posteriors.every((p) => p >= 0 && p <= 1));
  assert.ok(assigned.logLikelihood.every((x) => x <= 0 && Number.isFinite(x)));
  return JSON.stringify([tree, assigned, expansions], (_, value) =>
    ArrayBuffer.isView(value) ? [...(value as Float64Array)] : value,
  );
}

/** Fills new blocks with a byte, and grows the memory at every one, so that older views die. */
function spoil(engine: Engine, byte: number): void {
  const { arena } = engine;
  const allocate = arena.allocate.bind(arena);
  arena.allocate = (bytes: number) => {
    const at = allocate(bytes);
    arena.memory.grow(1);
    engine.u8(at, bytes).fill(byte);
    return at;
  };
}

/** Runs `work` yielding wherever it may, `onTurn` each time. */
async function yielding<T>(onTurn: () => void, work: () => Promise<T>): Promise<T> {
  const due = Object.getOwnPropertyDescriptor(Pace.prototype, 'due')!;
  const { turn } = Pace.prototype;
  let turns = 0;
  Object.defineProperty(Pace.prototype, 'due', { configurable: true, get: () => true });
  Pace.prototype.turn = async () => {
    turns++;
    onTurn();
    await nextTask();
  };
  try {
    const result = await work();
    assert.ok(turns > 0);
    return result;
  } finally {
    Object.defineProperty(Pace.prototype, 'due', due);
    Pace.prototype.turn = turn;
  }
}

for (const [name, extreme] of EXTREMES) {
  test(`blocks are not overrun and all given back: ${name}`, async () => {
    const data = dataOf(extreme);
    for (const form of [data, densify(data)]) {
      const engine = await createEngine();
      const memory = new MarkedMemory(engine);
      const options = { ...extreme.options, threshold: 0.5 };
      await learn(engine, form, { ...options, onProgress: () => memory.check() });
      assert.is(memory.blocks, 0);
    }
  });

  test(`neither old contents nor growing memory changes a bit: ${name}`, async () => {
    const data = dataOf(extreme);
    const expected = await learn(await createEngine(), data, extreme.options);
    for (const byte of [0, 0xff]) {
      const engine = await createEngine();
      spoil(engine, byte);
      const grow = () => void engine.arena.memory.grow(1);
      assert.is(await yielding(grow, () => learn(engine, data, extreme.options)), expected);
    }
  });
}

test('two trees learned on one engine at once come out as if alone', async () => {
  const [a, b] = [dataOf({ rows: 130, features: 24, topics: 4 }), dataOf({ rows: 70, features: 30, topics: 5 })];
  const engine = await createEngine();
  const options = { maxTop: 2 };
  const alone = [await learn(engine, a, options), await learn(engine, b, options)];
  const together = await yielding(
    () => {},
    () => Promise.all([learn(engine, a, options), learn(engine, b, options)]),
  );
  assert.equal(together, alone);
  assert.is(engine.arena.used, 0);
});

test('what is aborted gives its blocks back', async () => {
  const data = dataOf({ rows: 130, features: 24, topics: 4 });
  const engine = await createEngine();
  const tree = await latentTree(data, { engine, maxTop: 2 });
  const { used } = engine.arena;
  for (const work of [
    latentTree.bind(null, data),
    assignLatents.bind(null, tree, data),
    expandTree.bind(null, tree, data),
  ]) {
    for (const after of [1, 2, 5, 20]) {
      let turns = 0;
      const stopped = new Error('stopped');
      const run = () =>
        yielding(
          () => {
            if (++turns === after) throw stopped;
          },
          () => work({ engine }) as Promise<unknown>,
        );
      await run().catch((error) => assert.is(error, stopped));
      assert.is(engine.arena.used, used, `after ${after} turns`);
    }
  }
});

test.run();
