import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
  writeSync,
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

/** A file that is being written: what was written may be read, and written over, before it ends. */
export interface PlacedOutput {
  /** Behind what was written last. */
  write(bytes: Uint8Array): void;
  writeAt(position: number, bytes: Uint8Array): void;
  read(position: number, length: number): Uint8Array;
}

/** writeAtomically of a file whose beginning is known last. What cannot be gone back in, such as a pipe, is held in memory until then. */
export async function writePlaced(path: string, fill: (file: PlacedOutput) => Promise<void>): Promise<void> {
  try {
    const output = outputTo(path);
    try {
      const { file } = output;
      const placed = file === undefined ? new HeldOutput() : new FileOutput(file);
      await fill(placed);
      if (placed instanceof HeldOutput) placed.parts.forEach(output.write);
      output.end();
    } catch (error) {
      output.abandon();
      throw error;
    }
  } catch (error) {
    // What fills it may stop, or refuse what it reads.
    throw typeof (error as NodeJS.ErrnoException).code === 'string' ? fileError(error, path) : error;
  }
}

class FileOutput implements PlacedOutput {
  private end = 0;

  constructor(private readonly file: number) {}

  write(bytes: Uint8Array): void {
    this.writeAt(this.end, bytes);
    this.end += bytes.length;
  }

  writeAt(position: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; )
      done += writeSync(this.file, bytes, done, bytes.length - done, position + done);
  }

  read(position: number, length: number): Uint8Array {
    return readAt(this.file, position, length);
  }
}

class HeldOutput implements PlacedOutput {
  readonly parts: Uint8Array[] = [];

  write(bytes: Uint8Array): void {
    this.parts.push(bytes.slice());
  }

  writeAt(position: number, bytes: Uint8Array): void {
    this.each(position, bytes.length, (part, at) => part.set(bytes.subarray(at, at + part.length)));
  }

  read(position: number, length: number): Uint8Array {
    const out = new Uint8Array(length);
    this.each(position, length, (part, at) => out.set(part, at));
    return out;
  }

  /** The pieces of a range, and where they begin in it. */
  private each(position: number, length: number, visit: (part: Uint8Array, at: number) => void): void {
    let begin = 0;
    for (const part of this.parts) {
      const from = Math.max(position, begin);
      const to = Math.min(position + length, begin + part.length);
      if (from < to) visit(part.subarray(from - begin, to - begin), from - position);
      begin += part.length;
    }
  }
}

/** So many bytes of a file, or what there are of them. */
export function readAt(file: number, position: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const more = readSync(file, bytes, done, length - done, position + done);
    if (more === 0) break;
    done += more;
  }
  return bytes.subarray(0, done);
}

/** An output that is begun: it is there only once it has ended. */
interface Output {
  /** Of a plain file alone. */
  readonly file?: number;
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
    file,
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
    return openSync(temporary, 'wx+', mode);
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
