import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Address } from '#dist/runtime/address.js';
import { Draws } from '../support/draws.js';
import { engine, guarded, kernelTest } from '../support/kernel-test.js';
import { close, sameBits } from '../support/numbers.js';
import * as twin from './twins/posterior.js';

/** Differences of sums of k ln k over n rows, rounded to f32. */
const NATS = { relative: 6e-8, absolute: 1e-13 };

const range = (length: number) => Array.from({ length }, (_, i) => i);

kernelTest('soft_sums', '16 and 48 columns, 0 to 513 rows in any order, bits of the twin', (kernel) => {
  const draws = new Draws(7);
  for (const columns of [16, 48]) {
    for (const stride of [columns, 64]) {
      for (const count of [0, 1, 2, 255, 256, 257, 512, 513]) {
        const all = 40;
        const posterior = Float32Array.from({ length: all * stride }, (_, i) =>
          i % stride < columns ? draws.unit() : Number.NaN,
        );
        const list: twin.SoftRows = {
          rows: Int32Array.from({ length: count }, () => draws.below(all)),
          weight: Float32Array.from({ length: count }, () => (draws.below(4) ? draws.unit() : draws.below(2))),
          parent: Float32Array.from({ length: count }, () => (draws.below(4) ? draws.unit() : draws.below(2))),
        };
        guarded((memory) => {
          const sum = memory.output(new Float64Array(columns).fill(-5));
          const joint = memory.output(new Float64Array(columns).fill(-5));
          const [rows, weight, parent] = [list.rows, list.weight, list.parent].map(
            (values) => memory.input(values).at,
          ) as [Address, Address, Address];
          kernel(sum.at, joint.at, memory.input(posterior).at, stride, rows, weight, parent, count, columns);
          const expected = twin.softSums(posterior, stride, list, columns);
          sameBits(sum.read(), expected.sum, `sum of ${count} rows, ${columns} columns`);
          sameBits(joint.read(), expected.joint, `joint of ${count} rows, ${columns} columns`);
        });
      }
    }
  }
});

/** P(= 1) of a variable row by row: certain, never sure, or anything. */
function softColumn(draws: Draws, rows: number): number[] {
  const kind = draws.below(5);
  return range(rows).map(() =>
    kind === 0 ? 0 : kind === 1 ? 1 : kind === 2 ? draws.below(2) : kind === 3 ? draws.unit() : 1e-6 * draws.unit(),
  );
}

/** The counts that the kernel reads. */
function softCounts(v: readonly number[], w: readonly number[], columns: readonly (readonly number[])[]) {
  const sum = (...factors: (readonly number[])[]) =>
    v.reduce((total, _, r) => total + factors.reduce((product, factor) => product * factor[r]!, 1), 0);
  return {
    nv: sum(v),
    nz: columns.map((z) => sum(z)),
    nvz: columns.map((z) => sum(v, z)),
    nwz: columns.map((z) => sum(w, z)),
    nvwz: columns.map((z) => sum(v, w, z)),
  };
}

function conditional(
  kernel: typeof engine.kernels.conditional_information,
  v: readonly number[],
  w: readonly number[],
  others: readonly (readonly number[])[],
): Float32Array {
  // The parent is the last of the columns.
  const columns = [...others, w];
  const { nv, nz, nvz, nwz, nvwz } = softCounts(v, w, columns);
  const { length } = columns;
  const stride = length + 3;
  return guarded((memory) => {
    const out = memory.output(new Float32Array(length).fill(-5));
    const margin = memory.output(new Float64Array(stride + length).fill(-5));
    const [atZ, atVz, atWz, atVwz] = [nz, nvz, nwz, nvwz].map(
      (counts) => memory.input(Float64Array.from(counts)).at,
    ) as [Address, Address, Address, Address];
    engine.kernels.condition_margins(margin.at, atZ, atWz, length - 1, v.length, stride, length);
    kernel(out.at, atZ, atVz, atWz, atVwz, margin.at, length - 1, nv, v.length, stride, length);
    const found = out.read();
    assert.is(found[length - 1], -1, 'the parent');
    return found.slice(0, -1);
  });
}

kernelTest('conditional_information', '1 to 300 rows, 1 to 20 columns, within rounding of the definition', (kernel) => {
  const draws = new Draws(8);
  for (const rows of [1, 2, 3, 17, 100, 300]) {
    for (const count of [1, 2, 20]) {
      for (let times = 0; times < 8; times++) {
        const [v, w] = [softColumn(draws, rows), softColumn(draws, rows)];
        const columns = range(count).map(() => softColumn(draws, rows));
        const found = conditional(kernel, v, w, columns);
        const expected = columns.map((z) => twin.conditionalInformation(v, z, w));
        close(found, expected, NATS, `${rows} rows, ${count} columns`);
        assert.ok(found.every((nats) => nats >= 0));
      }
    }
  }
});

kernelTest(
  'conditional_information',
  'of certain variables: entropy, nothing, and one bit of exclusive or',
  (kernel) => {
    const rows = range(400);
    const [v, w] = [rows.map((r) => r & 1), rows.map((r) => (r >> 1) & 1)];
    const either = rows.map((r) => (r & 1) ^ ((r >> 1) & 1));
    const columns = [v, w, either, rows.map(() => 0), rows.map(() => 1), rows.map(() => 0.5)];
    close(conditional(kernel, v, w, columns), [Math.LN2, 0, Math.LN2, 0, 0, 0], NATS, 'nats');
  },
);

kernelTest('condition_margins', 'k ln k of both states of z, by w; 1 to 5 columns', (kernel) => {
  const klogk = (k: number) => (k > 0 ? k * Math.log(k) : 0);
  for (const columns of range(5).map((c) => c + 1)) {
    const nz = range(columns).map((c) => 3 + c);
    const nwz = range(columns).map((c) => 1 + c / 2);
    const [w, n, stride] = [columns - 1, 20, columns + 1];
    guarded((memory) => {
      const margin = memory.output(new Float64Array(stride + columns).fill(-5));
      const [z, wz] = [memory.input(Float64Array.from(nz)).at, memory.input(Float64Array.from(nwz)).at];
      kernel(margin.at, z, wz, w, n, stride, columns);
      const found = margin.read();
      const nw = nz[w]!;
      close(
        found.subarray(0, columns),
        nwz.map((k) => klogk(k) + klogk(nw - k)),
        NATS,
        'w = 1',
      );
      close(
        found.subarray(stride),
        nwz.map((k, c) => klogk(nz[c]! - k) + klogk(n - nw - (nz[c]! - k))),
        NATS,
        'w = 0',
      );
      sameBits(found.subarray(columns, stride), [-5], 'between');
    });
  }
});

test.run();
