// What is timed, at which shapes: inputs are drawn when a task's turn comes, the same for everybody.
import type { SparseMatrix } from '../../data/dataset.js';
import { planBackbone } from '../../models/gaternet/backbone.js';
import { randomFloats, randomNumbers } from './check.js';
import type {
  ConvNetTask,
  ConvNode,
  Convolution,
  FeedforwardTask,
  Givens,
  NetLayer,
  Operation,
  SparseLayer,
} from './operations.js';
import type { Part } from './parts.js';
import { fieldConnections, zipfRows } from './structures.js';

export interface Task<K extends Operation = Operation> {
  readonly part: Part;
  readonly operation: K;
  /** What is done, in words. */
  readonly name: string;
  readonly shape: string;
  /** Of the largest number: how far from plain JavaScript's a result may lie. */
  readonly tolerance: number;
  /** With --quick too. */
  readonly quick: boolean;
  /** With --full alone. */
  readonly full: boolean;
  /** Peers that are left out, as they would take minutes or gigabytes: only these do it. */
  readonly only?: RegExp;
  given(): Givens[K];
}

export const TASKS: readonly Task[] = [
  product(64, 64, 64, true),
  product(1, 784, 500, true),
  product(512, 512, 512),
  ...convolutions(1, 16, 16, 32, true),
  ...convolutions(8, 64, 64, 32),
  ...convolutions(8, 3, 16, 32),
  ...sparse(2048, 1020, 0.017, 32, true),
  ...sparse(10000, 1882, 0.005, 64),
  ...pairs(10, 1000, 0.3, true),
  ...pairs(200, 5000, 0.1),
  ...pairs(1000, 10_000, 0.3).slice(0, 1),
  ...nets(),
  inference(1, true),
  inference(32),
  trainingStep(32),
  tree(10, 1000, 3, { quick: true }),
  tree(1000, 10_000, 20, {}),
  tree(10_000, 10_000, 20, { only: /Espalier|plain/ }),
  tree(1_000_000, 1_000_000, 20, { full: true, only: /Espalier/ }),
] as readonly Task[];

function task<K extends Operation>(
  part: Part,
  operation: K,
  shape: string,
  given: () => Givens[K],
  { quick = false, full = false, name = operation as string, tolerance = 1e-4, only }: Partial<Task> = {},
): Task<K> {
  return { part, operation, name, shape, tolerance, quick, full, given, ...(only ? { only } : {}) };
}

export function product(m: number, k: number, n: number, quick = false): Task<'product'> {
  const random = randomNumbers(1);
  const given = () => ({ m, k, n, a: randomFloats(m * k, random), b: randomFloats(k * n, random) });
  return task('product', 'product', `${m} x ${k} x ${n}`, given, { quick });
}

export function convolutions(batch: number, channels: number, filters: number, size: number, quick = false): Task[] {
  const given = (): Convolution => {
    const random = randomNumbers(1);
    const [x, y] = [batch * channels * size ** 2, batch * filters * size ** 2];
    return {
      ...{ batch, channels, filters, size, out: size, kernel: 3, stride: 1, padding: 1 },
      x: randomFloats(x, random),
      weight: randomFloats(filters * channels * 9, random),
      dy: randomFloats(y, random),
    };
  };
  const shape = `3x3, ${channels} to ${filters}, ${size}x${size}, batch ${batch}`;
  return (['conv forward', 'conv dX', 'conv dW'] as const).map((operation) =>
    task('convolution', operation, shape, given, { quick }),
  ) as Task[];
}

function sparse(inputs: number, units: number, density: number, batch: number, quick = false): Task[] {
  const given = (): SparseLayer => {
    const random = randomNumbers(1);
    const connections = fieldConnections(inputs, units, Math.round(density * inputs * units), random);
    return {
      ...connections,
      batch,
      weight: randomFloats(connections.index.length, random),
      x: randomFloats(batch * inputs, random),
      dy: randomFloats(batch * units, random),
    };
  };
  const shape = `${inputs} to ${units}, ${(100 * density).toPrecision(2)} %, batch ${batch}`;
  return (['sparse forward', 'sparse dX', 'sparse dW'] as const).map((operation) =>
    task('sparse', operation, shape, given, { quick }),
  ) as Task[];
}

function pairs(columns: number, rows: number, share: number, quick = false): Task[] {
  const given = () => evenRows(rows, columns, share);
  const shape = `${count(columns)} variables, ${count(rows)} rows`;
  return (['pair counts', 'information'] as const).map((operation) =>
    task('information', operation, shape, given, { quick }),
  ) as Task[];
}

/** Ones with this chance, but every other column often repeats the one before it. */
function evenRows(rows: number, columns: number, share: number): SparseMatrix {
  const random = randomNumbers(1);
  const start = new Int32Array(rows + 1);
  const index: number[] = [];
  for (let r = 0; r < rows; r++) {
    let last = false;
    for (let c = 0; c < columns; c++) {
      last = c % 2 === 1 && random() < 0.5 + 0.4 * random() ? last : random() < share;
      if (last) index.push(c);
    }
    start[r + 1] = index.length;
  }
  return {
    kind: 'sparse',
    rows,
    columns,
    start,
    index: Int32Array.from(index),
    value: new Float32Array(index.length).fill(1),
  };
}

