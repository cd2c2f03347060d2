// npm run bench:gaternet-speed -- [--depth 20] [--gater 20,8] [--rounds 9] [--only training|inference|skipping] [--batch 1,32] [--clock cpu] [--threads N]: images a second of a
// ResNet with and without gater, and what skipping saves: time with a share g of the gates open, drawn at random for each image, over the time with all open; and with gaters of
// these depths beside, over the time of the net without gater. What a user of a deep net gains: --depth 56 --gater 8,20 --only skipping --batch 32.
import { parseArgs } from 'node:util';
import { createEngine, Dataset, GaterNet, type GaterNetOptions, type Placement } from 'espalier';
import { randomNumbers, sink, sinkTotal } from '#dist/cli/bench/check.js';
import { type Clock, race } from '#dist/cli/bench/race.js';
import { median, quantile } from '#dist/cli/bench/statistics.js';
import { GatedInference } from '#dist/models/gaternet/gated-inference.js';
import type { GatedNetwork } from '#dist/models/gaternet/gated-network.js';
import { Pace } from '#dist/runtime/pace.js';
import { formatTable, printHeader } from './support/report.js';

const { values } = parseArgs({
  options: {
    depth: { type: 'string', default: '20' },
    gater: { type: 'string', default: '20' },
    batch: { type: 'string', default: '1,32' },
    rounds: { type: 'string', default: '9' },
    only: { type: 'string', default: '' },
    clock: { type: 'string', default: 'wall' },
    threads: { type: 'string', default: '' },
  },
});
const clock = values.clock as Clock;
if (clock !== 'wall' && clock !== 'cpu') throw new RangeError(`--clock: expected wall or cpu, got ${values.clock}`);
const rounds = Number(values.rounds);
const backbone = `resnet-${Number(values.depth)}` as const;
const gaters = values.gater.split(',').map((depth) => `resnet-${Number(depth)}` as const);
const batches = values.batch.split(',').map(Number);
const wanted = (part: string) => values.only === '' || values.only === part;

printHeader(`GaterNet: ${backbone} on 32 x 32 images of 3 channels`);
const random = randomNumbers(1);
const engine = await createEngine(values.threads ? { threads: Number(values.threads) } : {});
const pace = new Pace();
const IMAGES = 128;
/** Images of one timed run of inference, whatever the batch: one net that sees image after image. */
const STREAM = 32;
const pixels = Uint8Array.from({ length: IMAGES * 3072 }, () => Math.floor(random() * 256));
const labels = Int32Array.from({ length: IMAGES }, (_, i) => i % 10);
const data = Dataset.images({ channels: 3, height: 32, width: 32, values: pixels, labels, classes: 10 });

if (wanted('training')) await training();
if (wanted('inference')) await inference();
if (wanted('skipping'))
  for (const placement of ['block-output', 'every-conv'] as const)
    for (const gater of gaters) await skipping(placement, gater);
console.log(`Medians of ${rounds} rounds in turns, ${clock} clock. Sink ${sinkTotal().toFixed(3)}.`);

function create(options: GaterNetOptions): Promise<GaterNet> {
  return GaterNet.create(data, { backbone, engine, ...options });
}

/** A whole step: loading, forward, backward, and the optimiser's step left out (0.3 M weights). */
async function training(): Promise<void> {
  const rows = Int32Array.from({ length: IMAGES }, (_, i) => i);
  const nets = [
    { name: 'backbone alone', net: await create({ gater: false }), bar: 130 },
    { name: `with a gater, ${gaters[0]}`, net: await create({ gater: gaters[0]! }) },
  ];
  const table: string[][] = [];
  for (const { name, net, bar } of nets) {
    const session = net.network.startTraining(data, IMAGES);
    let step = 0;
    const run = async () => {
      const { sum } = await session.step(rows, 0, step++, pace);
      if (!Number.isFinite(sum)) throw new Error(`${name}: expected a finite loss, got ${sum}`);
      sink(sum);
    };
    const [times] = await race([{ name, run, async: true }], rounds, { clock, warmup: 2 });
    session.dispose();
    net.dispose();
    table.push([name, rate(times!, IMAGES), spread(times!, IMAGES), bar ? verdict(IMAGES / median(times!), bar) : '']);
  }
  console.log(formatTable(['training step, batch 128', 'images/s', 'quartiles', 'bar'], table));
  console.log();
}

/** Weights folded and images loaded before; logits out. */
async function inference(): Promise<void> {
  const alone = await create({ gater: false });
  const gated = await create({ gater: gaters[0]! });
  const table: string[][] = [];
  for (const batch of batches) {
    const runners = [];
    for (const { name, net, bar } of [
      { name: `backbone alone, batch ${batch}`, net: alone, bar: batch === 32 ? 450 : undefined },
      { name: `with a gater, ${gaters[0]}, batch ${batch}`, net: gated, bar: undefined },
    ]) {
      const inference = await loaded(net.network, batch);
      runners.push({ name, bar, run: stream(inference, batch), async: true, dispose: () => inference.dispose() });
    }
    const times = await race(runners, rounds, { clock, warmup: 3 });
    runners.forEach(({ name, bar, dispose }, i) => {
      dispose();
      const perMillisecond = STREAM / median(times[i]!);
      table.push([name, rate(times[i]!, STREAM), spread(times[i]!, STREAM), bar ? verdict(perMillisecond, bar) : '']);
    });
  }
  console.log(formatTable(['inference', 'images/s', 'quartiles', 'bar'], table));
  console.log();
  alone.dispose();
  gated.dispose();
}

