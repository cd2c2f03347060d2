// The tree of columns, words or pixels: drawn, searched, walked through, taken home; topics of texts lie beside it.
import { Tree } from 'espalier';
import { bar, button, choice, download, el, rounded } from './dom.js';
import { type FirstTree, first } from './first.js';
import { newest } from './newest.js';
import { pixelData } from './pixel-data.js';
import type { Data } from './reading.js';
import type { MakeTab } from './tabs.js';
import { topicParts } from './topic-parts.js';
import { buttons, LISTED, renew, searchBox, sideBySide } from './tree-parts.js';
import { explained, told, VARIABLES, type Variables } from './tree-words.js';
import { GROUND, Viewport } from './viewport.js';
import { starting } from './worker.js';

/** More edges than these are there at once. */
const GROWN = 1500;
/** By night the colours are turned over, hues kept: a drawing of topics has its own for that. */
const GROWING = `
${GROUND}
@media (prefers-color-scheme: dark) { svg { filter: invert(1) hue-rotate(180deg) } }
svg .n circle { cursor: pointer }
svg .chosen { stroke: #c8553d; stroke-width: 3px }
@media (prefers-reduced-motion: no-preference) {
  .grow path { stroke-dasharray: 1; stroke-dashoffset: 1; animation: grow .5s ease-out forwards; animation-delay: var(--at) }
}
@keyframes grow { to { stroke-dashoffset: 0 } }
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
    size.textContent = `${reach.value} ${reach.value === '1' ? 'hop' : 'hops'}: ${field} of ${tree.variables}`;
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
