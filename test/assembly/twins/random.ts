import { f } from './float.js';
import { cos, logFloat, sin } from './math.js';

const MASK = 0xffffffffn;

/** Philox 4x32-10 as its paper writes it (Salmon et al. 2011, section 4.2), in big integers. */
export function philox(counter: readonly number[], key: readonly number[]): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter.map(BigInt) as [bigint, bigint, bigint, bigint];
  let [k0, k1] = key.map(BigInt) as [bigint, bigint];
  for (let round = 0; round < 10; round++) {
    const product0 = 0xd2511f53n * c0;
    const product1 = 0xcd9e8d57n * c2;
    [c0, c1, c2, c3] = [(product1 >> 32n) ^ c1 ^ k0, product1 & MASK, (product0 >> 32n) ^ c3 ^ k1, product0 & MASK];
    k0 = (k0 + 0x9e3779b9n) & MASK;
    k1 = (k1 + 0xbb67ae85n) & MASK;
  }
  return [Number(c0), Number(c1), Number(c2), Number(c3)];
}

export interface Stream {
  readonly seed: number;
  readonly purpose: number;
  readonly step: number;
  readonly high?: number;
}

/** Words 16 first .. 16 (first + groups) of a stream: counter (block, step, high, 0), key (seed, purpose). */
export function randomBits(groups: number, first: number, { seed, purpose, step, high = 0 }: Stream): Uint32Array {
  const out = new Uint32Array(16 * groups);
  for (let block = 0; block < 4 * groups; block++) {
    out.set(philox([(first * 4 + block) >>> 0, step, high, 0], [seed, purpose]), 4 * block);
  }
  return out;
}

/** low + (top 24 bits of each word) (high - low) / 2^24. */
export function randomUniform(groups: number, low: number, high: number, first: number, stream: Stream): Float32Array {
  const scale = f(f(f(high) - f(low)) * 2 ** -24);
  return Float32Array.from(randomBits(groups, first, stream), (word) => f(f(low) + f((word >>> 8) * scale)));
}

/** Box-Muller: words i and i + 4 of each eight make radius and angle, the angle reduced to a quarter turn and a rest of at most an eighth. */
export function randomNormal(groups: number, first: number, stream: Stream): Float32Array {
  const words = randomBits(groups, first, stream);
  const out = new Float32Array(words.length);
  for (let i = 0; i < words.length; i++) {
    if (i % 8 >= 4) continue;
    const u = f(f(f(words[i]!) + 0.5) * 2 ** -32);
    const r = f(Math.sqrt(f(-2 * logFloat(u))));
    const w = words[i + 4]!;
    const quarter = Math.floor((w + 2 ** 29) / 2 ** 30);
    const angle = f(f(w - quarter * 2 ** 30) * f(Math.PI / 2 ** 31));
    const [s, c] = [sin(angle), cos(angle)];
    const turned = [
      [c, s],
      [-s, c],
      [-c, -s],
      [s, -c],
    ][quarter % 4]!;
    out[i] = f(r * turned[0]!);
    out[i + 4] = f(r * turned[1]!);
  }
  return out;
}

/** Fisher-Yates from the back; word i of the stream picks among the first n - i. */
export function randomPermutation(n: number, stream: Stream): Int32Array {
  const words = randomBits(Math.ceil(n / 16), 0, stream);
  const out = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Number((BigInt(words[n - 1 - i]!) * BigInt(i + 1)) >> 32n);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}

/** x = word < threshold ? 0 : x scale. */
export function dropout(x: Float32Array, threshold: number, scale: number, first: number, stream: Stream): void {
  const words = randomBits(Math.ceil(x.length / 16), first, stream);
  for (let i = 0; i < x.length; i++) x[i] = words[i]! < threshold ? 0 : f(x[i]! * f(scale));
}
