import { madd, sum4, sum4x4 } from './simd';

// Products with a sparse matrix in compressed rows: row r owns entries start[r] .. start[r+1], entry e has column
// index[e] and value value[e]. The dense operands are rows of n contiguous floats, so an entry is one multiply-add over n
// lanes and a row's accumulators stay in registers. Where the values of a transposed walk live elsewhere, `place[e]` says
// at which index. All of Y = S·B, its gradient to B and its gradient to S are these three kernels.

/**
 * out[r][0..n) = (accumulate ? out[r] : bias ? bias[r] : 0) + Σ_e value[place ? place[e] : e] * b[index[e]][0..n), for r in [row0, row1). The sum is formed first.
 * ldo, ldb: distance of rows in floats. bias and place may be 0 (none).
 * SpMM; entries are added in the order they are stored.
 */
export function spmm(
  out: usize, start: usize, index: usize, value: usize, place: usize, b: usize, bias: usize,
  ldo: i32, ldb: i32, row0: i32, row1: i32, n: i32, accumulate: i32,
): void {
  const oStep = (<usize>ldo) << 2, bStep = (<usize>ldb) << 2;
  let j = 0;
  for (; j + 32 <= n; j += 32) {
    const oj = out + ((<usize>j) << 2), bj = b + ((<usize>j) << 2);
    if (place) {
      if (accumulate) placed_rows32(oj, start, index, value, place, bj, 0, oStep, bStep, row0, row1, 1);
      else placed_rows32(oj, start, index, value, place, bj, bias, oStep, bStep, row0, row1, 0);
      continue;
    }
    for (let r = row0; r < row1; r++) {
      const at = index + ((<usize>load<u32>(start + ((<usize>r) << 2))) << 2);
      const end = index + ((<usize>load<u32>(start + ((<usize>r) << 2), 4)) << 2);
      const o = oj + <usize>r * oStep, v = value + (at - index);
      if (accumulate) row32(at, end, v, bj, bStep, o, f32x4.splat(0), 1);
      else row32(at, end, v, bj, bStep, o, bias ? v128.load32_splat(bias + ((<usize>r) << 2)) : f32x4.splat(0), 0);
    }
  }
  if (j == n) return;
  for (let r = row0; r < row1; r++) {
    const e0 = load<i32>(start + ((<usize>r) << 2)), e1 = load<i32>(start + ((<usize>r) << 2), 4);
    const o = out + <usize>r * oStep;
    const first = bias ? v128.load32_splat(bias + ((<usize>r) << 2)) : f32x4.splat(0);
    let i = j;
    for (; i + 8 <= n; i += 8) row8(o + ((<usize>i) << 2), b + ((<usize>i) << 2), index, value, place, bStep, e0, e1, first, accumulate);
    for (; i < n; i++) {
      const oi = o + ((<usize>i) << 2), bi = b + ((<usize>i) << 2);
      let acc: f32 = 0;
      for (let e = e0; e < e1; e++) {
        const p = place ? load<i32>(place + ((<usize>e) << 2)) : e;
        acc += load<f32>(value + ((<usize>p) << 2)) * load<f32>(bi + <usize>load<i32>(index + ((<usize>e) << 2)) * bStep);
      }
      store<f32>(oi, (accumulate ? load<f32>(oi) : f32x4.extract_lane(first, 0)) + acc);
    }
  }
}

// V8 places a loop's arithmetic by the order of its locals, from the last back to the first, and loads in program order. Only where the two agree does a load
// stand beside its use; else all eight come first and the accumulators spill. So: last accumulator first, in a function of its own (two callers keep
// it from being inlined, which would renumber the locals), and what the loop needs among the first five parameters, which come in registers.
function row32(at: usize, end: usize, value: usize, b: usize, bStep: usize, o: usize, first: v128, accumulate: i32): void {
  let a0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let a2 = f32x4.splat(0);
  let a3 = f32x4.splat(0);
  let a4 = f32x4.splat(0);
  let a5 = f32x4.splat(0);
  let a6 = f32x4.splat(0);
  let a7 = f32x4.splat(0);
  while (at < end) {
    const s = v128.load32_splat(value);
    const x = b + <usize>load<u32>(at) * bStep;
    a7 = madd(s, v128.load(x, 112), a7);
    a6 = madd(s, v128.load(x, 96), a6);
    a5 = madd(s, v128.load(x, 80), a5);
    a4 = madd(s, v128.load(x, 64), a4);
    a3 = madd(s, v128.load(x, 48), a3);
    a2 = madd(s, v128.load(x, 32), a2);
    a1 = madd(s, v128.load(x, 16), a1);
    a0 = madd(s, v128.load(x), a0);
    at += 4;
    value += 4;
  }
  store32(o, first, accumulate, a0, a1, a2, a3, a4, a5, a6, a7);
}

