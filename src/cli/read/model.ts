import { type CsvSchema, requireSchema } from '../../data/text/csv-schema.js';
import { parseJson } from '../../files/json.js';
import { type ModelFile, readModelFile } from '../../files/model-file.js';
import type { FeedforwardNet } from '../../models/feedforward/feedforward-net.js';
import type { GaterNet } from '../../models/gaternet/gater-net.js';
import type { Method } from '../../models/method.js';
import type { Net } from '../../models/net.js';
import { loadFile, methodNamed } from '../../models/registry.js';
import { inFile } from '../errors.js';
import { readBytes } from './bytes.js';
import type { Loaded, Reference, SvmlightReading } from './loaded.js';
import { soundReading } from './svmlight-file.js';

/** Metadata key under which a model file keeps how its CSV was read. */
const CSV_KEY = 'espalier.csv';
/** As CSV_KEY, of svmlight. */
const SVMLIGHT_KEY = 'espalier.svmlight';

export interface OpenedModel {
  net: Net;
  method: Method;
  reference: Reference;
}

/** The net as a file; a net trained on CSV or svmlight carries how it was read, so that other files can be read the same way. */
export function packNet(net: Net, { csv, svmlight }: Pick<Loaded, 'csv' | 'svmlight'>): Uint8Array {
  const read = {
    ...(csv ? { [CSV_KEY]: JSON.stringify(csv) } : {}),
    ...(svmlight ? { [SVMLIGHT_KEY]: JSON.stringify(svmlight) } : {}),
  };
  return net.save(csv || svmlight ? read : undefined);
}

export function openModel(path: string): Promise<OpenedModel> {
  return inFile(path, async () => {
    const file = readModelFile(readBytes(path));
    const method = methodNamed(file.header.method);
    const net = await loadFile(file);
    return { net, method, reference: referenceOf(net, { ...readSchema(file), ...readSvmlight(file) }) };
  });
}

function referenceOf(net: Net, read: Pick<Reference, 'csv' | 'svmlight'>): Reference {
  const { input, target } = net.describe();
  if (input.kind === 'rows') return { columns: input.columns, target, ...read };
  const { channels, height, width } = input;
  return { columns: channels * height * width, target, image: { channels, height, width } };
}

function readSchema({ metadata }: ModelFile): { csv?: CsvSchema } {
  const text = metadata[CSV_KEY];
  if (text === undefined) return {};
  try {
    const csv = parseJson(text, CSV_KEY);
    requireSchema(csv, CSV_KEY);
    return { csv };
  } catch (cause) {
    const { message } = cause as Error;
    throw new RangeError(`metadata: the CSV schema is damaged: ${message}`, { cause });
  }
}

function readSvmlight({ metadata }: ModelFile): { svmlight?: SvmlightReading } {
  const text = metadata[SVMLIGHT_KEY];
  return text === undefined ? {} : { svmlight: soundReading(parseJson(text, SVMLIGHT_KEY), SVMLIGHT_KEY) };
}

/** Whether a net has units to explain. */
export function explains(net: Net): net is FeedforwardNet {
  return 'explain' in net;
}

/** Whether a net has gates to tell of. */
export function hasGates(net: Net): net is GaterNet {
  return 'gateLayout' in net;
}
