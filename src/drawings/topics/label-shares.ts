import { percentOf, plural } from '../../numeric/format.js';
import type { TopicReport, TopicSummary } from '../../structure/topics/report.js';
import { element, title, xml } from '../svg.js';
import { shorten, textWidth } from '../text.js';
import { LEVELS, nameWidth, type Part, rowName, SMALL } from './shares-style.js';

const CELL = 46;
const ROW = 26;
/** Labels beyond these are left out, the rarest first. */
const MOST_LABELS = 24;
/** Where the scale may end. */
const ENDS = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1];

/** Topics as rows, labels as columns; cells coloured by the share of the label's documents that belong to the topic. */
export function drawLabels(report: TopicReport, topics: readonly TopicSummary[], links: boolean): Part {
  const { names, documents } = report.labels!;
  const labels = names
    .map((name, i) => ({ name, i, documents: documents[i]! }))
    .sort((a, b) => b.documents - a.documents || a.i - b.i)
    .slice(0, MOST_LABELS);
  const left = nameWidth(topics);
  const heads = labels.map(({ name }) => shorten(name.trim() || '(empty)', 22));
  const longest = Math.max(...heads.map((name) => textWidth(name) * SMALL));
  const slanted = longest > CELL - 4;
  const top = slanted ? 40 + longest * 0.72 : 44;
  const shares = topics.map((topic) => labels.map(({ i, documents }) => ratio(topic.labels?.[i] ?? 0, documents)));
  const largest = Math.max(0, ...shares.flat(), ...topics.map((topic) => ratio(topic.documents, report.documents)));
  const end = ENDS.find((share) => largest <= share) ?? 1;
  const gap = 10;
  const grid = labels.length * CELL;
  const elements = [
    element(
      'text',
      { class: 'soft', x: 0, y: 10 },
      `Share of the documents of a label that belong to the topic, per cent${report.labels!.names.length > labels.length ? `; the ${labels.length} most frequent of ${names.length} labels` : ''}`,
    ),
    ...heads.map((name, k) =>
      columnHead(name, plural(labels[k]!.documents, 'document'), left + (k + 0.5) * CELL, top, slanted),
    ),
    columnHead('All', plural(report.documents, 'document'), left + grid + gap + CELL / 2, top, false),
    ...topics.flatMap((topic, row) => {
      const y = top + row * ROW + 8;
      const brief = `${topic.id}`;
      return [
        rowName(topic, left - 8, y + ROW / 2 + 4, links),
        ...shares[row]!.map((share, k) =>
          cell(
            left + k * CELL,
            y,
            share,
            end,
            `${brief} in ${labels[k]!.name}: ${percentOf(share)}, ${plural(topic.labels?.[labels[k]!.i] ?? 0, 'document')}`,
          ),
        ),
        cell(
          left + grid + gap,
          y,
          ratio(topic.documents, report.documents),
          end,
          `${brief} in all documents: ${percentOf(ratio(topic.documents, report.documents))}, ${plural(topic.documents, 'document')}`,
        ),
      ];
    }),
    ...legend(left, top + topics.length * ROW + 24, end),
  ];
  const needed = left + grid + gap + CELL + (slanted ? longest * 0.3 : 0);
  return { width: Math.max(needed, 420), height: top + topics.length * ROW + 62, elements };
}

function ratio(part: number, whole: number): number {
  return whole > 0 ? Math.min(1, part / whole) : 0;
}

function columnHead(name: string, tip: string, x: number, y: number, slanted: boolean): string {
  const place = slanted
    ? { transform: `translate(${Math.round(x)} ${Math.round(y)}) rotate(-45)` }
    : { x, y, 'text-anchor': 'middle' };
  return element('g', {}, title(`${name}: ${tip}`), element('text', { class: 'b', ...place }, xml(name)));
}

function cell(x: number, y: number, share: number, end: number, tip: string): string {
  const level = Math.min(LEVELS - 1, Math.floor((share / end) * LEVELS));
  return element(
    'g',
    { class: `l${level}` },
    title(tip),
    element('rect', { x: x + 1, y: y + 1, width: CELL - 2, height: ROW - 2, rx: 3 }),
    element('text', { x: x + CELL / 2, y: y + ROW / 2 + 4, 'text-anchor': 'middle' }, numberOf(share)),
  );
}

/** Whole per cents; what is not nothing is not shown as such. */
function numberOf(share: number): string {
  if (share === 0) return '·';
  return share < 0.005 ? '&lt; 1' : String(Math.round(100 * share));
}

function legend(x: number, y: number, end: number): string[] {
  const step = 10;
  const width = LEVELS * step;
  const tick = (share: number, anchor: string) =>
    element(
      'text',
      { class: 'soft', x: x + (share / end) * width, y: y + 28, 'text-anchor': anchor },
      `${Math.round(100 * share)} %`,
    );
  return [
    ...Array.from({ length: LEVELS }, (_, i) =>
      element('g', { class: `l${i}` }, element('rect', { x: x + i * step, y, width: step + 0.5, height: 12 })),
    ),
    tick(0, 'start'),
    tick(end / 2, 'middle'),
    tick(end, 'end'),
  ];
}
