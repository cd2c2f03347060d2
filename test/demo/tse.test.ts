import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { byShare } from '#dist/structure/latent/topics.js';
import { connectionsOf, netDrawing } from '../../demo/tse/net-drawing.js';
import { tsePage } from '../../demo/tse/page.js';
import { activeTopics, latentsOf } from '../../demo/tse/topics.js';
import { KINDS, parseNouns, readDefinitions } from '../../demo/tse/words.js';
import { smallNet, smallTree, tseRun, WORDS } from '../support/demo-tse.js';
import { elements } from '../support/svg.js';

const LINES = `
  1 This software and database is being provided to you
00000001 05 n 02 grey_wolf 0 lupus 0 003 @ 1 n 0000 | a wild, wild dog of the North; "the wolf is at the door"; "an animal | a bar"
00000002 20 n 01 fern 0 001 @ 1 n 0000 | a plant of the North
00000003 04 n 01 jump 0 001 @ 1 n 0000 | an act, which is no thing
00000004 18 n 0a hermit 0 001 @ 1 n 0000 | a man of the wild North
00000005 05 n 01 fox 0 001 @ 1 n 0000 | a plant of the North
`;

test('tangible nouns, with their kind and without examples; a text is taken once', () => {
  const found = parseNouns(LINES);
  assert.equal(
    found.map(({ term, text, kind }) => [term, text, KINDS[kind]]),
    [
      ['grey wolf', 'a wild, wild dog of the North', 'animal'],
      ['fern', 'a plant of the North', 'plant'],
      ['hermit', 'a man of the wild North', 'person'],
    ],
  );
});

test('the dictionary has thousands of definitions of every kind, none twice', async () => {
  const all = await readDefinitions();
  assert.is(new Set(all.map(({ text }) => text)).size, all.length);
  KINDS.forEach((name, kind) => {
    assert.ok(all.filter((definition) => definition.kind === kind).length > 1500, name);
  });
  const wolf = all.find(({ term }) => term === 'wolf')!;
  assert.is(
    wolf.text,
    'any of various predatory carnivorous canine mammals of North America and Eurasia that usually hunt in packs',
  );
  assert.is(KINDS[wolf.kind], 'animal');
});

test('topics of a row: of the lowest level, likely and likelier than in other rows, the most telling first', () => {
  const tree = smallTree();
  tree.marginal.set([0.4, 0.01, 0.1, 0.02], 8);
  const posteriors = Float32Array.of(0, 0, 0, 0, 0, 0, 0.7, 0.5, 0.9, 0.19, 1, 1);
  const assigned = { posteriors, states: new Uint8Array(), logLikelihood: new Float64Array() };
  assert.equal(activeTopics(tree, assigned, 0, 4), []);
  const found = activeTopics(tree, assigned, 1, 4);
  assert.equal(
    found.map(({ probability }) => probability),
    [0.9, 0.5].map(Math.fround),
  );
  assert.equal([...found[0]!.words].sort(), ['leaf', 'tree']);
  assert.is(activeTopics(tree, assigned, 1, 1).length, 1);
  assert.equal(latentsOf(tree, 1), [8, 9, 10, 11]);
  assert.equal(byShare(tree, latentsOf(tree, 1)), [8, 10, 11, 9]);
});

test('connections of the tree are told from those added', () => {
  const net = smallNet();
  assert.equal(connectionsOf(net, 0), {
    tree: WORDS.map((_, i) => [i, Math.floor(i / 2)]),
    added: [
      [7, 0],
      [0, 3],
    ],
  });
  assert.equal(connectionsOf(net, 1).added, []);
});

