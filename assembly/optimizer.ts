import { madd, nmadd } from './simd';

// Optimisers over flat blocks of n floats (n a multiple of 4); a step is one pass; and a look at whether they went astray.

/**
 * SGD (Sutskever et al. 2013, as PyTorch writes it): g = grad + l2 p; v = momentum v + g; p −= rate (nesterov ? g + momentum v : v).
 */
export function sgd(p: usize, grad: usize, v: usize, n: i32, rate: f32, momentum: f32, nesterov: i32, l2: f32): void {
  const r = f32x4.splat(rate), m = f32x4.splat(momentum), w = f32x4.splat(l2);
  for (const end = p + ((<usize>n) << 2); p < end; p += 16, grad += 16, v += 16) {
    const x = v128.load(p);
    const g = madd(w, x, v128.load(grad));
    const velocity = madd(m, v128.load(v), g);
    v128.store(v, velocity);
    const step = nesterov ? madd(m, velocity, g) : velocity;
    v128.store(p, nmadd(r, step, x));
  }
}

/**
 * Adam (Kingma and Ba 2015, algorithm 1): m = β1 m + (1−β1) g, v = β2 v + (1−β2) g², p −= stepSize m / (√v · rootScale + ε), where the
 * caller folds the bias corrections: stepSize = rate / (1 − β1^t), rootScale = 1 / √(1 − β2^t). g = grad + l2 p; p is first multiplied
 * by `shrink` (1 − rate · decay: decoupled weight decay, Loshchilov and Hutter 2019; 1 for none).
 */
export function adam(
  p: usize, grad: usize, m: usize, v: usize, n: i32,
  stepSize: f32, rootScale: f32, beta1: f32, beta2: f32, epsilon: f32, l2: f32, shrink: f32,
): void {
  const b1 = f32x4.splat(beta1), b2 = f32x4.splat(beta2), c1 = f32x4.splat(1 - beta1), c2 = f32x4.splat(1 - beta2);
  const step = f32x4.splat(stepSize), root = f32x4.splat(rootScale), eps = f32x4.splat(epsilon), w = f32x4.splat(l2), s = f32x4.splat(shrink);
  for (const end = p + ((<usize>n) << 2); p < end; p += 16, grad += 16, m += 16, v += 16) {
    const x = v128.load(p);
    const g = madd(w, x, v128.load(grad));
    const mean = madd(c1, g, f32x4.mul(b1, v128.load(m)));
    const square = madd(c2, f32x4.mul(g, g), f32x4.mul(b2, v128.load(v)));
    v128.store(m, mean);
    v128.store(v, square);
    const denominator = f32x4.add(f32x4.mul(f32x4.sqrt(square), root), eps);
    v128.store(p, f32x4.sub(f32x4.mul(x, s), f32x4.div(f32x4.mul(step, mean), denominator)));
  }
}

/** 1 where all n numbers of x are finite, else 0; n a multiple of 4. */
export function all_finite(x: usize, n: i32): i32 {
  // A number times 0 is 0, or NaN where it is not finite.
  const zero = f32x4.splat(0);
  let sum = zero;
  for (const end = x + ((<usize>n) << 2); x < end; x += 16) sum = f32x4.add(sum, f32x4.mul(v128.load(x), zero));
  return v128.any_true(f32x4.ne(sum, sum)) ? 0 : 1;
}
