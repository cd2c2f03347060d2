import { readModelFile } from '../files/model-file.js';
import type { DenseNet } from './dense/dense-net.js';
import type { GaterNet } from './gaternet/gater-net.js';
import type { LoadOptions } from './net.js';
import { loadFile } from './registry.js';
import type { TrfNet } from './trf/trf-net.js';
import type { TseNet } from './tse/tse-net.js';

/** Reads a net of whichever method the file tells. TypeError for other bytes, RangeError for damaged ones. */
export async function loadNet(
  bytes: Uint8Array,
  options: LoadOptions = {},
): Promise<TrfNet | TseNet | DenseNet | GaterNet> {
  return (await loadFile(await readModelFile(bytes), options)) as TrfNet | TseNet | DenseNet | GaterNet;
}
