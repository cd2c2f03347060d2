// Build step: dist/espalier.min.js, the package as one minified ES module without any import, for content delivery networks, plain pages and workers;
// beside it its source map, its declarations and the notices of what it contains. And the script of the package's worker, one module too.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, buildSync } from 'esbuild';
import { inLines, mapInLines } from './lines.mjs';
import { noticesOf, packagesIn } from './notices.mjs';

/** What of the package is in it: files of src/. Names that two of them export differently are refused. */
const ENTRIES = ['index', 'read', 'text', 'topics', 'draw', 'counts', 'kernels', 'worker', 'serve-worker'];

/** The script of espalier/worker's worker: one module too, as bundlers make workers that load nothing later. */
export const WORKER_SCRIPT = './dist/worker-script.js';

export const ONE_FILE = './dist/espalier.min.js';
export const TYPES = ONE_FILE.replace(/js$/, 'd.ts');
export const NOTICES = `${ONE_FILE}.LICENSE.txt`;

const root = fileURLToPath(new URL('../', import.meta.url));
/** Of packages, in both bundlings. */
export const ALIAS = { htmlparser2: resolve(root, 'tools/html-tokenizer.mjs') };
/** Of code of others, and of kernels as text, the source map tells where it is, and not what it says. */
const WITHOUT_TEXT = /node_modules|-bytes\.ts$/;
/** Parcel would look for a stand-in of it in pages. */
export const NO_BUFFER = { Buffer: 'undefined' };
const COMMON = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  platform: 'neutral',
  mainFields: ['main'],
  alias: ALIAS,
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'none',
  write: false,
  logLevel: 'warning',
};

async function writeOneFile() {
  const { name, version, license } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'));
  const { outputFiles, metafile } = await build({
    ...COMMON,
    stdin: { contents: entry(), resolveDir: resolve(root, 'src'), sourcefile: 'espalier.min.ts', loader: 'ts' },
    outfile: ONE_FILE,
    format: 'esm',
    // papaparse looks for a loader of pages, which would take it away.
    define: { ...NO_BUFFER, THREAD_SCRIPT: JSON.stringify(threadScript()), define: 'undefined' },
    plugins: [inOnePiece(INLINED)],
    banner: { js: `/*! ${name} ${version}, ${license}; of what it contains: ${NOTICES.split('/').at(-1)} */` },
    sourcemap: 'linked',
    metafile: true,
  });
  const [{ imports }] = Object.values(metafile.outputs).filter((output) => output.entryPoint);
  if (imports.length > 0) throw new Error(`${ONE_FILE} imports ${imports.map(({ path }) => path).join()}`);
  await refuseClashes();
  const declarations = ENTRIES.map((file) => `export * from './${file}.js';\n`).join('');
  const notices = noticesOf(packagesIn(metafile, root), root);
  const { text: code } = outputFiles.find(({ path }) => path.endsWith('.js'));
  const made = outputFiles.map(({ path, text }) => [
    path,
    path.endsWith('.map') ? lighter(mapInLines(text, code)) : inLines(text),
  ]);
  const files = [...made, [TYPES, declarations], [NOTICES, notices]];
  for (const [path, text] of files) writeFileSync(resolve(root, path), text);
}

async function writeWorkerScript() {
  const { outputFiles } = await build({
    ...COMMON,
    entryPoints: ['src/worker-script.ts'],
    outfile: WORKER_SCRIPT,
    format: 'esm',
    define: { ...NO_BUFFER, define: 'undefined' },
    plugins: [inOnePiece({})],
  });
  writeFileSync(resolve(root, WORKER_SCRIPT), inLines(outputFiles[0].text));
}

/** All that is exported, functions under their names, which minifying takes from them. */
function entry() {
  const all = ENTRIES.map((file) => `export * from './${file}.js';`);
  const named = ENTRIES.map((file, i) => `import * as part${i} from './${file}.js'; named(part${i});`);
  return `${all.join('\n')}\nimport { named } from '${NAMED}';\n${named.join('\n')}`;
}

