import type { Address, Size } from '../address.js';
import type { Kernels } from '../kernels.js';
import type { WasmMemory } from '../web-types.js';
import { CallList } from './call-list.js';
import { layerCalls } from './layer-calls.js';
import { structureCalls } from './structure-calls.js';

const NONE = 0 as Address;

/**
 * A small call of every kernel that computes on 128 bits, with sizes that leave something over for every tile, and of those that use what they write: the flag for wide registers changes
 * the code of no others. test/runtime/builds.test.ts holds the list against the module. Two that are given the same kernels write the same bits.
 */
export class Calls extends CallList {
  constructor(kernels: Kernels, memory: WasmMemory) {
    super(kernels, memory);
    this.products();
    this.winograd();
    this.unfolded();
    this.sparse();
    this.rows();
    this.endTiled();
    this.norms();
    this.optimisers();
    this.losses();
    this.information();
    layerCalls(this);
    structureCalls(this);
    this.seal();
  }

  private products(): void {
    const { kernels } = this;
    const [m, n, k] = [23, 60, 300];
    const panels = Math.ceil(m / 5);
    const [a, b, c] = [this.floats(5 * panels * k), this.floats(8 * Math.ceil(n / 8) * k), this.floats(m * n)];
    const [flat, across] = [this.floats(m * k), this.floats(n * k)];
    const scratch = this.bytes(160);
    const packed: [Address, Size] = [a, 20 * panels * k];
    this.call('gemm_pack_a', () => kernels.gemm_pack_a(a, flat, m, k, k, 1, k), packed);
    this.call('gemm_pack_b', () => kernels.gemm_pack_b(b, across, k, n, 1, k, k), [b, 32 * Math.ceil(n / 8) * k]);
    this.call('gemm', () => kernels.gemm(c, a, b, scratch, n, 8, 8 * k, 0, panels, m, n, k, 1), [c, 4 * m * n]);
  }

  private winograd(): void {
    const { kernels } = this;
    const [n, ci, co, h] = [2, 10, 12, 10];
    const [x, w, bias] = [this.floats(n * ci * h * h), this.floats(9 * ci * co), this.floats(co)];
    const [y, dy, shortcut] = [0, 1, 2].map(() => this.floats(n * co * h * h)) as [Address, Address, Address];
    const bytes = 144 * Math.ceil(ci / 2) * Math.ceil(co / 4) * 8;
    const [u, du, dw] = [this.bytes(bytes), this.bytes(bytes), this.bytes(36 * ci * co)];
    const work = this.bytes(kernels.winograd_forward_bytes(n, ci, co, h, h, 1));
    const room = this.bytes(kernels.winograd_gradient_bytes(n, ci, co, h, h, 1));
    const blocks = kernels.winograd_gradient_blocks(n, ci, co, h, h, 1);
    const scratch = this.bytes(1024);
    this.call('winograd_weights', () => kernels.winograd_weights(u, w, scratch, 0, co, co, ci, 0), [u, 144 * ci * co]);
    this.call(
      'winograd_forward',
      () => kernels.winograd_forward(y, x, u, work, 0, n, ci, co, h, h, 1, NONE, NONE, bias, shortcut, 1),
      [y, 4 * n * co * h * h],
    );
    this.call('winograd_gradient', () => {
      for (let block = 0; block < blocks; block++)
        kernels.winograd_gradient(du, x, dy, room, n, block, 0, co, ci, co, h, h, 1);
      kernels.winograd_gradient_weights(dw, du, scratch, 0, co, ci, co);
    }, [dw, 36 * ci * co]);
  }

