// matmul and the sparse layer of espalier/kernels beside plain sums in 64 bits, at awkward sizes.
import { createEngine } from 'espalier';
import { allocate, matmul, sparseLinear, sparseLinearGradients } from 'espalier/kernels';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Block } from '#dist/kernels/block.js';
import { SparseUnits } from '#dist/layers/sparse-units.js';
import { Pace } from '#dist/runtime/pace.js';
import { Draws } from '../support/draws.js';
import { sameBits } from '../support/numbers.js';
import { sameAtAnyThreads } from '../support/threads.js';
import { close, dot } from './near.js';

const test = suite('kernels: products');
const draws = new Draws(7);
const numbers = (length: number) => Float32Array.from({ length }, () => 2 * draws.unit() - 1);
const turned = (a: Float32Array, rows: number, columns: number) =>
  Float32Array.from({ length: a.length }, (_, i) => a[(i % rows) * columns + Math.floor(i / rows)]!);

for (const [m, n, k] of [
  [1, 1, 1],
  [5, 8, 3],
  [6, 9, 260],
  [13, 31, 17],
  [64, 64, 64],
  [3, 100, 513],
] as const) {
  test(`matmul ${m} x ${n} x ${k}: the plain sums, however the operands lie`, async () => {
    const engine = await createEngine({ threads: 1 });
    const [a, b] = [numbers(m * k), numbers(k * n)];
    const expected = new Float64Array(m * n);
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) for (let p = 0; p < k; p++) expected[i * n + j]! += a[i * k + p]! * b[p * n + j]!;
    const plain = await matmul(a, b, { m, n, k, engine });
    close(plain, expected, 1e-5, 'a b');
    const [at, bt] = [turned(a, m, k), turned(b, k, n)];
    for (const [left, right, how] of [
      [at, b, { transposeA: true }],
      [a, bt, { transposeB: true }],
      [at, bt, { transposeA: true, transposeB: true }],
    ] as const)
      sameBits(await matmul(left, right, { m, n, k, ...how, engine }), plain, JSON.stringify(how));
    const out = numbers(m * n);
    const sum = Float64Array.from(expected, (v, i) => v + out[i]!);
    assert.is(await matmul(a, b, { m, n, k, out, accumulate: true, engine }), out);
    close(out, sum, 1e-5, 'c + a b');
    const [left, right] = [allocate(engine, [m, k], a), allocate(engine, [k, n], b)];
    const made = await matmul(left, right, { m, n, k });
    assert.instance(made, Block);
    sameBits(made.array, plain, 'blocks');
    const added = await matmul(left, b, {
      m,
      n,
      k,
      out: allocate(engine, [m, n], made.array.slice()),
      accumulate: true,
    });
    close(
      added.array,
      expected.map((v) => 2 * v),
      1e-5,
      'a block that is added to',
    );
    for (const block of [left, right, made, added]) block.dispose();
    assert.is(engine.arena.used, 0);
  });
}

/** Units of 0 to 6 inputs. */
function connectionsOf(inputs: number, units: number) {
  const lists = Array.from({ length: units }, (_, u) =>
    Array.from({ length: inputs }, (_, i) => i).filter(() => u !== 1 && draws.unit() < Math.min(1, 4 / inputs)),
  );
  if (lists.flat().length === 0) lists[0] = [0];
  const start = new Int32Array(units + 1);
  lists.forEach((list, u) => {
    start[u + 1] = start[u]! + list.length;
  });
  return { inputs, units, start, index: Int32Array.from(lists.flat()) };
}

