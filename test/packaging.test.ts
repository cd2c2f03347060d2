// What is published: its size in a page, its files, and lock files that name no place.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
// @ts-expect-error: a build step, which has no types
import { stripped } from '../../tools/strip-space.mjs';
import { moduleGraph } from './support/module-graph.js';

const root = new URL('../../', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
const dist = new URL('dist/', root).href;
const test = suite('packaging');

test('all a page can load of the package is below 150 kB gzipped', () => {
  const { files } = moduleGraph(new URL('dist/index.js', root));
  const packed = (href: string, bytes: Buffer) => (href.startsWith(dist) ? stripped(bytes.toString()) : bytes);
  const sizes = [...files].map(([href, bytes]) => ({ href, gzipped: gzipped(packed(href, bytes)) }));
  const total = sizes.reduce((sum, { gzipped: size }) => sum + size, 0);
  sizes.sort((a, b) => b.gzipped - a.gzipped);
  const largest = sizes.slice(0, 8).map(({ href, gzipped: size }) => `${size} ${href.slice(root.href.length)}`);
  console.log(`${files.size} modules, ${total} bytes gzipped; the largest:\n  ${largest.join('\n  ')}`);
  assert.ok(total < 150_000, `${total} bytes gzipped:\n  ${largest.join('\n  ')}`);
});

test('a page that only learns a tree loads no more than that takes', () => {
  const sizes = Object.fromEntries(
    ['chowLiuTree', 'DenseNet', 'TrfNet', '*'].map((name) => [name, bundleSize(name)] as const),
  );
  console.log(`bundled, minified and gzipped, kernels apart: ${JSON.stringify(sizes)}`);
  // What it takes to refuse, in words, what a tree is not made of and what memory could not hold is 400 bytes of it.
  assert.ok(sizes.chowLiuTree! <= 11_400, `${sizes.chowLiuTree} bytes`);
  assert.ok(sizes.DenseNet! < 0.5 * sizes['*']!, JSON.stringify(sizes));
});

/** Bytes that a bundler leaves of a page that uses this export of the index. */
function bundleSize(name: string): number {
  const used = name === '*' ? '* as used' : `{ ${name} as used }`;
  const { outputFiles } = buildSync({
    stdin: { contents: `import ${used} from './dist/index.js'; console.log(used);`, resolveDir: fileURLToPath(root) },
    bundle: true,
    minify: true,
    format: 'esm',
    splitting: true,
    outdir: 'out',
    write: false,
    logLevel: 'silent',
  });
  return outputFiles
    .filter(({ text }) => !text.includes('0061736d01'))
    .reduce((sum, { contents }) => sum + gzipped(contents), 0);
}

function gzipped(bytes: string | Uint8Array): number {
  return gzipSync(bytes, { level: 9 }).length;
}

test('nothing a page loads imports a module of Node itself', () => {
  const entries = Object.values<{ default?: string }>(manifest.exports).flatMap((entry) => entry.default ?? []);
  assert.ok(entries.length >= 3);
  for (const entry of entries) assert.equal(moduleGraph(new URL(entry, root)).builtins, [], entry);
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

test('the kernels are inlined behind a dynamic import', () => {
  const { files } = moduleGraph(new URL('dist/index.js', root));
  const inlined = [...files.keys()].filter((href) => files.get(href)!.includes('0061736d01'));
  assert.is(inlined.length, 1, 'one module holds the bytes of the kernels');
  const name = inlined[0]!.slice(inlined[0]!.lastIndexOf('/') + 1);
  const waiting = [...files.values()].filter((bytes) => bytes.includes(name)).map((bytes) => bytes.toString('utf8'));
  assert.ok(waiting.length > 0);
  for (const source of waiting) {
    assert.not.ok(new RegExp(`from\\s*['"][^'"]*/${name}['"]`).test(source), `${name} is imported statically`);
  }
});

test('JavaScript is shipped without comments, and keeps what the declarations say of it', () => {
  const files = readdirSync(new URL('dist/', root), { recursive: true, encoding: 'utf8' });
  const commented = (ending: RegExp) =>
    files.filter(
      (name) => ending.test(name) && /^\s*(\/\*\*|\/\/)/m.test(readFileSync(new URL(`dist/${name}`, root), 'utf8')),
    );
  assert.equal(commented(/\.js$/), []);
  assert.ok(commented(/\.d\.ts$/).length > 30);
});

test('the tarball holds dist, the documents, the licence and nothing else', () => {
  assert.equal(manifest.files, ['dist', 'docs', 'README.md', 'CHANGELOG.md', 'LICENSE']);
  assert.is(manifest.scripts.prepack, 'npm run build && node tools/strip-space.mjs');
  // Without scripts: the build that is being tested is the one to look at.
  const json = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: fileURLToPath(root),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    shell: process.platform === 'win32',
  });
  const packed = (Object.values(JSON.parse(json)) as { files: { path: string }[] }[])[0]!;
  const paths = packed.files.map(({ path }) => path);
  const expected = ['README.md', 'CHANGELOG.md', 'LICENSE', 'package.json', 'dist/index.js', 'dist/index.d.ts'];
  for (const path of [...expected, 'docs/METHODS.md', 'docs/RESULTS.md', 'docs/topics.svg']) {
    assert.ok(paths.includes(path), `${path} is missing from the tarball`);
  }
  const strangers = paths.filter(
    (path) =>
      !/^(dist\/.*\.(js|d\.ts|wasm)|docs\/.*\.(md|svg)|README\.md|CHANGELOG\.md|LICENSE|package\.json)$/.test(path),
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
