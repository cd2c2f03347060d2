import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dotLine } from '#dist/drawings/dot.js';
import { drawing, element, group, text } from '#dist/drawings/svg.js';
import { shorten, textWidth } from '#dist/drawings/text.js';

test('an element: numbers at two decimals, text escaped, nothing that is undefined', () => {
  const attributes = { class: undefined, x: 1 / 3, y: -0.001, r: 1e-9, 'aria-label': 'a "b" & <c>\u0000' };
  assert.is(
    element('rect', attributes),
    '<rect x="0.33" y="0" r="0" aria-label="a &quot;b&quot; &amp; &lt;c&gt;\ufffd"/>',
  );
  assert.is(
    element('g', {}, text(1, 2, 'a<b'), element('path', { d: '' })),
    '<g><text x="1" y="2">a&lt;b</text><path d=""/></g>',
  );
  assert.is(group({ class: 'e' }, ['<a/>', '<b/>']), '<g class="e">\n<a/>\n<b/>\n</g>');
  assert.is(group({}, []), '<g>\n</g>');
});

test('a drawing says what it shows, and how large it is', () => {
  assert.is(
    drawing(30, 20, { class: 'mine' }, 'a & b', ['<rect/>']),
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 30 20" width="30" height="20" role="img" class="mine">\n<title>a &amp; b</title>\n<rect/>\n</svg>\n',
  );
});

test('a line for Graphviz: strings quoted, numbers and truths bare', () => {
  assert.is(
    dotLine('1 -> 2', { label: 'a "b"\\\r\nc', weight: 0.5, constraint: false }),
    '  1 -> 2 [label="a \\"b\\"\\\\\\nc", weight=0.5, constraint=false];',
  );
});

test('letters: wide ones count more, a cut keeps to its length', () => {
  assert.ok(textWidth('WWW') > textWidth('lll') && textWidth('漢') > textWidth('W'));
  assert.is(shorten('漢字𝒳abc', 4), '漢字𝒳…');
  assert.is(shorten('abcd', 4), 'abcd');
});

test('every colour stands in the palette', () => {
  const folder = new URL('../../../src/drawings/', import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const colours = (name: string) =>
    readFileSync(new URL(name, folder), 'utf8').match(/#[\da-f]{6}\b|#[\da-f]{3}\b/gi) ?? [];
  assert.ok(colours('palette.ts').length > 60);
  for (const name of files) if (name !== 'palette.ts') assert.equal(colours(name), [], name);
});

test.run();
