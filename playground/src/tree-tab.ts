// The tree of columns or words, and topics of texts: drawn, searched, walked through, taken home.
import { Tree } from 'espalier';
import type { TopicReport, TopicSummary, TopicTree } from 'espalier/topics';
import { bar, button, choice, download, el, percent, rounded } from './dom.js';
import { type FirstTree, first } from './first.js';
import { newest } from './newest.js';
import { pixelData } from './pixel-data.js';
import type { TextData } from './read-texts.js';
import type { Data } from './reading.js';
import type { MakeTab } from './tabs.js';
import { Viewport } from './viewport.js';
import { starting } from './worker.js';

/** Names listed of a search. */
const LISTED = 40;
/** More edges than these are there at once. */
const GROWN = 1500;
const GROWING = `
svg > rect { fill: none }
svg .n circle { cursor: pointer }
svg .chosen { stroke: #c8553d; stroke-width: 3px }
@media (prefers-reduced-motion: no-preference) {
  .grow path { stroke-dasharray: 1; stroke-dashoffset: 1; animation: grow .5s ease-out forwards; animation-delay: var(--at) }
}
@keyframes grow { to { stroke-dashoffset: 0 } }
@media (prefers-color-scheme: dark) { svg { filter: invert(1) hue-rotate(180deg) } }
@media (max-width: 500px) { .t text { font-size: 15px } }`;

type View = 'words' | 'topics';

export const makeTree: MakeTab = (panel, page) => {
  /** The drawing that was there first, as long as it is there. */
  let early: string | undefined;
  let isAsked = false;
  const draw = newest(async (signal, data: Data) => {
    const seen = early;
    early = undefined;
    // The same data give the same bits: what is there stays there.
    if (seen && data.kind === 'table') {
      const learned = await learnTree(data, signal);
      if (typeof learned !== 'string' && learned.svg === seen) return;
    }
    const view = page.place().view === 'topics' ? 'topics' : 'words';
    const turn = (to: View) => {
      page.moveTo({ view: to === 'words' ? undefined : to });
      void draw(data);
    };
    await showTree(panel, data, view, turn, signal);
  }, page.failed);
  return {
    show(data) {
      isAsked ||= data !== undefined;
      if (data) void draw(data);
      else void first.then((found) => found && !isAsked && showFirst(found));
    },
  };

  function showFirst({ tree: parts, svg }: FirstTree): void {
    const tree = new Tree(...parts);
    early = svg;
    const state = el('p', { class: 'state', role: 'status' }, told(tree, 'columns'));
    panel.replaceChildren(state, drawn(tree, svg, 'columns'));
  }
};

/** `view`: words or topics of these texts; a table has one tree. */
async function showTree(
  panel: HTMLElement,
  data: Data,
  view: View,
  turn: (to: View) => void,
  signal: AbortSignal,
): Promise<void> {
  const switches =
    data.kind === 'texts'
      ? [
          choice(
            'Show',
            [
              ['words', 'words that meet (Chow-Liu tree)'],
              ['topics', 'topics (latent tree)'],
            ],
            view,
            (value) => turn(value as View),
          ),
        ]
      : [];
  const state = el('p', { class: 'state', role: 'status' }, 'Learning the tree …');
  panel.replaceChildren(...switches, state);
  const say = (words: string) => {
    if (!signal.aborted) state.textContent = words;
  };
  const parts =
    data.kind === 'texts' && view === 'topics'
      ? await topicParts(data, say, signal)
      : await treeParts(data, say, signal);
  if (!signal.aborted) panel.replaceChildren(...switches, state, parts);
}

/** What the variables of a tree are called. */
const VARIABLES = { table: 'columns', texts: 'words', sparse: 'features', images: 'pixels' } as const;
type Variables = (typeof VARIABLES)[Data['kind']];
/** What information is counted of. */
const COMPARED = {
  columns: 'Numbers are compared as above or below their mean.',
  words: 'Words are compared as there or not there, text by text.',
  features: 'Features are compared as there or not there, row by row.',
  pixels: 'Pixels are compared as bright or dark.',
} as const;
const ONE = { columns: 'column', words: 'word', features: 'feature', pixels: 'pixel' } as const;

