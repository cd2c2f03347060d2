// Images: PNG and JPEG files, in a folder for each class or without classes, or IDX files of images and labels.
import type { RemoteDataset } from 'espalier/worker';
import { DamagedError, decodePictures, type FoundSize } from './decoding.js';
import type { GivenFile, Reading } from './reading.js';
import { type Remediable, someOf } from './trouble.js';
import { starting } from './worker.js';

/** Pictures shown of all. */
export const SHOWN = 40;

export interface ImagesData {
  readonly kind: 'images';
  readonly name: string;
  readonly rows: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** In order of their numbers, with how many there are of each; undefined without labels. */
  readonly classes: readonly { readonly name: string; readonly count: number }[] | undefined;
  /** Some from all over, to be looked at. */
  readonly some: readonly { readonly pixels: Uint8Array | Float32Array; readonly label: string | undefined }[];
  readonly told: readonly string[];
  /** Smaller sizes that they can be had in. */
  readonly sizes: readonly { readonly height: number; readonly width: number }[];
  readonly data: RemoteDataset;
  readonly task: 'classes' | undefined;
}

/** Sides that small nets are quick with. */
const SIDES = [16, 28, 32, 64];
const PICTURES = /\.(?:png|jpe?g)$/i;

export function isPicture({ name }: GivenFile): boolean {
  return PICTURES.test(name) && !hidden(name);
}

/** By its first bytes: no text begins so. */
export function isIdx({ bytes }: GivenFile): boolean {
  return bytes[0] === 0 && bytes[1] === 0 && [8, 9, 11, 12, 13, 14].includes(bytes[2]!) && bytes[3]! > 0;
}

/** RangeError in words for what is no picture, and for pictures of several sizes, with a remedy. */
export async function readImages(
  name: string,
  files: readonly GivenFile[],
  { images: size, leaveOut = [] }: Reading,
  signal: AbortSignal,
): Promise<ImagesData> {
  const { pictures, classNames, labels, told } = sorted(files);
  const decoded = await decodePictures(pictures, { size }).catch((error) => {
    throw error instanceof DamagedError ? remediable(error, pictures.length, leaveOut) : error;
  });
  signal.throwIfAborted();
  if ('sizes' in decoded) throw severalSizes(name, decoded.sizes);
  const { channels, height, width, values } = decoded;
  const sizes = SIDES.map((side) => ({ height: side, width: side }));
  return dataOf(name, { channels, height, width, values, labels, classNames }, { told, sizes }, signal);
}

/** One of images, and maybe one of labels. */
export async function readIdx(
  name: string,
  files: readonly GivenFile[],
  { images: size }: Reading,
  signal: AbortSignal,
): Promise<ImagesData> {
  const worker = await starting;
  const arrays = await Promise.all(files.map(({ bytes }) => worker.parseIdx(bytes.slice())));
  const [images, ...moreImages] = arrays.filter(({ shape }) => shape.length === 3 || shape.length === 4);
  const [labels, ...moreLabels] = arrays.filter(({ shape }) => shape.length === 1);
  const shapes = arrays.map(({ shape }) => shape.join(' x ')).join(' and ');
  if (!images || moreImages.length > 0 || moreLabels.length > 0 || (labels ? 2 : 1) !== files.length)
    throw new RangeError(`IDX files: expected one of images (3 or 4 axes) and at most one of labels, got ${shapes}`);
  const { values, shape } = images;
  if (!(values instanceof Uint8Array || values instanceof Float32Array))
    throw new RangeError('IDX file of images: expected bytes or 32-bit floats, got other numbers');
  if (labels && labels.shape[0] !== shape[0])
    throw new RangeError(`IDX file of labels: expected ${shape[0]} labels, one an image, got ${labels.shape[0]}`);
  const [channels, height, width] = shape.length === 4 ? shape.slice(1) : [1, ...shape.slice(1)];
  // Means of whole squares of pixels, as the command makes images smaller.
  const factors = [2, 4, 7, 8].filter(
    (one) => height! % one === 0 && width! % one === 0 && Math.min(height!, width!) / one > 6,
  );
  const sizes = factors.map((one) => ({ height: height! / one, width: width! / one }));
  const by = size ? height! / size.height : 1;
  const parts = { channels: channels!, height: height!, width: width!, values };
  return dataOf(name, { ...parts, ...(labels ? classesOf(labels.values) : {}), by }, { told: [], sizes }, signal);
}

/** Classes by value, in order. */
function classesOf(given: ArrayLike<number>): { labels: Int32Array; classNames: string[] } {
  const values = [...new Set(Array.from(given))].sort((a, b) => a - b);
  const place = new Map(values.map((value, i) => [value, i]));
  return { labels: Int32Array.from(given, (value) => place.get(value)!), classNames: values.map(String) };
}

interface Parts {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly values: Uint8Array | Float32Array;
  readonly labels?: Int32Array | undefined;
  readonly classNames?: readonly string[] | undefined;
  /** How many times smaller they are to become. */
  readonly by?: number;
}

