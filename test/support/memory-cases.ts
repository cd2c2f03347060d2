import {
  assignLatents,
  chowLiuTree,
  Dataset,
  DenseNet,
  type Engine,
  expandTree,
  GaterNet,
  latentTree,
  mutualInformation,
  TrfNet,
  TseNet,
  targetInformation,
} from 'espalier';
import { refineLatentTree } from 'espalier/topics';
import { noiseImages } from './gated-images.js';
import { Random } from './random.js';

/** A call whose estimate of memory is compared with what it used. */
export interface MemoryCase {
  readonly name: string;
  /** How much data, by rank. */
  readonly sizes: readonly [number, number, number];
  /** Prepares, uncounted; returns the call to look at. */
  readonly prepare: (engine: Engine, size: number) => Promise<() => unknown>;
}

/** Sparse rows about topics: each of ten columns that go together. */
export function topics(rows: number, columns: number, seed = 1): Dataset {
  const random = new Random(seed);
  const start = [0];
  const index: number[] = [];
  for (let r = 0; r < rows; r++) {
    const row = new Set<number>();
    for (let t = 0; t < 4; t++) {
      const topic = random.below(columns / 10) * 10;
      for (let i = 0; i < 10; i++) if (random.chance(0.5)) row.add(topic + i);
    }
    for (let i = 0; i < 5; i++) row.add(random.below(columns));
    index.push(...[...row].sort((a, b) => a - b));
    start.push(index.length);
  }
  const labels = Int32Array.from({ length: rows }, (_, r) => r % 3);
  const value = Float32Array.from(index, () => 1 + random.below(3));
  const [starts, indices] = [Int32Array.from(start), Int32Array.from(index)];
  return Dataset.sparse({ rows, columns, start: starts, index: indices, value, labels, classes: 3 });
}

/** Dense rows of columns that hang together in pairs. */
export function numbers(rows: number, columns: number, seed = 1): Dataset {
  const random = new Random(seed);
  const values = Float32Array.from({ length: rows * columns }, () => random.next());
  for (let i = 1; i < values.length; i += 2) values[i] = 0.7 * values[i - 1]! + 0.3 * values[i]!;
  const labels = Int32Array.from({ length: rows }, (_, r) => r % 3);
  return Dataset.dense(values, { columns, labels, classes: 3 });
}

const images = (rows: number) => noiseImages(1, rows, 3, 16, 16);
const BACKBONE = { kind: 'resnet', depth: 8, width: 8 } as const;
const GATER = { backbone: BACKBONE, gater: BACKBONE, bottleneck: 8 } as const;
const LAYERS = [
  { radius: 2, stride: 2, globalUnits: 20 },
  { radius: 2, stride: 2, globalUnits: 10 },
];
const pretrain = { epochs: 1 };
// So many that the last is not the best.
const epochs = 6;

type Made = TrfNet | TseNet | DenseNet | GaterNet;

/** Nets of each method, over `size` rows. */
export const NETS: Record<
  'trf' | 'tse' | 'dense' | 'gaternet',
  (engine: Engine, size: number) => Promise<{ net: Made; data: Dataset }>
> = {
  trf: async (engine, size) => {
    const data = topics(2 * size, size);
    return { net: await TrfNet.grow(data, { engine, layers: LAYERS, pretrain }), data };
  },
  tse: async (engine, size) => {
    const data = topics(2 * size, size);
    return { net: await TseNet.grow(data, { engine, skeleton: { refineSteps: 2 } }), data };
  },
  dense: async (engine, size) => {
    const data = numbers(4 * size, 100);
    return { net: await DenseNet.create(data, { engine, input: 'standard' }), data };
  },
  gaternet: async (engine, size) => {
    const data = images(size / 4);
    return { net: await GaterNet.create(data, { engine, ...GATER }), data };
  },
};

