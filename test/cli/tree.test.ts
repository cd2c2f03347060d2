import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { answers, refused, Scratch, succeeds } from '../support/cli.js';
import { csvText, idxBytes, sparseText } from '../support/cli-data.js';

const AGNEWS = '../shared/data/agnews/train.txt';
const scratch = new Scratch();
test.after(() => scratch.remove());

interface TreeAnswer {
  data: string;
  rows: number;
  variables: number;
  edges: number;
  totalMutualInformation: number;
  components: number;
  root: number;
  strongest: { a: number; b: number; names?: string[]; information: number }[];
  seconds: Record<string, number>;
  files?: string[];
  states?: (string[] | null)[];
  sampled?: { rows: number; candidates: number; share: number; exact: boolean; confidence: number };
}

/** Every pair's mutual information by its definition, and the weight of the best tree by Kruskal's algorithm. */
function bestTree(text: string, columns: number): { total: number; strongest: number } {
  const rows = text
    .trim()
    .split('\n')
    .map(
      (line) =>
        new Set(
          line
            .split(',')
            .slice(1)
            .map((item) => Number(item.split(':')[0])),
        ),
    );
  const share = (accept: (row: Set<number>) => boolean) => rows.filter(accept).length / rows.length;
  const pairs: { a: number; b: number; information: number }[] = [];
  for (let a = 0; a < columns; a++) {
    for (let b = a + 1; b < columns; b++) {
      let information = 0;
      for (const x of [true, false]) {
        for (const y of [true, false]) {
          const joint = share((row) => row.has(a) === x && row.has(b) === y);
          if (joint > 0)
            information +=
              joint * Math.log(joint / (share((row) => row.has(a) === x) * share((row) => row.has(b) === y)));
        }
      }
      pairs.push({ a, b, information });
    }
  }
  pairs.sort((p, q) => q.information - p.information);
  const group = Array.from({ length: columns }, (_, v) => v);
  let total = 0;
  for (const { a, b, information } of pairs) {
    const [from, to] = [group[a], group[b]];
    if (from === to) continue;
    total += information;
    group.forEach((g, v) => {
      if (g === from) group[v] = to!;
    });
  }
  return { total, strongest: pairs[0]!.information };
}

test('one JSON object, with the weight of the best tree', async () => {
  const text = sparseText(120, 1, 20);
  const answer = await answers<TreeAnswer>(['tree', scratch.file('small.txt', text), '--top', '3']);
  const { total, strongest } = bestTree(text, 20);
  assert.is(answer.rows, 120);
  assert.is(answer.variables, 20);
  assert.is(answer.edges, 19);
  assert.is(answer.components, 1);
  assert.is(answer.root, 0);
  assert.ok(Math.abs(answer.totalMutualInformation - total) < 1e-9, `${answer.totalMutualInformation}, not ${total}`);
  assert.is(answer.strongest.length, 3);
  assert.ok(Math.abs(answer.strongest[0]!.information - strongest) < 1e-9);
  assert.equal(Object.keys(answer.seconds), ['load', 'tree', 'write', 'total']);
  assert.not.ok('files' in answer);
});

test('standard input, and a pipe shows no progress', async () => {
  const text = sparseText(120, 1, 20);
  const { data, seconds: _, ...fromPipe } = await answers<TreeAnswer>(['tree', '-'], { input: text });
  const { data: __, seconds: ___, ...fromFile } = await answers<TreeAnswer>(['tree', scratch.file('pipe.txt', text)]);
  assert.is(data, 'standard input');
  assert.equal(fromPipe, fromFile);
  const csv = await answers<TreeAnswer>(['tree', '-', '--target', 'kind'], { input: csvText(60, 1) });
  assert.is(csv.variables, 3);
});

test('a summary for people', async () => {
  const out = await succeeds(['tree', scratch.file('words.txt', sparseText(100, 2)), '--top', '2']);
  const lines = out.trimEnd().split('\n');
  assert.match(lines[0]!, /words\.txt: 100 rows, 40 variables$/);
  assert.match(lines[1]!, /^39 edges in one tree, \d+\.\d{4} nats, in .*s$/);
  assert.is(lines.length, 5);
  assert.match(lines[3]!, /^ {2}0\.\d{4} {2}\d+ – \d+$/);
});

test('--out: with a prefix, and into a directory', async () => {
  const data = scratch.file('out.txt', sparseText(100, 3));
  const { files, edges } = await answers<TreeAnswer>(['tree', data, '--out', scratch.path('words')]);
  assert.equal(
    files,
    ['json', 'dot', 'svg'].map((ending) => scratch.path(`words.${ending}`)),
  );
  const json = JSON.parse(readFileSync(files![0]!, 'utf8'));
  assert.is(json.edges.length, edges);
  assert.is(readFileSync(files![1]!, 'utf8').split(' -- ').length - 1, edges);
  assert.is(readFileSync(files![2]!, 'utf8').split('<path ').length - 1, edges);
  mkdirSync(scratch.path('there'));
  await succeeds(['tree', data, '--out', scratch.path('there')]);
  await succeeds(['tree', data, '--out', scratch.path('new/deep/')]);
  for (const folder of ['there', 'new/deep']) {
    assert.equal(readdirSync(scratch.path(folder)).sort(), ['tree.dot', 'tree.json', 'tree.svg']);
    assert.is(readFileSync(scratch.path(`${folder}/tree.svg`), 'utf8'), readFileSync(files![2]!, 'utf8'));
  }
});

