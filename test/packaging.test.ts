// What is published: its size in a page, its files, and lock files that name no place.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LATER, moduleGraph } from './support/module-graph.js';
import { packedCopy } from './support/packed-copy.js';

const root = new URL('../../', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
const test = suite('packaging');
/** The guarded run watches the memory of the single modules, not of what was packed. */
const packedTest = process.env.ESPALIER_GUARDED ? test.skip : test;

/** The package as it is packed. */
const packed = pathToFileURL(join(packedCopy(), sep));

/** Packages that are packed, with what they import. */
const PACKED =
  /^(@assemblyscript\/loader|birpc|d3-hierarchy|papaparse|tinybench|htmlparser2|entities(\/decode)?|domelementtype|domhandler|domutils|dom-serializer|@orama\/(stopwords|stemmers)\/\w+)$/;

test('the core that a page loads is below 150 kB gzipped, in few requests', () => {
  const { files } = moduleGraph(new URL('dist/index.js', packed), LATER);
  const all = [...moduleGraph(new URL('dist/index.js', packed)).files.keys()];
  assert.ok(
    all.some((href) => LATER.test(href)),
    'what loads later has a module of its own',
  );
  const loaded = [...files].map(([href, bytes]) => ({ href, gzipped: gzipped(bytes) }));
  const total = loaded.reduce((sum, { gzipped: size }) => sum + size, 0);
  loaded.sort((a, b) => b.gzipped - a.gzipped);
  const largest = loaded.slice(0, 8).map(({ href, gzipped: size }) => `${size} ${href.slice(root.href.length)}`);
  console.log(`${files.size} modules, ${total} bytes gzipped; the largest:\n  ${largest.join('\n  ')}`);
  assert.ok(total < 150_000, `${total} bytes gzipped:\n  ${largest.join('\n  ')}`);
  assert.ok(files.size <= 70, `${files.size} modules`);
});

const sizes = await bundleSizes(packed);

test('a page that only learns a tree loads no more than that takes', () => {
  const shown = ['chowLiuTree', 'DenseNet', 'TrfNet', '*'].map((name) => `${name} ${sizes.get(name)}`).join(', ');
  console.log(`bundled, minified and gzipped, kernels apart: ${shown}`);
  // What it takes to refuse, in words, what a tree is not made of and what memory could not hold is 400 bytes of it; columns of tables as variables of several states, with
  // missing cells, and cuts that no unit or offset moves are 1,800; that rows of words know their vocabulary is 150; threads are 3,600, and lists made ahead for them, with steps that give turns, 3,600;
  // that rows go to the engine at once, and not by way of copies, is 300; dense numbers copied in steps, 150; options of builds, and bytes packed more tightly, 600;
  // kernels by an address or a promise, compiled once for all copies in a page, and what a policy lacks that forbids it, 350.
  // That what is needed next is asked for at once, 120; cuts of numbers that were counted elsewhere, 160; a sample asked for, and blocks of bits, whose files load later, 450; counts, which load later too, 300; what grows trees loads later, and that costs 550.
  assert.ok(sizes.get('chowLiuTree')! <= 24_450, `${sizes.get('chowLiuTree')} bytes`);
  assert.ok(sizes.get('DenseNet')! < 0.56 * sizes.get('*')!, shown);
});

test('a bundler leaves out as much of what is packed as of the single modules', async () => {
  for (const [name, single] of await bundleSizes(root)) {
    assert.ok(
      sizes.get(name)! <= 1.01 * single,
      `${name}: ${sizes.get(name)} bytes packed, ${single} of single modules`,
    );
  }
});

test('what is packed exports the same, under the same names', async () => {
  for (const path of entries()) {
    const [single, together] = [await import(new URL(path, root).href), await import(new URL(path, packed).href)];
    assert.equal(Object.keys(together).sort(), Object.keys(single).sort(), path);
    for (const [key, value] of Object.entries<{ name?: string }>(single)) {
      assert.is(together[key].name, value.name, `${path}: ${key}`);
    }
    const [bare, left] = [root, packed].map((folder) => [...moduleGraph(new URL(path, folder)).bare.keys()]);
    assert.equal(left, [], `${path}: a page would need an import map`);
    assert.ok(
      bare!.every((name) => PACKED.test(name)),
      String(bare),
    );
  }
});

test('the licences of what is packed are told', () => {
  const licences = readFileSync(new URL('dist/espalier.min.js.LICENSE.txt', packed), 'utf8');
  const dependencies = new Set<string>(['tinybench']);
  for (const path of entries()) {
    for (const name of moduleGraph(new URL(path, root)).bare.keys()) dependencies.add(packageOf(name));
  }
  // Of htmlparser2 alone, of what it imports, and of each other one there is something.
  const some = ['@assemblyscript/loader', '@orama/stemmers', '@orama/stopwords', 'd3-hierarchy', 'papaparse'];
  for (const name of [...some, 'tinybench', 'htmlparser2', 'entities']) {
    assert.ok(dependencies.has(name), name);
    const { version, license } = JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, root), 'utf8'));
    assert.ok(licences.includes(`\n- ${name} ${version} (${license})\n`), name);
  }
});

