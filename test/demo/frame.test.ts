import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { Dataset, DenseNet } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { explainAnswers, signed } from '../../demo/frame/explained.js';
import { lineChart, ticks } from '../../demo/frame/line-chart.js';
import { footerOf, headerOf, pageOf } from '../../demo/frame/markup.js';
import { median, spread } from '../../demo/frame/numbers.js';
import { inkPng } from '../../demo/frame/png.js';
import { demoFile } from '../../demo/frame/run.js';
import { colourStyle } from '../../demo/frame/style.js';
import { table, tableRow, testRows, timeRows, weightRow } from '../../demo/frame/tables.js';
import { netResult, runFacts } from '../support/demo-results.js';
import { elements } from '../support/svg.js';

test('a PNG holds its values as opacity', () => {
  const uri = inkPng(Uint8Array.of(0, 1, 127, 128, 254, 255), 3);
  const bytes = Buffer.from(uri.slice('data:image/png;base64,'.length), 'base64');
  assert.is(bytes.subarray(1, 4).toString(), 'PNG');
  assert.equal([bytes.readUInt32BE(16), bytes.readUInt32BE(20), bytes[24], bytes[25]], [3, 2, 8, 4]);
  const length = bytes.readUInt32BE(33);
  assert.is(bytes.subarray(37, 41).toString(), 'IDAT');
  const lines = inflateSync(bytes.subarray(41, 41 + length));
  assert.equal([...lines], [0, 0, 0, 0, 1, 0, 127, 0, 0, 128, 0, 254, 0, 255]);
  // The checksum of an empty IEND is the same in every PNG.
  assert.is(bytes.subarray(-8).toString('hex'), '49454e44ae426082');
});

test('a chart stays inside its box and draws every point', () => {
  const chart = lineChart({
    title: 'Loss',
    x: 'epoch',
    xFrom: 1,
    yFrom: 0,
    format: String,
    series: [
      { name: 'one', style: 'green', points: [1, 2, 3, 4].map((x) => [x, 1 / x]) },
      { name: 'two', style: 'blue', points: [[1, 0.013]] },
    ],
  });
  const counts = elements(chart);
  assert.equal([counts.path, counts.circle], [2, 5]);
  const [, width, height] = chart.match(/viewBox="0 0 (\d+) (\d+)"/)!.map(Number) as [number, number, number];
  for (const [, x, y] of chart.matchAll(/cx="([^"]+)" cy="([^"]+)"/g)) {
    assert.ok(Number(x) >= 0 && Number(x) <= width, `x ${x}`);
    assert.ok(Number(y) >= 0 && Number(y) <= height, `y ${y}`);
  }
});

test('ticks are round and cover the range', () => {
  assert.equal(ticks(0, 0.31, 5), [0, 0.1, 0.2, 0.3, 0.4]);
  assert.equal(ticks(96.2, 98.5, 5), [96, 96.5, 97, 97.5, 98, 98.5]);
  assert.equal(ticks(0, 63, 6), [0, 20, 40, 60, 80]);
  assert.equal(ticks(2, 2, 5)[0], 2);
});

