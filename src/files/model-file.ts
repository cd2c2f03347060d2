import { got } from '../check/phrase.js';
import { allFinite } from '../numeric/finite.js';
import { readSafetensors, type Tensor, writeSafetensors } from './safetensors.js';

/** A saved net of any method, read once: its tensors, the JSON that says what they are, and all metadata of the file. */
export interface ModelFile {
  readonly tensors: Record<string, Tensor>;
  readonly header: Record<string, unknown>;
  readonly metadata: Readonly<Record<string, string>>;
}

const KEY = 'espalier.model';
const FORMAT = 1;

/** TypeError for bytes that are not a saved net, RangeError for damaged ones. */
export function readModelFile(bytes: Uint8Array): ModelFile {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`bytes: expected a Uint8Array, got ${got(bytes)}`);
  const { tensors, metadata } = readSafetensors(bytes);
  const text = metadata[KEY];
  if (text === undefined)
    throw new TypeError('bytes: expected a net saved by Espalier, but this safetensors file has no such metadata');
  let header: Record<string, unknown>;
  try {
    header = JSON.parse(text);
  } catch {
    throw new RangeError('bytes: the metadata of this net are damaged: not JSON');
  }
  if (header?.format !== FORMAT)
    throw new RangeError(`bytes: expected a net of format ${FORMAT}, got ${header?.format}`);
  return { tensors, header, metadata };
}

/** A file that was read, or bytes that are to be. */
export function modelFileOf(saved: Uint8Array | ModelFile): ModelFile {
  return saved instanceof Uint8Array || !saved?.tensors ? readModelFile(saved as Uint8Array) : saved;
}

/** `metadata`: further entries, text by name. */
export function writeModelFile(
  tensors: Readonly<Record<string, Tensor>>,
  header: object,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  return writeSafetensors(tensors, { ...metadata, [KEY]: JSON.stringify({ format: FORMAT, ...header }) });
}

/** TypeError unless the file is of this method. */
export function requireMethod({ header }: ModelFile, method: string): void {
  if (header.method !== method)
    throw new TypeError(`bytes: expected a net of method '${method}', got one of '${header.method}'`);
}

/** For metadata that no net of this package has written. */
export function damaged(what: string, cause?: unknown): RangeError {
  return new RangeError(`bytes: the metadata of this net are damaged: ${what}`, { cause });
}

export function isNames(names: unknown, count: number): boolean {
  return (
    names === undefined ||
    (Array.isArray(names) && names.length === count && names.every((name) => typeof name === 'string'))
  );
}

export function integers(tensors: Record<string, Tensor>, name: string): Int32Array {
  const data = tensors[name]?.data;
  if (!(data instanceof Int32Array))
    throw new RangeError(
      `bytes: expected a tensor '${name}' of 32-bit integers, got ${data ? 'another type' : 'none'}`,
    );
  return data;
}

export function requireFloats(tensors: Record<string, Tensor>, name: string, shape: readonly number[]): void {
  const { data, shape: got } = tensors[name] ?? {};
  if (!(data instanceof Float32Array) || String(got) !== String(shape)) {
    const found = data ? `${data.constructor.name.replace('Array', '')} of shape [${got}]` : 'none';
    throw new RangeError(`bytes: expected a tensor '${name}' of Float32 and shape [${shape}], got ${found}`);
  }
  if (!allFinite(data)) throw new RangeError(`bytes: tensor '${name}' holds numbers that are not finite`);
}
