// What the functions of espalier/kernels refuse, how blocks live and die, and how calls stop.
import { createEngine } from 'espalier';
import {
  allocate,
  conv2d,
  conv2dWeightGradient,
  gatedConv2d,
  matmul,
  maximumSpanningTree,
  packFilters,
  pairCounts,
  pairInformation,
  sparseLinear,
  sparseLinearGradients,
} from 'espalier/kernels';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Block } from '#dist/kernels/block.js';
import { refuses, refusesAsync } from '../support/refuses.js';
import { SlowClock } from '../support/slow-clock.js';

// biome-ignore lint/suspicious/noExplicitAny: what TypeScript would have refused
const wrong = (value: unknown): any => value;
const floats = (length: number) => new Float32Array(length).fill(1);
const ints = (...list: number[]) => Int32Array.from(list);

const engine = await createEngine({ threads: 1 });
const other = await createEngine({ threads: 1 });
const image = { samples: 2, channels: 1, height: 3, width: 3, filters: 2, kernel: 3, padding: 1, engine };
const product = { m: 2, n: 2, k: 3, engine };
const sparse = { inputs: 3, units: 2, start: ints(0, 2, 3), index: ints(0, 2, 1), engine };
const packed = await packFilters(floats(18), image);
const wide = allocate(engine, [2, 3]);
const gone = allocate(engine, [2, 3]);
gone.dispose();

const test = suite('kernels: refused');

