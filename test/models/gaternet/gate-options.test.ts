import { GaterNet, type GaterNetOptions, readSafetensors } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { GatedSession } from '#dist/models/gaternet/gated-session.js';
import { plus } from '#dist/runtime/address.js';
import { Pace } from '#dist/runtime/pace.js';
import { classesOf, stripes } from '../../support/gated-images.js';
import { refusesAsync } from '../../support/refuses.js';

// What decides how many gates are open in the course of training.

const small = { kind: 'resnet', depth: 8, width: 4 } as const;
const data = classesOf(stripes(3, 48));
const ROWS = Int32Array.from({ length: 24 }, (_, i) => i);

const create = (options: GaterNetOptions = {}) =>
  GaterNet.create(data, { backbone: small, gater: small, seed: 1, bottleneck: 4, ...options });

/** A step on 24 images, two of which make an epoch. */
async function stepOf(net: GaterNet, session: GatedSession, step = 0): Promise<number> {
  const { sum, weight } = await session.step(ROWS, 5, step, new Pace());
  assert.ok(net.network.gates > 0);
  return sum / weight;
}

const segment = (net: GaterNet, name: string) => net.network.segments.find((s) => s.name === name)!;

function floats(net: GaterNet, name: string, gradients?: GatedSession): Float32Array {
  const { offset, shape } = segment(net, name);
  const at = gradients ? gradients.gradients : net.network.parameters.at;
  return net.engine.f32(
    plus(at, offset * 4),
    shape.reduce((a, b) => a * b, 1),
  );
}

const SOFT = { bias: 'gater.fnn.fc.0.bias', weight: 'gater.fnn.fc.0.weight', hidden: 'gater.resnet.newfc.weight' };

for (const [what, options] of [
  ['the mean gate', { penalty: 20 }],
  ['a target above the mean gate', { penalty: 200, openTarget: 0.9 }],
  ['a target below', { penalty: 200, openTarget: 0.2 }],
  ['variance', { penalty: 0, gateVariance: 40 }],
  ['all of them', { penalty: 200, openTarget: 0.2, gateVariance: 40, gateBias: 0.5 }],
] as const) {
  test(`the gradient of ${what} is that of differences, and the loss tells its share`, async () => {
    // Without penalty the same net has the same loss and gradients but for what is asked about.
    const [net, bare] = [
      await create(options),
      await create({ penalty: 0, ...('gateBias' in options ? { gateBias: options.gateBias } : {}) }),
    ];
    const sessions = [net, bare].map((each) => {
      const session = each.network.startTraining(data, ROWS.length) as GatedSession;
      // Every gate soft: then the slope that training follows is the gate's own.
      session.draw = (noise, coins, n) => {
        each.engine.f32(noise, n * each.network.gates).forEach((_, i, all) => {
          all[i] = Math.sin(i) / 2;
        });
        each.engine.i32(coins, n).fill(0);
      };
      return session;
    });
    const extra = async () => (await stepOf(net, sessions[0]!)) - (await stepOf(bare, sessions[1]!));
    await extra();
    const slopes = Object.values(SOFT).flatMap((name) =>
      [0, 3, 7].map((i) => ({
        name,
        i,
        slope: floats(net, name, sessions[0]!)[i]! - floats(bare, name, sessions[1]!)[i]!,
      })),
    );
    const h = 1 / 64;
    const move = (name: string, i: number, by: number) => {
      for (const each of [net, bare]) floats(each, name)[i]! += by;
    };
    const largest = Math.max(...slopes.map(({ slope }) => Math.abs(slope)));
    assert.ok(largest > 0.01, `${largest}`);
    for (const { name, i, slope } of slopes) {
      move(name, i, h);
      const above = await extra();
      move(name, i, -2 * h);
      const difference = (above - (await extra())) / (2 * h);
      move(name, i, h);
      assert.ok(
        Math.abs(difference - slope) <= 0.02 * largest,
        `${name}[${i}]: gradient ${slope}, by differences ${difference}`,
      );
    }
    for (const session of sessions) session.dispose();
    net.dispose();
    bare.dispose();
  });
}

test('the penalty grows from 0, step by step, after the epochs of pretraining', async () => {
  const [net, whole, none] = [
    await create({ penalty: 8, penaltyWarmup: 4, pretrainEpochs: 1 }),
    await create({ penalty: 8, pretrainEpochs: 1 }),
    await create({ penalty: 0, pretrainEpochs: 1 }),
  ];
  const sessions = [net, whole, none].map((each) => each.network.startTraining(data, ROWS.length) as GatedSession);
  const losses = (step: number) => Promise.all([net, whole, none].map((each, i) => stepOf(each, sessions[i]!, step)));
  for (const [step, share] of [
    [2, 0],
    [3, 1 / 8],
    [6, 1 / 2],
    [10, 1],
    [13, 1],
  ] as const) {
    const [some, all, bare] = await losses(step);
    assert.ok(all! - bare! > 0.5, `${all} and ${bare}`);
    assert.ok(Math.abs(some! - bare! - share * (all! - bare!)) < 1e-6, `step ${step}: ${some}, ${all}, ${bare}`);
  }
  // Pretraining has none.
  const [first, , bare] = await losses(1);
  assert.is(first, bare);
  for (const session of sessions) session.dispose();
  for (const each of [net, whole, none]) each.dispose();
});

