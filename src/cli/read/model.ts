import { requireSchema, type TableSchema } from '../../data/tables/schema.js';
import { parseJson } from '../../files/json.js';
import { type ModelFile, readModelFile } from '../../files/model-file.js';
import type { FeedforwardNet } from '../../models/feedforward/feedforward-net.js';
import type { GaterNet } from '../../models/gaternet/gater-net.js';
import type { Method } from '../../models/method.js';
import type { Net } from '../../models/net.js';
import { loadFile, methodNamed } from '../../models/registry.js';
import { inFile } from '../errors.js';
import { readBytes } from './bytes.js';
import type { Reference } from './loaded.js';

/** Metadata key under which a model file keeps how its CSV was read. */
const CSV_KEY = 'espalier.csv';

export interface OpenedModel {
  net: Net;
  method: Method;
  reference: Reference;
}

/** The net as a file; a net trained on CSV carries the schema, so that other files can be read the same way. */
export function packNet(net: Net, csv: TableSchema | undefined): Uint8Array {
  return net.save(csv ? { [CSV_KEY]: JSON.stringify(csv) } : undefined);
}

export function openModel(path: string): Promise<OpenedModel> {
  return inFile(path, async () => {
    const file = readModelFile(readBytes(path));
    const method = methodNamed(file.header.method);
    const net = await loadFile(file);
    return { net, method, reference: referenceOf(net, readSchema(file)) };
  });
}

function referenceOf(net: Net, csv: TableSchema | undefined): Reference {
  const { input, target } = net.describe();
  if (input.kind === 'rows') return { columns: input.columns, target, ...(csv ? { csv } : {}) };
  const { channels, height, width } = input;
  return { columns: channels * height * width, target, image: { channels, height, width } };
}

function readSchema({ metadata }: ModelFile): TableSchema | undefined {
  const text = metadata[CSV_KEY];
  if (text === undefined) return undefined;
  try {
    const schema = parseJson(text, CSV_KEY);
    requireSchema(schema, CSV_KEY);
    return schema;
  } catch (cause) {
    const { message } = cause as Error;
    throw new RangeError(`metadata: the CSV schema is damaged: ${message}`, { cause });
  }
}

/** Whether a net has units to explain. */
export function explains(net: Net): net is FeedforwardNet {
  return 'explain' in net;
}

/** Whether a net has gates to tell of. */
export function hasGates(net: Net): net is GaterNet {
  return 'gateLayout' in net;
}
