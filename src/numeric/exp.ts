// ln 2 in two parts, as in log.ts: the high one has 32 significant bits, so its product with an exponent is exact.
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

const bits = new DataView(new ArrayBuffer(8));

/**
 * e^x from + - * / and the bits of a double alone: the same bits in every engine, which Math.exp and ** do not promise. Error below 2 ulp.
 * Below -708 it is 0, above 709 Infinity.
 *
 * x = n ln 2 + r, |r| <= ln 2 / 2: the series of e^r to degree 14, whose rest is below 2^-60, times 2^n.
 */
export function exp(x: number): number {
  if (!(x >= -708)) return Number.isNaN(x) ? NaN : 0;
  if (x > 709) return Infinity;
  const n = Math.floor(x / (LN2_HIGH + LN2_LOW) + 0.5);
  const high = x - n * LN2_HIGH;
  const low = n * LN2_LOW;
  const r = high - low;
  let sum = 0;
  for (let degree = 14; degree >= 2; degree--) sum = (sum + 1) * (r / degree);
  // e^r = 1 + r (1 + r/2 (1 + ...)); what r lost by rounding comes last.
  const series = 1 + (r + (r * sum + (high - r - low)));
  bits.setUint32(0, (1023 + n) << 20);
  bits.setUint32(4, 0);
  return series * bits.getFloat64(0);
}
