import { type GateLayout, gateReport } from 'espalier';
import { type GateSvgOptions, gatesToSvg } from 'espalier/draw';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { randomGates, residualLayout } from '../support/gates.js';
import { refuses } from '../support/refuses.js';
import { elements } from '../support/svg.js';

const RESNET20 = residualLayout([16, 32, 64], 3);
const CIFAR = 'airplane automobile bird cat deer dog frog horse ship truck'.split(' ');

function report(layout: GateLayout, rows: number, classes: number, names?: readonly string[]) {
  const { gates, labels } = randomGates(7, layout, rows, classes);
  return gateReport(gates, layout, { values: labels, classes, ...(names ? { names } : {}) });
}

const resnet20 = report(RESNET20, 300, 10, CIFAR);

/** Every stroke "M x y h length" of the map: its colour, where it is, and how thick. */
function strokes(svg: string) {
  return [...svg.matchAll(/<g fill="none" stroke-width="(\d+)" shape-rendering="crispEdges">\n(.*?)\n<\/g>/gs)].flatMap(
    ([, thickness, group]) =>
      [...group!.matchAll(/<path class="l(\d+)" stroke="(#[0-9a-f]{6})" d="([^"]*)"\/>/g)].flatMap(
        ([, level, colour, path]) =>
          [...path!.matchAll(/M([\d.]+) ([\d.]+)h([\d.]+)/g)].map(([, x, y, length]) => ({
            level: Number(level),
            colour: colour!,
            thickness: Number(thickness),
            x: Number(x),
            y: Number(y),
            length: Number(length),
          })),
      ),
  );
}

const tips = (svg: string) =>
  [...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"><title>([^<]*)<\/title>/g)].map(
    ([, x, y, width, height, title]) => ({
      x: Number(x),
      y: Number(y),
      width: Number(width),
      height: Number(height),
      title: title!,
    }),
  );

