import { complete } from '../../check/complete.js';
import type { Options, OptionsOf } from '../../check/option.js';
import { got } from '../../check/phrase.js';
import { MAX_MEMORY, requireWithin } from '../../runtime/budget.js';
import { Dataset } from '../dataset.js';

/** Options of idxDataset. */
export const IDX = {
  scale: {
    kind: 'number',
    default: 1 / 255,
    doc: 'What each pixel is multiplied by, for bytes to end in [0, 1]; not 0.',
  },
  classes: {
    kind: 'integer',
    from: 2,
    defaultDoc: 'the number of classNames, else as the labels tell: ids that count from 0, or classes by value',
    doc: 'Number of classes; labels are then ids below it.',
  },
  classNames: {
    kind: 'list',
    of: { kind: 'text', doc: 'A name.' },
    distinct: true,
    defaultDoc: 'none for ids that count from 0, else the labels',
    doc: 'Name of each class; give those of the training images to every later file.',
  },
  maxMemory: MAX_MEMORY,
} as const satisfies Options;

/** Contents of an IDX file: shape[0] items, the last axis innermost. */
export interface IdxArray {
  readonly shape: number[];
  readonly values: Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;
}

const TYPES = {
  8: { bytes: 1, view: (b: ArrayBufferLike, at: number, n: number) => new Uint8Array(b, at, n) },
  9: { bytes: 1, view: (b: ArrayBufferLike, at: number, n: number) => new Int8Array(b, at, n) },
  11: { bytes: 2, read: (v: DataView, n: number) => Int16Array.from({ length: n }, (_, i) => v.getInt16(i * 2)) },
  12: { bytes: 4, read: (v: DataView, n: number) => Int32Array.from({ length: n }, (_, i) => v.getInt32(i * 4)) },
  13: { bytes: 4, read: (v: DataView, n: number) => Float32Array.from({ length: n }, (_, i) => v.getFloat32(i * 4)) },
  14: { bytes: 8, read: (v: DataView, n: number) => Float64Array.from({ length: n }, (_, i) => v.getFloat64(i * 8)) },
} as const;

/**
 * Reads an IDX file, the format of MNIST: two zero bytes, a type, the number of axes, the axes and the numbers, all
 * big-endian. Bytes come back as a view of `bytes`, wider numbers as a copy.
 * @throws RangeError for another format, a gzipped file, or a length that is not the one the header tells
 */
export function parseIdx(bytes: Uint8Array): IdxArray {
  return parse(bytes, 'bytes');
}

/**
 * A dense dataset from an IDX file of images and, maybe, one of labels. Each image is one row of pixels in file order,
 * each multiplied by `scale`.
 * @throws RangeError for a malformed file, labels that are not one integer for each image, or pixels beyond maxMemory
 */
export function idxDataset(images: Uint8Array, labels?: Uint8Array, options: OptionsOf<typeof IDX> = {}): Dataset {
  const { scale, classes, classNames, maxMemory } = complete(IDX, options, 'idxDataset');
  if (scale === 0) throw new RangeError('scale: expected a finite number other than 0, got 0');
  const { shape, values } = parse(images, 'images');
  if (shape.length < 2) {
    throw new RangeError(`images: expected at least 2 axes, got ${shape.length}; are these the labels?`);
  }
  const bytes = values.length * Float32Array.BYTES_PER_ELEMENT;
  requireWithin(maxMemory, bytes, 'images', `holding ${values.length} pixels as floats`, 'fewer images');
  const pixels = new Float32Array(values.length);
  for (let i = 0; i < pixels.length; i++) pixels[i] = values[i]! * scale;
  const columns = shape.slice(1).reduce((product, axis) => product * axis, 1);
  if (labels === undefined) return Dataset.dense(pixels, { columns });

  const ids = parse(labels, 'labels');
  if (ids.shape.length !== 1) {
    throw new RangeError(`labels: expected 1 axis, got ${ids.shape.length}; are these the images?`);
  }
  if (ids.shape[0] !== shape[0]) {
    throw new RangeError(`labels: expected as many as images (${shape[0]}), got ${ids.shape[0]}`);
  }
  return Dataset.dense(pixels, { columns, labels: ids.values, classes, classNames });
}

function parse(bytes: Uint8Array, argument: string): IdxArray {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${argument}: expected a Uint8Array, got ${got(bytes)}`);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    throw new RangeError(`${argument}: expected IDX, got gzip (1f 8b); decompress the file first`);
  }
  const type = TYPES[bytes[2] as keyof typeof TYPES];
  const axes = bytes[3] ?? 0;
  if (bytes[0] !== 0 || bytes[1] !== 0 || type === undefined || axes === 0) {
    const magic = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    throw new RangeError(
      `${argument}: expected IDX (00 00, a type 08, 09 or 0b to 0e, at least one axis), got ${magic || 'no bytes'}`,
    );
  }
  const header = 4 + 4 * axes;
  if (bytes.length < header) {
    throw new RangeError(`${argument}: expected a header of ${header} bytes for ${axes} axes, got ${bytes.length}`);
  }
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: axes }, (_, axis) => data.getUint32(4 + 4 * axis));
  const count = shape.reduce((product, axis) => product * axis, 1);
  const size = header + count * type.bytes;
  if (bytes.length !== size) {
    throw new RangeError(
      `${argument}: expected ${size} bytes for shape ${shape.slice(0, 8).join(' x ')}${axes > 8 ? ' x …' : ''}, got ${bytes.length}; the file is ` +
        (bytes.length < size ? 'truncated' : 'too long'),
    );
  }
  const at = bytes.byteOffset + header;
  const values = 'view' in type ? type.view(bytes.buffer, at, count) : type.read(new DataView(bytes.buffer, at), count);
  return { shape, values };
}
