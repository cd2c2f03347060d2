import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lock, releaseLocks } from '#dist/cli/write/lock.js';
import { self } from '#dist/cli/write/owner.js';
import { Scratch } from '../../support/cli.js';

const scratch = new Scratch();
test.after(() => scratch.remove());
test.after.each(releaseLocks);
const path = (name: string) => scratch.path(name);
const lockOf = (name: string) => scratch.path(`.${name}.lock`);

/** Another process that holds a lock until it is ended. */
async function holder(file: string): Promise<ChildProcess> {
  const script = `import { lock } from ${JSON.stringify(import.meta.resolve('#dist/cli/write/lock.js'))}; lock(process.argv[1]); console.log('held'); setInterval(() => {}, 1e6);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout!.once('data', resolve));
  return child;
}

function killed(child: ChildProcess): Promise<unknown> {
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGKILL');
  return ended;
}

test('a file that another process writes is refused with its pid, by whatever name, until it has ended', async () => {
  mkdirSync(path('folder'));
  symlinkSync('folder', path('other'));
  symlinkSync('folder/net', path('link'));
  const child = await holder(path('folder/net'));
  for (const name of ['folder/net', 'other/net', 'link']) {
    assert.throws(
      () => lock(path(name)),
      (error: Error) =>
        error.message === `${path(name)}: is being written by process ${child.pid}; wait for it or name another file`,
    );
  }
  lock(path('folder/another'));
  await killed(child);
  lock(path('link'));
  assert.is(JSON.parse(readFileSync(path('folder/.net.lock'), 'utf8')).pid, process.pid);
  releaseLocks();
  assert.equal(readdirSync(path('folder')), []);
});

test('a pid alone does not hold a lock: the process must be the one that took it', () => {
  const { machine, host } = self();
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const put = (owner: object, seen = new Date()) => {
    writeFileSync(lockOf('net'), JSON.stringify(owner));
    utimesSync(lockOf('net'), seen, seen);
  };
  const alive = process.ppid;
  const long = new Date(Date.now() - 3_600_000);
  const taken: (readonly [object, Date?])[] = [
    [{ pid: dead, host, machine }],
    [{ pid: process.pid, host, machine }],
    [{ pid: alive, host, machine }, long],
    [{ pid: alive, host: 'elsewhere', machine: 'ffffffff' }, long],
  ];
  // The kernel tells when a process began.
  if (process.platform === 'linux') taken.push([{ pid: alive, host, machine, started: '1' }]);
  for (const [owner, seen] of taken) {
    put(owner, seen);
    lock(path('net'));
    assert.is(JSON.parse(readFileSync(lockOf('net'), 'utf8')).pid, process.pid);
    releaseLocks();
    assert.not.ok(existsSync(lockOf('net')));
  }
  put({ pid: alive, host, machine });
  assert.throws(() => lock(path('net')), new RegExp(`process ${alive};`));
  put({ pid: 7, host: 'elsewhere', machine: 'ffffffff' });
  assert.throws(() => lock(path('net')), /by process 7 on elsewhere; wait/);
  put({ some: 'thing' });
  assert.throws(() => lock(path('net')), /by another program, as .*\.net\.lock says; wait/);
  assert.ok(existsSync(lockOf('net')));
});

test('a lock whose process was killed before it could say who it is', () => {
  const whole = JSON.stringify(self());
  for (const length of [0, 3, 7, 20, whole.length - 1]) {
    writeFileSync(lockOf('early'), whole.slice(0, length));
    lock(path('early'));
    assert.is(readFileSync(lockOf('early'), 'utf8'), whole);
    releaseLocks();
  }
});

test('what stands in the place of a lock and is none is refused by its own name, at once', () => {
  if (process.platform === 'win32') return;
  symlinkSync('nothing', lockOf('linked'));
  assert.is(spawnSync('mkfifo', [lockOf('piped')]).status, 0);
  mkdirSync(lockOf('folded'));
  const script = `import { lock } from ${JSON.stringify(import.meta.resolve('#dist/cli/write/lock.js'))}; try { lock(process.argv[1]); } catch (error) { console.log(error.message); }`;
  for (const [name, kind] of [
    ['linked', 'symbolic link'],
    ['piped', 'pipe'],
    ['folded', 'directory'],
  ] as const) {
    const args = ['--input-type=module', '-e', script, path(name)];
    // What blocks or spins hears no other signal.
    const { stdout, signal } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      timeout: 10_000,
      killSignal: 'SIGKILL',
    });
    assert.is(signal, null, name);
    assert.is(stdout, `${lockOf(name)}: expected a lock file of espalier, got a ${kind}; remove it\n`);
  }
  // A lock that became one meanwhile does not keep the process from ending.
  lock(path('held'));
  unlinkSync(lockOf('held'));
  mkdirSync(lockOf('held'));
  releaseLocks();
  assert.ok(existsSync(lockOf('held')));
});

test('of many that find the lock of a dead process, one takes it over', async () => {
  for (let round = 0; round < 2; round++) {
    const child = await holder(path('race'));
    await killed(child);
    const lockModule = JSON.stringify(import.meta.resolve('#dist/cli/write/lock.js'));
    const script = `import { lock } from ${lockModule}; const at = Number(process.argv[2]); while (Date.now() < at); try { lock(process.argv[1]); console.log('mine'); setTimeout(() => {}, 1500); } catch (error) { console.log(error.message); }`;
    const at = String(Date.now() + 1500);
    const said = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const one = spawn(process.execPath, ['--input-type=module', '-e', script, path('race'), at]);
        let text = '';
        one.stdout.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        await new Promise((resolve) => one.on('close', resolve));
        return text;
      }),
    );
    assert.is(said.filter((text) => text === 'mine\n').length, 1, said.join());
    assert.is(said.filter((text) => text.includes('is being written by process')).length, 3, said.join());
  }
});

test('a lock that another process has taken meanwhile is left to it; devices and open files have none', () => {
  lock(path('lost'));
  writeFileSync(lockOf('lost'), '{"pid":1}');
  releaseLocks();
  assert.is(readFileSync(lockOf('lost'), 'utf8'), '{"pid":1}');
  if (process.platform === 'win32') return;
  for (const device of ['/dev/null', '/dev/stdout', '/dev/fd/1']) lock(device);
  assert.equal(
    readdirSync('/dev').filter((name) => name.endsWith('.lock')),
    [],
  );
});

test.run();