async function dataOf(
  name: string,
  parts: Parts,
  { told, sizes }: Pick<ImagesData, 'told' | 'sizes'>,
  signal: AbortSignal,
): Promise<ImagesData> {
  const worker = await starting;
  const { channels, values, labels, classNames, by = 1 } = parts;
  const rows = values.length / (channels * parts.height * parts.width);
  const shown = Math.min(SHOWN, rows);
  const places = Array.from({ length: shown }, (_, i) => Math.floor((i * rows) / shown));
  const numbers = labels && places.map((row) => labels[row]!);
  // By name: numbers would be taken for places or for names, as the names are.
  const given = labels ? { labels: Array.from(labels, (label) => classNames![label]!), classNames: classNames! } : {};
  const whole = await worker.Dataset.images({ channels, height: parts.height, width: parts.width, values, ...given });
  const data = by === 1 ? whole : await worker.shrinkImages(whole, by);
  if (data !== whole) await whole.dispose();
  if (signal.aborted) {
    await data.dispose();
    signal.throwIfAborted();
  }
  const part = await data.subset(places);
  const { features } = await part.local();
  await part.dispose();
  if (features.kind !== 'images') throw new TypeError(`images: expected images, got ${features.kind} rows`);
  const { height, width, columns } = features;
  const counts = new Array<number>(classNames?.length ?? 0).fill(0);
  for (const label of labels ?? []) counts[label]!++;
  return {
    kind: 'images',
    name,
    rows,
    channels,
    height,
    width,
    classes: classNames?.map((one, c) => ({ name: one, count: counts[c]! })),
    some: places.map((_, i) => ({
      pixels: features.values.slice(i * columns, (i + 1) * columns),
      label: numbers && classNames![numbers[i]!],
    })),
    told,
    sizes,
    data,
    task: classNames && classNames.length > 1 ? 'classes' : undefined,
  };
}

function remediable({ names, message }: DamagedError, of: number, leaveOut: readonly string[]): Remediable {
  const more = names.length > 1 ? `; in all ${names.length} pictures of ${of} cannot be read` : '';
  const error: Remediable = new RangeError(`${message}${more}`);
  if (names.length < of)
    error.remedies = [
      {
        words: `Leave out ${someOf(names.map((name) => name.split('/').at(-1)!))}`,
        reading: { leaveOut: [...leaveOut, ...names] },
      },
    ];
  return error;
}

function severalSizes(name: string, sizes: readonly FoundSize[]): Remediable {
  const told = sizes.slice(0, 4).map(({ width, height, count, name }) => `${count} of ${width} x ${height} (${name})`);
  if (sizes.length > 4) told.push(`${sizes.length - 4} more sizes`);
  const { height, width } = sizes[0]!;
  // What a net for small images can take.
  const by = Math.min(1, 64 / Math.max(height, width));
  const to = { height: Math.max(1, Math.round(height * by)), width: Math.max(1, Math.round(width * by)) };
  const error: Remediable = new RangeError(
    `${name}: expected images of one size, width x height, got ${told.join(', ')}`,
  );
  error.remedies = [{ words: `Scale all to ${to.width} x ${to.height}`, reading: { images: to } }];
  return error;
}

interface Sorted {
  readonly pictures: readonly GivenFile[];
  readonly classNames?: readonly string[];
  readonly labels?: Int32Array;
  readonly told: readonly string[];
}

/**
 * As the command reads folders: the folder a picture lies in, within the one chosen, is its class; classes and pictures in code-unit order; what is no picture, what lies deeper and what
 * lies beside the folders of classes is counted.
 */
function sorted(files: readonly GivenFile[]): Sorted {
  const seen = files.filter(({ name }) => !hidden(name));
  const taken = seen.filter(isPicture);
  const others = new Map<string, number>();
  for (const { name } of seen.filter((file) => !isPicture(file))) {
    const ending = /\.[^./]+$/.exec(name)?.[0].toLowerCase() ?? 'without an ending';
    others.set(ending, (others.get(ending) ?? 0) + 1);
  }
  const told =
    others.size > 0
      ? [
          `${seen.length - taken.length} of ${seen.length} files passed over: ${[...others].map(([ending, count]) => `${count} ${ending}`).join(', ')}.`,
        ]
      : [];
  const paths = taken.map(({ name }) => name.split('/'));
  const root = paths.every((path) => path.length > 1 && path[0] === paths[0]![0]) ? 1 : 0;
  const byPath = (list: readonly GivenFile[]) => [...list].sort((a, b) => (a.name < b.name ? -1 : 1));
  const names = [...new Set(paths.filter((path) => path.length > root + 1).map((path) => path[root]!))].sort();
  if (names.length < 2) {
    if (names.length === 1) told.push(`All lie in one folder, ${names[0]}: there are no classes to tell apart.`);
    return { pictures: byPath(taken), told };
  }
  const deep = taken.filter((_, i) => paths[i]!.length > root + 2).length;
  const beside = taken.filter((_, i) => paths[i]!.length === root + 1).length;
  if (deep > 0) told.push(`${deep} pictures in folders within those of the classes passed over.`);
  if (beside > 0) told.push(`${beside} pictures beside the folders of the classes passed over.`);
  const classed = byPath(taken.filter((_, i) => paths[i]!.length === root + 2));
  const classNames = names.filter((name) => classed.some((file) => file.name.split('/')[root] === name));
  const labels = Int32Array.from(classed, ({ name }) => classNames.indexOf(name.split('/')[root]!));
  return { pictures: classed, classNames, labels, told };
}

function hidden(name: string): boolean {
  return name.split('/').some((part) => part.startsWith('.'));
}
