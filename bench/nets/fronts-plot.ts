import { drawing, element, group, text } from '#dist/drawings/svg.js';
import { plotStyle, powers } from '../support/peers-plot.js';
import { frontOf, LEARNED, type SetSummary, type Summary } from './verdicts.js';

type Across = 'weights' | 'seconds';

const SCOPE = 'espalier-plot';
const COLUMNS = 3;
/** Of a panel, and of what is drawn on in it. */
const [WIDE, HIGH] = [320, 236];
const [LEFT, TOP, ACROSS, DOWN] = [44, 34, 262, 164];
const HEAD = 70;

/** Colour of a family, and its name in the legend. */
const FAMILIES: Readonly<Record<Summary['family'], { series: number; words: string }>> = {
  learned: { series: 0, words: 'learned structure' },
  permuted: { series: 1, words: 'the same, tree permuted' },
  dense: { series: 2, words: 'dense nets and their front' },
  pruned: { series: 3, words: 'dense 200, pruned' },
  linear: { series: 6, words: 'logistic regression' },
  trees: { series: 5, words: 'trees of scikit-learn' },
};

/** Scores of nets over their weights, or over the seconds they took, a panel a set, with deviations over the seeds as upright lines. */
export function frontsPlot(sets: readonly SetSummary[], across: Across): string {
  const [width, height] = [COLUMNS * WIDE + 24, HEAD + HIGH * Math.ceil(sets.length / COLUMNS) + 8];
  const words =
    across === 'weights'
      ? 'Accuracy (of tasks: mean AUC), %, over weights; left and up is better'
      : 'Accuracy (of tasks: mean AUC), %, over seconds of structure and training; left and up is better';
  const panels = sets.map((set, i) => {
    const at = `translate(${12 + WIDE * (i % COLUMNS)} ${HEAD + HIGH * Math.floor(i / COLUMNS)})`;
    return group({ transform: at }, panel(set, across));
  });
  return drawing(width, height, { class: SCOPE }, words, [
    plotStyle(8),
    element('rect', { class: 'paper', width, height }),
    text(16, 18, words),
    ...legend(across),
    ...panels,
  ]);
}

function legend(across: Across): string[] {
  const shapes = Object.entries(LEARNED).map(([net, words], i) => {
    const x = 22 + 170 * i;
    return group({}, [mark({ net, family: 'learned' }, x, 38), text(x + 10, 42, words)]);
  });
  const permuted = mark({ net: 'trf permuted', family: 'permuted' }, 592, 38);
  const others = (['dense', 'pruned', 'linear', 'trees'] as const).map((family, i) => {
    const x = 22 + 205 * i;
    const line = family === 'dense' || (family === 'trees' && across === 'weights');
    const own = line ? [rule(family, x - 7, x + 7, 56)] : [];
    const dot = family === 'trees' && across === 'weights' ? [] : [mark({ net: '', family }, x, 56)];
    return group({}, [...own, ...dot, text(x + 12, 60, FAMILIES[family].words)]);
  });
  return [...shapes, permuted, text(602, 42, FAMILIES.permuted.words), ...others];
}

function rule(family: Summary['family'], x1: number, x2: number, y: number): string {
  const dashed = family === 'trees' ? '4 3' : undefined;
  const own = { class: `s${FAMILIES[family].series}`, 'stroke-width': 1.5, 'stroke-dasharray': dashed };
  return element('line', { ...own, x1, x2, y1: y, y2: y });
}

/** Shapes tell methods and families apart as colours do: a permuted net is hollow. */
function mark({ net, family }: Pick<Summary, 'net' | 'family'>, x: number, y: number, title = ''): string {
  const series = `s${FAMILIES[family].series}`;
  const hollow = family === 'permuted';
  const own = hollow
    ? { class: series, style: 'fill:none', 'stroke-width': 1.5 }
    : { class: family === 'dense' ? series : `${series} mark` };
  const path = (d: string, more = {}) => element('path', { ...own, ...more, d }, title);
  const thick = { class: series, style: 'fill:none', 'stroke-width': 2 };
  if (family === 'dense') return element('circle', { ...own, cx: x, cy: y, r: 2.5 }, title);
  if (family === 'pruned') return path(`M${x} ${y - 5}l5 9h-10z`);
  if (family === 'linear') return path(`M${x - 4} ${y - 4}l8 8m0 -8l-8 8`, thick);
  if (family === 'trees') return path(`M${x - 5} ${y}h10m-5 -5v10`, thick);
  const r = hollow ? 4 : 4.5;
  if (net.startsWith('tse')) return element('rect', { ...own, x: x - r, y: y - r, width: 2 * r, height: 2 * r }, title);
  if (net.startsWith('backbone'))
    return path(`M${x} ${y - r - 1}l${r + 1} ${r + 1}l${-r - 1} ${r + 1}l${-r - 1} ${-r - 1}z`);
  return element('circle', { ...own, cx: x, cy: y, r }, title);
}

