import type { Kernels } from '#dist/runtime/kernels.js';

/** The arguments of a call by name; or bytes, by the name of an address. */
export type Named = Readonly<Record<string, number>>;

/** What extents are told by, beside the call's own sizes. */
export interface Told {
  /** Element `i` of a list of i32. */
  at(list: number, i: number): number;
  /** The largest of elements [from, to) of a list of i32, −1 if there is none. */
  max(list: number, from: number, to: number): number;
  /** What one of the kernels `..._bytes` answers. */
  bytes(kernel: keyof Kernels, ...sizes: number[]): number;
}

export type Extent = (call: Named, told: Told) => Named;

/** By kernel; one that is not named may use its arguments' blocks. */
export type Extents = Readonly<Partial<Record<keyof Kernels, Extent>>>;

const ROW = 128;
const up = (n: number, to: number) => Math.ceil(n / to) * to;
/** Elements from the first to the last of `rows` rows of `width`, `stride` apart. */
const span = (rows: number, stride: number, width: number) => (rows > 0 && width > 0 ? (rows - 1) * stride + width : 0);
const all = (bytes: number, ...names: readonly string[]): Named =>
  Object.fromEntries(names.map((name) => [name, bytes]));

/** Compressed lists whose entries end at start[rows]: the starts, and 4 bytes an entry of the others. */
function compressed(told: Told, call: Named, rows: number, start: string, ...entries: readonly string[]): Named {
  return { [start]: 4 * (rows + 1), ...all(4 * told.at(call[start]!, rows), ...entries) };
}

/** What both kernels of belief propagation use. */
function beliefs(call: Named, told: Told): Named {
  const { latents, r1 } = call as Record<string, number>;
  return {
    ...compressed(told, call, r1!, 'rowStart', 'rowIndex'),
    posterior: 4 * r1! * latents!,
    likelihood: 8 * r1!,
    parent: 4 * latents!,
    table: 16 * latents!,
    base: 32 * latents!,
    message: 32 * latents!,
  };
}

/** What lists of offers are made from. */
function offered(call: Named, told: Told): Named {
  const levels = call.levels!;
  const d = told.at(call.levelStart!, levels);
  return {
    ...all(8 * d, 'key', 'margin', 'own'),
    ...all(4 * d, 'parent', 'vertex', 'slot', 'ones'),
    levelMin: 8 * levels,
    ...all(4 * levels, 'levelParent', 'levelOnes'),
    levelStart: 4 * (levels + 1),
    table: 8 * (call.n! + 1),
  };
}

/** Counts of items, and marks of those that are not 0. */
const counting = (d: number) => up(4 * d, 8) + 8 * (Math.ceil(d / 64) + Math.ceil(d / 4096));

/** Coded rows up to the last that a call turns. */
function codedRows(call: Named, told: Told): Named {
  return { coded: told.at(call.start!, call.v1!), start: 4 * (call.v1! + 1) };
}

/** Blocks of 4 of so many, of 4 such blocks, and so on up to one. */
const nodes = (size: number): number => {
  const blocks = Math.ceil(size / 4);
  return blocks > 1 ? blocks + nodes(blocks) : blocks;
};

const outputs = (size: number, kernel: number, stride: number, pad: number) =>
  Math.floor((size + 2 * pad - kernel) / stride) + 1;

const pooled =
  (small: readonly string[], large: string): Extent =>
  ({ planes, h, w, oh, ow }) => ({ ...all(4 * planes! * oh! * ow!, ...small), [large]: 4 * planes! * h! * w! });

/**
 * Bytes from each address on that a call may touch, as the kernel's header says by the call's sizes; an address that is not named may be used as far as its
 * block goes.
 */
