// npm run bench:sparse -- [--batch 256] [--rounds 40] [--clock cpu] [--wide]: forward, dX and dW of a sparse layer on the first fields that TRF grows on Tox21 and on AG News, and
// on as many connections drawn at random, as shares of this core's multiply-add peak in registers of 128 bits, measured in the same process in turns, on one thread. --wide takes
// registers of 256 bits (Node 24 and later).
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { chowLiuTree, createEngine, type Engine, receptiveFields } from 'espalier';
import { parseSparseText, type SparseTextOptions } from 'espalier/read';
import { randomNumbers, sinkTotal } from '#dist/cli/bench/check.js';
import type { Clock } from '#dist/cli/bench/race.js';
import { median, quantile } from '#dist/cli/bench/statistics.js';
import { uniformConnections } from '#dist/cli/bench/structures.js';
import type { Connections } from '#dist/layers/connections.js';
import { FIELD_BARS, sparseLayer, UNIFORM_BARS, WIDE_FIELD_BARS } from './cases/sparse.js';
import { loadPeak } from './support/peak.js';
import { formatTable, percent, printHeader } from './support/report.js';
import { SAMPLE_MS, timeCases } from './support/time-cases.js';

const SHARED = new URL('../../../shared/data/', import.meta.url);

/** Data set, and the radius and stride of the first layer that is grown on it. */
const SETS: readonly [name: string, text: SparseTextOptions, radius: number, stride: number][] = [
  ['tox21', { columns: 2048, taskNames: Array.from({ length: 12 }, (_, i) => `task ${i}`) }, 5, 2],
  ['agnews', { columns: 10000, classes: 4 }, 6, 5],
];

const { values } = parseArgs({
  options: {
    batch: { type: 'string', default: '256' },
    rounds: { type: 'string', default: '40' },
    clock: { type: 'string', default: 'wall' },
    wide: { type: 'boolean', default: false },
  },
});
const [batch, rounds] = [Number(values.batch), Number(values.rounds)];
if (!Number.isInteger(batch / 32) || batch < 32)
  throw new RangeError(`--batch: expected a multiple of 32, got ${values.batch}`);
if (!Number.isInteger(rounds) || rounds < 1)
  throw new RangeError(`--rounds: expected an integer from 1, got ${values.rounds}`);
const clock = values.clock as Clock;
if (clock !== 'wall' && clock !== 'cpu') throw new RangeError(`--clock: expected wall or cpu, got ${values.clock}`);

printHeader(`Sparse layers${values.wide ? ', registers of 256 bits' : ''}`);
const peak = await loadPeak(SAMPLE_MS);
// One thread: the peak that the shares are of is one core's.
const engine = await createEngine({ threads: 1, wide: values.wide });
if (values.wide && !engine.build.wide) throw new Error(`--wide: ${engine.build.reasons.join('; ')}`);
const random = randomNumbers(1);

const lines: string[][] = [];
const peaks: number[] = [];
for (const [name, text, radius, stride] of SETS) {
  const file = new URL(`${name}/train.txt`, SHARED);
  if (!existsSync(file)) {
    console.log(`../shared/data/${name} is not here: left out`);
    continue;
  }
  const fields = await fieldsOf(engine, readFileSync(file, 'latin1'), text, radius, stride);
  const { inputs, units, index } = fields;
  await measure(`${name} fields`, fields, values.wide ? WIDE_FIELD_BARS : FIELD_BARS);
  await measure(`${name} at random`, uniformConnections(inputs, units, index.length, random), UNIFORM_BARS);
}
console.log(formatTable(['kernel', 'shape', 'GFLOP/s', 'of peak', 'quartiles', 'undisturbed', 'bar'], lines));
if (peaks.length > 0)
  console.log(
    `\nMultiply-add peak of 128 bits: ${median(peaks).toFixed(1)} GFLOP/s. Medians of ${rounds} rounds, ${clock} clock. Sink ${sinkTotal().toFixed(3)}.`,
  );

async function measure(structure: string, connections: Connections, bars: typeof FIELD_BARS): Promise<void> {
  const cases = sparseLayer(engine, structure, connections, batch, random, bars);
  const [peakRate, rates] = await timeCases(cases, peak, rounds, clock);
  peaks.push(...peakRate);
  cases.forEach(({ name, shape, bar }, i) => {
    const share = rates[i]!.map((rate, round) => rate / 1e9 / peakRate[round]!);
    const quartiles = `${percent(quantile(share, 0.25))} to ${percent(quantile(share, 0.75))}`;
    // What others on a busy machine take away is left out: the fastest tenth of the rounds, each by itself.
    const undisturbed = quantile(rates[i]!, 0.9) / 1e9 / quantile(peakRate, 0.9);
    const verdict = `${percent(bar!)} ${median(share) >= bar! ? 'met' : 'missed'}`;
    lines.push([
      name,
      shape,
      (median(rates[i]!) / 1e9).toFixed(1),
      percent(median(share)),
      quartiles,
      percent(undisturbed),
      verdict,
    ]);
  });
}

/** The receptive fields as a TRF-net numbers them: inputs in the tree's depth-first order, fields in that of their centres. */
async function fieldsOf(
  engine: Engine,
  data: string,
  text: SparseTextOptions,
  radius: number,
  stride: number,
): Promise<Connections> {
  const tree = await chowLiuTree(parseSparseText(data, text), { engine });
  const { centres, start, members } = receptiveFields(tree, { radius, stride });
  const rank = new Int32Array(tree.variables);
  tree.depthFirst().forEach((v, i) => {
    rank[v] = i;
  });
  const order = [...centres.keys()].sort((a, b) => rank[centres[a]!]! - rank[centres[b]!]!);
  const fields = order.map((field) =>
    members
      .slice(start[field]!, start[field + 1]!)
      .map((v) => rank[v]!)
      .sort(),
  );
  const ends = new Int32Array(fields.length + 1);
  fields.forEach((field, u) => {
    ends[u + 1] = ends[u]! + field.length;
  });
  return {
    inputs: tree.variables,
    units: fields.length,
    start: ends,
    index: Int32Array.from(fields.flatMap((field) => [...field])),
  };
}
