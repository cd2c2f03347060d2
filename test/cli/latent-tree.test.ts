import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { assignLatents, LatentTree, latentTree } from 'espalier';
import { parseSparseText } from 'espalier/read';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { answers, espalier, refused, Scratch, succeeds } from '../support/cli.js';
import { csvText, idxBytes, sparseText, taskText } from '../support/cli-data.js';
import { Random } from '../support/random.js';
import { elements } from '../support/svg.js';

const scratch = new Scratch();
test.after(() => scratch.remove());
/** Eight groups of five words, each group on or off by itself. */
function groupsText(rows: number, seed: number): string {
  const random = new Random(seed);
  const lines = Array.from({ length: rows }, () => {
    const on = Array.from({ length: 8 }, () => random.chance(0.4));
    const has = Array.from({ length: 40 }, (_, w) => random.chance(on[Math.floor(w / 5)] ? 0.7 : 0.05));
    return ['0', ...has.flatMap((is, w) => (is ? [`${w}:${1 + random.below(2)}`] : []))].join(',');
  });
  return `${lines.join('\n')}\n`;
}

const TEXT = groupsText(400, 1);
const words = scratch.file('words.txt', TEXT);
const deep = [words, '--max-top', '2'];

interface Answer {
  tree?: string;
  data?: string;
  rows?: number;
  features: number;
  latents: number;
  levels: number[];
  learnedFromRows: number;
  logLikelihood: number;
  bic: number;
  dataLogLikelihood?: number;
  topics: { name: string; share: number; features: { feature: number; name: string; inside: number }[] }[];
  seconds: Record<string, number>;
  files?: string[];
}

