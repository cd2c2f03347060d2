// Nets whose gates can be looked at, each with pictures that it has not learned from.
import type { RemoteDataset } from 'espalier/worker';
import type { Sides } from './net-picture.js';
import { fetched } from './samples.js';
import { trained } from './trained.js';
import type { ImageNet } from './training.js';
import { starting } from './worker.js';

export interface Pictures {
  readonly values: Uint8Array | Float32Array;
  readonly labels: ArrayLike<number>;
  readonly sides: Sides;
}

export interface GateNet {
  readonly net: ImageNet;
  readonly sides: Sides;
  /** A name a class. */
  readonly classes: readonly string[];
  readonly pictures: () => Promise<Pictures>;
}

export type Which = 'digits' | 'trained';

let digits: Promise<ImageNet> | undefined;

/** The net for digits is fetched with the first call. */
export async function gateNet(which: Which): Promise<GateNet> {
  if (which === 'trained' && trained.now) {
    const { net, images } = trained.now;
    return about(net, () => picturesOf(images));
  }
  digits ??= shipped();
  try {
    return await about(await digits, digitPictures);
  } catch (error) {
    digits = undefined;
    throw error;
  }
}

async function shipped(): Promise<ImageNet> {
  const bytes = await fetched('digits/net.safetensors');
  return (await (await starting).loadNet(bytes)) as unknown as ImageNet;
}

async function about(net: ImageNet, pictures: GateNet['pictures']): Promise<GateNet> {
  const { input, target } = await net.describe();
  if (input.kind !== 'images') throw new TypeError(`net: expected one for images, got one for ${input.kind}`);
  const classes = target.names ?? Array.from({ length: target.outputs }, (_, c) => String(c));
  return { net, sides: input, classes, pictures };
}

async function picturesOf(images: RemoteDataset): Promise<Pictures> {
  const { features, targets } = await images.local();
  if (features.kind !== 'images' || targets?.kind !== 'classes')
    throw new TypeError('images: expected images with classes');
  return { values: features.values, labels: targets.values, sides: features };
}

async function digitPictures(): Promise<Pictures> {
  const worker = await starting;
  const [images, labels] = await Promise.all(
    ['images-idx3', 'labels-idx1'].map(async (kind) => {
      const bytes = await fetched(`digits/${kind}-ubyte.gz`);
      // Some hosts unpack it on the way.
      return worker.parseIdx(bytes[0] === 0x1f ? await worker.gunzip(bytes) : bytes);
    }),
  );
  const [, height, width] = images!.shape;
  return {
    values: images!.values as Uint8Array,
    labels: labels!.values,
    sides: { channels: 1, height: height!, width: width! },
  };
}
