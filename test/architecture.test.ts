// The arrows of the house: who may import whom in src/. The checker itself is tried on made-up graphs first.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  circles,
  edges,
  type Import,
  type ImportKind,
  importsOf,
  loadedBy,
  type Room,
  readSources,
  roomOf,
  type SourceGraph,
  sourceGraph,
  upwardArrows,
} from './support/source-graph.js';

/** From the top to the bottom; a room imports only those of later lines. Files at the root of src/ are entries and may import all. */
const LEVELS = [
  ['cli'],
  ['worker'],
  ['models', 'drawings'],
  ['training', 'kernels'],
  ['counts'],
  ['files'],
  ['layers', 'structure'],
  ['data'],
  ['runtime'],
  ['numeric', 'check'],
];
/** Of the drawings only, and of types alone: they draw what a method reports. */
const TYPES_MAY_CROSS = /^drawings\/.* → models\//;
/** What every method may import of models/ besides its own folder: files at its root and this one. */
const SHARED_BY_METHODS = 'feedforward';
/** These enumerate the methods. */
const ENUMERATES_METHODS = ['models/registry.ts', 'models/load.ts'];
/** It tells what WebAssembly can do here. */
const TELLS_WEBASSEMBLY = ['cli/commands/info.ts'];
const GENERATED = [
  'runtime/kernels.ts',
  'runtime/wasm-bytes.ts',
  'runtime/wasm-name.ts',
  'runtime/builds/relaxed-bytes.ts',
];
const MOST_LINES = 400;

const ALL: ImportKind[] = ['value', 'type', 'dynamic'];
const rooms: Room[] = LEVELS.flatMap((names, i) => names.map((name) => ({ name, rank: LEVELS.length - i })));
const folder = new URL('../../src/', import.meta.url);
const sources = readSources(folder);
const graph = sourceGraph(sources);

const test = suite('architecture');

test('the checker reads every form of import', () => {
  const text = [
    "import './first.js';",
    "import value from 'package';",
    "import * as all from './all.js';",
    "import type { Type } from './type.js';",
    "import { type A, type B } from './types.js';",
    "import {\n  type A,\n  b,\n} from './mixed.js';",
    "import type from './named-type.js';",
    "export { c } from './out.js';",
    "export type { D } from './out-type.js';",
    "export * from './star.js';",
    "const later = await Promise.all([import('./later.js'), import('./too.js')]);",
    "let kind: typeof import('./kind.js');",
    "let other: import('./other.js').Other;",
    "  load: () => import('./Upper.js').then(({ x }) => x),",
    " * import { example } from './comment.js';",
    "// const x = import('./comment.js')",
  ].join('\n');
  const of = (kind: ImportKind) =>
    importsOf(text)
      .filter((found) => found.kind === kind)
      .map(({ target }) => target)
      .sort();
  assert.equal(of('value'), [
    './all.js',
    './first.js',
    './mixed.js',
    './named-type.js',
    './out.js',
    './star.js',
    'package',
  ]);
  assert.equal(of('type'), ['./kind.js', './other.js', './out-type.js', './type.js', './types.js']);
  assert.equal(of('dynamic'), ['./Upper.js', './later.js', './too.js']);
});

test('the checker reports a circle, also of types alone, and an arrow upward, and nothing else', () => {
  const upper: Room[] = [
    { name: 'high', rank: 2 },
    { name: 'low', rank: 1 },
    { name: 'beside', rank: 1 },
  ];
  const fine = made({ 'index.ts': ['high/a.ts', 'low/a.ts'], 'high/a.ts': ['low/a.ts', 'high/b.ts'], 'high/b.ts': [] });
  assert.equal(circles(fine, ALL), []);
  assert.equal(upwardArrows(fine, upper, ALL), []);

  const round = made({ 'low/a.ts': ['type low/b.ts'], 'low/b.ts': ['low/c.ts'], 'low/c.ts': ['low/a.ts', 'low/d.ts'] });
  assert.equal(circles(round, ALL), [['low/a.ts', 'low/b.ts', 'low/c.ts']]);
  assert.equal(circles(round, ['value']), []);
  assert.equal(circles(made({ 'low/a.ts': ['low/a.ts'] }), ALL), [['low/a.ts']]);

  const wrong = made({
    'low/a.ts': ['type high/a.ts', 'low/b.ts', 'beside/a.ts', 'index.ts'],
    'high/a.ts': ['low/b.ts'],
    'low/b.ts': [],
    'beside/a.ts': [],
    'index.ts': [],
    'new/a.ts': [],
  });
  assert.equal(upwardArrows(wrong, upper, ALL), [
    'low/a.ts → beside/a.ts',
    'low/a.ts → high/a.ts',
    'low/a.ts → index.ts',
    'new/a.ts stands in a room that is not declared',
  ]);
  assert.equal(upwardArrows(wrong, upper, ['dynamic']), ['new/a.ts stands in a room that is not declared']);
});

