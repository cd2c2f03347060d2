// Topics by the command: documents of every kind in, pages and trees out, and what is refused.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { TopicTree } from 'espalier/topics';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { addTopics } from '#dist/cli/commands/topics.js';
import { outcomeOf } from '#dist/cli/errors.js';
import { answers, espalier, refused, Scratch, succeeds } from '../support/cli.js';
import { madeDocuments } from '../support/topic-documents.js';

const scratch = new Scratch();
test.after(() => scratch.remove());

const documents = madeDocuments(240, 1);
const more = madeDocuments(130, 2);
const lines = (list: readonly unknown[]) => list.map((one) => `${one}\n`).join('');
const json = scratch.file('notes.jsonl', lines(documents.map((one) => JSON.stringify(one))));
const plain = scratch.file('more.txt', lines(more.map(({ text }) => text)));

interface Topic {
  id: string;
  level: number;
  words: string[];
  share: number;
  documents: number;
  name?: string;
  labels?: number[];
}
interface Answer {
  documents: number;
  vocabulary: number;
  levels: number[];
  topics: Topic[];
  purity?: number[];
  labels?: { names: string[] };
  periods?: { names: string[] };
  heldOut?: { documents: number; logLikelihood: number };
  names: Record<string, string>;
  files?: string[];
  warnings: string[];
}

/** What every run tells, whatever is read. */
function requireContract({ documents, vocabulary, levels, topics }: Answer, count: number): void {
  assert.is(documents, count);
  assert.is(vocabulary, 20);
  assert.is(
    topics.length,
    levels.reduce((sum, n) => sum + n, 0),
  );
  for (const { id, level, words, share, documents } of topics) {
    assert.match(id, new RegExp(`^h${level}\\.\\d+$`));
    assert.ok(words.length > 0 && words.every((word) => /^(not )?[a-z]+$/.test(word)), String(words));
    assert.ok(share > 0 && share < 1);
    assert.ok(Number.isInteger(documents) && documents >= 0 && documents <= count);
  }
}

const shown = ({ topics, levels, vocabulary }: Answer) => ({ topics, levels, vocabulary });
let first: Answer;

test('JSON lines: topics with labels and dates, a page, a tree, a drawing and shares', async () => {
  const out = scratch.path('notes');
  const shares = scratch.path('shares.svg');
  first = await answers<Answer>(['topics', json, '--out', out, '--shares', shares, '--title', 'Of <notes>']);
  requireContract(first, 240);
  assert.equal(first.labels!.names, ['oven', 'senate', 'shares', 'striker']);
  assert.equal(first.periods!.names, ['2010', '2011', '2012', '2013', '2014']);
  assert.ok(first.purity!.at(0)! > 0.9);
  assert.equal(first.files, [`${out}.json`, `${out}.html`, `${out}.svg`, shares]);
  for (const file of first.files!.slice(1)) assert.match(readFileSync(file, 'utf8'), /Of &lt;notes&gt;/);
  const read = await TopicTree.fromJSON(JSON.parse(readFileSync(`${out}.json`, 'utf8')));
  const learned = await TopicTree.learn(documents);
  assert.equal(JSON.stringify(read), JSON.stringify(learned));
});

test('lines, label and text, CSV and a folder of folders tell the same topics', async () => {
  const rows = documents.map(({ text, label, date }, i) => `${i},"${text}",${label},${date}`);
  const folder = scratch.path('folder');
  for (const [i, { label, text }] of documents.entries()) {
    mkdirSync(`${folder}/${label}/kept`, { recursive: true });
    writeFileSync(`${folder}/${label}/kept/${String(i).padStart(3, '0')}.${i % 2 ? 'md' : 'txt'}`, text);
  }
  const bare = await answers<Answer>(['topics', scratch.file('bare.txt', lines(documents.map(({ text }) => text)))]);
  requireContract(bare, 240);
  assert.not.ok('labels' in bare || 'periods' in bare);
  assert.equal(bare.levels, first.levels);
  const withoutLabels = (topics: Topic[]) =>
    topics.map(({ id, words, share, documents }) => [id, words, share, documents]);
  assert.equal(withoutLabels(bare.topics), withoutLabels(first.topics));
  const tsv = scratch.file('notes.tsv', lines(documents.map(({ text, label }) => `${label}\t${text}`)));
  const tabbed = await answers<Answer>(['topics', tsv]);
  assert.equal(tabbed.labels, first.labels);
  assert.equal(withoutLabels(tabbed.topics), withoutLabels(first.topics));
  const table = scratch.file('notes.csv', `n,said,kind,year\n${lines(rows)}`);
  const columns = ['--text-column', 'said', '--label-column', 'kind', '--date-column', 'year'];
  assert.equal(shown(await answers<Answer>(['topics', table, ...columns])), shown(first));
  const nested = await answers<Answer>(['topics', folder]);
  requireContract(nested, 240);
  assert.equal(nested.labels!.names, first.labels!.names);
});