function tree(columns: number, rows: number, ones: number, options: Partial<Task>): Task<'tree'> {
  const given = () => zipfRows(rows, columns, ones);
  const shape = `${count(columns)} variables, ${count(rows)} rows of ${ones}`;
  return task('tree', 'tree', shape, given, { name: 'Chow-Liu tree', tolerance: 1e-2, ...options });
}

function count(n: number): string {
  return n.toLocaleString('en-US');
}

function nets(): Task[] {
  const dense = (batch: number, rows: number) => feedforward(rows, batch, [[784], [200], [100], [10]]);
  const trf = () => feedforward(256, 128, [[2048], [1020, 0.0224], [300, 0.03], [12]]);
  return [
    task('nets', 'net inference', '784-200-100-10, batch 1', () => dense(1, 32), {
      name: 'dense net, 32 rows',
      quick: true,
    }),
    task('nets', 'net inference', '784-200-100-10, batch 256', () => dense(256, 1024), {
      name: 'dense net, 1,024 rows',
    }),
    task('nets', 'net epoch', '784-200-100-10, batch 1', () => dense(1, 128), { name: "dense net's epoch, 128 rows" }),
    task('nets', 'net epoch', '784-200-100-10, batch 128', () => dense(128, 1024), {
      name: "dense net's epoch, 1,024 rows",
    }),
    task('nets', 'net epoch', '2048-1020-300-12, 2.2 and 3 %, batch 128', trf, {
      name: "TRF-sized net's epoch, 256 rows",
    }),
  ] as Task[];
}

function feedforward(
  rows: number,
  batch: number,
  widths: readonly (readonly [units: number, density?: number])[],
): FeedforwardTask {
  const random = randomNumbers(1);
  const layers = widths.slice(1).map(([units, density], l): NetLayer => {
    const [inputs] = widths[l]!;
    const connections =
      density === undefined ? undefined : fieldConnections(inputs, units, Math.round(density * inputs * units), random);
    const weights = connections?.index.length ?? inputs * units;
    const bound = Math.sqrt((3 * units) / weights);
    return {
      inputs,
      units,
      ...(connections ? { connections } : {}),
      weight: randomFloats(weights, random, -bound, bound),
      // Above 0 at the top: brain.js has a ReLU there too.
      bias: new Float32Array(units).fill(l + 2 === widths.length ? 8 : 0.1),
    };
  });
  const [[inputs], [classes]] = [widths[0]!, widths.at(-1)!];
  const labels = Int32Array.from({ length: rows }, () => Math.floor(random() * classes));
  return { layers, rows, x: randomFloats(rows * inputs, random, 0, 1), labels, batch, rate: 0.01 };
}

export function inference(batch: number, quick = false): Task<'images inference'> {
  return task('images', 'images inference', `32x32, batch ${batch}`, () => resnet(batch), { name: 'ResNet-20', quick });
}

export function trainingStep(batch: number): Task<'images step'> {
  const more = { name: 'ResNet-20, training step', tolerance: 1e-2 };
  return task('images', 'images step', `32x32, batch ${batch}`, () => resnet(batch), more);
}

function resnet(batch: number): ConvNetTask {
  const random = randomNumbers(1);
  const image = { channels: 3, height: 32, width: 32 };
  const plan = planBackbone('resnet-20', image);
  const nodes = plan.nodes.map((node, i): ConvNode => {
    if (node.kind !== 'conv') throw new Error('a ResNet has convolutions alone');
    const { channels, filters, kernel, stride, padding, height } = node.shape;
    const bound = Math.sqrt(6 / (channels * kernel ** 2));
    return {
      ...{ input: node.input, relu: node.relu, channels, filters, kernel, stride, padding, size: height },
      ...(node.shortcut === undefined ? {} : { shortcut: node.shortcut }),
      out: plan.outputs[i]!.height,
      weight: randomFloats(filters * channels * kernel ** 2, random, -bound, bound),
      gain: randomFloats(filters, random, 0.4, 0.6),
      bias: randomFloats(filters, random, -0.1, 0.1),
    };
  });
  // Data of one class alone are refused.
  const rows = Math.max(2, batch);
  const pixels = Uint8Array.from({ length: rows * 3072 }, () => Math.floor(random() * 256));
  const images = Float32Array.from(pixels.subarray(0, batch * 3072), (pixel) => (pixel / 255 - 0.5) / 0.25);
  const labels = Int32Array.from({ length: rows }, (_, i) => i % 10);
  return {
    ...{ images, pixels, labels, batch, channels: 3, size: 32, classes: 10, nodes },
    weight: randomFloats(640, random, -0.3, 0.3),
    bias: randomFloats(10, random),
  };
}
