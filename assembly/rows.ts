// Sparse input rows. A batch is compressed rows (start, index, value): row s of the batch is lane s % 32 of tile s / 32. `columns` means the
// same batch by feature: entries columnStart[f] .. columnStart[f+1], each a row and a value.
// A sparse layer's connections by feature: entries start[f] .. start[f+1], each a unit and the place of its weight.

/** Turns compressed rows into compressed columns, rows rising within a column. columnStart: i32[columns + 1]; place: where the entry stood. */
export function compress_columns(columnStart: usize, row: usize, place: usize, start: usize, index: usize, rows: i32, columns: i32): void {
  for (let c: usize = 0; c <= <usize>columns; c++) store<i32>(columnStart + (c << 2), 0);
  const entries = load<i32>(start + ((<usize>rows) << 2));
  for (let e: usize = 0; e < <usize>entries; e++) {
    const at = columnStart + ((<usize>load<i32>(index + (e << 2))) << 2);
    store<i32>(at, load<i32>(at, 4) + 1, 4);
  }
  for (let c: usize = 0; c < <usize>columns; c++) {
    const at = columnStart + (c << 2);
    store<i32>(at, load<i32>(at, 4) + load<i32>(at), 4);
  }
  // Fill back to front: each column's end moves down to its start, which leaves columnStart shifted by one; then shift it back.
  for (let r = rows - 1; r >= 0; r--) {
    const first = load<i32>(start + ((<usize>r) << 2));
    for (let e = load<i32>(start + ((<usize>r) << 2), 4) - 1; e >= first; e--) {
      const end = columnStart + ((<usize>load<i32>(index + ((<usize>e) << 2))) << 2);
      const to = load<i32>(end, 4) - 1;
      store<i32>(end, to, 4);
      store<i32>(row + ((<usize>to) << 2), r);
      store<i32>(place + ((<usize>to) << 2), e);
    }
  }
  for (let c: usize = 0; c < <usize>columns; c++) store<i32>(columnStart + (c << 2), load<i32>(columnStart + (c << 2), 4));
  store<i32>(columnStart + ((<usize>columns) << 2), entries);
}

/**
 * y[unit][lane] += Σ_f x[lane][f] * weight[place of (f, unit)] for the batch rows row0 .. row0 + live of one tile. y: [units][32], filled
 * with the biases before.
 */
export function sparse_rows_forward(
  y: usize, rowStart: usize, rowIndex: usize, rowValue: usize, start: usize, unit: usize, place: usize, weight: usize, row0: i32, live: i32,
): void {
  for (let lane = 0; lane < live; lane++) {
    const out = y + ((<usize>lane) << 2);
    const e1 = load<i32>(rowStart + ((<usize>(row0 + lane)) << 2), 4);
    for (let e = load<i32>(rowStart + ((<usize>(row0 + lane)) << 2)); e < e1; e++) {
      const x = load<f32>(rowValue + ((<usize>e) << 2));
      if (x == 0) continue;
      const f = start + ((<usize>load<i32>(rowIndex + ((<usize>e) << 2))) << 2);
      const c1 = load<i32>(f, 4);
      for (let c = load<i32>(f); c < c1; c++) {
        const at = out + ((<usize>load<i32>(unit + ((<usize>c) << 2))) << 7);
        const w = load<f32>(weight + ((<usize>load<i32>(place + ((<usize>c) << 2))) << 2));
        store<f32>(at, load<f32>(at) + w * x);
      }
    }
  }
}

/**
 * dweight[place of (f, unit)] += Σ_s x[s][f] * dy[s][unit], for features [feature0, feature1). dy: tiles of [tileUnits][32], one after another.
 */
export function sparse_rows_backward(
  dweight: usize, columnStart: usize, columnRow: usize, columnPlace: usize, value: usize, start: usize, unit: usize, place: usize, dy: usize,
  tileUnits: i32, feature0: i32, feature1: i32,
): void {
  const tileBytes = (<usize>tileUnits) << 7;
  for (let f = feature0; f < feature1; f++) {
    const e0 = load<i32>(columnStart + ((<usize>f) << 2)), e1 = load<i32>(columnStart + ((<usize>f) << 2), 4);
    if (e0 == e1) continue;
    const c1 = load<i32>(start + ((<usize>f) << 2), 4);
    for (let c = load<i32>(start + ((<usize>f) << 2)); c < c1; c++) {
      const d = dy + ((<usize>load<i32>(unit + ((<usize>c) << 2))) << 7);
      let sum: f32 = 0;
      for (let e = e0; e < e1; e++) {
        const s = load<i32>(columnRow + ((<usize>e) << 2));
        const x = load<f32>(value + ((<usize>load<i32>(columnPlace + ((<usize>e) << 2))) << 2));
        sum += x * load<f32>(d + <usize>(s >> 5) * tileBytes + ((<usize>(s & 31)) << 2));
      }
      const at = dweight + ((<usize>load<i32>(place + ((<usize>c) << 2))) << 2);
      store<f32>(at, load<f32>(at) + sum);
    }
  }
}

/**
 * tiles[f][s] += factor * x[s][f] for features [feature0, feature1) and the batch rows of tiles [tile0, tile1). tiles: [tileUnits][32], one after another,
 * of which the first is tile 0.
 */
export function columns_add_to_tiles(
  tiles: usize, tileUnits: i32, columnStart: usize, columnRow: usize, columnPlace: usize, value: usize, factor: f32,
  tile0: i32, tile1: i32, feature0: i32, feature1: i32,
): void {
  const tileBytes = (<usize>tileUnits) << 7;
  for (let f = feature0; f < feature1; f++) {
    const e1 = load<i32>(columnStart + ((<usize>f) << 2), 4);
    for (let e = load<i32>(columnStart + ((<usize>f) << 2)); e < e1; e++) {
      const s = load<i32>(columnRow + ((<usize>e) << 2)), t = s >> 5;
      if (t < tile0 || t >= tile1) continue;
      const at = tiles + <usize>t * tileBytes + ((<usize>f) << 7) + ((<usize>(s & 31)) << 2);
      const x = load<f32>(value + ((<usize>load<i32>(columnPlace + ((<usize>e) << 2))) << 2));
      store<f32>(at, load<f32>(at) + factor * x);
    }
  }
}
