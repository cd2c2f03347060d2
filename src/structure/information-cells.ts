import { log } from '../numeric/log.js';

/** I of two binary variables in nats, at least 0, from the weights of (1, 1), (1, 0), (0, 1), (0, 0). Either order of the variables gives the same bits. */
export function informationOfCells(n11: number, n10: number, n01: number, n00: number): number {
  const [a1, b1, a0, b0] = [n11 + n10, n11 + n01, n01 + n00, n10 + n00];
  const n = n11 + n00 + (n10 + n01);
  const term = (cell: number, a: number, b: number) => (cell > 0 ? (cell / n) * log((cell * n) / (a * b)) : 0);
  return Math.max(0, term(n11, a1, b1) + term(n00, a0, b0) + (term(n10, a1, b0) + term(n01, a0, b1)));
}
