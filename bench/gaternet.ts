// npm run bench:gaternet -- [--data cifar10] [--shrink 1] [--depth 8] [--width 16] [--rows 8000] [--epochs 6] [--batch 64] [--seeds 0,1,2] [--net NAME=JSON]... [--tune] [--log FILE]
// [--minutes N] [--wide] [--no-time]: does gating help? Nets of GaterNet.create's options, all with the same images, augmentation and schedule: accuracy on all test images and on those trained
// on, gates, multiply-adds, and milliseconds an image of predict on one thread, closed filters left out. Without --net: the backbone without gates (twin), one of as many weights as backbone and
// gater together, and the gated one by default. "noise": 0.5 among the options: a dropout to compare with, gates of the same noise around a fixed value, the same for all images, so that this share
// is open in the mean; in evaluation, which knows no noise, filters are multiplied by it.
// --tune: accuracy on 5,000 training images that are not learned from, in place of the test images.
// --log FILE: a line of JSON for each run; a run that has its line is not run again, and one that was stopped, by --minutes or otherwise, goes on from its last epoch. The nets lie beside.
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type ClassTargets, createEngine, type Dataset, GaterNet, type GaterNetOptions } from 'espalier';
import { shrinkImages } from 'espalier/read';
import { race } from '#dist/cli/bench/race.js';
import { deviation, mean, median } from '#dist/cli/bench/statistics.js';
import { loadNamed, type NamedSet } from '#dist/cli/read/named-data.js';
import { LANES } from '#dist/layers/batch.js';
import { plus } from '#dist/runtime/address.js';
import { Pace } from '#dist/runtime/pace.js';
import { Purpose, permutation } from '#dist/runtime/random.js';
import { GateCounter } from '#dist/structure/gates.js';
import { formatTable, printHeader } from './support/report.js';

const TUNED_BY = 5000;
const TIMED = 256;

type Options = GaterNetOptions & { readonly noise?: number };

interface Contender {
  readonly name: string;
  readonly options: Options;
}

interface Run {
  readonly net: string;
  readonly seed: number;
  readonly weights: number;
  /** Shares of the test images, or of those that --tune looks at, and of the images trained on. */
  readonly accuracy: number;
  readonly trainAccuracy: number;
  readonly gatesOpen?: number;
  readonly inputDependent?: number;
  /** Of an image, gater included, with the gates that it opens. */
  readonly multiplyAdds: number;
  readonly seconds: number;
}

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: 'cifar10' },
    shrink: { type: 'string', default: '1' },
    depth: { type: 'string', default: '8' },
    width: { type: 'string', default: '16' },
    rows: { type: 'string', default: '8000' },
    epochs: { type: 'string', default: '6' },
    batch: { type: 'string', default: '64' },
    seeds: { type: 'string', default: '0,1,2' },
    net: { type: 'string', multiple: true, default: [] },
    tune: { type: 'boolean', default: false },
    log: { type: 'string', default: '' },
    minutes: { type: 'string', default: 'Infinity' },
    wide: { type: 'boolean', default: false },
    'no-time': { type: 'boolean', default: false },
  },
});
const { log } = values;
const count = (name: 'shrink' | 'depth' | 'width' | 'rows' | 'epochs' | 'batch') => {
  const number = Number(values[name]);
  if (!Number.isInteger(number) || number < 1)
    throw new RangeError(`--${name}: expected an integer from 1, got ${values[name]}`);
  return number;
};
const [depth, width, epochs, batchSize] = [count('depth'), count('width'), count('epochs'), count('batch')];
const deadline = new AbortController();
if (values.minutes !== 'Infinity')
  setTimeout(() => deadline.abort(new Error('out of time')), Number(values.minutes) * 60_000).unref();

const wide = values.wide ? { wide: true } : {};
const named = await loadNamed(values.data as NamedSet);
const shuffle = permutation(await createEngine(), named.train.rows, 0, Purpose.split, 0);
const rows = Math.min(count('rows'), named.train.rows - (values.tune ? TUNED_BY : 0));
const train = drawn(named.train, 0, rows);
const test = values.tune ? drawn(named.train, rows, TUNED_BY) : shrinkImages(named.test, count('shrink'));
const common: GaterNetOptions = {
  augmentation: {
    // The usual 4 of CIFAR-10 and 2 of MNIST, of images as they are.
    pad: Math.max(1, Math.round((values.data === 'cifar10' ? 4 : 2) / count('shrink'))),
    flip: values.data !== 'mnist',
  },
};
const nets = values.net.length > 0 ? values.net.map(given) : await usual();

