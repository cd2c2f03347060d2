import type { LayerOrigin } from 'espalier';
import { PIXELS, type Shuffle, SIDE } from '../data.js';

/** An edge of the tree, put back to where its two pixels are in the image. */
export interface PlacedEdge {
  readonly from: number;
  readonly to: number;
  /** Nats. */
  readonly information: number;
  /** The pixels are neighbours in the image: beside, above or corner to corner. */
  readonly touching: boolean;
  /** One end is a pixel that never changes: it tells nothing, but a tree must hang it somewhere. */
  readonly blank: boolean;
}

export interface TouchingCount {
  readonly edges: number;
  readonly touching: number;
  /** Of the edges between pixels that change. */
  readonly informative: number;
  readonly informativeTouching: number;
}

export const rowOf = (pixel: number) => Math.floor(pixel / SIDE);
export const columnOf = (pixel: number) => pixel % SIDE;

/** Whether two different pixels are among each other's eight neighbours. */
export function touches(p: number, q: number): boolean {
  return p !== q && Math.abs(rowOf(p) - rowOf(q)) <= 1 && Math.abs(columnOf(p) - columnOf(q)) <= 1;
}

/** Edges over shuffled columns, as edges over pixels. `litShare` says in which share of the rows each pixel is lit. */
export function placeEdges(edges: LayerOrigin['edges'], shuffle: Shuffle, litShare: Float64Array): PlacedEdge[] {
  const constant = (pixel: number) => litShare[pixel] === 0 || litShare[pixel] === 1;
  return edges.map(([a, b, information]) => {
    const from = shuffle[a]!;
    const to = shuffle[b]!;
    return { from, to, information, touching: touches(from, to), blank: constant(from) || constant(to) };
  });
}

export function countTouching(edges: readonly PlacedEdge[]): TouchingCount {
  const count = { edges: edges.length, touching: 0, informative: 0, informativeTouching: 0 };
  for (const { touching, blank } of edges) {
    if (touching) count.touching++;
    if (blank) continue;
    count.informative++;
    if (touching) count.informativeTouching++;
  }
  return count;
}

/** Share of all pairs of pixels that touch: what a blind guess would get right. */
export function touchingByChance(): number {
  const beside = 2 * SIDE * (SIDE - 1);
  const corner = 2 * (SIDE - 1) ** 2;
  return (beside + corner) / ((PIXELS * (PIXELS - 1)) / 2);
}

/** Which column each pixel became: the shuffle, read backwards. */
export function columnOfPixel(shuffle: Shuffle): Int32Array {
  const column = new Int32Array(shuffle.length);
  shuffle.forEach((pixel, c) => {
    column[pixel] = c;
  });
  return column;
}
