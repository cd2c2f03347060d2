// The multiply-add peak of one core: twelve chains that live in registers. Compiled by the benchmark, not in the package.
// Twelve and two constants make fourteen registers. V8 keeps one of the sixteen of x86-64 to itself, and a multiply-add that is not fused
// needs one more for its product: a thirteenth chain would be spilled to the stack and halve the figure.

/**
 * rounds x 12 chains x 4 lanes x 2 operations; c = c * b + a per chain. out: a chain each 32 bytes, which keeps V8 from widening pairs of them: the peak is that of
 * 128 bits under every flag.
 */
export function peak(out: usize, rounds: i32, x: f32, y: f32): void {
  const a = f32x4.splat(x), b = f32x4.splat(y);
  let c0 = a, c1 = b, c2 = f32x4.add(a, b), c3 = f32x4.add(c2, b), c4 = f32x4.add(c3, b), c5 = f32x4.add(c4, b);
  let c6 = f32x4.add(c5, b), c7 = f32x4.add(c6, b), c8 = f32x4.add(c7, b), c9 = f32x4.add(c8, b), c10 = f32x4.add(c9, b);
  let c11 = f32x4.add(c10, b);
  for (let i = 0; i < rounds; i++) {
    c0 = f32x4.add(f32x4.mul(c0, b), a);
    c1 = f32x4.add(f32x4.mul(c1, b), a);
    c2 = f32x4.add(f32x4.mul(c2, b), a);
    c3 = f32x4.add(f32x4.mul(c3, b), a);
    c4 = f32x4.add(f32x4.mul(c4, b), a);
    c5 = f32x4.add(f32x4.mul(c5, b), a);
    c6 = f32x4.add(f32x4.mul(c6, b), a);
    c7 = f32x4.add(f32x4.mul(c7, b), a);
    c8 = f32x4.add(f32x4.mul(c8, b), a);
    c9 = f32x4.add(f32x4.mul(c9, b), a);
    c10 = f32x4.add(f32x4.mul(c10, b), a);
    c11 = f32x4.add(f32x4.mul(c11, b), a);
  }
  v128.store(out, c0);
  v128.store(out, c1, 32);
  v128.store(out, c2, 64);
  v128.store(out, c3, 96);
  v128.store(out, c4, 128);
  v128.store(out, c5, 160);
  v128.store(out, c6, 192);
  v128.store(out, c7, 224);
  v128.store(out, c8, 256);
  v128.store(out, c9, 288);
  v128.store(out, c10, 320);
  v128.store(out, c11, 352);
}