  private unfolded(): void {
    const { kernels } = this;
    const [n, ci, co, h, kernel] = [2, 3, 10, 11, 3];
    const oh = 6;
    const depth = ci * kernel * kernel;
    const [x, w] = [this.floats(n * ci * h * h), this.floats(co * depth)];
    const [y, dy] = [this.floats(n * co * oh * oh), this.floats(n * co * oh * oh)];
    const [dx, dw, sums] = [
      this.bytes(4 * n * ci * h * h),
      this.bytes(4 * co * depth),
      this.bytes(4 * 12 * (depth + 4)),
    ];
    const [a, at] = [this.bytes(4 * 12 * depth), this.bytes(4 * co * (depth + 4))];
    const work = this.bytes(kernels.conv_bytes(ci, co, h, h, kernel, 2, 1));
    this.call('conv_forward', () => {
      kernels.conv_weights(a, w, co, depth, depth, 1);
      kernels.conv_forward(y, x, a, work, 0, n, ci, co, h, h, kernel, 2, 1, NONE, NONE, NONE, NONE, 0);
    }, [y, 4 * n * co * oh * oh]);
    this.call('conv_gradient_input', () => {
      kernels.conv_weights(at, w, depth, co, 1, depth);
      kernels.conv_gradient_input(dx, dy, at, work, n, ci, co, h, h, kernel, 2, 1);
    }, [dx, 4 * n * ci * h * h]);
    this.call(
      'conv_gradient_weights',
      () => kernels.conv_gradient_weights(dw, sums, x, dy, work, 0, n, n, 0, ci, ci, co, h, h, kernel, 2, 1),
      [dw, 4 * co * depth],
    );
  }

  /** Rows of some entries each, and where they begin. */
  private entries(rows: Size, columns: Size, each: Size): { start: Address; index: Address; count: Size } {
    const index = Array.from({ length: rows * each }, (_, e) => ((e % each) * 3 + Math.floor(e / each)) % columns);
    const start = Array.from({ length: rows + 1 }, (_, r) => r * each);
    return { start: this.integers(start), index: this.integers(index), count: index.length };
  }

  private sparse(): void {
    const { kernels } = this;
    const [rows, columns, n] = [13, 24, 76];
    const { start, index, count } = this.entries(rows, columns, 7);
    const [value, bias, b] = [this.floats(count), this.floats(rows), this.floats(columns * n)];
    const [out, a, dvalue] = [this.floats(rows * n), this.floats(rows * n), this.floats(count)];
    const scratch = this.bytes(256);
    this.call('spmm', () => {
      kernels.spmm(out, start, index, value, NONE, b, bias, n, n, 0, rows, n, 0);
      kernels.spmm(out, start, index, value, NONE, b, NONE, n, n, 0, rows, n, 1);
    }, [out, 4 * rows * n]);
    this.call('sddmm', () => kernels.sddmm(dvalue, start, index, a, b, scratch, n, n, 0, rows, n), [dvalue, 4 * count]);
  }

  /** A tile of sparse rows over strips of 64 features by 9 units. */
  private rows(): void {
    const { kernels } = this;
    const [features, units, live] = [64, 9, 32];
    const strips = features / 32;
    const { start, index, count } = this.entries(live, features, 6);
    const [value, weight, y] = [this.floats(count), this.floats(features * units), this.floats(32 * units)];
    const active = this.entries(live, units, 3);
    const [error, dvalue, scratch] = [this.floats(strips * live * 32), this.floats(active.count), this.bytes(256)];
    this.call('strip_rows_forward', () => kernels.strip_rows_forward(y, start, index, value, weight, units, 0), [
      y,
      128 * units,
    ]);
    this.call(
      'strip_dots',
      () =>
        kernels.strip_dots(
          ...([dvalue, active.start, active.index, error, weight, scratch, strips, live, units, 0, live] as const),
        ),
      [dvalue, 4 * active.count],
    );
  }

  private norms(): void {
    const { kernels } = this;
    const [n, c, hw] = [2, 3, 251];
    const planes = n * c;
    const floats = planes * hw;
    const [x, r, y, dz, dx] = [0, 1, 2, 3, 4].map(() => this.floats(floats)) as [
      ...[Address, Address, Address, Address, Address],
    ];
    const [a, b, d, mean] = [0, 1, 2, 3].map(() => this.floats(c)) as [Address, Address, Address, Address];
    const [moments, sums, gate, total] = [
      this.bytes(8 * planes),
      this.bytes(8 * planes),
      this.floats(planes),
      this.floats(floats),
    ];
    this.call('plane_moments', () => kernels.plane_moments(moments, x, planes, hw), [moments, 8 * planes]);
    this.call('batch_norm_apply', () => kernels.batch_norm_apply(y, x, a, b, gate, r, n, c, hw, 1), [y, 4 * floats]);
    this.call('batch_norm_sums', () => kernels.batch_norm_sums(sums, dz, r, y, x, mean, n, c, hw, 1), [
      sums,
      8 * planes,
    ]);
    this.call('batch_norm_backward', () => kernels.batch_norm_backward(dx, dz, x, gate, a, b, d, mean, n, c, hw), [
      dx,
      4 * floats,
    ]);
    this.call('accumulate', () => kernels.accumulate(total, x, floats), [total, 4 * floats]);
  }

