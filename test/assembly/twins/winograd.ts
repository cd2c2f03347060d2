import { type Finish, finish } from './conv.js';
import { f, sum4 } from './float.js';

/** A 3x3 convolution of stride 1. */
export interface Shape {
  readonly n: number;
  readonly ci: number;
  readonly co: number;
  readonly h: number;
  readonly w: number;
  readonly pad: number;
}

/** [row][column] */
type Tile = number[][];
type Line = (...numbers: number[]) => number[];

// The points 0, ±A, ±B, and 1 / Π (p - q) over the other finite points q.
const [A, B] = [5 / 8, 3 / 2] as const;
const [A2, B2, A3, B3] = [A ** 2, B ** 2, A ** 3, B ** 3] as const;
const [PRODUCT, SUM] = [A2 * B2, A2 + B2] as const;
const [G0, GA, GB] = [f(1 / PRODUCT), f(1 / (2 * A2 * (A2 - B2))), f(1 / (2 * B2 * (B2 - A2)))] as const;

const combine = (p: number, x: number, q: number, y: number) => f(f(p * x) + f(q * y));

/** Bᵀ d */
function inputLine(d0: number, d1: number, d2: number, d3: number, d4: number, d5: number): number[] {
  const [even, odd] = [f(d4 - f(B2 * d2)), f(A * f(d3 - f(B2 * d1)))];
  const [even2, odd2] = [f(d4 - f(A2 * d2)), f(B * f(d3 - f(A2 * d1)))];
  const first = f(f(f(PRODUCT * d0) - f(SUM * d2)) + d4);
  const last = f(f(f(PRODUCT * d1) - f(SUM * d3)) + d5);
  return [first, f(even + odd), f(even - odd), f(even2 + odd2), f(even2 - odd2), last];
}

/** Aᵀ m */
function outputLine(m0: number, m1: number, m2: number, m3: number, m4: number, m5: number): number[] {
  const [sumA, sumB, differenceA, differenceB] = [f(m1 + m2), f(m3 + m4), f(m1 - m2), f(m3 - m4)];
  return [
    f(m0 + f(sumA + sumB)),
    combine(A, differenceA, B, differenceB),
    combine(A2, sumA, B2, sumB),
    f(combine(A3, differenceA, B3, differenceB) + m5),
  ];
}

/** A dy */
function gradientLine(y0: number, y1: number, y2: number, y3: number): number[] {
  const [even, odd] = [f(y0 + f(A2 * y2)), combine(A, y1, A3, y3)];
  const [even2, odd2] = [f(y0 + f(B2 * y2)), combine(B, y1, B3, y3)];
  return [y0, f(even + odd), f(even - odd), f(even2 + odd2), f(even2 - odd2), y3];
}

/** G g */
function weightLine(g0: number, g1: number, g2: number): number[] {
  const [even, odd] = [f(g0 + f(A2 * g2)), f(A * g1)];
  const [even2, odd2] = [f(g0 + f(B2 * g2)), f(B * g1)];
  const [a, b] = [f(GA * f(even + odd)), f(GA * f(even - odd))];
  return [f(G0 * g0), a, b, f(GB * f(even2 + odd2)), f(GB * f(even2 - odd2)), g2];
}

/** Gᵀ m */
function weightGradientLine(m0: number, m1: number, m2: number, m3: number, m4: number, m5: number): number[] {
  const [sumA, sumB] = [f(GA * f(m1 + m2)), f(GB * f(m3 + m4))];
  const [oddA, oddB] = [f(GA * f(m1 - m2)), f(GB * f(m3 - m4))];
  return [f(f(G0 * m0) + f(sumA + sumB)), combine(A, oddA, B, oddB), f(combine(A2, sumA, B2, sumB) + m5)];
}

function turned(tile: Tile): Tile {
  const columns: Tile = [];
  for (let c = 0; c < tile[0]!.length; c++) {
    const column: number[] = [];
    for (const row of tile) column.push(row[c]!);
    columns.push(column);
  }
  return columns;
}

/** Every row by the line, then every column of what that gives. */
function rowsFirst(line: Line, tile: Tile): Tile {
  return turned(turned(tile.map((row) => line(...row))).map((row) => line(...row)));
}
const columnsFirst = (line: Line, tile: Tile): Tile => turned(rowsFirst(line, turned(tile)));

/** `size` x `size` numbers of a plane [h][w] at `from` of `data`, zeros outside it. */
function cut(data: Float32Array, from: number, h: number, w: number, top: number, left: number, size: number): Tile {
  const tile: Tile = [];
  for (let row = top; row < top + size; row++) {
    const numbers: number[] = [];
    for (let column = left; column < left + size; column++) {
      const inside = row >= 0 && row < h && column >= 0 && column < w;
      numbers.push(inside ? data[from + row * w + column]! : 0);
    }
    tile.push(numbers);
  }
  return tile;
}

/** Upper left corners of an image's tiles of 4x4 outputs, row by row. */
function cornersOf({ h, w, pad }: Shape): [number, number][] {
  const corners: [number, number][] = [];
  for (let top = 0; top < h + 2 * pad - 2; top += 4) {
    for (let left = 0; left < w + 2 * pad - 2; left += 4) corners.push([top, left]);
  }
  return corners;
}

