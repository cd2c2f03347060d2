// npm run bench:chow-liu -- [--rounds 15] [--clock cpu]: chowLiuTree against a plain-JavaScript Prim with the same k ln k table, in turns in one
// process, on AG News (or made-up rows of that shape where the data are absent); both trees must be the same.
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { chowLiuTree, createEngine, type SparseMatrix, type Tree } from 'espalier';
import { parseSparseText } from 'espalier/read';
import { randomNumbers } from '#dist/cli/bench/check.js';
import { plainPrim } from '#dist/cli/bench/peers/plain-prim.js';
import { type Clock, race } from '#dist/cli/bench/race.js';
import { median, quantile } from '#dist/cli/bench/statistics.js';
import { makeCorpus } from '#dist/cli/bench/structures.js';
import { formatTable, megabytes, printHeader } from './support/report.js';

const AGNEWS = new URL('../../../shared/data/agnews/train.txt', import.meta.url);
const AGNEWS_NATS = 20.4276;
const MEMORY_BAR = 20e6;

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '15' }, clock: { type: 'string', default: 'wall' } },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  throw new RangeError(`--rounds: expected an integer from 1, got ${values.rounds}`);
}
const clock = values.clock as Clock;
if (clock !== 'wall' && clock !== 'cpu') throw new RangeError(`--clock: expected wall or cpu, got ${values.clock}`);

printHeader('Chow-Liu tree');
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
