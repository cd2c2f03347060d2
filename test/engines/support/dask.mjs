// Dask's distributed on this machine: a scheduler, and two workers each under a nanny that starts it again.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kill, parentOf, run, serve, until } from './processes.mjs';

const script = fileURLToPath(new URL('../../../examples/engines/dask_counts.py', import.meta.url));
/** Debian's own, whichever other Python the PATH finds first. */
const python = '/usr/bin/python3';

export const dask = {
  name: 'Dask',
  packages: [['/usr/bin/dask-scheduler', 'python3-distributed']],
  start,
};

async function start(folder, command) {
  const path = (name) => join(folder, name);
  const { env } = command;
  const services = [];
  const close = async () => {
    for (const service of services.reverse()) await service.end();
  };
  const file = path('scheduler.json');
  const quiet = ['--no-dashboard', '--scheduler-file', file];
  try {
    services.push(
      serve(
        python,
        ['/usr/bin/dask-scheduler', '--host', '127.0.0.1', '--port', '0', ...quiet],
        path('scheduler.out'),
        {
          env,
        },
      ),
    );
    await until('a scheduler', () => existsSync(file));
    for (const name of ['one', 'two'])
      services.push(
        serve(
          python,
          [
            '/usr/bin/dask-worker',
            ...['--nthreads', '1', '--name', name, '--local-directory', path(name), '--host', '127.0.0.1'],
            ...quiet,
          ],
          path(`${name}.out`),
          { env },
        ),
      );
    const { address } = JSON.parse(readFileSync(file, 'utf8'));
    const started = (name) => /Registered to/.test(readFileSync(path(`${name}.out`), 'utf8'));
    await until('two workers', () => ['one', 'two'].every(started));
    return {
      compute: (out, parts) => run(python, [script, address, out, ...parts], { env, seconds: 240 }),
      /** The worker dies, and what it had started goes on alone: it writes the same file as the worker that takes over. */
      async killWorker(pid) {
        kill(parentOf(pid));
        kill(pid, 'SIGCONT');
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
