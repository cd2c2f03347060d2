import { log } from '../numeric/log.js';

/** Of rows without replacement: how many there are, how many were drawn, and the natural logarithm of how much rarer than 1 it is to be wrong about a cell on one side; Infinity for certainty. */
export interface Drawn {
  readonly rows: number;
  readonly drawn: number;
  readonly nats: number;
}

/** Mutual information of one pair, nats: within [lower, upper] but for the stated risk, and at most `sure`. */
export interface Bounds {
  lower: number;
  upper: number;
  sure: number;
}

/** A variable: its states in all rows, their logarithms, and in the rows drawn. */
export interface Margin {
  readonly all: Int32Array;
  readonly logs: Float64Array;
  readonly drawn: Int32Array;
}

export function marginOf(all: Int32Array, drawn: Int32Array): Margin {
  return { all, logs: Float64Array.from(all, (k) => (k > 0 ? log(k) : 0)), drawn };
}

/** Wider than any rounding, and than the nats that the kernels take for none. */
const SLACK = 1e-12;
const WIDER = 1 + 2 ** -22;

/**
 * Bounds of I from a table of counts [a][b] over the rows drawn, where both margins are known of all rows.
 *
 * A cell of c rows of the m drawn, of K among all n, p = c / m, x = nats / m, is bounded by the binomial tail, which is no lighter without replacement (Hoeffding 1963, theorem 4):
 * exp(-m KL(p, K / n)), with KL(p, q) >= (p - q)² / (2 max(p, q)), of the cell and of its complement; and by Serfling (1974): |p - K / n| <= sqrt(x (1 - (m - 1) / n) / 2). For sure
 * what is left of both margins bounds it. I is the sum over cells of φ(K) = K ln(K n / (A B)) - K + A B / n, each convex, at least 0, and 0 where K = A B / n; in a table of 2 x 2 one cell
 * is all, and I itself is convex in it.
 *
 * @param T k ln k for k from 0 to n
 */
export function boundsOf(
  joint: Int32Array,
  at: number,
  a: Margin,
  b: Margin,
  given: Drawn,
  T: Float64Array,
  out: Bounds,
): void {
  const { rows: n, drawn: m, nats } = given;
  const [ka, kb] = [a.all.length, b.all.length];
  const one = ka === 2 && kb === 2;
  const risky = nats < Number.POSITIVE_INFINITY;
  const x = nats / m;
  const serfling = Math.sqrt(0.5 * x * (1 - (m - 1) / n));
  const logN = log(n);
  let [lower, upper, sure] = [0, 0, 0];
  for (let i = one ? 1 : 0; i < ka; i++) {
    const [A, restA] = [a.all[i]!, a.all[i]! - a.drawn[i]!];
    for (let j = one ? 1 : 0; j < kb; j++) {
      const [B, restB] = [b.all[j]!, b.all[j]! - b.drawn[j]!];
      const c = joint[at + i * kb + j]!;
      const least = c + Math.max(0, restA + restB - (n - m));
      const most = c + Math.min(restA, restB);
      const p = c / m;
      const q = 1 - p;
      const above = Math.min(x + Math.sqrt(x * x + 2 * p * x), Math.sqrt(2 * q * x), serfling);
      const below = Math.min(Math.sqrt(2 * p * x), x + Math.sqrt(x * x + 2 * q * x), serfling);
      // A count is whole; a little more is let in than the formulas say.
      const low = risky ? Math.max(least, Math.min(most, Math.ceil((p - below) * n - 1e-6))) : least;
      const high = risky ? Math.min(most, Math.max(least, Math.floor((p + above) * n + 1e-6))) : most;
      const middle = (A * B) / n;
      const rate = a.logs[i]! + b.logs[j]! - logN;
      const value = one
        ? (k: number) =>
            T[k]! + T[A - k]! + (T[B - k]! + T[n - A - B + k]!) - (T[A]! + T[n - A]!) - (T[B]! + T[n - B]!) + T[n]!
        : (k: number) => T[k]! - k * rate - k + middle;
      upper += Math.max(value(low), value(high));
      sure += Math.max(value(least), value(most));
      if (middle < low) lower += value(low);
      else if (middle > high) lower += value(high);
    }
  }
  out.lower = Math.max(0, lower / n / WIDER - SLACK);
  out.upper = Math.max(0, upper / n) * WIDER + SLACK;
  out.sure = Math.max(0, sure / n) * WIDER + SLACK;
}
