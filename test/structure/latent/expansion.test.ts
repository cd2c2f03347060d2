import { createEngine, Dataset, expandTree, type LatentTree } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

import { softInformation, softStates } from '../../support/latent/enumeration.js';
import { sampleRows, sampleTree, treeOf } from '../../support/latent/sampler.js';
import { refusesAsync } from '../../support/refuses.js';
import { sparseOf } from '../../support/structure.js';

type Layer = Awaited<ReturnType<typeof expandTree>>['layers'][number];

const connectionsOf = ({ units, start, index }: Layer) =>
  Array.from({ length: units }, (_, unit) => [...index.subarray(start[unit]!, start[unit + 1]!)]);

/** Children of every unit of a layer, as places in the level below. */
function skeleton(tree: LatentTree, layer: number): number[][] {
  return Array.from({ length: tree.levels[layer]! }, (_, unit) =>
    [...tree.island(tree.firstOf(layer + 1) + unit)].map((v) => v - tree.firstOf(layer)),
  );
}

/** I(v; z | parent(v)) by enumeration for every v of the layer's inputs and z of its units, [unit][input]. */
function scores(tree: LatentTree, rows: number[][], layer: number): number[][] {
  const soft = softStates(tree, rows);
  return Array.from({ length: tree.levels[layer]! }, (_, unit) => {
    const z = soft[tree.firstOf(layer + 1) + unit]!;
    return Array.from({ length: inputsOf(tree, layer) }, (_, input) => {
      const v = tree.firstOf(layer) + input;
      return softInformation(soft[v]!, z, soft[tree.parent[v]!]!);
    });
  });
}

const inputsOf = (tree: LatentTree, layer: number) => (layer === 0 ? tree.features : tree.levels[layer - 1]!);

const shapes = [
  [[3, 2]],
  [[4, 3, 5]],
  [
    [4, 3, 5, 4],
    [2, 2],
  ],
  [
    [3, 2, 4, 3, 2, 3],
    [3, 2, 1],
    [2, 1],
  ],
];
const wanted = (density: number, inputs: number) => Math.round(density * inputs);

test('each latent keeps its children and takes the best of the rest by enumeration, until it has its share of the level', async () => {
  for (const [seed, islands] of shapes.entries()) {
    const tree = sampleTree(seed, { islands, strength: 0.75 });
    const rows = sampleRows(tree, 150, seed);
    const ranking = tree.levels.map((_, layer) => scores(tree, rows, layer));
    for (const density of [0.3, 0.5, 0.8]) {
      for (const data of [Dataset.dense(rows), sparseOf(rows)]) {
        const { layers } = await expandTree(tree, data, { minInputs: 0, density });
        assert.is(layers.length, tree.levels.length);
        layers.forEach((layer, l) => {
          const inputs = inputsOf(tree, l);
          assert.is(layer.inputs, inputs);
          assert.is(layer.units, tree.levels[l]);
          assert.is(layer.start[layer.units], layer.index.length);
          const children = skeleton(tree, l);
          connectionsOf(layer).forEach((connected, unit) => {
            const what = `${islands}, density ${density}, layer ${l}, unit ${unit}`;
            assert.equal(
              connected,
              [...new Set(connected)].sort((a, b) => a - b),
              what,
            );
            assert.is(connected.length, Math.max(children[unit]!.length, wanted(density, inputs)), what);
            for (const child of children[unit]!) assert.ok(connected.includes(child), what);
            const score = ranking[l]![unit]!;
            const added = connected.filter((v) => !children[unit]!.includes(v));
            const left = score.map((_, v) => v).filter((v) => !connected.includes(v));
            const least = Math.min(...added.map((v) => score[v]!));
            const most = Math.max(...left.map((v) => score[v]!));
            // Posteriors in single precision: closer than this, rounding may decide.
            assert.ok(least >= most - 1e-7, `${what}: ${least} taken, ${most} left`);
          });
        });
      }
    }
  }
});

test('density 0 is the skeleton, density 1 everything, and more density only adds', async () => {
  for (const [seed, islands] of shapes.entries()) {
    const tree = sampleTree(seed, { islands, strength: 0.7 });
    const data = Dataset.dense(sampleRows(tree, 60, seed));
    const none = await expandTree(tree, data, { minInputs: 0, density: 0 });
    none.layers.forEach((layer, l) => {
      assert.equal(connectionsOf(layer), skeleton(tree, l));
    });
    const all = await expandTree(tree, data, { minInputs: 0, density: 1 });
    all.layers.forEach((layer) => {
      const everything = Array.from({ length: layer.inputs }, (_, v) => v);
      for (const connected of connectionsOf(layer)) assert.equal(connected, everything);
    });
    let before = none;
    for (const density of [0.1, 0.25, 0.4, 0.6, 0.9]) {
      const now = await expandTree(tree, data, { minInputs: 0, density });
      now.layers.forEach((layer, l) => {
        const more = connectionsOf(layer);
        connectionsOf(before.layers[l]!).forEach((connected, unit) => {
          for (const v of connected) assert.ok(more[unit]!.includes(v), `${density}, layer ${l}, unit ${unit}, ${v}`);
        });
      });
      before = now;
    }
  }
});

