import { CommanderError } from 'commander';
import { TableError } from '../data/tables/troubles.js';
import { inFlags } from './flags/spoken.js';

/** What the person at the command can mend: exit code 2, one line. */
export class UserError extends Error {}

/** All that is wrong with the table in a file. */
export class TableTroubles extends UserError {
  readonly troubles: readonly string[];
  /** Options of reading that would go on. */
  readonly suggestion: TableError['suggestion'];

  constructor(
    readonly file: string,
    cause: TableError,
  ) {
    super(`${file}: ${cause.message}`, { cause });
    this.troubles = cause.troubles.map(inFlags);
    this.suggestion = cause.suggestion;
  }
}

/** Stopped by a signal. */
export class Interrupted extends Error {
  constructor(
    /** The exit code: 128 and the signal's number. */
    readonly code: number,
    message = 'interrupted',
  ) {
    super(message);
  }
}

/** The line for stderr (none where it was said already) and the exit code. */
export function outcomeOf(error: unknown): { code: number; message?: string } {
  const { code, message } = plainOutcome(error);
  return message === undefined ? { code } : { code, message: oneLine(message) };
}

function plainOutcome(error: unknown): { code: number; message?: string } {
  if (error instanceof Interrupted) return { code: error.code, message: error.message };
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return { code: 0 };
    return { code: 2, message: error.message.replace(/^error: /, '') };
  }
  if (error instanceof UserError || isRefusal(error)) return { code: 2, message: inFlags(error.message) };
  const { code, path } = error as NodeJS.ErrnoException;
  // A path that somebody gave and nobody looked at before.
  if (code !== undefined && code in REASONS && path !== undefined)
    return { code: 2, message: `${path}: ${REASONS[code]}` };
  return { code: 1, message: `unexpected: ${error instanceof Error ? error.message : String(error)}` };
}

/** The package's own refusals name an argument or a line first; errors of the engine itself ("x is not a function") do not. */
function isRefusal(error: unknown): error is Error {
  return (error instanceof TypeError || error instanceof RangeError) && /^[^:]{1,120}: \S/.test(error.message);
}

/** Control characters, but for tabs and line feeds, as JSON spells them: a terminal would obey them. */
export function inert(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** What was given is repeated in messages, and may be of any length. */
export function oneLine(message: string): string {
  const line = inert(message.replace(/\r/g, '\n'))
    .split(/[\r\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join(' ')
    .replace(/\S{300,}/g, (run) => `${run.slice(0, 100)}…${run.slice(-60)}`);
  return line.length > 2000 ? `${line.slice(0, 1500)} … ${line.slice(-400)}` : line;
}

/** Runs a step on a named file; what the package refuses in it is told with the name. */
export async function inFile<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TableError) throw new TableTroubles(name, error);
    if (isRefusal(error)) throw new UserError(`${name}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** A failed system call on a path, in words. */
export function fileError(error: unknown, path: string): Error {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error as Error;
  return new UserError(`${path}: ${REASONS[code] ?? code}`, { cause: error });
}

const REASONS: Record<string, string> = {
  ENOENT: 'no such file or directory',
  EBADF: 'is not open',
  EISDIR: 'is a directory, expected a file',
  ENOTDIR: 'a part of this path is not a directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file is larger than the system allows',
  EIO: 'the device reports an error in reading or writing',
  ELOOP: 'too many symbolic links on the way',
  ENAMETOOLONG: 'the name is too long',
};
