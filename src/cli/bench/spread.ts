// Times in words.
import type { Time } from './suite.js';

/** Three digits, in the unit that suits. */
export function milliseconds(ms: number): string {
  if (ms >= 1000) return `${digits(ms / 1000)} s`;
  return ms >= 1 ? `${digits(ms)} ms` : `${digits(1000 * ms)} µs`;
}

/** Median and quartiles, in one unit. */
export function spread({ ms, quartiles, samples }: Time): string {
  const [size, unit] = ms >= 1000 ? [1000, 's'] : ms >= 1 ? [1, 'ms'] : [0.001, 'µs'];
  if (samples === 1) return `${milliseconds(ms)} (one run)`;
  const [low, high] = quartiles.map((q) => digits(q / size));
  return `${digits(ms / size)} ${unit} (${low} to ${high})`;
}

export function digits(x: number): string {
  return x >= 100 ? x.toFixed(0) : x.toPrecision(3);
}