test('ResNet-20 with ten classes: small, closed in itself, every gate with a tooltip', () => {
  const svg = gatesToSvg(resnet20);
  assert.ok(svg.length < 200_000, `${svg.length} characters`);
  elements(svg);
  assert.is(
    svg.replace('xmlns="http://www.w3.org/2000/svg"', '').match(/https?:|url\(|href|<script|<image|@import|on\w+=/i),
    null,
  );
  const titles = tips(svg).map(({ title }) => title);
  assert.is(titles.length, 336);
  for (const { name, first, count } of RESNET20) {
    for (let filter = 0; filter < count; filter++) {
      const rate = resnet20.openRate[first + filter]!;
      const head = `${name}, filter ${filter}: ${Number((100 * rate).toFixed(1))} % open`;
      const title = titles.find((t) => t === head || t.startsWith(`${head}\n`));
      assert.ok(title, head);
      if (rate === 0 || rate === 1) continue;
      const rates = resnet20.classes!.openRate[first + filter]!;
      assert.is(title.split('\n')[1], CIFAR.map((c, i) => `${c} ${Math.round(100 * rates[i]!)}`).join(', '));
    }
  }
  for (const name of [...CIFAR, 'all', 'stage1.block1', 'stage3.block3'])
    assert.ok(svg.includes(`>${name}</text>`), name);
  assert.is(svg, gatesToSvg(resnet20));
});

test('every cell has the colour of its rate', () => {
  for (const [drawn, options] of [
    [resnet20, { order: 'number' }],
    [resnet20, { width: 420 }],
    [resnet20, { theme: 'dark' }],
    [report(residualLayout([5], 2), 40, 3), {}],
    [report(RESNET20, 200, 40), {}],
  ] as [typeof resnet20, GateSvgOptions][]) {
    const svg = gatesToSvg(drawn, options);
    const marks = strokes(svg);
    let cells = 0;
    for (const { x, y, width, title } of tips(svg)) {
      const [, name, filter] = /^(.*), filter (\d+):/.exec(title)!;
      const gate = drawn.blocks.find((block) => block.name === name)!.first + Number(filter);
      const rates = [drawn.openRate[gate]!, ...drawn.classes!.openRate[gate]!];
      const bottom = tips(svg).find((tip) => tip.x === x && tip.y === y)!.height + y;
      const column = marks
        .filter((m) => m.x <= x && m.x + m.length >= x + width && m.y > y && m.y < bottom)
        .sort((a, b) => a.y - b.y);
      assert.is(column.length, rates.length, title);
      column.forEach(({ level }, row) => {
        const rate = rates[row]!;
        assert.ok(Math.abs(level / 20 - rate) <= 0.0500001, `row ${row} of ${title}: level ${level}`);
        if (level === 0 || level === 20) assert.is(rate, level / 20);
        cells++;
      });
    }
    assert.is(cells, drawn.gates * (drawn.classes!.names.length + 1));
  }
});

test('gates of a block follow one another by rate, or by number', () => {
  const placesOf = (svg: string, name: string) =>
    tips(svg)
      .filter(({ title }) => title.startsWith(`${name},`))
      .sort((a, b) => a.x - b.x)
      .map(({ title }) => Number(/filter (\d+)/.exec(title)![1]));
  for (const { name, first, count } of resnet20.blocks) {
    const numbers = Array.from({ length: count }, (_, i) => i);
    assert.equal(placesOf(gatesToSvg(resnet20, { order: 'number' }), name), numbers);
    const rate = (filter: number) => resnet20.openRate[first + filter]!;
    assert.equal(
      placesOf(gatesToSvg(resnet20), name),
      numbers.sort((a, b) => rate(b) - rate(a) || a - b),
    );
  }
});

test('the strip shows the kinds of the gates', () => {
  const svg = gatesToSvg(resnet20);
  const area = (kind: string) =>
    [...svg.matchAll(new RegExp(`<path class="${kind}" fill="#[0-9a-f]{6}" d="([^"]*)"/>`, 'g'))]
      .flatMap(([, path]) => [...path!.matchAll(/h([\d.]+)v([\d.]+)/g)])
      .reduce((sum, [, w, h]) => sum + Number(w) * Number(h), 0);
  const cell = tips(svg)[0]!.width;
  assert.equal(
    ['on', 'dependent', 'off'].map((kind) => area(kind) / (10 * cell)),
    [resnet20.alwaysOn, resnet20.inputDependent, resnet20.alwaysOff],
  );
  assert.ok(svg.includes(`>always open: ${resnet20.alwaysOn}</text>`));
});

test('all that is drawn lies inside, at any width and size', () => {
  const problems = [
    resnet20,
    report(residualLayout([16, 32, 64], 3, [1, 2]), 60, 10, CIFAR),
    report([{ name: 'conv', first: 0, count: 2000 }], 20, 2),
    report(residualLayout([16], 1), 20, 1000),
    gateReport(new Uint8Array(32).fill(1), residualLayout([16], 2)),
  ];
  for (const problem of problems) {
    for (const width of [320, 420, 960, 2000]) {
      const svg = gatesToSvg(problem, { width });
      elements(svg);
      const [, w, h] = /viewBox="0 0 (\d+) ([\d.]+)"/.exec(svg)!.map(Number) as [number, number, number];
      assert.is(w, width);
      for (const { x, y, length, thickness } of strokes(svg)) {
        assert.ok(x >= 0 && x + length <= w && y - thickness / 2 >= 0 && y + thickness / 2 <= h, `${width}: ${x} ${y}`);
      }
      // The note below the legend, which a narrow drawing has to break.
      for (const [, y, words] of svg.matchAll(/<text x="0" y="(\d+)">([^<]*)<\/text>/g)) {
        assert.ok(words!.length * 11 * 0.5 <= w && Number(y) < h, `${width}: ${words}`);
      }
      const boxes = tips(svg);
      const covered = boxes.map(({ title }) => Number(/, (\d+) filters/.exec(title)?.[1] ?? 1));
      assert.is(
        covered.reduce((a, b) => a + b, 0),
        problem.gates,
      );
      for (const box of boxes) assert.ok(box.x + box.width <= w && box.y + box.height <= h);
    }
  }
});

test('7,200 gates: columns of several, still small', () => {
  const layout = residualLayout([57, 114, 229], 18);
  const large = report(layout, 30, 10, CIFAR);
  assert.is(large.gates, 7200);
  const svg = gatesToSvg(large);
  assert.ok(svg.length < 400_000, `${svg.length} characters`);
  elements(svg);
  const boxes = tips(svg);
  assert.ok(boxes.length <= 720);
  assert.match(svg, /A column is up to 11 gates of a block/);
  // 114 gates are ten columns of 11 and one of 4, short enough for a tooltip to list.
  const { name, first } = layout[20]!;
  const { title } = boxes.find((box) => box.title.startsWith(`${name}, 4 filters`))!;
  const [, list, open] = /filters \(([\d, ]+)\): ([\d.]+) % open/.exec(title)!;
  const rates = list!.split(', ').map((filter) => large.openRate[first + Number(filter)]!);
  assert.is(rates.length, 4);
  assert.ok(Math.abs(Number(open) - (100 * rates.reduce((a, b) => a + b, 0)) / 4) < 0.051);
});

test('text is escaped, long names are shortened, a class without images stays empty', () => {
  const names = ['<b> & "c"', 'x'.repeat(60), 'none'];
  const gates = Uint8Array.of(1, 0, 0, 1);
  const layout = [{ name: 'a<&>"', first: 0, count: 2 }];
  const svg = gatesToSvg(gateReport(gates, layout, { values: [0, 1], classes: 3, names }), { title: '<t>' });
  elements(svg);
  assert.ok(svg.includes('<title>&lt;t&gt;</title>'));
  assert.ok(svg.includes('&lt;b&gt; &amp; &quot;c&quot;</text>'));
  assert.ok(svg.includes(`>${'x'.repeat(17)}…</text>`));
  assert.ok(svg.includes('a&lt;&amp;&gt;&quot;, filter 1: 50 % open\n&lt;b&gt; &amp; &quot;c&quot; 0'));
  // Rows of all and of two classes, two gates each; the third class is named, but has no cells.
  assert.is(strokes(svg).reduce((sum, { length }) => sum + length, 0) / tips(svg)[0]!.width, 6);
  assert.ok(svg.includes('>none</text>'));
});

test('light, dark, or as the reader likes it', () => {
  const auto = gatesToSvg(resnet20);
  const [light, dark] = (['light', 'dark'] as const).map((theme) => gatesToSvg(resnet20, { theme }));
  assert.not.match(light!, '<style>');
  assert.not.match(dark!, '<style>');
  assert.is(auto.replace(/<style>.*<\/style>\n/, ''), light);
  // The style sheet reaches only this drawing, and makes it the dark one.
  const rules = /<style>@media\(prefers-color-scheme:dark\)\{(.*)\}<\/style>/.exec(auto)![1]!;
  const selectors = [...rules.matchAll(/([^{}]+)\{(?:fill|stroke):(#[0-9a-f]{6})\}/g)];
  assert.ok(selectors.length > 25);
  for (const [, selector, colour] of selectors) {
    assert.match(selector!, /^\.espalier-gates( \.\w+)?$/);
    assert.ok(dark!.includes(`"${colour}"`) || /\.l\d+$/.test(selector!), `${selector} ${colour}`);
  }
  assert.match(auto, '<svg xmlns="http://www.w3.org/2000/svg" ');
  assert.match(auto, 'class="espalier-gates"');
});

/** Björn Ottosson's OKLab: Euclidean distance there is close to what people see. */
function oklab(hex: string): [number, number, number] {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

test('colours: even steps, told apart by lightness alone', () => {
  for (const theme of ['light', 'dark'] as const) {
    const legend = [
      ...gatesToSvg(resnet20, { theme }).matchAll(/<path class="l\d+" stroke="(#\w{6})" d="M\d+ 5h5"\/>/g),
    ];
    const scale = legend.map(([, colour]) => oklab(colour!));
    assert.is(scale.length, 21);
    const steps = scale.slice(1).map((to, i) => Math.hypot(...to.map((v, k) => v - scale[i]![k]!)));
    assert.ok(Math.max(...steps) < 1.6 * Math.min(...steps), `${theme}: ${steps.map((x) => x.toFixed(3))}`);
    const lightness = scale.slice(1).map(([to], i) => to - scale[i]![0]);
    const sign = theme === 'light' ? -1 : 1;
    for (const step of lightness) assert.ok(sign * step > 0.02, `${theme}: ${lightness}`);
  }
});

test('bad options are refused', () => {
  const draw = (options: unknown) => () => gatesToSvg(resnet20, options as GateSvgOptions);
  refuses(draw(null), TypeError, /^options: expected an object, got null/);
  refuses(draw({ width: 319 }), RangeError, /^width: expected an integer from 320, got 319/);
  refuses(draw({ width: '960' }), TypeError, /^width: expected an integer from 320, got "960"$/);
  refuses(draw({ order: 'class' }), TypeError, /^order: expected one of rate, number, got "class"$/);
  refuses(draw({ theme: 'blue' }), TypeError, /^theme: expected one of auto, light, dark, got "blue"$/);
});

test.run();
