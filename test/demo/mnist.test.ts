import { writeSafetensors } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { litShares, PIXELS, permutation, SIDE, shuffledDataset } from '../../demo/data.js';
import { fieldDrawing, treeDrawing } from '../../demo/mnist/drawings.js';
import { fieldsOf } from '../../demo/mnist/fields.js';
import { countTouching, placeEdges, touches, touchingByChance } from '../../demo/mnist/geometry.js';
import { mnistPage } from '../../demo/mnist/page.js';
import { allLit, asColumns, combTree, mnistRun } from '../support/demo-mnist.js';
import { elements } from '../support/svg.js';

test('eight neighbours touch; ends of adjoining rows do not', () => {
  const middle = 10 * SIDE + 10;
  const around = Array.from({ length: PIXELS }, (_, p) => p).filter((p) => touches(middle, p));
  assert.equal(
    around,
    [-29, -28, -27, -1, 1, 27, 28, 29].map((step) => middle + step),
  );
  assert.is(touches(SIDE - 1, SIDE), false);
  assert.is(touches(5, 5), false);
});

test('touching by chance is the share over all pairs', () => {
  let touching = 0;
  for (let p = 0; p < PIXELS; p++) for (let q = 0; q < p; q++) if (touches(p, q)) touching++;
  assert.is(touchingByChance(), touching / ((PIXELS * (PIXELS - 1)) / 2));
});

test('all edges of a comb touch, whatever the shuffle', () => {
  const shuffle = permutation(PIXELS, 5);
  assert.equal(countTouching(placeEdges(asColumns(combTree(), shuffle), shuffle, allLit)), {
    edges: 783,
    touching: 783,
    informative: 783,
    informativeTouching: 783,
  });
});

test('far edges and edges of blank pixels are counted apart', () => {
  const shuffle = permutation(PIXELS, 6);
  const edges = combTree();
  edges[100] = [7, 101];
  edges[782] = [3, 783];
  const litShare = allLit.slice();
  litShare[783] = 0;
  litShare[1] = 1; // lit everywhere: it has an edge to either side, and tells no more than a dark one
  assert.equal(countTouching(placeEdges(asColumns(edges, shuffle), shuffle, litShare)), {
    edges: 783,
    touching: 781,
    informative: 780,
    informativeTouching: 779,
  });
});

test('a permutation holds every number once and depends on the seed alone', () => {
  for (const seed of [0, 1, 2, 0xffffffff]) {
    const order = permutation(500, seed);
    assert.equal(
      order.slice().sort(),
      Int32Array.from({ length: 500 }, (_, i) => i),
    );
    assert.equal(permutation(500, seed), order);
  }
  assert.not.equal(permutation(500, 1), permutation(500, 2));
});

test('rows are shuffled by column, and lit pixels counted over the rows picked', () => {
  const pixels = new Uint8Array(3 * PIXELS);
  pixels[PIXELS + 30] = 255; // image 1
  pixels[2 * PIXELS + 30] = 51; // image 2
  pixels[30] = 1; // image 0, not picked
  const images = { rows: 3, pixels, labels: Uint8Array.of(4, 5, 6) };
  const shuffle = permutation(PIXELS, 3);
  const data = shuffledDataset(images, shuffle, Int32Array.of(2, 1));
  const column = shuffle.indexOf(30);
  assert.is(data.features.kind === 'dense' && data.features.values[column], Math.fround(0.2));
  assert.is(data.features.kind === 'dense' && data.features.values[PIXELS + column], 1);
  assert.is(data.targets?.kind === 'classes' && data.targets.values.join(), '6,5');
  const shares = litShares(images, Int32Array.of(2, 1), 100);
  assert.is(shares[30], 0.5);
  assert.is(
    shares.reduce((sum, share) => sum + share, 0),
    0.5,
  );
});

test('the drawing of a tree has every pixel and every edge, at its place', () => {
  const edges = combTree();
  edges[10] = [0, 11];
  const shuffle = permutation(PIXELS, 8);
  const drawing = treeDrawing(placeEdges(asColumns(edges, shuffle), shuffle, allLit), allLit);
  const counts = elements(drawing);
  assert.equal([counts.line, counts.circle], [783, 784]);
  const apart = drawing.match(/<g class="edges apart">(.*?)<\/g>/)![1]!;
  assert.match(apart, /^<line data-a="(0|11)" data-b="(0|11)" x1="(5|115)" y1="5" x2="(5|115)" y2="5" [^>]*>$/);
});

