// Latent trees and topics at any number of threads: the same bits.
import {
  assignLatents,
  createEngine,
  Dataset,
  type Engine,
  expandTree,
  type LatentTreeOptions,
  latentTree,
} from 'espalier';
import { refineLatentTree, sampleLatentTree } from 'espalier/topics';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Draws } from '../../support/draws.js';
import { sameBits } from '../../support/numbers.js';
import { densify, sparseOf } from '../../support/structure.js';
import { sameAtAnyThreads } from '../../support/threads.js';
import { syntheticTree } from '../../support/topic-trees.js';

/** Each feature follows one of some hidden causes, now and then not. */
function dataOf(rows: number, features: number, topics: number): Dataset {
  const draws = new Draws(rows + features);
  return sparseOf(
    Array.from({ length: rows }, () => {
      const causes = Array.from({ length: topics }, () => draws.below(2));
      return Array.from({ length: features }, (_, x) => (draws.unit() < 0.15 ? draws.below(2) : causes[x % topics]!));
    }),
  );
}

/** All that is learned of the data. */
async function learn(engine: Engine, data: Dataset, options: LatentTreeOptions) {
  const tree = await latentTree(data, { engine, ...options });
  const layers = [];
  for (const density of [0.1, 0.7]) layers.push(await expandTree(tree, data, { engine, density, minInputs: 1 }));
  const broad = await assignLatents(tree, data, { engine });
  const narrow = await assignLatents(tree, data, { engine, assignment: 'narrow' });
  const { tree: refined } = await refineLatentTree(tree, () => [data, data], { engine, batchRows: 50, passes: 2 });
  const drawn = [];
  for await (const piece of sampleLatentTree(tree, 33, { engine, pieceRows: 7 })) drawn.push(piece.features);
  return { tree: tree.toJSON(), layers, broad, narrow, refined: refined.toJSON(), drawn };
}

for (const [rows, features, topics, options] of [
  [1, 5, 1, {}],
  [3, 2, 1, {}],
  [33, 17, 3, { maxTop: 2 }],
  [129, 70, 9, { maxTop: 3, refineSteps: 3 }],
  [700, 41, 6, { maxTop: 2, sampleRows: 600 }],
  // Rows of information that take long enough for threads to be at work together.
  [1000, 400, 60, { maxTop: 12, refineSteps: 2 }],
  [
    90,
    30,
    4,
    {
      maxTop: 3,
      together: [[0, 1, 2, 7]],
      apart: [
        [4, 5],
        [6, 9],
      ],
    },
  ],
] as const satisfies readonly (readonly [number, number, number, unknown])[]) {
  test(`a latent tree, its expansion, assignment, stepwise EM and draws: ${rows} x ${features}, lists and bits`, async () => {
    const data = dataOf(rows, features, topics);
    const found = await sameAtAnyThreads(async (engine) => [
      await learn(engine, data, options as LatentTreeOptions),
      await learn(engine, densify(data), { ...(options as LatentTreeOptions), threshold: 0.5 }),
    ]);
    assert.equal(found[0]!.tree.latents, found[1]!.tree.latents, 'lists and bits');
  });
}

for (const threads of [1, 2]) {
  test(`an abort acts in the middle of assignLatents, and timers have had their turn: ${threads} threads`, async () => {
    const tree = syntheticTree(3000, [600, 100, 20]);
    const draws = new Draws(8);
    const rows = 8000;
    const start = Int32Array.from({ length: rows + 1 }, (_, r) => 5 * r);
    const index = Int32Array.from({ length: 5 * rows }, (_, e) => (e % 5) * 600 + draws.below(600));
    const data = Dataset.sparse({ rows, columns: 3000, start, index, value: new Float32Array(5 * rows).fill(1) });
    const engine = await createEngine({ threads });
    const expected = await assignLatents(tree, data, { engine });
    const { used } = engine.arena;
    for (const assignment of ['broad', 'narrow'] as const) {
      const controller = new AbortController();
      const reason = new Error('enough');
      // Runs in the first pause, of which there is one long before the end.
      setImmediate(() => controller.abort(reason));
      let told: unknown;
      const call = assignLatents(tree, data, { engine, assignment, signal: controller.signal });
      await call.catch((error) => {
        told = error;
      });
      assert.is(told, reason);
      assert.is(engine.arena.used, used);
    }
    sameBits((await assignLatents(tree, data, { engine })).posteriors, expected.posteriors, 'posteriors after it');
    engine.dispose();
  });
}

test.run();
