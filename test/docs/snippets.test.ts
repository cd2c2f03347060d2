// Every block of JavaScript and of shell in the documents runs, and prints what the block of text below it says.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MAIN } from '../support/cli.js';
import { csvText, labelledTexts, sparseText } from '../support/cli-data.js';
import { pngFolder } from '../support/png-folder.js';
import { agrees, commandsOf, localLinks, type Snippet, snippetsOf } from '../support/snippets.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
/** Inside the repository, so that `espalier` is the package itself. */
const folder = join(root, 'build', `documents-${process.pid}`);

const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  ...['docs', 'docs/guide'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`),
  ),
];
/** They install, build, test or take minutes; nothing else is left out. */
const NOT_RUN = [
  /^npm (install espalier|ci|test)$/,
  /^npm run (build|build:dev|test:browsers|test:durability|test:fuzz|test:guarded|test:only|test:soak|test:runtimes|test:bundlers|test:engines|playground|bench|demo|data|format|lint|docs)\b/,
  /^node (tools\/picture\.mjs|build\/test\/support\/write-digests\.js)$/,
];
const README_LINES = 140;

const read = (name: string) => readFileSync(join(root, name), 'utf8');
const test = suite('documents');

test.before(() => {
  mkdirSync(folder, { recursive: true });
  const file = (name: string, text: string) => writeFileSync(join(folder, name), text);
  file('fruit.csv', csvText(300, 1));
  file('more-fruit.csv', csvText(100, 2));
  file('texts.txt', sparseText(300, 1));
  const texts = labelledTexts(60, 1);
  file('reviews.tsv', texts.map(({ label, text }) => `${label}\t${text}\n`).join(''));
  file('reviews.csv', `stars,review\n${texts.map(({ text }, i) => `${i % 5},"${text}"\n`).join('')}`);
  mkdirSync(join(folder, 'notes'));
  for (const [i, { text }] of texts.entries()) file(`notes/note-${i}.md`, `# Note ${i}\n\n${text}\n`);
  pngFolder(join(folder, 'photos'), { seed: 1, rows: 16 });
  copyFileSync(join(root, 'dist', 'wasm', 'espalier.wasm'), join(folder, 'espalier.wasm'));
  file(
    'fetch.mjs',
    `import { readFileSync } from 'node:fs';
globalThis.fetch = async (path) =>
  new Response(readFileSync('.' + path), { headers: path.endsWith('.wasm') ? { 'content-type': 'application/wasm' } : {} });
`,
  );
});

test.after(() => rmSync(folder, { recursive: true, force: true }));

test('blocks are found with their languages, lines and output', () => {
  const markdown =
    'A\n\n```js\none\n```\n\n```text\n1\n```\n\nB\n<!-- continues -->\n```js\ntwo\n```\nC\n```text\nc\n```\n';
  assert.equal(snippetsOf(markdown), [
    { language: 'js', code: 'one\n', line: 3, continues: false, output: '1\n' },
    { language: 'js', code: 'two\n', line: 13, continues: true },
    { language: 'text', code: 'c\n', line: 17, continues: false },
  ]);
  assert.equal(commandsOf('a b   # why\n\n# all\nc \\\n  d#e\n'), ['a b', 'c d#e']);
  assert.equal(localLinks('[a](x.md#y) ![b](p.svg) [c](https://d.e) [f](#g)\n```js\n[h](i)\n```\n'), ['x.md', 'p.svg']);
});

test('what is printed is compared, but for the places left open', () => {
  assert.ok(agrees('a 1\nb\n', 'a 1\nb\n'));
  assert.ok(agrees('took 3 s (1)\n', 'took … s (1)\n'));
  assert.ok(agrees('a\nb\nc\nd\n', 'a\n…\nd\n'));
  assert.not.ok(agrees('a 2\nb\n', 'a 1\nb\n'));
  assert.not.ok(agrees('a 1\nb\nc\n', 'a 1\nb\n'));
  assert.not.ok(agrees('a 1\n', 'a 1\nb\n'));
  assert.not.ok(agrees('took 3 s [1]\n', 'took … s (1)\n'));
});

