import { type Backbone, type BackboneLayer, createEngine, type Dataset, GaterNet, type Placement } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { planBackbone } from '#dist/models/gaternet/backbone.js';
import { plus } from '#dist/runtime/address.js';
import { bytesBeside } from '#dist/runtime/rehearsal.js';
import { close } from '../../support/allclose.js';
import { logitsOf, noiseImages, scramble } from '../../support/gated-images.js';
import { referenceLayers } from '../../support/gated-layers.js';
import { openGates, referenceLogits, referenceScores } from '../../support/gated-resnet.js';
import { goldenPublished } from '../../support/golden-gaternet.js';
import { Random } from '../../support/random.js';

const small = { kind: 'resnet', depth: 8, width: 4 } as const;
const placements: Placement[] = ['block-output', 'every-conv'];

/** Layer lists by what is special about them. */
const layered: Record<string, readonly BackboneLayer[]> = {
  'plain, with max pools': [
    { type: 'conv', filters: 5 },
    { type: 'conv', filters: 6 },
    { type: 'max-pool', size: 2 },
    { type: 'conv', filters: 3, gated: false },
    { type: 'conv', filters: 7 },
  ],
  'kernels of 5, 1 and 4, stride 2, average pools that overlap, a pool last': [
    { type: 'conv', filters: 6, kernel: 5, stride: 2 },
    { type: 'conv', filters: 9, kernel: 1 },
    { type: 'average-pool', size: 3, stride: 2, padding: 1 },
    { type: 'conv', filters: 4, kernel: 4, padding: 2 },
    { type: 'max-pool', size: 2, stride: 1, padding: 1 },
  ],
  'a block on the image': [
    { type: 'block', filters: 3 },
    { type: 'block', filters: 3, gated: false },
  ],
  'a block on gated filters': [
    { type: 'conv', filters: 6 },
    { type: 'block', filters: 6 },
    { type: 'block', filters: 6 },
  ],
  'a block on pools of gated filters': [
    { type: 'conv', filters: 6, kernel: 5 },
    { type: 'max-pool', size: 2 },
    { type: 'block', filters: 6 },
    { type: 'conv', filters: 5, stride: 2 },
  ],
  'a block on a pooled image, which may be negative': [
    { type: 'average-pool', size: 2 },
    { type: 'block', filters: 3 },
    { type: 'block', filters: 4, stride: 2 },
  ],
};

/** [row][gate] by what is open. */
function patterns(net: GaterNet, rows: number): Record<string, Float32Array> {
  const total = net.network.gates;
  const random = new Random(total);
  const make = (open: (row: number, gate: number) => boolean) =>
    Float32Array.from({ length: rows * total }, (_, i) => Number(open(Math.floor(i / total), i % total)));
  const layers = net.gateLayout;
  const shut = layers[layers.length >> 1]!;
  return {
    none: make(() => false),
    one: make((row, gate) => gate === (7 * row) % total),
    all: make(() => true),
    'half, each image its own': make(() => random.chance(0.5)),
    'one layer shut': make((_, gate) => gate < shut.first || gate >= shut.first + shut.count),
    // Runs of equal samples and others between them.
    'two sets by turns': make((row, gate) => (gate + (row % 5 < 3 ? 0 : 1)) % 3 > 0),
  };
}

async function skippingIsMasking(
  backbone: Backbone,
  placement: Placement,
  [height, width]: readonly [number, number],
  reference: (net: GaterNet, data: Dataset, gates: Float32Array) => ArrayLike<number>,
): Promise<void> {
  const engine = await createEngine();
  const rows = 35;
  const data = noiseImages(height * width, rows, 3, height, width);
  const net = await GaterNet.create(data, { backbone, gater: small, placement, engine, seed: 3 });
  scramble(net, 17);
  for (const [name, decided] of Object.entries(patterns(net, rows))) {
    const what = `${JSON.stringify(backbone)}, ${placement}, ${height} x ${width}, ${name}`;
    const skipped = await logitsOf(net, data, 32, { decided });
    for (const batchSize of [1, 3, 32]) {
      assert.equal(
        bits(await logitsOf(net, data, batchSize, { decided })),
        bits(skipped),
        `${what}: ${batchSize} at a time`,
      );
    }
    assert.equal(bits(await logitsOf(net, data, 3, { decided, masked: true })), bits(skipped), `${what}: masked`);
    if (name.startsWith('half') || name === 'none')
      close(skipped.subarray(0, 5 * 3), reference(net, data.subset([0, 1, 2, 3, 4]), decided), 1e-4, what);
  }
  net.dispose();
  assert.is(engine.arena.used, 0, 'nothing is left in memory');
}

/** uvu takes −0 for 0. */
const bits = (values: Float32Array) => new Int32Array(values.buffer, values.byteOffset, values.length);