printHeader(
  `${values.data}, shrunk by ${values.shrink}: ${rows} images, ${epochs} epochs in batches of ${batchSize}; accuracy on ${test.rows} ${values.tune ? 'training images left out' : 'test images'}`,
);
const runs: Run[] = [];
try {
  // Seed by seed: what is done when time runs out can be compared.
  for (const seed of values.seeds.split(',').map(Number))
    for (const { name, options } of nets) runs.push(await perform(name, { ...common, ...options, seed }));
} catch (error) {
  if (!deadline.signal.aborted) throw error;
  console.log('Out of time; the same command goes on.');
}
if (runs.length > 0) await printResults();

async function perform(name: string, options: Options): Promise<Run> {
  const key = keyOf(options);
  const known =
    log && existsSync(log)
      ? readFileSync(log, 'utf8')
          .split('\n')
          .find((line) => line.includes(key))
      : '';
  if (known) return { ...(JSON.parse(known) as Run), net: name };
  const engine = await createEngine(wide);
  const { noise, ...others } = options;
  const net = await GaterNet.create(train, { ...others, ...(noise === undefined ? {} : atRest(noise)), engine });
  if (noise !== undefined) forgetImages(net);
  const began = performance.now();
  const checkpoint = `${log}.${key}.checkpoint`;
  await net.fit(train, {
    epochs,
    batchSize,
    signal: deadline.signal,
    ...(log ? { onCheckpoint: (bytes: Uint8Array) => writeFileSync(checkpoint, bytes) } : {}),
    ...(log && existsSync(checkpoint) ? { resume: readFileSync(checkpoint) } : {}),
  });
  const seconds = (performance.now() - began) / 1000;
  const run: Run = {
    net: name,
    seed: net.seed,
    weights: net.weights,
    accuracy: await accuracyOf(net, test, noise),
    trainAccuracy: await accuracyOf(net, train, noise),
    ...(noise === undefined ? await gatesOf(net) : { gatesOpen: noise, multiplyAdds: net.multiplyAdds.dense }),
    seconds,
  };
  if (log) {
    writeFileSync(netFile(key), net.save());
    const { engine: _, ...said } = options;
    appendFileSync(log, `${JSON.stringify({ ...run, key, options: said, ...setting() })}\n`);
    rmSync(checkpoint, { force: true });
  }
  net.dispose();
  const open = run.gatesOpen === undefined ? '' : `, ${percent(run.gatesOpen, 1)} % of gates open`;
  console.log(
    `  ${name}, seed ${run.seed}: ${percent(run.accuracy)} % (train ${percent(run.trainAccuracy)} %)${open}, ${(run.multiplyAdds / 1e6).toFixed(2)} M multiply-adds, ${seconds.toFixed(0)} s`,
  );
  return run;
}

async function accuracyOf(net: GaterNet, data: Dataset, noise: number | undefined): Promise<number> {
  const { values: labels } = data.targets as ClassTargets;
  const right = (classes: Int32Array, first: number) =>
    classes.reduce((count, id, i) => count + (id === labels[first + i] ? 1 : 0), 0);
  if (noise === undefined) return right((await net.predict(data)).classes!, 0) / data.rows;
  const { network, engine, target } = net;
  const decided = new Float32Array(data.rows * network.gates).fill(noise);
  let count = 0;
  for await (const { rows, logits, tiles } of network.batches(data, 64, new Pace(), { decided, masked: true })) {
    // Of tiles of 32 rows: [tile][output][row].
    const outputs = engine.f32(logits, tiles * target.outputs * LANES);
    const classes = Int32Array.from(rows, (_, i) => {
      const at = (output: number) => outputs[(Math.floor(i / LANES) * target.outputs + output) * LANES + (i % LANES)]!;
      return Array.from({ length: target.outputs }, (_, output) => output).reduce((best, o) =>
        at(o) > at(best) ? o : best,
      );
    });
    count += right(classes, rows[0]!);
  }
  return count / data.rows;
}

/** A gater that stays as it starts, with such biases that the gates of training, half of them hard and half soft, are so in the mean. */
function atRest(noise: number): GaterNetOptions {
  const meanGate = (bias: number) => {
    let [sum, weights] = [0, 0];
    for (let e = -6; e <= 6; e += 0.01) {
      const weight = Math.exp((-e * e) / 2);
      const soft = Math.min(1, Math.max(0, 1.2 / (1 + Math.exp(-bias - e)) - 0.1));
      sum += (weight * (soft + (bias + e > 0 ? 1 : 0))) / 2;
      weights += weight;
    }
    return sum / weights;
  };
  let [low, high] = [-8, 8];
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (meanGate(middle) < noise) low = middle;
    else high = middle;
  }
  return { gateBias: low, gateNoise: 1, gaterRate: 0, penalty: 0 };
}

function forgetImages({ network, engine }: GaterNet): void {
  const { offset, shape } = network.segments.find(({ name }) => name === 'gater.fnn.fc.0.weight')!;
  engine.f32(plus(network.parameters.at, offset * 4), shape[0]! * shape[1]!).fill(0);
}

