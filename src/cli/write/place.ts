import { createHash } from 'node:crypto';
import { accessSync, type BigIntStats, constants, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { fileError, UserError } from '../errors.js';

/** Where a path leads, every symbolic link followed, also one whose target is not there yet. */
export function followed(path: string): string {
  let at = path;
  for (let links = 0; links < 40; links++) {
    at = join(realpathSync(dirname(resolve(at))), basename(resolve(at)));
    const next = linkText(at);
    if (next === undefined) return at;
    at = isAbsolute(next) ? next : join(dirname(at), next);
  }
  throw fileError(Object.assign(new Error(path), { code: 'ELOOP' }), path);
}

function linkText(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Not there, or no link; Windows has a word of its own for that.
    if (code === 'ENOENT' || code === 'EINVAL' || code === 'UNKNOWN') return undefined;
    throw error;
  }
}

/** The open file that a path like /dev/stdout stands for. */
export function descriptorOf(path: string): number | undefined {
  const text = resolve(path);
  if (text === '/dev/stdout') return 1;
  if (text === '/dev/stderr') return 2;
  const found = /^\/(?:dev|proc\/self)\/fd\/(\d+)$/.exec(text);
  return found ? Number(found[1]) : undefined;
}

/** Whether what is written there stands as a file: no pipe, no device, no open file's name. */
export function isPlain(path: string): boolean {
  if (descriptorOf(path) !== undefined) return false;
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? true;
}

/** A name beside a file for what belongs to it; hidden, and short enough for any file system. */
export function beside(file: string, ending: string): string {
  const name = basename(file);
  const short = Buffer.byteLength(name) <= 180 ? name : createHash('sha256').update(name).digest('hex').slice(0, 32);
  return join(dirname(file), `.${short}.${ending}`);
}

/** A file by where it lies and by what it is. */
export interface Place {
  readonly real: string;
  /** Device and inode: hard links share them. */
  readonly id?: string;
  readonly folder?: boolean;
}

/** Undefined for what is neither a file nor a folder, nor could become one. */
export function placeOf(path: string): Place | undefined {
  if (descriptorOf(path) !== undefined) return undefined;
  try {
    const found = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (!found) return { real: followed(path) };
    if (!found.isFile() && !found.isDirectory()) return undefined;
    return { real: realpathSync(path), id: idOf(found), folder: found.isDirectory() };
  } catch {
    // A folder on the way is not there, or not to be entered: told by whoever reads or writes there.
    return { real: resolve(path) };
  }
}

export function idOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

/** Whether writing `output` would change what is read from `input`. */
export function isSame(output: Place, input: Place): boolean {
  if (output.id !== undefined && output.id === input.id) return true;
  if (output.real === input.real) return true;
  // Images in folders by class.
  return input.folder === true && output.id !== undefined && dirname(dirname(output.real)) === input.real;
}

/** Refuses a path that cannot be written, before the work that would be lost. */
export function requireWritable(path: string, option: string): void {
  if (descriptorOf(path) !== undefined) return;
  const folder = dirname(path);
  let target: string;
  try {
    if (!statSync(folder).isDirectory()) throw new UserError(`${option} ${path}: ${folder} is not a directory`);
    target = followed(path);
    if (isPlain(path)) accessSync(dirname(target), constants.W_OK);
  } catch (error) {
    // Not of the folder.
    const place = (error as NodeJS.ErrnoException).code === 'ENAMETOOLONG' ? path : folder;
    throw fileError(error, `${option} ${place}`);
  }
  const found = statSync(target, { throwIfNoEntry: false });
  if (found?.isDirectory() || /[/\\]$/.test(path)) {
    throw new UserError(`${option} ${path}: is a directory, expected a file`);
  }
}