/** What the net sees. */
function normalised(net: GaterNet, data: Dataset) {
  const { rows, channels, height, width, values } = data.features as { values: Float32Array } & Record<
    'rows' | 'channels' | 'height' | 'width',
    number
  >;
  const hw = height * width;
  const pixel = (x: number, i: number) => net.state.norm.apply(x, Math.floor(i / hw) % channels);
  return { samples: rows, channels, height, width, values: Float64Array.from(values, pixel) };
}

/** Every tensor, by the names of golden files. */
function tensorsOf({ engine, network }: GaterNet) {
  return Object.fromEntries(
    network.segments.map(({ name, offset, shape }) => {
      const length = shape.reduce((a, b) => a * b, 1);
      return [name, { shape, data: engine.f32(plus(network.parameters.at, offset * 4), length).slice() }];
    }),
  );
}

for (const placement of placements) {
  for (const sides of [
    [7, 9],
    [12, 12],
    [13, 5],
  ] as const) {
    test(`ResNet, ${placement}, ${sides.join(' x ')}: skipping is masking, bit for bit, for any batch size; near the loops`, () =>
      skippingIsMasking(small, placement, sides, (net, data, gates) =>
        referenceLogits(tensorsOf(net), normalised(net, data), gates.subarray(0, 5 * net.network.gates), placement),
      ));
  }
  for (const [name, layers] of Object.entries(layered)) {
    test(`${name}; ${placement}: the same`, () =>
      skippingIsMasking(layers, placement, [9, 7], (net, data, gates) =>
        referenceLayers(net, layers, normalised(net, data), gates.subarray(0, 5 * net.network.gates), placement),
      ));
  }
  test(`the plain CNN, ${placement}: the same`, async () => {
    const filters = [4, 6, 5];
    const layers = filters.flatMap((count, i): BackboneLayer[] => [
      { type: 'conv', filters: count },
      { type: 'conv', filters: count },
      ...(i < 2 ? [{ type: 'max-pool' as const, size: 2 }] : []),
    ]);
    await skippingIsMasking({ kind: 'cnn', filters }, placement, [11, 8], (net, data, gates) =>
      referenceLayers(net, layers, normalised(net, data), gates.subarray(0, 5 * net.network.gates), placement),
    );
  });
}

test("the gater's own gates are those of the loops, whatever the batch, and the net's outputs those of these gates", async () => {
  const data = noiseImages(5, 40, 2, 8, 10);
  for (const placement of placements) {
    for (const bottleneckNorm of [false, true]) {
      const net = await GaterNet.create(data, {
        backbone: small,
        gater: { ...small, width: 3 },
        placement,
        bottleneck: 5,
        bottleneckNorm,
      });
      scramble(net, 23);
      const gates = await net.gates(data);
      const share = gates.reduce((a, b) => a + b, 0) / gates.length;
      assert.ok(share > 0.2 && share < 0.8, `${share} of the gates are open`);
      const scores = referenceScores(tensorsOf(net), normalised(net, data));
      const undecided = scores.reduce((least, score) => Math.min(least, Math.abs(score)), 1);
      assert.ok(undecided > 1e-5, `a score of ${undecided} may fall either way`);
      assert.equal(gates, openGates(scores));
      for (const batchSize of [1, 7, 33])
        assert.equal((await net.predict(data, { gates: true, batchSize })).gates, gates);
      assert.equal(await logitsOf(net, data, 16), await logitsOf(net, data, 40, { decided: gates, masked: true }));
      const { outputs, classes } = await net.predict(data);
      assert.equal(outputs, (await net.predict(data, { gates: true, batchSize: 3 })).outputs);
      assert.equal({ outputs, classes, gates }, await net.predict(data, { gates: true, skip: false }));
      assert.equal(
        [...classes!],
        Array.from({ length: 40 }, (_, r) => outputs.slice(3 * r, 3 * r + 3)).map((p) => p.indexOf(Math.max(...p))),
      );
      const { gatesOpen } = await net.evaluate(data);
      close([gatesOpen!], [share], 1e-6, 'gatesOpen');
      net.dispose();
    }
  }
});

/** What one convolution of a net by hand sums up. */
interface Counted {
  filters: number;
  channels: number;
  kernel: number;
  places: number;
  /** First gate of its own filters, and of those it reads. */
  own?: number;
  read?: number;
}

/** ResNet-8 of width w at 8 x 8, three channels: as the paper draws it. */
function countedResNet(w: number, placement: Placement): Counted[] {
  const list: Counted[] = [{ filters: w, channels: 3, kernel: 3, places: 64 }];
  let gate = 0;
  for (const [filters, channels, places] of [
    [w, w, 64],
    [2 * w, w, 16],
    [4 * w, 2 * w, 4],
  ] as const) {
    const inner = placement === 'every-conv' ? gate : undefined;
    if (inner !== undefined) gate += filters;
    list.push({ filters, channels, kernel: 3, places, ...(inner === undefined ? {} : { own: inner }) });
    list.push({
      filters,
      channels: filters,
      kernel: 3,
      places,
      own: gate,
      ...(inner === undefined ? {} : { read: inner }),
    });
    gate += filters;
    if (filters !== channels) list.push({ filters, channels, kernel: 1, places });
  }
  return list;
}

