/** Half-precision numbers, little-endian, as the 32-bit floats that they are exactly: subnormal numbers, infinities and NaN with its bits too. */
export type Widen = (bytes: Uint8Array) => Float32Array<ArrayBuffer>;

/** IEEE 754 binary16: 5 bits of exponent, 10 of fraction. */
export const widenF16: Widen = (bytes) => widen(bytes, (half) => float16Bits(half));

/** The upper half of a 32-bit float. */
export const widenBF16: Widen = (bytes) => widen(bytes, (half) => half << 16);

function widen(bytes: Uint8Array, bitsOf: (half: number) => number): Float32Array<ArrayBuffer> {
  const bits = new Int32Array(bytes.length >> 1);
  for (let i = 0; i < bits.length; i++) bits[i] = bitsOf(bytes[2 * i]! | (bytes[2 * i + 1]! << 8));
  return new Float32Array(bits.buffer);
}

function float16Bits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 127 - 15) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // The highest bit of a subnormal fraction becomes the hidden one.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((127 - 14 - shift) << 23) | (((fraction << shift) & 1023) << 13);
}