/** Mean share of open gates, the share of gates that some of the images open and others do not, and what computing an image takes. */
async function gatesOf(net: GaterNet): Promise<Pick<Run, 'gatesOpen' | 'inputDependent' | 'multiplyAdds'>> {
  const { dense, gater } = net.multiplyAdds;
  if (net.gateLayout.length === 0) return { multiplyAdds: dense };
  const gates = await net.gates(test);
  const counter = new GateCounter(net.gateLayout);
  counter.add(gates);
  const report = counter.report();
  const costs = Array.from({ length: test.rows }, (_, r) =>
    net.costOf(gates.subarray(r * report.gates, (r + 1) * report.gates)),
  );
  return {
    gatesOpen: report.meanOpen,
    inputDependent: report.inputDependent / report.gates,
    multiplyAdds: mean(costs) + gater,
  };
}

/** NAME=JSON, options of GaterNet.create. */
function given(text: string): Contender {
  const at = text.indexOf('=');
  if (at < 1) throw new RangeError(`--net: expected NAME=JSON, got ${text}`);
  return { name: text.slice(0, at), options: JSON.parse(text.slice(at + 1)) as Options };
}

async function usual(): Promise<Contender[]> {
  const resnet = (filters: number) => ({ kind: 'resnet', depth, width: filters }) as const;
  const gated: GaterNetOptions = { backbone: resnet(width), gater: resnet(width) };
  const engine = await createEngine();
  const size = async (options: GaterNetOptions) => {
    const net = await GaterNet.create(test, { ...options, engine });
    const { weights } = net;
    net.dispose();
    return weights;
  };
  const wanted = await size(gated);
  let [equal, least] = [width, Number.POSITIVE_INFINITY];
  for (let filters = width; filters <= 2 * width; filters++) {
    const off = Math.abs((await size({ backbone: resnet(filters), gater: false })) - wanted);
    if (off < least) [equal, least] = [filters, off];
  }
  return [
    { name: 'twin', options: { backbone: resnet(width), gater: false } },
    { name: `width ${equal}`, options: { backbone: resnet(equal), gater: false } },
    { name: 'gated', options: gated },
  ];
}

/** Of a shuffle, since the files are in an order of their own. */
function drawn(data: Dataset, first: number, length: number): Dataset {
  return shrinkImages(data.subset(shuffle.subarray(first, first + length)), count('shrink'));
}

function setting() {
  const { data, shrink, tune } = values;
  return { data, shrink: Number(shrink), tune, rows, epochs, batchSize };
}

function keyOf(options: Options): string {
  return createHash('sha256')
    .update(JSON.stringify({ ...setting(), ...options }))
    .digest('hex')
    .slice(0, 16);
}

function netFile(key: string): string {
  return `${log}.${key}.safetensors`;
}

/** Of the first seed's nets, in turns. */
async function milliseconds(): Promise<Map<string, number>> {
  const seed = runs[0]!.seed;
  const images = test.subset(Int32Array.from({ length: TIMED }, (_, i) => i));
  const engine = await createEngine(wide);
  const runners = [];
  for (const { name, options } of nets) {
    const file = netFile(keyOf({ ...common, ...options, seed }));
    if (options.noise !== undefined || !existsSync(file)) continue;
    const net = await GaterNet.load(readFileSync(file), { engine });
    runners.push({ name, run: () => net.predict(images), async: true });
  }
  const times = await race(runners, 15, { clock: 'cpu', warmup: 3 });
  return new Map(runners.map(({ name }, i) => [name, median(times[i]!) / TIMED]));
}

async function printResults(): Promise<void> {
  const times = log && !values['no-time'] ? await milliseconds() : undefined;
  const table = nets.map(({ name }) => {
    const own = runs.filter(({ net }) => net === name);
    if (own.length === 0) return [name];
    const all = (part: 'accuracy' | 'trainAccuracy') => own.map((run) => run[part]);
    const open = own.flatMap(({ gatesOpen }) => gatesOpen ?? []);
    const dependent = own.flatMap((run) => run.inputDependent ?? []);
    return [
      name,
      own[0]!.weights.toLocaleString('en'),
      `${percent(mean(all('accuracy')))} ± ${percent(deviation(all('accuracy')))}`,
      percent(mean(all('trainAccuracy'))),
      open.length ? percent(mean(open), 1) : '',
      dependent.length ? percent(mean(dependent), 1) : '',
      (mean(own.map(({ multiplyAdds }) => multiplyAdds)) / 1e6).toFixed(2),
      times?.get(name)?.toFixed(3) ?? '',
      mean(own.map(({ seconds }) => seconds)).toFixed(0),
    ];
  });
  console.log();
  console.log(
    formatTable(
      ['net', 'weights', 'accuracy %', 'of training %', 'gates open %', 'depend %', 'M multiply-adds', 'ms', 's'],
      table,
    ),
  );
}

function percent(x: number, places = 2): string {
  return (x * 100).toFixed(places);
}
