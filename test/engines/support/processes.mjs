// Processes that a test starts, watches, stops and kills, by their ids.
import { spawn } from 'node:child_process';
import { openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Runs a command to its end: a promise with its process id. Past `seconds`, it and all that it started are killed. */
export function run(command, args, { seconds = 120, ...options } = {}) {
  const child = spawn(command, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const ended = new Promise((resolve, reject) => {
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    const timer = setTimeout(() => {
      stderr += `\n${command}: still running after ${seconds} s`;
      kill(-child.pid);
    }, seconds * 1000);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code: code ?? signal, stdout, stderr });
    });
  });
  return Object.assign(ended, { pid: child.pid });
}

/** A service: runs until it is ended, and writes to a log. */
export function serve(command, args, log, options = {}) {
  const file = openSync(log, 'a');
  const child = spawn(command, args, { stdio: ['ignore', file, file], ...options });
  const ended = new Promise((resolve) => {
    child.on('error', resolve);
    child.on('exit', resolve);
  });
  return {
    pid: child.pid,
    ended,
    async end() {
      child.kill('SIGTERM');
      await Promise.race([ended, sleep(10_000).then(() => child.kill('SIGKILL'))]);
    },
  };
}

export function kill(pid, signal = 'SIGKILL') {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** What `find` finds, asked again and again. */
export async function until(what, find, { seconds = 60, every = 100 } = {}) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(every)) {
    const found = await find();
    if (found) return found;
  }
  throw new Error(`${what}: not within ${seconds} s`);
}

export const isRunning = (pid) => stateOf(pid) !== undefined && stateOf(pid) !== 'Z';

/** The letter of proc(5): R, S, T; undefined where there is no such process. */
function stateOf(pid) {
  return statOf(pid)?.[0];
}

export const parentOf = (pid) => Number(statOf(pid)?.[1]);

function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

export function argumentsOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/** A process and all that descend from it, the deepest last. */
export function familyOf(pid) {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const family = [pid];
  for (let known = 0; known < family.length; known++)
    family.push(...all.map(Number).filter((other) => parentOf(other) === family[known]));
  return family;
}

/** Whether a process has a file open. */
export function reads(pid, path) {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === path);
  } catch {
    return false;
  }
}
