import type { Engine } from '../runtime/engine.js';
import { DenseNet } from './dense/dense-net.js';
import { readModelFile } from './feedforward/model-file.js';
import { GaterNet } from './gaternet/gater-net.js';
import { TrfNet } from './trf/trf-net.js';
import { TseNet } from './tse/tse-net.js';

/** Reads a net of whichever method the file tells. TypeError for other bytes, RangeError for damaged ones. */
export async function loadNet(
  bytes: Uint8Array,
  options: { engine?: Engine } = {},
): Promise<TrfNet | TseNet | DenseNet | GaterNet> {
  const { method } = readModelFile(bytes).header;
  switch (method) {
    case 'trf':
      return TrfNet.load(bytes, options);
    case 'tse':
      return TseNet.load(bytes, options);
    case 'dense':
      return DenseNet.load(bytes, options);
    case 'gaternet':
      return GaterNet.load(bytes, options);
    default:
      throw new TypeError(
        `bytes: expected a net of method 'trf', 'tse', 'dense' or 'gaternet', got one of ${JSON.stringify(method)}`,
      );
  }
}