type Case = [call: () => unknown, kind: typeof TypeError | typeof RangeError, message: RegExp];
const cases: Record<string, Case> = {
  'x of another kind': [
    () => conv2d(wrong(new Float64Array(18)), floats(18), image),
    TypeError,
    /^x: expected Float32Array or a block, got a Float64Array$/,
  ],
  'x too short': [
    () => conv2d(floats(17), floats(18), image),
    RangeError,
    /^x: expected length 18 \(2 x 1 x 3 x 3\), got 17$/,
  ],
  'no weights': [() => conv2d(floats(18), wrong(undefined), image), TypeError, /^weight: expected Float32Array or/],
  'weights of another shape': [
    () => conv2d(floats(18), allocate(engine, [18]), image),
    RangeError,
    /^weight: expected a block of shape \[2, 1, 3, 3\], got \[18\]$/,
  ],
  'filters packed for another size': [
    () => conv2d(floats(24), packed, { ...image, height: 4 }),
    RangeError,
    /^weight: expected filters packed for height 4, got ones for 3$/,
  ],
  'no sizes': [() => conv2d(floats(18), floats(18), wrong({})), TypeError, /^channels: expected an integer from 1/],
  'no options': [
    () => conv2d(floats(18), floats(18), wrong(undefined)),
    TypeError,
    /^options: expected an object, got undefined$/,
  ],
  'a misspelt option': [
    () => conv2d(floats(18), floats(18), wrong({ ...image, strides: 2 })),
    TypeError,
    /strides.*stride/,
  ],
  'a kernel larger than the image': [
    () => conv2d(floats(18), floats(98), { ...image, kernel: 7, padding: 1 }),
    RangeError,
    /^kernel: expected at most height \+ 2 padding = 5, got 7$/,
  ],
  'a bias too long': [
    () => conv2d(floats(18), floats(18), { ...image, bias: floats(3) }),
    RangeError,
    /^bias: expected length 2 \(2\), got 3$/,
  ],
  'out too short': [
    () => conv2d(floats(18), floats(18), { ...image, out: floats(3) }),
    RangeError,
    /^out: expected length 36 \(2 x 2 x 3 x 3\), got 3$/,
  ],
  'dy of another length': [
    () => conv2dWeightGradient(floats(18), floats(18), image),
    RangeError,
    /^dy: expected length 36/,
  ],
  'no gates': [() => gatedConv2d(floats(18), floats(18), wrong(image)), TypeError, /^open: expected Uint8Array or/],
  'half a gate': [
    () => gatedConv2d(floats(18), floats(18), { ...image, open: Float32Array.of(1, 0.5, 0, 1) }),
    RangeError,
    /^open\[1\]: expected 0 or 1, got 0.5$/,
  ],
  'gates of too few images': [
    () => gatedConv2d(floats(18), floats(18), { ...image, open: Uint8Array.of(1, 0) }),
    RangeError,
    /^open: expected length 4 \(samples x filters = 2 x 2\), got 2$/,
  ],
  'a block of another engine': [
    () => matmul(allocate(other, [2, 3]), floats(6), product),
    RangeError,
    /^a: expected a block of the same engine as all else, got one of another$/,
  ],
  'blocks of two engines': [
    () => matmul(wide, allocate(other, [3, 2]), { m: 2, n: 2, k: 3 }),
    RangeError,
    /^b: expected a block of the same engine/,
  ],
  'a block that is no more': [
    () => matmul(gone, floats(6), product),
    RangeError,
    /^a: expected a block that is in use, got one that was disposed of$/,
  ],
  'out is an operand': [
    () => matmul(wide, floats(9), { m: 2, n: 3, k: 3, out: wide }),
    RangeError,
    /^out: expected another block than a, got the same$/,
  ],
  'nothing to add to': [
    () => matmul(floats(6), floats(6), { ...product, accumulate: true }),
    TypeError,
    /^out: expected Float32Array or a block to add to, got undefined$/,
  ],
  'one block for two results': [
    () => {
      const both = allocate(engine, [3]);
      return sparseLinearGradients(allocate(engine, [1, 3]), floats(3), floats(3), {
        ...sparse,
        units: 3,
        start: ints(0, 1, 2, 3),
        dweight: both,
        dbias: both,
      });
    },
    RangeError,
    /^dweight: expected another block than dbias, got the same$/,
  ],
  'connections that do not begin at 0': [
    () => sparseLinear(floats(3), floats(3), { ...sparse, start: ints(1, 2, 3) }),
    RangeError,
    /^start\[0\]: expected 0, got 1$/,
  ],
  'connections that go back': [
    () => sparseLinear(floats(3), floats(3), { ...sparse, start: ints(0, 4, 3) }),
    RangeError,
    /^start\[2\]: expected an integer from 4, got 3$/,
  ],
  'an input that is not there': [
    () => sparseLinear(floats(3), floats(3), { ...sparse, index: ints(0, 3, 1) }),
    RangeError,
    /^index\[1\]: expected a feature from 0 to 2, got 3$/,
  ],
  'inputs out of order': [
    () => sparseLinear(floats(3), floats(3), { ...sparse, index: ints(2, 0, 1) }),
    RangeError,
    /^index\[1\]: expected inputs that rise within unit 0, got 0 after 2$/,
  ],
  'connections in a list': [
    () => sparseLinear(floats(3), floats(3), wrong({ ...sparse, start: [0, 2, 3] })),
    TypeError,
    /^start: expected Int32Array, got \[0,2,3\]$/,
  ],
  'a state that is not there': [
    () => pairCounts(Uint8Array.of(0, 2), { rows: 1, columns: 2 }),
    RangeError,
    /^data\[1\]: expected a state from 0 to 1, got 2$/,
  ],
  'data of no kind': [
    () => pairCounts(wrong(null), { rows: 1, columns: 2 }),
    TypeError,
    /^data: expected Uint8Array or an object of start and index, or of bits, got null$/,
  ],
  'a column that is not there': [
    () => pairInformation(Uint8Array.of(0, 1), { rows: 1, columns: 2, of: [2] }),
    RangeError,
    /^of\[0\]: expected a column from 0 to 1, got 2$/,
  ],
  'ones out of order': [
    () => pairCounts({ start: ints(0, 2), index: ints(1, 0) }, { rows: 1, columns: 2 }),
    RangeError,
    /^data.index\[1\]: expected columns that rise within row 0, got 0 after 1$/,
  ],
  'bits past the rows': [
    () => pairCounts({ bits: Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0) }, { rows: 1, columns: 1 }),
    RangeError,
    /^data.bits: expected 0 past row 0, got 1 in column 0 at row 1$/,
  ],
  'states of bits': [
    () => pairInformation({ bits: new Uint8Array(8) }, { rows: 1, columns: 1, states: 3 }),
    RangeError,
    /^states: expected 2 for compressed rows and bits, got 3$/,
  ],
  'weights that differ by direction': [
    () => maximumSpanningTree(Float64Array.of(0, 1, 2, 0), { vertices: 2 }),
    RangeError,
    /^weights\[1\]: expected 2 as for the edge from 1 to 0, got 1$/,
  ],
  'weights below 0': [
    () => maximumSpanningTree(Float64Array.of(0, -1, -1, 0), { vertices: 2 }),
    RangeError,
    /^weights\[1\]: expected a number from 0, or -Infinity for no edge, got -1$/,
  ],
  'a root that is not there': [
    () => maximumSpanningTree(Float64Array.of(0, 1, 1, 0), { vertices: 2, root: 2 }),
    RangeError,
    /^root: expected a vertex from 0 to 1, got 2$/,
  ],
};

for (const [what, [call, kind, message]] of Object.entries(cases))
  test(`${what}: ${kind.name}, and nothing is held`, async () => {
    await refusesAsync(call, kind, message);
    // Once more: the call may have made blocks of its own, but those that it made are counted.
    assert.equal(wide.disposed, false);
  });