async function treeParts(data: Data, say: (words: string) => void, signal: AbortSignal): Promise<HTMLElement> {
  const learned = await learnTree(data, signal);
  if (typeof learned === 'string') {
    say(learned);
    return el('div');
  }
  const { tree, svg, more } = learned;
  const of = VARIABLES[data.kind];
  say(`${told(tree, of)}${more}`);
  return drawn(tree, svg, of);
}

/** In words why there is none. */
async function learnTree(data: Data, signal: AbortSignal): Promise<{ tree: Tree; svg: string; more: string } | string> {
  const worker = await starting;
  const pixels = data.kind === 'images' ? await pixelData(data, signal) : undefined;
  if (typeof pixels === 'string') return pixels;
  const rows = pixels?.data ?? (data.kind === 'table' ? data.table : data.data);
  const tree = await worker.chowLiuTree(rows, { signal });
  await pixels?.data.dispose();
  const svg = await worker.treeToSvg(tree);
  signal.throwIfAborted();
  return { tree, svg, more: pixels ? ` ${pixels.words}` : '' };
}

function told({ edges, variables, totalInformation }: Tree, of: Variables): string {
  return edges.length === 0
    ? `None of the ${variables} ${of} tells anything of another.`
    : `${variables} ${of}, ${edges.length} ties, ${rounded(totalInformation)} nats of information in all. Click a ${ONE[of]} to see its neighbours.`;
}

function drawn(tree: Tree, svg: string, of: Variables): HTMLElement {
  const { edges, variables } = tree;
  const view = new Viewport('The tree');
  const drawing = view.show(svg, GROWING);
  const circles = [...drawing.querySelectorAll<SVGCircleElement>('.n circle')];
  const paths = [...drawing.querySelectorAll<SVGPathElement>('.e path')];
  // As drawn: weak ones first.
  const order = [...edges].sort((p, q) => p.information - q.information || p.a - q.a || p.b - q.b);
  if (paths.length <= GROWN) grow(drawing, paths);
  const name = (v: number) => tree.names?.[v] ?? String(v);
  const about = el('div', { class: 'about', 'aria-live': 'polite' });
  let chosen: SVGCircleElement | undefined;
  const choose = (v: number, go: boolean) => {
    chosen?.classList.remove('chosen');
    chosen = circles[v];
    chosen?.classList.add('chosen');
    if (go && chosen) view.goTo(chosen.cx.baseVal.value, chosen.cy.baseVal.value);
    const mark = (hops: number) => {
      const field = fieldOf(tree, v, hops);
      for (const [u, circle] of circles.entries()) circle.classList.toggle('f', !field.has(u));
      for (const [i, { a, b }] of order.entries()) paths[i]!.classList.toggle('f', !(field.has(a) && field.has(b)));
      return field.size;
    };
    renew(
      about,
      nodeParts(tree, v, name, (u) => choose(u, true), mark),
    );
  };
  drawing.addEventListener('click', ({ target }) => {
    const v = circles.indexOf(target as SVGCircleElement);
    if (v >= 0 && view.isClick) choose(v, false);
  });
  const strength = new Float64Array(variables);
  for (const { a, b, information } of edges) for (const v of [a, b]) strength[v]! += information;
  const strongest = Array.from(strength.keys()).sort((a, b) => strength[b]! - strength[a]! || a - b);
  const search = searchBox(
    `Search ${of}`,
    (asked) => strongest.filter((v) => name(v).toLowerCase().includes(asked)),
    name,
    (v) => choose(v, true),
  );
  const home = buttons([
    ['SVG', () => download('tree.svg', svg, 'image/svg+xml')],
    [
      'JSON',
      async () => download('tree.json', JSON.stringify(await (await starting).treeToJson(tree)), 'application/json'),
    ],
    ['DOT', async () => download('tree.dot', await (await starting).treeToDot(tree))],
  ]);
  return sideBySide(view, [search, about, home, explained(of)]);
}

/** Words of this page for who has not met them. */
function explained(of: Variables): HTMLElement {
  const one = ONE[of];
  return el(
    'details',
    { class: 'explained' },
    el('summary', {}, 'What is drawn here?'),
    el(
      'p',
      {},
      `A line is a tie: two ${of} that tell of each other, the more the wider and darker. Of all trees this one holds the most such information (Chow and Liu, 1968); a line tells nothing of cause and effect. The orange dot is the root that it is drawn from.`,
    ),
    el(
      'p',
      {},
      'Information is measured in nats: 0 where one tells nothing of the other; 0.69 where one settles a question of yes or no, as likely as a coin (1 nat is 1.44 bits). ' +
        COMPARED[of],
    ),
    el(
      'p',
      {},
      `The receptive field of a ${one} is all that lies within so many ties of it. Nets of the method TRF let a unit see such a field, not everything.`,
    ),
  );
}