/** A row's 32 sums to out, on top of what is there or of `first`. */
// @ts-ignore: decorator
@inline
function store32(
  o: usize, first: v128, accumulate: i32, a0: v128, a1: v128, a2: v128, a3: v128, a4: v128, a5: v128, a6: v128, a7: v128,
): void {
  v128.store(o, f32x4.add(accumulate ? v128.load(o) : first, a0));
  v128.store(o, f32x4.add(accumulate ? v128.load(o, 16) : first, a1), 16);
  v128.store(o, f32x4.add(accumulate ? v128.load(o, 32) : first, a2), 32);
  v128.store(o, f32x4.add(accumulate ? v128.load(o, 48) : first, a3), 48);
  v128.store(o, f32x4.add(accumulate ? v128.load(o, 64) : first, a4), 64);
  v128.store(o, f32x4.add(accumulate ? v128.load(o, 80) : first, a5), 80);
  v128.store(o, f32x4.add(accumulate ? v128.load(o, 96) : first, a6), 96);
  v128.store(o, f32x4.add(accumulate ? v128.load(o, 112) : first, a7), 112);
}

// The same for short rows, whose calls would cost as much as their entries: all rows at once, at the price of a spill.
function placed_rows32(
  out: usize, start: usize, index: usize, value: usize, place: usize, b: usize, bias: usize,
  oStep: usize, bStep: usize, row0: i32, row1: i32, accumulate: i32,
): void {
  for (let r: usize = row0; r < <usize>row1; r++) {
    const e0 = (<usize>load<u32>(start + (r << 2))) << 2;
    const end = index + ((<usize>load<u32>(start + (r << 2), 4)) << 2);
    let at = index + e0, p = place + e0;
    let a0 = f32x4.splat(0);
    let a1 = f32x4.splat(0);
    let a2 = f32x4.splat(0);
    let a3 = f32x4.splat(0);
    let a4 = f32x4.splat(0);
    let a5 = f32x4.splat(0);
    let a6 = f32x4.splat(0);
    let a7 = f32x4.splat(0);
    while (at < end) {
      const s = v128.load32_splat(value + ((<usize>load<u32>(p)) << 2));
      const x = b + <usize>load<u32>(at) * bStep;
      a7 = madd(s, v128.load(x, 112), a7);
      a6 = madd(s, v128.load(x, 96), a6);
      a5 = madd(s, v128.load(x, 80), a5);
      a4 = madd(s, v128.load(x, 64), a4);
      a3 = madd(s, v128.load(x, 48), a3);
      a2 = madd(s, v128.load(x, 32), a2);
      a1 = madd(s, v128.load(x, 16), a1);
      a0 = madd(s, v128.load(x), a0);
      at += 4;
      p += 4;
    }
    const o = out + r * oStep;
    const first = bias ? v128.load32_splat(bias + (r << 2)) : f32x4.splat(0);
    store32(o, first, accumulate, a0, a1, a2, a3, a4, a5, a6, a7);
  }
}

// @ts-ignore: decorator
@inline
function row8(o: usize, b: usize, index: usize, value: usize, place: usize, bStep: usize, e0: i32, e1: i32, first: v128, accumulate: i32): void {
  let a0 = f32x4.splat(0), a1 = a0;
  for (let e = e0; e < e1; e++) {
    const p = place ? load<i32>(place + ((<usize>e) << 2)) : e;
    const s = v128.load32_splat(value + ((<usize>p) << 2));
    const x = b + <usize>load<i32>(index + ((<usize>e) << 2)) * bStep;
    a0 = madd(s, v128.load(x), a0);
    a1 = madd(s, v128.load(x, 16), a1);
  }
  v128.store(o, f32x4.add(accumulate ? v128.load(o) : first, a0));
  v128.store(o, f32x4.add(accumulate ? v128.load(o, 16) : first, a1), 16);
}

