import { count, millions, plural } from '../../numeric/format.js';
import { inert } from '../errors.js';
import { isShown, writeOut } from './standard.js';

export { count, millions, plural };

/** One line, or indented where a person reads it. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, isShown() ? 2 : 0));
}

/** As it is for the next command; on a terminal without what it would obey. */
export function print(text: string): void {
  writeOut(`${isShown() ? inert(text) : text}\n`);
}

/** Milliseconds are noise beside seconds, and all there is below one. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** Times for JSON: a tenth of a millisecond is as fine as they mean anything. */
export function rounded(seconds: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(seconds).map(([phase, s]) => [phase, Math.round(s * 1e4) / 1e4]));
}

export function bytes(n: number): string {
  if (n < 1000) return `${n} bytes`;
  for (const [size, unit] of [
    [1e9, 'GB'],
    [1e6, 'MB'],
  ] as const) {
    if (n >= size) return `${(n / size).toFixed(1)} ${unit}`;
  }
  return `${(n / 1e3).toFixed(1)} kB`;
}

/** A line for each, the values flush. */
export function printFacts(facts: Record<string, string>): void {
  for (const [name, value] of Object.entries(facts)) print(`${name.padEnd(24)}${value}`);
}

/** The first column flush left, the others right. */
export function printTable(lines: readonly (readonly string[])[]): void {
  const widths = lines[0]!.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  for (const line of lines) {
    print(line.map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join('  '));
  }
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** ln P of rows, in all and a row. */
export function likelihoodText(logLikelihood: number, rows: number, unit = 'row'): string {
  return `${logLikelihood.toFixed(1)} (${(logLikelihood / rows).toFixed(3)} a ${unit})`;
}
