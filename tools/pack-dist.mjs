// Before packing: puts the modules of dist/ together into few, as a page without a bundler loads each with a request of its own, and takes out white space.
// An entry is what package.json names, or one of APART: modules that the same entries need become one chunk, so that a page needs a
// chunk whole or not at all, and bundlers leave out of the package as much as they would of the single modules. Identifiers keep their names.
// What pages load of other packages is in them, so that a page needs no import map. The package as one file and the script of its worker stay as they are.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, posix, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { noticesOf, packagesIn } from './notices.mjs';
import { ALIAS, NO_BUFFER, NOTICES, ONE_FILE, WORKER_SCRIPT } from './one-file.mjs';
import { wholeStrings } from './whole-strings.mjs';

/** They are one file each already. */
const AS_THEY_ARE = [ONE_FILE, WORKER_SCRIPT];

/** A thread's script, and who starts it by an address beside its own. */
const THREADS = ['./dist/runtime/threads/thread.js', './dist/runtime/threads/team.js'];

/**
 * What the index hands on and a page may want without what would share its chunk. Each more makes chunks smaller and more, and what all of them take larger: these are the ones without
 * which a bundler could not leave out as much of the package as of the single modules (test/packaging.test.ts).
 */
const APART = [
  'data/split',
  'data/standardise',
  'files/safetensors',
  'models/dense/dense-net',
  'models/gaternet/gater-net',
  'models/load',
  'models/trf/trf-net',
  'runtime/threads/can-thread',
  'structure/chow-liu',
  'structure/latent/expansion',
  'structure/receptive-fields',
  'training/roc',
].map((name) => `./dist/${name}.js`);

const root = fileURLToPath(new URL('../', import.meta.url));

/** The scripts of the package in this folder as they are packed, and the notices of what they contain: path from the folder → text. */
function packedFiles(folder) {
  const { bin, exports } = JSON.parse(readFileSync(resolve(folder, 'package.json'), 'utf8'));
  const exported = Object.values(exports)
    .flatMap((target) => target.default ?? [])
    .filter((path) => !AS_THEY_ARE.includes(path));
  const named = [...exported, ...Object.values(bin), ...THREADS];
  const { outputFiles, metafile } = bundle(folder, [...named, ...APART].map(plain));
  const loaded = new Set(named.map(plain));
  // A set may grow while it is walked. What stands apart lies in chunks; the files in their own names are loaded by nobody.
  for (const path of loaded) for (const imported of importedBy(metafile.outputs, [path])) loaded.add(imported);
  const texts = new Map(outputFiles.map(({ path, text }) => [relative(folder, path).replaceAll(sep, '/'), text]));
  const packed = new Map([...loaded].map((path) => [path, withNames(wholeStrings(texts.get(path)))]));
  askEarly(packed, metafile);
  return packed.set(plain(NOTICES), noticesOf(packagesIn(metafile, folder), root));
}

/** Entries that pages import in order to compute: those that read and draw reach the kernels too, by functions that few of them call. */
const COMPUTING = ['index', 'kernels', 'topics'].map((name) => `dist/${name}.js`);

/**
 * Lets entries that compute ask for the kernels at once: in a page without a bundler they would come a round trip after all else. Bundlers leave out an import for
 * its side effects alone of a package that has none, and load the kernels when they are first asked for.
 */
function askEarly(packed, { outputs }) {
  const kernels = [...packed.keys()].find((path) => outputs[path]?.entryPoint === 'dist/runtime/wasm-bytes.js');
  for (const entry of COMPUTING) packed.set(entry, `import"./${posix.relative('dist', kernels)}";${packed.get(entry)}`);
}

/** The modules of our own that these import, by esbuild's account. */
function importedBy(modules, paths) {
  const imports = paths.flatMap((path) => modules[plain(path)].imports);
  return imports.filter(({ external }) => !external).map(({ path }) => path);
}

/** As esbuild writes paths: dist/index.js for ./dist/index.js. */
function plain(path) {
  return posix.normalize(path);
}

function bundle(folder, entryPoints) {
  const { dependencies } = JSON.parse(readFileSync(resolve(folder, 'package.json'), 'utf8'));
  return buildSync({
    absWorkingDir: resolve(folder),
    entryPoints,
    outbase: 'dist',
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    // What the command alone needs is installed beside it.
    external: [...Object.keys(dependencies), 'node:*', 'stream'],
    mainFields: ['main'],
    alias: ALIAS,
    define: NO_BUFFER,
    // A copy of the folder may lie where nothing is installed.
    nodePaths: [resolve(root, 'node_modules')],
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    charset: 'utf8',
    minifyWhitespace: true,
    minifySyntax: true,
    // Node prints the whole line in which an uncaught error was thrown.
    lineLimit: 600,
    write: false,
    allowOverwrite: true,
    metafile: true,
    logLevel: 'warning',
  });
}

/** esbuild makes `class A` that speaks of itself `A=class _A`, and messages would show that name. */
function withNames(code) {
  const renamed = [...code.matchAll(/\b[\w$]+=class\s+(_([\w$]+))/g)];
  return renamed.reduce(
    (text, [, inner, name]) => text.replace(new RegExp(`(?<![\\w$])${inner}(?![\\w$])`, 'g'), name),
    code,
  );
}

/** Puts the packed scripts in the place of those in dist/; declarations and kernels stay. */
export function packDist(folder) {
  const files = packedFiles(folder);
  const dist = resolve(folder, 'dist');
  for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    const path = resolve(dist, name);
    if (name.endsWith('.js') && !AS_THEY_ARE.some((kept) => resolve(folder, kept) === path)) rmSync(path);
  }
  for (const [path, text] of files) {
    mkdirSync(dirname(resolve(folder, path)), { recursive: true });
    writeFileSync(resolve(folder, path), text);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) packDist(root);
