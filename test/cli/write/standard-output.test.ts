// What a shell does with standard output, by sh.
import { spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MAIN, Scratch, succeeds } from '../../support/cli.js';
import { csvText } from '../../support/cli-data.js';

const scratch = new Scratch();
test.after(() => scratch.remove());
const text = csvText(60, 1);
const data = scratch.file('fruit.csv', text);
const train = ['train', '--data', data, '--method', 'dense', '--hidden', '2', '--epochs', '1'];
const model = scratch.path('model.st');
test.before(async () => {
  await succeeds([...train, '--out', model]);
});

/** A shell line with the command in $@, in the folder of the files. */
function shell(line: string, args: readonly string[]) {
  return spawnSync('sh', ['-c', line, 'sh', process.execPath, MAIN, ...args], {
    encoding: 'utf8',
    cwd: scratch.folder,
    timeout: 60_000,
  });
}

test('an output that is standard output holds nothing else: the report goes to standard error', () => {
  if (process.platform !== 'linux') return;
  symlinkSync('/dev/stdout', scratch.path('link'));
  const whole = readFileSync(model);
  for (const [i, out] of ['/dev/stdout', '/dev/fd/1', '/proc/self/fd/1', 'link', 'net'].entries()) {
    const json = i % 2 === 1;
    const { status, stderr } = shell('"$@" > net', [...train, '--out', out, ...(json ? ['--json'] : [])]);
    assert.is(status, 0, stderr);
    assert.ok(readFileSync(scratch.path('net')).equals(whole), out);
    if (json) assert.is(JSON.parse(stderr).out, out);
    else assert.match(stderr, new RegExp(`\\nWrote ${out} \\(`));
  }
  const piped = shell('"$@" | cat > net', [...train, '--out', '/dev/stdout']);
  assert.match(piped.stderr, /\nWrote /);
  assert.ok(readFileSync(scratch.path('net')).equals(whole));
  const both = shell('"$@" > net 2>&1', [...train, '--out', '/dev/stdout']);
  assert.is(both.status, 2);
  assert.match(readFileSync(scratch.path('net'), 'utf8'), /\/dev\/stdout: is the file that standard error goes to/);
});

test('standard output that is a file which the command reads', () => {
  if (process.platform !== 'linux') return;
  for (const [line, args, said] of [
    ['"$@" 1<> fruit.csv', [...train, '--out', '/proc/self/fd/1'], '--out /proc/self/fd/1: is what --data reads'],
    ['"$@" >> fruit.csv', ['predict', model, data], 'standard output: is what DATA reads'],
    ['"$@" < fruit.csv >> fruit.csv', ['tree', '-'], 'standard output: is what DATA reads'],
    ['"$@" >> model.st', ['info', model], 'standard output: is what MODEL reads'],
  ] as const) {
    const { status, stderr } = shell(line, args);
    assert.is(status, 2, line);
    assert.is(stderr, `espalier: ${said}; expected another file to write\n`);
    assert.is(readFileSync(data, 'utf8'), text, line);
  }
});

test('an open file that is none is refused before the work', () => {
  if (process.platform !== 'linux') return;
  assert.is(shell('"$@"', [...train, '--out', '/dev/fd/77']).stderr, 'espalier: --out /dev/fd/77: is not open\n');
});

test.run();
