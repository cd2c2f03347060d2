/** Bytes [b0, b1) of columns of `words` 64-bit words, a row of `stride` a byte. */
export function slicesOf(
  bits: Uint8Array,
  words: number,
  d: number,
  stride: number,
  b0: number,
  b1: number,
): Uint8Array {
  const slices = new Uint8Array((b1 - b0) * stride);
  for (let k = b0; k < b1; k++) for (let v = 0; v < d; v++) slices[(k - b0) * stride + v] = bits[v * 8 * words + k]!;
  return slices;
}

/** In how many rows of slices [s0, s1) columns a and b are both 1, bit by bit. */
export function bothOnes(slices: Uint8Array, stride: number, s0: number, s1: number, a: number, b: number): number {
  let count = 0;
  for (let s = s0; s < s1; s++)
    for (let bit = 0; bit < 8; bit++) count += (slices[s * stride + a]! >> bit) & (slices[s * stride + b]! >> bit) & 1;
  return count;
}