/**
 * dvalue[e] += Σ_j a[r][j] * b[index[e]][j] over j in [0, n), for the entries e of rows [row0, row1): the gradient of spmm to its values.
 * lda, ldb: distance of rows in floats. n must be a multiple of 4. scratch: 64 bytes. SDDMM. Lanes are summed in blocks of 32, block by block.
 */
export function sddmm(
  dvalue: usize, start: usize, index: usize, a: usize, b: usize, scratch: usize, lda: i32, ldb: i32, row0: i32, row1: i32, n: i32,
): void {
  const bStep = (<usize>ldb) << 2;
  for (let r = row0; r < row1; r++) {
    const e0 = load<i32>(start + ((<usize>r) << 2)), e1 = load<i32>(start + ((<usize>r) << 2), 4);
    const ar = a + ((<usize>r * <usize>lda) << 2);
    let j = 0;
    for (; j + 32 <= n; j += 32) dots32(dvalue, index, ar + ((<usize>j) << 2), b + ((<usize>j) << 2), bStep, e0, e1, scratch);
    for (; j < n; j += 4) {
      const x = v128.load(ar + ((<usize>j) << 2));
      for (let e = e0; e < e1; e++) {
        const out = dvalue + ((<usize>e) << 2);
        const y = v128.load(b + ((<usize>j) << 2) + <usize>load<i32>(index + ((<usize>e) << 2)) * bStep);
        store<f32>(out, load<f32>(out) + sum4(f32x4.mul(x, y)));
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function dots32(dvalue: usize, index: usize, a: usize, b: usize, bStep: usize, e0: i32, e1: i32, scratch: usize): void {
  const a0 = v128.load(a), a1 = v128.load(a, 16), a2 = v128.load(a, 32), a3 = v128.load(a, 48);
  const a4 = v128.load(a, 64), a5 = v128.load(a, 80), a6 = v128.load(a, 96), a7 = v128.load(a, 112);
  // A hidden unit that is off for all 32 rows adds nothing.
  if (!v128.any_true(v128.or(v128.or(v128.or(a0, a1), v128.or(a2, a3)), v128.or(v128.or(a4, a5), v128.or(a6, a7))))) return;
  let at = index + ((<usize>e0) << 2), out = dvalue + ((<usize>e0) << 2);
  const end = index + ((<usize>e1) << 2), quads = at + ((<usize>(e1 - e0) & ~3) << 2);
  // Each sum goes through the scratch so that V8 finishes one connection before it loads for the next; without, it loads for all four and spills.
  while (at < quads) {
    v128.store(scratch, dot32(a0, a1, a2, a3, a4, a5, a6, a7, b + <usize>load<u32>(at) * bStep));
    v128.store(scratch, dot32(a0, a1, a2, a3, a4, a5, a6, a7, b + <usize>load<u32>(at, 4) * bStep), 16);
    v128.store(scratch, dot32(a0, a1, a2, a3, a4, a5, a6, a7, b + <usize>load<u32>(at, 8) * bStep), 32);
    v128.store(scratch, dot32(a0, a1, a2, a3, a4, a5, a6, a7, b + <usize>load<u32>(at, 12) * bStep), 48);
    const sums = sum4x4(v128.load(scratch), v128.load(scratch, 16), v128.load(scratch, 32), v128.load(scratch, 48));
    v128.store(out, f32x4.add(v128.load(out), sums));
    at += 16;
    out += 16;
  }
  while (at < end) {
    store<f32>(out, load<f32>(out) + sum4(dot32(a0, a1, a2, a3, a4, a5, a6, a7, b + <usize>load<u32>(at) * bStep)));
    at += 4;
    out += 4;
  }
}

// @ts-ignore: decorator
@inline
function dot32(a0: v128, a1: v128, a2: v128, a3: v128, a4: v128, a5: v128, a6: v128, a7: v128, x: usize): v128 {
  let s = f32x4.mul(a0, v128.load(x)), t = f32x4.mul(a1, v128.load(x, 16));
  s = madd(a2, v128.load(x, 32), s);
  t = madd(a3, v128.load(x, 48), t);
  s = madd(a4, v128.load(x, 64), s);
  t = madd(a5, v128.load(x, 80), t);
  s = madd(a6, v128.load(x, 96), s);
  t = madd(a7, v128.load(x, 112), t);
  return f32x4.add(s, t);
}
