// Topics of texts: drawn, searched, walked through, taken home.
import type { TopicReport, TopicSummary, TopicTree } from 'espalier/topics';
import { bar, button, download, el, percent, rounded } from './dom.js';
import type { TextData } from './read-texts.js';
import { buttons, renew, searchBox, sideBySide } from './tree-parts.js';
import { GROUND, Viewport } from './viewport.js';
import { starting } from './worker.js';

/** Learned once for these texts. */
const learned = new WeakMap<TextData, { topics: TopicTree; report: TopicReport }>();

/** `say`: how far it is, and then what was found. */
export async function topicParts(
  data: TextData,
  say: (words: string) => void,
  signal: AbortSignal,
): Promise<HTMLElement> {
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
  view.show(svg, GROUND);
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
