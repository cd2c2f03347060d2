import type { Address } from '../address.js';
import type { CallList } from './call-list.js';

const NONE = 0 as Address;

/** Lists of Prim's tree over sparse rows, EM, posteriors' sums, conditional information. */
export function structureCalls(list: CallList): void {
  prim(list);
  em(list);
  expansion(list);
}

/** T(k) = k ln k. */
function T(k: number): number {
  return k > 0 ? k * Math.log(k) : 0;
}

/** Rows of 24 variables, of which v has v + 2 ones, or one more: levels of one and of more. */
function prim(list: CallList): void {
  const { kernels } = list;
  const [n, d] = [48, 24];
  const columns = Array.from({ length: d }, (_, v) =>
    Array.from({ length: (v | 1) + 2 }, (_, i) => (7 * v + i * (2 * (v % 3) + 1)) % n).sort((a, b) => a - b),
  );
  const compressed = (lists: readonly (readonly number[])[]) => {
    const ends = new Int32Array(lists.length + 1);
    lists.forEach(({ length }, i) => {
      ends[i + 1] = ends[i]! + length;
    });
    return [list.integers(ends), list.integers(lists.flat())] as const;
  };
  const rows = Array.from({ length: n }, (_, r) => columns.flatMap((of, v) => (of.includes(r) ? [v] : [])));
  const [rowStart, rowIndex] = compressed(rows);
  const [columnStart, columnRow] = compressed(columns);
  const ones = columns.map(({ length }) => length);
  const levels = [...new Set(ones)];
  const starts = [...levels.map((k) => ones.indexOf(k)), d];
  const numbers = Array.from({ length: d }, (_, v) => v);
  const key = list.doubles(numbers.map((v) => (v === 5 ? -2 : v % 2 ? -1 : 0.001)));
  const parent = list.integers(numbers.map((v) => (v % 2 ? -1 : 3)));
  const offered = [
    ...[key, parent, list.doubles(levels.map(() => -1)), list.integers(levels.map(() => 0))],
    ...[list.integers(starts), list.integers(levels), list.integers(numbers), list.integers(numbers)],
    ...[list.integers(ones), list.doubles(ones.map((k) => T(k) + T(n - k)))],
    list.doubles(Array.from({ length: n + 1 }, (_, k) => T(k))),
  ] as unknown as [
    ...[Address, Address, Address, Address, Address, Address, Address, Address, Address, Address, Address],
  ];
  const most = d + levels.length + 1;
  const variables = [20, 3, 11];
  const [made, pool, one] = [list.bytes(48 * most), list.bytes(48 * most), list.bytes(16 * most)];
  const [own, place, chosen] = [list.bytes(8 * d), list.bytes(4 * d), list.integers(variables)];
  const bytes = 48 * most;
  list.answered(
    'prim_list',
    () =>
      kernels.prim_list(
        made,
        own,
        chosen,
        3,
        3 * most,
        ...offered,
        rowStart,
        rowIndex,
        columnStart,
        columnRow,
        n,
        levels.length,
      ),
    [made, bytes, 'other'],
  );
  list.answered(
    'prim_pack',
    () => kernels.prim_pack(pool, place, key, kernels.prim_keep(pool, place, made, 3, 0, 3 * most)),
    [pool, bytes, 'other'],
    [place, 4 * d, 'other'],
  );
  const counts = list.integers(numbers.map((u) => columns[u]!.filter((r) => columns[9]!.includes(r)).length));
  list.call(
    'prim_list_counted',
    () => kernels.prim_list_counted(one, own, counts, 1, 9, ...offered, n, levels.length),
    [one, 16 * most, 'other'],
  );
  const none = list.integers(Array(d + 1).fill(0));
  list.answered(
    'prim_list_coded',
    () => kernels.prim_list_coded(made, own, chosen, 3, 3 * most, ...offered, none, none, none, none, n, levels.length),
    [made, bytes, 'other'],
  );
}

