const bits = new DataView(new ArrayBuffer(8));

// ln 2 in two parts: the high one has 32 significant bits, so its product with an exponent is exact.
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/**
 * Natural logarithm from + - * / and the bits of a double alone: the same bits in every engine, which Math.log does not
 * promise. Error below 1 ulp.
 *
 * x = 2^k m with m in [sqrt 1/2, sqrt 2); f = m - 1, s = f / (2 + f), |s| < 0.172:
 * ln m = 2 atanh s = 2 s + s R, R = 2 (s^2 / 3 + s^4 / 5 + ...), cut where the rest is below 2^-60 of the sum.
 * Since 2 s = f - s f, it is summed as f - (f^2 / 2 - s (f^2 / 2 + R)), the large term last (fdlibm's e_log.c).
 */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  let exponent = 0;
  let normal = x;
  if (x < 2 ** -1022) {
    normal = x * 2 ** 54;
    exponent = -54;
  }
  bits.setFloat64(0, normal);
  const high = bits.getUint32(0);
  exponent += (high >>> 20) - 1023;
  bits.setUint32(0, (high & 0xfffff) | 0x3ff00000);
  let m = bits.getFloat64(0);
  if (m >= Math.SQRT2) {
    m /= 2;
    exponent++;
  }
  const f = m - 1;
  const s = f / (2 + f);
  const z = s * s;
  let r = 2 / 23;
  for (let denominator = 21; denominator >= 3; denominator -= 2) r = r * z + 2 / denominator;
  r *= z;
  const half = 0.5 * f * f;
  return exponent * LN2_HIGH - (half - (s * (half + r) + exponent * LN2_LOW) - f);
}
