import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process that writes, told so that others can find out whether it still runs. */
export interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Where the pid means this process: the host, its boot and, of containers, the namespace. */
  readonly machine: string;
  /** When it began, as the kernel counts: a pid may be another process tomorrow. Only Linux tells. */
  readonly started?: string;
}

/** Without a sign of life for so long, a process that cannot be asked has ended, ms. */
const SILENCE = 5 * 60_000;

let own: Owner | undefined;

/** This process. */
export function self(): Owner {
  own ??= describeSelf();
  return own;
}

function describeSelf(): Owner {
  const host = hostname();
  const place = [host, attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')), namespace()];
  const machine = createHash('sha256').update(place.join('\n')).digest('hex').slice(0, 8);
  const { started } = look(process.pid);
  return { pid: process.pid, host, machine, ...(started === undefined ? {} : { started }) };
}

function namespace(): string | undefined {
  return attempt(() => readlinkSync('/proc/self/ns/pid'));
}

/** Whether a process other than this one still runs. `seen`: when it last gave a sign of life, ms since 1970. */
export function runs({ pid, machine, started }: Omit<Owner, 'host'>, seen: number): boolean {
  const fresh = Math.abs(Date.now() - seen) < SILENCE;
  if (machine !== self().machine) return fresh;
  if (pid === process.pid || !exists(pid)) return false;
  const found = look(pid);
  if (found.ended) return false;
  return started === undefined || found.started === undefined ? fresh : started === found.started;
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** What Linux tells of a process. */
function look(pid: number): { started?: string; ended?: boolean } {
  const text = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  if (text === undefined) return {};
  // After the name, which may hold anything: field 3, the state, and on to field 22, the start.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { started: fields[19]!, ended: fields[0] === 'Z' || fields[0] === 'X' };
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
