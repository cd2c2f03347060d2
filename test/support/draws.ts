/** Seeded numbers for test data: a generator of the tests' own, so that no kernel makes its own input. */
export class Draws {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** 32 random bits (mulberry32). */
  word(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** Uniform in [0, 1). */
  unit(): number {
    return this.word() / 2 ** 32;
  }

  /** An integer in [0, n). */
  below(n: number): number {
    return Math.floor(this.unit() * n);
  }

  /** A float of either sign between 2^-4 and 2^4, or now and then a zero of either sign: sums of these show their order in the last bits. */
  float(): number {
    const sign = this.word() & 1 ? -1 : 1;
    return this.below(16) === 0 ? sign * 0 : Math.fround(sign * (1 + this.unit()) * 2 ** (this.below(8) - 4));
  }

  floats(length: number): Float32Array {
    return Float32Array.from({ length }, () => this.float());
  }

  /** Row-major [rows][columns], rows `stride` apart; what lies between rows is NaN, so that reading it shows. */
  matrix(rows: number, columns: number, stride = columns): Float32Array {
    const out = new Float32Array(rows * stride).fill(Number.NaN);
    for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[r * stride + c] = this.float();
    return out;
  }

  permutation(n: number): Int32Array {
    const out = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [out[i], out[j]] = [out[j]!, out[i]!];
    }
    return out;
  }
}
