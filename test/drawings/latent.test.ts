import { latentTreeToJson } from 'espalier';
import { latentTreeToDot, latentTreeToHtml, latentTreeToSvg } from 'espalier/draw';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LatentTree } from '#dist/structure/latent/latent-tree.js';
import { refuses } from '../support/refuses.js';
import { elements } from '../support/svg.js';
import { awkward, latentsOf, syntheticTree, TREES } from '../support/topic-trees.js';

const escaped = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\u0000', '\ufffd');

test('DOT: a line a node and an edge; the links of the top level stand out', () => {
  for (const [name, tree] of Object.entries(TREES)) {
    const lines = latentTreeToDot(tree).split('\n');
    assert.is(lines[0], 'digraph latent_tree {');
    assert.is(lines.at(-2), '}');
    const nodes = lines.filter((line) => /^ {2}\d+ \[label="/.test(line)).map((line) => Number.parseInt(line, 10));
    assert.equal(
      nodes.sort((a, b) => a - b),
      Array.from({ length: tree.nodes }, (_, v) => v),
      name,
    );
    const edges = lines.flatMap((line) =>
      /^ {2}(\d+) -> (\d+) \[tooltip="[^"]*"(.*)\];$/.exec(line)
        ? [/^ {2}(\d+) -> (\d+) \[tooltip="[^"]*"(.*)\];$/.exec(line)!]
        : [],
    );
    assert.is(edges.length, tree.nodes - 1, name);
    for (const [, parent, child, style] of edges) {
      assert.is(tree.parent[Number(child)], Number(parent));
      assert.is(/style="dashed"/.test(style!), tree.levelOf(Number(child)) === tree.levels.length, name);
    }
  }
  const dot = latentTreeToDot(awkward);
  assert.ok(dot.includes('[label="a \\"b\\" & \'c\'"'));
  assert.ok(dot.includes('[label="back\\\\slash"'));
  assert.ok(dot.includes('[label="two\\nlines"'));
  const quotes = (line: string) => line.replaceAll(/\\./g, '').split('"').length - 1;
  assert.ok(dot.split('\n').every((line) => quotes(line) % 2 === 0));
  assert.match(latentTreeToDot(TREES.news!, { top: 2 }), /\[label="h1\.\d+ {2}[\d.]+ %\\n\w+, \w+"/);
});

test('SVG: a dot, a label and a tooltip for every latent, a line for every link', () => {
  for (const [name, tree] of Object.entries(TREES)) {
    const svg = latentTreeToSvg(tree, { title: 'A < B & "C"' });
    const counts = elements(svg);
    assert.is(counts.circle, tree.latents, name);
    const away = svg.split('linked with').length - 1;
    assert.is(counts.text, tree.latents + 2, name);
    if (away === 0) assert.is(counts.path ?? 0, tree.latents - 1, name);
    assert.is(counts.title, 1 + tree.latents + (counts.path ?? 0), name);
    assert.ok(svg.includes('>A &lt; B &amp; &quot;C&quot;</text>'));
    for (const latent of latentsOf(tree)) assert.ok(svg.includes(`<title>${latent}: `), `${name} ${latent}`);
    assert.not.match(svg, /NaN|Infinity|undefined|https?:(?!\/\/www\.w3\.org\/2000\/svg)|url\(|<script|@import/, name);
  }
  assert.ok(latentTreeToSvg(awkward).includes('&lt;/script&gt;&lt;script&gt;'));
});

test('SVG: within its frame, labels of a column not on one another', () => {
  for (const [name, tree] of Object.entries({ ...TREES, many: syntheticTree(6000, [1264, 180, 30]) })) {
    const svg = latentTreeToSvg(tree);
    const [width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!.slice(1).map(Number) as [number, number];
    const [dx, dy] = /translate\(([\d.]+) ([\d.]+)\)/.exec(svg)!.slice(1).map(Number) as [number, number];
    const dots = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"/g)].map(([, x, y, r]) => ({
      x: Number(x) + dx,
      y: Number(y) + dy,
      r: Number(r),
    }));
    assert.is(dots.length, tree.latents, name);
    for (const { x, y, r } of dots) assert.ok(x > r && y > r && x + r < width && y + r < height, `${name}: ${x}, ${y}`);
    // One above the other at a line's distance, so that their labels cannot meet.
    const byX = new Map<number, number[]>();
    for (const { x, y } of dots) byX.set(x, [...(byX.get(x) ?? []), y]);
    for (const ys of byX.values()) {
      ys.sort((a, b) => a - b);
      ys.forEach((y, i) => {
        assert.ok(i === 0 || y - ys[i - 1]! >= 15, `${name}: ${ys[i - 1]} and ${y}`);
      });
    }
    assert.ok(Math.max(width, height) < 3 * Math.min(width, height) || height < 1600, `${name}: ${width} x ${height}`);
    const geometry = [...svg.matchAll(/ (?:d|cx|cy|r|x|y|transform)="([^"]*)"/g)].map(([, value]) => value).join(' ');
    assert.not.match(geometry, /\.\d{3}|\de/);
  }
});

test('SVG: fewer levels, from the top down', () => {
  const tree = TREES.news!;
  const drawn = (levels: number) =>
    [...latentTreeToSvg(tree, { levels }).matchAll(/<title>(h\d\.\d+): /g)].map(([, name]) => name!);
  assert.is(drawn(3).length, 42);
  assert.equal(drawn(2).sort(), latentsOf(tree).slice(24).sort());
  assert.equal(drawn(1).sort(), latentsOf(tree).slice(36).sort());
  for (const levels of [0, 4, 1.5])
    refuses(() => latentTreeToSvg(tree, { levels }), RangeError, /^levels: expected an integer from 1/);
});

test('HTML: every latent opens, every feature is in it once, the likelier topics first', () => {
  for (const [name, tree] of Object.entries(TREES)) {
    const html = latentTreeToHtml(tree, { title: 'A < B' });
    const ids = [...html.matchAll(/<details id="(h\d+\.\d+)"/g)].map(([, id]) => id!);
    assert.equal([...ids].sort(), latentsOf(tree).sort(), name);
    const rows = [...html.matchAll(/<tr><th scope="row">([^<]*)<\/th>/g)].map(([, feature]) => feature!);
    const features = Array.from({ length: tree.features }, (_, v) => escaped(tree.nameOf(v)));
    assert.equal(rows.sort(), features.sort(), name);
    const node = (id: string) => tree.firstOf(Number(id[1])) + Number(id.split('.')[1]);
    const tops = ids.map(node).filter((v) => tree.levelOf(v) === tree.levels.length);
    assert.equal(
      tops.map((v) => tree.marginal[v]),
      tops.map((v) => tree.marginal[v]!).sort((a, b) => b - a),
      name,
    );
    assert.ok(html.includes('<h1>A &lt; B</h1>'));
    assert.is(html.split('<script>').length, 2, 'one script, no names among it');
    assert.not.match(html, /NaN|undefined|https?:|url\(|@import| on\w+=/, name);
    assert.is(html.split('<details ').length, html.split('</details>').length, name);
  }
});

test('HTML: a latent stands within its parent, and says its share and its words', () => {
  const tree = TREES.news!;
  const html = latentTreeToHtml(tree, { top: 3 });
  const open: string[] = [];
  let seen = 0;
  for (const [tag, id] of html.matchAll(/<details id="([^"]*)"|<\/details>|<th scope="row">/g)) {
    if (tag.startsWith('<details')) {
      const level = Number(id![1]);
      const node = tree.firstOf(level) + Number(id!.split('.')[1]);
      const above = open.at(-1);
      assert.is(above, level === 3 ? undefined : tree.nameOf(tree.parent[node]!));
      const words = tree.topFeatures(node, 3).map((feature) => feature.name);
      assert.ok(html.includes(`<span>${words.join(', ')}</span> <i>${id}</i>`), id);
      open.push(id!);
      seen++;
    } else if (tag === '</details>') open.pop();
    else assert.match(open.at(-1)!, /^h1\./);
  }
  assert.is(seen, tree.latents);
  const likely = tree.topFeatures(tree.features, 1)[0]!;
  const [, shares] = new RegExp(`<th scope="row">${likely.name}</th>(<td[^\n]*)</tr>`).exec(html)!;
  const [inside, outside] = [...shares!.matchAll(/>(?:&lt; )?([\d.]+) %</g)].map(([, percent]) => Number(percent));
  assert.ok(Math.abs(inside! - 100 * likely.inside) <= 0.5, `${inside} for ${likely.inside}`);
  assert.ok(Math.abs(outside! - 100 * likely.outside) <= 0.05, `${outside} for ${likely.outside}`);
});

test('a feature that speaks against a latent is named so', () => {
  const tree = new LatentTree({
    features: 2,
    levels: [1],
    parent: Int32Array.of(2, 2, -1),
    probability: Float64Array.of(0.1, 0.9, 0.8, 0.1, 0.3, 0.3),
    limits: new Float64Array(2),
    rows: 10,
    logLikelihood: -3,
    featureNames: ['rain', 'sun'],
  });
  assert.ok(latentTreeToSvg(tree).includes('>rain, not sun <'));
  assert.ok(latentTreeToHtml(tree).includes('<span>rain, not sun</span>'));
  assert.ok(latentTreeToDot(tree).includes('\\nrain, not sun"'));
  assert.equal(
    latentTreeToJson(tree).topics[0]!.features.map((feature) => feature.name),
    ['rain', 'sun'],
  );
});

test('HTML: links of the top level lead both ways', () => {
  const tree = TREES.news!;
  const html = latentTreeToHtml(tree);
  const linked = [...html.matchAll(/<details id="(h3\.\d+)".*\n<p class="near">(.*)<\/p>/g)].flatMap(([, from, near]) =>
    [...near!.matchAll(/href="#([^"]*)"/g)].map(([, to]) => `${from} ${to}`),
  );
  const first = tree.firstOf(3);
  const expected = Array.from({ length: 5 }, (_, i) => [tree.nameOf(first + i), tree.nameOf(tree.parent[first + i]!)]);
  assert.equal(linked.sort(), expected.flatMap(([a, b]) => [`${a} ${b}`, `${b} ${a}`]).sort());
});

test('the same bytes again, and a large tree in a small file', () => {
  for (const tree of Object.values(TREES)) {
    const copy = LatentTree.fromJSON(JSON.parse(JSON.stringify(latentTreeToJson(tree))));
    for (const view of [latentTreeToDot, latentTreeToSvg, latentTreeToHtml]) assert.ok(view(tree) === view(copy));
  }
  const large = syntheticTree(10_000, [1264, 210, 42, 14]);
  assert.ok(latentTreeToHtml(large).length < 2_000_000);
  assert.ok(latentTreeToSvg(large).length < 1_500_000);
});

test('how many features to name', () => {
  for (const view of [latentTreeToDot, latentTreeToSvg, latentTreeToHtml, latentTreeToJson]) {
    refuses(() => view(TREES.news!, { top: 0 }), RangeError, /^top: expected an integer from 1, got 0/);
    refuses(() => view(TREES.news!, { top: '5' as never }), TypeError, /^top: expected an integer from 1, got "5"$/);
  }
});

test.run();
