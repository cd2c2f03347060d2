import { Buffer } from 'node:buffer';
import { closeSync, constants, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import { fileError, UserError } from '../errors.js';

/** Of any file: what Node reads at once. */
export const MOST_BYTES = 2 ** 31 - 1;
/** By these first bytes, or all if there are fewer, a reader may tell how many it will take. */
const HEAD = 65536;

/** By the first bytes of a file, and whether they are all, how many a reader will take. */
export type MostOf = (head: Uint8Array, whole: boolean) => number;

/** The contents of a file, of a device or of a pipe. UserError for more than `mostOf` its first bytes allows, before more are read. */
export function readBytes(path: string, mostOf: MostOf = () => MOST_BYTES): Uint8Array {
  return withFile(path, (file) => {
    const { size } = fstatSync(file);
    if (size > 0) {
      const most = mostOf(headOf(file, HEAD), size <= HEAD);
      if (size > most) refuseLength(path, most, size);
      return readFileSync(file);
    }
    // A device or a pipe, which tells no size.
    const gathered = new Gathered(path, mostOf);
    for (;;) {
      const part = Buffer.allocUnsafe(HEAD);
      const length = readSync(file, part);
      if (length === 0) return gathered.all();
      gathered.add(part.subarray(0, length));
    }
  });
}

/** readBytes that lets signals through while it waits for a named pipe to be written. */
export async function readSource(path: string, mostOf: MostOf): Promise<Uint8Array> {
  if (!statSync(path, { throwIfNoEntry: false })?.isFIFO()) return readBytes(path, mostOf);
  const gathered = new Gathered(path, mostOf);
  try {
    // Opening one waits for a writer, unless told not to; the socket then waits in its place.
    const pipe = new Socket({ fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), writable: false });
    for await (const part of pipe) gathered.add(part);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw fileError(error, path);
  }
  return gathered.all();
}

/** The first bytes of a file, `length` or fewer. */
export function readHead(path: string, length: number): Uint8Array {
  return withFile(path, (file) => headOf(file, length));
}

/** Standard input, by the rules of readBytes. */
export async function readStdin(name: string, mostOf: MostOf): Promise<Uint8Array> {
  const gathered = new Gathered(name, mostOf);
  for await (const part of process.stdin) gathered.add(part);
  return gathered.all();
}

/** Parts of unknown number. */
export class Gathered {
  readonly #name: string;
  readonly #mostOf: MostOf;
  readonly #parts: Uint8Array[] = [];
  #length = 0;
  #most: number | undefined;

  constructor(name: string, mostOf: MostOf) {
    this.#name = name;
    this.#mostOf = mostOf;
  }

  add(part: Uint8Array): void {
    this.#parts.push(part);
    this.#length += part.length;
    if (this.#length >= HEAD) this.#most ??= this.#mostOf(Buffer.concat(this.#parts).subarray(0, HEAD), false);
    if (this.#most !== undefined && this.#length > this.#most) refuseLength(this.#name, this.#most);
  }

  all(): Uint8Array {
    const bytes = Buffer.concat(this.#parts);
    if (this.#most === undefined) this.#mostOf(bytes, true);
    return bytes;
  }
}

function headOf(file: number, length: number): Uint8Array {
  const head = Buffer.alloc(length);
  return head.subarray(0, readSync(file, head, 0, length, 0));
}

function withFile<T>(path: string, use: (file: number) => T): T {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    return use(file);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw fileError(error, path);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function refuseLength(name: string, most: number, got?: number): never {
  throw new UserError(`${name}: expected at most ${most} bytes, got ${got ?? 'more'}`);
}
