import { f, sumOf } from './float.js';

export interface Pool {
  readonly planes: number;
  readonly h: number;
  readonly w: number;
  readonly oh: number;
  readonly ow: number;
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
}

/** Calls `use` with each window, in order, and the places in x of its elements, row by row. */
function eachWindow(pool: Pool, use: (window: number, places: number[]) => void): void {
  const { planes, h, w, oh, ow, kernel, stride, pad } = pool;
  for (let p = 0; p < planes; p++) {
    for (let oy = 0; oy < oh; oy++) {
      for (let ox = 0; ox < ow; ox++) {
        const places: number[] = [];
        for (let ky = 0; ky < kernel; ky++) {
          for (let kx = 0; kx < kernel; kx++) {
            const [row, column] = [oy * stride - pad + ky, ox * stride - pad + kx];
            if (row >= 0 && row < h && column >= 0 && column < w) places.push((p * h + row) * w + column);
          }
        }
        use((p * oh + oy) * ow + ox, places);
      }
    }
  }
}

/** The first of the largest, or the last NaN; index counts within the plane. */
export function maxPoolForward(x: Float32Array, pool: Pool): { y: Float32Array; index: Int32Array } {
  const windows = pool.planes * pool.oh * pool.ow;
  const [y, index] = [new Float32Array(windows), new Int32Array(windows)];
  eachWindow(pool, (window, places) => {
    let winner = places[0]!;
    for (const place of places) if (x[place]! > x[winner]! || Number.isNaN(x[place])) winner = place;
    y[window] = x[winner]!;
    index[window] = winner % (pool.h * pool.w);
  });
  return { y, index };
}

export function maxPoolBackward(dy: Float32Array, index: Int32Array, planes: number, hw: number): Float32Array {
  const dx = new Float32Array(planes * hw);
  const windows = dy.length / planes;
  for (let i = 0; i < dy.length; i++) dx[Math.floor(i / windows) * hw + index[i]!]! += dy[i]!;
  return dx;
}

export function averagePoolForward(x: Float32Array, pool: Pool): Float32Array {
  const y = new Float32Array(pool.planes * pool.oh * pool.ow);
  eachWindow(pool, (window, places) => {
    y[window] = places.reduce((sum, place) => f(sum + x[place]!), 0) / pool.kernel ** 2;
  });
  return y;
}

export function averagePoolBackward(dy: Float32Array, pool: Pool): Float32Array {
  const dx = new Float32Array(pool.planes * pool.h * pool.w);
  eachWindow(pool, (window, places) => {
    for (const place of places) dx[place]! += f(dy[window]! / pool.kernel ** 2);
  });
  return dx;
}

export function globalAverageForward(x: Float32Array, planes: number, hw: number): Float32Array {
  return Float32Array.from({ length: planes }, (_, p) => sumOf(x.subarray(p * hw, (p + 1) * hw)) / hw);
}

export function globalAverageBackward(dy: Float32Array, hw: number): Float32Array {
  return Float32Array.from({ length: dy.length * hw }, (_, i) => dy[Math.floor(i / hw)]! / hw);
}