for (const [samples, inputs, units] of [
  [1, 1, 1],
  [1, 30, 17],
  [33, 20, 9],
  [64, 7, 40],
  [70, 101, 3],
] as const) {
  test(`sparse layer, ${samples} rows of ${inputs} to ${units}: the plain sums, and gradients that are their adjoints`, async () => {
    const engine = await createEngine({ threads: 1 });
    const connections = connectionsOf(inputs, units);
    const { start, index } = connections;
    const [x, dy, weight, bias] = [samples * inputs, samples * units, index.length, units].map(numbers) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const y = new Float64Array(samples * units);
    const [dx, dw, db] = [new Float64Array(x.length), new Float64Array(weight.length), new Float64Array(units)];
    for (let s = 0; s < samples; s++) {
      for (let u = 0; u < units; u++) {
        const to = s * units + u;
        y[to] = bias[u]!;
        db[u]! += dy[to]!;
        for (let e = start[u]!; e < start[u + 1]!; e++) {
          const from = s * inputs + index[e]!;
          y[to]! += weight[e]! * x[from]!;
          dx[from]! += weight[e]! * dy[to]!;
          dw[e]! += dy[to]! * x[from]!;
        }
      }
    }
    const options = { samples, ...connections, engine };
    const plain = await sparseLinear(x, weight, { ...options, bias });
    close(plain, y, 1e-5, 'y');
    const found = await sparseLinearGradients(x, dy, weight, options);
    close(found.dx, dx, 1e-5, 'dx');
    close(found.dweight, dw, 1e-5, 'dweight');
    close(found.dbias, db, 1e-5, 'dbias');
    const linear = dot(dy, await sparseLinear(x, weight, options));
    assert.ok(Math.abs(linear - dot(found.dx, x)) < 1e-4 * (1 + Math.abs(linear)));
    assert.ok(Math.abs(linear - dot(found.dweight, weight)) < 1e-4 * (1 + Math.abs(linear)));

    const blocks = {
      x: allocate(engine, [samples, inputs], x),
      weight: allocate(engine, [weight.length], weight),
      bias: allocate(engine, [units], bias),
      dy: allocate(engine, [samples, units], dy),
      dbias: allocate(engine, [units]),
    };
    const made = await sparseLinear(blocks.x, blocks.weight, { samples, ...connections, bias: blocks.bias });
    sameBits(made.array, plain, 'blocks');
    const gradients = await sparseLinearGradients(blocks.x, blocks.dy, blocks.weight, {
      samples,
      ...connections,
      dbias: blocks.dbias,
    });
    assert.is(gradients.dbias, blocks.dbias);
    for (const name of ['dx', 'dweight', 'dbias'] as const) sameBits(gradients[name].array, found[name], name);
    for (const block of [...Object.values(blocks), made, gradients.dx, gradients.dweight]) block.dispose();
    assert.is(engine.arena.used, 0);
  });
}

test("the sparse layer has the bits of the nets' own", async () => {
  const engine = await createEngine({ threads: 1 });
  const connections = connectionsOf(40, 23);
  const [x, weight, bias] = [numbers(32 * 40), numbers(connections.index.length), numbers(23)];
  const scope = engine.scope();
  const units = new SparseUnits(engine, scope, connections);
  units.weight = scope.copy(weight);
  const tiles = scope.copy(turned(x, 32, 40));
  const y = scope.zeros(32 * 23);
  await units.forward(y, 23, tiles, 40, 1, scope.copy(bias), new Pace());
  const own = turned(engine.f32(y, 32 * 23).slice(), 23, 32);
  sameBits(await sparseLinear(x, weight, { samples: 32, ...connections, bias, engine }), own, 'y');
});

test('threads change no bit', async () => {
  const connections = connectionsOf(50, 40);
  const [a, b, dy, weight] = [numbers(90 * 50), numbers(50 * 70), numbers(90 * 40), numbers(connections.index.length)];
  await sameAtAnyThreads(async (engine) => [
    await matmul(a, b, { m: 90, n: 70, k: 50, engine }),
    await sparseLinear(a, weight, { samples: 90, ...connections, engine }),
    await sparseLinearGradients(a, dy, weight, { samples: 90, ...connections, engine }),
  ]);
});

test.run();
