// npm run bench:gaternet -- [--data cifar10] [--depth 8] [--width 16] [--rows 8000] [--epochs 6] [--batch 64] [--seeds 0,1,2] [--nets twin,wide,gated]
// [--penalties 0.1] [--placement block-output] [--pretrain 0] [--norm] [--json]: does gating help? The backbone without gates (twin), one of as many
// parameters as backbone and gater together (wide), and the gated one, all with the same images and schedule; accuracy on all test images.
import { parseArgs } from 'node:util';
import {
  type ClassTargets,
  createEngine,
  type Dataset,
  GaterNet,
  type GaterNetOptions,
  type Placement,
} from 'espalier';
import { deviation, mean } from '#dist/cli/bench/statistics.js';
import { loadNamed, type NamedSet } from '#dist/cli/read/named-data.js';
import { Purpose, permutation } from '#dist/runtime/random.js';
import { GateCounter } from '#dist/structure/gates.js';
import { formatTable, printHeader } from './support/report.js';

interface Run {
  readonly net: string;
  readonly seed: number;
  readonly weights: number;
  readonly accuracy: number;
  readonly trainLoss: number;
  readonly gatesOpen?: number;
  readonly inputDependent?: number;
  readonly seconds: number;
}

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: 'cifar10' },
    depth: { type: 'string', default: '8' },
    width: { type: 'string', default: '16' },
    rows: { type: 'string', default: '8000' },
    epochs: { type: 'string', default: '6' },
    batch: { type: 'string', default: '64' },
    seeds: { type: 'string', default: '0,1,2' },
    nets: { type: 'string', default: 'twin,wide,gated' },
    penalties: { type: 'string', default: '0.1' },
    placement: { type: 'string', default: 'block-output' },
    pretrain: { type: 'string', default: '0' },
    norm: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const numbers = (text: string) => text.split(',').map(Number);
const [depth, width, rows, epochs, batchSize] = [
  values.depth,
  values.width,
  values.rows,
  values.epochs,
  values.batch,
].map(Number) as [number, number, number, number, number];
const placement = values.placement as Placement;
const { train: all, test } = await loadNamed(values.data as NamedSet);
const shuffle = permutation(await createEngine(), all.rows, 0, Purpose.split, 0);
const train = drawn(all, rows);
const colour = values.data === 'cifar10';
const shared: GaterNetOptions = { augmentation: { pad: colour ? 4 : 2, flip: values.data !== 'mnist' } };
const resnet = (filters: number) => ({ kind: 'resnet', depth, width: filters }) as const;
const gated: GaterNetOptions = {
  ...shared,
  backbone: resnet(width),
  gater: resnet(width),
  placement,
  pretrainEpochs: Number(values.pretrain),
  bottleneckNorm: values.norm,
};
const wide = await widthOfEqualSize();

const nets: { name: string; options: GaterNetOptions }[] = [];
for (const net of values.nets.split(',')) {
  if (net === 'twin') nets.push({ name: 'twin', options: { ...shared, backbone: resnet(width), gater: false } });
  else if (net === 'wide')
    nets.push({ name: `width ${wide}`, options: { ...shared, backbone: resnet(wide), gater: false } });
  else if (net === 'gated')
    for (const penalty of numbers(values.penalties))
      nets.push({ name: `gated, λ ${penalty}`, options: { ...gated, penalty } });
  else throw new RangeError(`--nets: expected twin, wide or gated, got ${net}`);
}

if (!values.json) {
  printHeader(
    `${values.data}: ResNet-${depth} of width ${width}, ${train.rows} images, ${epochs} epochs in batches of ${batchSize}, gates at ${placement}`,
  );
}
const runs: Run[] = [];
// Seed by seed: what is done when time runs out can be compared.
for (const seed of numbers(values.seeds)) {
  for (const { name, options } of nets) {
    const run = await perform(name, { ...options, seed });
    runs.push(run);
    if (values.json) console.log(JSON.stringify(run));
    else console.log(`  ${name}, seed ${seed}: ${(run.accuracy * 100).toFixed(2)} % in ${run.seconds.toFixed(0)} s`);
  }
}
if (!values.json) printResults();

async function perform(name: string, options: GaterNetOptions): Promise<Run> {
  const engine = await createEngine();
  const net = await GaterNet.create(train, { ...options, engine });
  const began = performance.now();
  const { history } = await net.fit(train, { epochs, batchSize });
  const seconds = (performance.now() - began) / 1000;
  const { classes, gates } = await net.predict(test, { gates: net.gateLayout.length > 0 });
  const result = {
    net: name,
    seed: net.seed,
    weights: net.weights,
    accuracy: share(classes!, (id, row) => id === (test.targets as ClassTargets).values[row]),
    trainLoss: history.at(-1)!.loss,
    seconds,
    ...(gates ? gatesOf(net, gates) : {}),
  };
  net.dispose();
  return result;
}

/** Mean share of open gates, and the share of gates that some test images open and others do not. */
function gatesOf(net: GaterNet, gates: Float32Array): Pick<Run, 'gatesOpen' | 'inputDependent'> {
  const counter = new GateCounter(net.gateLayout);
  counter.add(gates);
  const report = counter.report();
  return { gatesOpen: report.meanOpen, inputDependent: report.inputDependent / report.gates };
}

function share(values: Int32Array, holds: (value: number, at: number) => boolean): number {
  return values.reduce((count, value, at) => count + (holds(value, at) ? 1 : 0), 0) / values.length;
}

/** The width whose backbone alone has about as many parameters as the gated net. */
async function widthOfEqualSize(): Promise<number> {
  const engine = await createEngine();
  const size = async (options: GaterNetOptions) => {
    const net = await GaterNet.create(test, { ...options, engine });
    const { weights } = net;
    net.dispose();
    return weights;
  };
  const wanted = await size(gated);
  let best = width;
  let least = Number.POSITIVE_INFINITY;
  for (let filters = width; filters <= 2 * width; filters++) {
    const off = Math.abs((await size({ ...shared, backbone: resnet(filters), gater: false })) - wanted);
    if (off < least) [best, least] = [filters, off];
  }
  return best;
}

/** The first rows of a shuffle: the files are in an order of their own. */
function drawn(data: Dataset, count: number): Dataset {
  return count >= data.rows ? data : data.subset(shuffle.subarray(0, count));
}

function printResults(): void {
  const percent = (x: number, places = 2) => (x * 100).toFixed(places);
  const table = nets.map(({ name }) => {
    const own = runs.filter((run) => run.net === name);
    const accuracies = own.map(({ accuracy }) => accuracy);
    const open = own.flatMap(({ gatesOpen }) => gatesOpen ?? []);
    const dependent = own.flatMap((run) => run.inputDependent ?? []);
    return [
      name,
      own[0]!.weights.toLocaleString('en'),
      `${percent(mean(accuracies))} ± ${percent(deviation(accuracies))}`,
      open.length ? percent(mean(open), 1) : '',
      dependent.length ? percent(mean(dependent), 1) : '',
      mean(own.map(({ seconds }) => seconds)).toFixed(0),
    ];
  });
  console.log(formatTable(['net', 'weights', 'test accuracy %', 'gates open %', 'input-dependent %', 's'], table));
}
