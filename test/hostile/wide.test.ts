import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Outcome } from './wide-calls.js';

const MOST_MEGABYTES = 300;
const MOST_SECONDS = 5;

test(`two rows that claim 2^31 - 2 columns or classes: refused with the number or done, in ${MOST_SECONDS} s and ${MOST_MEGABYTES} MB`, () => {
  const calls = fileURLToPath(new URL('./wide-calls.js', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--max-old-space-size=160', calls], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.is(status, 0, stderr.slice(0, 1000));
  const { refused, done, megabytes } = JSON.parse(stdout) as Record<'refused' | 'done', Outcome[]> & {
    megabytes: number;
  };
  assert.ok(refused.length > 30 && done.length > 3);
  for (const { name, refusal } of refused) {
    assert.is(refusal?.name, 'RangeError', `${name}: ${refusal?.message}`);
    assert.match(
      refusal!.message,
      /^[a-zA-Z]+: .*(needs \d+\.\d MB, the limit is 4295\.0 MB|at most \d+|from 0 to \d+).*$/,
    );
  }
  for (const { name, refusal } of done) assert.is(refusal, undefined, name);
  for (const { name, seconds } of [...refused, ...done]) assert.ok(seconds < MOST_SECONDS, `${name}: ${seconds} s`);
  assert.ok(megabytes > 20 && megabytes < MOST_MEGABYTES, `${megabytes} MB`);
});

test.run();
