import { type Edge, Tree } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DisjointSets } from '#dist/structure/tree.js';
import { Random } from '../support/random.js';
import { refuses } from '../support/refuses.js';
import { randomForest } from '../support/structure.js';

const edge = (a: number, b: number, information = 0): Edge => ({ a, b, information });

test('edges are put in order, ends too, and the information added up', () => {
  const tree = new Tree(4, [edge(3, 2, 0.25), edge(2, 0, 0.5), edge(0, 1, 1)], 1, ['p', 'q', 'r', 's']);
  assert.equal(tree.edges, [edge(0, 1, 1), edge(0, 2, 0.5), edge(2, 3, 0.25)]);
  assert.is(tree.totalInformation, 1.75);
  assert.is(tree.components, 1);
  assert.is(tree.root, 1);
  assert.equal(tree.names, ['p', 'q', 'r', 's']);
  assert.equal(
    [0, 1, 2, 3].map((v) => [...tree.neighbours(v)]),
    [[1, 2], [0], [0, 3], [2]],
  );
  assert.equal(tree.walk(), {
    order: Int32Array.of(1, 0, 2, 3),
    depth: Int32Array.of(1, 0, 2, 3),
    parent: Int32Array.of(1, -1, 0, 2),
  });
  assert.equal(tree.depthFirst(), Int32Array.of(1, 0, 2, 3));
});

test('walks over random forests: breadth first by component, parents one hop above, neighbours rising', () => {
  const random = new Random(1);
  for (let trial = 0; trial < 60; trial++) {
    const d = 1 + random.below(40);
    const root = random.below(d);
    const tree = new Tree(d, randomForest(random, d, random.next()), root);
    const { order, depth, parent } = tree.walk();
    assert.equal(
      [...order].sort((a, b) => a - b),
      Array.from({ length: d }, (_, v) => v),
    );
    assert.is(order[0], root);
    assert.is([...parent].filter((p) => p === -1).length, tree.components);
    const place = new Map([...order].map((v, i) => [v, i]));
    let before = -1;
    for (const [i, v] of order.entries()) {
      if (parent[v] === -1) {
        assert.is(depth[v], 0);
        // The first component is the root's; the others follow by their smallest variable.
        if (i > 0) assert.ok(v > before);
        if (i > 0) before = v;
        continue;
      }
      assert.ok(tree.neighbours(v).includes(parent[v]!));
      assert.is(depth[v], depth[parent[v]!]! + 1);
      const previous = order[i - 1]!;
      if (parent[previous] !== -1) {
        assert.ok(place.get(parent[previous]!)! <= place.get(parent[v]!)!, 'first come, first served');
        if (parent[previous] === parent[v]) assert.ok(previous < v);
      }
    }
    for (let v = 0; v < d; v++) {
      const neighbours = [...tree.neighbours(v)];
      assert.equal(
        neighbours,
        [...new Set(neighbours)].sort((a, b) => a - b),
      );
    }
  }
});

test('depth first: a node is followed at once by all that hangs from it', () => {
  const random = new Random(2);
  for (let trial = 0; trial < 40; trial++) {
    const d = 1 + random.below(30);
    const tree = new Tree(d, randomForest(random, d, random.next()), random.below(d));
    const { parent } = tree.walk();
    const order = [...tree.depthFirst()];
    const visit = (v: number): number[] => [
      v,
      ...[...tree.neighbours(v)].filter((u) => u !== parent[v]).flatMap((u) => visit(u)),
    ];
    const roots = [...tree.walk().order].filter((v) => parent[v] === -1);
    assert.equal(order, roots.flatMap(visit));
  }
});

test('a path of 100,000 variables is walked without recursion', () => {
  const d = 100_000;
  const path = new Tree(
    d,
    Array.from({ length: d - 1 }, (_, v) => edge(v, v + 1)),
  );
  assert.is(path.walk().depth[d - 1], d - 1);
  assert.is(path.depthFirst()[d - 1], d - 1);
});

test('union-find', () => {
  const sets = new DisjointSets(5);
  assert.ok(sets.join(0, 1));
  assert.ok(sets.join(2, 3));
  assert.ok(sets.join(1, 3));
  assert.not.ok(sets.join(0, 2));
  assert.is(sets.find(0), sets.find(3));
  assert.is.not(sets.find(0), sets.find(4));
});

test('what is no forest is refused', () => {
  refuses(
    () => new Tree(3, [edge(0, 1), edge(1, 2), edge(2, 0)]),
    RangeError,
    /^edges: expected a forest, but 1-2 closes a cycle$/,
  );
  refuses(() => new Tree(3, [edge(1, 1)]), RangeError, /^edges: expected a forest, but 1-1 closes a cycle$/);
  refuses(() => new Tree(3, [edge(0, 1), edge(1, 0)]), RangeError, /^edges: .* 0-1 closes a cycle$/);
  refuses(() => new Tree(3, [edge(0, 3)]), RangeError, /^edges: expected a variable from 0 to 2, got 3$/);
  refuses(() => new Tree(3, [edge(-1, 0)]), RangeError, /^edges: expected a variable from 0 to 2, got -1$/);
  refuses(() => new Tree(3, [], 3), RangeError, /^root: expected a variable from 0 to 2, got 3$/);
  refuses(() => new Tree(0, []), RangeError, /^variables: expected an integer from 1, got 0$/);
  refuses(() => new Tree('3' as never, []), TypeError, /^variables: expected an integer from 1, got "3"$/);
  refuses(() => new Tree(3, 'x' as never), TypeError, /^edges: expected a list/);
  refuses(() => new Tree(2, [], 0, ['a', 'a']), RangeError, /^names: expected unique names, got "a" at 0 and 1$/);
  refuses(() => new Tree(2, [], 0, 'ab' as never), TypeError, /^names: expected a list of strings, got "ab"$/);
  refuses(() => new Tree(3, [], 0, ['a']), RangeError, /^names: expected length 3 \(one name a variable\), got 1$/);
});

test.run();
