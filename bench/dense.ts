// Dense bit columns: all pair counts beside plink1.9, and the tree.
import { chowLiuTree, createEngine, type DenseMatrix } from 'espalier';
import { pairCounts } from 'espalier/kernels';
import { randomNumbers } from '#dist/cli/bench/check.js';
import { installedIn } from '#dist/cli/bench/installed.js';
import { countsOf, plinkSquare } from '#dist/cli/bench/peers/plink.js';
import { type Runner, race } from '#dist/cli/bench/race.js';
import { median, quantile } from '#dist/cli/bench/statistics.js';
import { formatTable } from './support/report.js';

const [ROWS, COLUMNS] = [60_000, 4096];

/** Of each round the times and their ratios; counts are equal before anything is timed. */
export async function densePairs(rounds: number): Promise<void> {
  const [rows, columns] = [ROWS, COLUMNS];
  const bits = chainBits(rows, columns);
  const program = installedIn('.').program!('plink1.9');
  const genotypes = program ? twice(bits, rows, columns) : undefined;
  const lanes: Runner[] = [];
  const leave: (() => void)[] = [];
  for (const threads of [1, 2]) {
    const engine = await createEngine({ threads });
    const words = threads === 1 ? '1 thread' : `${threads} threads`;
    const counts = () => pairCounts({ bits }, { rows, columns, engine });
    const found = await counts();
    lanes.push({ name: `pairCounts, ${words}`, run: counts, async: true });
    leave.push(() => engine.dispose());
    if (!program) continue;
    const peer = plinkSquare(program, rows, columns, genotypes!, threads);
    await peer.run();
    requireSame(found, peer.correlations(), rows, columns);
    lanes.push({ name: `plink1.9 --r square bin, ${words} (whole process)`, run: peer.run, ownClock: true });
    leave.push(peer.dispose);
  }
  console.log(`${rows} x ${columns}, every other one on average${program ? '; equal counts from both' : ''}\n`);
  const times = await race(lanes, rounds, { warmup: 0 });
  print(lanes, times);
  if (!program) console.log('\nplink1.9 is not installed: nothing to compare with');
  for (const end of leave) end();

  const features: DenseMatrix = { kind: 'dense', rows, columns, values: unpacked(bits, rows, columns) };
  const trees: Runner[] = [];
  for (const threads of [1, 2]) {
    const engine = await createEngine({ threads });
    const run = () => chowLiuTree({ features }, { engine, threshold: 0.5 });
    trees.push({ name: `chowLiuTree, ${threads} thread${threads > 1 ? 's' : ''}`, run, async: true });
  }
  console.log();
  print(trees, await race(trees, Math.min(3, rounds), { warmup: 1 }));
}

function print(lanes: readonly Runner[], times: readonly number[][]): void {
  const lines = lanes.map(({ name }, i) => {
    const ratio = times[i]!.map((ms, round) => ms / times[0]![round]!);
    return [
      name,
      median(times[i]!).toFixed(0),
      `${quantile(times[i]!, 0.25).toFixed(0)} to ${quantile(times[i]!, 0.75).toFixed(0)}`,
      median(ratio).toFixed(2),
    ];
  });
  console.log(formatTable(['', 'ms', 'quartiles', `times ${lanes[0]!.name}`], lines));
}

/** A column is an earlier one of which a part of the rows was drawn anew. */
function chainBits(rows: number, columns: number): Uint8Array {
  const next = randomNumbers(7);
  const byte = () => Math.floor(next() * 256);
  const each = 8 * Math.ceil(rows / 64);
  const bits = new Uint8Array(each * columns);
  for (let v = 0; v < columns; v++) {
    const from = Math.floor(next() * v) * each;
    const share = next();
    for (let i = 0; 8 * i < rows; i++) bits[v * each + i] = v > 0 && next() < share ? bits[from + i]! : byte();
  }
  return bits;
}

/** A one is two bits. */
function twice(bits: Uint8Array, rows: number, columns: number): Uint8Array {
  const [each, wide] = [8 * Math.ceil(rows / 64), Math.ceil(rows / 4)];
  const spread = Uint8Array.from(
    { length: 16 },
    (_, x) => 3 * ((x & 1) | ((x & 2) << 1) | ((x & 4) << 2) | ((x & 8) << 3)),
  );
  const out = new Uint8Array(columns * wide);
  for (let v = 0; v < columns; v++)
    for (let i = 0; i < wide; i++) out[v * wide + i] = spread[(bits[v * each + (i >> 1)]! >> (4 * (i & 1))) & 15]!;
  return out;
}

function unpacked(bits: Uint8Array, rows: number, columns: number): Float32Array {
  const each = 8 * Math.ceil(rows / 64);
  const out = new Float32Array(rows * columns);
  for (let v = 0; v < columns; v++)
    for (let r = 0; r < rows; r++) out[r * columns + v] = (bits[v * each + (r >> 3)]! >> (r & 7)) & 1;
  return out;
}

function requireSame(counts: Int32Array, r: Float64Array, rows: number, columns: number): void {
  const ones = Int32Array.from({ length: columns }, (_, v) => counts[v * columns + v]!);
  const others = countsOf(r, ones, rows);
  for (let i = 0; i < counts.length; i++) {
    if (Math.abs(counts[i]! - others[i]!) > 1e-3)
      throw new Error(`pair ${Math.floor(i / columns)}, ${i % columns}: ${counts[i]} and, by plink1.9, ${others[i]}`);
  }
}
