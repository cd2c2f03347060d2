import { statSync } from 'node:fs';
import { extname } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { UserError } from '../errors.js';
import { prefixOf } from '../flags/files.js';
import { descriptorOf } from '../write/place.js';

/** A file's ending in small letters, if it is one of these. */
export function endingOf<E extends string>(file: string, endings: readonly E[]): E | undefined {
  const ending = extname(file).toLowerCase();
  return endings.find((one) => one === ending);
}

/** An open file by its number, a device or a pipe: no name of a file begins with it. */
function isDevice(out: string): boolean {
  const found = statSync(out, { throwIfNoEntry: false });
  return descriptorOf(out) !== undefined || (found !== undefined && !found.isFile() && !found.isDirectory());
}

/**
 * The files that --out names: the one it is, by its ending, or one for each ending after a name that has none; in a folder they are called `name`. UserError for another
 * ending.
 */
export function drawnFiles(out: string, name: string, endings: readonly string[]): string[] {
  if (out === '')
    throw new InvalidArgumentError('--out: expected a file, a directory or the beginning of a file name.');
  if (!endingOf(out, endings) && isDevice(out))
    throw new UserError(`--out ${out}: expected a file or the beginning of a file name, which tells what to write`);
  const prefix = prefixOf(out, name);
  if (prefix === out && endingOf(out, endings)) return [out];
  if (prefix === out && extname(out).length > 1) {
    const list = `${endings.slice(0, -1).join(', ')} or ${endings.at(-1)}`;
    throw new UserError(
      `--out ${out}: expected a name that ends in ${list}, or without an ending, got ${extname(out)}`,
    );
  }
  return endings.map((ending) => `${prefix}${ending}`);
}
