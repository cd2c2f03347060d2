// GNU parallel: no service, a script.
import { fileURLToPath } from 'node:url';
import { kill, run } from './processes.mjs';

const script = fileURLToPath(new URL('../../../examples/engines/parallel.sh', import.meta.url));

export const parallel = {
  name: 'GNU parallel',
  packages: [['/usr/bin/parallel', 'parallel']],
  start: async (_, { env }) => ({
    compute: (out, parts) => run('sh', [script, out, ...parts], { env }),
    /** The command is the worker. */
    killWorker: async (pid) => kill(pid),
    /** The script, parallel and what runs by it: one group. */
    killed: ({ pid }) => kill(-pid),
    close: async () => {},
  }),
};
