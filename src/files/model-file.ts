import { got } from '../check/phrase.js';
import { requireObject } from '../check/require.js';
import { allFinite } from '../numeric/finite.js';
import { Pace } from '../runtime/pace.js';
import { inTurns, type Steps } from '../runtime/steps.js';
import { parseJson } from './json.js';
import type { Tensor } from './safetensors.js';
import { sealing, unsealing } from './sealed.js';

/** A saved net of any method, read once: its tensors, the JSON that says what they are, and all metadata of the file. */
export interface ModelFile {
  readonly tensors: Record<string, Tensor>;
  readonly header: Record<string, unknown>;
  readonly metadata: Readonly<Record<string, string>>;
}

const KEY = 'espalier.model';
/** Metadata of states of training: of the command, of fit, of growing. */
const CHECKPOINTS = ['espalier.run', 'espalier.checkpoint', 'espalier.growth'];
/** 1: without a digest. docs/FORMAT.md tells what changes it. */
const FORMAT = 2;

/** TypeError for bytes that are not a saved net, RangeError for damaged ones. */
export async function readModelFile(bytes: Uint8Array): Promise<ModelFile> {
  const { tensors, metadata, sealed } = await inTurns(unsealing(bytes, 'bytes', 'net'), new Pace());
  const text = metadata[KEY];
  if (text === undefined) {
    const checkpoint = CHECKPOINTS.find((key) => Object.hasOwn(metadata, key));
    const found = checkpoint
      ? `this is a checkpoint of training; ${checkpoint === 'espalier.run' ? 'train --resume' : 'the option resume'} goes on from it`
      : 'this safetensors file has no such metadata';
    throw new TypeError(`bytes: expected a net saved by Espalier, but ${found}`);
  }
  const header = parseHeader(text);
  const format = Number.isInteger(header.format) ? (header.format as number) : 0;
  if (format > FORMAT)
    throw new RangeError(
      `bytes: expected a net of format ${FORMAT} or before, got one of format ${format}, written by a newer release of Espalier; update it`,
    );
  if (format < 1) throw new RangeError(`bytes: expected a net of format 1 to ${FORMAT}, got ${got(header.format)}`);
  if (format > 1 && !sealed) throw new RangeError('bytes: the net is damaged: its SHA-256 is missing');
  return { tensors, header, metadata };
}

function parseHeader(text: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = parseJson(text, 'bytes');
  } catch (cause) {
    throw damaged(cause instanceof RangeError ? cause.message : 'not JSON', cause);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) throw damaged('not an object');
  return header as Record<string, unknown>;
}

/** A file that was read, or bytes that are to be. */
export async function modelFileOf(saved: Uint8Array | ModelFile): Promise<ModelFile> {
  return saved instanceof Uint8Array || !saved?.tensors ? readModelFile(saved as Uint8Array) : saved;
}

/**
 * `metadata`: further entries, text by name.
 * @throws RangeError for weights that are not finite, or metadata that are too long: what no reader would take
 */
export function* writingModelFile(
  tensors: Readonly<Record<string, Tensor>>,
  header: object,
  metadata: Readonly<Record<string, string>> = {},
): Steps<Uint8Array<ArrayBuffer>> {
  requireObject(metadata, 'metadata');
  for (const [name, { data }] of Object.entries(tensors)) {
    if (data instanceof Float32Array && !allFinite(data))
      throw new RangeError(`save: expected finite weights, got others in '${name}'; the net cannot be used`);
    yield;
  }
  return yield* sealing(tensors, { ...metadata, [KEY]: headerText(header) });
}

/** RangeError where a net of this header could not be saved, before work goes into it. */
export function requireSavable(header: object, argument: string): void {
  // As text within JSON.
  const { length } = new TextEncoder().encode(JSON.stringify(headerText(header)));
  if (length > MAX_HEADER_TEXT)
    throw new RangeError(
      `${argument}: expected names and structure of at most ${MAX_HEADER_TEXT} bytes in the net's file, got ${length}`,
    );
}

/** Leaves room for the names of tensors and the metadata of others. */
const MAX_HEADER_TEXT = 90_000_000;

function headerText(header: object): string {
  return JSON.stringify({ format: FORMAT, ...header });
}

/** TypeError unless the file is of this method. */
export function requireMethod({ header }: ModelFile, method: string): void {
  if (header.method !== method)
    throw new TypeError(
      `bytes: expected a net of method '${method}', got one of ${typeof header.method === 'string' ? `'${header.method}'` : got(header.method)}`,
    );
}

/** For metadata that no net of this package has written. */
export function damaged(what: string, cause?: unknown): RangeError {
  return new RangeError(`bytes: the metadata of this net are damaged: ${what}`, { cause });
}

/** None, or as many as that, all different. */
export function isNames(names: unknown, count: number): boolean {
  return (
    names === undefined ||
    (Array.isArray(names) &&
      names.length === count &&
      names.every((name) => typeof name === 'string') &&
      new Set(names).size === count)
  );
}

export function integers(tensors: Record<string, Tensor>, name: string, argument = 'bytes'): Int32Array {
  const data = tensors[name]?.data;
  if (!(data instanceof Int32Array))
    throw new RangeError(
      `${argument}: expected a tensor '${name}' of 32-bit integers, got ${data ? 'another type' : 'none'}`,
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
