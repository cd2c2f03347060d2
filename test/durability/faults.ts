import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Scratch } from '../support/cli.js';
import { MAIN } from '../support/cli.js';
import { Random } from '../support/random.js';
import { check, Fault, finish, putOld, type Reference, resumed, run } from './command.js';
import { newFolder, type Scenario } from './scenarios.js';

/** A case of its own: undefined where it held, else why it was left out. A Fault is thrown. */
export interface Case {
  readonly name: string;
  readonly work: () => Promise<string | undefined>;
}

const CODES = ['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EFBIG'];

/** A call that fails as a disk fails, at a random place: one line, the old files or whole new ones, nothing left behind, and the next run is well. */
export async function failingCall(scenario: Scenario, whole: Reference, scratch: Scratch, seed: number): Promise<void> {
  const random = new Random(seed);
  const [code, at] = [CODES[random.below(CODES.length)]!, 1 + random.below(whole.calls)];
  const folder = newFolder(scratch);
  putOld(scenario, folder);
  const ended = await run(scenario.args(folder), { trap: { at, act: code } });
  const told = `${code} in call ${at}`;
  // A run has fewer calls that may fail than calls.
  if (ended.code !== 0) expectLine(ended, told);
  check(scenario, whole, folder, false);
  await finish(scenario, whole, folder);
}

function expectLine(
  { code, stdout, stderr }: { code: number | null; stdout: string; stderr: string },
  told: string,
): void {
  if (code !== 2 || stdout !== '' || !/^espalier: [^\n]+\n$/.test(stderr))
    throw new Fault(`${told}: exit code ${code}, stdout ${stdout.slice(0, 80)}, stderr ${stderr.slice(0, 300)}`);
}

/** Cases that the system itself makes. `some`: scenarios with their references, by name. */
export function systemCases(
  some: ReadonlyMap<string, { scenario: Scenario; whole: Reference }>,
  scratch: Scratch,
): Case[] {
  const { scenario: dense, whole } = some.get('train dense')!;
  const { scenario: predict, whole: predicted } = some.get('predict')!;
  return [
    { name: 'standard output on a full device', work: () => fullDevice(some) },
    { name: 'standard error on a full device', work: () => fullErrors(dense, whole, scratch) },
    { name: 'standard output into a file on a full disk', work: () => fullOutput(predict, scratch) },
    { name: 'a reader that closes the pipe', work: () => closedPipe(predict) },
    { name: 'files on a full disk', work: () => fullDisk(predict, predicted, scratch) },
    { name: 'a limit on the size of files', work: () => sizeLimit(dense, whole, scratch) },
    { name: 'a read-only file system', work: () => readOnlySystem(dense, scratch) },
    { name: 'a read-only folder', work: () => readOnlyFolder(predict, scratch) },
    { name: 'two writers', work: () => twoWriters(dense, whole, scratch) },
  ];
}

/** A shell line with the command in $@: what the shell does to its streams. */
function shell(line: string, args: readonly string[]) {
  return spawnSync('sh', ['-c', line, 'sh', process.execPath, MAIN, ...args], { encoding: 'utf8', timeout: 120_000 });
}

async function fullDevice(some: ReadonlyMap<string, { scenario: Scenario }>): Promise<string | undefined> {
  if (!existsSync('/dev/full')) return 'there is no /dev/full';
  for (const name of ['evaluate', 'explain']) {
    const { status, stderr } = shell('"$@" > /dev/full', some.get(name)!.scenario.args(''));
    expectLine({ code: status, stdout: '', stderr }, `${name} > /dev/full`);
    if (!stderr.includes('no space left')) throw new Fault(`${name} > /dev/full: ${stderr}`);
  }
  return undefined;
}

/** Nothing can be told, and nothing else changes. */
async function fullErrors(scenario: Scenario, whole: Reference, scratch: Scratch): Promise<string | undefined> {
  if (!existsSync('/dev/full')) return 'there is no /dev/full';
  const folder = newFolder(scratch);
  putOld(scenario, folder);
  const { status } = shell('"$@" 2> /dev/full', scenario.args(folder));
  if (status !== 0) throw new Fault(`train 2> /dev/full: exit code ${status}`);
  if (!readFileSync(join(folder, 'net')).equals(whole.files.get('net')!))
    throw new Fault('train 2> /dev/full: another net');
  const refused = shell('"$@" 2> /dev/full', ['tree', join(folder, 'none')]);
  if (refused.status !== 2) throw new Fault(`a refusal 2> /dev/full: exit code ${refused.status}`);
  return undefined;
}

/** A small file system of its own, or why there is none. */
function withDisk(scratch: Scratch, options: string, work: (disk: string) => void): string | undefined {
  const disk = newFolder(scratch);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'none', disk]).status !== 0)
    return 'may not mount a file system';
  try {
    work(disk);
  } finally {
    spawnSync('umount', [disk]);
  }
  return undefined;
}

/** Fills what is free of a disk but for so many bytes. */
function fill(disk: string, left: number): void {
  const file = openSync(join(disk, 'filler'), 'w');
  try {
    for (;;) writeFileSync(file, Buffer.alloc(4096));
  } catch {
    // Full.
  } finally {
    closeSync(file);
  }
  const { size } = { size: readFileSync(join(disk, 'filler')).length };
  spawnSync('truncate', ['-s', String(Math.max(0, size - left)), join(disk, 'filler')]);
}

