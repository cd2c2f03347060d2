// The guard itself: it finds accesses outside what a call's arguments stand for, it changes no bit, and no access of the kernels goes by it.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Kernels } from '#dist/runtime/kernels.js';
import { testFileOf } from '../assembly/kernel-list.js';
import { Blocks } from './blocks.js';
import { type Extents, extents } from './extents.js';
import { checkedText } from './instrument.js';
import { guardedKernels, Violation } from './kernels.js';
import { type GuardedModule, readGuarded } from './module.js';
import { guardedEnvironment, talliesOf } from './tallies.js';
import { writeGuarded } from './write.js';

const root = new URL('../../../', import.meta.url);
const folder = new URL(`build/guarded-${process.pid}/`, root);
const wat = readFileSync(new URL('build/espalier.wat', root), 'utf8');

const test = suite('guard');
let guarded: GuardedModule;

test.before(() => {
  writeGuarded(folder);
  guarded = readGuarded(folder);
});

test.after(() => rmSync(folder, { recursive: true, force: true }));

/** Zeroed blocks of these sizes, the first at 4096 and each 4096 further on, and guarded kernels for them. */
function bench(sizes: readonly number[], known: Extents = {}) {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536 });
  const blocks = new Blocks();
  for (const [i, bytes] of sizes.entries()) blocks.allocated(place(i), bytes);
  const { exports } = new WebAssembly.Instance(guarded.module, { env: { memory } });
  const tally = { calls: {}, accesses: 0, violations: [] as string[] };
  return {
    memory,
    blocks,
    tally,
    kernels: guardedKernels(exports, memory, blocks, { ...guarded, extents: known, tally }),
  };
}

const place = (block: number) => 4096 * (block + 1);

function violationOf(use: () => unknown): string {
  try {
    use();
  } catch (error) {
    assert.instance(error, Violation);
    return (error as Error).message;
  }
  return 'none';
}

interface Case {
  readonly kernel: keyof Kernels;
  /** Bytes of the blocks that it needs, none too many. */
  readonly sizes: readonly number[];
  /** The block that is made one element of so many bytes short. */
  readonly short: readonly [block: number, bytes: number];
  readonly args: (at: readonly number[]) => readonly number[];
  /** What is told of the access. */
  readonly told: RegExp;
}