test('the drawing of a net has its connections, nodes, skip-paths and escaped names', () => {
  const options = { width: 700, most: 100, names: { features: 'w<rds', latents: 'topics' } };
  const svg = netDrawing(smallNet(), options);
  const counts = elements(svg);
  assert.equal([counts.circle, counts.rect], [4 + 2 + 3, 2]);
  const linesOf = (style: string, drawing = svg) =>
    [...drawing.matchAll(new RegExp(`<path class="${style}" d="([^"]*)"/>`, 'g'))].map(
      ([, path]) => path!.match(/M/g)?.length ?? 0,
    );
  assert.equal(linesOf('tree'), [8, 4]);
  assert.equal(linesOf('added'), [2, 0]);
  assert.equal(linesOf('full'), [6]);
  assert.equal(linesOf('skip'), [1, 1]);
  for (const name of ['8 w&lt;rds', '4 topics', '2 topics', 'h&lt;rmit']) assert.ok(svg.includes(name), name);
  // The first feature's line goes to the first latent, midway above its two features.
  assert.match(svg, /<path class="tree" d="M37 \d+L74 /);
  assert.equal(linesOf('tree', netDrawing(smallNet(), { ...options, most: 3 })), [3, 3]);
  const narrow = netDrawing(smallNet(), { ...options, width: 340 });
  assert.is(elements(narrow).text, counts.text! - 3);
});

test('the page asks the network for nothing, runs no script, and says what was measured', () => {
  const page = tsePage(tseRun(), 'body {}');
  // Namespaces are names, not places.
  assert.not.match(page.replaceAll('xmlns="http://www.w3.org/2000/svg"', ''), /https?:|url\(|@import|<script|\son\w+=/);
  const targets = [...page.matchAll(/(?:src|href)\s*=\s*"([^"]+)"/g)].map(([, target]) => target);
  assert.equal(targets, ['tse-tree.html']);
  assert.match(page, `content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"`);
  assert.not.match(page, /undefined|NaN|Infinity|null/);
  assert.not.match(page, /<b>old|<9>|h<rmit/);
  for (const words of [
    '&lt;b&gt;old&lt;/b&gt;',
    'Chip &lt;9&gt;',
    '75.0\u00a0%</dt><dd>of the test definitions right; the dense net: 50.0\u00a0%',
    '20\u00a0%</dt><dd>of the dense net’s weights: 1,000 of 5,000',
    '6</dt><dd>topics found over 8 words, in 2 levels',
    // Of four topics one has ten rows, all of one kind, one has nine, one is mixed and one has none.
    '<strong>1 of the 2 topics of the lowest level are of one kind by 90\u00a0% or more</strong>: 50\u00a0%',
    'a <mark>ship</mark> of the &lt;ocean',
    'They hold 5\u00a0% of the weights',
    '50 (50.0\u00a0% of the validation rows right, 5,000 weights)',
  ]) {
    assert.ok(page.includes(words), words);
  }
  for (const svg of page.match(/<svg.*?<\/svg>/gs)!) elements(svg.replace(/<style>.*?<\/style>/s, ''));
});

test('a line for each topic, the kinds of its rows, and what is below', () => {
  const page = tsePage(tseRun(), '');
  const list = /<div class="topics">(.*?)<\/section>/s.exec(page)![1]!;
  assert.equal([list.match(/<details/g)!.length, list.match(/<div class="topic">/g)!.length], [2, 4]);
  assert.match(list, 'title="animal 100\u00a0%"><i class="k0" style="width:100.0%"></i></span>');
  assert.match(
    list,
    'title="plant 50\u00a0%, h&lt;rmit 50\u00a0%"><i class="k1" style="width:50.0%"></i><i class="k2"',
  );
  assert.match(list, 'title="no definition"></span>');
});

test('the table of nets has a column each, phases in their own lines', () => {
  const table = /<table class="compare four">(.*?)<\/table>/s.exec(tsePage(tseRun(), ''))![1]!;
  const rows = [...table.matchAll(/<tr[^>]*><th scope="row">(.*?)<\/th>(.*?)<\/tr>/gs)].map(([, name, cells]) => [
    name,
    ...[...cells!.matchAll(/<td>(.*?)<\/td>/gs)].map(([, cell]) => cell!.replace(/<[^>]*>/g, '')),
  ]);
  const row = (name: string) => rows.find(([first]) => first === name)?.slice(1);
  assert.equal(row('Test accuracy'), ['75.00\u00a0%', '25.00\u00a0%', '62.50\u00a0%', '50.00\u00a0%']);
  assert.equal(row('Weights and biases'), ['1,000', '400', '2,000', '5,000']);
  assert.equal(row('Share of the dense net’s'), ['20\u00a0%', '8\u00a0%', '40\u00a0%', '100\u00a0%']);
  assert.equal(row('Time in all'), ['3.5\u00a0s', '2.0\u00a0s', '2.0\u00a0s', '2.0\u00a0s']);
  assert.equal(row('Learning the tree'), ['1.5\u00a0s', '–', '–', '–']);
});

test('a text of no dictionary has its words marked and what the saved net answers', () => {
  const page = tsePage(tseRun(), '');
  assert.match(
    page,
    '<li><span class="kind k1">plant</span> <small>63\u00a0%</small><p>it has &lt;a <mark>root</mark></p></li>',
  );
});

test('an example shows its topics and what each net answers', () => {
  const cards = tsePage(tseRun(), '').match(/<li><span class="term">.*?<\/div><\/li>/gs)!;
  assert.is(cards.length, 2);
  assert.equal(
    cards.map((card) => card.match(/class="guess (right|wrong)"/g)!.map((found) => found.slice(13, -1))),
    [
      ['right', 'wrong', 'right', 'right'],
      ['wrong', 'wrong', 'right', 'right'],
    ],
  );
  assert.match(cards[0]!, '<li>sea, ferry <small>80\u00a0%</small></li>');
  assert.match(cards[1]!, 'No topic of 20\u00a0% or more.');
});

test('an answer is shared out to words and units, as bars to either side; coherence is counted by layer and path', () => {
  const part = /<h2>What one prediction rests on<.*?<\/section>/s.exec(tsePage(tseRun(), ''))![0];
  const [words, units] = part.match(/<figure class="signed">.*?<\/figure>/gs)!;
  const linesOf = (figure: string) =>
    [...figure.matchAll(/<li><span>(.*?)<\/span><i class="(.*?)"><b style="(.*?)"><\/b><\/i><span>(.*?)<\/span>/g)].map(
      ([, ...line]) => line,
    );
  assert.match(words!, '<figcaption>Words: for animal rather than plant</figcaption>');
  const old = '&lt;b&gt;old&lt;/b&gt; &quot;men&quot; &amp; co';
  assert.equal(linesOf(words!), [
    ['ship', 'green', 'left:50.0%;width:50.0%', '+2.00'],
    [old, 'orange', 'left:31.2%;width:18.8%', '−0.75'],
  ]);
  assert.equal(linesOf(units!), [
    [`${old}, sea, ferry, tree <small>topic unit</small>`, 'green', 'left:50.0%;width:50.0%', '+2.00'],
    ['unit 1 <small>skip-path 1</small>', 'orange', 'left:43.8%;width:6.3%', '−0.25'],
  ]);
  assert.match(part, 'The answer is <span class="kind k0">animal</span> (63\u00a0%), which is wrong.');
  assert.match(part, 'the words add +1.50, and +0.0005 is left as error.');
  const rows = [...part.matchAll(/<th scope="row">(.*?)<\/th><td>(.*?)<\/td><td>(.*?)<\/td><td>(.*?)<\/td>/g)];
  assert.equal(
    rows.map(([, ...row]) => row),
    [
      ['Layer 1', '2', '+0.25', '1'],
      ['Skip-path 1', '2', '−0.75', '0'],
    ],
  );
  assert.match(part, `The most coherent units: ${old}, sea, ferry, tree (+0.25); ship, sea (−0.75).`);
});

test.run();