/** Strong edges first, all within a second and a half. */
function grow(drawing: SVGSVGElement, paths: readonly SVGPathElement[]): void {
  const group = drawing.querySelector('.e')!;
  group.classList.add('grow');
  for (const [i, path] of paths.entries()) {
    path.setAttribute('pathLength', '1');
    path.style.setProperty('--at', `${((paths.length - 1 - i) / paths.length).toFixed(2)}s`);
  }
  setTimeout(() => group.classList.remove('grow'), 1700);
}

function fieldOf(tree: Tree, v: number, hops: number): Set<number> {
  const field = new Set([v]);
  let rim = [v];
  for (let hop = 0; hop < hops; hop++) {
    rim = rim.flatMap((u) => Array.from(tree.neighbours(u))).filter((u) => !field.has(u));
    for (const u of rim) field.add(u);
  }
  return field;
}

function nodeParts(
  tree: Tree,
  v: number,
  name: (v: number) => string,
  go: (v: number) => void,
  mark: (hops: number) => number,
): HTMLElement[] {
  const ties = tree.edges
    .filter(({ a, b }) => a === v || b === v)
    .map(({ a, b, information }) => ({ other: a === v ? b : a, information }))
    .sort((p, q) => q.information - p.information);
  const most = ties[0]?.information ?? 1;
  const list = ties.slice(0, LISTED).map(({ other, information }) =>
    el(
      'li',
      {},
      button(name(other), () => go(other)),
      bar(information / most),
      `${rounded(information)} nats`,
    ),
  );
  const size = el('output', {});
  const reach = el('input', { type: 'range', min: 1, max: 6, value: 1 });
  const show = () => {
    const field = mark(reach.valueAsNumber);
    size.textContent = `${reach.value} ${reach.value === '1' ? 'tie' : 'ties'}: ${field} of ${tree.variables}`;
  };
  reach.addEventListener('input', show);
  show();
  return [
    el('h3', {}, name(v)),
    el(
      'p',
      {},
      ties.length === 0
        ? 'It tells nothing of the others.'
        : `${ties.length} ${ties.length === 1 ? 'neighbour' : 'neighbours'}, and what each tells of it:`,
    ),
    el('ul', { class: 'ties' }, ...list),
    el('label', { class: 'field' }, el('span', {}, 'Receptive field (what lies near) within ', size), reach),
  ];
}