function panel({ set, metric, rows, columns, nets }: SetSummary, across: Across): string[] {
  const placed = across === 'seconds' ? nets : nets.filter(({ family }) => family !== 'trees');
  const sizes = placed.map((net) => net[across]);
  const [least, most] = [Math.min(...sizes) / 1.5, Math.max(...sizes) * 1.5];
  const x = (size: number) => LEFT + (ACROSS * Math.log(size / least)) / Math.log(most / least);
  const [low, high] = bounds(nets);
  const y = (score: number) => TOP + DOWN - (DOWN * (Math.max(low, Math.min(high, score)) - low)) / (high - low);
  const title = ({ net, mean, deviation, ...rest }: Summary) =>
    element('title', {}, `${net}: ${percent(mean)} ± ${percent(deviation)}, ${sizeText(rest[across], across)}`);
  const bar = ({ family, mean, deviation, ...rest }: Summary) =>
    element('line', {
      class: `s${FAMILIES[family].series}`,
      'stroke-opacity': 0.6,
      x1: x(rest[across]),
      x2: x(rest[across]),
      y1: y(mean - deviation),
      y2: y(mean + deviation),
    });
  const points = placed.flatMap((net) => [
    bar(net),
    mark(net, x(net[across]), y(net.mean), title(net)),
    // What lies below the panel stands on its floor with its number.
    ...(net.mean < low ? [note(x(net[across]) + 7, y(low) - 4, percent(net.mean), 'start')] : []),
  ]);
  const front = frontOf(
    placed.filter(({ family }) => family === 'dense'),
    across,
  );
  // Beyond its last net the front goes on as that.
  const corners = [...front.map((net) => [x(net[across]), y(net.mean)]), [LEFT + ACROSS, y(front.at(-1)?.mean ?? low)]];
  const path = corners.map((corner) => corner.map((at) => at!.toFixed(1)).join()).join(' ');
  const line = element('polyline', { class: 's2', style: 'fill:none', 'stroke-width': 1.5, points: path });
  const trees = across === 'weights' ? nets.filter(({ family }) => family === 'trees') : [];
  const levels = trees.flatMap((net) => [
    rule('trees', LEFT, LEFT + ACROSS, y(net.mean)),
    note(LEFT + ACROSS - 3, y(net.mean) - 3, `${net.net} ${percent(net.mean)}`, 'end'),
  ]);
  const what = metric === 'accuracy' ? '' : ', mean AUC';
  return [
    text(LEFT, TOP - 10, `${set}, ${rows.toLocaleString('en-US')} x ${columns.toLocaleString('en-US')}${what}`),
    ...axes(x, y, [low, high], [least, most], across),
    ...levels,
    ...(front.length > 0 ? [line] : []),
    ...points,
  ];
}

function note(x: number, y: number, words: string, anchor: string): string {
  const halo = 'paint-order:stroke;stroke-width:3px;font-size:9px';
  return element('g', { class: 'soft mark', style: halo, 'text-anchor': anchor }, text(x, y, words));
}

function axes(
  x: (size: number) => number,
  y: (score: number) => number,
  [low, high]: readonly [number, number],
  [least, most]: readonly [number, number],
  across: Across,
): string[] {
  const step = stepOf(high - low);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  const up = Array.from({ length: count }, (_, i) => (first + i) * step).flatMap((score) => [
    element('line', { class: 'rule', x1: LEFT, x2: LEFT + ACROSS, y1: y(score), y2: y(score) }),
    element(
      'g',
      { class: 'soft', 'text-anchor': 'end' },
      text(LEFT - 6, y(score) + 4, (100 * score).toFixed(step < 0.01 ? 1 : 0)),
    ),
  ]);
  const right = ticks(least, most).flatMap((size) => [
    element('line', { class: 'rule', x1: x(size), x2: x(size), y1: TOP, y2: TOP + DOWN }),
    element('g', { class: 'soft', 'text-anchor': 'middle' }, text(x(size), TOP + DOWN + 15, sizeText(size, across))),
  ]);
  return [...up, ...right];
}

/** From the best down to the worst, but, if that is no learned net, no further than thrice as far as to the middle one: one net that fails would press all others together. */
function bounds(nets: readonly Summary[]): [number, number] {
  const scores = nets.map(({ mean }) => mean).sort((a, b) => a - b);
  const top = Math.max(...nets.map(({ mean, deviation }) => mean + deviation));
  const bottom = Math.min(...nets.map(({ mean, deviation }) => mean - deviation));
  const middle = scores[scores.length >> 1]!;
  const learned = nets.filter(({ family }) => family === 'learned' || family === 'permuted').map(({ mean }) => mean);
  const far = scores.at(-1)! - 3 * Math.max(scores.at(-1)! - middle, 0.01);
  const low = Math.max(bottom, Math.min(far, ...learned));
  const margin = 0.06 * (top - low);
  return [low - margin, top + margin];
}

/** Powers of ten, and between them twice and five times those where there are fewer than two. */
function ticks(least: number, most: number): number[] {
  const tens = powers(least, most);
  if (tens.length > 1) return tens;
  const all = powers(least / 10, most).flatMap((ten) => [ten, 2 * ten, 5 * ten]);
  return all.filter((size) => size >= least && size <= most);
}

/** Steps of 1, 2 or 5 of which four to eight make the range. */
function stepOf(range: number): number {
  const power = 10 ** Math.floor(Math.log10(range / 4));
  return ([5, 2, 1].find((of) => of * power <= range / 4) ?? 1) * power;
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}

function sizeText(size: number, across: Across): string {
  if (across === 'seconds') return `${Number(size.toPrecision(2))} s`;
  if (size >= 1e6) return `${Number((size / 1e6).toPrecision(3))} M`;
  return size >= 1000 ? `${Number((size / 1000).toPrecision(3))} k` : String(Math.round(size));
}
