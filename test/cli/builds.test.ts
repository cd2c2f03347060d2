// --wide, --precision and ESPALIER_WIDE: told where they cannot be had, without any influence on what comes out where they are wide, and named by nets that relaxed kernels trained.
import { readFileSync } from 'node:fs';
import { loadNet } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { answers, espalier, refused, Scratch, succeeds } from '../support/cli.js';
import { sparseText } from '../support/cli-data.js';

interface Facts {
  wide: boolean;
  relaxed: boolean;
  relaxedSimd: boolean;
  wideReasons: string[];
  precision: string;
}

const scratch = new Scratch();
test.after(() => scratch.remove());
const data = scratch.file('train.txt', sparseText(300, 1));
const facts = await answers<Facts>(['info', '--wide']);
const training = ['train', '--data', data, '--method', 'dense', '--hidden', '16', '--epochs', '2', '--seed', '1'];

test('info --json: wide is whether this command computes so, relaxed whether it could', async () => {
  assert.type(facts.wide, 'boolean');
  assert.is(facts.relaxed, facts.relaxedSimd);
  assert.is(facts.wide, facts.wideReasons.length === 0);
  assert.is(facts.precision, 'strict');
  const narrow = await answers<Facts>(['info']);
  assert.is(narrow.wide, false);
  assert.equal(narrow.wideReasons, ['wide was not asked for']);
  if (Number(process.versions.node.split('.')[0]) < 24) {
    assert.is(facts.wide, false);
    assert.match(facts.wideReasons[0]!, /^V8 .* has no wide registers that work: Node 24 or later has them$/);
  }
});

test('--wide: the same file, and on stderr one line where it cannot be had', async () => {
  const files: string[] = [];
  for (const [name, flags] of [
    ['narrow', []],
    ['wide', ['--wide']],
  ] as const) {
    const out = scratch.path(`${name}.safetensors`);
    const { code, stderr } = await espalier([...training, '--out', out, ...flags]);
    assert.is(code, 0, stderr);
    const told = stderr.split('\n').filter((line) => line.includes('wide registers'));
    assert.is(told.length, flags.length && !facts.wide ? 1 : 0, stderr);
    for (const line of told) assert.is(line, `espalier: not in wide registers: ${facts.wideReasons.join('; ')}`);
    files.push(readFileSync(out, 'base64'));
  }
  assert.is(files[0], files[1]);
});

test('ESPALIER_WIDE=1 is --wide', async () => {
  process.env.ESPALIER_WIDE = '1';
  try {
    const { wide, wideReasons } = await answers<Facts>(['info']);
    assert.equal({ wide, wideReasons }, { wide: facts.wide, wideReasons: facts.wideReasons });
    const { stderr } = await espalier(['tree', data, '--out', scratch.path('tree')]);
    assert.is(stderr.includes('not in wide registers: '), !facts.wide);
  } finally {
    delete process.env.ESPALIER_WIDE;
  }
});

test('every command has both, and says what they are', async () => {
  const [, commands] = /expected a command \(([^)]+)\)/.exec((await espalier([])).stderr)!;
  assert.ok(commands!.includes('train') && commands!.includes('bench'), commands);
  for (const command of commands!.split(', ')) {
    const help = (await succeeds([command, '--help'])).replace(/\s+/g, ' ');
    assert.match(help, /--wide registers of 256 bits .* by an experimental flag of V8/, command);
    assert.match(help, /--precision <name> relaxed: .* not the same bits on every machine/, command);
  }
});

test('a precision that is none is refused, and relaxed where the runtime has it not', async () => {
  await refused(['tree', data, '--precision', 'sloppy'], /--precision.*'sloppy' is invalid.*strict, relaxed/);
  if (!facts.relaxed)
    await refused([...training, '--precision', 'relaxed'], /--precision: relaxed kernels need relaxed SIMD/);
});

test('a net trained with relaxed kernels says so, and computes on any engine', async () => {
  if (!facts.relaxed) return;
  const [out, strict] = [scratch.path('relaxed.safetensors'), scratch.path('strict.safetensors')];
  await succeeds([...training, '--precision', 'relaxed', '--out', out]);
  await succeeds([...training, '--out', strict]);
  const about = (file: string) => answers<{ precision?: string }>(['info', file]);
  assert.is((await about(out)).precision, 'relaxed');
  assert.is((await about(strict)).precision, undefined);
  assert.match(await succeeds(['info', out]), /^Precision +relaxed: /m);
  const net = await loadNet(readFileSync(out));
  assert.is(net.describe().precision, 'relaxed');
  assert.equal(Buffer.from(net.save({})).includes('"precision\\":\\"relaxed'), true);
  await succeeds(['predict', out, data]);
});

test.run();