async function skipping(placement: Placement, gater: (typeof gaters)[number]): Promise<void> {
  const net = await create({ gater, placement });
  const { gates } = net.network;
  const table: string[][] = [];
  for (const batch of batches) {
    const open = { name: 'all', g: 1, decided: new Float32Array(batch * gates).fill(1) };
    const shares = [0.25, 0.5, 0.75].map((g) => ({ name: `${g}`, g, decided: drawGates(net, batch, g) }));
    const cases = [open, ...shares];
    const inference = await loaded(net.network, batch);
    for (const { decided } of shares) await requireMasked(inference, batch, decided);
    const alone = cases.map(({ name, decided }) => ({ name, run: stream(inference, batch, decided), async: true }));
    const whole = cases.map(({ name, decided }) => ({
      name: `${name} whole`,
      run: stream(inference, batch, decided, true),
      async: true,
    }));
    const times = await race([...alone, ...whole], rounds, { clock, warmup: 3 });
    inference.dispose();
    const ratio = (i: number, to: number) => median(times[i]!.map((ms, round) => ms / times[to]![round]!));
    shares.forEach(({ g, decided }, i) => {
      const bar = placement === 'block-output' ? (1 + g) / 2 + 0.05 : (g + g * g) / 2 + 0.08;
      const measured = ratio(i + 1, 0);
      const { dense } = net.multiplyAdds;
      const predicted =
        mean(Array.from({ length: batch }, (_, s) => net.costOf(decided.subarray(s * gates, (s + 1) * gates)))) / dense;
      table.push([
        `${g}`,
        `${batch}`,
        predicted.toFixed(3),
        measured.toFixed(3),
        `${bar.toFixed(3)} ${measured <= bar ? 'met' : 'missed'}`,
        ratio(cases.length + i + 1, 0).toFixed(3),
        ratio(cases.length + i + 1, cases.length).toFixed(3),
        (median(times[i + 1]!) / STREAM).toFixed(3),
      ]);
    });
  }
  console.log(`Gates at ${placement}, gater ${gater}: time over all open, the results checked against masking`);
  const header = [
    'open',
    'batch',
    'multiply-adds',
    'backbone',
    'bar',
    'gated over ungated',
    'both with gater',
    'backbone ms/image',
  ];
  console.log(formatTable(header, table));
  console.log();
  net.dispose();
}

/** Gates of each layer and image: so many of them, drawn at random. */
function drawGates(net: GaterNet, batch: number, g: number): Float32Array {
  const { gates } = net.network;
  const decided = new Float32Array(batch * gates);
  for (let s = 0; s < batch; s++) {
    for (const { first, count } of net.gateLayout) {
      const order = Array.from({ length: count }, (_, i) => ({ i, key: random() })).sort((a, b) => a.key - b.key);
      for (const { i } of order.slice(0, Math.round(g * count))) decided[s * gates + first + i] = 1;
    }
  }
  return decided;
}

/** Weights folded, images in memory. */
async function loaded(network: GatedNetwork, batch: number): Promise<GatedInference> {
  const inference = new GatedInference(network, batch);
  await inference.fold(pace);
  await inference.load(
    data,
    Int32Array.from({ length: batch }, (_, i) => i),
    pace,
  );
  return inference;
}

/** STREAM images one after another in batches: with the net's own gates, or with given ones, the gater run all the same or not. */
function stream(inference: GatedInference, batch: number, decided?: Float32Array, gater = false): () => Promise<void> {
  return async () => {
    for (let image = 0; image < STREAM; image += batch) {
      if (gater) await inference.decide(batch, pace);
      sink(engine.f32((await inference.run(batch, pace, decided)).logits, 1)[0]!);
    }
  };
}

/** Skipping must give the bits of masking. */
async function requireMasked(inference: GatedInference, batch: number, decided: Float32Array): Promise<void> {
  const logits = async (masked: boolean) =>
    engine.f32((await inference.run(batch, pace, decided, masked)).logits, 320).slice();
  const [skipped, masked] = [await logits(false), await logits(true)];
  if (skipped.some((x, i) => x !== masked[i])) throw new Error('skipping: expected the bits of masking');
}

function rate(times: readonly number[], images: number): string {
  return ((images / median(times)) * 1000).toFixed(0);
}

function spread(times: readonly number[], images: number): string {
  return [0.75, 0.25].map((q) => ((images / quantile(times, q)) * 1000).toFixed(0)).join(' to ');
}

function verdict(perMillisecond: number, bar: number): string {
  return `${bar} ${perMillisecond * 1000 >= bar ? 'met' : 'missed'}`;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0) / numbers.length;
}
