// npm run bench:chow-liu -- [--rounds 15] [--clock cpu] [--curves [--full] | --dense | --sample]: with --dense all pair counts of 60,000 rows x 4,096 dense
// columns of bits beside plink1.9, one and two threads, and the tree; with --sample the tree of long data with and without a sample; with --curves the cost over variables and over rows, to 100,000 each or with --full to a million,
// of Zipf rows of 20, as docs/chow-liu.svg; with --million [--threads 2] one tree of a million of both; else chowLiuTree against a plain-JavaScript Prim with the same k ln k table, in turns in one
// process, on AG News (or made-up rows of that shape where the data are absent); both trees must be the same.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { chowLiuTree, createEngine, type SparseMatrix, type Tree } from 'espalier';
import { parseSparseText } from 'espalier/read';
import { randomNumbers } from '#dist/cli/bench/check.js';
import { plainPrim } from '#dist/cli/bench/peers/plain-prim.js';
import { type Clock, race } from '#dist/cli/bench/race.js';
import { spread } from '#dist/cli/bench/spread.js';
import { median, quantile } from '#dist/cli/bench/statistics.js';
import { makeCorpus, zipfRows } from '#dist/cli/bench/structures.js';
import { densePairs } from './dense.js';
import { sampledTrees } from './sampled.js';
import { type Curve, curvesPlot } from './support/curves-plot.js';
import { formatTable, megabytes, printHeader } from './support/report.js';

const AGNEWS = new URL('../../../shared/data/agnews/train.txt', import.meta.url);
const AGNEWS_NATS = 20.4276;
const MEMORY_BAR = 20e6;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    clock: { type: 'string', default: 'wall' },
    curves: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    million: { type: 'boolean', default: false },
    threads: { type: 'string', default: '1' },
    dense: { type: 'boolean', default: false },
    sample: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  throw new RangeError(`--rounds: expected an integer from 1, got ${values.rounds}`);
}
const clock = values.clock as Clock;
if (clock !== 'wall' && clock !== 'cpu') throw new RangeError(`--clock: expected wall or cpu, got ${values.clock}`);

printHeader('Chow-Liu tree');
if (values.million) {
  await million(Number(values.threads));
  process.exit();
}
if (values.curves) {
  await curves();
  process.exit();
}
if (values.dense) {
  await densePairs(rounds);
  process.exit();
}
if (values.sample) {
  await sampledTrees(rounds);
  process.exit();
}
const real = existsSync(AGNEWS);
const features = real
  ? (parseSparseText(readFileSync(AGNEWS, 'utf8'), { columns: 10000 }).features as SparseMatrix)
  : makeCorpus(9000, 10000, 21, randomNumbers(1));
const name = real ? 'AG News, training rows' : 'made-up rows (../shared/data is absent)';
console.log(`${name}: ${features.rows} x ${features.columns}, ${features.index.length} ones\n`);

const engine = await createEngine();
const tree = await chowLiuTree({ features }, { engine });
compare(tree);
const bytes = await extraMemory();
const [ours, plain] = await race(
  [
    { name: 'chowLiuTree', run: () => chowLiuTree({ features }, { engine }), async: true },
    { name: 'plain JavaScript', run: () => plainPrim(features) },
  ],
  rounds,
  { clock, warmup: 2 },
);
const ratio = ours!.map((ms, round) => ms / plain![round]!);
const row = (label: string, ms: number[]) => [
  label,
  median(ms).toFixed(1),
  `${quantile(ms, 0.25).toFixed(1)} to ${quantile(ms, 0.75).toFixed(1)}`,
];
console.log(formatTable(['', 'ms', 'quartiles'], [row('chowLiuTree', ours!), row('plain JavaScript Prim', plain!)]));
console.log();
const verdict = (met: boolean) => (met ? 'met' : 'missed');
console.log(
  `time ratio    ${median(ratio).toFixed(3)} (quartiles ${quantile(ratio, 0.25).toFixed(3)} to ${quantile(ratio, 0.75).toFixed(3)}; bar 1: ${verdict(median(ratio) <= 1)})`,
);
const extra = bytes.engine + bytes.buffers + bytes.heap;
console.log(
  `extra memory  ${megabytes(extra)} beyond the data: engine ${megabytes(bytes.engine)}, typed arrays ${megabytes(bytes.buffers)}, JavaScript heap ${megabytes(bytes.heap)} (bar ${megabytes(MEMORY_BAR)}: ${verdict(extra <= MEMORY_BAR)})`,
);
console.log(`${rounds} rounds, ${clock} clock; both trees have the same ${tree.edges.length} edges.`);

