import { got } from '../check/phrase.js';
import { atOnce, type Steps } from '../runtime/steps.js';
import {
  compareUtf8,
  dtypeOf,
  partsOf,
  readSafetensors,
  requireMetadata,
  type Safetensors,
  type Tensor,
  writing,
} from './safetensors.js';
import { Sha256 } from './sha256.js';

/** Metadata entry that holds the SHA-256 of all else in the file, in hexadecimal. docs/FORMAT.md tells how it is made. */
export const SEAL = 'espalier.sha256';
/** Bytes a step. */
const HASHED = 2 ** 18;

/** A safetensors file that can be told from a damaged one. */
export function* sealing(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>>,
): Steps<Uint8Array<ArrayBuffer>> {
  requireMetadata(metadata);
  const digest = yield* digestOf(tensors, metadata);
  return yield* writing(tensors, { ...metadata, [SEAL]: digest });
}

/**
 * A safetensors file, checked against its digest where it has one, which is left out of the metadata. TypeError for another kind of value, RangeError for a damaged file.
 * @param argument what messages call the bytes
 * @param what is in them: 'net', 'checkpoint'
 */
export function readSealed(bytes: Uint8Array, argument: string, what: string): Sealed {
  return atOnce(unsealing(bytes, argument, what));
}

export type Sealed = Safetensors & { sealed: boolean };

/** readSealed, in steps. */
export function* unsealing(bytes: Uint8Array, argument: string, what: string): Steps<Sealed> {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${argument}: expected a Uint8Array, got ${got(bytes)}`);
  // The header of every such file, after its length.
  if (bytes.length > 8 && bytes[8] !== '{'.charCodeAt(0))
    throw new RangeError(`${argument}: expected a ${what} in safetensors, got another kind of file`);
  const { tensors, metadata } = read(bytes, argument);
  const seal = metadata[SEAL];
  if (seal !== undefined && seal !== (yield* digestOf(tensors, metadata)))
    throw new RangeError(`${argument}: the ${what} is damaged: its contents do not match its SHA-256`);
  delete metadata[SEAL];
  return { tensors, metadata, sealed: seal !== undefined };
}

function read(bytes: Uint8Array, argument: string): Safetensors {
  try {
    return readSafetensors(bytes);
  } catch (cause) {
    const { message } = cause as Error;
    throw new RangeError(message.startsWith(`${argument}: `) ? message : `${argument}: ${message}`, { cause });
  }
}

/** A tensor whose bytes come in parts. */
export interface TensorParts {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly byteLength: number;
  readonly parts: () => Iterable<Uint8Array>;
}

/** What digests bytes. */
export interface Hash {
  update(bytes: Uint8Array): unknown;
}

function* digestOf(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>>,
): Steps<string> {
  const hash = new Sha256();
  const parts: Record<string, TensorParts> = Object.create(null);
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const { byteLength } = data;
    parts[name] = { dtype: dtypeOf(data), shape, byteLength, parts: () => partsOf(data, HASHED) };
  }
  yield* hashing(parts, metadata, hash);
  return hash.hex();
}

/** Digests the contents, whatever their order and place in the file. */
export function* hashing(
  tensors: Readonly<Record<string, TensorParts>>,
  metadata: Readonly<Record<string, string>>,
  hash: Hash,
): Steps<void> {
  const count = (n: number) => hash.update(new Uint8Array(BigUint64Array.of(BigInt(n)).buffer));
  const counted = (bytes: Uint8Array) => {
    count(bytes.length);
    hash.update(bytes);
  };
  const text = (words: string) => counted(new TextEncoder().encode(words));
  const notes = sorted(metadata).filter((name) => name !== SEAL);
  count(notes.length);
  for (const name of notes) {
    text(name);
    text(metadata[name]!);
  }
  const names = sorted(tensors);
  count(names.length);
  for (const name of names) {
    const { shape, dtype, byteLength, parts } = tensors[name]!;
    text(name);
    text(dtype);
    count(shape.length);
    for (const side of shape) count(side);
    count(byteLength);
    for (const part of parts()) {
      hash.update(part);
      yield;
    }
  }
}

function sorted(record: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(record).sort(compareUtf8);
}
