import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import {
  accessSync,
  type BigIntStats,
  constants,
  fstatSync,
  lstatSync,
  readlinkSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
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

/** The open file that a path like /dev/stdout stands for, or a link to one. */
export function descriptorOf(path: string): number | undefined {
  let at = resolve(path);
  try {
    for (let links = 0; links < 40; links++) {
      const found = descriptorNamed(at);
      if (found !== undefined) return found;
      const next = linkText(at);
      if (next === undefined) return undefined;
      at = resolve(dirname(at), next);
    }
  } catch {
    // A folder on the way is not there, or not to be entered: told by whoever reads or writes there.
  }
  return undefined;
}

function descriptorNamed(path: string): number | undefined {
  const standard = ['/dev/stdin', '/dev/stdout', '/dev/stderr'].indexOf(path);
  if (standard >= 0) return standard;
  const found = /^\/(?:dev|proc\/(?:self|(\d+)))\/fd\/(\d+)$/.exec(path);
  return found && (found[1] ?? String(process.pid)) === String(process.pid) ? Number(found[2]) : undefined;
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
  const descriptor = descriptorOf(path);
  if (descriptor !== undefined) return placeOfDescriptor(descriptor);
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

/** The file that a shell put there with < or >; undefined for a pipe, a terminal, and what is not open. */
export function placeOfDescriptor(descriptor: number): Place | undefined {
  try {
    const found = fstatSync(descriptor, { bigint: true });
    return found.isFile() ? { real: `/dev/fd/${descriptor}`, id: idOf(found) } : undefined;
  } catch {
    return undefined;
  }
}

/** In words, for what is no plain file. */
export function kindOf(found: Stats): string {
  if (found.isDirectory()) return 'directory';
  if (found.isSymbolicLink()) return 'symbolic link';
  if (found.isFIFO()) return 'pipe';
  return found.isFile() ? 'file' : 'device or socket';
}

function idOf({ dev, ino }: BigIntStats): string {
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
  const descriptor = descriptorOf(path);
  if (descriptor !== undefined) {
    attempt(`${option} ${path}`, () => fstatSync(descriptor));
    return;
  }
  const folder = dirname(path);
  const named = attempt(`${option} ${folder}`, () => statSync(folder));
  if (!named.isDirectory()) throw new UserError(`${option} ${path}: ${folder} is not a directory`);
  const target = targetOf(path, option);
  const found = attempt(`${option} ${path}`, () => statSync(target, { throwIfNoEntry: false }));
  if (found?.isDirectory() || /[/\\]$/.test(path))
    throw new UserError(`${option} ${path}: is a directory, expected a file`);
  if (found) attempt(`${option} ${path}`, () => accessSync(target, constants.W_OK));
  if (found && !found.isFile()) return;
  const linked = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink();
  requireReplaceable(linked ? dirname(target) : folder, found, option, path);
}

/** Names the folder that is missing or closed behind a link. */
function targetOf(path: string, option: string): string {
  try {
    return followed(path);
  } catch (error) {
    const { code, path: at = path } = error as NodeJS.ErrnoException;
    throw fileError(error, `${option} ${code === 'ENAMETOOLONG' ? path : at}`);
  }
}

/** A file is written beside the old one and renamed, which takes the right to change the folder. */
function requireReplaceable(folder: string, old: Stats | undefined, option: string, path: string): void {
  const STICKY = 0o1000;
  try {
    accessSync(folder, constants.W_OK);
  } catch (error) {
    if (old && (error as NodeJS.ErrnoException).code === 'EACCES')
      throw new UserError(`${option} ${path}: the folder ${folder} is not writable, and a file is replaced as a whole`);
    throw fileError(error, `${option} ${folder}`);
  }
  const { mode, uid } = statSync(folder);
  const user = process.getuid?.() ?? 0;
  if (old && mode & STICKY && ![0, uid, old.uid].includes(user))
    throw new UserError(`${option} ${path}: is another user's, and in the folder ${folder} only owners replace files`);
}

function attempt<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw fileError(error, name);
  }
}
