import { Tree, treeToJson } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const NAMES = ['rain', 'sun', 'wind', 'fog', 'hail', 'snow'];

/** As a caller may give them: ends in either order, edges in any. */
const EDGES = [
  { a: 4, b: 3, information: 0.125 },
  { a: 0, b: 1, information: 0.5 },
  { a: 1, b: 2, information: 0.25 },
];

test('JSON: everything that makes the tree', () => {
  assert.equal(JSON.parse(JSON.stringify(treeToJson(new Tree(6, EDGES, 1, NAMES)))), {
    variables: 6,
    root: 1,
    components: 3,
    totalMutualInformation: 0.875,
    names: NAMES,
    edges: [
      { a: 0, b: 1, information: 0.5 },
      { a: 1, b: 2, information: 0.25 },
      { a: 3, b: 4, information: 0.125 },
    ],
  });
  assert.not.ok('names' in treeToJson(new Tree(6, EDGES)));
});

test.run();
