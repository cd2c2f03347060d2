import { clamp, element, title } from '#dist/drawings/svg.js';
import { PIXELS, SIDE } from '../data.js';
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
        return element('line', { 'data-a': from, 'data-b': to, x1, y1, x2, y2, 'stroke-width': width });
      });
    return element('g', { class: `edges ${name}` }, ...lines);
  });
  const dots = Array.from({ length: PIXELS }, (_, pixel) => {
    const [cx, cy] = place(pixel);
    const blank = litShare[pixel] === 0;
    const r = blank ? 0.7 : 0.9 + 1.3 * Math.sqrt(litShare[pixel]!);
    return element('circle', { class: blank ? 'blank' : undefined, cx, cy, r });
  });
  const box = { id: 'tree', viewBox: `0 0 ${SIDE * CELL} ${SIDE * CELL}`, role: 'img' };
  const label = 'The tree, drawn over the image grid';
  return element('svg', { ...box, 'aria-label': label }, ...layers, element('g', { class: 'pixels' }, ...dots));
}

export interface FieldCell {
  readonly pixel: number;
  /** From -1 to 1: the sign chooses the colour, the size the strength. */
  readonly value: number;
}

/** Cells of the 28 x 28 grid, maybe a ring around one of them, and below all the pixels `seen`. */
export function fieldDrawing(
  cells: readonly FieldCell[],
  label: string,
  centre?: number,
  seen: readonly number[] = [],
): string {
  const patch = seen.map((pixel) => `M${columnOf(pixel)} ${rowOf(pixel)}h1v1h-1z`).join('');
  const squares = cells.map(({ pixel, value }) =>
    element('rect', {
      class: value < 0 ? 'minus' : 'plus',
      ...{ x: columnOf(pixel), y: rowOf(pixel), width: 1, height: 1 },
      opacity: 0.15 + 0.85 * clamp(Math.abs(value), 0, 1),
    }),
  );
  const ring =
    centre === undefined
      ? []
      : [element('circle', { class: 'centre', cx: columnOf(centre) + 0.5, cy: rowOf(centre) + 0.5, r: 1 })];
  const box = { class: 'field', viewBox: `0 0 ${SIDE} ${SIDE}`, role: 'img', 'aria-label': label };
  return element(
    'svg',
    box,
    title(label),
    ...(patch ? [element('path', { class: 'seen', d: patch })] : []),
    ...squares,
    ...ring,
  );
}

export function tile(drawing: string, caption: string): string {
  return `<figure class="tile"><div>${drawing}</div><figcaption>${caption}</figcaption></figure>`;
}