test('a tree tells of other documents, with names given by hand, and is updated in its own file', async () => {
  const tree = scratch.path('notes.json');
  const named = scratch.path('named.json');
  const alone = await answers<Answer>(['topics', '--tree', tree, '--name', 'h1.0=First, "of" all', '--out', named]);
  assert.equal(alone.names, { 'h1.0': 'First, "of" all' });
  assert.equal(
    alone.topics.map(({ id, words }) => [id, words.slice(0, 3)]),
    first.topics.map(({ id, words }) => [id, words.slice(0, 3)]),
  );
  const told = await succeeds(['topics', plain, '--tree', named]);
  assert.match(told, /^more\.txt: 130 documents|130 documents, 20 words in the vocabulary/m);
  assert.match(told, /h1\.0 +First, "of" all: \w+/);

  const before = await TopicTree.fromJSON(JSON.parse(readFileSync(named, 'utf8')));
  const updated = await answers<Answer>(['topics', plain, '--update', named, '--out', named, '--batch-rows', '50']);
  requireContract(updated, 130);
  const after = JSON.parse(readFileSync(named, 'utf8'));
  const expected = await before.update(more, { batchRows: 50 });
  assert.equal(after, JSON.parse(JSON.stringify(expected)));
  assert.ok(Math.abs(after.stepwise.steps - (240 + 130) / 50) < 1e-12);
  assert.equal(after.names, alone.names);
  const { stderr } = await espalier(['topics', plain, '--update', named]);
  assert.match(stderr, /^espalier: warning: .*named\.json is as it was; --out .*named\.json writes what was learned$/m);

  const assigned = scratch.path('assigned.csv');
  const latents = await answers<{ rows: number }>(['latent-tree', plain, '--tree', named, '--assign', assigned]);
  assert.is(latents.rows, 130);
  assert.is(readFileSync(assigned, 'utf8').trimEnd().split('\n').length, 131);
});

test('flags of learning and of steering, and documents held out', async () => {
  const steering = ['--together', 'goal,oven', '--apart', 'shares,profit', '--max-levels', '1', '--exclude', 'vote'];
  const out = scratch.path('steered.json');
  const answer = await answers<Answer>(['topics', json, '--holdout', '0.2', '--seed', '1', '--out', out, ...steering]);
  assert.is(answer.vocabulary, 19);
  assert.is(answer.levels.length, 1);
  assert.is(answer.documents + answer.heldOut!.documents, 240);
  assert.ok(answer.heldOut!.documents > 24 && answer.heldOut!.documents < 72);
  assert.ok(answer.heldOut!.logLikelihood < 0);
  const { tree } = await TopicTree.fromJSON(JSON.parse(readFileSync(out, 'utf8')));
  const home = (word: string) => tree.parent[tree.featureNames!.indexOf(word)];
  assert.is(home('goal'), home('oven'));
  assert.is.not(home('shares'), home('profit'));
});

const refusals: [string, () => string[], RegExp][] = [
  ['nothing', () => [], /^espalier: input: expected documents, or a topic tree: --tree FILE\.json; got none$/m],
  ['--tree and --update', () => ['--tree', json, '--update', json], /^espalier: --tree, --update: expected one of the/],
  [
    'a flag of learning',
    () => [plain, '--tree', json, '--holdout', '0.1'],
    /^espalier: --holdout: is for learning topics/,
  ],
  ['a page of no documents', () => ['--tree', json, '--out', 'x.html'], /^espalier: --out: a page of topics needs doc/],
  [
    'what is no tree',
    () => [plain, '--tree', json],
    /notes\.jsonl: expected a topic tree as topics --out writes it, in JSON/,
  ],
  [
    'shares of nothing',
    () => [plain, '--shares', scratch.path('s.svg')],
    /--shares: needs documents with labels or dates/,
  ],
  ['a topic that is none', () => ['--tree', scratch.path('notes.json'), '--name', 'h7.0=x'], /names: .*did you mean h/],
  [
    'none held out',
    () => [plain, '--holdout', '0.0001'],
    /more\.txt: expected documents enough for --holdout 0\.0001, got 130 documents, none of/,
  ],
  ['no documents', () => [scratch.file('empty.txt', '')], /^espalier: .*empty\.txt: the file is empty$/m],
  [
    'no words',
    () => [scratch.file('dots.txt', '...\n!!!\n')],
    /dots\.txt: texts: expected words in 1 document or more \(--min-documents\).*got no words in 2 documents$/m,
  ],
  [
    'one document',
    () => [scratch.file('one.txt', 'one short note\n')],
    /expected words in 1 document or more .*none of them such, in 1 document$/m,
  ],
];

for (const [what, args, told] of refusals)
  test(`refused in one line: ${what}`, async () => {
    const program = new Command().exitOverride();
    addTopics(program);
    const refusal = await program.parseAsync(['topics', ...args()], { from: 'user' }).then(
      () => 'nothing refused',
      (error: unknown) => error,
    );
    const { code, message = '' } = outcomeOf(refusal);
    assert.match(`espalier: ${message}`, told);
    assert.is(code, 2);
  });

test('a refusal comes from the command with exit code 2', () =>
  refused(['topics', plain, '--holdout', '0.0001'], /more\.txt: expected documents enough for --holdout 0\.0001/));

test('SIGINT leaves nothing behind that is not whole', async () => {
  const many = scratch.file('many.txt', lines(madeDocuments(20_000, 3).map(({ text }) => text)));
  const out = scratch.path('stopped.json');
  const { code, stdout } = await espalier(['topics', many, '--out', out], {
    during: (child) => {
      child.stderr!.once('data', () => child.kill('SIGINT'));
    },
  });
  assert.is(code, 130);
  assert.is(stdout, '');
  assert.equal(
    readdirSync(scratch.folder).filter((name) => name.startsWith('stopped') || name.endsWith('.tmp')),
    [],
  );
});

test.run();