  private optimisers(): void {
    const { kernels } = this;
    const n = 1020;
    const [p, q, grad, m, v] = [0, 0, 0, 0, 0].map((_, i) => this.floats(n, i === 4 ? 0 : -1)) as [
      ...[Address, Address, Address, Address, Address],
    ];
    const velocity = this.floats(n);
    this.call('adam', () => kernels.adam(p, grad, m, v, n, 0.01, 1.5, 0.9, 0.999, 1e-8, 0.01, 0.999), [p, 4 * n]);
    this.call('sgd', () => kernels.sgd(q, grad, velocity, n, 0.1, 0.9, 1, 0.01), [q, 4 * n]);
  }

  private losses(): void {
    const { kernels } = this;
    const classes = 7;
    const floats = 32 * classes;
    const [logits, chance, d, y] = [this.floats(floats), this.floats(floats), this.floats(floats), this.floats(floats)];
    const label = this.integers(Array.from({ length: 32 }, (_, i) => i % classes));
    const [noise, scratch] = [this.floats(128), this.bytes(256)];
    this.call('softmax', () => kernels.softmax(chance, logits, classes), [chance, 4 * floats]);
    this.answered(
      'softmax_cross_entropy',
      () => kernels.softmax_cross_entropy(d, logits, label, NONE, classes, 30, 0.5),
      [d, 4 * floats],
    );
    this.call('sigmoid', () => kernels.sigmoid(y, logits, floats), [y, 4 * floats]);
    this.call('random_normal', () => kernels.random_normal(noise, 8, scratch, 0, 1, 2, 3), [noise, 512]);
  }

  private information(): void {
    const { kernels, memory } = this;
    const [d, words] = [123, 3];
    const n = 64 * words;
    const bits = this.integers(Array.from({ length: 2 * words * d }, () => this.draw() & this.draw()));
    const [count, table] = [this.bytes(4 * d), this.bytes(8 * (n + 1))];
    const ones = this.integers(
      Array.from(new BigUint64Array(memory.buffer, bits, words * d)).reduce((sums, word, i) => {
        for (let rest = word; rest > 0n; rest &= rest - 1n) sums[Math.floor(i / words)]!++;
        return sums;
      }, new Int32Array(d)),
    );
    const [margin, information] = [this.bytes(8 * d), this.bytes(8 * d)];
    const T = (k: number) => (k > 0 ? k * Math.log(k) : 0);
    const margins = new Float64Array(memory.buffer, margin, d);
    new Int32Array(memory.buffer, ones, d).forEach((k, i) => {
      margins[i] = T(k) + T(n - k);
    });
    this.call('count_table', () => kernels.count_table(table, 0, n + 1), [table, 8 * (n + 1), 'f64']);
    this.call('pair_counts_bits', () => kernels.pair_counts_bits(count, bits, 3, words, NONE, 0, d), [
      count,
      4 * d,
      'other',
    ]);
    // Of rows of 32 columns as of columns of bits: bytes are bytes.
    const [meeting, scratch] = [this.bytes(4 * 32 * 40), this.bytes(32_768 + 96 * 40)];
    this.call('pair_counts_block', () => kernels.pair_counts_block(meeting, scratch, bits, 64, 0, 33, 17, 3, 43), [
      meeting,
      4 * 32 * 40,
      'other',
    ]);
    this.call(
      'information_binary',
      () => kernels.information_binary(information, count, ones, margin, table, NONE, NONE, 0, 3, n, 0, d),
      [information, 8 * d, 'f64'],
    );
  }
}
