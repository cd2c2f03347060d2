// What the page asks of the worker, in which all data and nets lie.
import { type EpochRecord, type Evaluation, type FitProgress, type GrowProgress, Tree, type TrfNet } from 'espalier';
import type { CsvOptions, TableColumn, TableSchema } from 'espalier/read';
import { createWorker, type RemoteDataset, type RemoteNet } from 'espalier/worker';

/** Options under which the reader can take a file that it would else refuse. */
export type Reading = Omit<CsvOptions, 'target'>;

/** It starts while the page is already there; whoever asks first waits for it. */
const starting = createWorker();
// An error is told by the calls that wait.
starting.catch(() => {});

export interface Columns {
  readonly text: string;
  readonly rows: number;
  /** Names of all columns that were not left out. */
  readonly names: readonly string[];
  /** The first row, by column; '' where a cell is missing. */
  readonly first: Readonly<Record<string, string>>;
  readonly tree: Tree;
  readonly warnings: readonly string[];
}

/** The columns of a file, which may be gzipped, and their tree; none of them is a target yet. */
export async function readColumns(
  bytes: Uint8Array<ArrayBuffer>,
  reading: Reading,
  signal: AbortSignal,
): Promise<Columns> {
  const worker = await starting;
  const text = await worker.textOf(bytes);
  const { table, data, warnings } = await worker.learnCsvAsync(text, { ...reading, target: null, signal });
  await data.dispose();
  const { rows, columns } = table;
  const first = Object.fromEntries(columns.map((column) => [column.name, firstCell(column)]));
  // The table goes over to the worker with this, and is empty here from then on.
  const tree = await worker.chowLiuTree(table, { signal });
  return { text, rows, names: columns.map(({ name }) => name), first, tree, warnings };
}

function firstCell(column: TableColumn): string {
  if (column.kind === 'categorical') return column.categories[column.codes[0]!] ?? '';
  return Number.isNaN(column.values[0]) ? '' : String(column.values[0]);
}

/** Without the edges of less information: the same forest as chowLiuTree's with that minInformation, for the best tree's strong edges are the best forest. */
export function pruned({ variables, edges, root, names, states }: Tree, least: number): Tree {
  return new Tree(
    variables,
    edges.filter(({ information }) => information >= least),
    root,
    names,
    states,
  );
}

export async function draw(tree: Tree): Promise<string> {
  return (await starting).treeToSvg(tree);
}

export interface Trained {
  readonly net: RemoteNet<TrfNet>;
  readonly schema: TableSchema;
  readonly evaluation: Evaluation;
  /** Whether it was stopped before its last epoch. */
  readonly stopped: boolean;
}

export interface TrainOptions {
  readonly target: string;
  readonly epochs: number | undefined;
  readonly reading: Reading;
  /** Stops training; the net is then that of the epochs so far, if one has passed. */
  readonly signal: AbortSignal;
  onProgress(progress: FitProgress | GrowProgress): void;
  onEpoch(record: EpochRecord): void;
}

/** Learns from seven rows of ten, chooses the best epoch by one, and judges by two, which are held out. */
export async function train(text: string, { target, epochs, reading, ...hears }: TrainOptions): Promise<Trained> {
  const { signal, onProgress, onEpoch } = hears;
  const worker = await starting;
  const held: (RemoteDataset | RemoteNet<TrfNet>)[] = [];
  try {
    const { data, schema } = await worker.learnCsvAsync(text, { ...reading, target, signal });
    held.push(data);
    const parts = await worker.splitRows(data, { test: 0.2, validation: 0.1 });
    held.push(...Object.values(parts));
    const net = await worker.TrfNet.grow(parts.train, { signal, onProgress });
    let seen = 0;
    try {
      await net.fit(parts.train, {
        ...(epochs === undefined ? {} : { epochs }),
        validation: parts.validation,
        signal,
        onProgress,
        onEpoch(record) {
          seen++;
          onEpoch(record);
        },
      });
    } catch (error) {
      if (!signal.aborted || seen === 0) {
        held.push(net);
        throw error;
      }
    }
    return { net, schema, evaluation: await net.evaluate(parts.test), stopped: signal.aborted };
  } finally {
    for (const one of held) await one.dispose();
  }
}

export interface Guess {
  readonly name: string;
  /** Of a class. */
  readonly probability?: number;
}

/** The likeliest class first; of a number, the number. */
export async function predict({ net, schema }: Trained, row: Readonly<Record<string, string>>): Promise<Guess[]> {
  const worker = await starting;
  const data = await worker.readRecords([row], schema, { targets: 'ignore' });
  try {
    const { outputs } = await net.predict(data);
    const { target } = schema;
    if (target?.kind !== 'classes') return Array.from(outputs, (value) => ({ name: value.toPrecision(4) }));
    return target.names
      .map((name, c) => ({ name, probability: outputs[c]! }))
      .sort((a, b) => b.probability - a.probability);
  } finally {
    await data.dispose();
  }
}