test('the checker follows what loading a module loads: values, neither types nor dynamic imports', () => {
  const some = made({ 'index.ts': ['a.ts', 'type b.ts', 'dynamic c.ts'], 'a.ts': ['d3-hierarchy'], 'c.ts': ['e.ts'] });
  assert.equal([...loadedBy(some, 'index.ts')].sort(), ['a.ts', 'd3-hierarchy', 'index.ts']);
});

test('an import of a file that is not there is an error', () => {
  assert.throws(
    () => sourceGraph([{ path: 'low/a.ts', text: "import { b } from '../high/b.js';" }]),
    /low\/a\.ts imports \.\.\/high\/b\.js, which is not there/,
  );
});

test('the sources are read: rooms, files and imports are there', () => {
  const present = new Set([...graph.keys()].map(roomOf));
  for (const name of ['cli', 'models', 'drawings', 'training', 'structure', 'layers', 'data', 'runtime']) {
    assert.ok(present.has(name), name);
  }
  assert.ok(edges(graph, ['value']).length > 300);
  assert.ok(edges(graph, ['type']).length > 100);
  assert.equal(
    edges(graph, ['dynamic']).filter(([, to]) => to === 'runtime/wasm-bytes.ts'),
    [['runtime/modules.ts', 'runtime/wasm-bytes.ts']],
  );
});

test('no file imports itself by way of others, types included', () => {
  assert.equal(circles(graph, ['value', 'type']), []);
});

test('dynamic imports close no circle either', () => {
  assert.equal(circles(graph, ALL), []);
});

test('rooms import only what stands below them', () => {
  assert.equal(upwardArrows(graph, rooms, ['value']), []);
});

test('types follow the same arrows', () => {
  const found = upwardArrows(graph, rooms, ['type']);
  assert.equal(
    found.filter((arrow) => !TYPES_MAY_CROSS.test(arrow)),
    [],
  );
});

test('dynamic imports follow the same arrows', () => {
  assert.equal(upwardArrows(graph, rooms, ['dynamic']), []);
});

test('methods do not import each other', () => {
  const methodOf = (file: string) => /^models\/([^/]+)\//.exec(file)?.[1];
  const found = edges(graph, ALL).filter(([from, to]) => {
    if (!from.startsWith('models/')) return false;
    const [importer, imported] = [methodOf(from), methodOf(to)];
    if (imported === undefined || imported === importer) return false;
    return importer === undefined
      ? !ENUMERATES_METHODS.includes(from) && imported !== SHARED_BY_METHODS
      : imported !== SHARED_BY_METHODS;
  });
  assert.equal(arrows(found), []);
});

test('only runtime/ touches WebAssembly or its loader', () => {
  const loader = edges(graph, ALL).filter(
    ([from, to]) => to.startsWith('@assemblyscript/') && roomOf(from) !== 'runtime',
  );
  assert.equal(arrows(loader), []);
  const uses = sources.filter(
    ({ path, text }) => roomOf(path) !== 'runtime' && /\bWebAssembly\s*[.[]\s*\w/.test(withoutProse(text)),
  );
  assert.equal(
    uses.map(({ path }) => path),
    TELLS_WEBASSEMBLY,
  );
});

test('only drawings/ imports d3', () => {
  const found = edges(graph, ALL).filter(([, to]) => /^d3\b/.test(to));
  assert.ok(found.length > 0);
  assert.equal(arrows(found.filter(([from]) => roomOf(from) !== 'drawings')), []);
});

test('the index reaches the registry of methods through loadNet alone, which a bundler leaves out where it is not used', () => {
  const importers = [...graph].filter(([, imports]) => imports.some(({ target }) => target === 'models/registry.ts'));
  const reached = loadedBy(graph, 'index.ts');
  assert.equal(
    importers.map(([path]) => path).filter((path) => reached.has(path)),
    ['models/load.ts'],
  );
});

test('loading the index loads neither d3 nor drawings nor the command', () => {
  const loaded = [...loadedBy(graph, 'index.ts')];
  assert.ok(loaded.length > 50, `${loaded.length} files`);
  const unwanted = loaded.filter((file) => /^(d3\b.*|drawings\/.*|cli\/.*|worker\/.*)$/.test(file));
  assert.equal(unwanted, []);
});

test(`files have at most ${MOST_LINES} lines`, () => {
  const long = sources
    .filter(({ path }) => !GENERATED.includes(path))
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > MOST_LINES)
    .map(({ path, lines }) => `${path}: ${lines}`);
  assert.equal(long, []);
});

/** 'type x' and 'dynamic x' are imports of those kinds, 'x' one of values. */
function made(files: Record<string, string[]>): SourceGraph {
  const read = (words: string): Import => {
    const [target, kind = 'value'] = words.split(' ').reverse();
    return { kind: kind as ImportKind, target: target! };
  };
  return new Map(Object.entries(files).map(([path, imports]) => [path, imports.map(read)]));
}

function arrows(found: readonly [string, string][]): string[] {
  return found.map(([from, to]) => `${from} → ${to}`).sort();
}

/** Comments and what stands in quotes taken out, so that words about WebAssembly are not uses of it. */
function withoutProse(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''")
    .replace(/`(?:[^`\\$]|\\.|\$(?!\{)|\$\{[^{}]*\})*`/g, '``');
}

test.run();