export const extents: Required<Extents> = {
  gemm: ({ ldc, ldb, panelStride, panel1, m, n, k }) => {
    const rows = Math.min(m!, 5 * panel1!);
    return {
      c: 4 * span(rows, ldc!, n!),
      a: 4 * up(rows, 5) * k!,
      b: n! > 0 ? 4 * (span(Math.ceil(n! / 8), panelStride!, 1) - 1 + span(k!, ldb!, 8)) : 0,
      scratch: 160,
    };
  },
  gemm_pack_a: ({ m, k, rowStride, kStride, depth }) => ({
    dst: 4 * span(Math.ceil(m! / 5), 5 * depth!, 5 * k!),
    src: 4 * span(m!, rowStride!, span(k!, kStride!, 1)),
  }),
  gemm_pack_b: ({ k, n, kStride, columnStride, depth }) => ({
    dst: 4 * span(Math.ceil(n! / 8), 8 * depth!, 8 * k!),
    src: 4 * span(k!, kStride!, span(n!, columnStride!, 1)),
  }),
  spmm: (call, told) => {
    const { start, index, place, ldo, ldb, row0, row1, n } = call as Record<string, number>;
    if (row1! <= row0!) return all(0, 'out', 'start', 'index', 'value', 'place', 'b', 'bias');
    const [first, last] = [told.at(start!, row0!), told.at(start!, row1!)];
    return {
      ...compressed(told, call, row1!, 'start', 'index', 'place'),
      out: 4 * span(row1!, ldo!, n!),
      value: 4 * (place ? told.max(place, first, last) + 1 : last),
      b: 4 * span(told.max(index!, first, last) + 1, ldb!, n!),
      bias: 4 * row1!,
    };
  },
  sddmm: (call, told) => {
    const { start, index, lda, ldb, row0, row1, n } = call as Record<string, number>;
    if (row1! <= row0!) return all(0, 'dvalue', 'start', 'index', 'a', 'b', 'scratch');
    return {
      ...compressed(told, call, row1!, 'start', 'index', 'dvalue'),
      a: 4 * span(row1!, lda!, n!),
      b: 4 * span(told.max(index!, told.at(start!, row0!), told.at(start!, row1!)) + 1, ldb!, n!),
      scratch: 128,
    };
  },
  read_ahead: ({ rows }) => ({ seen: 4, b: ROW * rows! }),
  compress_columns: (call, told) => ({
    ...compressed(told, call, call.rows!, 'start', 'index', 'row', 'place'),
    columnStart: 4 * (call.columns! + 1),
  }),
  sparse_rows_forward: (call, told) =>
    compressed(told, call, call.row0! + call.live!, 'rowStart', 'rowIndex', 'rowValue'),
  sparse_rows_backward: (call, told) => ({
    ...compressed(told, call, call.feature1!, 'columnStart', 'columnRow', 'columnPlace'),
    ...compressed(told, call, call.feature1!, 'start', 'unit', 'place'),
  }),
  columns_add_to_tiles: (call, told) => {
    const { tileUnits, tile1, feature1 } = call as Record<string, number>;
    return {
      ...compressed(told, call, feature1!, 'columnStart', 'columnRow', 'columnPlace'),
      tiles: ROW * span(tile1!, tileUnits!, feature1!),
    };
  },
  rows_to_tile: ({ ldr, units }) => ({ tile: ROW * units!, rows: 4 * span(32, ldr!, units!), bias: 4 * units! }),
  tile_to_rows: ({ ldr, units }) => ({ tile: ROW * units!, rows: 4 * span(32, ldr!, units!) }),
  tile_fill: ({ units }) => ({ tile: ROW * units!, value: 4 * units! }),
  tile_signs: ({ step, units }) => ({ tile: ROW * units!, word: 4 * span(units!, step!, 1) }),
  tile_sums: ({ units }) => ({ tile: ROW * units!, sum: 4 * units! }),
  relu: ({ n }) => ({ y: 4 * n! }),
  relu_backward: ({ n }) => all(4 * n!, 'd', 'y'),
  random_bits: ({ groups }) => ({ out: 64 * groups! }),
  random_uniform: ({ groups }) => ({ out: 64 * groups!, scratch: 64 }),
  random_normal: ({ groups }) => ({ out: 64 * groups!, scratch: 64 }),
  random_permutation: ({ n }) => ({ out: 4 * n!, scratch: 64 }),
  dropout: ({ n }) => ({ x: 4 * n!, scratch: 64 }),
  softmax: ({ classes }) => all(ROW * classes!, 'probability', 'logits'),
  softmax_cross_entropy: ({ classes, live }) => ({
    ...all(ROW * classes!, 'd', 'logits'),
    ...all(4 * live!, 'label', 'weight'),
  }),
  sigmoid: ({ n }) => all(4 * n!, 'probability', 'logits'),
  sigmoid_cross_entropy: ({ outputs }) => ({ ...all(ROW * outputs!, 'd', 'logits'), label: 32 * outputs! }),
  squared_error: ({ outputs }) => all(ROW * outputs!, 'd', 'y', 'target'),
  // Flat vectors end at a whole vector of four.
  sgd: ({ n }) => all(4 * up(n!, 4), 'p', 'grad', 'v'),
  all_finite: ({ n }) => ({ x: 4 * up(n!, 4) }),
  adam: ({ n }) => all(4 * up(n!, 4), 'p', 'grad', 'm', 'v'),
  count_table: ({ k1 }) => ({ table: 8 * k1! }),
  index_counts: ({ e1, columns }) => ({ count: 4 * columns!, index: 4 * e1! }),
  column_starts: ({ parts, columns }) => ({ columnStart: 4 * (columns! + 1), count: 4 * parts! * columns! }),
  column_rows: (call, told) => compressed(told, call, call.r1!, 'start', 'index'),
  pair_counts_rows: ({ c1, d }) => ({ count: 4 * d!, columnRow: 4 * c1! }),
  pair_counts_bits: ({ v, words, list, i0, i1 }, told) => {
    const columns = list && i1! > i0! ? told.max(list, i0!, i1!) + 1 : list ? 0 : i1!;
    return { count: 4 * columns, bits: 8 * words! * Math.max(v! + 1, columns), list: 4 * i1! };
  },
  bits_slices: ({ words, d, stride, b0, b1, v0, v1 }) => ({
    slices: span(b1! - b0!, stride!, v1!),
    bits: 8 * words! * (v1! > v0! ? Math.min(d!, v1!) : 0),
  }),
  pair_counts_block: ({ stride, s0, s1, v0, u0, u1 }) => ({
    counts: 128 * (u1! - u0!),
    scratch: 32768 + 96 * (u1! - u0!),
    slices: s1! > s0! ? (s1! - 1) * stride! + Math.max(v0! + 32, u1!) : 0,
  }),
  information_binary: ({ levelCount, v, n, u1 }) => ({
    information: 8 * u1!,
    count: 4 * u1!,
    ones: 4 * Math.max(v! + 1, u1!),
    margin: 8 * Math.max(v! + 1, u1!),
    table: 8 * (n! + 1),
    zero: 8 * (n! + 1),
    levels: 4 * levelCount!,
  }),
  joint_counts: ({ ka, kb, n }) => ({ joint: 4 * ka! * kb!, first: n!, second: n! }),
  sum_k_log_k: ({ count, k }, told) => ({ count: 4 * k!, table: 8 * (told.max(count!, 0, k!) + 1) }),
  information_states: ({ states, v, n, u0, u1 }, told) => {
    const columns = Math.max(v! + 1, u1!);
    const most = told.at(states!, v!) * told.max(states!, u0!, u1!);
    return {
      information: 8 * u1!,
      joint: 4 * most,
      columns: columns * n!,
      states: 4 * columns,
      margin: 8 * columns,
      table: 8 * (n! + 1),
    };
  },
  information_joint: ({ ka, kb, n }) => ({ joint: 4 * ka! * kb!, table: 8 * (n! + 1) }),
  prim_step: ({ open, openCount, v }, told) => {
    const vertices = Math.max(v!, told.max(open!, 0, openCount!)) + 1;
    return {
      ...all(4 * vertices, 'parent', 'position'),
      ...all(8 * vertices, 'key', 'information'),
      open: 4 * openCount!,
    };
  },
  prim_start: ({ list, count }, told) => {
    const vertices = told.max(list!, 0, count!) + 1;
    return {
      ...all(4 * vertices, 'parent', 'position'),
      key: 8 * vertices,
      ...all(4 * count!, 'open', 'list'),
    };
  },
  prim_leave: ({ open, openCount, v }, told) => ({
    position: 4 * (Math.max(v!, told.max(open!, 0, openCount!)) + 1),
    open: 4 * openCount!,
  }),
  prim_near: ({ open, levelCount, v, n, i0, i1 }, told) => {
    const vertices = Math.max(v!, i1! > i0! ? told.max(open!, i0!, i1!) : 0) + 1;
    return {
      best: 16,
      ...all(4 * vertices, 'parent', 'count', 'ones'),
      ...all(8 * vertices, 'key', 'margin'),
      ...all(8 * (n! + 1), 'table', 'zero'),
      open: 4 * i1!,
      levels: 4 * levelCount!,
    };
  },
  prim_nearest: ({ parts }) => ({ best: 16 * parts! }),
  prim_list: (call, told) => ({
    ...offered(call, told),
    out: 16 * call.capacity!,
    list: 4 * call.size!,
    ...compressed(told, call, told.max(call.list!, 0, call.size!) + 1, 'columnStart', 'columnRow'),
  }),
  prim_list_counted: (call, told) => {
    const d = told.at(call.levelStart!, call.levels!);
    return { ...offered(call, told), out: 16 * (d + call.levels! + 1), counts: 4 * call.parts! * d };
  },
  prim_list_coded: (call, told) => {
    const d = told.at(call.levelStart!, call.levels!);
    return {
      ...offered(call, told),
      out: 16 * call.capacity!,
      list: 4 * call.size!,
      ...all(4 * (d + 1), 'start', 'turnedStart'),
      coded: told.at(call.start!, d),
      turned: told.at(call.turnedStart!, d),
    };
  },
  pairs_of_rows: (call, told) => {
    const { capacity, v0, v1, step, d } = call as Record<string, number>;
    return {
      out: capacity!,
      size: 4 * Math.ceil((v1! - v0!) / step!),
      own: counting(d!),
      ...compressed(told, call, d!, 'columnStart', 'columnRow'),
    };
  },
  pairs_merge: ({ k, v0, v1, d }) => ({
    size: 4 * (v1! - v0!),
    own: counting(d!),
    start: 4 * k! * (v1! - v0! + 1),
  }),
  pairs_turned_sizes: (call, told) => codedRows(call, told),
  pairs_turn: (call, told) => codedRows(call, told),
  pairs_row: ({ row, rowEnd, turned, turnedEnd, d }) => ({
    count: 4 * d!,
    row: rowEnd! - row!,
    rowEnd: 0,
    turned: turnedEnd! - turned!,
    turnedEnd: 0,
  }),
  pairs_unsound: ({ bytes, v0, v1, d }) => ({ coded: bytes!, start: 4 * (v1! - v0! + 1), ones: 4 * d! }),
  prim_keep: ({ capacity }) => ({ pool: 16 * capacity! }),
  prim_pack: ({ used }) => ({ pool: 16 * used! }),
  prim_advance: ({ d }) => ({
    ...all(8 * d!, 'weight', 'key'),
    ...all(4 * d!, 'parent', 'place', 'vertex', 'slot'),
    order: 4 * (d! + 1),
    best: 4 * nodes(d!),
  }),
  prim_promising: ({ most, s1 }) => ({ out: 4 * most!, key: 8 * s1!, ...all(4 * s1!, 'place', 'vertex') }),
  collect_active: ({ tileUnits, units, tiles }) => ({
    start: 4 * (32 * tiles! + 1),
    h: ROW * span(tiles!, tileUnits!, units!),
  }),
  scatter_active: (call, told) => ({
    ...compressed(told, call, 32 * call.tiles!, 'start', 'unit', 'dvalue'),
    d: ROW * span(call.tiles!, call.tileUnits!, call.units!),
  }),
  strip_rows_forward: (call, told) => {
    const { rowStart, rowIndex, units, row0 } = call as Record<string, number>;
    const last = told.max(rowIndex!, told.at(rowStart!, row0!), told.at(rowStart!, row0! + 32));
    return {
      ...compressed(told, call, row0! + 32, 'rowStart', 'rowIndex', 'rowValue'),
      y: ROW * units!,
      weight: ROW * units! * (Math.floor(last / 32) + 1),
    };
  },
  strip_columns_backward: (call, told) => {
    const { units, feature1 } = call as Record<string, number>;
    return {
      ...compressed(told, call, feature1!, 'columnStart', 'columnRow', 'columnPlace'),
      dweight: ROW * units! * Math.ceil(feature1! / 32),
    };
  },
  strip_dots: (call, told) => {
    const { strips, stripRows, units, row1 } = call as Record<string, number>;
    return {
      ...compressed(told, call, row1!, 'start', 'unit', 'dvalue'),
      error: ROW * span(strips!, stripRows!, row1!),
      weight: ROW * strips! * units!,
      scratch: 128,
    };
  },
  merge_strips: ({ strips, stripRows }) => ({
    tile: 32 * ROW * strips!,
    half: ROW * span(strips!, stripRows!, 32),
    scratch: 64,
  }),
  plane_moments: ({ planes, hw }) => ({ out: 8 * planes!, x: 4 * planes! * hw! }),
  batch_norm_apply: ({ n, c, hw }) => ({
    ...all(4 * n! * c! * hw!, 'y', 'x', 'shortcut'),
    ...all(4 * c!, 'scale', 'shift'),
    gate: 4 * n! * c!,
  }),
  batch_norm_sums: ({ n, c, hw, relu }) => ({
    ...all(4 * n! * c! * hw!, 'dz', 'dy', 'x'),
    y: relu ? 4 * n! * c! * hw! : 0,
    sums: 8 * n! * c!,
    mean: 4 * c!,
  }),
  batch_norm_backward: ({ n, c, hw }) => ({
    ...all(4 * n! * c! * hw!, 'dx', 'dz', 'x'),
    ...all(4 * c!, 'a', 'b', 'd', 'mean'),
    gate: 4 * n! * c!,
  }),
  accumulate: ({ length }) => all(4 * length!, 'y', 'x'),
  gate_forward: ({ n, c }) => ({ ...all(4 * n! * c!, 'gate', 'slope', 'pre', 'noise'), coin: 4 * n! }),
  gate_decide: ({ length }) => all(4 * length!, 'gate', 'pre'),
  gate_backward: ({ length }) => all(4 * length!, 'dpre', 'dgate', 'slope'),
  max_pool_forward: pooled(['y', 'index'], 'x'),
  max_pool_backward: ({ planes, hw, ohw }) => ({ dx: 4 * planes! * hw!, ...all(4 * planes! * ohw!, 'dy', 'index') }),
  average_pool_forward: pooled(['y'], 'x'),
  average_pool_backward: pooled(['dy'], 'dx'),
  global_average_forward: ({ planes, hw }) => ({ y: 4 * planes!, x: 4 * planes! * hw! }),
  global_average_backward: ({ planes, hw }) => ({ dy: 4 * planes!, dx: 4 * planes! * hw! }),
  winograd_forward_bytes: () => ({}),
  winograd_gradient_bytes: () => ({}),
  winograd_gradient_blocks: () => ({}),
  winograd_weights: ({ co, ci }) => ({ u: 144 * up(co!, 4) * ci!, w: 36 * co! * ci!, scratch: 864 }),
  winograd_forward: ({ first, last, ci, co, h, w, pad }, told) => ({
    ...all(4 * last! * co! * (h! + 2 * pad! - 2) * (w! + 2 * pad! - 2), 'y', 'shortcut'),
    x: 4 * last! * ci! * h! * w!,
    u: 144 * up(co!, 4) * ci!,
    work: told.bytes('winograd_forward_bytes', last! - first!, ci!, co!, h!, w!, pad!),
    openIn: 4 * last! * (1 + ci!),
    openOut: 4 * last! * (1 + co!),
    bias: 4 * co!,
  }),
  winograd_gradient_weights: ({ last, ci, co }) => ({
    dw: 36 * last! * ci!,
    du: 144 * up(ci!, 2) * up(co!, 4),
    scratch: 432,
  }),
  winograd_gradient: ({ n, ci, co, h, w, pad }, told) => ({
    du: 144 * up(ci!, 2) * up(co!, 4),
    x: 4 * n! * ci! * h! * w!,
    dy: 4 * n! * co! * (h! + 2 * pad! - 2) * (w! + 2 * pad! - 2),
    work: told.bytes('winograd_gradient_bytes', n!, ci!, co!, h!, w!, pad!),
  }),
  conv_bytes: () => ({}),
  conv_weights: ({ rows, k, rowStride, kStride }) => ({
    a: 4 * up(rows!, 4) * k!,
    src: 4 * span(rows!, rowStride!, span(k!, kStride!, 1)),
  }),
  conv_forward: ({ last, ci, co, h, w, kernel, stride, pad }, told) => ({
    ...all(
      4 * last! * co! * outputs(h!, kernel!, stride!, pad!) * outputs(w!, kernel!, stride!, pad!),
      'y',
      'shortcut',
    ),
    x: 4 * last! * ci! * h! * w!,
    a: 4 * up(co!, 4) * ci! * kernel! ** 2,
    work: told.bytes('conv_bytes', ci!, co!, h!, w!, kernel!, stride!, pad!),
    openIn: 4 * last! * (1 + ci!),
    openOut: 4 * last! * (1 + co!),
    bias: 4 * co!,
  }),
  conv_gradient_input: ({ n, ci, co, h, w, kernel, stride, pad }, told) => ({
    dx: 4 * n! * ci! * h! * w!,
    dy: 4 * n! * co! * outputs(h!, kernel!, stride!, pad!) * outputs(w!, kernel!, stride!, pad!),
    at: 4 * up(ci! * kernel! ** 2, 4) * co!,
    work: told.bytes('conv_bytes', ci!, co!, h!, w!, kernel!, stride!, pad!),
  }),
  conv_gradient_weights: ({ last, c0, c1, ci, co, h, w, kernel, stride, pad }, told) => ({
    dw: 4 * co! * ci! * kernel! ** 2,
    sums: 4 * up((c1! - c0!) * kernel! ** 2, 4) * up(co!, 4),
    x: 4 * last! * ci! * h! * w!,
    dy: 4 * last! * co! * outputs(h!, kernel!, stride!, pad!) * outputs(w!, kernel!, stride!, pad!),
    work: told.bytes('conv_bytes', ci!, co!, h!, w!, kernel!, stride!, pad!),
  }),
  joint_table: ({ k, words }) => ({
    table: 4 * 2 ** k!,
    columns: 4 * k!,
    ...all(8 * words!, 'columns[0]', 'columns[1]', 'columns[2]', 'columns[3]'),
  }),
  latent_class_em: ({ k }) => ({ parameter: 8 * (1 + 2 * k!), table: 4 * 2 ** k!, scratch: 8 * (2 + 2 * k!) }),
  latent_pair_em: () => ({ learned: 48, fixed: 40, table: 64 }),
  group_ones: ({ words, size }, told) => ({ ones: 4 * told.at(size!, 0), bits: 8 * words!, size: 4 }),
  group_split: ({ words, size }, told) => ({
    ...all(4 * told.at(size!, 0), 'ones', 'target'),
    bits: 8 * words!,
    size: 4,
  }),
  island_gain: ({ size }, told) => ({
    ...all(4 * told.at(size!, 0), 'count', 'ones', 'onesW'),
    like: 16 * told.at(size!, 0),
    size: 4,
    w: 16,
    x: 16,
    pair: 48,
  }),
  group_states: ({ words, n }) => ({ bits: 8 * words!, group: 4 * n! }),
  group_rows: ({ k, words, n }) => ({
    ...all(4 * n!, 'group', 'count', 'ones', 'target'),
    like: 16 * n!,
    size: 4,
    columns: 4 * k!,
    ...all(8 * words!, ...Array.from({ length: k! }, (_, j) => `columns[${j}]`)),
    tables: 16 * k!,
  }),
  latent_fit: ({ k, fixed, restarts }) => {
    const length = fixed ? 6 : 1 + 2 * k!;
    return {
      found: 8 * length,
      table: fixed ? 64 : 4 * 2 ** k!,
      fixed: 40,
      draws: 4 * restarts! * length,
      starts: 8 * restarts! * length,
      likelihood: 8 * restarts!,
      order: 4 * restarts!,
      sums: 8 * (2 + 2 * k!),
    };
  },
  find_partner: ({ free, count, v }, told) => ({
    partner: 4 * (v! + 1),
    strength: 8 * (v! + 1),
    information: 8 * (told.max(free!, 0, count!) + 1),
    free: 4 * count!,
  }),
  most_of: ({ free, count }, told) => ({ strength: 8 * (told.max(free!, 0, count!) + 1), free: 4 * count! }),
  list_bits: (call, told) => ({
    ...compressed(told, call, call.v1!, 'columnStart', 'columnRow'),
    bits: 8 * call.words! * call.v1!,
  }),
  latent_posteriors: (call, told) => ({
    ...beliefs(call, told),
    ...all(8 * call.r1! * call.latents!, 'joint', 'one'),
  }),
  sum_columns: ({ rows, stride, c1 }) => ({ sum: 8 * c1!, from: 8 * span(rows!, stride!, c1!) }),
  sum_listed: (call, told) => ({
    ...compressed(told, call, call.rows!, 'rowStart', 'rowIndex'),
    sum: 8 * call.x1!,
    one: 8 * call.rows! * call.latents!,
  }),
  likelier_states: ({ i1 }) => ({ states: i1!, posterior: 4 * i1! }),
  latent_narrow: (call, told) => ({ ...beliefs(call, told), prior: 8 * call.latents! }),
  soft_sums: ({ stride, rows, count, columns }, told) => ({
    ...all(8 * columns!, 'sum', 'joint'),
    ...all(4 * count!, 'rows', 'weight', 'parent'),
    posterior: 4 * span(told.max(rows!, 0, count!) + 1, stride!, columns!),
  }),
  conditional_information: ({ w, stride, columns }) => ({
    ...all(8 * Math.max(columns!, w! + 1), 'nz', 'nvz'),
    ...all(8 * columns!, 'nwz', 'nvwz'),
    margin: 8 * (stride! + columns!),
    out: 4 * Math.max(columns!, w! + 1),
  }),
  condition_margins: ({ w, stride, columns }) => ({
    margin: 8 * (stride! + columns!),
    nz: 8 * Math.max(columns!, w! + 1),
    nwz: 8 * columns!,
  }),
  copy_columns: ({ stride, width, offset, columns, r1 }) => ({
    to: 4 * stride! * r1!,
    from: 4 * span(r1!, width!, offset! + columns!),
  }),
  gather_column: ({ stride, column, rows, count }, told) => ({
    ...all(4 * count!, 'out', 'rows'),
    from: 4 * span(told.max(rows!, 0, count!) + 1, stride!, column! + 1),
  }),
  column_sums: ({ rows, stride, c1 }) => ({ sum: 8 * c1!, from: 4 * span(rows!, stride!, c1!) }),
  add_wide: ({ columns, r1 }) => ({ sum: 8 * columns! * r1!, from: 4 * columns! * r1! }),
  mirror_lower: ({ stride, r1 }) => ({ a: 8 * span(r1!, stride!, r1!) }),
  take_columns: ({ rows, stride, c0, c1 }) => ({ out: 4 * rows! * (c1! - c0!), from: 4 * span(rows!, stride!, c1!) }),
  // How many are chosen is a matter of the scores.
  choose_inputs: ({ count }) => ({ scores: 4 * count! }),
};
