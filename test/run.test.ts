// The runner's own promises: the closing line stands last and plain, the slowest files before it, and nothing run is a failure.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const runner = fileURLToPath(new URL('run.js', import.meta.url));
const test = suite('run');

function runs(pattern: string): { code: number | null; lines: string[] } {
  const { status, stdout } = spawnSync(process.execPath, [runner, pattern], { encoding: 'utf8' });
  return { code: status, lines: stdout.trimEnd().split('\n') };
}

test('a pattern that no file matches fails', () => {
  const { code, lines } = runs('^no/such/file');
  assert.is(code, 1);
  assert.is(lines.at(-1), '0 passed, 0 failed');
});

test('files that pass: the slowest are told, then the sum in one plain line', () => {
  const { code, lines } = runs('^(numeric/log|structure/tree)\\.test');
  assert.is(code, 0);
  assert.match(lines.at(-1)!, /^[1-9]\d* passed, 0 failed$/);
  const told = lines.indexOf('The slowest of 2 files:');
  assert.ok(told > 0, lines.join('\n'));
  const seconds = lines.slice(told + 1, -2).map((line) => Number(/^ *(\d+\.\d) s {2}\S+$/.exec(line)![1]));
  assert.is(seconds.length, 2);
  assert.ok(seconds[0]! >= seconds[1]!);
});

test.run();