test('--out: one file by its ending, and no other ending', async () => {
  const data = scratch.file('one.txt', sparseText(100, 3));
  const folder = scratch.path('one');
  mkdirSync(folder);
  for (const name of ['a.svg', 'b.JSON', 'c.dot']) {
    const { files } = await answers<TreeAnswer>(['tree', data, '--out', `${folder}/${name}`]);
    assert.equal(files, [`${folder}/${name}`]);
  }
  assert.equal(readdirSync(folder).sort(), ['a.svg', 'b.JSON', 'c.dot']);
  assert.ok(readFileSync(`${folder}/a.svg`, 'utf8').startsWith('<svg'));
  assert.ok(readFileSync(`${folder}/c.dot`, 'utf8').startsWith('graph'));
  for (const [command, name] of [
    ['tree', 'd.png'],
    ['tree', 'd.html'],
    ['latent-tree', 'd.v2'],
  ] as const)
    await refused(
      [command, data, '--out', `${folder}/${name}`],
      /d\.\w+: expected a name that ends in \.json, \.dot.* got \./,
    );
  assert.is(readdirSync(folder).length, 3);
});

test('--min-information leaves a forest; --root by number and by name', async () => {
  const data = scratch.file('forest.txt', sparseText(100, 4));
  const whole = await answers<TreeAnswer>(['tree', data, '--top', '99']);
  const limit = whole.strongest[9]!.information;
  const forest = await answers<TreeAnswer>(['tree', data, '--min-information', String(limit), '--root', '7']);
  assert.is(forest.edges, 10);
  assert.is(forest.components, 30);
  assert.is(forest.root, 7);
  const csv = scratch.file('forest.csv', csvText(80, 1));
  const named = await answers<TreeAnswer>(['tree', csv, '--root', 'weight', '--target', 'kind', '--bins', '4']);
  assert.is(named.root, 1);
  assert.is(named.strongest.length, 2);
  assert.ok(named.strongest.some(({ names }) => names?.join() === 'size,weight'));
});

test('CSV: a column is one variable; all but the target and the ignored; states instead of two halves', async () => {
  const csv = scratch.file('fruit.csv', csvText(80, 1));
  assert.is((await answers<TreeAnswer>(['tree', csv])).variables, 4);
  assert.is((await answers<TreeAnswer>(['tree', csv, '--target', '-1', '--ignore', 'size'])).variables, 2);
  const two = await answers<TreeAnswer>(['tree', csv, '--target', 'kind', '--ignore', 'colour']);
  const four = await answers<TreeAnswer>(['tree', csv, '--target', 'kind', '--ignore', 'colour', '--bins', '4']);
  assert.ok(four.totalMutualInformation > 1.3 * two.totalMutualInformation);
});

test('columns of categories, as in the field: scikit-learn has these informations', async () => {
  const all = 'weather,shoes,mood,coin';
  for (const args of [['test/field/07-categories.csv'], ['test/field/07-codes.csv', '--categorical', all]]) {
    const { variables, edges, strongest, states } = await answers<TreeAnswer>(['tree', ...args]);
    assert.is(variables, 4);
    assert.is(edges, 3);
    assert.equal(
      strongest.map(({ names, information }) => [names!.join('-'), information.toFixed(6)]),
      [
        ['weather-shoes', '0.342826'],
        ['shoes-mood', '0.297598'],
        ['weather-coin', '0.003688'],
      ],
    );
    assert.is(states!.length, 4);
  }
});

test('--sample: what it saved, and whether the tree is exact; the same tree', async () => {
  const rows = 70_000;
  const lines = ['a,b,c,d,e,f,g,h'];
  for (let r = 0; r < rows; r++) {
    const bit = (r * 0x9e37) >>> 3;
    const a = bit & 1;
    lines.push(
      [a, r % 10 ? a : 1 - a, r % 7 ? a : 0, r % 5 ? a : 1, r % 9 ? a : 0, r % 11 ? a : 1, r % 13 ? a : 0, a].join(','),
    );
  }
  const path = scratch.file('long.csv', `${lines.join('\n')}\n`);
  const plain = await answers<TreeAnswer>(['tree', path]);
  assert.not(plain.sampled);
  const sampled = await answers<TreeAnswer>(['tree', path, '--sample', '--confidence', '1']);
  assert.equal(sampled.strongest, plain.strongest);
  assert.ok(sampled.sampled!.exact);
  assert.match(await succeeds(['tree', path, '--sample']), /^Sampled: .*/m);
});

test('IDX images', async () => {
  const pixels = Array.from({ length: 30 * 4 }, (_, i) => (i % 4 < 2 ? (i >> 2) % 2 : (i >> 3) % 2) * 200);
  const answer = await answers<TreeAnswer>([
    'tree',
    scratch.file('images', idxBytes([30, 2, 2], pixels)),
    '--threshold',
    'mean',
  ]);
  assert.is(answer.variables, 4);
  // Pixels 0 and 1 are equal and on in 15 of 30 images; so are 2 and 3, in 14.
  assert.ok(Math.abs(answer.strongest[0]!.information - Math.log(2)) < 1e-9);
});

test('AG News', async () => {
  if (!existsSync(AGNEWS)) return console.log(`  (no ${AGNEWS}: its tree was not learned)`);
  const answer = await answers<TreeAnswer>(['tree', AGNEWS]);
  assert.is(answer.variables, 10_000);
  assert.is(answer.edges, 9_999);
  assert.ok(Math.abs(answer.totalMutualInformation - 20.4276) < 5e-5, String(answer.totalMutualInformation));
});

test.run();
