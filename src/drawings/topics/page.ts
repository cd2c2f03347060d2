import { complete } from '../../check/complete.js';
import type { Options, OptionsOf } from '../../check/option.js';
import { count, percentOf, plural } from '../../numeric/format.js';
import type { TopicReport, TopicSummary } from '../../structure/topics/report.js';
import { htmlPage } from '../page/page.js';
import { xml } from '../svg.js';
import { briefOf, outlineOf, wordsOf } from './outline.js';
import { dataElements } from './page-data.js';
import { PAGE_SCRIPT } from './page-script.js';
import { PAGE_STYLE } from './page-style.js';
import { requireReport } from './require-report.js';
import { drawShares, PICTURED, pictured } from './shares.js';

/** Options of topicsToHtml. */
export const TOPICS_PAGE = {
  ...PICTURED,
  title: { kind: 'text', default: 'Topics', doc: 'Heading.' },
} as const satisfies Options;

export type TopicsPageOptions = OptionsOf<typeof TOPICS_PAGE>;

/** Topics that a print shows: levels below are left out where they would be more. */
const PRINTED = 320;

/**
 * A self-contained page: the tree of topics, the documents of each with the sentence that speaks for it, documents with the words of their topics marked, topics beside labels
 * and periods, and a search over words, names and documents. Nothing is loaded; without script the tree and the pictures are there. Same report and options, same bytes.
 * @throws TypeError for what is not a report
 */
export function topicsToHtml(report: TopicReport, options: TopicsPageOptions = {}): string {
  requireReport(report);
  const { title, topics, level } = complete(TOPICS_PAGE, options, 'topicsToHtml');
  const pictures = picturesOf(report, pictured(report, topics, level));
  const links = [
    ['#', 'Topics', 'tree'],
    ...(pictures.length
      ? [['#shares', pictures.map(({ name }, i) => (i ? name.toLowerCase() : name)).join(' and '), 'shares']]
      : []),
    ...(report.shown.length ? [['#documents', 'Documents', 'documents']] : []),
  ];
  const data = dataElements(report);
  const body = [
    '<header>',
    `<h1 dir="auto">${xml(title)}</h1>`,
    `<p class="facts">${xml(factsOf(report))}</p>`,
    '</header>',
    '<div class="tools" role="search" hidden>',
    '<label><span>Search topics, words and documents</span><input type="search" placeholder="Search topics, words and documents" autocomplete="off" spellcheck="false"></label>',
    `<nav aria-label="Views">${links.map(([href, name, view]) => `<a href="${href}" data-view="${view}">${name}</a>`).join('')}</nav>`,
    '<output aria-live="polite"></output>',
    '</div>',
    '<main>',
    '<section class="tree" aria-label="Topics">',
    '<p class="tree-tools" hidden><button type="button" data-open="1">Open all</button><button type="button" data-open="">Close all</button></p>',
    `<details class="note"><summary>What the columns say</summary><p>${xml(columnsText(report))}</p></details>`,
    '<div class="row head" aria-hidden="true"><u></u><span>Topic</span><b>Share</b><b>Documents</b><b>Coherence (NPMI)</b></div>',
    ...treeOf(report),
    '</section>',
    '<div class="side">',
    '<section class="view" tabindex="-1" hidden></section>',
    '<section class="shares">',
    ...pictures.flatMap(({ name, words, svg }) => [
      `<h2>Topics by ${name.toLowerCase().slice(0, -1)}</h2>`,
      ...(words ? [`<p class="note">${xml(words)}</p>`] : []),
      `<div class="picture" tabindex="0" role="region" aria-label="Topics by ${name.toLowerCase().slice(0, -1)}">`,
      svg,
      '</div>',
    ]),
    '</section>',
    '</div>',
    '</main>',
    data.first,
  ];
  return htmlPage({ title, style: PAGE_STYLE, script: PAGE_SCRIPT, body, rest: data.rest });
}

function factsOf({ documents, wordless, vocabulary, topics, levels, npmi, shown }: TopicReport): string {
  const facts = [
    plural(documents, 'document'),
    ...(wordless ? [`${count(wordless)} of them without any of the words`] : []),
    plural(vocabulary, 'word'),
    `${plural(topics.length, 'topic')} on ${plural(levels.length, 'level')}`,
    ...coherenceOf(npmi),
    ...(shown.length < documents ? [`${plural(shown.length, 'document')} in this page`] : []),
  ];
  return facts.join(' · ');
}

