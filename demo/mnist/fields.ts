import { type LayerOrigin, readSafetensors } from 'espalier';
import { PIXELS, type Shuffle } from '../data.js';
import { unitsOf } from '../units.js';

/** What one unit of the first layer sees, at the pixels' true places. */
export interface PixelField {
  readonly unit: number;
  readonly centre: number;
  readonly pixels: Int32Array;
  /** Trained weights, one a pixel. */
  readonly weights: Float32Array;
}

/** What one unit of the second layer sees through the units below. */
export interface UnionField {
  readonly unit: number;
  /** Units of the first layer that see a part of the image, and those that see all of it. */
  readonly inputs: number;
  readonly globalInputs: number;
  /** How many of `inputs` see each pixel. */
  readonly seen: Int32Array;
}

export interface Fields {
  readonly first: PixelField[];
  readonly second: UnionField[];
}

/** The receptive fields of a saved TRF-net's first two layers. */
export function fieldsOf(file: Uint8Array, origin: readonly LayerOrigin[], shuffle: Shuffle): Fields {
  const { tensors } = readSafetensors(file);
  const first = unitsOf(tensors, 0).map(({ inputs, weights }, unit) => ({
    unit,
    centre: shuffle[origin[0]!.centres[unit]!]!,
    pixels: inputs.map((column) => shuffle[column]!),
    weights,
  }));
  const second = unitsOf(tensors, 1).map(({ inputs }, unit) => {
    const below = inputs.filter((input) => input < first.length);
    const seen = new Int32Array(PIXELS);
    for (const input of below) for (const pixel of first[input]!.pixels) seen[pixel]!++;
    return { unit, inputs: below.length, globalInputs: inputs.length - below.length, seen };
  });
  return { first, second };
}