test('shapes and values that make no block', () => {
  const make =
    (shape: unknown, values?: unknown, on: unknown = engine) =>
    () =>
      allocate(wrong(on), wrong(shape), wrong(values));
  refuses(make([2], undefined, {}), TypeError, /^engine: expected what createEngine made, got an object$/);
  refuses(make(2), TypeError, /^shape: expected a list of sizes, got 2$/);
  refuses(make([]), RangeError, /^shape: expected at least one size, got an empty list$/);
  refuses(make([2, 0]), RangeError, /^shape\[1\]: expected an integer from 1, got 0$/);
  refuses(make([2, '3']), TypeError, /^shape\[1\]: expected an integer from 1, got "3"$/);
  refuses(make([2, 1.5]), RangeError, /^shape\[1\]: expected an integer from 1, got 1.5$/);
  refuses(make([2, 3], floats(5)), RangeError, /^values: expected length 6 \(2 x 3\), got 5$/);
  refuses(make([2], [1, 2]), TypeError, /^values: expected Float32Array, got \[1,2\]$/);
  refuses(make([2 ** 20, 2 ** 20]), RangeError, /^shape: expected at most \d+ bytes, which the engine has left, got /);
});

test('the view of a block outlives the growth of the memory, and the block its disposal once', async () => {
  const own = await createEngine({ threads: 1 });
  const block = allocate(own, [2, 2], Float32Array.of(1, 2, 3, 4));
  const before = block.array;
  assert.is(block.array, before, 'no new view without need');
  const large = allocate(own, [2 ** 22]);
  assert.equal([...block.array], [1, 2, 3, 4]);
  assert.is(before.length, 0, 'the memory has grown');
  assert.equal([...large.array.subarray(0, 3)], [0, 0, 0]);
  large.dispose();
  block.dispose();
  block.dispose();
  assert.is(own.arena.used, 0);
  assert.ok(block.disposed);
  assert.throws(() => block.array, /^block: expected one that is in use, got one that was disposed of$/);
  assert.instance(block, Block);
  assert.throws(() => wrong(block.shape).push(1));
  if (Symbol.dispose) {
    const last = allocate(own, [1]);
    last[Symbol.dispose]();
    assert.ok(last.disposed);
    const filters = await packFilters(floats(18), { ...image, engine: own });
    filters[Symbol.dispose]();
    assert.is(own.arena.used, 0);
  }
});

test('new blocks are zeros where the memory was used before', () => {
  const first = allocate(engine, [50], floats(50));
  first.dispose();
  const again = allocate(engine, [50]);
  assert.equal([...again.array], Array(50).fill(0));
  again.dispose();
});

test('a block is kept while a call uses it', async () => {
  const [a, b] = [allocate(engine, [300, 400], floats(120000)), allocate(engine, [400, 300], floats(120000))];
  const call = matmul(a, b, { m: 300, n: 300, k: 400 });
  await Promise.resolve();
  assert.throws(() => a.dispose(), /^dispose: a call that uses this block is under way; wait for it$/);
  const c = await call;
  assert.is(c.array[0], 400);
  for (const block of [a, b, c]) block.dispose();
});

test('an aborted call rejects with the reason, before it begins or at its next turn, and frees all', async () => {
  const own = await createEngine({ threads: 1 });
  const reason = new Error('enough');
  const large = { samples: 40, channels: 32, height: 64, width: 64, filters: 64, kernel: 3, padding: 1 };
  const x = allocate(own, [40, 32, 64, 64]);
  const used = own.arena.used;
  const calls: Record<string, (signal: AbortSignal) => Promise<unknown>> = {
    conv2d: (signal) => conv2d(x, floats(64 * 32 * 9), { ...large, signal }),
    matmul: (signal) => matmul(floats(1e6), floats(1e6), { m: 1000, n: 1000, k: 1000, engine: own, signal }),
    pairs: (signal) => pairInformation(new Uint8Array(1e6), { rows: 1000, columns: 1000, engine: own, signal }),
    tree: (signal) => maximumSpanningTree(new Float64Array(4e6), { vertices: 2000, engine: own, signal }),
  };
  for (const [name, call] of Object.entries(calls)) {
    await call(AbortSignal.abort(reason)).then(
      () => assert.unreachable(name),
      (error) => assert.is(error, reason, name),
    );
    const controller = new AbortController();
    // However fast the call is, it yields.
    const clock = new SlowClock();
    const aborting = clock.after(1, () => controller.abort(reason));
    await call(controller.signal)
      .then(
        () => assert.unreachable(name),
        (error) => assert.is(error, reason, name),
      )
      .finally(() => clock.stop());
    await aborting;
    assert.is(own.arena.used, used, name);
  }
  x.dispose();
});

test('a call that memory does not suffice for leaves nothing behind', async () => {
  const own = await createEngine({ threads: 1, maxMemory: 2 ** 20 });
  const x = allocate(own, [1, 8, 64, 64]);
  const used = own.arena.used;
  const options = { channels: 8, height: 64, width: 64, filters: 64, kernel: 3, padding: 1 };
  await refusesAsync(() => conv2d(x, floats(64 * 72), options), RangeError, /memory|bytes/);
  assert.is(own.arena.used, used);
  x.dispose();
});

test.run();
