import { accessSync, constants, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { count, millions, plural } from '../../numeric/format.js';
import { fileError, UserError } from '../errors.js';

export { count, millions, plural };

/** One line, or indented where a person reads it. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, process.stdout.isTTY ? 2 : 0));
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Refuses a path that cannot be written, before the work that would be lost. */
export function requireWritable(path: string, option: string): void {
  const folder = dirname(path);
  try {
    if (!statSync(folder).isDirectory()) throw new UserError(`${option} ${path}: ${folder} is not a directory`);
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw fileError(error, `${option} ${folder}`);
  }
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() || /[/\\]$/.test(path)) {
    throw new UserError(`${option} ${path}: is a directory, expected a file`);
  }
}

/** Writes beside the target and renames: whoever looks finds the old file or the whole new one. */
export function writeAtomically(path: string, contents: string | Uint8Array): void {
  let temporary: string | undefined;
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found && !found.isFile()) {
      // A pipe or a device has nothing to keep whole, and must not be replaced.
      writeFileSync(path, contents);
      return;
    }
    const target = found ? realpathSync(path) : path;
    temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
    writeFileSync(temporary, contents);
    renameSync(temporary, target);
  } catch (error) {
    if (temporary) rmSync(temporary, { force: true });
    throw fileError(error, path);
  }
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