test('maxInputs holds where density or minInputs ask for more, but for the children', async () => {
  const tree = sampleTree(1, { islands: shapes[1]!, strength: 0.7 });
  const data = Dataset.dense(sampleRows(tree, 150, 1));
  const free = await expandTree(tree, data, { density: 0.8, minInputs: 3 });
  let held = 0;
  for (const maxInputs of [0, 2, 4, 1000, Number.POSITIVE_INFINITY]) {
    const { layers } = await expandTree(tree, data, { density: 0.8, minInputs: 3, maxInputs });
    layers.forEach(({ units, start, index }, l) => {
      for (let u = 0; u < units; u++) {
        const children = tree.island(tree.firstOf(l + 1) + u).length;
        const { start: all, index: nodes } = free.layers[l]!;
        const count = start[u + 1]! - start[u]!;
        const without = all[u + 1]! - all[u]!;
        assert.is(
          count,
          Math.max(children, Math.min(without, maxInputs)),
          `maxInputs ${maxInputs}, layer ${l}, unit ${u}`,
        );
        const more = new Set(nodes.subarray(all[u]!, all[u + 1]!));
        for (const v of index.subarray(start[u]!, start[u + 1]!)) assert.ok(more.has(v));
        if (count < without) held++;
      }
    });
  }
  assert.ok(held > 5, `${held}`);
});

test('minInputs holds where the density asks for less, as far as the level goes', async () => {
  const tree = sampleTree(1, { islands: shapes[1]!, strength: 0.7 });
  const data = Dataset.dense(sampleRows(tree, 150, 1));
  for (const minInputs of [0, 3, 5, 1000]) {
    const { layers } = await expandTree(tree, data, { density: 0.2, minInputs });
    layers.forEach(({ inputs, units, start }, l) => {
      for (let u = 0; u < units; u++) {
        const children = tree.island(tree.firstOf(l + 1) + u).length;
        const expected = Math.max(children, Math.min(inputs, Math.max(minInputs, wanted(0.2, inputs))));
        assert.is(start[u + 1]! - start[u]!, expected, `minInputs ${minInputs}, layer ${l}, unit ${u}`);
      }
    });
  }
});

test('sampleRows: fewer rows give what those rows alone give; enough give all', async () => {
  const tree = sampleTree(1, { islands: shapes[1]!, strength: 0.7 });
  const data = Dataset.dense(sampleRows(tree, 150, 1));
  const whole = await expandTree(tree, data, { density: 0.4, minInputs: 0 });
  assert.equal(await expandTree(tree, data, { density: 0.4, minInputs: 0, sampleRows: data.rows, seed: 5 }), whole);
  const some = await Promise.all(
    [0, 0, 1, 2, 3].map((seed) => expandTree(tree, data, { density: 0.4, minInputs: 0, sampleRows: 40, seed })),
  );
  assert.equal(some[0], some[1]);
  assert.ok(some.some((one) => JSON.stringify(one) !== JSON.stringify(some[0])));
});

test('the density is 0.05 by default, of features that are many', async () => {
  const tree = sampleTree(1, { islands: [new Array(40).fill(2).concat([6])], strength: 0.7 });
  const { layers } = await expandTree(tree, Dataset.dense(sampleRows(tree, 80, 1)), { minInputs: 0 });
  assert.equal(
    connectionsOf(layers[0]!).map((connected) => connected.length),
    [...new Array(40).fill(4), 6],
  );
});

test('ties go to the smaller feature', async () => {
  // Island {0 1} and island {2 .. 9}, of which 2, 5 and 8 are one column, 3 and 6 another, 4, 7 and 9 constant.
  const tree = treeOf(
    10,
    [2],
    [10, 10, 11, 11, 11, 11, 11, 11, 11, 11, 11, -1],
    [...new Array(10).fill([0.2, 0.8]).flat(), 0.3, 0.9, 0.5, 0.5],
  );
  const columns = sampleRows(sampleTree(3, { islands: [[4]], strength: 0.8 }), 90, 4);
  const rows = columns.map(([a, b, c, d]) => [a!, b!, c!, d!, 0, c!, d!, 0, c!, 0]);
  const score = scores(tree, rows, 0)[0]!;
  const order = score
    .map((_, v) => v)
    .filter((v) => v > 1)
    .sort((x, y) => (Math.abs(score[y]! - score[x]!) > 1e-9 ? score[y]! - score[x]! : x - y));
  assert.ok(score[2]! > 1e-4 && score[3]! > 1e-4 && Math.abs(score[2]! - score[3]!) > 1e-6, 'two columns that differ');
  for (let count = 3; count <= 10; count++) {
    for (const data of [Dataset.dense(rows), sparseOf(rows)]) {
      const { layers } = await expandTree(tree, data, { minInputs: 0, density: count / 10 });
      const expected = [0, 1, ...order.slice(0, count - 2)].sort((a, b) => a - b);
      assert.equal(connectionsOf(layers[0]!)[0], expected, `${count} connections`);
    }
  }
});

