// dist/espalier.min.js, which tools/one-file.mjs makes: the whole package, and nothing else to load.
import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { digestOf } from './support/digest-threads.js';
import { moduleGraph } from './support/module-graph.js';

const root = new URL('../../', import.meta.url);
const file = new URL('dist/espalier.min.js', root);
const text = readFileSync(file, 'utf8');
const all = suite('one file');
/** The guarded run watches the memory of the single modules, and on one thread. */
const test = process.env.ESPALIER_GUARDED ? all.skip : all;
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const manifest = JSON.parse(read('package.json'));

test('it imports nothing, and asks for no file beside it', () => {
  const { files, bare, builtins } = moduleGraph(file);
  assert.equal([files.size, bare.size, builtins], [1, 0, []]);
  // But for the text of a script that imports the file itself.
  assert.not.match(
    text.replace('`import { serveWorker } from $' + '{JSON.stringify(import.meta.url)}', ''),
    /\bimport\s*[("'`.{*]/,
  );
  assert.not.match(text, /\bexport\s*(\*|\{[^}]*\}\s*from)/);
  assert.not.match(text, /\brequire\s*\(/);
});

test('it is small enough for a page', () => {
  const [gzipped, brotli] = [gzipSync(text, { level: 9 }).length, brotliCompressSync(text).length];
  console.log(`${text.length} bytes, ${gzipped} gzipped, ${brotli} by Brotli`);
  assert.ok(gzipped < 415_000, `${gzipped} bytes gzipped`);
});

test('it exports what the sub-paths export, under the same names', async () => {
  const together = await import(file.href);
  // For its own worker.
  const names = new Set(['serveWorker']);
  for (const [path, { default: script }] of Object.entries<{ default?: string }>(manifest.exports)) {
    if (!script || /\.min\.js$|worker-script$/.test(path)) continue;
    for (const [name, value] of Object.entries<{ name?: string }>(await import(new URL(script, root).href))) {
      assert.is(together[name]?.name, value.name, `${path}: ${name}`);
      assert.is(typeof together[name], typeof value);
      names.add(name);
    }
  }
  assert.equal(Object.keys(together).sort(), [...names].sort());
});

test('what it makes has the names of its classes, and its errors those of the language', async () => {
  const { createEngine, Dataset, loadNet } = await import(file.href);
  assert.is((await createEngine({ threads: 1 })).constructor.name, 'Engine');
  assert.is(Dataset.dense([[1]], { labels: [0] }).constructor.name, 'Dataset');
  await loadNet(new Uint8Array(3)).then(
    () => assert.unreachable(),
    (error: Error) => assert.match(String(error), /^(Range|Type)?Error: /),
  );
});

for (const threads of [1, 2])
  test(`the committed digests with ${threads} core${threads > 1 ? 's, on threads whose script is in it' : ''}`, async () => {
    // A copy of its own, whose shared engine is not made yet.
    const espalier = await import(`${file.href}?cores=${threads}`);
    const { digests, working } = await digestOf(espalier, threads);
    assert.equal(digests, JSON.parse(read('test/golden/digests.json')));
    assert.equal(working, { threads, reasons: threads === 1 ? ['there is one core'] : [] });
  });

test('its source map leads to the sources, and holds them', () => {
  assert.match(text, /\n\/\/# sourceMappingURL=espalier\.min\.js\.map\n$/);
  const json = JSON.parse(read('dist/espalier.min.js.map'));
  const map = new SourceMap(json);
  const words = [
    ['this runtime has no WebAssembly SIMD', 'src/runtime/engine.ts'],
    ['a thread could not start', 'src/runtime/threads/team.ts'],
    ['has to allow blob:', 'src/runtime/threads/inlined-worker.ts'],
  ] as const;
  const lines = text.split('\n');
  for (const [said, source] of words) {
    const line = lines.findIndex((one) => one.includes(said));
    const { originalSource, originalLine } = map.findEntry(line, lines[line]!.indexOf(said)) as Entry;
    assert.is(originalSource, `../${source}`);
    const contents = json.sourcesContent[json.sources.indexOf(originalSource)];
    assert.ok(contents.split('\n')[originalLine].includes(said), `${source}:${originalLine + 1}`);
    // But for the imports that the build appends.
    assert.ok(contents.startsWith(read(source).slice(0, 500)), source);
  }
  for (const [i, source] of json.sources.entries()) {
    if (source.startsWith('../src/') && !source.endsWith('-bytes.ts')) assert.ok(json.sourcesContent[i], source);
    assert.match(source, /^(\.\.\/(src|node_modules|tools)\/|named:|none:|espalier\.min\.ts$)/);
  }
});

interface Entry {
  readonly originalSource: string;
  readonly originalLine: number;
}

test('the notices that its first line names have each package of its source map, with its licence', () => {
  const [, name] = /^\/\*! espalier \S+, MIT; of what it contains: (\S+) \*\/\n/.exec(text)!;
  const notices = read(`dist/${name}`);
  assert.ok(notices.includes(read('LICENSE').trim()));
  const packages = new Set<string>();
  for (const source of JSON.parse(read('dist/espalier.min.js.map')).sources) {
    const found = /^\.\.\/(.*\bnode_modules\/(?:@[^/]+\/)?[^/]+)/.exec(source)?.[1];
    if (found) packages.add(found);
  }
  assert.ok(packages.size >= 6, [...packages].join());
  for (const folder of packages) {
    const { name: title, version, license } = JSON.parse(read(`${folder}/package.json`));
    assert.ok(notices.includes(`\n- ${title} ${version} (${license})\n`), title);
    const licence = ['LICENSE', 'LICENSE.md'].find((entry) => existsSync(new URL(`${folder}/${entry}`, root)));
    assert.ok(notices.includes(read(licence ? `${folder}/${licence}` : 'node_modules/assemblyscript/LICENSE').trim()));
  }
});

test('package.json offers it to content delivery networks and by its name', async () => {
  assert.is(manifest.jsdelivr, './dist/espalier.min.js');
  assert.is(manifest.unpkg, manifest.jsdelivr);
  assert.is(import.meta.resolve('espalier/espalier.min.js'), file.href);
});

all.run();
