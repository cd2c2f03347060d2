import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileError, UserError } from '../errors.js';
import { writeDescriptor } from '../print/standard.js';
import { runs, self } from './owner.js';
import { beside, descriptorOf, followed, isPlain, kindOf } from './place.js';

/**
 * Writes beside the target and renames: whoever looks finds the old file or the whole new one, also after the power fails. Links are followed;
 * a file that is replaced hands on its mode and, as far as the system allows, its owner.
 */
export function writeAtomically(path: string, contents: string | Uint8Array): void {
  try {
    const output = outputTo(path);
    try {
      output.write(contents);
      output.end();
    } catch (error) {
      output.abandon();
      throw error;
    }
  } catch (error) {
    throw fileError(error, path);
  }
}

/** writeAtomically of pieces that come one after another and are never held together; where they end in an error, the old file stays. */
export async function writePieces(path: string, pieces: AsyncIterable<string>): Promise<void> {
  try {
    const output = outputTo(path);
    try {
      for await (const piece of pieces) output.write(piece);
      output.end();
    } catch (error) {
      output.abandon();
      throw error;
    }
  } catch (error) {
    throw fileError(error, path);
  }
}

/** An output that is begun: it is there only once it has ended. */
interface Output {
  write(contents: string | Uint8Array): void;
  end(): void;
  abandon(): void;
}

function outputTo(path: string): Output {
  const descriptor = descriptorOf(path);
  // A pipe or a device has nothing to keep whole, and must not be replaced.
  if (descriptor !== undefined)
    return { write: (contents) => writeDescriptor(descriptor, contents), end: () => {}, abandon: () => {} };
  if (isPlain(path)) return replacing(followed(path));
  const file = openSync(path, 'w');
  const close = () => closeSync(file);
  return { write: (contents) => writeFileSync(file, contents), end: close, abandon: close };
}

function replacing(target: string): Output {
  removeOrphans(target);
  const temporary = temporaryOf(target);
  const old = statSync(target, { throwIfNoEntry: false });
  // Never readable by more than the old file was.
  const file = create(temporary, old ? 0o600 : 0o666);
  let open = true;
  const close = () => {
    if (open) closeSync(file);
    open = false;
  };
  const abandon = () => {
    close();
    rmSync(temporary, { force: true });
  };
  try {
    if (old) inherit(file, old);
  } catch (error) {
    abandon();
    throw error;
  }
  return {
    write: (contents) => writeFileSync(file, contents),
    end: () => {
      flush(file);
      close();
      renameSync(temporary, target);
      flushFolder(dirname(target));
    },
    abandon,
  };
}

function create(temporary: string, mode: number): number {
  try {
    return openSync(temporary, 'wx', mode);
  } catch (error) {
    const found = (error as NodeJS.ErrnoException).code === 'EEXIST' && lstatSync(temporary, { throwIfNoEntry: false });
    if (found) throw new UserError(`${temporary}: expected nothing there, got a ${kindOf(found)}; remove it`);
    throw error;
  }
}

/** Hands on owner and mode. Only a privileged process may give files away; a file system may know neither. */
function inherit(file: number, { uid, gid, mode }: Stats): void {
  allow(['EPERM', 'EINVAL', 'ENOSYS', 'ENOTSUP'], () => fchownSync(file, uid, gid));
  allow(['EPERM', 'ENOSYS', 'ENOTSUP'], () => fchmodSync(file, mode & 0o7777));
}

/** To the disk; some file systems cannot. */
function flush(file: number): void {
  allow(['EINVAL', 'ENOSYS', 'ENOTSUP', 'EPERM'], () => fsyncSync(file));
}

/** The rename itself, to the disk. Many systems open no folder. */
function flushFolder(folder: string): void {
  allow(['EISDIR', 'EACCES', 'EPERM', 'EINVAL', 'ENOSYS', 'ENOTSUP', 'EBADF'], () => {
    const file = openSync(folder, 'r');
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  });
}

function allow(codes: readonly string[], work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!codes.includes((error as NodeJS.ErrnoException).code!)) throw error;
  }
}

/** This process's own temporary file for a target. */
export function temporaryOf(target: string): string {
  const { pid, machine } = self();
  return beside(target, `${pid}.${machine}.tmp`);
}

/** Removes temporary files for this target whose process was killed. */
function removeOrphans(target: string): void {
  const start = basename(beside(target, ''));
  for (const name of namesIn(dirname(target))) {
    const found = name.startsWith(start) && /^(\d+)\.([0-9a-f]{8})\.tmp$/.exec(name.slice(start.length));
    if (!found) continue;
    const path = join(dirname(target), name);
    const seen = lstatSync(path, { throwIfNoEntry: false });
    if (!seen || seen.isDirectory() || runs({ pid: Number(found[1]), machine: found[2]! }, seen.mtimeMs)) continue;
    // Another user's, perhaps.
    allow(['EACCES', 'EPERM'], () => rmSync(path, { force: true }));
  }
}

/** Nothing of a folder that may be written to and not read. */
function namesIn(folder: string): string[] {
  let names: string[] = [];
  allow(['EACCES', 'EPERM'], () => {
    names = readdirSync(folder);
  });
  return names;
}
