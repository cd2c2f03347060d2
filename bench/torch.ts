// npm run bench:torch -- [--rounds 9] [--python python3] [--narrow] [--relaxed] [--threads 1] [--isa avx2]: a product, a convolution, training and inference of a ResNet-20 beside PyTorch (Debian's
// python3-torch), if that is installed, by turns, on the same numbers; results are compared before they count. In wide registers where this runtime has them.
// --isa: the most that PyTorch's oneDNN may use; without, whatever the processor has, registers of 512 bits too, which no WebAssembly reaches.
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createEngine, Dataset, GaterNet } from 'espalier';
import { Conv } from '#dist/layers/conv.js';
import { GatedInference } from '#dist/models/gaternet/gated-inference.js';
import { Pace } from '#dist/runtime/pace.js';
import { ownOf } from '#dist/runtime/parts.js';
import { formatTable, printHeader } from './support/report.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    python: { type: 'string' },
    narrow: { type: 'boolean', default: false },
    relaxed: { type: 'boolean', default: false },
    threads: { type: 'string', default: '1' },
    isa: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const threads = Number(values.threads);
const [N, BATCH, TRAINED] = [512, 32, 128];
const SIZE = 32;

interface Task {
  readonly name: string;
  readonly doc: string;
  /** What PyTorch's time over ours must be, at least. */
  readonly bar: number;
  /** Runs of one timing. */
  readonly repeats: number;
  readonly unit: string;
  /** Units of one run. */
  readonly amount: number;
  run(): unknown;
  /** What a run has written. */
  result(): ArrayLike<number>;
}

printHeader('Beside PyTorch');
const engine = await createEngine({
  threads,
  wide: !values.narrow,
  precision: values.relaxed ? 'relaxed' : 'strict',
});
const { wide, precision, reasons } = engine.build;
console.log(`Espalier: ${precision}, ${wide ? 'wide registers' : `not wide (${reasons})`}, ${threads} thread(s)`);
const folder = mkdtempSync(join(tmpdir(), 'espalier-torch-'));
process.on('exit', () => rmSync(folder, { recursive: true }));

let state = 1;
/** Numbers in [-1, 1). */
function floats(name: string, length: number): Float32Array {
  const numbers = Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
  return written(name, numbers);
}

function written(name: string, numbers: Float32Array): Float32Array {
  writeFileSync(join(folder, `${name}.f32`), numbers);
  return numbers;
}

const pace = new Pace();
const tasks = [product(), convolution(), ...(await resnet())];
const torch = await startTorch();
await compare();

function product(): Task {
  const { kernels, scratch } = engine;
  const scope = engine.scope();
  const [a, b, c] = [scope.copy(floats('a', N * N)), scope.copy(floats('b', N * N)), scope.bytes(4 * N * N)];
  const panels = Math.ceil(N / 5);
  const [left, right] = [scope.bytes(20 * panels * N), scope.bytes(4 * N * N)];
  return {
    ...{ name: 'product', doc: `product ${N}³`, bar: 0.8, repeats: 4, unit: 'GFLOP/s', amount: 2e-9 * N ** 3 },
    run() {
      kernels.gemm_pack_a(left, a, N, N, N, 1, N);
      kernels.gemm_pack_b(right, b, N, N, N, 1, N);
      kernels.gemm(c, left, right, scratch, N, 8, 8 * N, 0, panels, N, N, N, 0);
    },
    result: () => engine.f32(c, N * N),
  };
}

function convolution(): Task {
  const scope = engine.scope();
  const shape = { channels: 64, filters: 64, kernel: 3, stride: 1, padding: 1, height: SIZE, width: SIZE };
  const conv = new Conv(engine, shape);
  const length = BATCH * 64 * SIZE * SIZE;
  conv.weight = scope.copy(floats('w', conv.weightCount));
  const x = scope.copy(floats('x', length));
  const y = scope.zeros(length);
  const room = {
    pack: scope.bytes(conv.packBytes),
    work: ownOf(engine, scope, conv.workBytes(BATCH)),
    sums: scope.bytes(conv.sumBytes(BATCH)),
  };
  const amount = 2e-9 * BATCH * conv.multiplyAdds();
  return {
    ...{ name: 'convolution', doc: 'convolution 64→64, 3x3, 32x32, batch 32', bar: 2.5 },
    ...{ repeats: 2, unit: 'GFLOP/s', amount },
    run: () => conv.forward(y, x, BATCH, room, pace),
    result: () => engine.f32(y, length),
  };
}

