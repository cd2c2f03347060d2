import type { CsvSchema } from '../../data/text/csv-schema.js';
import { readSafetensors, writeSafetensors } from '../../files/safetensors.js';
import type { DenseNet } from '../../models/dense/dense-net.js';
import { GaterNet } from '../../models/gaternet/gater-net.js';
import { loadNet } from '../../models/load.js';
import type { TrfNet } from '../../models/trf/trf-net.js';
import type { TseNet } from '../../models/tse/tse-net.js';
import type { Evaluation } from '../../training/metrics.js';
import { inFile, UserError } from '../errors.js';
import { readBytes } from './input-file.js';
import type { Reference } from './loaded.js';

export type Net = TrfNet | TseNet | DenseNet | GaterNet;

/** Metadata key under which a model file keeps how its CSV was read. */
const CSV_KEY = 'espalier.csv';

/** The net as a file; a net trained on CSV carries the schema, so that other files can be read the same way. */
export function packNet(net: Net, csv: CsvSchema | undefined): Uint8Array {
  const bytes = net.save();
  if (!csv) return bytes;
  const { tensors, metadata } = readSafetensors(bytes);
  return writeSafetensors(tensors, { ...metadata, [CSV_KEY]: JSON.stringify(csv) });
}

export async function openModel(path: string): Promise<{ net: Net; reference: Reference }> {
  return inFile(path, async () => {
    const bytes = readBytes(path);
    const net = await loadNet(bytes);
    return { net, reference: referenceOf(net, readSchema(bytes, path)) };
  });
}

export function referenceOf(net: Net, csv: CsvSchema | undefined): Reference {
  const { target } = net;
  if (net instanceof GaterNet) {
    const { channels, height, width } = net.state.shape.image;
    return { columns: channels * height * width, target, image: { channels, height, width } };
  }
  return { columns: net.layers[0]!.inputs, target, ...(csv ? { csv } : {}) };
}

function readSchema(bytes: Uint8Array, path: string): CsvSchema | undefined {
  const text = readSafetensors(bytes).metadata[CSV_KEY];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new UserError(`${path}: the CSV schema in its metadata is damaged`);
  }
}

/** testAccuracy, testMeanAuc or testRmse, whichever there is. */
export function metricFields(prefix: string, { accuracy, meanAuc, rmse }: Evaluation): Record<string, number> {
  return Object.fromEntries(
    Object.entries({ Accuracy: accuracy, MeanAuc: meanAuc, Rmse: rmse })
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [`${prefix}${name}`, value!]),
  );
}

/** "accuracy 0.8912" */
export function metricText({ accuracy, meanAuc, rmse }: Evaluation): string {
  if (accuracy !== undefined) return `accuracy ${accuracy.toFixed(4)}`;
  if (meanAuc !== undefined) return `mean AUC ${meanAuc.toFixed(4)}`;
  return `RMSE ${rmse!.toPrecision(5)}`;
}
