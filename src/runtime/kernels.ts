/** The exports of assembly/, one line a kernel; addresses are bytes, sizes are counts. Headers with formulas stand in assembly/. */
export interface Kernels {
  gemm_pack_a(dst: number, src: number, m: number, k: number, rowStride: number, kStride: number, depth: number): void;
  gemm_pack_b(
    dst: number,
    src: number,
    k: number,
    n: number,
    kStride: number,
    columnStride: number,
    depth: number,
  ): void;
  gemm(
    c: number,
    a: number,
    b: number,
    scratch: number,
    ldc: number,
    ldb: number,
    panelStride: number,
    panel0: number,
    panel1: number,
    m: number,
    n: number,
    k: number,
    accumulate: number,
  ): void;
  spmm(
    out: number,
    start: number,
    index: number,
    value: number,
    place: number,
    b: number,
    bias: number,
    ldo: number,
    ldb: number,
    row0: number,
    row1: number,
    n: number,
    accumulate: number,
  ): void;
  sddmm(
    dvalue: number,
    start: number,
    index: number,
    a: number,
    b: number,
    scratch: number,
    lda: number,
    ldb: number,
    row0: number,
    row1: number,
    n: number,
  ): void;
  compress_columns(
    columnStart: number,
    row: number,
    place: number,
    start: number,
    index: number,
    rows: number,
    columns: number,
  ): void;
  sparse_rows_forward(
    y: number,
    rowStart: number,
    rowIndex: number,
    rowValue: number,
    start: number,
    unit: number,
    place: number,
    weight: number,
    row0: number,
    live: number,
  ): void;
  sparse_rows_backward(
    dweight: number,
    columnStart: number,
    columnRow: number,
    columnPlace: number,
    value: number,
    start: number,
    unit: number,
    place: number,
    dy: number,
    tileUnits: number,
    feature0: number,
    feature1: number,
  ): void;
  rows_add_to_tile(
    tile: number,
    rowStart: number,
    rowIndex: number,
    rowValue: number,
    factor: number,
    row0: number,
    live: number,
  ): void;
  rows_to_tile(tile: number, rows: number, bias: number, ldr: number, units: number): void;
  tile_to_rows(rows: number, tile: number, ldr: number, units: number): void;
  tile_fill(tile: number, value: number, units: number): void;
  tile_sums(sum: number, tile: number, units: number): void;
  relu(y: number, n: number): void;
  relu_backward(d: number, y: number, n: number, scale: number): void;
  random_bits(
    out: number,
    groups: number,
    first: number,
    seed: number,
    purpose: number,
    step: number,
    high: number,
  ): void;
  random_uniform(
    out: number,
    groups: number,
    low: number,
    high: number,
    scratch: number,
    first: number,
    seed: number,
    purpose: number,
    step: number,
  ): void;
  random_normal(
    out: number,
    groups: number,
    scratch: number,
    first: number,
    seed: number,
    purpose: number,
    step: number,
  ): void;
  random_permutation(out: number, n: number, scratch: number, seed: number, purpose: number, step: number): void;
  dropout(
    x: number,
    n: number,
    threshold: number,
    scale: number,
    scratch: number,
    first: number,
    seed: number,
    purpose: number,
    step: number,
    high: number,
  ): void;
  softmax(probability: number, logits: number, classes: number): void;
  softmax_cross_entropy(d: number, logits: number, label: number, classes: number, live: number, scale: number): number;
  sigmoid(probability: number, logits: number, n: number): void;
  sigmoid_cross_entropy(d: number, logits: number, label: number, outputs: number, live: number, scale: number): number;
  squared_error(d: number, y: number, target: number, outputs: number, live: number, scale: number): number;
  sgd(
    p: number,
    grad: number,
    v: number,
    n: number,
    rate: number,
    momentum: number,
    nesterov: number,
    l2: number,
  ): void;
  adam(
    p: number,
    grad: number,
    m: number,
    v: number,
    n: number,
    stepSize: number,
    rootScale: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    l2: number,
    shrink: number,
  ): void;
  count_table(table: number, n: number): void;
  pair_counts_rows(
    count: number,
    rowStart: number,
    rowIndex: number,
    columnStart: number,
    columnRow: number,
    v: number,
    d: number,
  ): void;
  pair_counts_bits(count: number, bits: number, v: number, words: number, u0: number, u1: number): void;
  information_binary(
    information: number,
    count: number,
    ones: number,
    margin: number,
    table: number,
    zero: number,
    levels: number,
    levelCount: number,
    v: number,
    n: number,
    u0: number,
    u1: number,
  ): void;
  joint_counts(joint: number, first: number, second: number, ka: number, kb: number, n: number): void;
  sum_of_counts(count: number, table: number, k: number): number;
  information_joint(joint: number, table: number, ha: number, hb: number, ka: number, kb: number, n: number): number;
  prim_step(
    key: number,
    parent: number,
    open: number,
    position: number,
    information: number,
    openCount: number,
    v: number,
  ): number;
  collect_active(
    start: number,
    unit: number,
    value: number,
    h: number,
    tileUnits: number,
    units: number,
    tiles: number,
  ): number;
  scatter_active(
    d: number,
    start: number,
    unit: number,
    dvalue: number,
    tileUnits: number,
    units: number,
    tiles: number,
    scale: number,
  ): void;
  panel_rows_forward(
    y: number,
    rowStart: number,
    rowIndex: number,
    rowValue: number,
    panels: number,
    units: number,
    row0: number,
  ): void;
  panel_rows_backward(
    dpanels: number,
    rowStart: number,
    rowIndex: number,
    rowValue: number,
    start: number,
    unit: number,
    dvalue: number,
    units: number,
    rows: number,
  ): void;
  merge_panels(
    tile: number,
    panels: number,
    blocks: number,
    panelRows: number,
    live: number,
    scale: number,
    scratch: number,
  ): number;
  prim_join_rows(
    key: number,
    parent: number,
    blockMax: number,
    levelMin: number,
    count: number,
    touched: number,
    vertex: number,
    slot: number,
    levelStart: number,
    levelOnes: number,
    ones: number,
    margin: number,
    table: number,
    rowStart: number,
    rowIndex: number,
    columnStart: number,
    columnRow: number,
    v: number,
    n: number,
    d: number,
    levels: number,
  ): number;
  plane_moments(out: number, x: number, planes: number, hw: number): void;
  plane_affine(
    y: number,
    x: number,
    scale: number,
    shift: number,
    gate: number,
    shortcut: number,
    n: number,
    c: number,
    hw: number,
    relu: number,
  ): void;
  plane_affine_sums(
    sums: number,
    dz: number,
    dy: number,
    y: number,
    x: number,
    mean: number,
    n: number,
    c: number,
    hw: number,
    relu: number,
  ): void;
  plane_affine_backward(
    dx: number,
    dz: number,
    x: number,
    gate: number,
    a: number,
    b: number,
    d: number,
    mean: number,
    n: number,
    c: number,
    hw: number,
  ): void;
  accumulate(y: number, x: number, length: number): void;
  gate_forward(gate: number, slope: number, pre: number, noise: number, coin: number, n: number, c: number): void;
  gate_decide(gate: number, pre: number, length: number): void;
  gate_backward(dpre: number, dgate: number, slope: number, penalty: number, length: number): void;
  max_pool_forward(
    y: number,
    index: number,
    x: number,
    planes: number,
    h: number,
    w: number,
    oh: number,
    ow: number,
    kernel: number,
    stride: number,
    pad: number,
  ): void;
  max_pool_backward(dx: number, dy: number, index: number, planes: number, hw: number, ohw: number): void;
  average_pool_forward(
    y: number,
    x: number,
    planes: number,
    h: number,
    w: number,
    oh: number,
    ow: number,
    kernel: number,
    stride: number,
    pad: number,
  ): void;
  average_pool_backward(
    dx: number,
    dy: number,
    planes: number,
    h: number,
    w: number,
    oh: number,
    ow: number,
    kernel: number,
    stride: number,
    pad: number,
  ): void;
  global_average_forward(y: number, x: number, planes: number, hw: number): void;
  global_average_backward(dx: number, dy: number, planes: number, hw: number): void;
  winograd_forward_bytes(images: number, ci: number, co: number, h: number, w: number, pad: number): number;
  winograd_gradient_bytes(images: number, ci: number, co: number, h: number, w: number, pad: number): number;
  winograd_weights(u: number, w: number, scratch: number, co: number, ci: number, flip: number): void;
  winograd_forward(
    y: number,
    x: number,
    u: number,
    work: number,
    first: number,
    last: number,
    ci: number,
    co: number,
    h: number,
    w: number,
    pad: number,
    openIn: number,
    readCount: number,
    openOut: number,
    filterCount: number,
    bias: number,
    shortcut: number,
    relu: number,
  ): void;
  winograd_gradient(
    dw: number,
    x: number,
    dy: number,
    work: number,
    n: number,
    ci: number,
    co: number,
    h: number,
    w: number,
    pad: number,
  ): void;
  conv_bytes(ci: number, co: number, h: number, w: number, kernel: number, stride: number, pad: number): number;
  conv_weights(a: number, src: number, rows: number, k: number, rowStride: number, kStride: number): void;
  conv_forward(
    y: number,
    x: number,
    a: number,
    work: number,
    first: number,
    last: number,
    ci: number,
    co: number,
    h: number,
    w: number,
    kernel: number,
    stride: number,
    pad: number,
    openIn: number,
    readCount: number,
    openOut: number,
    filterCount: number,
    bias: number,
    shortcut: number,
    relu: number,
  ): void;
  conv_gradient_input(
    dx: number,
    dy: number,
    at: number,
    work: number,
    n: number,
    ci: number,
    co: number,
    h: number,
    w: number,
    kernel: number,
    stride: number,
    pad: number,
  ): void;
  conv_gradient_weights(
    dw: number,
    x: number,
    dy: number,
    work: number,
    n: number,
    ci: number,
    co: number,
    h: number,
    w: number,
    kernel: number,
    stride: number,
    pad: number,
  ): void;
  joint_table(table: number, columns: number, k: number, words: number, n: number): void;
  latent_class_em(
    parameter: number,
    table: number,
    k: number,
    learn: number,
    steps: number,
    tolerance: number,
    scratch: number,
  ): number;
  latent_pair_em(learned: number, fixed: number, table: number, steps: number, tolerance: number): number;
  group_ones(ones: number, group: number, bits: number, words: number, groups: number): void;
  group_split(
    group: number,
    count: number,
    like: number,
    ones: number,
    target: number,
    bits: number,
    words: number,
    groups: number,
    p0: number,
    p1: number,
  ): number;
  island_gain(
    count: number,
    ones: number,
    onesW: number,
    like: number,
    groups: number,
    prior: number,
    w: number,
    x: number,
    pair: number,
  ): number;
  group_states(bits: number, group: number, like: number, prior: number, words: number, n: number): void;
  latent_posteriors(
    posterior: number,
    likelihood: number,
    expected: number,
    ones: number,
    rowStart: number,
    rowIndex: number,
    featureParent: number,
    parent: number,
    table: number,
    base: number,
    ratio: number,
    message: number,
    latents: number,
    r0: number,
    r1: number,
  ): void;
  soft_sums(
    sum: number,
    joint: number,
    posterior: number,
    stride: number,
    rows: number,
    weight: number,
    parent: number,
    count: number,
    columns: number,
  ): void;
  conditional_information(
    out: number,
    nz: number,
    nvz: number,
    nwz: number,
    nvwz: number,
    nv: number,
    nw: number,
    nvw: number,
    n: number,
    columns: number,
  ): void;
}
