// npm run bench:beyond-memory -- [--shards 400] [--rows 8000] [--epochs 1] [--part far|near|both] [--tree FILE]: a TRF net trained from shards on disk. far: shards that are many times as large as the most
// memory that the process which trains has ever had; near: a set that fits, trained from shards and in memory. Rows are made: topics of columns that occur together, of which each class prefers some.
// FILE: a tree as `espalier tree` writes it to a file .json, of counts say; without one it is learned from the sample that the net is grown from.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  createEngine,
  type DataStream,
  Dataset,
  readSafetensors,
  setDefaultEngine,
  TrfNet,
  treeFromJson,
  writeSafetensors,
} from 'espalier';
import { formatTable, megabytes, printHeader } from './support/report.js';
import { TOPIC_CLASSES, TOPIC_COLUMNS, topicRows } from './support/topic-rows.js';

const { values } = parseArgs({
  options: {
    shards: { type: 'string', default: '400' },
    rows: { type: 'string', default: '8000' },
    epochs: { type: 'string', default: '1' },
    window: { type: 'string', default: '16384' },
    threads: { type: 'string', default: '2' },
    part: { type: 'string', default: 'both' },
    tree: { type: 'string' },
    // Of the processes that this one starts.
    train: { type: 'string' },
    memory: { type: 'boolean', default: false },
  },
});
const [shards, rows, epochs, window, threads] = ['shards', 'rows', 'epochs', 'window', 'threads'].map((name) => {
  const n = Number(values[name as 'rows']);
  if (!Number.isInteger(n) || n < 1) throw new RangeError(`--${name}: expected an integer from 1, got ${n}`);
  return n;
}) as [number, number, number, number, number];
if (!['far', 'near', 'both'].includes(values.part))
  throw new RangeError(`--part: expected far, near or both, got ${values.part}`);

/** What a process says of its training. */
interface Trained {
  readonly rows: number;
  readonly accuracy: number;
  readonly heldOut: number;
  readonly learning: number;
  readonly fitting: number;
  readonly peak: number;
}

if (values.train) console.log(JSON.stringify(await trainedFrom(values.train, values.memory)));
else {
  printHeader('Training beyond memory');
  if (values.part !== 'near') far();
  if (values.part !== 'far') near();
}

function far(): void {
  inFolder((folder) => {
    const began = performance.now();
    const bytes = writeShards(folder, shards, rows);
    console.log(
      `${shards} shards of ${rows} rows, ${megabytes(bytes)}, written in ${seconds(performance.now() - began)}`,
    );
    const trained = inProcess(folder, [], epochs);
    print([['from shards', trained]]);
    console.log(`\nshards are ${(bytes / trained.peak).toFixed(1)} times the peak resident memory of the process\n`);
  });
}

function near(): void {
  inFolder((folder) => {
    const few = Math.min(shards, 10);
    const bytes = writeShards(folder, few, rows);
    console.log(`${few} shards of ${rows} rows, ${megabytes(bytes)}: five epochs`);
    const trained: [string, Trained][] = [
      ['from shards', inProcess(folder, [], 5)],
      ['in memory', inProcess(folder, ['--memory'], 5)],
    ];
    print(trained);
    const [ours, theirs] = trained.map(([, { accuracy }]) => accuracy) as [number, number];
    const error = Math.sqrt((ours * (1 - ours)) / trained[0]![1].heldOut);
    const points = (share: number) => `${(100 * share).toFixed(2)} points`;
    console.log(`\ndifference ${points(ours - theirs)}; the standard error of one accuracy is ${points(error)}`);
  });
}

function inFolder(work: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-shards-'));
  try {
    work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The bytes of the training shards, as they lie on disk and in memory; the last file is of rows held out. */
function writeShards(folder: string, count: number, rows: number): number {
  let bytes = 0;
  for (let s = 0; s <= count; s++) {
    const { start, index, value, labels } = topicRows(s, s < count ? rows : 10_000);
    const path = join(folder, s < count ? `shard-${String(s).padStart(5, '0')}` : 'held-out');
    const tensors = { start, index, value, labels };
    const parts = Object.entries(tensors).map(([name, data]) => [name, { shape: [data.length], data }] as const);
    writeFileSync(path, writeSafetensors(Object.fromEntries(parts)));
    if (s < count) bytes += statSync(path).size;
  }
  return bytes;
}

function inProcess(folder: string, more: string[], epochs: number): Trained {
  const args = [
    ...['--train', folder, '--epochs', String(epochs), '--window', String(window), '--threads', String(threads)],
    ...(values.tree ? ['--tree', values.tree] : []),
    ...more,
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), ...args], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`training failed: ${stderr}`);
  return JSON.parse(stdout);
}

async function trainedFrom(folder: string, inMemory: boolean): Promise<Trained> {
  const engine = await createEngine({ threads });
  setDefaultEngine(engine);
  const names = readdirSync(folder).filter((name) => name.startsWith('shard-'));
  const opened = (name: string) => readFile(join(folder, name)).then(rowsOf);
  const began = performance.now();
  const stream: DataStream = await Dataset.stream(
    names.map((name) => () => opened(name)),
    { window },
  );
  const sample = await stream.sample(10_000);
  const tree = values.tree ? treeFromJson(JSON.parse(readFileSync(values.tree, 'utf8'))) : undefined;
  const net = await TrfNet.grow(sample, {
    layers: [{ radius: 3, stride: 6, globalUnits: 16, meanInputs: 40 }],
    input: 'binary',
    ...(tree ? { tree } : {}),
  });
  const fitted = performance.now();
  const train = inMemory ? await stream.sample(stream.rows) : stream;
  await net.fit(train, { epochs });
  const done = performance.now();
  const heldOut = await opened('held-out');
  const { accuracy } = await net.evaluate(heldOut);
  return {
    rows: stream.rows,
    accuracy: accuracy!,
    heldOut: heldOut.rows,
    learning: fitted - began,
    fitting: done - fitted,
    peak: process.resourceUsage().maxRSS * 1024,
  };
}

/** What writeShards wrote. */
function rowsOf(bytes: Uint8Array): Dataset {
  const { start, index, value, labels } = readSafetensors(bytes).tensors;
  return Dataset.sparse({
    rows: labels!.data.length,
    columns: TOPIC_COLUMNS,
    start: start!.data as Int32Array,
    index: index!.data as Int32Array,
    value: value!.data as Float32Array,
    targets: { kind: 'classes', values: labels!.data as Int32Array, classes: TOPIC_CLASSES },
  });
}

function print(trained: [string, Trained][]): void {
  const head = ['', 'rows', 'first pass, sample, tree', 'fit', 'accuracy on held-out rows', 'peak resident'];
  const lines = trained.map(([how, { rows, learning, fitting, accuracy, heldOut, peak }]) => [
    how,
    String(rows),
    seconds(learning),
    seconds(fitting),
    `${(100 * accuracy).toFixed(2)} % of ${heldOut}`,
    megabytes(peak),
  ]);
  console.log(`\n${formatTable(head, lines)}`);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
