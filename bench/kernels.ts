// npm run bench:kernels -- [--rounds 40] [--only REGEX] [--clock cpu]: speed of the kernels as a share of the multiply-add peak of this core, measured in the
// same process in turns. Peers stand beside them in `npm run bench`.
import { parseArgs } from 'node:util';
import { createEngine } from 'espalier';
import { randomNumbers, sinkTotal } from '#dist/cli/bench/check.js';
import type { Clock } from '#dist/cli/bench/race.js';
import { median, quantile } from '#dist/cli/bench/statistics.js';
import { fieldConnections, makeCorpus, uniformConnections } from '#dist/cli/bench/structures.js';
import type { Case } from './cases/case.js';
import { type Bars, convolution } from './cases/convolutions.js';
import { pointwise } from './cases/pointwise.js';
import { denseLayer, squareProduct } from './cases/products.js';
import { FIELD_BARS, rowLayers, sparseLayer, UNIFORM_BARS } from './cases/sparse.js';
import { loadPeak } from './support/peak.js';
import { formatTable, percent, printHeader } from './support/report.js';
import { SAMPLE_MS, timeCases } from './support/time-cases.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '40' },
    clock: { type: 'string', default: 'wall' },
    only: { type: 'string', default: '' },
  },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1)
  throw new RangeError(`--rounds: expected an integer from 1, got ${values.rounds}`);
const clock = values.clock as Clock;
if (clock !== 'wall' && clock !== 'cpu') throw new RangeError(`--clock: expected wall or cpu, got ${values.clock}`);
const only = new RegExp(values.only, 'i');

printHeader('Kernels');
// One thread: the peak that the shares are of is one core's.
const engine = await createEngine({ threads: 1 });
const random = randomNumbers(1);
const peak = await loadPeak(SAMPLE_MS);

const groups: Case[][] = [squareProduct(engine, 512, random)];
for (const [inputs, units] of [
  [2191, 50],
  [1982, 523],
  [607, 4],
] as const) {
  groups.push(denseLayer(engine, inputs, units, 256, random));
}
const [inputs, units] = [2191, 557];
const connections = Math.round(0.017 * inputs * units);
groups.push(
  sparseLayer(engine, 'uniform', uniformConnections(inputs, units, connections, random), 256, random, UNIFORM_BARS),
);
groups.push(
  sparseLayer(engine, 'fields', fieldConnections(inputs, units, connections, random), 256, random, FIELD_BARS),
);
const words = fieldConnections(10000, 1982, Math.round(0.0225 * 10000 * 1982), random);
groups.push(await rowLayers(engine, makeCorpus(2000, 10000, 21, random), words, 100, 256, random));
groups.push(pointwise(engine, 1 << 18, random));
const bars: Bars = [0.8, 0.75, 0.7];
const three = { kernel: 3, stride: 1, padding: 1 };
for (const [channels, filters, size, wanted] of [
  [64, 64, 32, bars],
  [128, 128, 16, bars],
  [3, 16, 32, undefined],
  [16, 16, 32, undefined],
  [32, 32, 16, undefined],
  [64, 64, 8, undefined],
] as const) {
  groups.push(convolution(engine, { ...three, channels, filters, size }, 32, random, wanted));
}
groups.push(convolution(engine, { ...three, stride: 2, channels: 16, filters: 32, size: 32 }, 32, random));
groups.push(convolution(engine, { ...three, kernel: 1, padding: 0, channels: 64, filters: 64, size: 16 }, 32, random));
groups.push(convolution(engine, { ...three, kernel: 5, padding: 2, channels: 16, filters: 16, size: 32 }, 32, random));

const arithmetic: string[][] = [];
const rates: string[][] = [];
const peaks: number[] = [];
for (const group of groups) {
  const cases = group.filter(({ name, shape }) => only.test(`${name} ${shape}`));
  if (cases.length > 0) await measure(cases);
}
if (arithmetic.length) {
  console.log(formatTable(['kernel', 'shape', 'GFLOP/s', 'of peak', 'quartiles', 'bar'], arithmetic));
  console.log();
}
if (rates.length) {
  console.log(formatTable(['kernel', 'shape', 'rate', 'quartiles', 'peak FLOP each'], rates));
  console.log();
}
console.log(
  `Multiply-add peak: ${median(peaks).toFixed(1)} GFLOP/s, best ${Math.max(...peaks).toFixed(1)}. Medians of ${rounds} rounds, ${clock} clock; "of peak" is the median of each`,
);
console.log(`round's ratio. "peak FLOP each": what the peak would do in the time of one row, byte or element.`);
console.log(`Results were checked before timing. Sink ${sinkTotal().toFixed(3)}.`);

/** Times a group in turns with the peak and adds its rows to the tables. */
async function measure(cases: readonly Case[]): Promise<void> {
  const [peakRate, perCase] = await timeCases(cases, peak, rounds, clock);
  peaks.push(...peakRate);
  cases.forEach(({ name, shape, work, bar }, i) => {
    const rate = perCase[i]!;
    if (work.unit === 'FLOP') {
      const share = rate.map((r, round) => r / 1e9 / peakRate[round]!);
      const middle = median(share);
      const verdict = bar === undefined ? '' : `${percent(bar)} ${middle >= bar ? 'met' : 'missed'}`;
      const quartiles = `${percent(quantile(share, 0.25))} to ${percent(quantile(share, 0.75))}`;
      arithmetic.push([name, shape, (median(rate) / 1e9).toFixed(1), percent(middle), quartiles, verdict]);
    } else {
      const cost = rate.map((r, round) => (peakRate[round]! * 1e9) / r);
      const quartiles = `${quantity(quantile(rate, 0.25), '')} to ${quantity(quantile(rate, 0.75), '')}`;
      rates.push([name, shape, quantity(median(rate), work.unit), quartiles, median(cost).toPrecision(3)]);
    }
  });
}

function quantity(rate: number, unit: Case['work']['unit'] | ''): string {
  const [size, prefix] = rate >= 1e9 ? [1e9, 'G'] : rate >= 1e6 ? [1e6, 'M'] : [1e3, 'k'];
  const names = { byte: 'B/s', row: ' rows/s', element: ' elements/s', FLOP: 'FLOP/s', '': '' };
  return `${(rate / size).toFixed(2)} ${prefix}${names[unit]}`;
}