/** Bᵀ d B of one tile, [channel][36]. */
function inputTile(x: Float32Array, image: number, [top, left]: [number, number], shape: Shape): number[][] {
  const { ci, h, w, pad } = shape;
  return Array.from({ length: ci }, (_, c) =>
    rowsFirst(inputLine, cut(x, (image * ci + c) * h * w, h, w, top - pad, left - pad, 6)).flat(),
  );
}

/** u: [36][ceil(co / 4)][ci][4] = G g Gᵀ; w: [co][ci][3][3], or with flip [ci][co][3][3] with every filter turned by half a turn. */
export function winogradWeights(w: Float32Array, co: number, ci: number, flip: boolean): Float32Array {
  const panels = Math.ceil(co / 4);
  const u = new Float32Array(36 * panels * ci * 4);
  for (let o = 0; o < 4 * panels; o++) {
    for (let c = 0; c < ci; c++) {
      const at = 9 * (flip ? c * co + o : o * ci + c);
      // Filters past the last are transformed too: their zeros take the transform's signs.
      const taps = o < co ? [...w.subarray(at, at + 9)] : new Array<number>(9).fill(0);
      if (flip) taps.reverse();
      const tile = rowsFirst(weightLine, [taps.slice(0, 3), taps.slice(3, 6), taps.slice(6)]).flat();
      for (let e = 0; e < 36; e++) u[((e * panels + (o >> 2)) * ci + c) * 4 + (o % 4)] = tile[e]!;
    }
  }
  return u;
}

/** Sums over the channels from the first to the last; u: winogradWeights. */
export function winogradForward(x: Float32Array, u: Float32Array, shape: Shape, finishing: Finish = {}): Float32Array {
  const { n, ci, co, h, w, pad } = shape;
  const [oh, ow, panels] = [h + 2 * pad - 2, w + 2 * pad - 2, Math.ceil(co / 4)];
  const y = new Float32Array(n * co * oh * ow);
  for (let image = 0; image < n; image++) {
    for (const [top, left] of cornersOf(shape)) {
      const v = inputTile(x, image, [top, left], shape);
      for (let o = 0; o < co; o++) {
        const m: Tile = [[], [], [], [], [], []];
        for (let e = 0; e < 36; e++) {
          const from = (e * panels + (o >> 2)) * ci * 4 + (o % 4);
          let sum = 0;
          for (let c = 0; c < ci; c++) sum = f(sum + f(u[from + c * 4]! * v[c]![e]!));
          m[Math.floor(e / 6)]!.push(sum);
        }
        const tile = columnsFirst(outputLine, m);
        for (let row = top; row < Math.min(top + 4, oh); row++) {
          for (let column = left; column < Math.min(left + 4, ow); column++) {
            const at = ((image * co + o) * oh + row) * ow + column;
            y[at] = finish(tile[row - top]![column - left]!, o, at, finishing);
          }
        }
      }
    }
  }
  return y;
}

/** Groups of four tiles, and how many of them the gradient sums before it adds to what it has. */
export function gradientGroups(shape: Shape): { perImage: number; block: number } {
  const channels = 2 * Math.ceil(shape.ci / 2) + 4 * Math.ceil(shape.co / 4);
  return {
    perImage: Math.ceil(cornersOf(shape).length / 4),
    block: 2 * Math.max(4, Math.floor(1179648 / (1152 * channels))),
  };
}

/**
 * dw: [co][ci][3][3] = Gᵀ [ Σ over tiles of (A dy Aᵀ) ⊙ (Bᵀ d B) ] G. A group's four tiles go to four lanes; at the end of each block of groups
 * the lanes are joined and added to the blocks before.
 */
export function winogradGradient(x: Float32Array, dy: Float32Array, shape: Shape): Float32Array {
  const { n, ci, co, h, w, pad } = shape;
  const [oh, ow] = [h + 2 * pad - 2, w + 2 * pad - 2];
  const { perImage, block } = gradientGroups(shape);
  const corners = cornersOf(shape);
  const sums = new Float32Array(co * ci * 36);
  const lanes = new Float32Array(sums.length * 4);
  for (let group = 0; group < n * perImage; group++) {
    const [image, first] = [Math.floor(group / perImage), 4 * (group % perImage)];
    corners.slice(first, first + 4).forEach(([top, left], lane) => {
      const v = inputTile(x, image, [top, left], shape);
      for (let o = 0; o < co; o++) {
        const d = rowsFirst(gradientLine, cut(dy, (image * co + o) * oh * ow, oh, ow, top, left, 4)).flat();
        v.forEach((tile, c) => {
          const to = (o * ci + c) * 144 + lane;
          for (let e = 0; e < 36; e++) lanes[to + 4 * e]! += f(d[e]! * tile[e]!);
        });
      }
    });
    if ((group + 1) % block && group + 1 < n * perImage) continue;
    for (let i = 0; i < sums.length; i++) {
      sums[i]! += sum4(lanes[4 * i]!, lanes[4 * i + 1]!, lanes[4 * i + 2]!, lanes[4 * i + 3]!);
    }
    lanes.fill(0);
  }
  const dw = new Float32Array(co * ci * 9);
  for (let filter = 0; filter < co * ci; filter++) {
    const m = Array.from({ length: 6 }, (_, r) => [...sums.subarray(filter * 36 + r * 6, filter * 36 + r * 6 + 6)]);
    dw.set(columnsFirst(weightGradientLine, m).flat(), filter * 9);
  }
  return dw;
}
