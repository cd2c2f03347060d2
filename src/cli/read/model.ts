import { complete } from '../../check/complete.js';
import { requireInteger, requireObject } from '../../check/require.js';
import { DOCUMENT_COLUMNS } from '../../data/documents/options.js';
import { requireSchema, type TableSchema } from '../../data/tables/schema.js';
import { type Taken, takenLine } from '../../data/tables/taken.js';
import { parseJson } from '../../files/json.js';
import { type ModelFile, readModelFile } from '../../files/model-file.js';
import type { FeedforwardNet } from '../../models/feedforward/feedforward-net.js';
import type { GaterNet } from '../../models/gaternet/gater-net.js';
import type { Method } from '../../models/method.js';
import type { Net } from '../../models/net.js';
import { loadFile, methodNamed } from '../../models/registry.js';
import { inFile } from '../errors.js';
import { readBytes } from './bytes.js';
import type { Loaded, Reference, SvmlightReading, TextReading } from './loaded.js';
import { soundReading } from './svmlight-file.js';
import { textReading } from './texts.js';

/** Metadata key under which a model file keeps how its CSV was read. */
const CSV_KEY = 'espalier.csv';
/** As CSV_KEY, of svmlight. */
const SVMLIGHT_KEY = 'espalier.svmlight';
/** As CSV_KEY, of images: how many times smaller they were made. */
const SHRINK_KEY = 'espalier.shrink';
const { textColumn, labelColumn } = DOCUMENT_COLUMNS;
/** As CSV_KEY, of texts: their columns. */
const TEXTS_KEY = 'espalier.texts';
/** And under which what its reader decided. */
const TAKEN_KEY = 'espalier.taken';

export interface OpenedModel {
  net: Net;
  method: Method;
  reference: Reference;
  /** How the training data were read, where the file tells. */
  taken?: Taken;
}

/** The net as a file, with what was taken of its data; a net trained on CSV or svmlight carries how it was read, so that other files can be read the same way. */
export function packNet(
  net: Net,
  { csv, svmlight, shrink, taken }: Pick<Loaded, 'csv' | 'svmlight' | 'shrink' | 'taken'>,
  { textColumn, labelColumn }: TextReading['columns'] = {},
): Promise<Uint8Array> {
  const said = textColumn !== undefined || labelColumn !== undefined;
  return net.saveAsync({
    ...(said ? { [TEXTS_KEY]: JSON.stringify({ textColumn, labelColumn }) } : {}),
    ...(csv ? { [CSV_KEY]: JSON.stringify(csv) } : {}),
    ...(svmlight ? { [SVMLIGHT_KEY]: JSON.stringify(svmlight) } : {}),
    ...(shrink ? { [SHRINK_KEY]: String(shrink) } : {}),
    ...(taken ? { [TAKEN_KEY]: JSON.stringify(taken) } : {}),
  });
}

export function openModel(path: string): Promise<OpenedModel> {
  return inFile(path, async () => {
    const file = await readModelFile(readBytes(path));
    const method = methodNamed(file.header.method);
    const net = await loadFile(file);
    const taken = readTaken(file);
    const reference = referenceOf(
      net,
      { ...readSchema(file), ...readSvmlight(file), ...readShrink(file) },
      readTextColumns(file),
    );
    return { net, method, reference, ...(taken === undefined ? {} : { taken }) };
  });
}

function referenceOf(
  net: Net,
  read: Pick<Reference, 'csv' | 'svmlight' | 'shrink'>,
  columns: TextReading['columns'],
): Reference {
  const { input, target } = net.describe();
  const { vectorizer } = net;
  if (input.kind === 'rows')
    return {
      columns: input.columns,
      target,
      ...read,
      ...(vectorizer ? { texts: textReading(vectorizer, columns) } : {}),
    };
  const { channels, height, width } = input;
  return { columns: channels * height * width, target, image: { channels, height, width }, shrink: read.shrink };
}

function readSchema({ metadata }: ModelFile): { csv?: TableSchema } {
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

function readShrink({ metadata }: ModelFile): { shrink?: number } {
  const text = metadata[SHRINK_KEY];
  if (text === undefined) return {};
  const shrink = parseJson(text, SHRINK_KEY) as number;
  requireInteger(shrink, 2, SHRINK_KEY);
  return { shrink };
}

function readTextColumns({ metadata }: ModelFile): TextReading['columns'] {
  const text = metadata[TEXTS_KEY];
  if (text === undefined) return {};
  const columns = parseJson(text, TEXTS_KEY);
  requireObject(columns, TEXTS_KEY);
  return complete({ textColumn, labelColumn }, columns, 'columns of texts', `${TEXTS_KEY}.`);
}

function readTaken({ metadata }: ModelFile): Taken | undefined {
  const text = metadata[TAKEN_KEY];
  if (text === undefined) return undefined;
  try {
    const taken = parseJson(text, TAKEN_KEY) as unknown as Taken;
    takenLine(taken);
    return taken;
  } catch (cause) {
    throw new RangeError('metadata: what was taken of the training data is damaged', { cause });
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
