// What a net, a tree or a run hands out is a copy or cannot be written to, and what it was given may change later: nothing of it changes with them.
import {
  chowLiuTree,
  Dataset,
  DenseNet,
  type EpochRecord,
  GaterNet,
  latentTree,
  type Net,
  TrfNet,
  TseNet,
} from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { noiseImages } from '../support/gated-images.js';
import { dense, switches } from '../support/problems.js';

const plain = dense(switches(3, 90, 3, 4));
const names = (of: string, count: number) => Array.from({ length: count }, (_, i) => `${of} ${i}`);

/** Rows with names, and the lists of these. */
function named() {
  const lists = { features: names('column', plain.columns), classes: names('class', 4) };
  const { features, targets } = plain;
  const data = new Dataset(features, { ...targets!, names: lists.classes } as typeof targets, lists.features);
  return { data, lists };
}

/** Everything in it that can be written is. */
function spoil(value: unknown, seen = new Set<unknown>()): void {
  if (typeof value !== 'object' || value === null || seen.has(value) || ArrayBuffer.isView(value)) return;
  seen.add(value);
  for (const [key, part] of Object.entries(value)) {
    spoil(part, seen);
    Reflect.set(value, key, typeof part === 'number' ? part + 7 : 'spoilt');
  }
}

const layers = [{ radius: 1, stride: 2, globalUnits: 2 }];
const MAKE: Record<string, (data: Dataset) => Promise<Net>> = {
  DenseNet: (data) => DenseNet.create(data, { hidden: [6, 4] }),
  TrfNet: (data) => TrfNet.grow(data, { layers, pretrain: { epochs: 1 } }),
  TseNet: (data) => TseNet.grow(data),
};
const HANDED_OUT = ['target', 'featureNames', 'layers', 'skipPaths', 'origin', 'gateLayout', 'multiplyAdds'];

function requireOwn(net: Net): void {
  const before = net.save();
  const told = net.describe();
  for (const name of HANDED_OUT) spoil(Reflect.get(net, name));
  spoil(net.describe());
  assert.equal(net.describe(), told);
  assert.equal(net.save(), before);
}

for (const [method, make] of Object.entries(MAKE)) {
  test(`${method}: what it hands out, and the names it was given`, async () => {
    const { data, lists } = named();
    const net = await make(data);
    const before = net.save();
    requireOwn(net);
    lists.features.fill('spoilt');
    lists.classes.fill('spoilt');
    assert.equal(net.save(), before);
    net.dispose();
  });
}

test('GaterNet: what it hands out', async () => {
  const small = { kind: 'resnet', depth: 8, width: 4 } as const;
  const net = await GaterNet.create(noiseImages(1, 12, 1, 8, 8), { backbone: small, gater: small });
  requireOwn(net);
  net.dispose();
});

test('trees keep their own lists', async () => {
  const { data, lists } = named();
  const [tree, latent] = [await chowLiuTree(data), await latentTree(data)];
  const json = JSON.stringify(latent);
  spoil(latent.levels);
  spoil(latent.featureNames);
  lists.features.fill('spoilt');
  assert.equal(JSON.stringify(latent), json);
  assert.equal(tree.names, names('column', plain.columns));
});

test('records that onEpoch receives may be written to', async () => {
  const run = async (onEpoch: (record: EpochRecord) => void) => {
    const net = await DenseNet.create(plain, { hidden: [6] });
    const checkpoints: Uint8Array[] = [];
    const { history } = await net.fit(plain, {
      epochs: 3,
      validation: plain,
      onEpoch,
      onProgress: spoil,
      onCheckpoint: (bytes) => void checkpoints.push(bytes),
    });
    const resumed = await DenseNet.create(plain, { hidden: [6] });
    const { history: again } = await resumed.fit(plain, { epochs: 3, validation: plain, resume: checkpoints[1]! });
    net.dispose();
    resumed.dispose();
    return [history, again].map((records) => records.map((record) => ({ ...record, seconds: 0 })));
  };
  assert.equal(await run(spoil), await run(() => undefined));
});

test.run();
