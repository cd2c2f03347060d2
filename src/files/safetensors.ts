import { isObject } from '../check/complete.js';
import { got } from '../check/phrase.js';
import { requireObject } from '../check/require.js';
import { atOnce, type Steps } from '../runtime/steps.js';
import { type Widen, widenBF16, widenF16 } from './halves.js';
import { jsonMarks, parseJson } from './json.js';

/** Numbers of a tensor, row-major: the last axis innermost. */
export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** `data.length` is the product of `shape`; a scalar has shape []. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** What a safetensors file holds. Both records are without a prototype: any name is safe, `__proto__` too. */
export interface Safetensors {
  readonly tensors: Record<string, Tensor>;
  readonly metadata: Record<string, string>;
}

type TensorArray = {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): TensorData;
  readonly BYTES_PER_ELEMENT: number;
};

/** In the order in which the reference implementation writes them: widest first, so that all are aligned. */
const ARRAYS: Readonly<Record<string, TensorArray>> = {
  U64: BigUint64Array,
  I64: BigInt64Array,
  F64: Float64Array,
  F32: Float32Array,
  U32: Uint32Array,
  I32: Int32Array,
  U16: Uint16Array,
  I16: Int16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
};
const DTYPES = Object.keys(ARRAYS);
/** Types without a typed array everywhere, which are read as 32-bit floats. */
const HALVES: Readonly<Record<string, Widen>> = { F16: widenF16, BF16: widenBF16 };
const HALF_BYTES = 2;

const MAX_HEADER_BYTES = 100_000_000;
const METADATA = '__metadata__';
/** Bytes a step. */
const COPIED = 2 ** 19;

/**
 * Writes the safetensors format: 8 bytes of header length, a JSON header padded with blanks to a multiple of 8, the
 * tensors widest type first and then by name, without gaps. Same bytes as the reference implementation.
 *
 * @param metadata free strings by name, written sorted
 * @throws TypeError for a kind of array the format has no type for; RangeError for a shape that does not fit its data, the
 * reserved name `__metadata__`, or a name that is not well-formed Unicode
 */
export function writeSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  return atOnce(writing(tensors, metadata));
}

/** writeSafetensors, a few megabytes a step. */
export function* writing(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>>,
): Steps<Uint8Array<ArrayBuffer>> {
  requireObject(tensors, 'tensors');
  requireMetadata(metadata);
  const entries = Object.entries(tensors).map(([name, tensor]) => {
    checkTensor(name, tensor);
    return { name, dtype: dtypeOf(tensor.data), ...tensor };
  });
  const laid = entries.map((entry) => ({ ...entry, byteLength: entry.data.byteLength }));
  const header = headerOf(laid, metadata);
  const bytes = new Uint8Array(header.length + laid.reduce((sum, { byteLength }) => sum + byteLength, 0));
  bytes.set(header);
  let at = header.length;
  for (const { data } of laid.sort(inFileOrder)) {
    for (const part of partsOf(data, COPIED)) {
      bytes.set(part, at);
      at += part.length;
      yield;
    }
  }
  return bytes;
}

/** A tensor's place in a file. */
export interface TensorPlace {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly byteLength: number;
}

/** Widest type first, then by name. */
export function inFileOrder(a: TensorPlace, b: TensorPlace): number {
  return DTYPES.indexOf(a.dtype) - DTYPES.indexOf(b.dtype) || compareUtf8(a.name, b.name);
}

/**
 * The first bytes of a file: all before the tensors, which follow in their order.
 * @param length of these bytes at least, filled with blanks
 */
