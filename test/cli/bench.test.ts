import { mkdirSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { answers, espalier, refused, Scratch, succeeds } from '../support/cli.js';

const scratch = new Scratch();
test.after(() => scratch.remove());

// They would take part wherever they are installed: suite.test.ts asks them.
process.env.ESPALIER_PYTHON = scratch.path('no-python');

test('espalier bench times the package beside plain JavaScript, and names the peers that are absent', async () => {
  const stdout = await succeeds(['bench', '--quick', '--part', 'product', '--peers', scratch.folder]);
  assert.match(stdout, /Node \d/);
  assert.match(stdout, /product, 64 x 64 x 64/);
  assert.match(stdout, /^ {2}Espalier +[\d.]+ (µs|ms) \([\d.]+ to [\d.]+\)/m);
  assert.match(stdout, /^ {2}plain JavaScript +[\d.]+ (µs|ms) \([\d.]+ to [\d.]+\) +[\d.]+ x/m);
  assert.match(stdout, /^Espalier was slower /m);
  assert.match(stdout, /^Not installed in .*: .*onnxruntime-web.*@jax-js\/jax/m);
});

test('espalier bench --json has every median with its quartiles', async () => {
  const stdout = await succeeds(['bench', '--quick', '--part', 'product', '--peers', scratch.folder, '--json']);
  const { measured, absent, threads, machine } = JSON.parse(stdout);
  assert.is(threads, 1);
  assert.ok(machine.length > 0 && absent.includes('convnetjs'));
  assert.equal(
    measured.map(({ shape }: { shape: string }) => shape),
    ['64 x 64 x 64', '1 x 784 x 500'],
  );
  for (const { times, refused: wrong } of measured) {
    assert.equal(wrong, []);
    assert.equal(
      times.map(({ peer }: { peer: string }) => peer),
      ['Espalier', 'plain JavaScript'],
    );
    for (const { ms, quartiles } of times) assert.ok(quartiles[0] <= ms && ms <= quartiles[1]);
  }
});

test('--wide and --precision are those of the engine that is timed', async () => {
  const buildOf = async (...flags: string[]) => {
    const bench = ['bench', '--quick', '--part', 'product', '--peers', scratch.folder, '--json'];
    const { code, stdout, stderr } = await espalier([...bench, ...flags]);
    assert.is(code, 0, stderr);
    return JSON.parse(stdout).build;
  };
  const facts = await answers<{ wide: boolean; relaxed: boolean }>(['info', '--wide']);
  assert.equal([(await buildOf()).wide, (await buildOf('--wide')).wide], [false, facts.wide]);
  if (facts.relaxed) assert.is((await buildOf('--precision', 'relaxed')).precision, 'relaxed');
});

test('a peer that answers wrongly ends the command with an error, and is not timed', async () => {
  const fake = (name: string, main: string) => {
    const folder = scratch.path(`node_modules/${name}`);
    mkdirSync(folder, { recursive: true });
    scratch.file(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '9.9.9', main: 'main.js' }));
    scratch.file(`node_modules/${name}/main.js`, main);
  };
  fake(
    'convnetjs',
    `exports.Vol = class { constructor(w, h, d) { this.w = new Float64Array(w * h * d); } };
     exports.ConvLayer = class {
       constructor({ filters, sx, in_depth }) {
         this.filters = Array.from({ length: filters }, () => ({ w: new Float64Array(sx * sx * in_depth) }));
       }
       forward({ w }) { return { w: new Float64Array(w.length) }; }
     };`,
  );
  const { code, stdout, stderr } = await espalier([
    'bench',
    '--quick',
    '--part',
    'convolution',
    '--peers',
    scratch.folder,
  ]);
  assert.is(code, 1);
  assert.match(
    stdout,
    /ConvNetJS 9\.9\.9 +not timed +ConvNetJS 9\.9\.9, conv forward .*: expected -?[\d.]+ at 0, got 0/,
  );
  assert.match(stderr, /1 of the results were not to be timed/);
});

test('parts that are not are refused in words', async () => {
  await refused(['bench', '--part', 'everything'], /--part.*Allowed choices are product, convolution, sparse/);
  await refused(['bench', 'product'], /too many arguments/);
});

test.run();