/** '@orama/stopwords' for '@orama/stopwords/german'. */
function packageOf(specifier: string): string {
  return /^(@[^/]+\/)?[^/]+/.exec(specifier)![0];
}

packedTest('what one part of the package makes, another takes', async () => {
  const [{ DenseNet }, { learnCsvSchema, readCsv }] = await Promise.all(
    ['index', 'read'].map((name) => import(new URL(`dist/${name}.js`, packed).href)),
  );
  const text = 'a,b,label\n1,0,yes\n0,1,no\n1,1,yes\n';
  const rows = readCsv(text, learnCsvSchema(text, { target: 'label' }));
  const net = await DenseNet.create(rows, { hidden: [2] });
  assert.is((await net.evaluate(rows)).rows, 3);
  net.dispose();
});

packedTest('the packed command trains the net that the single modules train', () => {
  const run = (folder: URL, ...args: string[]) =>
    execFileSync(process.execPath, [fileURLToPath(new URL(manifest.bin.espalier, folder)), ...args], {
      cwd: fileURLToPath(packed),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  assert.is(run(packed, '--version').trim(), manifest.version);
  const rows = Array.from({ length: 40 }, (_, row) => `${row % 7},${row % 5},${row % 2 ? 'odd' : 'even'}\n`);
  writeFileSync(new URL('rows.csv', packed), `a,b,label\n${rows.join('')}`);
  const [single, together] = [root, packed].map((folder) => {
    run(folder, 'train', '--method', 'dense', '--data', 'rows.csv', '--hidden', '4', '--epochs', '2', '--out', 'net');
    return readFileSync(new URL('net', packed));
  });
  assert.ok(single!.length > 100);
  assert.equal(together, single);
});

/** Bytes that a bundler leaves, kernels apart, of pages that use one export of the index each, and '*' for all of it. */
async function bundleSizes(folder: URL): Promise<Map<string, number>> {
  const index = new URL('dist/index.js', folder);
  const pages = new URL(`pages-${folder === root ? 'root' : 'packed'}/`, packed);
  mkdirSync(pages);
  const names = ['*', ...Object.keys(await import(index.href))];
  const entryPoints = names.map((name, i) => {
    const used = name === '*' ? '* as used' : `{ ${name} as used }`;
    const page = fileURLToPath(new URL(`${i}.js`, pages));
    writeFileSync(page, `import ${used} from ${JSON.stringify(fileURLToPath(index))}; console.log(used);`);
    return page;
  });
  // What loads later, by its name in the single modules and as packed.
  const external = [
    './wasm-bytes*',
    './builds/builds.js',
    './builds-*',
    '../data/documents/vectorizer.js',
    './vectorizer-*',
    './sampled.js',
    './sampled-*',
    './bit-pairs.js',
    './bit-pairs-*',
    './counts/counted-*',
    './counted-*',
  ];
  const options = { bundle: true, minify: true, format: 'esm', external, outdir: 'out', write: false } as const;
  const { outputFiles } = buildSync({ ...options, entryPoints, logLevel: 'silent' });
  rmSync(pages, { recursive: true });
  return new Map(outputFiles.map(({ contents }, i) => [names[i]!, gzipped(contents)]));
}

/** What package.json has pages import, in many files. */
function entries(): string[] {
  const found = Object.values<{ default?: string }>(manifest.exports)
    .flatMap((entry) => entry.default ?? [])
    // Those in one piece have tests of their own.
    .filter((path) => !/\.min\.js$|worker-script/.test(path));
  assert.ok(found.length >= 3);
  return found;
}

function gzipped(bytes: string | Uint8Array): number {
  return gzipSync(bytes, { level: 9 }).length;
}

test('nothing a page loads imports a module of Node itself', () => {
  for (const entry of entries()) assert.equal(moduleGraph(new URL(entry, packed)).builtins, [], entry);
});

test('drawings alone know d3, and a page that draws nothing loads neither', () => {
  const importers = readdirSync(new URL('dist/', root), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(js|d\.ts)$/.test(name) && /['"]d3-/.test(readFileSync(new URL(`dist/${name}`, root), 'utf8')))
    .map((name) => name.split(sep).join('/'));
  assert.ok(importers.length > 0);
  for (const name of importers) assert.match(name, /^drawings\//);
  const { files, bare } = moduleGraph(new URL('dist/index.js', root));
  const reached = [...files.keys(), ...bare.keys()].map((name) => name.replace(root.href, ''));
  assert.equal(
    reached.filter((name) => /^dist\/(drawings\/|draw\.js$)|d3-/.test(name)),
    [],
  );
  assert.ok([...moduleGraph(new URL('dist/draw.js', root)).bare.keys()].includes('d3-hierarchy'));
});

test('what espalier/kernels is made of is loaded by those alone who import it', () => {
  const own = (entry: string) =>
    [...moduleGraph(new URL(entry, root)).files.keys()].filter((name) => /\/dist\/kernels(\/|\.js)/.test(name));
  assert.ok(own('dist/kernels.js').length > 5);
  for (const entry of entries()) if (!entry.endsWith('/kernels.js')) assert.equal(own(entry), [], entry);
});

test('the kernels are inlined behind a dynamic import', () => {
  const { files } = moduleGraph(new URL('dist/index.js', packed));
  // What only packed bytes have: their order, the most frequent first.
  const inlined = [...files.keys()].filter((href) => /order\W*[\da-f]{256}/.test(files.get(href)!.toString('latin1')));
  assert.is(inlined.length, 2, 'one module holds the bytes of the kernels, another those of the relaxed ones');
  const names = inlined.map((href) => href.slice(href.lastIndexOf('/') + 1));
  const relaxed = names.findIndex((name) => name.startsWith('relaxed-bytes'));
  const size = gzipped(files.get(inlined[relaxed]!)!);
  assert.ok(size <= 25_000, `the relaxed kernels are ${size} bytes gzipped`);
  for (const name of names) {
    const waiting = [...files.values()].filter((bytes) => bytes.includes(name)).map((bytes) => bytes.toString('utf8'));
    assert.ok(waiting.length > 0);
    for (const source of waiting) {
      assert.not.ok(new RegExp(`from\\s*['"][^'"]*/${name}['"]`).test(source), `${name} is imported statically`);
    }
  }
});

test('in a page without a bundler, entries that compute ask for the kernels at once; a bundler leaves that out', () => {
  const asks = (name: string) =>
    /^import"\.\/chunks\/wasm-bytes-\w+\.js";/.test(readFileSync(new URL(`dist/${name}.js`, packed), 'utf8'));
  assert.equal(['index', 'topics', 'kernels'].map(asks), [true, true, true]);
  assert.equal(['read', 'draw'].map(asks), [false, false]);
  const entry = fileURLToPath(new URL('dist/index.js', packed));
  const { outputFiles } = buildSync({
    stdin: { contents: `import { Tree } from ${JSON.stringify(entry)}; console.log(Tree);`, resolveDir: '.' },
    ...{ bundle: true, format: 'esm', splitting: true, outdir: 'out', write: false, logLevel: 'silent' },
  });
  const first = outputFiles.find(({ path }) => path.endsWith('stdin.js'))!.text;
  assert.not.match(first, /wasm-bytes|order\W*[\da-f]{256}/);
});

test('JavaScript is shipped without comments, in lines that an error can show, and the declarations keep theirs', () => {
  const all = readdirSync(new URL('dist/', packed), { recursive: true, encoding: 'utf8' });
  const names = all.filter((name) => !name.endsWith('.min.js'));
  const withLine = (ending: string, line: RegExp) =>
    names.filter(
      (name) => name.endsWith(ending) && line.test(shown(readFileSync(new URL(`dist/${name}`, packed), 'utf8'))),
    );
  /** Without data: kernels, tables of signs. */
  const shown = (source: string) => source.replace(/(?<=(['"]))[^'"\n]{600,}(?=\1)/g, '');
  const comment = /^\s*(\/\*\*|\/\/)/m;
  assert.equal(withLine('.js', comment), []);
  assert.ok(withLine('.d.ts', comment).length > 30);
  assert.equal(withLine('.js', /^.{2500}/m), []);
});

test('no string is parted by the end of a line, where tools that indent would put tabs into it', () => {
  const names = readdirSync(new URL('dist/', packed), { recursive: true, encoding: 'utf8' });
  const parted = (name: string) => /(?<!\\)(\\\\)*\\\n/.test(readFileSync(new URL(`dist/${name}`, packed), 'utf8'));
  assert.equal(
    names.filter((name) => name.endsWith('.js') && parted(name)),
    [],
  );
});

test('what pages load names no Buffer, for which Parcel would look for a stand-in', () => {
  const pages = [...entries(), './dist/espalier.min.js', './dist/worker-script.js'];
  for (const entry of pages)
    for (const [href, bytes] of moduleGraph(new URL(entry, packed)).files)
      assert.not.match(bytes.toString('utf8'), /(?<!['"`.\w])Buffer\s*\./, href);
});

test('the tarball holds dist, the documents, the licence and nothing else', () => {
  assert.equal(manifest.files, ['dist', 'docs', 'README.md', 'CHANGELOG.md', 'LICENSE']);
  assert.is(manifest.scripts.prepack, 'npm run build && node tools/pack-dist.mjs');
  // Without scripts: the build that is being tested is the one to look at.
  const json = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: fileURLToPath(root),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    shell: process.platform === 'win32',
  });
  const packed = (Object.values(JSON.parse(json)) as { files: { path: string }[] }[])[0]!;
  const paths = packed.files.map(({ path }) => path);
  const expected = [
    'README.md',
    'CHANGELOG.md',
    'LICENSE',
    'package.json',
    'dist/index.js',
    'dist/index.d.ts',
    'dist/espalier.min.js',
  ];
  for (const path of [...expected, 'docs/METHODS.md', 'docs/RESULTS.md', 'docs/topics.svg']) {
    assert.ok(paths.includes(path), `${path} is missing from the tarball`);
  }
  const strangers = paths.filter(
    (path) =>
      !/^(dist\/.*\.(js|d\.ts|wasm)|dist\/espalier\.min\.js\.(map|LICENSE\.txt)|docs\/.*\.(md|svg|png)|README\.md|CHANGELOG\.md|LICENSE|package\.json)$/.test(
        path,
      ),
  );
  assert.equal(strangers, []);
});

test('every file that package.json points to exists', () => {
  const targets: string[] = Object.values(manifest.bin);
  const walk = (value: unknown) => {
    if (typeof value === 'string') targets.push(value);
    else if (value && typeof value === 'object') Object.values(value).forEach(walk);
  };
  walk(manifest.exports);
  for (const target of targets) assert.ok(existsSync(new URL(target, root)), `${target} does not exist`);
  for (const command of Object.values<string>(manifest.bin)) {
    assert.match(readFileSync(new URL(command, root), 'utf8'), /^#!\/usr\/bin\/env node\n/);
  }
});

test('lock files name no registry and no place to download from', () => {
  const locks = lockFiles();
  assert.ok(locks.includes('package-lock.json') && locks.includes('test/browser/package-lock.json'), locks.join());
  for (const name of locks) {
    const text = readFileSync(new URL(name, root), 'utf8');
    assert.not.match(text, '"resolved"', `${name} holds "resolved" addresses`);
    assert.not.match(text, /https?:\/\/[^"\s]*(?:registry|npmjs|\.tgz)/i, `${name} names a registry`);
    assert.not.match(text, /"(?:file|git[^":]*):/, `${name} depends on a path or a repository`);
  }
});

/** Of our own packages, wherever they are in the repository. */
function lockFiles(folder = ''): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(new URL(folder || '.', root), { withFileTypes: true })) {
    const path = `${folder}${entry.name}`.split(sep).join('/');
    if (entry.isDirectory()) {
      if (!['node_modules', '.git', 'build', 'dist'].includes(entry.name)) found.push(...lockFiles(`${path}/`));
    } else if (entry.name === 'package-lock.json' || entry.name === 'npm-shrinkwrap.json') {
      found.push(path);
    }
  }
  return found;
}

test.run();
