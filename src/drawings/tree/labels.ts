import { textWidth } from '../text.js';

/** A label with its place: `turn` in degrees around (x, y). */
export interface Placed {
  vertex: number;
  text: string;
  x: number;
  y: number;
  turn: number;
  anchor: 'start' | 'middle' | 'end';
}

/** What is drawn already: dots, and the direction that leads away from the centre at each. */
export interface Marks {
  x: Float64Array;
  y: Float64Array;
  angle: Float64Array;
  radius: Float64Array;
  /** 1 where nothing lies beyond the dot, so that its label may go along the ray. */
  outward: Uint8Array;
}

/** Side of a cell of the map of taken places, pixels. */
const CELL = 3;

/**
 * At most `most` labels in the order given, each where it covers neither a dot nor an earlier label, within a square of `side`; the others are left out. A map of
 * cells says what is taken, so the time is that of painting the labels once.
 */
export function placeLabels(
  order: readonly number[],
  textOf: (vertex: number) => string,
  { x, y, angle, radius, outward }: Marks,
  side: number,
  font: number,
  most: number,
): Placed[] {
  const width = Math.ceil(side / CELL);
  const taken = new Uint8Array(width * width);
  const cell = (px: number, py: number) => Math.floor(py / CELL) * width + Math.floor(px / CELL);
  for (let v = 0; v < x.length; v++) {
    const r = radius[v]!;
    for (let py = y[v]! - r; py <= y[v]! + r; py += CELL / 2) {
      for (let px = x[v]! - r; px <= x[v]! + r; px += CELL / 2) taken[cell(px, py)] = 1;
    }
  }
  /** The cells under a strip from (px, py) in direction `along`, or undefined when one is taken or outside. */
  const strip = (px: number, py: number, along: number, length: number): number[] | undefined => {
    const [c, s] = [Math.cos(along), Math.sin(along)];
    const cells: number[] = [];
    for (let u = 0; u <= length; u += CELL / 1.5) {
      for (let w = -font * 0.55; w <= font * 0.55; w += CELL / 1.5) {
        const [qx, qy] = [px + u * c - w * s, py + u * s + w * c];
        if (qx < 2 || qy < 2 || qx >= side - 2 || qy >= side - 2) return undefined;
        const at = cell(qx, qy);
        if (taken[at]) return undefined;
        cells.push(at);
      }
    }
    return cells;
  };
  const placed: Placed[] = [];
  for (const vertex of order) {
    if (placed.length === most) break;
    const text = textOf(vertex);
    if (text.trim() === '') continue;
    const length = textWidth(text) * font;
    const gap = radius[vertex]! + font * 0.35 + CELL;
    const rays = [...(outward[vertex] ? [angle[vertex]!] : []), 0, Math.PI];
    for (const along of rays) {
      const start = { x: x[vertex]! + gap * Math.cos(along), y: y[vertex]! + gap * Math.sin(along) };
      const cells = strip(start.x, start.y, along, length);
      if (!cells) continue;
      for (const at of cells) taken[at] = 1;
      // On the left half the text would stand on its head: it is turned round and ends at its dot.
      const flipped = Math.cos(along) < 0;
      const turn = ((along + (flipped ? Math.PI : 0)) * 180) / Math.PI;
      placed.push({
        vertex,
        text,
        ...start,
        turn: Math.abs(Math.sin(along)) < 1e-9 ? 0 : turn,
        anchor: flipped ? 'end' : 'start',
      });
      break;
    }
  }
  return placed;
}
