import { type Edge, Tree } from 'espalier';
import { treeToDot, treeToSvg } from 'espalier/draw';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Random } from '../support/random.js';
import { refuses } from '../support/refuses.js';
import { elements } from '../support/svg.js';

const NAMES = ['rain', 'R&D <1>', 'a "b"', 'back\\slash', 'two\nlines', 'Ωmega'];

function small(): Tree {
  const edges = [
    { a: 0, b: 1, information: 0.5 },
    { a: 1, b: 2, information: 0.25 },
    { a: 4, b: 3, information: 0.125 },
  ];
  return new Tree(6, edges, 1, NAMES);
}

/** Each vertex hangs from an earlier one, near it, or with chance `lone` from none. */
function grown(variables: number, lone = 0): Tree {
  const random = new Random(variables);
  const edges: Edge[] = [];
  for (let v = 1; v < variables; v++) {
    if (random.chance(lone)) continue;
    edges.push({ a: v - 1 - random.below(Math.min(v, 60)), b: v, information: random.next() ** 4 });
  }
  return new Tree(variables, edges);
}

const chain = (n: number) =>
  new Tree(
    n,
    Array.from({ length: n - 1 }, (_, v) => ({ a: v, b: v + 1, information: 1 / (v + 1) })),
  );
const star = (n: number) =>
  new Tree(
    n,
    Array.from({ length: n - 1 }, (_, v) => ({ a: 0, b: v + 1, information: 0.1 })),
  );

function circles(svg: string): { x: number; y: number; r: number }[] {
  return [...svg.matchAll(/<circle[^>]*cx="([^"]*)" cy="([^"]*)" r="([^"]*)"/g)].map(([, x, y, r]) => ({
    x: Number(x),
    y: Number(y),
    r: Number(r),
  }));
}

test('DOT: a line a vertex and an edge, names quoted', () => {
  const lines = treeToDot(small()).split('\n');
  assert.is(lines[0], 'graph tree {');
  assert.ok(lines.includes('  2 [label="a \\"b\\""];'));
  assert.ok(lines.includes('  3 [label="back\\\\slash"];'));
  assert.ok(lines.includes('  4 [label="two\\nlines"];'));
  assert.ok(lines.includes('  3 -- 4 [weight=0.125, tooltip="0.125 nats"];'));
  assert.is(lines.filter((line) => line.includes(' -- ')).length, 3);
  assert.is(lines.filter((line) => line.includes('[label=')).length, 6);
});