/** Both trees, edge by edge, and their total. */
function compare({ edges, totalInformation }: Tree): void {
  const { parent, nats } = plainPrim(features);
  const wanted = Array.from(parent, (p, v) => [Math.min(p, v), Math.max(p, v)] as const)
    .filter(([a]) => a >= 0)
    .sort((x, y) => x[0] - y[0] || x[1] - y[1]);
  const differing = wanted.filter(([a, b], i) => edges[i]?.a !== a || edges[i]?.b !== b);
  if (edges.length !== wanted.length || differing.length > 0) {
    throw new Error(
      `trees differ: ${edges.length} and ${wanted.length} edges, ${differing.length} of them not the same`,
    );
  }
  if (Math.abs(totalInformation - nats) > 1e-9) {
    throw new Error(`trees differ: ${totalInformation} and ${nats} nats`);
  }
  if (real && totalInformation.toFixed(4) !== AGNEWS_NATS.toFixed(4)) {
    throw new Error(`expected ${AGNEWS_NATS} nats, got ${totalInformation}`);
  }
  console.log(`${edges.length} edges, ${totalInformation.toFixed(6)} nats, the same from both\n`);
}

/** The most that one tree takes at once in a fresh engine, sampled whenever it yields; garbage not yet collected counts too. */
async function extraMemory(): Promise<{ engine: number; buffers: number; heap: number }> {
  const fresh = await createEngine();
  globalThis.gc?.();
  const before = process.memoryUsage();
  const used = fresh.arena.peak;
  let [buffers, heap] = [0, 0];
  const sample = () => {
    const now = process.memoryUsage();
    // The engine's own memory is an ArrayBuffer too: it is counted by its arena.
    const grown = fresh.arena.memory.buffer.byteLength - memoryBefore;
    buffers = Math.max(buffers, now.arrayBuffers - before.arrayBuffers - (countsWasm ? grown : 0));
    heap = Math.max(heap, now.heapUsed - before.heapUsed);
  };
  const memoryBefore = fresh.arena.memory.buffer.byteLength;
  const countsWasm = wasmCounted();
  await chowLiuTree({ features }, { engine: fresh, onProgress: sample });
  sample();
  return { engine: fresh.arena.peak - used, buffers, heap };
}

/** Whether this runtime counts WebAssembly memory among its array buffers. */
function wasmCounted(): boolean {
  const before = process.memoryUsage().arrayBuffers;
  const memory = new WebAssembly.Memory({ initial: 512 });
  return process.memoryUsage().arrayBuffers - before >= memory.buffer.byteLength / 2;
}

/** One thread; three runs a size, or one where that takes longer than 5 s. */
async function curves(): Promise<void> {
  const most = values.full ? 1_000_000 : 100_000;
  const sizes = Array.from({ length: Math.round(Math.log10(most)) }, (_, i) => 10 ** (i + 1));
  const one = await createEngine({ threads: 1 });
  const rows: string[][] = [];
  const curve = async (label: string, of: (size: number) => SparseMatrix): Promise<Curve> => {
    const points = [];
    for (const size of sizes) {
      const data = of(size);
      const ms: number[] = [];
      while (ms.length < 3 && !(ms[0]! > 5000)) {
        const began = performance.now();
        await chowLiuTree({ features: data }, { engine: one });
        ms.push(performance.now() - began);
      }
      const point = { size, ms: median(ms), quartiles: [quantile(ms, 0.25), quantile(ms, 0.75)] as const };
      points.push(point);
      rows.push([label, size.toLocaleString('en-US'), spread({ ...point, peer: label, samples: ms.length })]);
      console.error(rows.at(-1)!.join('  '));
    }
    return { name: label, points };
  };
  const fixed = most;
  const found = [
    await curve(`variables, ${fixed.toLocaleString('en-US')} rows`, (columns) =>
      zipfRows(fixed, columns, Math.min(20, columns / 2)),
    ),
    await curve('rows, 10,000 variables', (count) => zipfRows(count, 10_000, 20)),
  ];
  console.log(formatTable(['over', 'size', 'time'], rows));
  const words = 'Chow-Liu tree of Zipf rows of 20 ones (5 of 10 variables), one thread: medians and quartiles';
  writeFileSync(new URL('../../docs/chow-liu.svg', import.meta.url), curvesPlot(words, found));
}

/** 1,000,000 variables x 1,000,000 Zipf rows of 20 in one process, with the highest memory of all of it. */
async function million(threads: number): Promise<void> {
  const features = zipfRows(1_000_000, 1_000_000, 20);
  const many = await createEngine({ threads });
  const began = performance.now();
  const { totalInformation } = await chowLiuTree({ features }, { engine: many });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const peak = (process.resourceUsage().maxRSS / 1e6).toFixed(2);
  console.log(
    `1,000,000 variables x 1,000,000 rows, ${threads} threads: ${seconds} s, ${peak} GB, ${totalInformation} nats`,
  );
}
