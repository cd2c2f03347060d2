import { complete } from '../../check/complete.js';
import type { Options, OptionsOf } from '../../check/option.js';
import { percentOf } from '../../numeric/format.js';
import { type LatentTree, requireLatentTree } from '../../structure/latent/latent-tree.js';
import { byShare, type Topic, topicsOf, topLatents, topLinks, wordOf } from '../../structure/latent/topics.js';
import { TOPICS } from '../../structure/latent/topics-json.js';
import { htmlPage } from '../page/page.js';
import { xml } from '../svg.js';
import { describeTree } from './describe.js';
import { PAGE_SCRIPT } from './page-script.js';
import { PAGE_STYLE } from './page-style.js';

/** Options of latentTreeToHtml. */
export const LATENT_PAGE = {
  ...TOPICS,
  title: { kind: 'text', default: 'Latent tree', doc: 'Heading.' },
} as const satisfies Options;

export type LatentPageOptions = OptionsOf<typeof LATENT_PAGE>;

/**
 * A self-contained page: the latents as topics that open to the topics and features below them, the likelier first, with a search. Nothing is loaded, and without
 * script all but the search is there. Same tree and options, same bytes.
 */
export function latentTreeToHtml(tree: LatentTree, options: LatentPageOptions = {}): string {
  requireLatentTree(tree);
  const { top, title } = complete(LATENT_PAGE, options, 'latentTreeToHtml');
  const topics = topicsOf(tree, top);
  const page: Page = { tree, topicOf: (latent) => topics[latent - tree.features]!, near: linksOf(tree) };
  const roots = byShare(tree, topLatents(tree));
  const levels = tree.levels.length;
  const body = [
    '<header>',
    `<h1>${xml(title)}</h1>`,
    `<p class="facts">${xml(describeTree(tree))}</p>`,
    `<p>${levels > 1 ? 'A topic opens to the topics below it, and the lowest to their features.' : 'A topic opens to its features.'} Its share is the probability that a row has it; beside a feature stand the shares of rows that have the feature, with and without the topic.</p>`,
    '</header>',
    '<div class="tools" role="search" hidden>',
    '<label><span>Search features</span><input type="search" placeholder="Search features" autocomplete="off" spellcheck="false"></label>',
    '<button type="button" data-open="1">Open all</button><button type="button" data-open="">Close all</button>',
    '<output aria-live="polite"></output>',
    '</div>',
    '<main>',
    ...sections(roots, page),
    '</main>',
  ];
  return htmlPage({ title, style: PAGE_STYLE, script: PAGE_SCRIPT, body });
}

interface Page {
  tree: LatentTree;
  topicOf(latent: number): Topic;
  /** Of a latent of the top level, those it is linked with. */
  near: ReadonlyMap<number, readonly number[]>;
}

/** Topics and all below them, line by line. */
function sections(roots: readonly number[], page: Page): string[] {
  const lines: string[] = [];
  // A stack of its own: a tree may have more levels than calls may nest.
  const open: (number | string)[] = [...roots].reverse();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next === 'string') lines.push(next);
    else {
      lines.push(...openingOf(next, page, roots.length === 1 && next === roots[0]));
      open.push('</details>');
      for (const below of contentsOf(next, page)) open.push(below);
    }
  }
  return lines;
}

/** What begins a topic. */
function openingOf(latent: number, { topicOf, near }: Page, open: boolean): string[] {
  const { name, level, share, features } = topicOf(latent);
  const linked = near.get(latent) ?? [];
  return [
    `<details id="${name}" class="l${level}"${open ? ' open' : ''}><summary style="--p:${barOf(share)}">${words(
      features.map(wordOf),
      name,
    )}<i>${name}</i> <b>${xml(percentOf(share))}</b></summary>`,
    ...(linked.length
      ? [
          `<p class="near">Linked with ${linked.map((other) => `<a href="#${topicOf(other).name}">${brief(topicOf(other))}</a>`).join(' · ')}</p>`,
        ]
      : []),
  ];
}

/** The topics below a topic, the last first; or the table of its features. */
function contentsOf(latent: number, { tree, topicOf }: Page): (number | string)[] {
  const island = tree.island(latent);
  return topicOf(latent).level > 1 ? byShare(tree, island).reverse() : [featureTable(island, tree)];
}

function words(names: readonly string[], otherwise: string): string {
  const shown = names.filter((name) => name.trim() !== '');
  return `<span>${xml(shown.length ? shown.join(', ') : otherwise)}</span> `;
}

/** What a link says. */
function brief({ name, features }: Topic): string {
  const names = features.slice(0, 3).map(wordOf);
  return xml(names.join(', ') || name);
}

/** The features of an island, those that tell most first: as its topFeatures has them. */
function featureTable(island: Int32Array, tree: LatentTree): string {
  if (island.length === 0) return '<p class="near">No features.</p>';
  const latent = tree.parent[island[0]!]!;
  const rows = tree.topFeatures(latent, island.length).map(({ name, inside, outside }) => {
    const shares = `<td style="--p:${barOf(inside)};--q:${barOf(outside)}">${xml(percentOf(inside))}</td><td>${xml(percentOf(outside))}</td>`;
    return `<tr><th scope="row">${xml(name)}</th>${shares}</tr>`;
  });
  return `<table><thead><tr><th scope="col">Feature</th><th scope="col">with</th><th scope="col">without</th></tr></thead><tbody>\n${rows.join('\n')}</tbody></table>`;
}

function barOf(share: number): string {
  return `${Number((100 * share).toFixed(1))}%`;
}

function linksOf(tree: LatentTree): Map<number, number[]> {
  const near = new Map<number, number[]>();
  const link = (a: number, b: number) => {
    if (!near.get(a)?.push(b)) near.set(a, [b]);
  };
  for (const { from, to } of topLinks(tree)) {
    link(from, to);
    link(to, from);
  }
  for (const [latent, others] of near) near.set(latent, byShare(tree, others));
  return near;
}