test('a block that fails, or prints another thing, is noticed', () => {
  const block: Snippet = { language: 'js', code: "console.log('a');\n", line: 1, continues: false, output: 'b\n' };
  assert.throws(() => runScript('made up', block, block.code), /made up, line 1: expected\nb\n\ngot\na\n/);
  const failing = { ...block, code: "throw new Error('no');\n" };
  assert.throws(() => runScript('made up', failing, failing.code), /made up, line 1: ended with 1\n[\s\S]*Error: no/);
  assert.throws(
    () => runShell('made up', { ...block, code: 'rm a\n' }),
    /made up, line 1: neither run nor left out: rm a/,
  );
  assert.throws(
    () => runShell('made up', { ...block, code: 'npx espalier nothing\n' }),
    /made up, line 1: npx espalier nothing: ended with 2/,
  );
});

for (const name of DOCUMENTS) {
  test(`${name}: what it shows runs and prints what it says`, () => {
    let before = '';
    let printed = '';
    for (const block of snippetsOf(read(name))) {
      if (block.language === 'js') {
        if (!block.continues) [before, printed] = ['', ''];
        before += block.code;
        printed = runScript(name, block, before, printed);
      } else if (block.language === 'sh') {
        runShell(name, block);
      } else if (block.language !== 'python' && block.language !== 'html') {
        assert.is(
          block.language,
          'text',
          `${name}, line ${block.line}: expected js, sh, html (which test/browser/site.test.mjs runs), python (which is not run) or text`,
        );
      }
    }
  });

  test(`${name}: its links lead to files, its scripts are in package.json`, () => {
    const text = read(name);
    const missing = localLinks(text).filter((target) => !existsSync(join(root, dirname(name), target)));
    assert.equal(missing, []);
    const { scripts } = JSON.parse(read('package.json'));
    const named = [...text.matchAll(/\bnpm run ([\w:-]+)/g)].map(([, script]) => script!);
    assert.equal(
      named.filter((script) => !(script in scripts)),
      [],
    );
  });
}

test(`the README has at most ${README_LINES} lines and shows what it must`, () => {
  const text = read('README.md');
  assert.ok(text.trimEnd().split('\n').length <= README_LINES, `${text.trimEnd().split('\n').length} lines`);
  const blocks = snippetsOf(text);
  const count = (language: string) => blocks.filter((block) => block.language === language).length;
  assert.ok(count('js') >= 3 && count('sh') >= 2);
  assert.ok(blocks.find(({ language }) => language === 'js')!.output, 'the first example shows what it prints');
});

test('the picture in the README is what the package draws', () => {
  const drawn = join(folder, 'topics.svg');
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'tools', 'picture.mjs'), drawn], {
    encoding: 'utf8',
  });
  assert.is(status, 0, stderr);
  const same = readFileSync(drawn, 'utf8') === read('docs/topics.svg');
  assert.ok(same, 'docs/topics.svg is out of date: run node tools/picture.mjs, and look at it');
});

/** Runs a module, and compares what it prints after what it printed `before`. */
function runScript(name: string, { line, output }: Snippet, code: string, before = ''): string {
  const file = join(folder, 'snippet.mjs');
  writeFileSync(file, code);
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', './fetch.mjs', file], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${name}, line ${line}: ended with ${status}\n${stderr}`);
  compare(name, line, stdout.slice(before.length), output);
  return stdout;
}

function runShell(name: string, { code, line, output }: Snippet): void {
  let printed = '';
  for (const command of commandsOf(code)) {
    if (NOT_RUN.some((pattern) => pattern.test(command))) continue;
    const [, words] = /^npx espalier (.*)$/.exec(command) ?? [];
    if (words === undefined) throw new Error(`${name}, line ${line}: neither run nor left out: ${command}`);
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...words.split(/\s+/)], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${name}, line ${line}: ${command}: ended with ${status}\n${stderr}`);
    printed += stdout;
  }
  compare(name, line, printed, output);
}

function compare(name: string, line: number, printed: string, expected: string | undefined): void {
  if (expected === undefined || agrees(printed, expected)) return;
  throw new Error(`${name}, line ${line}: expected\n${expected}\ngot\n${printed}`);
}

test.run();