const NAMED = 'espalier:named';
const NAMER = `export function named(all) {
  for (const [name, value] of Object.entries(all))
    if (typeof value === 'function' && value.name !== name) Object.defineProperty(value, 'name', { value: name, configurable: true });
}`;

/** What starts workers from texts that are in the file stands in the place of what starts them from scripts beside it. */
const INLINED = { 'runtime/threads/worker.js': 'inlined-worker.ts', 'own-worker.js': 'inlined-own-worker.ts' };

/** Takes modules as those of one file: nothing loads later, classes keep their names. `instead`: files that take the place of others beside them. */
const inOnePiece = (instead) => ({
  name: 'in one piece',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: new RegExp(`^${NAMED}$`) }, () => ({ path: NAMED, namespace: 'named' }));
    onLoad({ filter: /^/, namespace: 'named' }, () => ({ contents: NAMER }));
    // papaparse asks for it where it makes streams of Node, which nobody asks it for.
    onResolve({ filter: /^stream$/ }, ({ path }) => ({ path, namespace: 'none' }));
    onLoad({ filter: /^/, namespace: 'none' }, () => ({ contents: 'module.exports = {};' }));
    onResolve({ filter: /worker\.js$/ }, ({ importer, path }) => {
      const folder = dirname(importer);
      const other = instead[relative(resolve(root, 'src'), resolve(folder, path))];
      return other && { path: resolve(folder, other) };
    });
    onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      contents: withNames(atOnce(fromHere(readFileSync(path, 'utf8'), path))),
      loader: 'ts',
    }));
  },
});

/** Addresses of scripts beside a module as the one module of dist/ has them. */
function fromHere(text, path) {
  const folder = relative(resolve(root, 'src'), dirname(path)).replaceAll(sep, '/');
  return folder === '' ? text : text.replace(/(?<=new URL\('\.\/)(?=[\w-]+\.js', import\.meta\.url)/g, `${folder}/`);
}

/** Dynamic imports of our own modules as static ones: esbuild would wrap each module below one, and keep all of it. */
function atOnce(text) {
  const later = [];
  const code = text.replace(/(?<!typeof |: )\bimport\('(\.[^']+)'\)(?!\.\w+\b(?!\())/g, (_, path) => {
    later.push(path);
    return `Promise.resolve(later${later.length})`;
  });
  return `${code}${later.map((path, i) => `import * as later${i + 1} from '${path}';\n`).join('')}`;
}

/** What `constructor.name` shows. */
function withNames(text) {
  const classes = [...text.matchAll(/^(?:export )?(?:abstract )?class (\w+)/gm)].map(([, name]) => name);
  return classes.length > 0
    ? `${text}import { named as keepNames } from '${NAMED}'; keepNames({ ${classes.join(', ')} });\n`
    : text;
}

/** A thread's script, classic. */
function threadScript() {
  const { outputFiles } = buildSync({ ...COMMON, entryPoints: ['src/runtime/threads/thread.ts'], format: 'iife' });
  return inLines(outputFiles[0].text);
}

/** What two modules export by one name as different things, an `export *` leaves out in silence. By the single modules of dist/. */
async function refuseClashes() {
  const all = new Map();
  for (const file of ENTRIES) {
    for (const [name, value] of Object.entries(await import(new URL(`../dist/${file}.js`, import.meta.url)))) {
      if (all.has(name) && all.get(name) !== value) throw new Error(`${ONE_FILE}: two of its parts export ${name}`);
      all.set(name, value);
    }
  }
}

function lighter(text) {
  const map = JSON.parse(text);
  map.sourcesContent = map.sources.map((source, i) => (WITHOUT_TEXT.test(source) ? null : map.sourcesContent[i]));
  return JSON.stringify(map);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeOneFile();
  await writeWorkerScript();
}
