// What the site is made of: each page with the Markdown it comes from, its place in the site, and the group of the menu it stands in.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';

const root = new URL('../../', import.meta.url);

/** Groups of the menu, in order; the names without ending below a folder. Whatever else lies in docs/ comes behind, so that no document is forgotten. */
const GROUPS = [
  [
    'Guide',
    'docs/guide',
    ['README', 'choose-a-method', 'learn-a-tree', 'topics-of-texts', 'train', 'explain', 'gate-a-cnn'],
  ],
  ['In a page', 'docs/guide', ['in-a-page', 'in-a-worker', 'playground']],
  ['Keep and scale', 'docs/guide', ['save-and-load', 'reproduce-a-run', 'counts-of-parts', 'beyond-memory']],
  [
    'In depth',
    'docs',
    ['METHODS', 'OPTIONS', 'RESULTS', 'TEXTS', 'WORKERS', 'THREADS', 'BUNDLERS', 'BUILDS', 'KERNELS', 'FORMAT'],
  ],
];
/** Filled by search.js. */
const SEARCH = `# Search

<p id="told" role="status">Looking for words takes a script, which did not run.</p>
<ol id="found"></ol>
<script type="module" src="assets/search.js"></script>
`;
const MORE = [
  ['examples/README.md', 'examples/index.html'],
  ...folders('examples').map((name) => [`examples/${name}/README.md`, `examples/${name}/index.html`]),
  ['CHANGELOG.md', 'changelog.html'],
  ['CONTRIBUTING.md', 'contributing.html'],
  ['SECURITY.md', 'security.html'],
  ['README.md', 'readme.html'],
];

/** `[{ source, out, group, title, markdown }]`; `reference`: the folder (a URL) in which TypeDoc wrote. */
export function pagesOf(reference) {
  const listed = GROUPS.flatMap(([group, folder, names]) => names.map((name) => [group, `${folder}/${name}.md`]));
  const known = new Set(listed.map(([, source]) => source));
  for (const folder of ['docs', 'docs/guide']) {
    for (const name of readdirSync(new URL(`${folder}/`, root))
      .filter((file) => file.endsWith('.md'))
      .sort()) {
      if (!known.has(`${folder}/${name}`)) listed.push([folder === 'docs' ? 'In depth' : 'Guide', `${folder}/${name}`]);
    }
  }
  const order = [...GROUPS.map(([group]) => group), 'Reference', 'About'];
  return [
    ...listed.map(([group, source]) => page(group, source, outOf(source))),
    ...markdownBelow(reference).map((name) =>
      page('Reference', `reference/${name}`, `reference/${name.replace(/md$/, 'html')}`, new URL(name, reference)),
    ),
    ...MORE.map(([source, out]) => page('About', source, out)),
    { source: 'search.md', out: 'search.html', group: 'About', title: 'Search', markdown: SEARCH, unsearched: true },
  ].sort((a, b) => order.indexOf(a.group) - order.indexOf(b.group));
}

function outOf(source) {
  if (source === 'docs/guide/README.md') return 'index.html';
  return source
    .replace(/^docs\//, '')
    .replace(/md$/, 'html')
    .toLowerCase();
}

function page(group, source, out, file = new URL(source, root)) {
  const markdown = readFileSync(file, 'utf8');
  const title = /^# (.+)$/m.exec(markdown)?.[1].replace(/[`\\]/g, '');
  if (!title) throw new Error(`${source}: expected a heading of the first level`);
  return { source, out, group, title, markdown };
}

function markdownBelow(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.md'))
    .sort();
}

function folders(name) {
  return readdirSync(new URL(`${name}/`, root), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(new URL(`${name}/${entry.name}/README.md`, root)))
    .map((entry) => entry.name);
}

/** Where a link of a document leads in the site, from the page it stands on. Pictures and files are put beside it by `take`, which gets their path in the repository. */
export function linkFrom({ source, out }, target, pages, take) {
  if (target.startsWith('options:'))
    return linkFrom({ source: '', out }, target.replace('options:', 'docs/OPTIONS.md#'), pages, take);
  if (/^([a-z]+:|#)/i.test(target)) return target;
  const [path, hash] = target.split('#');
  const asked = posix.normalize(posix.join(posix.dirname(source), decodeURI(path)));
  const inside = pages.find((page) => [asked, posix.join(asked, 'README.md')].includes(page.source));
  const to = inside?.out ?? take(asked, source);
  const relative = posix.relative(posix.dirname(out), to) || posix.basename(to);
  return hash === undefined ? relative : `${relative}#${hash}`;
}