/** A step of batch 128 without the optimiser's, and inference of batch 32, of one net. */
async function resnet(): Promise<Task[]> {
  const pixels = Uint8Array.from(floats('pixels', TRAINED * 3 * SIZE * SIZE), (x) => Math.floor(127.5 * (x + 1)));
  const labels = Int32Array.from({ length: TRAINED }, (_, i) => i % 10);
  const data = Dataset.images({ channels: 3, height: SIZE, width: SIZE, values: pixels, labels, classes: 10 });
  const net = await GaterNet.create(data, { backbone: 'resnet-20', gater: false, engine });
  const { mean, std } = net.state.norm;
  const plane = SIZE * SIZE;
  const normal = Float32Array.from(pixels, (byte, i) => {
    const channel = Math.floor(i / plane) % 3;
    return (byte / 255 - mean[channel]!) / std[channel]!;
  });
  written('images', normal);
  writeFileSync(join(folder, 'net.safetensors'), net.save());
  writeFileSync(
    join(folder, 'setup.json'),
    JSON.stringify({ threads, n: N, batch: BATCH, trained: TRAINED, labels: [...labels] }),
  );
  const inference = new GatedInference(net.network, BATCH);
  await inference.fold(pace);
  const first = Int32Array.from({ length: BATCH }, (_, i) => i);
  await inference.load(data, first, pace);
  let logits = new Float32Array(0);
  const session = net.network.startTraining(data, TRAINED);
  const rows = Int32Array.from({ length: TRAINED }, (_, i) => i);
  let [step, loss] = [0, 0];
  return [
    {
      ...{ name: 'training', doc: 'ResNet-20, training step, batch 128', bar: 1.5 },
      ...{ repeats: 1, unit: 'images/s', amount: TRAINED },
      run: async () => {
        loss = (await session.step(rows, 0, step++, pace)).sum;
      },
      result: () => [loss],
    },
    {
      ...{ name: 'inference', doc: 'ResNet-20, inference, batch 32', bar: 2.2 },
      ...{ repeats: 4, unit: 'images/s', amount: BATCH },
      run: async () => {
        logits = engine.f32((await inference.run(BATCH, pace)).logits, 10 * 32).slice();
      },
      // Tiles of [class][32 images] to rows.
      result: () => Float32Array.from(logits, (_, i) => logits[(i % 10) * 32 + Math.floor(i / 10)]!),
    },
  ];
}

/** Asks for a run of a task and waits for its time, ms. */
type Ask = (name: string, repeats: number, out?: boolean) => Promise<number>;

/** PyTorch's process, where there is one. */
async function startTorch(): Promise<{ version: string; ask: Ask; end(): void } | undefined> {
  const candidates = values.python ? [values.python] : ['python3', '/usr/bin/python3'];
  const python = candidates.find((name) => spawnSync(name, ['-c', 'import torch']).status === 0);
  if (!python) return undefined;
  const script = fileURLToPath(new URL('../../bench/reference/torch_peer.py', import.meta.url));
  // torch.set_num_threads does not reach the BLAS beneath.
  const limits = ['OMP', 'OPENBLAS', 'MKL', 'BLIS'].map((of) => [`${of}_NUM_THREADS`, String(threads)]);
  if (values.isa) limits.push(['DNNL_MAX_CPU_ISA', values.isa.toUpperCase()]);
  const env = { ...process.env, ...Object.fromEntries(limits) };
  const child: ChildProcessWithoutNullStreams = spawn(python, [script, folder], { env });
  child.stderr.pipe(process.stderr);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error('PyTorch ended');
    return JSON.parse(value);
  };
  const { version } = await answer();
  const ask: Ask = async (name, repeats, out = false) => {
    child.stdin.write(`${JSON.stringify([name, repeats, out])}\n`);
    const { ms, threads: busy } = await answer();
    if (busy > threads + 0.2) throw new Error(`PyTorch ran ${busy.toFixed(2)} threads, not ${threads}`);
    return ms;
  };
  return { version, ask, end: () => child.stdin.end() };
}

/** Largest difference over the largest number. */
function distance(found: ArrayLike<number>, wanted: Float32Array): number {
  if (found.length !== wanted.length) throw new Error(`expected ${wanted.length} numbers, got ${found.length}`);
  const largest = wanted.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return wanted.reduce((most, x, i) => Math.max(most, Math.abs(x - found[i]!)), 0) / largest;
}

async function compare(): Promise<void> {
  console.log(torch ? `PyTorch ${torch.version}\n` : 'PyTorch is not installed (apt-get install python3-torch)\n');
  const table: string[][] = [];
  for (const { name, doc, bar, repeats, unit, amount, run, result } of tasks) {
    for (let i = 0; i < 3; i++) await run();
    if (torch) {
      await torch.ask(name, 1, true);
      const wanted = new Float32Array(Uint8Array.from(readFileSync(join(folder, `${name}.out`))).buffer);
      const apart = distance(result(), wanted);
      if (!(apart < 1e-3)) throw new Error(`${name}: expected what PyTorch has, got ${apart} of it apart`);
    }
    const [ours, theirs]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      const began = performance.now();
      for (let i = 0; i < repeats; i++) await run();
      ours.push((performance.now() - began) / repeats);
      if (torch) theirs.push(await torch.ask(name, repeats));
    }
    const rate = (ms: number) => ((1000 * amount) / ms).toFixed(1);
    const spread = (times: number[]) => `${rate(quantile(times, 0.75))} to ${rate(quantile(times, 0.25))}`;
    const row = [doc, unit, rate(quantile(ours, 0.5)), spread(ours)];
    if (torch) {
      const ratio = quantile(
        ours.map((ms, i) => theirs[i]! / ms),
        0.5,
      );
      row.push(
        rate(quantile(theirs, 0.5)),
        spread(theirs),
        ratio.toFixed(2),
        `${bar} ${ratio >= bar ? 'met' : 'missed'}`,
      );
    }
    table.push(row);
  }
  torch?.end();
  const header = ['', 'unit', 'Espalier', 'quartiles', ...(torch ? ['PyTorch', 'quartiles', 'ratio', 'bar'] : [])];
  console.log(formatTable(header, table));
  console.log(`Medians of ${rounds} rounds by turns, of ratios too; results the same within 1e-3 of the largest.`);
}

function quantile(times: readonly number[], q: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.round(q * (sorted.length - 1))]!;
}