function countedSum(list: readonly Counted[], gates: ArrayLike<number>): number {
  let sum = 0;
  for (const { filters, channels, kernel, places, own, read } of list) {
    for (let f = 0; f < filters; f++) {
      if (own !== undefined && !gates[own + f]) continue;
      for (let c = 0; c < channels; c++) if (read === undefined || gates[read + c]) sum += kernel * kernel * places;
    }
  }
  return sum;
}

test('costOf counts what is left: a ResNet by hand, for both placements; all open is `dense`', async () => {
  const data = noiseImages(1, 6, 3, 8, 8);
  for (const placement of placements) {
    const net = await GaterNet.create(data, { backbone: small, gater: small, placement });
    const list = countedResNet(4, placement);
    const linear = 16 * 3;
    for (const gates of Object.values(patterns(net, 6))) {
      for (let r = 0; r < 6; r++) {
        const row = gates.subarray(r * net.network.gates, (r + 1) * net.network.gates);
        assert.is(net.costOf(row), countedSum(list, row) + linear);
      }
    }
    assert.is(net.costOf(new Float32Array(net.network.gates).fill(1)), net.multiplyAdds.dense);
    // The gater is a net of this shape with all filters, 16 → 8 and 8 → gates above it.
    const ones = new Float32Array(net.network.gates).fill(1);
    assert.is(net.multiplyAdds.gater, countedSum(list, ones) + 16 * 8 + 8 * net.network.gates);
    net.dispose();
  }
});

test('costOf: what pools of closed filters leave is not read either', async () => {
  const net = await GaterNet.create(noiseImages(1, 6, 3, 8, 8), {
    backbone: layered['plain, with max pools']!,
    gater: small,
  });
  const list: Counted[] = [
    { filters: 5, channels: 3, kernel: 3, places: 64, own: 0 },
    { filters: 6, channels: 5, kernel: 3, places: 64, own: 5, read: 0 },
    { filters: 3, channels: 6, kernel: 3, places: 16, read: 5 },
    { filters: 7, channels: 3, kernel: 3, places: 16, own: 11 },
  ];
  for (const gates of Object.values(patterns(net, 1))) assert.is(net.costOf(gates), countedSum(list, gates) + 7 * 3);
  net.dispose();
});

test('multiply-adds of ResNet-20 at 32 x 32: 40.8 million, the gater as many', async () => {
  const net = await GaterNet.create(noiseImages(1, 10, 3, 32, 32, 10));
  const stage = (filters: number, side: number, convolutions: number) => convolutions * 9 * filters ** 2 * side ** 2;
  const trunk =
    9 * 3 * 16 * 32 ** 2 +
    stage(16, 32, 6) +
    (9 + 1) * 16 * 32 * 16 ** 2 +
    stage(32, 16, 5) +
    (9 + 1) * 32 * 64 * 8 ** 2 +
    stage(64, 8, 5);
  assert.equal(net.multiplyAdds, { dense: trunk + 640, gater: trunk + 64 * 8 + 8 * 336 });
  assert.is(net.multiplyAdds.dense, 40_813_184);
  assert.is(net.costOf(new Float32Array(336)), 40_813_184 - (stage(16, 32, 3) + stage(32, 16, 3) + stage(64, 8, 3)));
  net.dispose();
});

test('gateLayout: every gated layer in its order, without holes', async () => {
  const data = noiseImages(1, 6, 3, 8, 8);
  const layoutOf = async (backbone: Backbone, placement: Placement) => {
    const net = await GaterNet.create(data, { backbone, gater: small, placement });
    const { gateLayout } = net;
    net.dispose();
    let next = 0;
    for (const { first, count } of gateLayout) {
      assert.is(first, next);
      next += count;
    }
    assert.is(next, net.network.gates);
    return gateLayout.map(({ name, count }) => `${name} ${count}`);
  };
  const stages = [1, 2, 3].map((s) => [`stage${s}.block1`, 4 * 2 ** (s - 1)] as const);
  assert.equal(
    await layoutOf(small, 'block-output'),
    stages.map(([block, count]) => `${block}.conv2 ${count}`),
  );
  assert.equal(
    await layoutOf(small, 'every-conv'),
    stages.flatMap(([block, count]) => [`${block}.conv1 ${count}`, `${block}.conv2 ${count}`]),
  );
  const mixed: BackboneLayer[] = [
    { type: 'conv', filters: 3 },
    { type: 'conv', filters: 4, gated: false },
    { type: 'max-pool', size: 2 },
    { type: 'block', filters: 5 },
  ];
  assert.equal(await layoutOf(mixed, 'block-output'), ['layers.0.conv 3', 'layers.3.conv2 5']);
  assert.equal(await layoutOf(mixed, 'every-conv'), ['layers.0.conv 3', 'layers.3.conv1 5', 'layers.3.conv2 5']);
  const alone = await GaterNet.create(data, { backbone: small, gater: false });
  assert.equal(alone.gateLayout, []);
  assert.is(alone.multiplyAdds.gater, 0);
  assert.is(alone.costOf(new Float32Array(0)), alone.multiplyAdds.dense);
  alone.dispose();
});

