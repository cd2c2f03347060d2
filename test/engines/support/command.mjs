// `espalier` as an engine finds it, on its PATH: this build, each call noted, and faults that a test orders.
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kill, reads, until } from './processes.mjs';

const main = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

/** A folder's `bin/espalier`. A call keeps its process id, under which its arguments are noted. */
export function commandIn(folder) {
  const [bin, calls, faults] = ['bin', 'calls', 'faults'].map((name) => join(folder, name));
  for (const path of [bin, calls, faults]) mkdirSync(path);
  const script = join(bin, 'espalier');
  writeFileSync(
    script,
    `#!/bin/sh
printf '%s\\n' "$@" > '${calls}'/$$
if rm '${faults}'/"$1" 2> /dev/null; then ulimit -f 1; fi
exec '${process.execPath}' '${main}' "$@"
`,
  );
  chmodSync(script, 0o755);
  const callsOf = (command) =>
    readdirSync(calls)
      .map((pid) => ({ pid: Number(pid), args: readFileSync(join(calls, pid), 'utf8').split('\n') }))
      .filter(({ args }) => args[0] === command);
  return {
    script,
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
    callsOf,
    /** The next output of such a command breaks off at 512 bytes, as on a full disk. */
    breakOff: (command) => writeFileSync(join(faults, command), ''),
    /** Waits for the process that counts a part and stops it while it reads that part. */
    stopped: (part) =>
      until(
        `a process that counts ${part}`,
        () => {
          const found = callsOf('count').find(({ pid, args }) => args.includes(part) && reads(pid, part));
          if (!found) return undefined;
          kill(found.pid, 'SIGSTOP');
          if (reads(found.pid, part)) return found.pid;
          kill(found.pid, 'SIGCONT');
          return undefined;
        },
        { every: 2 },
      ),
  };
}