function em(list: CallList): void {
  const { kernels } = list;
  const [restarts, k, steps, tolerance] = [4, 4, 12, 1e-9];
  const table = list.integers(Array.from({ length: 16 }, (_, cell) => 3 + ((cell * 37) % 29)));
  const fixed = list.doubles([0.4, 0.2, 0.7, 0.3, 0.9]);
  for (const [beside, length] of [
    [NONE, 1 + 2 * k],
    [fixed, 6],
  ] as const) {
    const draws = list.floats(restarts * length, 0);
    const [found, starts, sums] = [
      list.bytes(8 * length),
      list.bytes(8 * restarts * length),
      list.bytes(8 * (2 + 2 * k)),
    ];
    const [likelihood, order] = [list.bytes(8 * restarts), list.bytes(4 * restarts)];
    list.call(
      'latent_fit',
      () =>
        kernels.latent_fit(found, table, k, beside, draws, starts, likelihood, order, sums, restarts, steps, tolerance),
      [found, 8 * length, 'f64'],
      [likelihood, 8 * restarts, 'f64'],
    );
  }
  const learned = list.doubles([0.3, 0.6, 0.2, 0.8, 0.4, 0.7]);
  list.answered('latent_pair_em', () => kernels.latent_pair_em(learned, fixed, table, steps, tolerance), [
    learned,
    48,
    'f64',
  ]);
}

function expansion(list: CallList): void {
  const { kernels } = list;
  const [rows, stride, columns] = [20, 48, 43];
  const doubles = (of: (column: number) => number) => list.doubles(Array.from({ length: stride }, (_, z) => of(z)));
  const [posterior, weight, parent] = [list.floats(rows * stride, 0), list.floats(rows, 0), list.floats(rows, 0)];
  const every = list.integers(Array.from({ length: rows }, (_, r) => rows - 1 - r));
  const [sum, joint] = [doubles(() => 0), doubles(() => 0)];
  list.call(
    'soft_sums',
    () => kernels.soft_sums(sum, joint, posterior, stride, every, weight, parent, rows, stride),
    [sum, 8 * stride, 'f64'],
    [joint, 8 * stride, 'f64'],
  );
  const [totals, from] = [
    doubles(() => 0),
    list.doubles(Array.from({ length: rows * stride }, () => list.draw() / 2 ** 32)),
  ];
  list.call('sum_columns', () => kernels.sum_columns(totals, from, rows, stride, 1, columns), [
    totals,
    8 * columns,
    'f64',
  ]);
  // Of 100 rows 50 have w and 40 have v; any z has between 30 and 60.
  const ones = Array.from({ length: stride }, () => 30 + (30 * list.draw()) / 2 ** 32);
  const [nz, nvz, nwz, nvwz] = [1, 0.4, 0.5, 0.3].map((share) => doubles((z) => ones[z]! * share)) as [
    Address,
    Address,
    Address,
    Address,
  ];
  ones[7] = 50;
  for (const [at, share] of [
    [nz, 1],
    [nvz, 0.4],
  ] as const)
    new Float64Array(list.memory.buffer, at, stride)[7] = 50 * share;
  const [margin, out] = [list.bytes(16 * stride), list.bytes(4 * stride)];
  list.call('condition_margins', () => kernels.condition_margins(margin, nz, nwz, 7, 100, stride, columns), [
    margin,
    8 * columns,
    'f64',
  ]);
  list.call(
    'conditional_information',
    () => kernels.conditional_information(out, nz, nvz, nwz, nvwz, margin, 7, 40, 100, stride, columns),
    [out, 4 * columns, 'f32'],
  );
  const scores = list.floats(columns, 0);
  const index = list.bytes(4 * columns);
  list.call('choose_inputs', () => kernels.choose_inputs(index, scores, columns, 17), [index, 68, 'other']);
}
