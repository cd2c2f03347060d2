import { complete } from '../../check/complete.js';
import type { Options, OptionsOf } from '../../check/option.js';
import type { TopicReport, TopicSummary } from '../../structure/topics/report.js';
import { drawing, element, xml } from '../svg.js';
import { textWidth } from '../text.js';
import { drawLabels } from './label-shares.js';
import { levelToShow } from './outline.js';
import { drawPeriods } from './period-shares.js';
import { requireReport } from './require-report.js';
import { FRAME, type Part, SCOPE, SMALL, sharesStyle } from './shares-style.js';

/** The topics that a picture shows. */
export const PICTURED = {
  topics: { kind: 'integer', from: 1, default: 20, doc: 'How many topics to draw, the most frequent first.' },
  level: {
    kind: 'integer',
    from: 1,
    defaultDoc: 'the highest of at least 8 topics, or the one of most',
    doc: 'Level of the topics to draw, from 1 above the words.',
  },
} as const satisfies Options;

/** Options of topicSharesToSvg. */
export const TOPIC_SHARES = {
  by: {
    kind: 'choice',
    of: ['labels', 'periods'],
    default: 'labels',
    doc: 'What the topics are set beside: the labels of documents, or when they were written.',
  },
  ...PICTURED,
  title: { kind: 'text', defaultDoc: 'what is drawn', doc: 'Heading, tooltip and words for screen readers.' },
} as const satisfies Options;

export type TopicSharesOptions = OptionsOf<typeof TOPIC_SHARES>;

/**
 * A self-contained drawing of how frequent topics are: a table of topics and labels, coloured by the share of the documents of a label that belong to a topic; or for every
 * topic a line over the periods. Same report and options, same bytes.
 * @throws TypeError for what is not a report, RangeError where the report has no labels or periods, or no topics on the level
 */
export function topicSharesToSvg(report: TopicReport, options: TopicSharesOptions = {}): string {
  requireReport(report);
  const { by, topics, level, title } = complete(TOPIC_SHARES, options, 'topicSharesToSvg');
  if (!report[by]?.names.length)
    throw new RangeError(`by: expected what the report has, got "${by}", of which it has none`);
  return drawShares(report, pictured(report, topics, level), by, { title });
}

/** The topics of a level that a picture shows. */
export function pictured(report: TopicReport, most: number, level = levelToShow(report)): TopicSummary[] {
  const shown = report.topics.filter((topic) => topic.level === level).slice(0, most);
  if (shown.length === 0 && report.topics.length > 0)
    throw new RangeError(`level: expected an integer from 1 to ${report.levels.length}, got ${level}`);
  return shown;
}

/** In a page the names lead to the topics. */
export function drawShares(
  report: TopicReport,
  topics: readonly TopicSummary[],
  by: 'labels' | 'periods',
  { title, links = false }: { title?: string | undefined; links?: boolean },
): string {
  const part: Part = by === 'labels' ? drawLabels(report, topics, links) : drawPeriods(report, topics, links);
  const words = title ?? `Topics by ${by === 'labels' ? 'label' : 'period'}`;
  const head = links ? 0 : 44;
  const width = Math.ceil(Math.max(part.width, links ? 0 : textWidth(words) * 20) + 2 * FRAME);
  const height = Math.ceil(part.height + head + 2 * FRAME);
  // An image has no links for those who do not see it.
  return drawing(
    width,
    height,
    { class: SCOPE, role: links ? 'group' : 'img', 'font-family': 'system-ui,sans-serif', 'font-size': SMALL },
    words,
    [
      element('style', {}, sharesStyle()),
      ...(links
        ? []
        : [
            element('rect', { class: 'paper', width, height }),
            element('text', { class: 'head', x: FRAME, y: FRAME + 18 }, xml(words)),
          ]),
      element(
        'g',
        { transform: `translate(${FRAME} ${FRAME + head})` },
        '\n',
        part.elements.map((line) => `${line}\n`).join(''),
      ),
    ],
  );
}
