// The multiply-add peak of one core: fourteen chains that live in registers. Compiled by the benchmark, not in the package.

/** rounds x 14 chains x 4 lanes x 2 operations; c = c * b + a per chain. */
export function peak(out: usize, rounds: i32, x: f32, y: f32): void {
  const a = f32x4.splat(x), b = f32x4.splat(y);
  let c0 = a, c1 = b, c2 = f32x4.add(a, b), c3 = f32x4.add(c2, b), c4 = f32x4.add(c3, b), c5 = f32x4.add(c4, b);
  let c6 = f32x4.add(c5, b), c7 = f32x4.add(c6, b), c8 = f32x4.add(c7, b), c9 = f32x4.add(c8, b), c10 = f32x4.add(c9, b);
  let c11 = f32x4.add(c10, b), c12 = f32x4.add(c11, b), c13 = f32x4.add(c12, b);
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
    c12 = f32x4.add(f32x4.mul(c12, b), a);
    c13 = f32x4.add(f32x4.mul(c13, b), a);
  }
  v128.store(out, f32x4.add(f32x4.add(f32x4.add(c0, c1), f32x4.add(c2, c3)), f32x4.add(f32x4.add(c4, c5), f32x4.add(c6, c7))));
  v128.store(out, f32x4.add(f32x4.add(f32x4.add(c8, c9), f32x4.add(c10, c11)), f32x4.add(c12, c13)), 16);
}
