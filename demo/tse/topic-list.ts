import type { TopicReport } from 'espalier/topics';
import { xml } from '#dist/drawings/svg.js';
import { wordOf } from '#dist/structure/latent/topics.js';
import { section } from '../frame/markup.js';
import { percent, sum, whole } from '../frame/numbers.js';
import type { TseRun } from './story.js';

/** A topic tells the kind if this share of its rows is of one. */
const PURE = 0.9;
const ROWS_TO_TELL = 10;

type Topic = TopicReport['topics'][number];

/** The topics as lines that open, each with the kinds of its rows. */
export function topicSection({ report, kinds, rows }: TseRun): string {
  const { names } = report.labels!;
  const places = kinds.map((kind) => names.indexOf(kind));
  const mixes = new Map(
    report.topics.map((topic) => [topic, mixOf(places.map((place) => topic.labels?.[place] ?? 0))]),
  );
  const mix = (topic: Topic) => mixes.get(topic)!;
  const below = (id: string | null) =>
    report.topics
      .filter(({ parent }) => parent === id)
      .sort((a, b) => mix(a).chief - mix(b).chief || mix(b).purity - mix(a).purity);
  const bar = (topic: Topic) => {
    const parts = mix(topic)
      .shares.map((share, c) => ({ share, c }))
      .filter(({ share }) => share > 0);
    const chief = [...parts].sort((a, b) => b.share - a.share).slice(0, 3);
    const tip = chief.map(({ share, c }) => `${kinds[c]} ${percent(share, 0)}`).join(', ') || 'no definition';
    return `<span class="mix" role="img" aria-label="${xml(tip)}" title="${xml(tip)}">${parts.map(({ share, c }) => `<i class="k${c}" style="width:${(100 * share).toFixed(1)}%"></i>`).join('')}</span>`;
  };
  const line = (topic: Topic) =>
    `<span class="words">${xml(topic.features.map(wordOf).join(', '))}</span><small>${percent(topic.share, 1)}</small>${bar(topic)}`;
  const lines = (topic: Topic): string => {
    const parts = below(topic.id);
    return parts.length
      ? `<details class="topic"><summary>${line(topic)}</summary><div class="below">${parts.map(lines).join('')}</div></details>`
      : `<div class="topic">${line(topic)}</div>`;
  };
  const told = report.topics.filter((topic) => topic.level === 1 && mix(topic).rows >= ROWS_TO_TELL);
  const pure = told.filter((topic) => mix(topic).purity >= PURE);
  return section(
    'Topics and kinds',
    [
      `Nobody told the tree what the definitions define. Yet <strong>${whole(pure.length)} of the ${whole(told.length)} topics of the lowest level are of one kind by ${percent(PURE, 0)} or more</strong>: ${percent(pure.length / (told.length || 1), 0)}. Topics in fewer than ${ROWS_TO_TELL} definitions are not counted.`,
      `A line is a topic: its words, the share of definitions that have it under the model, and the kinds of those of the ${whole(rows.train)} training rows that have it, going by the words below it. It opens to the topics below.`,
    ],
    `${kindLegend(kinds)}<div class="topics">${below(null).map(lines).join('')}</div>`,
  );
}

/** Counts of each kind as shares, the largest share and whose it is. */
function mixOf(counts: readonly number[]) {
  const rows = sum(counts);
  const shares = counts.map((count) => count / (rows || 1));
  const purity = Math.max(...shares);
  return { rows, shares, purity, chief: shares.indexOf(purity) };
}

function kindLegend(kinds: readonly string[]): string {
  return `<ul class="legend kinds">${kinds.map((name, c) => `<li class="k${c}">${xml(name)}</li>`).join('')}</ul>`;
}