const CASES: Record<string, Case> = {
  'a vector loaded': {
    kernel: 'accumulate',
    sizes: [64, 64],
    short: [1, 4],
    args: ([y, x]) => [y!, x!, 16],
    told: /^accumulate: v128\.load in assembly\/\S+ touches \[8240, 8256\), which no argument stands for; the nearest argument is x, \[8192, 8252\), 4 bytes away$/,
  },
  'a vector stored': {
    kernel: 'random_bits',
    sizes: [64],
    short: [0, 4],
    args: ([out]) => [out!, 1, 0, 1, 2, 3, 4],
    told: /^random_bits: v128\.store offset=48 in \S+ touches \[4144, 4160\), .* is out, \[4096, 4156\), 4 bytes away$/,
  },
  'a lane loaded': {
    kernel: 'gate_forward',
    sizes: [28, 28, 28, 28, 4],
    short: [3, 4],
    args: (at) => [...at, 1, 7],
    told: /^gate_forward: v128\.load32_zero in \S+ touches \[16408, 16412\), .* is noise, /,
  },
  'a lane stored': {
    kernel: 'gate_forward',
    sizes: [28, 28, 28, 28, 4],
    short: [0, 4],
    args: (at) => [...at, 1, 7],
    told: /^gate_forward: v128\.store32_lane 0 in \S+ touches \[4120, 4124\), .* is gate, /,
  },
  'a number spread over a vector': {
    kernel: 'tile_fill',
    sizes: [384, 12],
    short: [1, 4],
    args: (at) => [...at, 3],
    told: /^tile_fill: v128\.load32_splat in \S+ touches \[8200, 8204\), .* is value, \[8192, 8200\), 4 bytes away$/,
  },
  'bytes loaded': {
    kernel: 'joint_counts',
    sizes: [16, 5, 5],
    short: [2, 1],
    args: (at) => [...at, 2, 2, 5],
    told: /^joint_counts: i32\.load8_u in \S+ touches \[12292, 12293\), .* is second, \[12288, 12292\), 1 bytes away$/,
  },
  'an i32 stored': {
    kernel: 'random_permutation',
    sizes: [28, 64],
    short: [0, 4],
    args: ([out, scratch]) => [out!, 7, scratch!, 1, 2, 3],
    told: /^random_permutation: i32\.store in \S+ touches \[4120, 4124\), .* is out, /,
  },
  'an f64 stored': {
    kernel: 'count_table',
    sizes: [48],
    short: [0, 8],
    args: ([table]) => [table!, 0, 6],
    told: /^count_table: f64\.store in \S+ touches \[4136, 4144\), .* is table, \[4096, 4136\), 8 bytes away$/,
  },
  'a fill': {
    kernel: 'joint_counts',
    sizes: [16, 5, 5],
    short: [0, 4],
    args: (at) => [...at, 2, 2, 5],
    told: /^joint_counts: memory\.fill in \S+ touches \[4096, 4112\), .* is joint, \[4096, 4108\), 4 bytes away$/,
  },
  'a copy, from': {
    kernel: 'latent_posteriors',
    sizes: [4, 8, 8, 4, 4, 16, 32, 32],
    short: [6, 8],
    args: ([posterior, likelihood, starts, indices, parent, table, base, message]) => [
      ...[posterior!, likelihood!, 0, 0, starts!, indices!, 0, parent!, table!, base!, 0, message!],
      ...[1, 0, 1],
    ],
    told: /^latent_posteriors: memory\.copy in \S+ touches \[28672, 28704\), .* is base, /,
  },
  'an address in memory': {
    kernel: 'joint_table',
    sizes: [8, 4, 16],
    short: [2, 8],
    args: ([table, columns]) => [table!, columns!, 1, 2, 128],
    told: /^joint_table: i64\.load in \S+ touches \[12296, 12304\), .* is columns\[0\], \[12288, 12296\), 8 bytes away$/,
  },
};

for (const [name, { kernel, sizes, short, args, told }] of Object.entries(CASES)) {
  const [block, bytes] = short;
  const shortened = sizes.map((size, i) => (i === block ? size - bytes : size));
  const call = ({ kernels, memory }: ReturnType<typeof bench>) => {
    if (kernel === 'joint_table') new Uint32Array(memory.buffer)[place(1) / 4] = place(2);
    return kernels[kernel]!(...args(sizes.map((_, i) => place(i))));
  };

  test(`${name} past the end of a block is found where it happens (${kernel})`, () => {
    assert.is(
      violationOf(() => call(bench(sizes))),
      'none',
      'blocks of the right sizes',
    );
    const tried = bench(shortened);
    assert.match(
      violationOf(() => call(tried)),
      told,
    );
    assert.is(tried.tally.violations.length, 1);
    assert.ok(tried.tally.accesses > 0);
    const end = place(block) + shortened[block]!;
    assert.equal(
      [...new Uint8Array(tried.memory.buffer, end, bytes)],
      Array(bytes).fill(0),
      'nothing was written there',
    );
  });

  test(`and the call is refused when the header's sizes do not fit the blocks (${kernel}, ${name})`, () => {
    assert.is(
      violationOf(() => call(bench(sizes, extents))),
      'none',
    );
    assert.match(
      violationOf(() => call(bench(shortened, extents))),
      new RegExp(
        `^${kernel}: \\S+ must have ${sizes[block]} bytes from ${place(block)} on, and ${shortened[block]} are left`,
      ),
    );
  });
}

test('an access is held against what the header says, not the block', () => {
  const { kernels } = bench([4096], { relu: ({ n }) => ({ y: 4 * n! - 4 }) });
  assert.match(
    violationOf(() => kernels.relu!(place(0), 8)),
    /^relu: v128\.load .* touches \[4112, 4128\), .* is y, \[4096, 4124\), 4 bytes away$/,
  );
});

