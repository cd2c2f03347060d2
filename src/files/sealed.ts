import { got } from '../check/phrase.js';
import {
  compareUtf8,
  dtypeOf,
  readSafetensors,
  requireMetadata,
  type Safetensors,
  type Tensor,
  writeSafetensors,
} from './safetensors.js';
import { Sha256 } from './sha256.js';

/** Metadata entry that holds the SHA-256 of all else in the file, in hexadecimal. docs/FORMAT.md tells how it is made. */
const SEAL = 'espalier.sha256';

/** A safetensors file that can be told from a damaged one. */
export function writeSealed(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  requireMetadata(metadata);
  return writeSafetensors(tensors, { ...metadata, [SEAL]: digestOf(tensors, metadata) });
}

/**
 * A safetensors file, checked against its digest where it has one, which is left out of the metadata. TypeError for another kind of value, RangeError for a damaged file.
 * @param argument what messages call the bytes
 * @param what is in them: 'net', 'checkpoint'
 */
export function readSealed(bytes: Uint8Array, argument: string, what: string): Safetensors & { sealed: boolean } {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${argument}: expected a Uint8Array, got ${got(bytes)}`);
  // The header of every such file, after its length.
  if (bytes.length > 8 && bytes[8] !== '{'.charCodeAt(0))
    throw new RangeError(`${argument}: expected a ${what} in safetensors, got another kind of file`);
  const { tensors, metadata } = read(bytes, argument);
  const seal = metadata[SEAL];
  if (seal !== undefined && seal !== digestOf(tensors, metadata))
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

/** Of the contents, whatever their order and place in the file. */
function digestOf(tensors: Readonly<Record<string, Tensor>>, metadata: Readonly<Record<string, string>>): string {
  const hash = new Sha256();
  const count = (n: number) => hash.update(new Uint8Array(BigUint64Array.of(BigInt(n)).buffer));
  const counted = (bytes: Uint8Array) => count(bytes.length).update(bytes);
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
    const { shape, data } = tensors[name]!;
    text(name);
    text(dtypeOf(data));
    count(shape.length);
    for (const side of shape) count(side);
    counted(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.hex();
}

function sorted(record: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(record).sort(compareUtf8);
}
