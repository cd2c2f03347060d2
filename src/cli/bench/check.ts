/** Throws unless every number is within `tolerance` times the largest wanted one. */
export function requireClose(name: string, got: ArrayLike<number>, wanted: ArrayLike<number>, tolerance = 1e-5): void {
  if (got.length !== wanted.length) throw new Error(`${name}: expected ${wanted.length} numbers, got ${got.length}`);
  let largest = 0;
  for (let i = 0; i < wanted.length; i++) largest = Math.max(largest, Math.abs(wanted[i]!));
  if (!(largest > 0)) throw new Error(`${name}: expected something else than zeros to compare with`);
  for (let i = 0; i < wanted.length; i++) {
    if (!(Math.abs(got[i]! - wanted[i]!) <= tolerance * largest)) {
      throw new Error(`${name}: expected ${wanted[i]} at ${i}, got ${got[i]}`);
    }
  }
}

/** Seeded numbers for benchmark data (mulberry32), uniform in [0, 1). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function randomFloats(length: number, random: () => number, low = -1, high = 1): Float32Array {
  return Float32Array.from({ length }, () => low + (high - low) * random());
}

let sunk = 0;

/** Uses a number, so that no engine may find its computation idle. */
export function sink(value: number): void {
  sunk += value;
}

export function sinkTotal(): number {
  return sunk;
}