test('parts of a block, blocks given back, and addresses without a block', () => {
  const { kernels, blocks } = bench([4096, 64]);
  const relu = (at: number) => violationOf(() => kernels.relu!(at, 8));
  assert.is(relu(place(0) + 32), 'none');
  blocks.part(place(0) + 32, 28);
  assert.match(relu(place(0) + 32), /is y, \[4128, 4156\)/);
  assert.is(relu(place(0) + 64), 'none');
  assert.is(relu(place(1)), 'none');
  blocks.released(place(1));
  assert.match(relu(place(1)), /^relu: v128\.load .* touches \[8192, 8208\)/);
  blocks.released(place(0));
  assert.is(relu(place(1)), 'relu: y is 8192, which lies in no live block');
  assert.match(relu(0), /^relu: v128\.load .* touches \[0, 16\), which no argument stands for$/);
  assert.is(relu(2 ** 32 - 16), 'relu: y is 4294967280, which lies in no live block');
  assert.is(
    violationOf(() => kernels.relu!(place(0))),
    'relu: 1 arguments for 2 parameters',
  );
});

test('every access of the module is checked', () => {
  const accesses = (text: string) =>
    text.match(/\b(?:\w+\.(?:load|store)\w*|memory\.(?:fill|copy|init|grow)|atomic)\b|\w+\.\w+\.rmw/g) ?? [];
  const { text, sites } = checkedText(wat);
  assert.is(sites.length, accesses(wat).length);
  assert.ok(sites.length > 1000);
  const kernels = text.slice(0, text.indexOf('(global $guard_accesses'));
  assert.equal(accesses(kernels.replaceAll(/call \$checked_\S+/g, '')), []);
  for (const line of ['i32.atomic.load', 'i64.atomic.rmw.add offset=8', 'memory.init 0', 'v256.load'])
    assert.throws(() => checkedText(`(module\n (func $f\n  ${line}\n )\n)`), /does not know: /);
});

test('every kernel has extents, by names of its addresses', () => {
  const some = { at: () => 1, max: () => 1, bytes: () => 1 };
  assert.equal(Object.keys(guarded.signatures).sort(), Object.keys(testFileOf).sort());
  for (const [kernel, parameters] of Object.entries(guarded.signatures)) {
    const call = Object.fromEntries(parameters.map(({ name }, i) => [name, i + 1]));
    const known = Object.entries(extents[kernel as keyof Kernels](call, some)).filter(([, bytes]) => bytes > 0);
    const addresses = parameters.filter(({ address }) => address).map(({ name }) => name);
    for (const [name] of known) assert.ok(addresses.includes(name.replace(/\[\d\]$/, '')), `${kernel}: ${name}`);
    assert.ok(addresses.length === 0 || known.length > 0, kernel);
  }
});

test('a process under the hook: the same digests, each kernel the same bits guarded as plain, and what is wrong is told', () => {
  const { stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(new URL('hooked.js', import.meta.url))], {
    encoding: 'utf8',
    env: guardedEnvironment(folder, 1),
  });
  assert.is(stderr, '');
  const { digests, fresh, relu, gone, told } = JSON.parse(stdout);
  assert.equal(digests, JSON.parse(readFileSync(new URL('test/golden/digests.json', root), 'utf8')));
  assert.equal(new Set([...fresh, ...gone]), new Set([0xff]), 'blocks are spoiled before their use and after it');
  assert.equal(relu, Array(8).fill(0));
  const messages = [
    /^Violation: relu: y must have 48 bytes from (\d+) on, and 40 are left of \[\1, \d+\)$/,
    /^Violation: a view f32, \[\d+, \d+\), ends behind its block, \[\d+, \d+\)$/,
    /^Violation: relu: y is \d+, which lies in no live block$/,
    /^Violation: a view f32, \[\d+, \d+\), lies in no live block$/,
  ];
  for (const [i, message] of messages.entries()) assert.match(told[i], message);

  const [tally, ...others] = talliesOf(folder);
  assert.is(others.length, 0);
  assert.equal(
    tally!.violations.map((text) => `Violation: ${text}`),
    told,
  );
  assert.ok(tally!.accesses > 1e8);
  // read_ahead is for tiles larger than these rows make; latent_fit calls latent_pair_em inside, which is exported for its own tests.
  const missed = Object.keys(testFileOf).filter((kernel) => !(tally!.compared[kernel]! > 0));
  assert.equal(missed, ['read_ahead', 'latent_pair_em']);
});

test.run();
