import { spawnSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '#dist/cli/errors.js';
import { readBytes, readHead } from '#dist/cli/read/bytes.js';
import { Scratch } from '../../support/cli.js';
import { refusesAsync } from '../../support/refuses.js';

const scratch = new Scratch();
test.after(() => scratch.remove());

const contents = Uint8Array.from({ length: 100_000 }, (_, i) => i * 7);

test('a file comes whole, its head alone, and is refused by its head or its size', async () => {
  const path = scratch.file('bytes', contents);
  assert.equal(new Uint8Array(readBytes(path)), contents);
  assert.equal(new Uint8Array(readHead(path, 10)), contents.subarray(0, 10));
  assert.is(readHead(path, 200_000).length, 100_000);
  const heads: number[] = [];
  readBytes(path, (head) => heads.push(head.length) + 100_000);
  assert.equal(heads, [65_536]);
  await refusesAsync(
    () => readBytes(path, () => 99_999),
    UserError,
    /bytes: expected at most 99999 bytes, got 100000$/,
  );
  await refusesAsync(() => readBytes(scratch.path('none')), UserError, /none: no such file or directory$/);
  await refusesAsync(() => readBytes(scratch.folder), UserError, /: is a directory, expected a file$/);
});

test('an empty file is asked about as well', async () => {
  const refuse = () => {
    throw new UserError('empty');
  };
  await refusesAsync(() => readBytes(scratch.file('empty', ''), refuse), UserError, /^empty$/);
  assert.is(readBytes(scratch.path('empty')).length, 0);
});

if (process.platform !== 'win32') {
  test('a device without an end is read to the bound', async () => {
    await refusesAsync(
      () => readBytes('/dev/zero', () => 300_000),
      UserError,
      /zero: expected at most 300000 bytes, got more$/,
    );
    assert.is(readBytes('/dev/null').length, 0);
  });

  test('a named pipe comes whole', () => {
    const pipe = scratch.path('pipe');
    const module = new URL('../../../../dist/cli/read/bytes.js', import.meta.url).href;
    const script = `import('${module}').then(({ readBytes }) => console.log(readBytes('${pipe}').length))`;
    const path = scratch.file('bytes', contents);
    const command = `mkfifo ${pipe} && (cat ${path} > ${pipe} & '${process.execPath}' -e "${script}")`;
    assert.is(spawnSync('sh', ['-c', command], { encoding: 'utf8' }).stdout, '100000\n');
  });
}

test.run();
