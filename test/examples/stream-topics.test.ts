// The script as it runs: learns from a file larger than its heap and from stdin, goes on with more, refuses.
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TopicTree } from 'espalier/topics';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { labelledTexts } from '../support/cli-data.js';
import { exampleCopy } from '../support/example.js';

const test = suite('examples/stream-topics');
const folder = exampleCopy('stream-topics');
const path = (name: string) => join(folder, name);
const jsonLines = (count: number, seed: number) =>
  labelledTexts(count, seed)
    .map((document) => `${JSON.stringify(document)}\n`)
    .join('');

function run(args: string[], { input, heap }: { input?: string; heap?: number } = {}) {
  const limit = heap ? [`--max-old-space-size=${heap}`] : [];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...limit, 'topics.mjs', ...args], {
    cwd: folder,
    encoding: 'utf8',
    input,
  });
  return { status, stdout, stderr };
}

const learned = (name: string): Promise<TopicTree> =>
  TopicTree.fromJSON(JSON.parse(readFileSync(path(`${name}.json`), 'utf8')));

test('learns from JSON lines what TopicTree.learn does, prints the topics, and writes the page', async () => {
  writeFileSync(path('notes.jsonl'), jsonLines(400, 1));
  const { status, stdout, stderr } = run(['learn', 'notes.jsonl']);
  assert.is(status, 0, stderr);
  assert.is(stderr, '');
  assert.match(stdout, /^400 documents, 0 of them without any of the \d+ words\n/);
  const lines = stdout.trim().split('\n').slice(1);
  for (const subject of [/soil|seed|bloom|prune|compost/, /tide|rope|sail|gull|anchor/])
    assert.ok(
      lines.some((line) => subject.test(line)),
      stdout,
    );
  const topics = await learned('topics');
  const { tree } = await TopicTree.learn(labelledTexts(400, 1));
  assert.equal(JSON.parse(JSON.stringify(topics.tree)), JSON.parse(JSON.stringify(tree)));
  assert.match(readFileSync(path('topics.html'), 'utf8'), /garden[\s\S]*harbour|harbour[\s\S]*garden/);
});

test('goes on with new documents: the same words and topics, other tables', async () => {
  const before = await learned('topics');
  writeFileSync(path('more.jsonl'), jsonLines(200, 2));
  const { status, stdout, stderr } = run(['update', 'more.jsonl']);
  assert.is(status, 0, stderr);
  assert.match(stdout, /^200 documents/);
  const after = await learned('topics');
  assert.equal(after.vectorizer.words, before.vectorizer.words);
  assert.ok(after.steps > before.steps);
  assert.not.equal(JSON.stringify(after.tree), JSON.stringify(before.tree));
  assert.equal(JSON.stringify(after.tree), JSON.stringify((await before.update(labelledTexts(200, 2))).tree));
});

test('reads lines from stdin, and leaves no temporary file', async () => {
  const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('stream-topics-'));
  const before = left();
  const input = labelledTexts(300, 3)
    .map(({ text }) => `${text}\n`)
    .join('');
  const { status, stderr } = run(['learn', '-', '--out', 'piped', '--words', '8'], { input });
  assert.is(status, 0, stderr);
  assert.is((await learned('piped')).vectorizer.words.length, 8);
  assert.equal(left(), before);
});

test('learns from a file that is larger than its heap', async () => {
  const heap = 64;
  const file = openSync(path('large.txt'), 'w');
  const filler = '-'.repeat(2000);
  const texts = labelledTexts(2000, 4).map(({ text }) => `${text}${filler}\n`);
  const block = texts.join('');
  const blocks = Math.ceil((1.2 * heap * 2 ** 20) / block.length);
  for (let i = 0; i < blocks; i++) writeSync(file, block);
  closeSync(file);
  assert.ok(statSync(path('large.txt')).size > heap * 2 ** 20);
  const { status, stdout, stderr } = run(['learn', 'large.txt', '--out', 'large', '--sample', '1000'], { heap });
  assert.is(status, 0, stderr);
  assert.match(stdout, new RegExp(`^${2000 * blocks} documents`));
  assert.ok((await learned('large')).steps > 0, 'the tables have seen all of them');
});

test('what does not work is told, and leaves what was there', () => {
  const before = readFileSync(path('topics.json'));
  writeFileSync(path('broken.jsonl'), '{"text": "one"}\n{"text": \n');
  writeFileSync(path('empty.txt'), '');
  const cases: [string[], number, RegExp][] = [
    [[], 2, /topics\.mjs learn FILE/],
    [['learn'], 2, /topics\.mjs learn FILE/],
    [['learn', 'a', '--colour'], 2, /--colour/],
    [['learn', 'nothing.txt'], 1, /ENOENT.*nothing\.txt/],
    [['learn', 'notes.jsonl', '--words', 'many'], 2, /maxFeatures: expected/],
    [['learn', 'broken.jsonl'], 2, /line 2/],
    [['learn', 'empty.txt'], 2, /expected documents, got nothing/],
    [['update', 'notes.jsonl', '--out', 'nowhere'], 1, /ENOENT.*nowhere\.json/],
  ];
  for (const [args, status, message] of cases) {
    const ran = run(args);
    assert.is(ran.status, status, ran.stderr);
    assert.match(ran.stderr, message);
    assert.not.match(ran.stderr, /^ +at /m);
  }
  assert.equal(readFileSync(path('topics.json')), before);
  assert.not.ok(existsSync(path('nowhere.html')));
  assert.is(run(['--help']).status, 0);
});

test.run();