/** Every method's learning and fitting, and what else takes memory by the data. */
export const MEMORY_CASES: readonly MemoryCase[] = [
  {
    name: 'chowLiuTree, sparse rows',
    sizes: [2000, 20_000, 100_000],
    prepare: async (engine, size) => {
      const data = topics(size, size / 10);
      return () => chowLiuTree(data, { engine });
    },
  },
  {
    name: 'chowLiuTree, many columns',
    sizes: [2000, 8000, 20_000],
    prepare: async (engine, size) => {
      const data = topics(200, size);
      return () => chowLiuTree(data, { engine });
    },
  },
  {
    name: 'chowLiuTree, dense rows',
    sizes: [2000, 20_000, 100_000],
    prepare: async (engine, size) => {
      const data = numbers(size, 60);
      return () => chowLiuTree(data, { engine });
    },
  },
  {
    name: 'chowLiuTree, 8 bins',
    sizes: [1000, 5000, 20_000],
    prepare: async (engine, size) => {
      const data = numbers(size, 40);
      return () => chowLiuTree(data, { engine, bins: 8 });
    },
  },
  {
    name: 'mutualInformation',
    sizes: [2000, 20_000, 100_000],
    prepare: async (engine, size) => {
      const data = topics(size, size / 10);
      return () => mutualInformation(data, 0, 1, { engine });
    },
  },
  {
    name: 'targetInformation',
    sizes: [2000, 20_000, 100_000],
    prepare: async (engine, size) => {
      const data = topics(size, size / 10);
      return () => targetInformation(data, { engine });
    },
  },
  {
    name: 'targetInformation, 8 bins',
    sizes: [1000, 5000, 20_000],
    prepare: async (engine, size) => {
      const data = numbers(size, 40);
      return () => targetInformation(data, { engine, bins: 8 });
    },
  },
  {
    name: 'latentTree',
    sizes: [400, 1000, 2000],
    prepare: async (engine, size) => {
      const data = topics(4 * size, size / 2);
      return () => latentTree(data, { engine, refineSteps: 2 });
    },
  },
  {
    name: 'expandTree',
    sizes: [400, 1000, 2000],
    prepare: async (engine, size) => {
      const data = topics(4 * size, size / 2);
      const tree = await latentTree(data, { engine, refineSteps: 0 });
      return () => expandTree(tree, data, { engine });
    },
  },
  {
    name: 'assignLatents',
    sizes: [400, 1000, 2000],
    prepare: async (engine, size) => {
      const data = topics(4 * size, size / 2);
      const tree = await latentTree(data, { engine, refineSteps: 0 });
      return () => assignLatents(tree, data, { engine });
    },
  },
  {
    name: 'refineLatentTree',
    sizes: [400, 1000, 2000],
    prepare: async (engine, size) => {
      const data = topics(4 * size, size / 2);
      const tree = await latentTree(data, { engine, refineSteps: 0 });
      return () => refineLatentTree(tree, () => [data], { engine, batchRows: size, passes: 2 });
    },
  },
  {
    name: 'TrfNet.grow, sparse rows',
    sizes: [600, 2000, 6000],
    prepare: async (engine, size) => {
      const data = topics(2 * size, size / 2);
      return () => TrfNet.grow(data, { engine, layers: LAYERS, pretrain, input: 'tf-idf' });
    },
  },
  {
    name: 'TrfNet.grow, dense rows',
    sizes: [2000, 8000, 20_000],
    prepare: async (engine, size) => {
      const data = numbers(size, 60);
      return () => TrfNet.grow(data, { engine, layers: LAYERS, pretrain, input: 'standard' });
    },
  },
  {
    name: 'TseNet.grow',
    sizes: [400, 1000, 2000],
    prepare: async (engine, size) => {
      const data = topics(4 * size, size / 2);
      return () => TseNet.grow(data, { engine, skeleton: { refineSteps: 2 } });
    },
  },
  {
    name: 'DenseNet.create',
    sizes: [1000, 4000, 16_000],
    prepare: async (engine, size) => {
      const data = topics(300, size);
      return () => DenseNet.create(data, { engine });
    },
  },
  {
    name: 'GaterNet.create',
    sizes: [16, 32, 64],
    prepare: async (engine, width) => {
      const data = images(20);
      const backbone = { kind: 'resnet', depth: 20, width } as const;
      return () => GaterNet.create(data, { engine, backbone, gater: backbone });
    },
  },
  ...Object.entries(NETS).flatMap(([method, make]): MemoryCase[] => {
    const sizes = [400, 1000, 2400] as const;
    const prepared = (work: (net: Made, data: Dataset) => unknown) => async (engine: Engine, size: number) => {
      const { net, data } = await make(engine, size);
      // Not the rows that the net was made for, of which it may keep what it made.
      const { features, targets } = data;
      return () => work(net, new Dataset(features, targets));
    };
    return [
      {
        name: `fit, ${method}`,
        sizes,
        prepare: prepared((net, data) => net.fit(data, { epochs, batchSize: 64, validation: data })),
      },
      {
        name: `fit with checkpoints, ${method}`,
        sizes,
        prepare: prepared((net, data) => net.fit(data, { epochs, batchSize: 64, onCheckpoint: () => {} })),
      },
      { name: `predict, ${method}`, sizes, prepare: prepared((net, data) => net.predict(data)) },
      { name: `evaluate, ${method}`, sizes, prepare: prepared((net, data) => net.evaluate(data)) },
      ...(method === 'gaternet'
        ? [{ name: 'gates', sizes, prepare: prepared((net, data) => (net as GaterNet).gates(data)) }]
        : [
            { name: `explain, ${method}`, sizes, prepare: prepared((net, data) => (net as DenseNet).explain(data)) },
            {
              name: `explainRow, ${method}`,
              sizes,
              prepare: prepared((net, data) => (net as DenseNet).explainRow(data)),
            },
            {
              name: `importance, ${method}`,
              sizes,
              prepare: prepared((net, data) => (net as DenseNet).importance(data, { repeats: 1, top: 4 })),
            },
          ]),
    ];
  }),
];