const table = (path: string) => {
  const [header, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  return { header: header!.split(','), rows: lines.map((line) => line.split(',').map(Number)) };
};

test('one JSON object: the tree that the library learns', async () => {
  const answer = await answers<Answer>(['latent-tree', ...deep, '--seed', '3', '--top', '4']);
  const tree = await latentTree(parseSparseText(TEXT), { maxTop: 2, seed: 3 });
  assert.is(answer.data, words);
  assert.is(answer.rows, 400);
  assert.is(answer.features, 40);
  assert.equal(answer.levels, [...tree.levels]);
  assert.is(answer.latents, tree.latents);
  assert.is(answer.logLikelihood, tree.logLikelihood);
  assert.is(answer.bic, tree.bic);
  assert.is(answer.topics.length, tree.levels.at(-1));
  for (const { name, share, features } of answer.topics) {
    const latent = tree.firstOf(tree.levels.length) + Number(name.split('.')[1]);
    assert.is(share, tree.marginal[latent]);
    assert.equal(features, tree.topFeatures(latent, 4));
  }
  const shares = answer.topics.map(({ share }) => share);
  assert.equal(
    shares,
    [...shares].sort((a, b) => b - a),
  );
  assert.equal(Object.keys(answer.seconds), [
    'load',
    'information',
    'islands',
    'links',
    'refine',
    'likelihood',
    'write',
    'total',
  ]);
  assert.not.ok('files' in answer || 'tree' in answer || 'dataLogLikelihood' in answer);
});

test('every option of the learner has its say', async () => {
  const { latents, logLikelihood } = await answers<Answer>(['latent-tree', ...deep]);
  const told = async (...options: string[]) => answers<Answer>(['latent-tree', ...deep, ...options]);
  assert.ok((await told('--max-island', '3')).latents > latents);
  assert.is((await told('--max-top', '30')).levels.length, 1);
  for (const options of [
    ['--restarts', '1'],
    ['--em-steps', '1'],
    ['--em-tolerance', '100'],
    ['--sample-rows', '50'],
    ['--refine-steps', '0'],
    ['--threshold', '1'],
    ['--delta', '1000'],
  ]) {
    assert.is.not((await told(...options)).logLikelihood, logLikelihood, options.join(' '));
  }
});

test('a summary for people', async () => {
  const names = scratch.file('names.txt', Array.from({ length: 40 }, (_, i) => `word${i}`).join('\n'));
  const out = await succeeds(['latent-tree', ...deep, '--top', '2', '--feature-names', names]);
  const lines = out.trimEnd().split('\n');
  assert.match(lines[0]!, /words\.txt: 400 rows, 40 features$/);
  assert.match(lines[1]!, /^\d+ latents: \d+ on level 1, \d+ on level 2/);
  assert.match(lines[2]!, /^Log-likelihood -\d+\.\d \(-\d+\.\d{3} a row\), BIC -\d+\.\d$/);
  assert.match(lines[3]!, /^Time: .*total \d/);
  assert.match(lines[4]!, /^Top level/);
  for (const line of lines.slice(5)) assert.match(line, /^ +[\d.]+ % {2}h\d\.\d +word\d+, word\d+$/);
  assert.ok(lines.length > 5);
});

test('--out: by ending, given again, with a prefix, and into a directory', async () => {
  const out = (name: string) => scratch.path(name);
  const { files, levels } = await answers<Answer>([
    ...['latent-tree', ...deep, '--title', 'Two & more', '--out', out('a.html'), '--out', out('b.JSON')],
    ...['--out', out('c'), '--levels', '1'],
  ]);
  assert.equal(files, ['a.html', 'b.JSON', 'c.json', 'c.dot', 'c.svg', 'c.html'].map(out));
  assert.is(readFileSync(out('a.html'), 'utf8'), readFileSync(out('c.html'), 'utf8'));
  assert.ok(readFileSync(out('a.html'), 'utf8').includes('<h1>Two &amp; more</h1>'));
  assert.ok(readFileSync(out('c.dot'), 'utf8').startsWith('digraph'));
  assert.is(elements(readFileSync(out('c.svg'), 'utf8')).circle, levels.at(-1));
  const json = JSON.parse(readFileSync(out('b.JSON'), 'utf8'));
  assert.is(json.topics.length, json.latents.length);
  assert.equal(LatentTree.fromJSON(json).levels, levels);
  mkdirSync(out('there'));
  await succeeds(['latent-tree', ...deep, '--out', out('there')]);
  await succeeds(['latent-tree', ...deep, '--out', out('new/deep/')]);
  for (const folder of ['there', 'new/deep']) {
    const names = ['dot', 'html', 'json', 'svg'].map((ending) => `latent-tree.${ending}`);
    assert.equal(readdirSync(out(folder)).sort(), names);
    for (const name of ['latent-tree.json', 'latent-tree.dot']) {
      assert.is(
        readFileSync(out(`${folder}/${name}`), 'utf8'),
        readFileSync(out(name.replace('latent-tree', 'c')), 'utf8'),
      );
    }
  }
});

test('--assign: posteriors or states of the rows, of the levels asked for', async () => {
  const [p, s] = [scratch.path('p.csv'), scratch.path('s.csv')];
  const saved = scratch.path('assign.json');
  await succeeds(['latent-tree', ...deep, '--assign', p, '--out', saved]);
  const tree = LatentTree.fromJSON(JSON.parse(readFileSync(saved, 'utf8')));
  const data = parseSparseText(TEXT);
  const { posteriors, states, logLikelihood } = await assignLatents(tree, data);
  const top = table(p);
  const first = tree.firstOf(tree.levels.length);
  assert.equal(
    top.header,
    Array.from({ length: tree.nodes - first }, (_, i) => tree.nameOf(first + i)),
  );
  assert.is(top.rows.length, 400);
  top.rows.forEach((row, r) => {
    row.forEach((value, i) => {
      const exact = posteriors[r * tree.latents + first - tree.features + i]!;
      assert.ok(Math.abs(value - exact) <= 5e-4 * exact + 1e-30, `${value} for ${exact}`);
    });
  });
  const answer = await answers<Answer>([
    ...['latent-tree', words, '--tree', saved, '--assign', s, '--assign-level', 'all', '--assign-states'],
  ]);
  const all = table(s);
  assert.is(all.header[0], 'h1.0');
  assert.equal(all.rows.flat(), Array.from(states));
  const total = logLikelihood.reduce((sum, l) => sum + l, 0);
  assert.ok(Math.abs(answer.dataLogLikelihood! - total) < 1e-6);
  assert.ok(Math.abs(answer.logLikelihood - total) < 1e-6, 'the rows it was learned from');
  const narrow = await assignLatents(tree, data, { assignment: 'narrow' });
  await succeeds([
    ...['latent-tree', words, '--tree', saved, '--assign', s, '--assign-level', '2,1', '--assignment', 'narrow'],
  ]);
  assert.is(table(s).header[0], 'h2.0');
  const second = tree.firstOf(2) - tree.features;
  table(s).rows.forEach(([value], r) => {
    assert.is(value, Number(narrow.posteriors[r * tree.latents + second]!.toPrecision(4)));
  });
  assert.is(table(s).header.length, tree.levels[0]! + tree.levels[1]!);
});

test('--tree: drawn again without rows; rows may lack the highest features', async () => {
  const saved = scratch.path('again.json');
  await succeeds(['latent-tree', ...deep, '--out', saved]);
  const answer = await answers<Answer>(['latent-tree', '--tree', saved, '--out', scratch.path('again.dot')]);
  assert.is(answer.tree, saved);
  assert.not.ok('rows' in answer || 'dataLogLikelihood' in answer);
  assert.is(answer.learnedFromRows, 400);
  await succeeds(['latent-tree', '--tree', saved, '--out', scratch.path('copy.json')]);
  assert.is(readFileSync(scratch.path('copy.json'), 'utf8'), readFileSync(saved, 'utf8'));
  const few = await answers<Answer>(['latent-tree', '-', '--tree', saved], { input: '0,1:1\n1,7:1\n' });
  assert.is(few.rows, 2);
  assert.ok(few.dataLogLikelihood! < 0);
  const plain = scratch.file(
    'plain.json',
    JSON.stringify(LatentTree.fromJSON(JSON.parse(readFileSync(saved, 'utf8')))),
  );
  assert.is((await answers<Answer>(['latent-tree', words, '--tree', plain])).rows, 400);
});

test('CSV, tasks and IDX: other rows are read as those that were learned from', async () => {
  const csv = scratch.file('fruit.csv', csvText(200, 1));
  const saved = scratch.path('fruit.json');
  const learned = await answers<Answer>(['latent-tree', csv, '--target', 'kind', '--out', saved]);
  assert.is(learned.features, 5);
  assert.ok(learned.topics[0]!.features.some(({ name }) => /size|weight|colour/.test(name)));
  const again = await answers<Answer>(['latent-tree', csv, '--tree', saved]);
  assert.ok(Math.abs(again.dataLogLikelihood! - learned.logLikelihood) < 1e-6);
  const lone = scratch.file('lone.csv', 'size,weight,colour\n1.5,3.2,green\n');
  assert.is((await answers<Answer>(['latent-tree', lone, '--tree', saved])).rows, 1);
  await refused(['latent-tree', words, '--tree', saved], /words\.txt: expected CSV like the training data/);

  const tasks = scratch.file('tasks.txt', taskText(200, 1));
  await succeeds(['latent-tree', tasks, '--out', scratch.path('tasks.json')]);
  assert.is((await answers<Answer>(['latent-tree', tasks, '--tree', scratch.path('tasks.json')])).rows, 200);

  const pixels = Array.from({ length: 60 * 4 }, (_, i) => (i % 4 < 2 ? (i >> 2) % 2 : (i >> 3) % 2) * 200);
  const images = scratch.file('images', idxBytes([60, 2, 2], pixels));
  await succeeds(['latent-tree', images, '--out', scratch.path('images.json')]);
  assert.is((await answers<Answer>(['latent-tree', images, '--tree', scratch.path('images.json')])).features, 4);
});

test('what is refused', async () => {
  const run = ['latent-tree', words];
  const saved = scratch.path('refused.json');
  await succeeds([...run, '--out', saved]);
  await refused(['latent-tree'], /data: expected rows to learn from, or a tree: --tree FILE\.json; got none/);
  await refused([...run, '--max-island', '2'], /--max-island.*Expected an integer from 3 to 50/);
  await refused([...run, '--max-top', '0'], /--max-top.*Expected an integer from 1/);
  await refused([...run, '--delta', 'many'], /--delta.*Expected a finite number of nats/);
  await refused([...run, '--em-tolerance', '0'], /--em-tolerance.*a number above 0/);
  await refused([...run, '--threshold', 'median'], /--threshold.*Expected mean, auto or a finite number/);
  await refused([...run, '--top', '0'], /--top.*Expected an integer from 1/);
  await refused(
    [...run, '--assign-level', '0', '--assign', 'x.csv'],
    /--assign-level.*Expected top, all, or different levels/,
  );
  await refused([...run, '--assign-level', '1'], /--assign-level: needs --assign FILE/);
  await refused([...run, '--assign-states'], /--assign-states: needs --assign FILE/);
  await refused([...run, '--assignment', 'narrow'], /--assignment: needs --assign FILE/);
  await refused(
    ['latent-tree', '--tree', saved, '--assign', scratch.path('x.csv')],
    /--assign: needs rows, DATA; got none/,
  );
  await refused(
    [...run, '--tree', saved, '--assign', scratch.path('x.csv'), '--assign-level', '9'],
    /--assign-level: expected levels from 1 to 1, got 9/,
  );
  assert.not.ok(existsSync(scratch.path('x.csv')));
  await refused([...run, '--tree', saved, '--max-top', '5'], /--max-top: is for learning a tree, not with --tree/);
  await refused([...run, '--tree', saved, '--columns', '40'], /--columns: is for learning a tree, not with --tree/);
  await refused(
    [...run, '--tree', words],
    /words\.txt: expected a latent tree as latent-tree --out writes it, in JSON/,
  );
  const damaged = { ...JSON.parse(readFileSync(saved, 'utf8')), levels: [1, 1] };
  await refused(
    ['latent-tree', '--tree', scratch.file('damaged.json', JSON.stringify(damaged))],
    /damaged\.json: parent: expected length \d+ \(one a node\), got \d+/,
  );
  await refused(
    ['latent-tree', '--tree', scratch.file('list.json', '[1]')],
    /list\.json: json: expected a latent tree/,
  );
  await refused(['latent-tree', '--tree', scratch.path('none.json')], /none\.json: no such file/);
  await refused([...run, '--out', scratch.path('no/where.svg')], /--out .*no such file or directory/);
  await refused([...run, '--out', ''], /--out: expected a file, a directory or the beginning/);
  await refused([...run, '--assign', scratch.folder], /--assign .*is a directory/);
  await refused([...run, '--levels', '3', '--out', scratch.path('x.html')], /--levels: is about \.svg, of which/);
  await refused([...run, '--title', 'T', '--out', scratch.path('x.dot')], /--title: is about \.svg and \.html, of/);
  await refused([...run, '--assign', 'x.csv', '--assign-level', '1,1'], /--assign-level.*different levels from 1 up/);
  const rows = scratch.file('rows.csv', 'a,b\n1,0\n0,1\n');
  await refused(
    ['latent-tree', rows, '--assign', rows],
    /--assign .*rows\.csv: is what DATA reads; expected another file/,
  );
  const same = scratch.path('same.json');
  await refused(
    [...run, '--out', same, '--assign', same],
    /--assign .*same\.json: is what --out writes; expected another file/,
  );
  assert.not.ok(existsSync(same));
  await refused(
    ['latent-tree', scratch.file('wide.txt', '0,40:1\n'), '--tree', saved],
    /wide\.txt: line 1: expected a feature below 40/,
  );
});

test('what was learned is written, whatever is wrong with levels that were asked for beforehand', async () => {
  const [drawn, whole, kept] = ['drawn.svg', 'whole.svg', 'kept.json'].map((name) => scratch.path(name));
  const run = ['latent-tree', words, '--title', 'T'];
  await succeeds([...run, '--levels', '9', '--out', drawn!]);
  await succeeds([...run, '--out', whole!]);
  assert.is(readFileSync(drawn!, 'utf8'), readFileSync(whole!, 'utf8'));
  const assign = scratch.path('no-level.csv');
  await refused(
    ['latent-tree', words, '--out', kept!, '--assign', assign, '--assign-level', '9'],
    /--assign-level: expected levels from 1 to 1, got 9/,
  );
  assert.is(JSON.parse(readFileSync(kept!, 'utf8')).format, 1);
  assert.not.ok(existsSync(assign));
});

test('SIGINT ends learning with 130, and nothing is written', async () => {
  const long = scratch.file('long.txt', sparseText(3000, 2, 300));
  const folder = scratch.path('interrupted/');
  const endless = ['--refine-steps', '100000000', '--em-tolerance', '1e-300'];
  const { code, stdout, stderr } = await espalier(['latent-tree', long, ...endless, '--out', folder], {
    during: (child) => {
      const timer = setInterval(() => {
        // The directory is made before the rows are read, which takes a moment, then it learns for many.
        if (!existsSync(folder)) return;
        clearInterval(timer);
        setTimeout(() => child.kill('SIGINT'), 1500);
      }, 5);
      child.on('close', () => clearInterval(timer));
    },
  });
  assert.is(code, 130);
  assert.is(stdout, '');
  assert.match(stderr, /^espalier: interrupted\n$/m);
  assert.equal(readdirSync(folder), []);
});

test.run();
