// Compiled, never run: the published types as a strict project sees them.
import {
  chowLiuTree,
  Dataset,
  DenseNet,
  type FitOptions,
  gateReport,
  latentTreeToJson,
  TrfNet,
  treeToJson,
} from 'espalier';
import {
  gatesToSvg,
  latentTreeToDot,
  latentTreeToHtml,
  latentTreeToSvg,
  topicSharesToSvg,
  topicsToHtml,
  treeToDot,
  treeToSvg,
} from 'espalier/draw';
import { allocate } from 'espalier/kernels';
import { parseSparseText, readCsv } from 'espalier/read';
import { TextVectorizer } from 'espalier/text';
import { TopicTree } from 'espalier/topics';
import { createWorker, type RemoteDataset, type RemoteNet } from 'espalier/worker';
import type {} from 'espalier/worker-script';

export async function use(rows: number[][], labels: number[]): Promise<number> {
  const train = Dataset.dense(rows, { labels });
  const net = await TrfNet.grow(train, {
    layers: [{ radius: 2, stride: 2, globalUnits: 4 }],
    seed: 1,
    pretrain: { epochs: 2 },
  });
  await net.fit(train, {
    validation: train,
    epochs: 5,
    batchSize: 32,
    onProgress: (progress) => use2(progress),
  });
  const { accuracy } = await net.evaluate(train);
  const bytes: Uint8Array = net.save();
  const again: TrfNet = await TrfNet.load(bytes);
  net.dispose();
  again.dispose();

  const dense: DenseNet = await DenseNet.create(train, { hidden: [16], seed: 1 });
  dense.dispose();
  // @ts-expect-error the seed is a number: if this passes, the types have become any
  await DenseNet.create(train, { hidden: [16], seed: 'one' });
  return accuracy ?? 0;
}

export async function useWorker(signal: NonNullable<FitOptions['signal']>): Promise<number> {
  const worker = await createWorker({ threads: 2 });
  const rows: RemoteDataset = await worker.Dataset.dense(new Float32Array(8), { columns: 2, labels: [0, 1, 0, 1] });
  const net: RemoteNet<TrfNet> = await worker.TrfNet.grow(rows, { seed: 1 });
  await net.fit(rows, { epochs: 5, signal, onEpoch: ({ loss }) => void loss.toFixed() });
  const bytes: Uint8Array = await net.saveAsync();
  const here: TrfNet = await net.local();
  const { edges } = await worker.chowLiuTree(rows);
  // @ts-expect-error an option's type crosses: if this passes, the types have become any
  await net.fit(rows, { epochs: 'five' });
  worker.terminate();
  return edges.length + bytes.length + here.weights;
}

export function use2(value: object): object {
  return value;
}

export const functions: readonly ((...args: never[]) => unknown)[] = [
  ...[chowLiuTree, parseSparseText, readCsv],
  ...[allocate, TextVectorizer.learn, TopicTree.learn],
  ...[gateReport, latentTreeToJson, treeToJson],
  ...[
    gatesToSvg,
    latentTreeToDot,
    latentTreeToHtml,
    latentTreeToSvg,
    topicSharesToSvg,
    topicsToHtml,
    treeToDot,
    treeToSvg,
  ],
];