export function headerOf(
  tensors: readonly TensorPlace[],
  metadata: Readonly<Record<string, string>>,
  length = 0,
): Uint8Array<ArrayBuffer> {
  const items = new HeaderItems();
  const notes = Object.keys(metadata).sort(compareUtf8);
  if (notes.length > 0) {
    const pairs = new HeaderItems();
    for (const key of notes) pairs.add(`${quote(key, 'metadata')}:${quote(metadata[key]!, `metadata.${key}`)}`);
    items.add(`"${METADATA}":${pairs}`);
  }
  let offset = 0;
  for (const { name, dtype, shape, byteLength } of [...tensors].sort(inFileOrder)) {
    const end = offset + byteLength;
    items.add(`${quote(name, 'tensors')}:{"dtype":"${dtype}","shape":[${shape}],"data_offsets":[${offset},${end}]}`);
    offset = end;
  }
  const json = new TextEncoder().encode(String(items));
  const headerBytes = Math.max(length - 8, Math.ceil(json.length / 8) * 8);
  requireHeaderSize(headerBytes);
  const bytes = new Uint8Array(8 + headerBytes).fill(0x20, 8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.set(json, 8);
  return bytes;
}

/**
 * Reads the safetensors format, trusting nothing in it. A tensor is a view of `bytes` where its bytes are aligned for its
 * type, as the writers of the format see to, and else a copy. BOOL comes back as Uint8Array; F16 and BF16 as the Float32Array of the same numbers.
 *
 * @throws RangeError for a file that is truncated, has gaps, overlaps or bytes to spare, names a tensor twice, or holds a
 * type that has no typed array (F8_E4M3, ...); nothing of such a file is returned
 */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`bytes: expected Uint8Array, got ${got(bytes)}`);
  const headerBytes = headerLength(bytes);
  if (bytes.length < 8 + headerBytes) {
    throw new RangeError(`header: expected ${headerBytes} bytes, got ${bytes.length - 8}; the file is truncated`);
  }
  const { entries, metadata } = readHeader(bytes.slice(8, 8 + headerBytes), bytes.length - 8 - headerBytes);
  const tensors: Record<string, Tensor> = Object.create(null);
  for (const { name, shape, dtype, length, begin, end } of entries) {
    tensors[name] = {
      shape,
      data: dataOf(bytes.subarray(8 + headerBytes + begin, 8 + headerBytes + end), dtype, length),
    };
  }
  return { tensors, metadata };
}

/** Of the JSON header behind the first 8 bytes, which tell it. */
export function headerLength(bytes: Uint8Array): number {
  if (bytes.length < 8) throw new RangeError(`bytes: expected at least 8 for a header length, got ${bytes.length}`);
  const announced = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (announced > MAX_HEADER_BYTES) {
    throw new RangeError(
      `header: expected at most ${MAX_HEADER_BYTES} bytes, got ${announced}; is this a safetensors file?`,
    );
  }
  return Number(announced);
}

/** Where tensors are among `dataBytes` bytes behind a header, in their order there. */
export function readHeader(header: Uint8Array, dataBytes: number) {
  const json = parseHeader(header);
  const metadata = readMetadata(json[METADATA]);
  const entries = Object.keys(json)
    .filter((name) => name !== METADATA)
    .map((name) => readEntry(name, json[name]))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== covered) {
      const fault = begin < covered ? 'overlaps the tensor before it' : 'leaves a gap';
      throw new RangeError(`tensor ${show(name)}: expected data from byte ${covered}, got ${begin}; it ${fault}`);
    }
    covered = end;
  }
  if (covered !== dataBytes) {
    const fault = dataBytes < covered ? 'the file is truncated' : 'the file is too long';
    throw new RangeError(`data: expected ${covered} bytes, got ${dataBytes}; ${fault}`);
  }
  return { entries, metadata };
}

/** A view where the bytes are aligned for the type. */
export function dataOf(bytes: Uint8Array, dtype: string, length: number): TensorData {
  const widen = HALVES[dtype];
  if (widen) return widen(bytes);
  const array = ARRAYS[dtype]!;
  return bytes.byteOffset % array.BYTES_PER_ELEMENT === 0
    ? new array(bytes.buffer, bytes.byteOffset, length)
    : new array(new Uint8Array(bytes).buffer, 0, length);
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  if (bytes[0] !== 0x7b) throw new RangeError('header: expected a JSON object from its first byte, got something else');
  let header: Record<string, unknown>;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    header = parseJson(text, 'header') as Record<string, unknown>;
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new RangeError(`header: expected JSON in UTF-8, got ${(error as Error).message}`, { cause: error });
  }
  refuseDuplicates(text);
  return header;
}

/** JSON.parse lets the last of equal keys win, so two readers could see two files in one. Expects valid JSON. */
function refuseDuplicates(text: string): void {
  const open: Set<string>[] = [];
  for (const mark of jsonMarks(text)) {
    if (mark === '{') open.push(new Set());
    else if (mark === '}') open.pop();
    else if (open.at(-1)!.has(mark.key))
      throw new RangeError(`header: expected distinct names, got ${show(mark.key)} twice`);
    else open.at(-1)!.add(mark.key);
  }
}

function readMetadata(value: unknown): Record<string, string> {
  const metadata: Record<string, string> = Object.create(null);
  if (value === undefined) return metadata;
  if (!isObject(value)) throw new RangeError(`header: expected an object for ${METADATA}, got ${show(value)}`);
  for (const key of Object.keys(value)) {
    const text = value[key];
    if (typeof text !== 'string') {
      throw new RangeError(`metadata ${show(key)}: expected a string, got ${show(text)}`);
    }
    metadata[key] = text;
  }
  return metadata;
}

