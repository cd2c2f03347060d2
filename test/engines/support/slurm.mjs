// Slurm on this machine: munged, slurmctld and one slurmd, with keys, ports, state and sockets of their own in a folder.
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism, hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { argumentsOf, familyOf, kill, parentOf, run, serve, until } from './processes.mjs';

const script = fileURLToPath(new URL('../../../examples/engines/slurm.sh', import.meta.url));

export const slurm = {
  name: 'Slurm',
  packages: [
    ['/usr/sbin/slurmctld', 'slurm-wlm'],
    ['/usr/sbin/slurmd', 'slurm-wlm'],
    ['/usr/bin/sbatch', 'slurm-wlm'],
    ['/usr/sbin/munged', 'munge'],
  ],
  start,
};

const host = hostname().split('.')[0];

async function start(folder, command) {
  const path = (name) => join(folder, name);
  for (const name of ['munge', 'state', 'spool']) mkdirSync(path(name), { mode: 0o755 });
  // Nobody else may lead where munged keeps its socket.
  chmodSync(folder, 0o755);
  writeFileSync(path('munge/key'), randomBytes(1024), { mode: 0o400 });
  writeFileSync(path('slurm.conf'), settings(path, await freePorts(2)));
  const env = { ...command.env, SLURM_CONF: path('slurm.conf') };
  const services = [];
  const slurmd = () => serve('/usr/sbin/slurmd', ['-D'], path('slurmd.out'), { env });
  let node;
  const close = async () => {
    if (node) services.push(node);
    for (const service of services.reverse()) await service.end();
  };
  const control = async (...what) => {
    const { code, stderr } = await run('scontrol', ['update', `NodeName=${host}`, ...what], { env });
    if (code !== 0) throw new Error(`scontrol update ${what.join(' ')}: ${stderr}`);
  };
  const idle = () =>
    until('an idle node', async () => /idle|mix|alloc/.test((await run('sinfo', ['-h', '-o', '%t'], { env })).stdout));
  try {
    services.push(
      serve(
        '/usr/sbin/munged',
        [
          '--foreground',
          '--force',
          `--key-file=${path('munge/key')}`,
          `--socket=${path('munge/socket')}`,
          ...['pid', 'log', 'seed'].map((name) => `--${name}-file=${path(`munge/${name}`)}`),
        ],
        path('munged.out'),
        { env },
      ),
    );
    await until('munge', async () => (await run('munge', ['-n', '-S', path('munge/socket')], { env })).code === 0);
    services.push(serve('/usr/sbin/slurmctld', ['-D'], path('slurmctld.out'), { env }));
    node = slurmd();
    await idle();
  } catch (error) {
    await close();
    const logs = ['munged.out', 'slurmctld.out', 'slurmd.out'].map((name) => `${name}: ${lastLines(path(name))}`);
    throw new Error([error.message, ...logs].join('\n'));
  }
  return {
    compute: (out, parts) => run('bash', [script, out, ...parts], { env, seconds: 240 }),
    /** The node dies with all that runs there of this job, and comes back. */
    async killWorker(pid) {
      let top = pid;
      while (!argumentsOf(top)[0].startsWith('slurmstepd')) {
        top = parentOf(top);
        if (!(top > 1)) throw new Error(`process ${pid} has no slurmstepd above it`);
      }
      for (const doomed of [node.pid, ...familyOf(top)]) kill(doomed);
      await node.ended;
      // What the controller finds by itself after SlurmdTimeout.
      await control('State=DOWN', 'Reason=killed');
      node = slurmd();
      await control('State=RESUME');
      await idle();
    },
    close,
  };
}

function settings(path, [controller, daemon]) {
  return `ClusterName=test
SlurmctldHost=${host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
SlurmctldPort=${controller}
SlurmdPort=${daemon}
AuthType=auth/munge
# A job goes back into the queue once its credential has expired: by default two minutes.
AuthInfo=socket=${path('munge/socket')},cred_expire=5
StateSaveLocation=${path('state')}
SlurmdSpoolDir=${path('spool')}
SlurmctldPidFile=${path('slurmctld.pid')}
SlurmdPidFile=${path('slurmd.pid')}
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
SlurmdParameters=config_overrides
ReturnToService=2
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0,bf_interval=1
NodeName=${host} NodeAddr=127.0.0.1 CPUs=${Math.max(2, availableParallelism())} State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES State=UP
`;
}

function freePorts(count) {
  return Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise((resolve, reject) => {
          const server = createServer();
          server.on('error', reject);
          server.listen(0, '127.0.0.1', () => {
            const { port } = server.address();
            server.close(() => resolve(port));
          });
        }),
    ),
  );
}

function lastLines(file) {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').slice(-3).join('\n');
  } catch {
    return 'not there';
  }
}