test('spread takes evenly, or all when there are few', () => {
  assert.equal(spread([1, 2, 3], 5), [1, 2, 3]);
  assert.equal(spread([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 5), [1, 3, 5, 7, 9]);
});

test('a median is between the two in the middle', () => {
  assert.is(median([5, 1, 3]), 3);
  assert.is(median([4, 1, 3, 2]), 2.5);
});

test('a page forbids scripts unless it has some, and says where it was made', () => {
  const run = runFacts({ train: 1200, validation: 3, test: 4 });
  const nets = [netResult('a<b', 10, 0.5, { rows: 4, classes: 2 })];
  const main = [headerOf('Heading', 'Lead', [['7', 'of a kind']], run)];
  main.push(footerOf(run, { unit: 'Rows', seeded: 'all', nets, note: 'Note' }));
  const page = pageOf({ title: 'T', style: 'body {}', main });
  assert.match(page, `content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"`);
  assert.match(pageOf({ title: 'T', style: '', main, scripts: '<script></script>' }), "; script-src 'unsafe-inline'");
  for (const words of [
    '<dt>7</dt><dd>of a kind</dd>',
    '<dt>30\u00a0s</dt><dd>for everything on this page, one thread</dd>',
    '1,200 to train, 3 to validate, 4 to test',
    'Chip &lt;9&gt;, 2 cores',
    '100\u00a0MB at the peak',
    'a&lt;b <code>0123456789abcdef</code>',
  ]) {
    assert.ok(page.includes(words), words);
  }
});

test('a table compares nets: a column each, phases that only some have, bars by the largest', () => {
  const rows = { rows: 4, classes: 2 };
  const first = netResult('first', 50, 0.75, rows);
  const phases = [{ name: 'Growing', seconds: 6 }, ...first.phases];
  const nets = [
    { net: { ...first, phases }, style: 'green' as const },
    { net: netResult('second', 200, 0.5, rows), style: 'blue' as const },
  ];
  const html = table(['first', 'second'], [...testRows(nets, 4), weightRow(nets), ...timeRows(nets)], 'compare');
  const cells = [...html.matchAll(/<tr[^>]*><th scope="row">(.*?)<\/th>(.*?)<\/tr>/g)].map(([, name, line]) => [
    name,
    ...[...line!.matchAll(/<td>(.*?)<\/td>/g)].map(([, cell]) => cell!.replace(/<[^>]*>/g, '')),
  ]);
  assert.equal(cells, [
    ['Test accuracy', '75.00\u00a0%', '50.00\u00a0%'],
    ['Errors in 4', '1', '2'],
    ['Weights and biases', '50', '200'],
    ['Time in all', '8.0\u00a0s', '2.0\u00a0s'],
    ['Growing', '6.0\u00a0s', '–'],
    ['Training', '2.0\u00a0s', '2.0\u00a0s'],
  ]);
  const widths = [...html.matchAll(/class="bar (\w+)"><span style="width:([\d.]+)%"/g)].map(([, ...bar]) =>
    bar.join(' '),
  );
  assert.equal(widths, ['green 25.0', 'blue 100.0', 'green 100.0', 'blue 25.0']);
  assert.is(tableRow('many', [1234, '<b>5</b>']), '<tr><th scope="row">many</th><td>1,234</td><td><b>5</b></td></tr>');
});

test('explained are the first right answer against the next likely, the first wrong against the right one, of rows that fit', async () => {
  const values = Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 0);
  const data = Dataset.dense(values, { columns: 3, labels: Int32Array.of(0, 1, 2, 0), classes: 3 });
  const net = await DenseNet.create(data, { hidden: [4], seed: 1 });
  // As if it had been so: rows 0 and 2 wrong, rows 1 and 3 right.
  const answers = {
    classes: Int32Array.of(1, 1, 1, 0),
    outputs: Float32Array.of(0.3, 0.6, 0.1, 0.1, 0.7, 0.2, 0.1, 0.5, 0.4, 0.5, 0.3, 0.2),
  };
  const told = ({ row, output, against, label }: Awaited<ReturnType<typeof explainAnswers>>[number]) => [
    ...[row, output, against, label],
  ];
  const all = await explainAnswers(net, data, answers, { top: 2 });
  assert.equal(all.map(told), [
    [1, 1, 2, 1],
    [0, 1, 0, 0],
  ]);
  const { against, label, ...plain } = all[1]!;
  assert.equal({ ...plain, against }, await net.explainRow(data, { top: 2, row: 0, output: 1, against: 0 }));
  const fits = await explainAnswers(net, data, answers, {}, (row) => row > 1);
  assert.equal(fits.map(told), [
    [3, 0, 1, 0],
    [2, 1, 2, 2],
  ]);
  assert.equal((await explainAnswers(net, data, answers, {}, (row) => row === 3)).map(told), [[3, 0, 1, 0]]);
  net.dispose();
  assert.equal([signed(0.004), signed(-0.004), signed(1.5), signed(-0.25, 1)], ['0.00', '0.00', '+1.50', '−0.3']);
});

test('every colour that the style sheets name is there, by day and by night', () => {
  const colours = colourStyle();
  const own = ['own', 'ink-filter', 'radius', 'average'];
  for (const sheet of ['frame/report', 'mnist/page', 'gaternet/page', 'tse/page']) {
    const css = readFileSync(demoFile(`${sheet}.css`), 'utf8');
    assert.not.match(css, /#[\da-f]{3,8}\b(?![^{]*\{)/i, `${sheet}: colours stand in the palette`);
    for (const [, name] of css.matchAll(/var\(--([\w-]+)/g)) {
      if (!own.includes(name!)) assert.is(colours.split(`--${name}:#`).length, 3, `${sheet}: ${name}`);
    }
  }
});

test.run();