test('SVG: one circle a variable, one path an edge, each with a tooltip', () => {
  for (const tree of [
    small(),
    grown(10),
    grown(300),
    grown(300, 0.2),
    chain(50),
    star(50),
    new Tree(1, []),
    new Tree(40, []),
  ]) {
    const svg = treeToSvg(tree);
    const { circle, path, title, rect } = elements(svg);
    assert.is(circle, tree.variables);
    assert.is(path ?? 0, tree.edges.length);
    assert.is(title, tree.variables + tree.edges.length + 1);
    assert.is(rect, 1, 'a background of its own');
    assert.not.match(svg, /NaN|Infinity|undefined|https?:(?!\/\/www\.w3\.org\/2000\/svg)|url\(|<script|@import/);
  }
  const svg = treeToSvg(small());
  assert.ok(svg.includes('<title>rain – R&amp;D &lt;1&gt;: 0.5 nats</title>'));
  assert.ok(svg.includes('<title>a &quot;b&quot;: 1 edge, 0.25 nats</title>'));
  assert.ok(svg.includes('<title>R&amp;D &lt;1&gt;: 2 edges, 0.75 nats</title>'));
  assert.ok(svg.includes('>Forest of 3 trees over 6 variables, 3 edges, 0.875 nats</title>'));
  assert.ok(treeToSvg(small(), { title: 'A < B' }).includes('<title>A &lt; B</title>'));
});

test('SVG: characters that XML cannot hold are replaced', () => {
  const svg = treeToSvg(new Tree(2, [], 0, ['nul\u0000', 'half\ud800']));
  assert.not.ok(svg.includes('\u0000'));
  assert.ok(svg.includes('<title>nul\ufffd: 0 edges'));
  assert.ok(svg.includes('<title>half\ufffd: 0 edges'));
});

test('SVG: within its frame, at two decimals, no two variables in one place', () => {
  for (const tree of [grown(10), grown(300), grown(300, 0.2), grown(2000), chain(300), star(200), new Tree(500, [])]) {
    const svg = treeToSvg(tree);
    const side = Number(/viewBox="0 0 (\d+) \1"/.exec(svg)![1]);
    const places = circles(svg);
    for (const { x, y, r } of places) {
      assert.ok(x - r >= 0 && y - r >= 0 && x + r <= side && y + r <= side, `${x}, ${y} is outside ${side}`);
    }
    assert.is(new Set(places.map(({ x, y }) => `${x} ${y}`)).size, tree.variables);
    const [left, right] = [Math.min(...places.map(({ x }) => x)), Math.max(...places.map(({ x }) => x))];
    const [top, bottom] = [Math.min(...places.map(({ y }) => y)), Math.max(...places.map(({ y }) => y))];
    assert.ok(Math.max(right - left, bottom - top) > side / 2, 'the drawing fills the frame');
    const geometry = [...svg.matchAll(/ (?:d|cx|cy|r|x|y|transform)="([^"]*)"/g)].map(([, value]) => value).join(' ');
    assert.not.match(geometry, /\.\d{3}|\de/);
  }
});

test('SVG: edges of more information are wider and less transparent', () => {
  const svg = treeToSvg(
    new Tree(3, [
      { a: 0, b: 1, information: 1 },
      { a: 1, b: 2, information: 0.01 },
    ]),
  );
  const styleOf = (edge: string) => {
    const [, level] = new RegExp(`<path class="(w\\d)"[^>]*><title>${edge}:`).exec(svg)!;
    const [, width, opacity] = new RegExp(`\\.${level}\\{stroke-width:([\\d.]+);stroke-opacity:([\\d.]+)\\}`).exec(
      svg,
    )!;
    return { width: Number(width), opacity: Number(opacity) };
  };
  const [strong, weak] = [styleOf('0 – 1'), styleOf('1 – 2')];
  assert.ok(strong.width > 2 * weak.width && strong.opacity > weak.opacity);
});

test('SVG: labels where they fit, and not on top of one another', () => {
  assert.is(elements(treeToSvg(grown(10))).text, 10, 'all of a small tree');
  for (const tree of [grown(300), grown(3000)]) {
    const svg = treeToSvg(tree);
    const font = Number(/font:([\d.]+)px/.exec(svg)![1]);
    const labels = [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"( text-anchor="end")? dy=".35em">([^<]*)</g)].map(
      ([, x, y, end, text]) => {
        // Digits are 0.5 em and more in any font.
        const width = text!.length * font * 0.5;
        const from = end ? Number(x) - width : Number(x);
        return { from, to: from + width, y: Number(y) };
      },
    );
    assert.ok(labels.length > 20);
    assert.ok(elements(svg).text! <= 250);
    labels.forEach((p, i) => {
      for (const q of labels.slice(i + 1)) {
        const apart = p.to < q.from || q.to < p.from || Math.abs(p.y - q.y) > font * 0.8;
        assert.ok(apart, `${JSON.stringify(p)} and ${JSON.stringify(q)} overlap`);
      }
    });
  }
  assert.is(elements(treeToSvg(new Tree(1000, []))).text ?? 0, 0, 'a thousand loose ends need none');
  const long = treeToSvg(new Tree(2, [], 0, ['x'.repeat(500), 'y']));
  assert.ok(long.includes(`>${'x'.repeat(23)}…</text>`));
});

test('SVG: a long name that does not fit beyond its leaf stands beside it', () => {
  const names = ['species', 'island', 'bill_length_mm', 'bill_depth_mm', 'flipper_length_mm', 'body_mass_in_g'];
  const edges = names.slice(1).map((_, i) => ({ a: 0, b: i + 1, information: 0.5 }));
  assert.is(elements(treeToSvg(new Tree(names.length, edges, 0, names))).text, names.length);
});

test('SVG: a highlighted field stands out', () => {
  const svg = treeToSvg(chain(6), { highlight: new Set([1, 2, 3]) });
  const kinds = (element: string) =>
    [...svg.matchAll(new RegExp(`<${element} class="(?:w\\d )?([fh])"`, 'g'))]
      .map(([, kind]) => kind)
      .sort()
      .join('');
  assert.is(kinds('circle'), 'fffhhh');
  assert.is(kinds('path'), 'fffhh');
  refuses(() => treeToSvg(chain(6), { highlight: [6] }), RangeError, /^highlight: /);
});

test('large trees: no overflow of the stack, the same bytes again', () => {
  for (const tree of [grown(10_000), chain(10_000), star(10_000), grown(10_000, 0.5)]) {
    const svg = treeToSvg(tree);
    assert.is(circles(svg).length, 10_000);
    assert.ok(svg.length < 3_000_000, `${svg.length} characters`);
    assert.ok(svg === treeToSvg(tree));
  }
});

test.run();
