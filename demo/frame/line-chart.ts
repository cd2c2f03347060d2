import { element, fixed, title as tooltip, xml } from '#dist/drawings/svg.js';
import type { Tint } from './style.js';

export interface Series {
  readonly name: string;
  readonly style: Tint;
  readonly points: readonly (readonly [number, number])[];
}

export interface ChartOptions {
  readonly title: string;
  readonly x: string;
  readonly series: readonly Series[];
  readonly format: (y: number) => string;
  /** Where the y axis begins. Default: at the lowest value. */
  readonly yFrom?: number;
  /** Default 0. */
  readonly xFrom?: number;
}

/** Lines over a shared pair of axes. */
export function lineChart({ title, x, series, format, yFrom, xFrom = 0 }: ChartOptions): string {
  const [width, height] = [380, 250];
  const [left, right, top, bottom] = [52, 10, 10, 40];
  const points = series.flatMap((s) => s.points);
  const ys = points.map((p) => p[1]);
  const yTicks = ticks(yFrom ?? Math.min(...ys), Math.max(...ys), 6);
  const xTicks = ticks(xFrom, Math.max(...points.map((p) => p[0])), 6).filter((t) => t >= xFrom);
  const xEnd = Math.max(...points.map((p) => p[0]));
  const [yLow, yHigh] = [yTicks[0]!, yTicks.at(-1)!];
  const sx = (v: number) => left + ((v - xFrom) / (xEnd - xFrom || 1)) * (width - left - right);
  const sy = (v: number) => height - bottom - ((v - yLow) / (yHigh - yLow || 1)) * (height - top - bottom);

  const grid = yTicks.flatMap((t) => [
    element('line', { class: 'grid', x1: left, x2: width - right, y1: sy(t), y2: sy(t) }),
    tick(left - 8, sy(t) + 4, format(t), 'end'),
  ]);
  const marks = xTicks.filter((t) => t <= xEnd).map((t) => tick(sx(t), height - bottom + 18, fixed(t)));
  const lines = series.map(({ name, style, points }) => {
    const path = points.map(([px, py], i) => `${i ? 'L' : 'M'}${fixed(sx(px))} ${fixed(sy(py))}`).join('');
    const dots = points.map(([px, py]) =>
      element('circle', { cx: sx(px), cy: sy(py), r: 3 }, tooltip(`${name}, ${x} ${fixed(px)}: ${format(py)}`)),
    );
    return element('g', { class: `series ${style}` }, element('path', { d: path }), ...dots);
  });
  const axis = tick((left + width - right) / 2, height - 4, x);
  const box = { class: 'chart', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': title };
  return element('svg', box, ...grid, ...marks, axis, ...lines);
}

function tick(x: number, y: number, words: string, anchor = 'middle'): string {
  return element('text', { class: 'tick', x, y, 'text-anchor': anchor }, xml(words));
}

/** Round numbers that cover low to high, about `wanted` steps of 1, 2 or 5 times a power of ten. */
export function ticks(low: number, high: number, wanted: number): number[] {
  const span = high - low || Math.abs(high) || 1;
  const rough = span / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.999)!;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}
