import { transpose4 } from './simd';
import { sddmm } from './sparse';

// A dense autoencoder over sparse input rows, made to skip hidden units that are off. Weights lie in strips of 32 features, [feature / 32][unit][32], so that one
// active (row, unit) pair is a multiply-add over 32 features, and the reconstruction error lies in strips too, [feature / 32][row][32].

/**
 * start[s], unit[e], value[e]: the units with h > 0 of each row of a batch, units rising. h: tiles of [tileUnits][32], of which the first `units` are read;
 * rows = tiles * 32. Returns the number of entries.
 */
export function collect_active(start: usize, unit: usize, value: usize, h: usize, tileUnits: i32, units: i32, tiles: i32): i32 {
  let size = 0;
  for (let s = 0; s < tiles << 5; s++) {
    store<i32>(start + ((<usize>s) << 2), size);
    const at = h + <usize>(s >> 5) * ((<usize>tileUnits) << 7) + ((<usize>(s & 31)) << 2);
    for (let u = 0; u < units; u++) {
      const x = load<f32>(at + ((<usize>u) << 7));
      if (x > 0) {
        store<i32>(unit + ((<usize>size) << 2), u);
        store<f32>(value + ((<usize>size) << 2), x);
        size++;
      }
    }
  }
  store<i32>(start + ((<usize>(tiles << 5)) << 2), size);
  return size;
}

/** d[u][lane] = scale * dvalue[e] for each active entry, 0 elsewhere; dvalue is scaled in place too. d: tiles of [tileUnits][32], `units` of them written. */
export function scatter_active(d: usize, start: usize, unit: usize, dvalue: usize, tileUnits: i32, units: i32, tiles: i32, scale: f32): void {
  const tileBytes = (<usize>tileUnits) << 7;
  for (let t: usize = 0; t < <usize>tiles; t++) memory.fill(d + t * tileBytes, 0, (<usize>units) << 7);
  for (let s = 0; s < tiles << 5; s++) {
    const at = d + <usize>(s >> 5) * tileBytes + ((<usize>(s & 31)) << 2);
    const end = load<i32>(start + ((<usize>s) << 2), 4);
    for (let e = load<i32>(start + ((<usize>s) << 2)); e < end; e++) {
      const x = load<f32>(dvalue + ((<usize>e) << 2)) * scale;
      store<f32>(dvalue + ((<usize>e) << 2), x);
      store<f32>(at + ((<usize>load<i32>(unit + ((<usize>e) << 2))) << 7), x);
    }
  }
}

/** y[u][lane] += Σ_f x[lane][f] * weight (f, u) in strips, for the batch rows row0 .. row0 + 31 of one tile. */
export function strip_rows_forward(y: usize, rowStart: usize, rowIndex: usize, rowValue: usize, weight: usize, units: i32, row0: i32): void {
  for (let lane = 0; lane < 32; lane++) {
    const end = load<i32>(rowStart + ((<usize>(row0 + lane)) << 2), 4);
    for (let e = load<i32>(rowStart + ((<usize>(row0 + lane)) << 2)); e < end; e++) {
      const x = load<f32>(rowValue + ((<usize>e) << 2));
      if (x == 0) continue;
      const f = load<i32>(rowIndex + ((<usize>e) << 2));
      let w = weight + <usize>(f >> 5) * ((<usize>units) << 7) + ((<usize>(f & 31)) << 2);
      let out = y + ((<usize>lane) << 2);
      for (let u = 0; u < units; u++) {
        store<f32>(out, load<f32>(out) + x * load<f32>(w));
        out += 128;
        w += 128;
      }
    }
  }
}

/** dweight (f, u) += Σ_s x[s][f] * dvalue of (s, u), over the active entries of the batch rows, for features [feature0, feature1). */
export function strip_columns_backward(
  dweight: usize, columnStart: usize, columnRow: usize, columnPlace: usize, value: usize, start: usize, unit: usize, dvalue: usize,
  units: i32, feature0: i32, feature1: i32,
): void {
  for (let f = feature0; f < feature1; f++) {
    const end = load<i32>(columnStart + ((<usize>f) << 2), 4);
    const column = dweight + <usize>(f >> 5) * ((<usize>units) << 7) + ((<usize>(f & 31)) << 2);
    for (let e = load<i32>(columnStart + ((<usize>f) << 2)); e < end; e++) {
      const x = load<f32>(value + ((<usize>load<i32>(columnPlace + ((<usize>e) << 2))) << 2));
      if (x == 0) continue;
      const s = start + ((<usize>load<i32>(columnRow + ((<usize>e) << 2))) << 2), a1 = load<i32>(s, 4);
      for (let a = load<i32>(s); a < a1; a++) {
        const at = column + ((<usize>load<i32>(unit + ((<usize>a) << 2))) << 7);
        store<f32>(at, load<f32>(at) + x * load<f32>(dvalue + ((<usize>a) << 2)));
      }
    }
  }
}

/**
 * dvalue[e] = Σ_f error[s][f] * weight (f, u) for the active entries e = (s, u) of rows [row0, row1), strip by strip. error: [strips][stripRows][32].
 * scratch: 128 bytes.
 */
export function strip_dots(
  dvalue: usize, start: usize, unit: usize, error: usize, weight: usize, scratch: usize, strips: i32, stripRows: i32, units: i32,
  row0: i32, row1: i32,
): void {
  const e0 = (<usize>load<i32>(start + ((<usize>row0) << 2))) << 2, e1 = (<usize>load<i32>(start + ((<usize>row1) << 2))) << 2;
  memory.fill(dvalue + e0, 0, e1 - e0);
  for (let b = 0; b < strips; b++) {
    sddmm(dvalue, start, unit, error, weight, scratch, 32, 32, row0, row1, 32);
    error += (<usize>stripRows) << 7;
    weight += (<usize>units) << 7;
  }
}

/**
 * Adds two halves of a reconstruction and leaves the scaled error in both layouts: e = scale * (tile[f][s] + half[s][f]), 0 for rows at or past
 * `live`. tile: [32 strips][32] for one tile of 32 rows; half: strip b at half + b * stripRows * 128, this tile's 32 rows first. strips: features / 32.
 * Returns Σ (error before scaling)².
 */
export function merge_strips(tile: usize, half: usize, strips: i32, stripRows: i32, live: i32, scale: f32, scratch: usize): f64 {
  const factor = f32x4.splat(scale);
  let low = f64x2.splat(0), high = low;
  for (let b: usize = 0; b < <usize>strips; b++) {
    for (let f: usize = 0; f < 32; f += 4) {
      const t = tile + (((b << 5) + f) << 7);
      for (let s: usize = 0; s < 32; s += 4) {
        const p = half + ((b * <usize>stripRows + s) << 7) + (f << 2);
        transpose4(scratch, 16, t + (s << 2), 128);
        for (let r: usize = 0; r < 4; r++) {
          let error = f32x4.add(v128.load(scratch + (r << 4)), v128.load(p + (r << 7)));
          if (<i32>(s + r) >= live) error = f32x4.splat(0);
          const square = f32x4.mul(error, error);
          low = f64x2.add(low, f64x2.promote_low_f32x4(square));
          high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f32>(square, square, 2, 3, 0, 1)));
          v128.store(p + (r << 7), f32x4.mul(error, factor));
        }
        transpose4(t + (s << 2), 128, p, 128);
      }
    }
  }
  const sum = f64x2.add(low, high);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}