test('names and parameters are those of google-research/gaternet: ResNet-20 and ResNet-56', async () => {
  const data = noiseImages(1, 10, 3, 32, 32, 10);
  const published = goldenPublished();
  for (const [depth, backbone, gater] of [
    [20, 272_474, 275_368],
    [56, 855_770, 281_416],
  ] as const) {
    const net = await GaterNet.create(data, { backbone: `resnet-${depth}` });
    assert.is(net.weights, backbone + gater);
    const alone = await GaterNet.create(data, { backbone: `resnet-${depth}`, gater: false });
    assert.is(alone.weights, backbone);
    assert.is(net.network.gates, depth === 20 ? 336 : 1008);
    const names = net.network.segments.map(({ name }) => name);
    assert.is(new Set(names).size, names.length);
    const backboneNames = names.filter((name) => name.startsWith('backbone.')).map((name) => name.slice(9));
    if (depth === 20) {
      const shapes = Object.fromEntries(net.network.segments.map(({ name, shape }) => [name, shape]));
      const expected = [
        ...published.backbone.entries.map((entry) => ({ ...entry, name: `backbone.${entry.name}` })),
        ...published.gater.entries.map((entry) => ({ ...entry, name: `gater.${entry.name}` })),
      ].filter(({ name }) => !name.endsWith('num_batches_tracked'));
      assert.equal(shapes, Object.fromEntries(expected.map(({ name, shape }) => [name, shape])));
    } else {
      assert.equal(
        backboneNames.sort(),
        published.deep.backboneNames.filter((name) => !name.endsWith('num_batches_tracked')).sort(),
      );
    }
    net.dispose();
    alone.dispose();
  }
});

test('plans: sides follow the strides, shortcuts are convolutions where shapes differ', () => {
  const plan = planBackbone('resnet-20', { channels: 3, height: 33, width: 20 }, 'every-conv');
  assert.is(plan.gates, 672);
  assert.equal(plan.outputs.at(-1), { channels: 64, height: 9, width: 5 });
  const convs = plan.nodes.filter((node) => node.kind === 'conv');
  assert.is(convs.length, 21);
  assert.equal(
    convs.filter(({ shape }) => shape.kernel === 1).map(({ name, shape }) => [name, shape.stride]),
    [
      ['stage2.block1.shortcut.conv', 2],
      ['stage3.block1.shortcut.conv', 2],
    ],
  );
  assert.is(planBackbone('resnet-20', { channels: 3, height: 33, width: 20 }).gates, 0);
  const cnn = planBackbone('cnn', { channels: 1, height: 28, width: 28 }, 'block-output');
  assert.equal(
    cnn.outputs.map(({ channels, height }) => [channels, height]),
    [
      [32, 28],
      [32, 28],
      [32, 14],
      [64, 14],
      [64, 14],
      [64, 7],
      [128, 7],
      [128, 7],
    ],
  );
  assert.is(cnn.gates, 448);
});

test('memory: what training takes is what it says it will', async () => {
  for (const options of [
    { backbone: small, gater: small, placement: 'every-conv' },
    { backbone: { kind: 'cnn', filters: [5, 6] }, gater: small, bottleneckNorm: true },
    { backbone: layered['kernels of 5, 1 and 4, stride 2, average pools that overlap, a pool last']!, gater: false },
  ] as const) {
    const engine = await createEngine();
    const data = noiseImages(2, 64, 3, 16, 16);
    const net = await GaterNet.create(data, { ...options, engine } as Parameters<typeof GaterNet.create>[1]);
    for (const batchSize of [8, 64]) {
      const before = engine.arena.used;
      const said = bytesBeside(
        engine,
        (dry) => net.network.on(dry),
        (_, dry) => dry.startTraining(data, batchSize),
      );
      const session = net.network.startTraining(data, batchSize);
      assert.is(said, engine.arena.used - before, `${batchSize} a batch`);
      session.dispose();
      assert.is(engine.arena.used, before);
    }
    net.dispose();
  }
});

test.run();