/** Where the focus was in what goes, it goes to the new heading: keys walk on from there. */
function renew(about: HTMLElement, parts: readonly HTMLElement[]): void {
  const isHere = about.contains(document.activeElement);
  about.replaceChildren(...parts);
  const heading = about.querySelector('h3');
  if (!isHere || !heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

/** A search whose finds are buttons; without words the first are listed. */
function searchBox<T>(
  label: string,
  find: (asked: string) => readonly T[],
  name: (found: T) => string,
  choose: (found: T) => void,
): HTMLElement {
  const input = el('input', {
    type: 'search',
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder: label,
    'aria-label': label,
  });
  const list = el('ul', { class: 'found' });
  const count = el('p', { class: 'hint', role: 'status' });
  const show = () => {
    const asked = input.value.trim().toLowerCase();
    const found = find(asked);
    count.textContent = asked === '' ? '' : `${found.length} found`;
    list.replaceChildren(
      ...found.slice(0, LISTED).map((one) =>
        el(
          'li',
          {},
          button(name(one), () => choose(one)),
        ),
      ),
    );
  };
  input.addEventListener('input', show);
  input.addEventListener('keydown', (event) => {
    const [first] = find(input.value.trim().toLowerCase());
    if (event.key === 'Enter' && first !== undefined) choose(first);
  });
  show();
  return el('div', { class: 'search' }, input, count, list);
}

function buttons(made: readonly (readonly [string, () => void | Promise<void>])[]): HTMLElement {
  return el(
    'p',
    { class: 'buttons' },
    'Take it home: ',
    ...made.map(([words, act]) => button(words, () => void act())),
  );
}

function sideBySide(view: Viewport, side: readonly HTMLElement[]): HTMLElement {
  const zooms = el(
    'div',
    { class: 'zooms' },
    button('+', () => view.zoom(1.4), { 'aria-label': 'Zoom in' }),
    button('−', () => view.zoom(1 / 1.4), { 'aria-label': 'Zoom out' }),
    button('All', () => view.all(), { 'aria-label': 'Show all' }),
  );
  return el(
    'div',
    { class: 'pair' },
    el('div', { class: 'frame' }, view.box, zooms),
    el('div', { class: 'side' }, ...side),
  );
}

/** Learned once for these texts. */
const learned = new WeakMap<TextData, { topics: TopicTree; report: TopicReport }>();

async function topicParts(data: TextData, say: (words: string) => void, signal: AbortSignal): Promise<HTMLElement> {
  const worker = await starting;
  const known = learned.get(data);
  const { topics, report } = known ?? (await learnTopics(data, say, signal));
  learned.set(data, { topics, report });
  const svg = await worker.latentTreeToSvg(topics.tree, { top: 4 });
  signal.throwIfAborted();
  const { levels, npmi } = report;
  say(
    `${report.topics.length} topics on ${levels.length} ${levels.length === 1 ? 'level' : 'levels'} of ${report.vocabulary} words and ${report.documents} texts; ${npmi[0] == null ? 'their coherence is not defined' : `coherence ${rounded(npmi[0])}, where 1 is words that always meet and 0 words that meet by chance (mean NPMI of the lowest level)`}.`,
  );
  const view = new Viewport('The topics');
  view.show(svg);
  const about = el('div', { class: 'about', 'aria-live': 'polite' });
  const choose = (topic: TopicSummary) => renew(about, topicAbout(topic, report, choose));
  const search = searchBox(
    'Search topics and words',
    (asked) =>
      report.topics.filter(
        ({ id, name, features }) =>
          id.includes(asked) ||
          name?.toLowerCase().includes(asked) ||
          features.some(({ name }) => name?.includes(asked)),
      ),
    wordsOf,
    choose,
  );
  const page = () => worker.topicsToHtml(report, { title: data.name });
  const home = buttons([
    ['Page', async () => download('topics.html', await page(), 'text/html')],
    ['SVG', () => download('topics.svg', svg, 'image/svg+xml')],
    ['JSON', () => download('topics.json', JSON.stringify(topics), 'application/json')],
  ]);
  return sideBySide(view, [search, about, home]);
}

async function learnTopics(data: TextData, say: (words: string) => void, signal: AbortSignal) {
  const worker = await starting;
  const topics = await worker.TopicTree.learn(data.documents, {
    maxFeatures: Math.min(data.words, 1000),
    signal,
    onProgress: ({ phase, done, total }) =>
      say(`Learning topics: ${phase}, ${done}${total === undefined ? '' : ` of ${total}`} …`),
  });
  say('Reading the texts by topic …');
  const report = await worker.describeTopics(topics.tree, topics.vectorizer, data.documents, { shown: 1000, signal });
  return { topics, report };
}

function wordsOf({ name, features }: TopicSummary): string {
  return (
    name ??
    features
      .slice(0, 4)
      .map(({ name }) => name)
      .join(', ')
  );
}

function topicAbout(topic: TopicSummary, report: TopicReport, go: (topic: TopicSummary) => void): HTMLElement[] {
  const near = report.topics.filter(({ parent, id }) => parent === topic.id || id === topic.parent);
  const words = topic.features.map(({ name, inside, outside }) =>
    el('li', {}, el('span', {}, name ?? ''), bar(inside), `${percent(inside)}, else ${percent(outside)}`),
  );
  return [
    el('h3', {}, wordsOf(topic)),
    el(
      'p',
      {},
      `Topic ${topic.id}: ${topic.documents} texts, ${percent(topic.share)} of all. Its words, and in how many of its texts and of all others they are:`,
    ),
    el('ul', { class: 'ties' }, ...words),
    ...(near.length > 0
      ? [
          el('p', {}, 'Above and below it:'),
          el(
            'ul',
            { class: 'found' },
            ...near.map((one) =>
              el(
                'li',
                {},
                button(wordsOf(one), () => go(one)),
              ),
            ),
          ),
        ]
      : []),
    ...(topic.exemplars.length > 0
      ? [
          el('p', {}, 'Texts that speak for it:'),
          ...topic.exemplars.map(({ sentence }) => el('blockquote', {}, sentence)),
        ]
      : []),
  ];
}
