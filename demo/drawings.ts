import { PIXELS, SIDE } from './data.js';
import { columnOf, type PlacedEdge, rowOf } from './geometry.js';

/** Units of the tree's drawing per pixel of the image. */
const CELL = 10;

/** The tree with every pixel at its true place; the page's script moves and lights its parts by their data attributes. */
export function treeDrawing(edges: readonly PlacedEdge[], litShare: Float64Array): string {
  const most = edges.reduce((max, { information }) => Math.max(max, information), 0) || 1;
  const place = (pixel: number) => [columnOf(pixel) * CELL + CELL / 2, rowOf(pixel) * CELL + CELL / 2] as const;
  const kind = ({ touching, blank }: PlacedEdge) => (blank ? 'blank' : touching ? 'touching' : 'apart');
  // What should stand out is drawn last.
  const layers = (['blank', 'touching', 'apart'] as const).map((name) => {
    const lines = edges
      .filter((edge) => kind(edge) === name)
      .map(({ from, to, information }) => {
        const [x1, y1] = place(from);
        const [x2, y2] = place(to);
        const width = name === 'blank' ? 0.25 : 0.5 + (2.7 * information) / most;
        return `<line data-a="${from}" data-b="${to}" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke-width="${short(width)}"/>`;
      });
    return `<g class="edges ${name}">${lines.join('')}</g>`;
  });
  const dots = Array.from({ length: PIXELS }, (_, pixel) => {
    const [cx, cy] = place(pixel);
    const blank = litShare[pixel] === 0;
    const r = blank ? 0.7 : 0.9 + 1.3 * Math.sqrt(litShare[pixel]!);
    return `<circle${blank ? ' class="blank"' : ''} cx="${cx}" cy="${cy}" r="${short(r)}"/>`;
  });
  const side = SIDE * CELL;
  return `<svg id="tree" viewBox="0 0 ${side} ${side}" role="img" aria-label="The tree, drawn over the image grid">${layers.join('')}<g class="pixels">${dots.join('')}</g></svg>`;
}

export interface FieldCell {
  readonly pixel: number;
  /** From -1 to 1: the sign chooses the colour, the size the strength. */
  readonly value: number;
}

/** Cells of the 28 x 28 grid, and maybe a ring around one of them. */
export function fieldDrawing(cells: readonly FieldCell[], label: string, centre?: number): string {
  const rects = cells.map(({ pixel, value }) => {
    const strength = Math.min(1, Math.max(0, Math.abs(value)));
    return `<rect class="${value < 0 ? 'minus' : 'plus'}" x="${columnOf(pixel)}" y="${rowOf(pixel)}" width="1" height="1" opacity="${short(0.15 + 0.85 * strength)}"/>`;
  });
  const ring =
    centre === undefined
      ? ''
      : `<circle class="centre" cx="${columnOf(centre) + 0.5}" cy="${rowOf(centre) + 0.5}" r="1"/>`;
  return `<svg class="field" viewBox="0 0 ${SIDE} ${SIDE}" role="img" aria-label="${escapeHtml(label)}"><title>${escapeHtml(label)}</title>${rects.join('')}${ring}</svg>`;
}

export interface Series {
  readonly name: string;
  /** Class that colours it. */
  readonly style: string;
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

  const grid = yTicks.map(
    (t) =>
      `<line class="grid" x1="${left}" x2="${width - right}" y1="${short(sy(t))}" y2="${short(sy(t))}"/><text class="tick" x="${left - 8}" y="${short(sy(t) + 4)}" text-anchor="end">${escapeHtml(format(t))}</text>`,
  );
  const marks = xTicks
    .filter((t) => t <= xEnd)
    .map(
      (t) =>
        `<text class="tick" x="${short(sx(t))}" y="${height - bottom + 18}" text-anchor="middle">${short(t)}</text>`,
    );
  const lines = series.map(({ name, style, points }) => {
    const path = points.map(([px, py], i) => `${i ? 'L' : 'M'}${short(sx(px))} ${short(sy(py))}`).join('');
    const dots = points.map(
      ([px, py]) =>
        `<circle cx="${short(sx(px))}" cy="${short(sy(py))}" r="3"><title>${escapeHtml(`${name}, ${x} ${short(px)}: ${format(py)}`)}</title></circle>`,
    );
    return `<g class="series ${style}"><path d="${path}"/>${dots.join('')}</g>`;
  });
  return `<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(title)}">${grid.join('')}${marks.join('')}<text class="tick" x="${short((left + width - right) / 2)}" y="${height - 4}" text-anchor="middle">${escapeHtml(x)}</text>${lines.join('')}</svg>`;
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

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);
}

/** At most two decimals, to keep the page small. */
function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}