test('gates start open, and nothing else is changed', async () => {
  const [open, usual] = [await create({ gateBias: 3 }), await create()];
  const tensors = [open, usual].map((net) => readSafetensors(net.save()).tensors);
  for (const [name, { data: values }] of Object.entries(tensors[0]!)) {
    if (name === 'gater_state_dict.fnn.fc.0.bias') assert.equal(values, new Float32Array(values.length).fill(3));
    else assert.equal(values, tensors[1]![name]!.data, name);
  }
  const { gatesOpen } = await open.evaluate(data);
  assert.ok(gatesOpen! > 0.95, `${gatesOpen}`);
  open.dispose();
  usual.dispose();
});

test('noise: its deviation, which gates without a spread of their own show', async () => {
  const shares: number[] = [];
  for (const gateNoise of [0, 0.5, 1]) {
    const net = await create({ gateBias: 1, gateNoise, penalty: 1 });
    // What decides a gate is then its bias of 1 and noise.
    floats(net, 'gater.fnn.fc.0.weight').fill(0);
    const session = net.network.startTraining(data, ROWS.length) as GatedSession;
    const bare = await create({ gateBias: 1, gateNoise, penalty: 0 });
    floats(bare, 'gater.fnn.fc.0.weight').fill(0);
    const other = bare.network.startTraining(data, ROWS.length) as GatedSession;
    shares.push((await stepOf(net, session)) - (await stepOf(bare, other)));
    for (const each of [session, other, net, bare]) each.dispose();
  }
  // Soft gates are clamp(1.2 σ(u) − 0.1) and hard ones 1[u > 0], half the rows each: means over u of deviation 0, 0.5 and 1 around 1, by a table of the normal distribution.
  const coins = (soft: number, hard: number) => [soft, hard].sort((a, b) => a - b);
  for (const [i, [soft, hard]] of [
    [0.77727, 1],
    [0.7643, 0.97725],
    [0.7322, 0.84134],
  ].entries()) {
    const [low, high] = coins(soft!, hard!);
    assert.ok(shares[i]! > low! - 0.02 && shares[i]! < high! + 0.02, `${shares}`);
  }
  assert.ok(shares[0]! > shares[1]! + 0.005 && shares[1]! > shares[2]! + 0.02, `${shares}`);
});

test("the gater's weights move at their share of the rate, the backbone's at the whole", async () => {
  const files: Record<string, Float32Array>[] = [];
  for (const gaterRate of [1, 0.25]) {
    const net = await create({ gaterRate });
    const before = readSafetensors(net.save()).tensors;
    await net.fit(data, { epochs: 1, batchSize: 48, learningRate: 0.05 });
    const after = readSafetensors(net.save()).tensors;
    files.push(
      Object.fromEntries(
        Object.entries(after).map(([name, { data: values }]) => [
          name,
          (values as Float32Array).map((x, i) => x - (before[name]!.data as Float32Array)[i]!),
        ]),
      ),
    );
    net.dispose();
  }
  const [whole, slow] = files;
  for (const [name, moves] of Object.entries(whole!)) {
    const share = name.startsWith('gater') && !name.includes('running_') ? 0.25 : 1;
    const largest = moves.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    moves.forEach((move, i) => {
      assert.ok(Math.abs(slow![name]![i]! - share * move) <= 1e-6 + 1e-5 * largest, `${name}[${i}]`);
    });
  }
});

test('files tell them where they change anything; a checkpoint is of the same ones', async () => {
  const options = {
    openTarget: 0.5,
    gateVariance: 0.1,
    penaltyWarmup: 2,
    gateBias: 1.5,
    gateNoise: 0.5,
    gaterRate: 0.5,
  };
  const net = await create(options);
  let checkpoint = new Uint8Array();
  await net.fit(data, {
    epochs: 2,
    batchSize: 16,
    onCheckpoint: (bytes) => {
      checkpoint = bytes.slice();
    },
  });
  const again = await GaterNet.load(net.save());
  assert.equal(again.save(), net.save());
  const { openTarget, gateVariance, penaltyWarmup, gateBias, gateNoise, gaterRate } =
    again.describe() as unknown as typeof options;
  assert.equal({ openTarget, gateVariance, penaltyWarmup, gateBias, gateNoise, gaterRate }, options);
  const usual = await create({ gateVariance: 0, penaltyWarmup: 0, gateBias: 0, gateNoise: 1, gaterRate: 1 });
  const shape = JSON.parse(readSafetensors(usual.save()).metadata['espalier.model']!).shape;
  assert.equal(
    Object.keys(options).filter((name) => name in shape),
    [],
  );
  const other = await create({ ...options, gaterRate: 0.25 });
  await refusesAsync(
    () => other.fit(data, { epochs: 2, batchSize: 16, resume: checkpoint }),
    RangeError,
    /^resume: .* net\.shape\.gaterRate was 0\.5 and is 0\.25$/,
  );
  for (const each of [net, again, usual, other]) each.dispose();
});

test('a bias of the gates that 32-bit numbers do not hold is refused', async () => {
  for (const gateBias of [1e39, -101])
    await refusesAsync(() => create({ gateBias }), RangeError, /^gateBias: expected a number from -100 to 100, got /);
});

test.run();
