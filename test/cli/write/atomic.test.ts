import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryOf, writeAtomically } from '#dist/cli/write/atomic.js';
import { self } from '#dist/cli/write/owner.js';
import { Scratch } from '../../support/cli.js';

const scratch = new Scratch();
test.after(() => scratch.remove());
const modeOf = (path: string) => (statSync(path).mode & 0o7777).toString(8);

/** A folder for one test. */
function folder(name: string): (file: string) => string {
  mkdirSync(scratch.path(name));
  return (file) => join(scratch.path(name), file);
}

test('a file keeps its mode and its owner; a new one has the mode that the process gives', () => {
  const path = folder('modes');
  for (const mode of [0o600, 0o640, 0o444, 0o755, 0o666]) {
    const file = path(mode.toString(8));
    writeFileSync(file, 'before');
    chmodSync(file, mode);
    writeAtomically(file, 'after');
    assert.is(modeOf(file), mode.toString(8));
    assert.is(readFileSync(file, 'utf8'), 'after');
  }
  const before = process.umask(0o027);
  writeAtomically(path('new'), 'new');
  process.umask(before);
  assert.is(modeOf(path('new')), '640');
  if (process.getuid?.() === 0) {
    chownSync(path('600'), 1234, 2345);
    writeAtomically(path('600'), 'again');
    const { uid, gid } = statSync(path('600'));
    assert.equal({ uid, gid, mode: modeOf(path('600')) }, { uid: 1234, gid: 2345, mode: '600' });
  }
});

test('links are followed, chains of them too, to a file that is there or is not yet', () => {
  const path = folder('links');
  mkdirSync(path('far'));
  writeFileSync(path('far/there'), 'before');
  chmodSync(path('far/there'), 0o600);
  symlinkSync('far/there', path('one'));
  symlinkSync(path('one'), path('two'));
  symlinkSync('far/none', path('dangling'));
  symlinkSync('dangling', path('far-dangling'));
  symlinkSync('far', path('folder'));
  for (const [name, target] of [
    ['two', 'far/there'],
    ['far-dangling', 'far/none'],
    ['folder/more', 'far/more'],
  ] as const) {
    writeAtomically(path(name), name);
    assert.is(readFileSync(path(target), 'utf8'), name);
    assert.ok(lstatSync(path(target)).isFile());
  }
  assert.is(readlinkSync(path('dangling')), 'far/none');
  assert.ok(lstatSync(path('two')).isSymbolicLink() && lstatSync(path('one')).isSymbolicLink());
  assert.is(modeOf(path('far/there')), '600');
  assert.equal(readdirSync(path('far')).sort(), ['more', 'none', 'there']);

  symlinkSync('round', path('around'));
  symlinkSync('around', path('round'));
  assert.throws(() => writeAtomically(path('round'), ''), /round: too many symbolic links/);
});

test('what other names a file has keep the old contents: it is replaced, not overwritten', () => {
  const path = folder('hard');
  writeFileSync(path('a'), 'before');
  linkSync(path('a'), path('b'));
  writeAtomically(path('a'), 'after');
  assert.equal([readFileSync(path('a'), 'utf8'), readFileSync(path('b'), 'utf8')], ['after', 'before']);
});

test('a pipe is written to, not replaced', () => {
  if (process.platform !== 'linux') return;
  const pipe = folder('pipes')('pipe');
  assert.is(spawnSync('mkfifo', [pipe]).status, 0);
  const script = `import { writeAtomically } from ${JSON.stringify(import.meta.resolve('#dist/cli/write/atomic.js'))}; writeAtomically(process.argv[1], Buffer.alloc(1e5));`;
  const shell = 'timeout 20 cat "$2" | wc -c & timeout 20 "$0" --input-type=module -e "$1" "$2"; wait';
  const args = ['-c', shell, process.execPath, script, pipe];
  assert.is(spawnSync('sh', args, { encoding: 'utf8', timeout: 30_000 }).stdout.trim(), '100000');
  assert.ok(lstatSync(pipe).isFIFO());
});

test('temporary files of processes that ended are removed, those of running ones are not', () => {
  const path = folder('orphans');
  const target = path('net');
  const name = (pid: number, machine = self().machine) => path(`.net.${pid}.${machine}.tmp`);
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const old = (file: string) => utimesSync(file, new Date(0), new Date(0));
  const gone = [name(dead), name(process.pid), name(process.ppid, 'ffffffff'), path(`.net.1.${self().machine}.tmp`)];
  const kept = [name(process.ppid), name(dead, '00000000'), path('.net.x.tmp'), path('.nets.1.00000000.tmp')];
  for (const file of [...gone, ...kept]) writeFileSync(file, 'half');
  // Nobody writes for so long: the pid is another process's by now, the machine is off.
  for (const file of gone.slice(2)) old(file);
  old(kept[3]!);
  writeAtomically(target, 'whole');
  assert.equal(gone.filter(existsSync), []);
  assert.equal(kept.filter(existsSync), kept);
  assert.is(temporaryOf(target), name(process.pid));
});

test('what bears the name of a temporary file and is none', () => {
  const path = folder('strange');
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  mkdirSync(path(`.net.${dead}.${self().machine}.tmp`));
  symlinkSync('nothing', temporaryOf(path('net')));
  writeAtomically(path('net'), 'whole');
  assert.is(readFileSync(path('net'), 'utf8'), 'whole');
  assert.ok(lstatSync(path('net')).isFile());
  mkdirSync(temporaryOf(path('net')));
  assert.throws(
    () => writeAtomically(path('net'), 'again'),
    (error: Error) =>
      error.message === `${temporaryOf(path('net'))}: expected nothing there, got a directory; remove it`,
  );
  assert.is(readFileSync(path('net'), 'utf8'), 'whole');
});

test('a long name is no obstacle', () => {
  const path = folder('long');
  for (const name of ['x'.repeat(255), 'ü'.repeat(120)]) {
    writeAtomically(path(name), 'whole');
    assert.is(readFileSync(path(name), 'utf8'), 'whole');
  }
  assert.is(readdirSync(realpathSync(path(''))).length, 2);
});

test('what cannot be written leaves the old file and nothing else', () => {
  const path = folder('failing');
  mkdirSync(path('folder'));
  assert.throws(() => writeAtomically(path('none/net'), 'x'), /none\/net: no such file or directory/);
  assert.throws(() => writeAtomically(path('folder'), 'x'), /folder: is a directory/);
  rmSync(path('folder'), { recursive: true });
  assert.equal(readdirSync(path('')), []);
});

test.run();
