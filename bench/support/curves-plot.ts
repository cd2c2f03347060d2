import { spread } from '#dist/cli/bench/spread.js';
import { drawing, element, group, text } from '#dist/drawings/svg.js';
import { plotStyle, powers } from './peers-plot.js';

export interface Curve {
  readonly name: string;
  /** Rising sizes; milliseconds, median and quartiles. */
  readonly points: readonly {
    readonly size: number;
    readonly ms: number;
    readonly quartiles: readonly [number, number];
  }[];
}

const [LEFT, TOP, ACROSS, DOWN] = [70, 70, 560, 300];

/** Seconds over sizes, both on scales of logarithms, with quartiles as upright lines. */
export function curvesPlot(words: string, curves: readonly Curve[]): string {
  const all = curves.flatMap(({ points }) => points);
  const sizes = all.map(({ size }) => size);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  const low = Math.min(...all.map(({ quartiles }) => quartiles[0])) / 1.5;
  const high = Math.max(...all.map(({ quartiles }) => quartiles[1])) * 1.5;
  const x = (size: number) => LEFT + (ACROSS * Math.log(size / least)) / Math.log(most / least);
  const y = (ms: number) => TOP + DOWN - (DOWN * Math.log(ms / low)) / Math.log(high / low);
  const [width, height] = [LEFT + ACROSS + 40, TOP + DOWN + 44];
  const across = powers(least, most).map((size) => [
    element('line', { class: 'rule', x1: x(size), x2: x(size), y1: TOP, y2: TOP + DOWN }),
    element(
      'g',
      { class: 'soft', 'text-anchor': 'middle' },
      text(x(size), TOP + DOWN + 18, size.toLocaleString('en-US')),
    ),
  ]);
  const up = powers(low, high).map((ms) => [
    element('line', { class: 'rule', x1: LEFT, x2: LEFT + ACROSS, y1: y(ms), y2: y(ms) }),
    element(
      'g',
      { class: 'soft', 'text-anchor': 'end' },
      text(LEFT - 8, y(ms) + 4, ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`),
    ),
  ]);
  const lines = curves.map(({ name, points }, i) => {
    const path = points.map(({ size, ms }) => `${x(size).toFixed(1)},${y(ms).toFixed(1)}`).join(' ');
    const marks = points.flatMap(({ size, ms, quartiles: [from, to] }) => {
      const title = element(
        'title',
        {},
        `${size.toLocaleString('en-US')}: ${spread({ peer: name, ms, quartiles: [from, to], samples: 3 })}`,
      );
      return [
        element('line', { class: `s${i}`, 'stroke-width': 2, x1: x(size), x2: x(size), y1: y(from), y2: y(to) }),
        element('circle', { class: `s${i}`, cx: x(size), cy: y(ms), r: 4 }, title),
      ];
    });
    const line = element('polyline', { class: `s${i}`, style: 'fill:none', 'stroke-width': 1.5, points: path });
    const key = [element('circle', { class: `s${i}`, cx: 20, cy: 34 + 16 * i, r: 4 }), text(30, 38 + 16 * i, name)];
    return group({}, [line, ...marks, ...key]);
  });
  return drawing(width, height, { class: 'espalier-plot' }, words, [
    plotStyle(curves.length),
    element('rect', { class: 'paper', width, height }),
    text(16, 18, words),
    ...across.flat(),
    ...up.flat(),
    ...lines,
  ]);
}
