import { readModelFile } from '../files/model-file.js';
import type { Engine } from '../runtime/engine.js';
import type { DenseNet } from './dense/dense-net.js';
import type { GaterNet } from './gaternet/gater-net.js';
import type { TrfNet } from './trf/trf-net.js';
import type { TseNet } from './tse/tse-net.js';

/**
 * Reads a net of whichever method the file tells; the methods are fetched when it is called. TypeError for other bytes, RangeError for damaged ones.
 */
export async function loadNet(
  bytes: Uint8Array,
  options: { engine?: Engine } = {},
): Promise<TrfNet | TseNet | DenseNet | GaterNet> {
  const file = readModelFile(bytes);
  const { loadFile } = await import('./registry.js');
  return (await loadFile(file, options)) as TrfNet | TseNet | DenseNet | GaterNet;
}
