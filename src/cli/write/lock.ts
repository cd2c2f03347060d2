import { lstatSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { fileError, UserError } from '../errors.js';
import { temporaryOf } from './atomic.js';
import { type Owner, runs, self } from './owner.js';
import { beside, followed, isPlain, kindOf } from './place.js';

/** How often a lock is touched, ms: processes elsewhere have no other sign of life. */
const BEAT = 15_000;
/** So many locks of others that came and went in between are no accident. */
const MOST_TRIES = 1000;

/** Contents of the locks that this process holds, by their files. */
const held = new Map<string, string>();
let beat: NodeJS.Timeout | undefined;

/**
 * Keeps other commands from writing a file until releaseLocks. A lock whose process has ended is taken over.
 * @throws UserError where another process writes it, or what stands in the place of the lock is none
 */
export function lock(path: string): void {
  if (!isPlain(path)) return;
  try {
    const target = followed(path);
    const file = beside(target, 'lock');
    if (held.has(file)) return;
    const text = JSON.stringify(self());
    for (let tries = 0; !create(file, text); tries++) {
      if (tries === MOST_TRIES) throw new UserError(`${file}: appears again and again; name another file`);
      const found = ownerOf(file);
      if (found && (!found.owner || runs(found.owner, found.seen)))
        throw new UserError(refusal(path, file, found.owner));
      if (found) remove(file, found.text, target);
    }
    held.set(file, text);
  } catch (error) {
    throw fileError(error, path);
  }
  beat ??= setInterval(touch, BEAT).unref();
}

/** At the end, however it comes. */
export function releaseLocks(): void {
  clearInterval(beat);
  beat = undefined;
  for (const [file, text] of held) {
    try {
      if (read(file).text === text) rmSync(file);
    } catch {
      // Gone already, or no longer a lock: a folder that was moved or taken away.
    }
  }
  held.clear();
}

function create(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    rmSync(file, { force: true });
    throw error;
  }
}

interface Found {
  readonly text: string;
  readonly seen: number;
  readonly owner?: Owner;
}

/** Who holds a lock; undefined where it has gone meanwhile. */
function ownerOf(file: string): Found | undefined {
  try {
    let { text, seen } = read(file);
    if (isBegun(text)) {
      // Made this moment, or by a process that was killed before it could say who it is.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
      ({ text, seen } = read(file));
    }
    return { text, seen, ...(isBegun(text) ? { owner: nobody() } : parsed(text)) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fileError(error, file);
  }
}

/** A link may lead nowhere, and a pipe has no end. */
function read(file: string): { text: string; seen: number } {
  const found = lstatSync(file);
  if (!found.isFile())
    throw new UserError(`${file}: expected a lock file of espalier, got a ${kindOf(found)}; remove it`);
  return { text: readFileSync(file, 'utf8'), seen: found.mtimeMs };
}

/** Who does not run: a lock that this process held would be in its list. */
function nobody(): Owner {
  return self();
}

/** Whether this is a lock of ours that breaks off. */
function isBegun(text: string): boolean {
  const start = '{"pid":';
  return !text.endsWith('}') && (start.startsWith(text) || text.startsWith(start));
}

function parsed(text: string): { owner?: Owner } {
  try {
    const { pid, host, machine, started } = JSON.parse(text);
    if (Number.isSafeInteger(pid) && pid > 0 && typeof host === 'string' && typeof machine === 'string')
      return { owner: { pid, host, machine, ...(typeof started === 'string' ? { started } : {}) } };
  } catch {
    // Not one of ours.
  }
  return {};
}

/** Removes the lock with this text, and no other that has taken its place since it was read. */
function remove(file: string, text: string, target: string): void {
  const aside = temporaryOf(target);
  try {
    renameSync(file, aside);
    if (readFileSync(aside, 'utf8') === text) rmSync(aside);
    else renameSync(aside, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw fileError(error, aside);
  }
}

function touch(): void {
  const now = new Date();
  for (const file of held.keys()) {
    try {
      utimesSync(file, now, now);
    } catch {
      // A folder that was moved or taken away: told when it is written to.
    }
  }
}

function refusal(path: string, file: string, owner: Owner | undefined): string {
  const by = owner ? `process ${owner.pid}` : `another program, as ${file} says`;
  const where = owner && owner.host !== self().host ? ` on ${owner.host}` : '';
  return `${path}: is being written by ${by}${where}; wait for it or name another file`;
}
