// What bench/threads.ts times: each part is set up once in a process of its own, and run again and again.
import { existsSync, readFileSync } from 'node:fs';
import { chowLiuTree, Dataset, type Engine, GaterNet, latentTree, type SparseMatrix, TrfNet } from 'espalier';
import { parseSparseText } from 'espalier/read';
import { randomFloats, randomNumbers } from '#dist/cli/bench/check.js';
import { makeCorpus, zipfRows } from '#dist/cli/bench/structures.js';
import { DenseUnits, packSizes } from '#dist/layers/dense-units.js';
import type { GatedNetwork } from '#dist/models/gaternet/gated-network.js';
import { Pace } from '#dist/runtime/pace.js';

/** One run: milliseconds, and a number that must be the same at any number of threads. */
export interface Outcome {
  readonly ms: number;
  readonly result: number;
}

type Work = (engine: Engine) => Promise<() => Promise<Outcome>>;

const AGNEWS = new URL('../../../../shared/data/agnews/train.txt', import.meta.url);
const IMAGES = 128;

export const WORK: Readonly<Record<string, { readonly what: string; readonly rounds: number; readonly setUp: Work }>> =
  {
    product: { what: '512 x 512 x 512 product, 20 times', rounds: 25, setUp: product },
    trf: { what: 'TRF pre-training epoch, AG News', rounds: 5, setUp: trf },
    step: { what: 'ResNet-20 training step, 128 images', rounds: 7, setUp: step },
    inference: { what: 'ResNet-20 inference, 128 images', rounds: 11, setUp: inference },
    tse: { what: 'TSE skeleton, AG News', rounds: 5, setUp: tse },
    tree: { what: 'Chow-Liu tree, AG News', rounds: 9, setUp: tree },
    zipf: { what: 'Chow-Liu tree, 100,000 x 1,000,000 Zipf rows', rounds: 3, setUp: zipf },
  };

/** AG News as the paper has it, or made-up rows of that shape. */
function texts(): Dataset {
  if (existsSync(AGNEWS)) return parseSparseText(readFileSync(AGNEWS, 'utf8'), { columns: 10000, classes: 4 });
  const features = makeCorpus(9000, 10000, 21, randomNumbers(1));
  const labels = Int32Array.from({ length: features.rows }, (_, r) => r % 4);
  return Dataset.sparse({ ...features, labels, classes: 4 });
}

/** Moved by any bit of any of them. */
function total(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += ((i % 97) + 1) * values[i]!;
  return sum;
}

async function timed(work: () => unknown): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

async function product(engine: Engine): ReturnType<Work> {
  const [size, tiles] = [512, 16];
  const units = new DenseUnits(engine, size, size);
  const scope = engine.scope();
  const random = randomNumbers(1);
  units.weight = scope.copy(randomFloats(size * size, random));
  const x = scope.copy(randomFloats(size * size, random));
  const y = scope.bytes(4 * size * size);
  const { a, b } = packSizes(size, size, 'tiles', size);
  const scratch = { a: scope.bytes(4 * a), b: scope.bytes(4 * b) };
  const pace = new Pace();
  return async () => {
    const ms = await timed(async () => {
      for (let i = 0; i < 20; i++) await units.forward(y, size, x, size, tiles, 0 as never, scratch, pace);
    });
    return { ms, result: total(engine.f32(y, size * size)) };
  };
}

async function trf(engine: Engine): ReturnType<Work> {
  const data = texts();
  return async () => {
    const layers = [{ radius: 6, stride: 5, globalUnits: 100 }];
    const net = await TrfNet.grow(data, { layers, pretrain: { epochs: 1 }, engine });
    const { pretrain } = net.growSeconds as { pretrain: number };
    const { outputs } = await net.predict(data);
    net.dispose();
    return { ms: 1000 * pretrain, result: total(outputs) };
  };
}

async function images(engine: Engine): Promise<{ net: GaterNet; data: Dataset }> {
  const random = randomNumbers(1);
  const values = Uint8Array.from({ length: IMAGES * 3072 }, () => Math.floor(random() * 256));
  const labels = Int32Array.from({ length: IMAGES }, (_, i) => i % 10);
  const data = Dataset.images({ channels: 3, height: 32, width: 32, values, labels, classes: 10 });
  return { net: await GaterNet.create(data, { backbone: 'resnet-20', gater: false, engine }), data };
}

async function step(engine: Engine): ReturnType<Work> {
  const { net, data } = await images(engine);
  const session = (net.network as GatedNetwork).startTraining(data, IMAGES);
  const rows = Int32Array.from({ length: IMAGES }, (_, i) => i);
  const pace = new Pace();
  return async () => {
    let result = 0;
    const ms = await timed(async () => {
      result = (await session.step(rows, 0, 0, pace)).sum;
    });
    return { ms, result };
  };
}

async function inference(engine: Engine): ReturnType<Work> {
  const { net, data } = await images(engine);
  return async () => {
    let result = 0;
    const ms = await timed(async () => {
      const { outputs } = await net.predict(data, { batchSize: IMAGES });
      result = total(outputs);
    });
    return { ms, result };
  };
}

async function tse(engine: Engine): ReturnType<Work> {
  const data = texts();
  return async () => {
    let result = 0;
    const ms = await timed(async () => {
      const learned = await latentTree(data, { engine });
      result = learned.logLikelihood ?? 0;
    });
    return { ms, result };
  };
}

async function tree(engine: Engine): ReturnType<Work> {
  return treeOf(texts().features as SparseMatrix, engine);
}

async function zipf(engine: Engine): ReturnType<Work> {
  return treeOf(zipfRows(1_000_000, 100_000, 20), engine);
}

function treeOf(features: SparseMatrix, engine: Engine): () => Promise<Outcome> {
  return async () => {
    let result = 0;
    const ms = await timed(async () => {
      const { edges, totalInformation } = await chowLiuTree({ features }, { engine });
      result = totalInformation + edges.reduce((sum, { a, b }, i) => sum + (i + 1) * (a + b), 0);
    });
    return { ms, result };
  };
}
