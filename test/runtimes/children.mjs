// Processes that this run starts, each with a group of its own, so that what it starts in turn ends with it.
import { spawn } from 'node:child_process';

const running = new Set();

process.on('exit', () => {
  for (const child of running) end(child);
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

/** Starts a process; `ended` resolves with what it printed and how it ended. */
export function start(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options, detached: true });
  running.add(child);
  const texts = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) {
    child[stream]?.setEncoding('utf8').on('data', (chunk) => {
      texts[stream] += chunk;
    });
  }
  child.ended = new Promise((resolve) => {
    child.on('error', (error) => resolve({ ...texts, code: null, error }));
    child.on('close', (code, signal) => resolve({ ...texts, code, signal }));
  });
  child.ended.then(() => running.delete(child));
  return child;
}

/** Ends a process and those of its group. */
export function end(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** What a promise gives, or an error once so many seconds have passed. */
export async function within(seconds, promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing after ${seconds} s`)), 1000 * seconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