function readEntry(name: string, info: unknown) {
  const tensor = `tensor ${show(name)}`;
  if (!isObject(info)) throw new RangeError(`${tensor}: expected an object, got ${show(info)}`);
  const { dtype, shape, data_offsets: offsets } = info;
  if (typeof dtype !== 'string' || !(Object.hasOwn(ARRAYS, dtype) || Object.hasOwn(HALVES, dtype))) {
    const known = [...DTYPES, ...Object.keys(HALVES)].join(', ');
    throw new RangeError(`${tensor}: expected a dtype among ${known}, got ${show(dtype)}`);
  }
  if (!isSizes(shape)) throw new RangeError(`${tensor}: expected a shape of integers from 0, got ${show(shape)}`);
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    throw new RangeError(`${tensor}: expected data_offsets [begin, end], got ${show(offsets)}`);
  }
  const [begin, end] = offsets as [number, number];
  const length = shape.reduce((product, axis) => product * axis, 1);
  const size = length * (ARRAYS[dtype]?.BYTES_PER_ELEMENT ?? HALF_BYTES);
  if (size !== end - begin) {
    throw new RangeError(`${tensor}: expected ${size} bytes for ${dtype} of shape [${shape}], got ${end - begin}`);
  }
  return { name, shape, dtype, length, begin, end };
}

/** TypeError unless they are strings by name. */
export function requireMetadata(metadata: Readonly<Record<string, string>>): void {
  requireObject(metadata, 'metadata');
  for (const [key, value] of Object.entries(metadata))
    if (typeof value !== 'string') throw new TypeError(`metadata.${key}: expected a string, got ${got(value)}`);
}

function checkTensor(name: string, tensor: Tensor): void {
  if (name === METADATA) throw new RangeError(`tensors: expected names other than ${METADATA}, got a tensor so named`);
  const { shape, data } = tensor ?? {};
  if (!DTYPES.some((dtype) => data instanceof ARRAYS[dtype]!)) {
    throw new TypeError(`tensors[${show(name)}].data: expected a typed array, got ${got(data)}`);
  }
  if (!isSizes(shape)) {
    throw new RangeError(`tensors[${show(name)}].shape: expected integers from 0, got ${got(shape)}`);
  }
  const length = shape.reduce((product, axis) => product * axis, 1);
  if (data.length !== length) {
    throw new RangeError(`tensors[${show(name)}]: expected ${length} numbers for shape [${shape}], got ${data.length}`);
  }
}

/** Parts of the header, refused before they make a text that is too long for a reader, or for any text. */
class HeaderItems {
  private readonly items: string[] = [];
  private length = 0;

  add(item: string): void {
    this.length += item.length + 1;
    requireHeaderSize(this.length);
    this.items.push(item);
  }

  toString(): string {
    return `{${this.items.join(',')}}`;
  }
}

/** RangeError for a header that no reader takes. */
export function requireHeaderSize(bytes: number): void {
  if (bytes > MAX_HEADER_BYTES)
    throw new RangeError(
      `tensors: expected a header (names and metadata) of at most ${MAX_HEADER_BYTES} bytes, got ${bytes}`,
    );
}

function quote(text: string, argument: string): string {
  requireHeaderSize(text.length);
  // Lone surrogates have no UTF-8 form.
  if (/\p{Surrogate}/u.test(text)) throw new RangeError(`${argument}: expected well-formed Unicode, got ${show(text)}`);
  return JSON.stringify(text);
}

/** The bytes of an array, some at a time. */
export function* partsOf({ buffer, byteOffset, byteLength }: TensorData, most: number): Generator<Uint8Array> {
  for (let from = 0; from < byteLength; from += most)
    yield new Uint8Array(buffer, byteOffset + from, Math.min(most, byteLength - from));
}

/** The name of the format for this kind of array. */
export function dtypeOf(data: TensorData): string {
  return DTYPES.find((key) => data instanceof ARRAYS[key]!)!;
}

/** Order of the UTF-8 bytes, which is that of the code points; JavaScript's own compares UTF-16 units. */
export function compareUtf8(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return Number(isSurrogate(x)) - Number(isSurrogate(y)) || x - y;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xe000;
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function show(value: unknown): string {
  return String(JSON.stringify(value)).slice(0, 80);
}
