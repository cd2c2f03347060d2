import { gateKind } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inkPng } from '../../demo/frame/png.js';
import type { NetResult } from '../../demo/frame/training.js';
import { gaternetPage } from '../../demo/gaternet/page.js';
import { gaternetRun, SIDE } from '../support/demo-gaternet.js';
import { elements } from '../support/svg.js';

test('the page asks the network for nothing, runs no script, and says what was measured', () => {
  const run = gaternetRun();
  const page = gaternetPage(run, 'body {}');
  // Namespaces are names, not places.
  assert.not.match(page.replaceAll('xmlns="http://www.w3.org/2000/svg"', ''), /https?:|url\(|@import|<script|\son\w+=/);
  for (const [, target] of page.matchAll(/(?:src|href)\s*=\s*"([^"]+)"/g)) assert.match(target!, /^data:image\/png;/);
  assert.match(page, `content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"`);
  assert.not.match(page, /undefined|NaN|Infinity|null/);
  assert.not.match(page, '<1>');
  assert.match(page, 'Fashion &lt;MNIST&gt;');
  assert.match(page, 'Chip &lt;9&gt;');
  const { alwaysOn, alwaysOff, inputDependent, gates, meanOpen, openPerImage } = run.gates;
  for (const words of [
    '97.50\u00a0%',
    '96.25\u00a0%',
    '12,345',
    '6,789',
    `${(100 * meanOpen).toFixed(1)}\u00a0%`,
    `<strong>${inputDependent} of ${gates} gates depend on the image</strong>; ${alwaysOn} are always open and ${alwaysOff} always closed`,
    `opens ${openPerImage.min} to ${openPerImage.max}.`,
    // Gated against dense, at the largest batch: 1.25 of 2 ms, 3 of 4 million; with the gater 1.5 ms.
    '63\u00a0%</dt><dd>of the time of all filters, at 75\u00a0% of the multiply-adds; with the gater, small CNN, 75\u00a0%',
  ]) {
    assert.ok(page.includes(words), words);
  }
  for (const svg of page.match(/<svg.*?<\/svg>/gs)!) elements(svg);
});

test('a row for each cost: predicted, measured, and shares of the first', () => {
  const table = /<table class="compare costs">(.*?)<\/table>/s.exec(gaternetPage(gaternetRun(), ''))![1]!;
  const rows = [...table.matchAll(/<tr><th scope="row">(.*?)<\/th>(.*?)<\/tr>/gs)].map(([, name, cells]) => [
    name,
    ...[...cells!.matchAll(/<td>(.*?)<small>(.*?)<\/small>.*?width:([\d.]+)%/g)].map((cell) => cell.slice(1).join(' ')),
  ]);
  assert.equal(rows, [
    ['Twin', '4.00\u00a0M 100\u00a0% 100.0', '2.50\u00a0ms 100\u00a0% 100.0', '2.00\u00a0ms 100\u00a0% 100.0'],
    ['Gated', '3.00\u00a0M 75\u00a0% 75.0', '2.00\u00a0ms 80\u00a0% 80.0', '1.25\u00a0ms 63\u00a0% 62.5'],
    ['With gater', '3.50\u00a0M 88\u00a0% 87.5', '2.25\u00a0ms 90\u00a0% 90.0', '1.50\u00a0ms 75\u00a0% 75.0'],
  ]);
  assert.match(table, 'Measured, one image');
  assert.match(table, 'Measured, batch of 32');
});

test('an example shows its image, its class, and a bar for each filter that it opens', () => {
  const run = gaternetRun();
  const { blocks, openRate } = run.gates;
  const figures = gaternetPage(run, '').match(/<figure class="example">.*?<\/figure>/gs)!;
  assert.is(figures.length, run.examples.length);
  figures.forEach((figure, i) => {
    const { pixels, gates, label, predicted } = run.examples[i]!;
    assert.ok(figure.includes(`src="${inkPng(pixels, SIDE)}" width="6" height="6"`));
    assert.is(figure.includes('class="guess wrong"'), predicted !== label);
    assert.is(figure.includes(', in truth '), predicted !== label);
    const bars = (kind: string) =>
      [...new RegExp(`<path class="${kind}" d="([^"]*)"/>`).exec(figure)![1]!.matchAll(/M([\d.]+) ([\d.]+)h/g)].map(
        ([, x, y]) => [Number(x), Number(y)] as const,
      );
    const open = Array.from(openRate.keys()).filter((g) => gates[g] === 1);
    assert.is(bars('always').length, open.filter((g) => gateKind(openRate[g]!) === 'on').length);
    assert.is(bars('always').length + bars('open').length, open.length);
    assert.match(figure, `<title>${open.length} of ${openRate.length} filters open</title>`);
    // A bar stands in its block's row, at the gate's rank by open rate.
    for (const g of open) {
      const b = blocks.findIndex(({ first, count }) => g < first + count);
      const { first, count } = blocks[b]!;
      const rank = Array.from({ length: count }, (_, k) => first + k).filter(
        (h) => openRate[h]! > openRate[g]! || (openRate[h] === openRate[g] && h < g),
      ).length;
      const [x, y] = [(192 / count) * rank, (96 / blocks.length) * b];
      const near = [...bars('always'), ...bars('open')].some(
        (p) => Math.abs(p[0] - x) < 0.01 && Math.abs(p[1] - y) < 0.01,
      );
      assert.ok(near, `example ${i}, gate ${g}`);
    }
  });
});

test('charts leave out what was not recorded; without classes there is nothing to say about them', () => {
  const run = gaternetRun();
  const charts = (page: string) =>
    [...page.matchAll(/<figcaption>([^<]*)<\/figcaption><svg class="chart"/g)].map((m) => m[1]);
  assert.equal(charts(gaternetPage(run, '')), ['Validation accuracy', 'Training loss', 'Filters open']);
  const bare = (net: NetResult): NetResult => ({
    ...net,
    history: net.history.map(({ epoch, learningRate, loss, seconds }) => ({ epoch, learningRate, loss, seconds })),
  });
  const { classes: _, ...gates } = run.gates;
  const page = gaternetPage({ ...run, gated: bare(run.gated), twin: bare(run.twin), gates }, '');
  assert.equal(charts(page), ['Training loss']);
  assert.not.match(page, 'mutual information');
  assert.not.match(page, /undefined|NaN|Infinity|null/);
});

test('while the gater rests, only its training loss is drawn', () => {
  const [accuracy, loss, open] = gaternetPage(gaternetRun(), '')
    .match(/<svg class="chart".*?<\/svg>/gs)!
    .map((chart) => elements(chart).circle);
  assert.equal([accuracy, loss, open], [1 + 2, 2 + 2, 1]);
  assert.match(gaternetPage(gaternetRun(), ''), 'All gates are held open in the first one, while the gater rests.');
});

test.run();