test('the same connections for rows in another order, from any engine', async () => {
  const tree = sampleTree(4, {
    islands: [
      [5, 4, 6, 5],
      [2, 2],
    ],
    strength: 0.75,
  });
  const rows = sampleRows(tree, 700, 4);
  const once = await expandTree(tree, Dataset.dense(rows), { minInputs: 0, density: 0.4 });
  assert.equal(
    await expandTree(tree, Dataset.dense(rows), { minInputs: 0, density: 0.4, engine: await createEngine() }),
    once,
  );
  assert.equal(await expandTree(tree, sparseOf(rows), { minInputs: 0, density: 0.4 }), once);
  assert.equal(await expandTree(tree, Dataset.dense([...rows].reverse()), { minInputs: 0, density: 0.4 }), once);
});

test('nothing is left in the memory, also after a signal or a listener that throws', async () => {
  const engine = await createEngine();
  const tree = sampleTree(1, {
    islands: [
      [3, 4, 3],
      [2, 1],
    ],
    strength: 0.75,
  });
  const data = Dataset.dense(sampleRows(tree, 300, 1));
  const used = engine.arena.used;
  await expandTree(tree, data, { engine });
  assert.is(engine.arena.used, used);
  const signal = AbortSignal.abort(new Error('enough'));
  await refusesAsync(() => expandTree(tree, data, { engine, signal }), Error, /^enough$/);
  const onProgress = () => {
    throw new Error('from the listener');
  };
  await refusesAsync(() => expandTree(tree, data, { engine, onProgress }), Error, /^from the listener$/);
  assert.is(engine.arena.used, used);
});

test('progress: layer by layer, each to its end', async () => {
  const tree = sampleTree(1, {
    islands: [
      [3, 4, 3],
      [2, 1],
    ],
    strength: 0.75,
  });
  const last: { layer: number; layers: number; done: number; total: number }[] = [];
  await expandTree(tree, Dataset.dense(sampleRows(tree, 100, 1)), {
    onProgress: (progress) => {
      assert.ok(progress.done >= (last[progress.layer]?.done ?? 0) && progress.done <= progress.total);
      last[progress.layer] = { ...progress };
    },
  });
  assert.equal(Object.keys(last), ['1', '2']);
  for (const { layers, done, total } of Object.values(last)) {
    assert.is(layers, 2);
    assert.is(done, total);
  }
});

test('what is no tree, no data, no density, or has other columns is refused', async () => {
  const tree = sampleTree(1, { islands: [[3, 3]], strength: 0.8 });
  const data = Dataset.dense(sampleRows(tree, 10, 1));
  const wrong = (options: object, kind: typeof RangeError, message: RegExp) =>
    refusesAsync(() => expandTree(tree, data, options), kind, message);
  await wrong({ density: -0.01 }, RangeError, /^density: expected .* from 0 to 1, got -0.01$/);
  await wrong({ density: 1.01 }, RangeError, /^density: expected .* from 0 to 1, got 1.01$/);
  await wrong({ density: Number.NaN }, RangeError, /^density: expected .* from 0 to 1, got NaN$/);
  await wrong({ minInputs: -1 }, RangeError, /^minInputs: expected an integer from 0, got -1$/);
  await wrong({ minInputs: '3' }, TypeError, /^minInputs: expected an integer from 0, got "3"$/);
  await wrong({ sampleRows: 0 }, RangeError, /^sampleRows: expected an integer from 1, got 0$/);
  await wrong({ seed: -1 }, RangeError, /^seed: /);
  await wrong({ density: '0.5' }, TypeError, /^density: expected a share from 0 to 1, got "0.5"$/);
  await wrong({ signal: {} }, TypeError, /^signal: expected an AbortSignal/);
  await wrong({ onProgress: 3 }, TypeError, /^onProgress: expected a function, got 3$/);
  await refusesAsync(() => expandTree(tree, Dataset.dense([[1, 0]])), RangeError, /^data: expected 6 columns.* got 2/);
  await refusesAsync(() => expandTree(tree, null as never), TypeError, /^data: expected a Dataset, got null$/);
  await refusesAsync(() => expandTree({} as never, data), TypeError, /^tree: expected a LatentTree/);
});

test.run();
