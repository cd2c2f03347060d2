import { Dataset, type GaterNet } from 'espalier';
import { plus } from '#dist/runtime/address.js';
import { Pace } from '#dist/runtime/pace.js';
import { Random } from './random.js';

// Small images and what a GaterNet makes of them, for its tests.

/** Floats in [-1, 1) and labels without meaning. */
export function noiseImages(seed: number, rows: number, channels: number, height: number, width: number, classes = 3) {
  const random = new Random(seed);
  const values = Float32Array.from({ length: rows * channels * height * width }, () => 2 * random.next() - 1);
  const labels = Array.from({ length: rows }, (_, r) => r % classes);
  return Dataset.images({ channels, height, width, values, labels, classes });
}

export interface Stripes {
  /** [row][8][8], bytes. */
  readonly pixels: Uint8Array;
  /** 0 or 1. */
  readonly kinds: Int32Array;
  /** 2 kind + direction. */
  readonly labels: Int32Array;
}

/** Kind 0: stripes that lie or stand. Kind 1: stripes of 2 pixels that rise or fall. All at random places, under noise. */
export function stripes(seed: number, rows: number): Stripes {
  const random = new Random(seed);
  const made = { pixels: new Uint8Array(rows * 64), kinds: new Int32Array(rows), labels: new Int32Array(rows) };
  for (let r = 0; r < rows; r++) {
    const [kind, direction, phase] = [random.below(2), random.below(2), random.below(4)];
    made.kinds[r] = kind;
    made.labels[r] = 2 * kind + direction;
    for (let y = 0; y < 8; y++) {
      for (let x = 0; x < 8; x++) {
        const along = kind === 0 ? 2 * (direction ? x : y) : direction ? x + y : x - y + 8;
        made.pixels[r * 64 + y * 8 + x] = ((along + phase) & 2 ? 160 : 40) + random.below(60);
      }
    }
  }
  return made;
}

const size = { channels: 1, height: 8, width: 8 };

export const classesOf = ({ pixels, labels }: Stripes) =>
  Dataset.images({ ...size, values: pixels, labels: [...labels], classes: 4 });

/** Kind and direction, each yes or no, a few missing. */
export function tasksOf({ pixels, labels }: Stripes): Dataset {
  const values = Int8Array.from({ length: labels.length * 2 }, (_, i) =>
    i % 11 === 5 ? -1 : i % 2 ? labels[i >> 1]! & 1 : labels[i >> 1]! >> 1,
  );
  return Dataset.images({ ...size, values: pixels, targets: { kind: 'tasks', values, tasks: 2 } });
}

export function valuesOf({ pixels, labels }: Stripes): Dataset {
  const values = Float32Array.from(labels, (label) => (label - 1.5) / 2);
  return Dataset.images({ ...size, values: pixels, targets: { kind: 'values', values, outputs: 1 } });
}

/** Every tensor at random, so that no batch norm is the identity and no bias 0. */
export function scramble(net: GaterNet, seed: number): void {
  const random = new Random(seed);
  const { engine, network } = net;
  for (const { name, offset, shape } of network.segments) {
    const length = shape.reduce((a, b) => a * b, 1);
    const values = engine.f32(plus(network.parameters.at, offset * 4), length);
    const scale = shape.length > 1 ? Math.sqrt(6 / (length / shape[0]!)) : 1;
    const centre = shape.length === 1 && /weight|running_var/.test(name) ? 1 : 0;
    for (let i = 0; i < length; i++) values[i] = centre + scale * (random.next() - 0.5);
  }
}

/** [row][output], before the loss's activation. */
export async function logitsOf(
  net: GaterNet,
  data: Dataset,
  batchSize: number,
  options: { decided?: Float32Array; masked?: boolean } = {},
): Promise<Float32Array> {
  const { outputs } = net.target;
  const result = new Float32Array(data.rows * outputs);
  for await (const { rows, logits, tiles } of net.network.batches(data, batchSize, new Pace(), options)) {
    const values = net.engine.f32(logits, tiles * outputs * 32);
    rows.forEach((row, r) => {
      for (let k = 0; k < outputs; k++)
        result[row * outputs + k] = values[(r >> 5) * outputs * 32 + k * 32 + (r & 31)]!;
    });
  }
  return result;
}
