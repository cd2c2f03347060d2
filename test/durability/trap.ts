// Loaded before the command (node --import): at the n-th call that changes the file system it sends a signal, or fails as a disk fails. What
// is being written then is left half written. Told by ESPALIER_TRAP; how many calls there were goes into the file it names.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** What the trap does. `at` counts calls from 1; 0 only counts. */
export interface Trap {
  readonly at: number;
  /** A signal, or the code of an error. */
  readonly act?: string;
  /** Where the number of calls is written at the end. */
  readonly count?: string;
}

type Call = (...args: unknown[]) => unknown;

if (process.env.ESPALIER_TRAP) set(JSON.parse(process.env.ESPALIER_TRAP));

function set({ at, act, count }: Trap): void {
  const calls = fs as unknown as Record<string, Call>;
  const { openSync, writeSync, writeFileSync, closeSync } = fs;
  let done = 0;
  const wrap = (name: string, counts: (args: unknown[]) => boolean = () => true) => {
    const original = calls[name]!;
    calls[name] = (...args) => {
      if (!counts(args) || ++done !== at || act === undefined) return original(...args);
      // What a signal only announces does not stop the call.
      if (name === 'writeFileSync' && (act === 'SIGKILL' || !act.startsWith('SIG'))) writeHalf(args);
      if (act.startsWith('SIG')) process.kill(process.pid, act);
      else throw Object.assign(new Error(`${act}: injected, ${name}`), { code: act, syscall: name });
      return original(...args);
    };
  };
  const writeHalf = ([target, contents, options]: unknown[]) => {
    const bytes = Buffer.from(contents as string);
    const half = bytes.subarray(0, bytes.length >> 1);
    const { flag = 'w' } = (options ?? {}) as { flag?: string };
    const file = typeof target === 'number' ? target : openSync(String(target), flag);
    writeSync(file, half);
    if (file !== target) closeSync(file);
  };
  // Signals come between any two calls; of those that take away or close, no error is worth a word.
  const signals = act === undefined || act.startsWith('SIG');
  for (const name of ['writeFileSync', 'renameSync', 'fsyncSync', 'fchmodSync']) wrap(name);
  wrap('openSync', ([, flags]) => flags !== 'r');
  if (signals) for (const name of ['rmSync', 'fchownSync', 'closeSync']) wrap(name);
  syncBuiltinESMExports();
  if (count !== undefined) process.on('exit', () => writeFileSync(count, String(done)));
}