test('the drawing of a field has its cells, its centre and an escaped label', () => {
  const cells = [
    { pixel: 29, value: 1 },
    { pixel: 783, value: -0.5 },
  ];
  const drawing = fieldDrawing(cells, 'a "<b>" & c', 29);
  assert.equal(elements(drawing), { svg: 1, title: 1, rect: 2, circle: 1 });
  assert.match(drawing, '<rect class="plus" x="1" y="1" width="1" height="1" opacity="1"/>');
  assert.match(drawing, '<rect class="minus" x="27" y="27"');
  assert.match(drawing, '<title>a &quot;&lt;b&gt;&quot; &amp; c</title>');
});

test('fields go through the shuffle, and unions leave global units out', () => {
  const shuffle = permutation(PIXELS, 4);
  const ints = (...data: number[]) => ({ shape: [data.length], data: Int32Array.from(data) });
  const floats = (...data: number[]) => ({ shape: [data.length], data: Float32Array.from(data) });
  // Two units with a field and one global unit (number 2); one unit above, which sees all three.
  const file = writeSafetensors({
    'layers.0.sparse.start': ints(0, 2, 3),
    'layers.0.sparse.index': ints(10, 20, 20),
    'layers.0.sparse.weight': floats(0.5, -1, 2),
    'layers.1.sparse.start': ints(0, 3),
    'layers.1.sparse.index': ints(0, 1, 2),
    'layers.1.sparse.weight': floats(1, 1, 1),
  });
  const layer = { radius: 1, stride: 1, globalUnits: 1, totalInformation: 0, edges: [] };
  const { first, second } = fieldsOf(
    file,
    [
      { ...layer, centres: [20, 20] },
      { ...layer, centres: [0] },
    ],
    shuffle,
  );
  assert.equal(first[0], {
    unit: 0,
    centre: shuffle[20]!,
    pixels: Int32Array.of(shuffle[10]!, shuffle[20]!),
    weights: Float32Array.of(0.5, -1),
  });
  assert.equal([second[0]!.inputs, second[0]!.globalInputs], [2, 1]);
  const seen = new Int32Array(PIXELS);
  seen[shuffle[10]!] = 1;
  seen[shuffle[20]!] = 2;
  assert.equal(second[0]!.seen, seen);
});

test('the page asks the network for nothing and says what was measured', () => {
  const page = mnistPage(mnistRun(), 'body {}', 'const end = "</script>";');
  assert.is(/https?:/.test(page), false);
  for (const [, target] of page.matchAll(/(?:src|href|url)\s*[=(]\s*"?([^")]+)/g)) assert.match(target!, /^data:/);
  assert.match(page, "default-src 'none'");
  assert.match(page, '783 of the 783 edges (100.0\u00a0%) join pixels that touch');
  assert.match(page, '<strong>97.50\u00a0%</strong>');
  assert.match(page, '1,234');
  assert.match(page, 'Chip &lt;9&gt;');
  assert.is(page.match(/<\/script>/g)!.length, 2);
  for (const svg of page.match(/<svg.*?<\/svg>/gs)!) elements(svg);
  assert.is(/undefined|NaN/.test(page), false);
});

test('an answer is drawn over its digit: signed pixels at their true places, units over their fields', () => {
  const run = mnistRun();
  const part = /<h2>What one prediction rests on<.*?<\/section>/s.exec(mnistPage(run, '', ''))![0];
  assert.match(part, 'Test image 2, a 1: the answer is 0 (63\u00a0%), which is wrong');
  assert.match(part, 'alt="Test image 2, a 1"');
  const [whole, sparse, global] = part.match(/<svg.*?<\/svg>/gs)!;
  const rect = (style: string, column: number, opacity: string) => {
    const pixel = run.shuffle[column]!;
    return `<rect class="${style}" x="${pixel % SIDE}" y="${Math.floor(pixel / SIDE)}" width="1" height="1" opacity="${opacity}"/>`;
  };
  assert.ok(whole!.includes(rect('plus', 1, '1') + rect('minus', 0, '0.47')), whole!);
  assert.match(whole!, 'aria-label="What each pixel adds for 0 rather than 1"');
  // Each drawing by its own strongest pixel; the field is that of unit 0: pixels 5 and 6.
  assert.ok(sparse!.includes(`<path class="seen" d="M5 0h1v1h-1zM6 0h1v1h-1z"/>${rect('plus', 1, '1')}`), sparse!);
  assert.ok(sparse!.includes(rect('minus', 0, '0.36')), sparse!);
  assert.not.match(global!, 'class="seen"');
  const captions = [...part.matchAll(/<figcaption>(.*?)<\/figcaption>/g)].map(([, caption]) => caption);
  assert.equal(captions, ['as written', 'for 0 rather than 1', '+2.00 field', '−0.25 global']);
  assert.match(
    part,
    'is +0.50; the pixels add +1.50, and +0.0005 is left as error. By units: the 2 shown +1.75, all others +0.50, bias −0.25.',
  );
});

test.run();
