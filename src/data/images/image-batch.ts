import { type Address, plus } from '../../runtime/address.js';
import type { Engine } from '../../runtime/engine.js';
import type { Pace } from '../../runtime/pace.js';
import { Purpose } from '../../runtime/random.js';
import { type ImageMatrix, requireWhole } from '../matrix.js';
import type { ChannelNorm } from './channel-norm.js';

/** Random changes to the images of a training batch, the same for a seed and step on every machine. */
export interface Augmentation {
  /**
   * Each image is a crop, at random, of the image with so many pixels of raw value 0 (black) around it. As in torchvision, padding comes before
   * normalisation: the border has the normalised value of black, not 0. 0 crops nothing.
   */
  readonly pad: number;
  /** Whether each image is mirrored left to right by a fair coin. */
  readonly flip: boolean;
}

/** RangeError unless it leaves something of images of this size. */
export function requireAugmentation(
  { pad }: Augmentation,
  { height, width }: Pick<ImageMatrix, 'height' | 'width'>,
  argument = 'augmentation',
): void {
  if (pad >= Math.min(height, width))
    throw new RangeError(`${argument}.pad: expected less than the side of ${height} x ${width} images, got ${pad}`);
}

/** What becomes of one image: pixel (y, x) comes from (y + down, x + right), then left and right are swapped if mirrored. */
interface Change {
  readonly down: number;
  readonly right: number;
  readonly mirrored: boolean;
}

const UNCHANGED: Change = { down: 0, right: 0, mirrored: false };

/**
 * Writes the chosen rows as normalised floats [sample][channel][row][col] at the address `at`: chosen.length * columns floats.
 * Given noise, the images are changed as the augmentation says: sample s by the words 4s .. 4s + 2 of the stream (seed, Purpose.augment, step).
 */
export async function loadImages(
  engine: Engine,
  at: Address,
  features: ImageMatrix,
  chosen: Int32Array,
  norm: ChannelNorm,
  pace: Pace,
  augmentation?: Augmentation,
  noise?: { readonly seed: number; readonly step: number },
): Promise<void> {
  requireWhole(features);
  const { columns } = features;
  const changes = augmentation && noise && drawChanges(engine, chosen.length, augmentation, noise);
  for (let s = 0; s < chosen.length; s++) {
    const out = engine.f32(plus(at, s * columns * 4), columns);
    writeImage(out, features, chosen[s]!, norm, changes?.[s] ?? UNCHANGED);
    if (pace.due) {
      await pace.turn();
      requireWhole(features);
    }
  }
}

/** Samples whose words fit the engine's scratch memory of 256 bytes, four words each. */
const DRAWN_AT_ONCE = 16;

function drawChanges(
  engine: Engine,
  samples: number,
  { pad, flip }: Augmentation,
  { seed, step }: { readonly seed: number; readonly step: number },
): Change[] {
  const words = engine.u32(engine.scratch, DRAWN_AT_ONCE * 4);
  const shift = (word: number) => Math.floor((word * (2 * pad + 1)) / 2 ** 32) - pad;
  const changes: Change[] = [];
  for (let s = 0; s < samples; s++) {
    const w = (s % DRAWN_AT_ONCE) * 4;
    if (w === 0) engine.kernels.random_bits(engine.scratch, 4, s / 4, seed, Purpose.augment, step, 0);
    changes.push({
      down: shift(words[w]!),
      right: shift(words[w + 1]!),
      mirrored: flip && words[w + 2]! >= 2 ** 31,
    });
  }
  return changes;
}

function writeImage(
  out: Float32Array,
  { channels, height, width, columns, values }: ImageMatrix,
  row: number,
  norm: ChannelNorm,
  { down, right, mirrored }: Change,
): void {
  const plane = height * width;
  // Columns that the image, moved by `right`, still covers.
  const first = Math.max(0, -right);
  const count = width - Math.abs(right);
  for (let channel = 0; channel < channels; channel++) {
    const image = row * columns + channel * plane;
    const start = channel * plane;
    if (down === 0 && right === 0 && !mirrored) {
      writePixels(out, start, 1, values, image, plane, norm, channel);
      continue;
    }
    if (down !== 0 || right !== 0) out.fill(norm.apply(0, channel), start, start + plane);
    for (let y = Math.max(0, -down); y < height - Math.max(0, down); y++) {
      const from = image + (y + down) * width + first + right;
      const to = start + y * width + (mirrored ? width - 1 - first : first);
      writePixels(out, to, mirrored ? -1 : 1, values, from, count, norm, channel);
    }
  }
}

/** `count` pixels that lie side by side, written from `to` on, rightwards (step 1) or leftwards (-1). */
function writePixels(
  out: Float32Array,
  to: number,
  step: 1 | -1,
  values: Uint8Array | Float32Array,
  from: number,
  count: number,
  norm: ChannelNorm,
  channel: number,
): void {
  if (values instanceof Uint8Array) {
    const table = channel * 256;
    for (let i = 0; i < count; i++) out[to + i * step] = norm.bytes[table + values[from + i]!]!;
  } else {
    for (let i = 0; i < count; i++) {
      const value = values[from + i]!;
      // Checked once already, but the array may have been written to.
      if (value - value !== 0) throw new RangeError(`features: a pixel became ${value}, expected a finite number`);
      out[to + i * step] = norm.apply(value, channel);
    }
  }
}
