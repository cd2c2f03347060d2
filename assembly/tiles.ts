import { sum4, transpose4 } from './simd';

// Moves between layouts, and pointwise passes. A tile is [features][32]: 32 rows of a batch side by side as lanes. A batch is tiles
// one after another; lanes past the batch's last row are padding, kept out of every gradient by the loss.

/** tile[u][lane] = rows[lane][u] + bias[u] for u in [0, units): rows lie ldr floats apart; bias may be 0 (none). */
export function rows_to_tile(tile: usize, rows: usize, bias: usize, ldr: i32, units: i32): void {
  const step = (<usize>ldr) << 2;
  let u = 0;
  for (; u + 4 <= units; u += 4) {
    const out = tile + ((<usize>u) << 7), at = rows + ((<usize>u) << 2);
    for (let lane: usize = 0; lane < 32; lane += 4) transpose4(out + (lane << 2), 128, at + lane * step, step);
  }
  for (; u < units; u++) {
    for (let lane: usize = 0; lane < 32; lane++) {
      store<f32>(tile + ((<usize>u) << 7) + (lane << 2), load<f32>(rows + lane * step + ((<usize>u) << 2)));
    }
  }
  if (bias) {
    for (u = 0; u < units; u++) {
      const b = v128.load32_splat(bias + ((<usize>u) << 2)), at = tile + ((<usize>u) << 7);
      for (let q: usize = 0; q < 128; q += 16) v128.store(at + q, f32x4.add(v128.load(at + q), b));
    }
  }
}

/** rows[lane][u] = tile[u][lane]: the way back; rows lie ldr floats apart. */
export function tile_to_rows(rows: usize, tile: usize, ldr: i32, units: i32): void {
  const step = (<usize>ldr) << 2;
  let u = 0;
  for (; u + 4 <= units; u += 4) {
    const at = tile + ((<usize>u) << 7), out = rows + ((<usize>u) << 2);
    for (let lane: usize = 0; lane < 32; lane += 4) transpose4(out + lane * step, step, at + (lane << 2), 128);
  }
  for (; u < units; u++) {
    for (let lane: usize = 0; lane < 32; lane++) {
      store<f32>(rows + lane * step + ((<usize>u) << 2), load<f32>(tile + ((<usize>u) << 7) + (lane << 2)));
    }
  }
}

/** tile[u][0..32) = value[u] for u in [0, units). */
export function tile_fill(tile: usize, value: usize, units: i32): void {
  for (let u: usize = 0; u < <usize>units; u++) {
    const v = v128.load32_splat(value + (u << 2)), at = tile + (u << 7);
    for (let q: usize = 0; q < 128; q += 16) v128.store(at + q, v);
  }
}

/** sum[u] += Σ_lane tile[u][lane] for u in [0, units): the gradient of a bias. */
export function tile_sums(sum: usize, tile: usize, units: i32): void {
  for (let u: usize = 0; u < <usize>units; u++) {
    const at = tile + (u << 7);
    let s = v128.load(at);
    for (let q: usize = 16; q < 128; q += 16) s = f32x4.add(s, v128.load(at + q));
    store<f32>(sum + (u << 2), load<f32>(sum + (u << 2)) + sum4(s));
  }
}

/** y[i] = max(0, y[i]) in place, n a multiple of 4. */
export function relu(y: usize, n: i32): void {
  const zero = f32x4.splat(0);
  for (const end = y + ((<usize>n) << 2); y < end; y += 16) v128.store(y, f32x4.pmax(zero, v128.load(y)));
}

/** d[i] = y[i] > 0 ? d[i] * scale : 0 in place, n a multiple of 4. y: output of relu, after dropout with that scale where there is one. */
export function relu_backward(d: usize, y: usize, n: i32, scale: f32): void {
  const zero = f32x4.splat(0), factor = f32x4.splat(scale);
  for (const end = d + ((<usize>n) << 2); d < end; d += 16, y += 16) {
    v128.store(d, v128.and(f32x4.gt(v128.load(y), zero), f32x4.mul(v128.load(d), factor)));
  }
}

/** word[u * step] = bits of the lanes in which tile[u] is above 0, lane 0 lowest, for u in [0, units). */
export function tile_signs(word: usize, tile: usize, step: i32, units: i32): void {
  const zero = f32x4.splat(0);
  for (let u = 0; u < units; u++) {
    let bits = 0;
    for (let lane = 0; lane < 32; lane += 4) bits |= i32x4.bitmask(f32x4.gt(v128.load(tile + ((<usize>lane) << 2)), zero)) << lane;
    store<i32>(word, bits);
    word += (<usize>step) << 2;
    tile += 128;
  }
}
