import type { Address } from '../address.js';
import type { CallList } from './call-list.js';

const ROW = 128;

/** Tiles, random numbers, further losses, gates and pooling. */
export function layerCalls(list: CallList): void {
  tiles(list);
  random(list);
  losses(list);
  gates(list);
  pooling(list);
}

function tiles(list: CallList): void {
  const { kernels } = list;
  const [units, ldr] = [21, 24];
  const bytes = ROW * units;
  const [rows, back, bias] = [list.floats(32 * ldr), list.floats(32 * ldr), list.floats(units)];
  const [tile, filled, from] = [list.floats(32 * units), list.floats(32 * units), list.floats(32 * units)];
  const [signs, sums, scratch] = [list.bytes(4 * units), list.floats(units), list.bytes(64)];
  list.call('rows_to_tile', () => kernels.rows_to_tile(tile, rows, bias, ldr, units), [tile, bytes]);
  list.call('tile_to_rows', () => kernels.tile_to_rows(back, from, ldr, units), [back, 128 * ldr]);
  list.call('tile_fill', () => kernels.tile_fill(filled, bias, units), [filled, bytes, 'other']);
  list.call('tile_signs', () => kernels.tile_signs(signs, from, 1, units), [signs, 4 * units, 'other']);
  list.call('tile_sums', () => kernels.tile_sums(sums, from, units), [sums, 4 * units]);
  const n = 516;
  const [y, d] = [list.floats(n), list.floats(n)];
  list.call('relu', () => kernels.relu(y, n), [y, 4 * n]);
  list.call('relu_backward', () => kernels.relu_backward(d, from, n, 1.25), [d, 4 * n]);
  list.answered('all_finite', () => kernels.all_finite(from, n));
  const [strips, live] = [2, 30];
  const [whole, half] = [list.floats(strips * 1024), list.floats(strips * 1024)];
  const written = ROW * 32 * strips;
  list.answered(
    'merge_strips',
    () => kernels.merge_strips(whole, half, strips, 32, live, 0.5, scratch),
    [whole, written],
    [half, written],
  );
}

function random(list: CallList): void {
  const { kernels } = list;
  const groups = 9;
  const n = 16 * groups;
  const [bits, uniform, order, x, scratch] = [
    list.bytes(4 * n),
    list.bytes(4 * n),
    list.bytes(400),
    list.floats(n),
    list.bytes(64),
  ];
  list.call('random_bits', () => kernels.random_bits(bits, groups, 0, 1, 2, 3, 0), [bits, 4 * n, 'other']);
  list.call('random_uniform', () => kernels.random_uniform(uniform, groups, -1, 1, scratch, 0, 1, 2, 3), [
    uniform,
    4 * n,
  ]);
  list.call('random_permutation', () => kernels.random_permutation(order, 100, scratch, 1, 2, 3), [
    order,
    400,
    'other',
  ]);
  list.call('dropout', () => kernels.dropout(x, n, 2 ** 30, 1.5, scratch, 3, 1, 2, 3, 0), [x, 4 * n]);
}

function losses(list: CallList): void {
  const { kernels, memory } = list;
  const outputs = 7;
  const floats = 32 * outputs;
  const [y, target, dy, dz] = [0, 0, 0, 0].map(() => list.floats(floats)) as [Address, Address, Address, Address];
  const label = list.bytes(floats);
  new Int8Array(memory.buffer, label, floats).forEach((_, i, labels) => {
    labels[i] = (i % 3) - 1;
  });
  list.answered('sigmoid_cross_entropy', () => kernels.sigmoid_cross_entropy(dz, y, label, outputs, 30, 0.5), [
    dz,
    4 * floats,
  ]);
  list.answered('squared_error', () => kernels.squared_error(dy, y, target, outputs, 30, 0.5), [dy, 4 * floats]);
}

function gates(list: CallList): void {
  const { kernels } = list;
  const [n, c] = [9, 13];
  const floats = n * c;
  const [gate, slope, pre, noise] = [0, 0, 0, 0].map(() => list.floats(floats)) as [Address, Address, Address, Address];
  const [open, dpre, dgate, given] = [0, 0, 0, 0].map(() => list.floats(floats)) as [
    Address,
    Address,
    Address,
    Address,
  ];
  const coin = list.integers(Array.from({ length: n }, (_, i) => i % 2));
  list.call(
    'gate_forward',
    () => kernels.gate_forward(gate, slope, pre, noise, coin, n, c),
    [gate, 4 * floats, 'other'],
    [slope, 4 * floats, 'other'],
  );
  list.call('gate_decide', () => kernels.gate_decide(open, pre, floats), [open, 4 * floats, 'other']);
  list.call('gate_backward', () => kernels.gate_backward(dpre, dgate, given, 0.1, floats), [dpre, 4 * floats]);
}

function pooling(list: CallList): void {
  const { kernels } = list;
  const [planes, size, kernel] = [3, 15, 3];
  const plane = 4 * planes * size * size;
  const x = list.floats(planes * size * size);
  for (const [stride, out] of [
    [1, 15],
    [2, 8],
  ] as const) {
    const bytes = 4 * planes * out * out;
    const [largest, place, mean, dy, dx] = [0, 0, 0, 0].map(() => list.floats(bytes / 4)).concat(list.bytes(plane)) as [
      ...[Address, Address, Address, Address, Address],
    ];
    const sizes = [planes, size, size, out, out, kernel, stride, 1] as const;
    list.call(
      'max_pool_forward',
      () => kernels.max_pool_forward(largest, place, x, ...sizes),
      [largest, bytes, 'other'],
      [place, bytes, 'other'],
    );
    list.call('average_pool_forward', () => kernels.average_pool_forward(mean, x, ...sizes), [mean, bytes]);
    list.call('average_pool_backward', () => kernels.average_pool_backward(dx, dy, ...sizes), [dx, plane]);
  }
  const [means, spread] = [list.floats(planes), list.bytes(plane)];
  list.call('global_average_forward', () => kernels.global_average_forward(means, x, planes, size * size), [
    means,
    4 * planes,
  ]);
  list.call('global_average_backward', () => kernels.global_average_backward(spread, means, planes, size * size), [
    spread,
    plane,
    'other',
  ]);
}
