const BYTES = new DataView(new ArrayBuffer(8));

/** Bits of a mantissa behind its first one. */
export const MANTISSA = 52;

/** The number in units of 2^-1074, of which every finite one is a whole number. */
export function unitsOf(x: number): bigint {
  BYTES.setFloat64(0, x);
  const high = BYTES.getUint32(0);
  const exponent = (high >>> 20) & 0x7ff;
  const fraction = (BigInt(high & 0xfffff) << 32n) | BigInt(BYTES.getUint32(4));
  const size = exponent === 0 ? fraction : (fraction | (1n << 52n)) << BigInt(exponent - 1);
  return x < 0 ? -size : size;
}

/** A sum in units of 2^-1074 by a count, rounded but once, to the nearest. */
export function meanOfUnits(sum: bigint, count: number): number {
  if (sum === 0n) return 0;
  const size = sum < 0n ? -sum : sum;
  const divisor = BigInt(count);
  // A quotient of 64 bits or 65, of which the last says whether anything is left.
  const shift = 64 - (bitsOf(size) - bitsOf(divisor));
  const dividend = shift > 0 ? size << BigInt(shift) : size;
  const scaled = shift < 0 ? divisor << BigInt(-shift) : divisor;
  const quotient = dividend / scaled;
  const exact = quotient * scaled === dividend;
  const rounded = timesPower(Number(exact ? quotient : quotient | 1n), -1074 - shift);
  return sum < 0n ? -rounded : rounded;
}

function bitsOf(x: bigint): number {
  return x.toString(2).length;
}

/** x 2^power, in steps that neither overflow nor lose bits where the result does not. */
function timesPower(x: number, power: number): number {
  if (power >= -1000) return x * 2 ** power;
  return x * 2 ** -1000 * 2 ** (power + 1000);
}

/** The largest number not above x whose mantissa has no one among its last `dropped` bits; of negative ones, so many less that they stay apart alike. */
export function floorBits(x: number, dropped: number): number {
  if (dropped === 0 || x === 0) return x;
  BYTES.setFloat64(0, x);
  const low = dropped >= 32 ? 0xffffffff : 2 ** dropped - 1;
  const high = dropped > 32 ? 2 ** (dropped - 32) - 1 : 0;
  const [a, b] = [BYTES.getUint32(0), BYTES.getUint32(4)];
  BYTES.setUint32(0, x < 0 ? a | high : a & ~high);
  BYTES.setUint32(4, x < 0 ? b | low : b & ~low);
  return BYTES.getFloat64(0);
}

/** The next larger finite number, or the next smaller one. */
export function nextTo(x: number, step: 1 | -1): number {
  if (x === 0) return step * Number.MIN_VALUE;
  BYTES.setFloat64(0, x);
  BYTES.setBigUint64(0, BYTES.getBigUint64(0) + (x > 0 === step > 0 ? 1n : -1n));
  return BYTES.getFloat64(0);
}