/** Part of the output fits: what does not must be told. */
async function fullOutput({ args }: Scenario, scratch: Scratch): Promise<string | undefined> {
  return withDisk(scratch, 'size=64k', (disk) => {
    fill(disk, 8192);
    const line = args(disk).slice(0, 3);
    const { status, stderr } = shell(`"$@" > ${disk}/out`, line);
    if (readFileSync(join(disk, 'out')).length === 0) throw new Fault('nothing fitted: the case shows nothing');
    expectLine({ code: status, stdout: '', stderr }, 'predict > a full disk');
  });
}

async function fullDisk(scenario: Scenario, whole: Reference, scratch: Scratch): Promise<string | undefined> {
  return withDisk(scratch, 'size=128k', (disk) => {
    const folder = join(disk, 'folder');
    mkdirSync(folder);
    putOld(scenario, folder);
    fill(disk, 8192);
    const { status, stdout, stderr } = shell('"$@"', scenario.args(folder));
    expectLine({ code: status, stdout, stderr }, 'predict --out on a full disk');
    if (!stderr.includes('no space left')) throw new Fault(`a full disk: ${stderr}`);
    check(scenario, whole, folder, false);
  });
}

async function sizeLimit(scenario: Scenario, whole: Reference, scratch: Scratch): Promise<string | undefined> {
  if (process.platform === 'win32') return 'there are no limits';
  const folder = newFolder(scratch);
  putOld(scenario, folder);
  const { status, stdout, stderr } = shell('ulimit -f 16; "$@"', scenario.args(folder));
  expectLine({ code: status, stdout, stderr }, 'ulimit -f');
  check(scenario, whole, folder, false);
  await finish(scenario, whole, folder);
  return undefined;
}

async function readOnlySystem(scenario: Scenario, scratch: Scratch): Promise<string | undefined> {
  return withDisk(scratch, 'size=1m', (disk) => {
    putOld(scenario, disk);
    if (spawnSync('mount', ['-o', 'remount,ro', disk]).status !== 0) throw new Fault('cannot remount');
    const { status, stdout, stderr } = shell('"$@"', scenario.args(disk));
    expectLine({ code: status, stdout, stderr }, 'a read-only file system');
    if (!stderr.includes('read-only')) throw new Fault(`a read-only file system: ${stderr}`);
  });
}

async function readOnlyFolder(scenario: Scenario, scratch: Scratch): Promise<string | undefined> {
  if (process.platform === 'win32') return 'folders have no such modes';
  const root = process.getuid!() === 0;
  const folder = newFolder(scratch);
  putOld(scenario, folder);
  chmodSync(folder, 0o555);
  try {
    let line = '"$@"';
    if (root) {
      // Nothing is forbidden to root: another user runs it.
      if (spawnSync('setpriv', ['--version']).status !== 0) return 'root, and no setpriv to run as another user';
      chmodSync(scratch.folder, 0o755);
      for (const name of readdirSync(folder)) chownSync(join(folder, name), 65534, 65534);
      line = 'setpriv --reuid 65534 --regid 65534 --clear-groups "$@"';
      const probe = spawnSync('sh', ['-c', line, 'sh', process.execPath, MAIN, '--version']);
      if (probe.status !== 0) return 'another user may not run the command here';
    }
    const { status, stdout, stderr } = shell(line, scenario.args(folder));
    expectLine({ code: status, stdout, stderr }, 'a read-only folder');
    if (!/the folder \S+ is not writable, and a file is replaced as a whole/.test(stderr))
      throw new Fault(`a read-only folder: ${stderr}`);
  } finally {
    chmodSync(folder, 0o755);
  }
  return undefined;
}

async function closedPipe({ args }: Scenario): Promise<string | undefined> {
  if (process.platform === 'win32') return 'there is no head';
  const { status, stdout, stderr } = shell('"$@" | head -1', args('').slice(0, 3));
  if (status !== 0 || stderr !== '' || stdout.split('\n').length !== 2)
    throw new Fault(`| head: exit code ${status}, ${stderr}`);
  return undefined;
}

/** While one trains, a second is refused by name; the first is not disturbed; after a kill the second takes over. */
export async function twoWriters(scenario: Scenario, whole: Reference, scratch: Scratch): Promise<string | undefined> {
  const folder = newFolder(scratch);
  putOld(scenario, folder);
  const first = spawn(process.execPath, [MAIN, ...scenario.args(folder)], { stdio: 'ignore' });
  const ended = new Promise<number | null>((resolve) => first.on('close', resolve));
  while (!existsSync(join(folder, '.net.lock')) && first.exitCode === null) await pause(2);
  first.kill('SIGSTOP');
  const second = await run(scenario.args(folder));
  expectLine(second, 'a second writer');
  if (!second.stderr.includes(`is being written by process ${first.pid}; wait for it or name another file`))
    throw new Fault(`a second writer: ${second.stderr}`);
  first.kill('SIGCONT');
  if ((await ended) !== 0) throw new Fault('the first of two writers did not end well');
  check(scenario, whole, folder, false);

  const third = spawn(process.execPath, [MAIN, ...resumed(scenario, folder)], { stdio: 'ignore' });
  const gone = new Promise((resolve) => third.on('close', resolve));
  while (!existsSync(join(folder, '.net.lock')) && third.exitCode === null) await pause(2);
  third.kill('SIGKILL');
  await gone;
  await finish(scenario, whole, folder);
  return undefined;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