function columnsText({ assignment, topics }: TopicReport): string {
  const sentences = [
    assignment === 'narrow'
      ? 'Share and documents: those that have the topic, going by the words below it alone (narrow assignment).'
      : 'Share and documents: those that have the topic, going by all their words (broad assignment).',
    'Coherence (NPMI): whether its words come together, 1 for always, 0 for as often as by chance, −1 for never.',
    ...(topics.some(({ features }) => features.some(({ inside, outside }) => inside < outside))
      ? ['A word with “not” is rarer with the topic than without.']
      : []),
  ];
  return sentences.join(' ');
}

function coherenceOf(npmi: TopicReport['npmi']): string[] {
  const levels = npmi.map((mean, i) => ({ mean, level: i + 1 })).filter(({ mean }) => mean !== null);
  if (levels.length === 0) return [];
  return [
    `mean coherence (NPMI) ${levels
      .map(({ mean, level }) => `${mean!.toFixed(2)} on level ${level}`)
      .reverse()
      .join(', ')}`,
  ];
}

function picturesOf(
  report: TopicReport,
  topics: readonly TopicSummary[],
): { name: string; words: string; svg: string }[] {
  if (topics.length === 0) return [];
  const kinds = (['labels', 'periods'] as const).filter((by) => report[by]?.names.length);
  return kinds.map((by) => ({
    name: by === 'labels' ? 'Labels' : 'Periods',
    words: by === 'labels' ? purityText(report) : '',
    svg: drawShares(report, topics, by, { links: true }).trimEnd(),
  }));
}

function purityText({ purity = [] }: TopicReport): string {
  if (purity.length === 0) return '';
  const levels = purity.map((share, i) => `${percentOf(share)} on level ${i + 1}`).reverse();
  return `Purity: if every document took the most frequent label of its likeliest topic, ${levels.join(', ')} would be right.`;
}

/** Lists in lists, unfolded: the script folds them. */
function treeOf(report: TopicReport): string[] {
  const { roots, parts } = outlineOf(report);
  const printed = printedLevel(report);
  const lines = ['<ul>'];
  // A stack of its own: a tree may have more levels than calls may nest.
  const open: (number | string)[] = ['</ul>', ...[...roots].reverse()];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next === 'string') lines.push(next);
    else {
      const topic = report.topics[next]!;
      const below = parts[next]!;
      lines.push(
        `<li id="${xml(topic.id)}"${topic.parent === null ? ' class="top"' : ''}>${rowOf(topic, below.length > 0)}`,
      );
      open.push('</li>');
      if (below.length === 0) continue;
      lines.push(`<ul${topic.level <= printed ? ' class="unprinted"' : ''}>`);
      open.push('</ul>', ...[...below].reverse());
    }
  }
  return lines;
}

function rowOf(topic: TopicSummary, folds: boolean): string {
  const { id, name, features, share, documents, npmi } = topic;
  const brief = xml(briefOf(topic));
  const words = wordsOf(features);
  const label = [
    ...(name?.trim() ? [`<strong dir="auto">${xml(name)}</strong>`] : []),
    xml(words || (name?.trim() ? '' : id)),
  ];
  const button = folds
    ? `<button type="button" aria-expanded="true" aria-label="Topics below ${brief}"></button>`
    : '<u></u>';
  return `<div class="row" style="--p:${Number((100 * share).toFixed(1))}%">${button}<a href="#${xml(id)}">${label.join(' ').trim()}</a><b><i>share </i>${xml(percentOf(share))}</b><b>${count(documents)}<i> ${documents === 1 ? 'document' : 'documents'}</i></b><b>${npmi === null ? '' : `<i>NPMI </i>${npmi.toFixed(2)}`}</b></div>`;
}

/** Topics of this level and those below it are closed in a print. */
function printedLevel({ levels }: TopicReport): number {
  let shown = 0;
  for (let level = levels.length; level >= 1; level--) {
    shown += levels[level - 1]!;
    if (shown > PRINTED) return Math.min(level + 1, levels.length);
  }
  return 0;
}
