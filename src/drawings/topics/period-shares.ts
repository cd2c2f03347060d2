import { count, percentOf, plural } from '../../numeric/format.js';
import type { TopicReport, TopicSummary } from '../../structure/topics/report.js';
import { clamp, element, fixed, title, xml } from '../svg.js';
import { nameWidth, type Part, rowName } from './shares-style.js';

const ROW = 44;
const PLOT = 30;
/** For the numbers behind a line. */
const RIGHT = 150;

/** A line a topic: the share of the documents of each period that belong to it. All have the same axis, each its own scale. */
export function drawPeriods(report: TopicReport, topics: readonly TopicSummary[], links: boolean): Part {
  const { names, documents } = report.periods!;
  const left = nameWidth(topics);
  const width = clamp(names.length * 14, 320, 640);
  const step = width / names.length;
  const at = (i: number) => left + (i + 0.5) * step;
  const top = 34;
  const most = Math.max(1, ...documents);
  const bottom = top + (topics.length + 1) * ROW;
  const bars = documents.map((n, i) =>
    element(
      'g',
      {},
      title(`${names[i]}: ${plural(n, 'document')}`),
      element('rect', {
        class: 'bar',
        x: at(i) - step * 0.4,
        y: top + PLOT * (1 - n / most),
        width: step * 0.8,
        height: (PLOT * n) / most,
      }),
    ),
  );
  const elements = [
    element(
      'text',
      { class: 'soft', x: 0, y: 10 },
      'Share of the documents of a period that belong to the topic; each line has its own scale.',
    ),
    element('text', { class: 'b', x: left - 8, y: top + PLOT / 2 + 4, 'text-anchor': 'end' }, 'Documents'),
    ...bars,
    element('text', { class: 'soft', x: left + width + 10, y: top + PLOT / 2 + 4 }, `at most ${count(most)}`),
    ...topics.flatMap((topic, row) => {
      const y = top + (row + 1) * ROW;
      return [rowName(topic, left - 8, y + PLOT / 2 + 4, links), ...lineOf(topic, report, at, y, left, width)];
    }),
    element('line', { class: 'rule', x1: left, x2: left + width, y1: bottom, y2: bottom }),
    ...ticksOf(names, width).map((i) =>
      element('text', { class: 'soft', x: at(i), y: bottom + 16, 'text-anchor': 'middle' }, xml(names[i]!)),
    ),
    element('line', { class: 'overall', x1: left, x2: left + 24, y1: bottom + 36, y2: bottom + 36 }),
    element('text', { class: 'soft', x: left + 30, y: bottom + 40 }, 'share of all documents'),
    element('circle', { class: 'peak', cx: left + 190, cy: bottom + 36, r: 3 }),
    element('text', { class: 'soft', x: left + 200, y: bottom + 40 }, 'highest share'),
  ];
  return { width: left + width + RIGHT, height: bottom + 48, elements };
}

function lineOf(
  { id, periods = [], documents }: TopicSummary,
  report: TopicReport,
  at: (i: number) => number,
  y: number,
  left: number,
  width: number,
): string[] {
  const { names, documents: all } = report.periods!;
  const shares = all.map((n, i) => (n > 0 ? Math.min(1, (periods[i] ?? 0) / n) : undefined));
  const overall = report.documents > 0 ? Math.min(1, documents / report.documents) : 0;
  const peak = shares.reduce((best: number, share, i) => ((share ?? 0) > (shares[best] ?? 0) ? i : best), 0);
  const highest = shares[peak] ?? 0;
  const scale = Math.max(highest, overall) || 1;
  const down = (share: number) => y + PLOT * (1 - share / scale);
  // A period without documents breaks the line.
  const runs: (readonly [x: number, y: number])[][] = [[]];
  shares.forEach((share, i) => {
    if (share === undefined) runs.push([]);
    else runs.at(-1)!.push([at(i), down(share)]);
  });
  const drawn = runs.filter((run) => run.length > 0);
  const pathOf = (run: (typeof drawn)[number]) => `M${run.map(([x, y]) => `${fixed(x)} ${fixed(y)}`).join('L')}`;
  const areas = drawn.map(
    (run) => `${pathOf(run)}L${fixed(run.at(-1)![0])} ${y + PLOT}L${fixed(run[0]![0])} ${y + PLOT}Z`,
  );
  const tip = `${id}: at most ${percentOf(highest)}, in ${names[peak]}`;
  return [
    element(
      'g',
      {},
      title(tip),
      element('path', { class: 'area', d: areas.join('') }),
      element('line', { class: 'overall', x1: left, x2: left + width, y1: down(overall), y2: down(overall) }),
      element('path', { class: 'line', d: drawn.map(pathOf).join('') }),
      element('circle', { class: 'peak', cx: at(peak), cy: down(highest), r: 3 }),
    ),
    element('text', { x: left + width + 10, y: y + PLOT / 2 }, `${xml(percentOf(highest))} ${xml(names[peak]!)}`),
    element('text', { class: 'soft', x: left + width + 10, y: y + PLOT / 2 + 14 }, `${xml(percentOf(overall))} of all`),
  ];
}

/** Places of the names that have room below the axis: the first, the last, and some between. */
function ticksOf(names: readonly string[], width: number): number[] {
  const longest = Math.max(...names.map((name) => name.length)) * 7 + 24;
  const most = clamp(Math.floor(width / longest), 1, names.length);
  if (most === 1) return [0];
  return [...new Set(Array.from({ length: most }, (_, k) => Math.round((k * (names.length - 1)) / (most - 1))))];
}
