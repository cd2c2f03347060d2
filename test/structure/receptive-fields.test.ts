import { existsSync, readFileSync } from 'node:fs';
import { receptiveFields, Tree } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Random } from '../support/random.js';
import { refuses } from '../support/refuses.js';
import { randomForest } from '../support/structure.js';

/** Hops between all pairs, by Floyd and Warshall; Infinity across components. */
function distances(tree: Tree): number[][] {
  const d = tree.variables;
  const hops = Array.from({ length: d }, (_, a) => Array.from({ length: d }, (_, b) => (a === b ? 0 : Infinity)));
  for (const { a, b } of tree.edges) hops[a]![b] = hops[b]![a] = 1;
  for (let k = 0; k < d; k++) {
    for (let a = 0; a < d; a++) {
      for (let b = 0; b < d; b++) hops[a]![b] = Math.min(hops[a]![b]!, hops[a]![k]! + hops[k]![b]!);
    }
  }
  return hops;
}

const fieldsOf = ({ centres, start, members }: ReturnType<typeof receptiveFields>) =>
  new Map([...centres].map((centre, i) => [centre, [...members.subarray(start[i], start[i + 1])]]));

test("the authors' own fields on their own tree", () => {
  const path = '../shared/data/oracle/trf-fields.json';
  if (!existsSync(path)) {
    console.log(`${path} is not there: left out`);
    return;
  }
  const oracle: {
    variables: number;
    root: number;
    radius: number;
    stride: number;
    edges: [number, number][];
    fields: Record<string, number[]>;
  } = JSON.parse(readFileSync(path, 'utf8'));
  const edges = oracle.edges.map(([a, b]) => ({ a, b, information: 0 }));
  const found = receptiveFields(new Tree(oracle.variables, edges, oracle.root), {
    radius: oracle.radius,
    stride: oracle.stride,
  });
  assert.is(found.centres.length, Object.keys(oracle.fields).length);
  for (const [centre, field] of fieldsOf(found)) assert.equal(field, oracle.fields[centre], `centre ${centre}`);
});

test('random forests: centres at multiples of the stride below their root, fields by distance', () => {
  const random = new Random(1);
  for (let trial = 0; trial < 60; trial++) {
    const d = 1 + random.below(30);
    const root = random.below(d);
    const tree = new Tree(d, randomForest(random, d, random.chance(0.5) ? 1 : 0.8), root);
    const hops = distances(tree);
    const [radius, stride] = [random.below(6), 1 + random.below(5)];
    const found = receptiveFields(tree, { radius, stride });
    const { order } = tree.walk();
    // The root of a component: the tree's root, or its smallest variable.
    const rootOf = (v: number) => (hops[root]![v]! < Infinity ? root : hops[v]!.findIndex((n) => n < Infinity));
    assert.equal(
      [...found.centres],
      [...order].filter((v) => hops[rootOf(v)]![v]! % stride === 0),
    );
    for (const [centre, field] of fieldsOf(found)) {
      assert.equal(
        field,
        hops[centre]!.flatMap((n, v) => (n <= radius ? [v] : [])),
      );
    }
    assert.is(found.start.length, found.centres.length + 1);
    assert.is(found.start.at(-1), found.members.length);
  }
});

test('radius 0 sees the centre alone, a large one the whole component; stride 1 makes all centres', () => {
  const tree = new Tree(5, [
    { a: 0, b: 1, information: 0 },
    { a: 1, b: 2, information: 0 },
    { a: 3, b: 4, information: 0 },
  ]);
  assert.equal(
    [...fieldsOf(receptiveFields(tree, { radius: 0, stride: 1 }))],
    [0, 1, 2, 3, 4].map((v) => [v, [v]]),
  );
  assert.equal(
    [...fieldsOf(receptiveFields(tree, { radius: 1e9, stride: 1e9 }))],
    [
      [0, [0, 1, 2]],
      [3, [3, 4]],
    ],
  );
});

test('what cannot be grown is refused', () => {
  const tree = new Tree(2, []);
  refuses(
    () => receptiveFields(tree, { radius: -1, stride: 1 }),
    RangeError,
    /^radius: expected an integer from 0, got -1$/,
  );
  refuses(() => receptiveFields(tree, { radius: 1.5, stride: 1 }), RangeError, /^radius: .* got 1.5$/);
  refuses(
    () => receptiveFields(tree, { radius: 1, stride: 0 }),
    RangeError,
    /^stride: expected an integer from 1, got 0$/,
  );
  refuses(
    () => receptiveFields(tree, { radius: '1' as never, stride: 1 }),
    TypeError,
    /^radius: expected an integer from 0, got "1"$/,
  );
  refuses(
    () => receptiveFields({} as never, { radius: 1, stride: 1 }),
    TypeError,
    /^tree: expected a Tree, got an object$/,
  );
  refuses(() => receptiveFields(tree, undefined as never), TypeError, /^options: expected an object, got undefined$/);
});

test.run();
