import { f } from './float.js';

/** exp in f32: clamped to [-87, 88], n ln 2 taken off in two parts, Taylor series of degree 7. */
export function exp(x: number): number {
  const clamped = Math.max(-87, Math.min(88, x));
  const n = roundHalfEven(f(clamped * f(Math.LOG2E)));
  let r = f(clamped - f(n * f(0.693359375)));
  r = f(r - f(n * f(-2.1219444e-4)));
  let p = f(1 / 5040);
  for (const factorial of [720, 120, 24, 6, 2, 1, 1]) p = f(f(p * r) + f(1 / factorial));
  return f(p * 2 ** n);
}

function roundHalfEven(x: number): number {
  const low = Math.floor(x);
  if (x - low !== 0.5) return Math.round(x);
  return low % 2 === 0 ? low : low + 1;
}

/** ln in f32 for normal x: x = 2^k m with m in [√½, √2), ln m = 2 atanh((m - 1) / (m + 1)), series to degree 9. */
export function logFloat(x: number): number {
  let k = 0;
  let m = x;
  for (; m >= f(Math.SQRT2); m /= 2) k++;
  for (; m < f(Math.SQRT1_2); m *= 2) k--;
  const s = f(f(m - 1) / f(m + 1));
  const z = f(s * s);
  let p = f(2 / 9);
  for (const odd of [7, 5, 3]) p = f(f(p * z) + f(2 / odd));
  const rest = f(f(k * f(-2.1219444e-4)) + f(f(2 * s) + f(s * f(z * p))));
  return f(f(k * f(0.693359375)) + rest);
}

/** sin in f32 for |x| <= π/4. */
export function sin(x: number): number {
  const z = f(x * x);
  let p = f(1 / 362880);
  for (const factorial of [-5040, 120, -6]) p = f(f(p * z) + f(1 / factorial));
  return f(x + f(x * f(z * p)));
}

/** cos in f32 for |x| <= π/4. */
export function cos(x: number): number {
  const z = f(x * x);
  let p = f(-1 / 3628800);
  for (const factorial of [40320, -720, 24, -2]) p = f(f(p * z) + f(1 / factorial));
  return f(1 + f(z * p));
}

/** ln in f64 for normal x: x = 2^k m with m in (√½, √2], ln m = 2 atanh((m - 1) / (m + 1)), series to degree 23. */
export function log(x: number): number {
  let k = 0;
  let m = x;
  for (; m >= 2; m /= 2) k++;
  for (; m < 1; m *= 2) k--;
  if (m > Math.SQRT2) {
    m /= 2;
    k++;
  }
  const s = (m - 1) / (m + 1);
  const z = s * s;
  let p = 1 / 23;
  for (let odd = 21; odd >= 3; odd -= 2) p = p * z + 1 / odd;
  const rest = 2 * s + 2 * s * z * p;
  return k * 0.6931471803691238 + (k * 1.9082149292705877e-10 + rest);
}
