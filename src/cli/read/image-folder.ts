import { readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Dataset } from '../../data/dataset.js';
import { shorten } from '../../data/text/show.js';
import { MAX_BYTES } from '../../runtime/arena.js';
import { requireWithin } from '../../runtime/budget.js';
import { fileError, inFile, UserError } from '../errors.js';
import { PICTURES, type PictureHeader, readPicture, readPictureHeader } from './picture.js';
import { inColour } from './pixels.js';

/** Rows, and in words what of the folder became none. */
export interface ImageFolder {
  readonly data: Dataset;
  /** The file of each row. */
  readonly files: readonly string[];
  readonly warnings: readonly string[];
}

/** What further folders take from the training folder. */
export interface ImageFolderOptions {
  /** The classes, in the order of their ids; then a folder may hold but some of them. Default: the names of the subfolders, in code-unit order. */
  readonly classNames?: readonly string[] | undefined;
  /** Of the images learned from. Default: whatever the files have in common. */
  readonly size?: { readonly height: number; readonly width: number } | undefined;
  /** Default: 3 where any image has colour, else 1. */
  readonly channels?: 1 | 3 | undefined;
  /** Bytes of all pixels at most. Default: 4 GiB. */
  readonly maxMemory?: number | undefined;
}

/**
 * Images in subfolders named after their classes: `FOLDER/cat/1.png`, PNG or JPEG. All are of one size; grey ones among coloured ones count as coloured. Rows go
 * by class, then by file name, in code-unit order. What is no picture by its name, and folders within those of the classes, are counted; names that begin with a dot are left alone.
 * @throws UserError naming the folder or file
 */
export async function readImageFolder(folder: string, options: ImageFolderOptions = {}): Promise<ImageFolder> {
  const root = list(folder);
  if (root.folders.length === 0) {
    throw new UserError(`${folder}: expected a subfolder of PNG or JPEG files for each class, got no subfolders`);
  }
  const classNames = options.classNames ?? root.folders;
  if (classNames.length < 2) {
    throw new UserError(`${folder}: expected subfolders of at least 2 classes, got only ${root.folders[0]}`);
  }
  const passed = new PassedOver(root.files);
  const files = root.folders.flatMap((name) => {
    const label = classNames.indexOf(name);
    if (label < 0)
      throw new UserError(`${join(folder, name)}: expected a class of ${shorten(classNames, String)}, got ${name}`);
    const pictures = passed.picturesOf(list(join(folder, name)));
    if (pictures.length === 0) throw new UserError(`${join(folder, name)}: expected PNG or JPEG files, got none`);
    return pictures.map((file) => ({ path: join(folder, name, file), label }));
  });
  const images = await readAll(folder, files, options);
  const labels = files.map(({ label }) => label);
  const data = Dataset.images({ ...images, labels, classNames });
  return { data, files: files.map(({ path }) => path), warnings: passed.words(files.length) };
}

/**
 * Images whose classes nobody asks for: a file, or all in a folder and the folders within it, in code-unit order of their paths.
 * @throws UserError naming the folder or file
 */
export async function readPictures(
  source: string,
  options: Omit<ImageFolderOptions, 'classNames'> = {},
): Promise<ImageFolder> {
  const passed = new PassedOver([]);
  const isFolder = statSync(source, { throwIfNoEntry: false })?.isDirectory() === true;
  const paths = isFolder ? picturesWithin(source, passed).sort() : [source];
  if (paths.length === 0) throw new UserError(`${source}: expected PNG or JPEG files, got none`);
  const data = Dataset.images(
    await readAll(
      source,
      paths.map((path) => ({ path })),
      options,
    ),
  );
  return { data, files: paths, warnings: passed.words(paths.length) };
}

function picturesWithin(folder: string, passed: PassedOver): string[] {
  const { files, folders } = list(folder);
  return [
    ...passed.picturesOf({ files, folders: [] }).map((name) => join(folder, name)),
    ...folders.flatMap((name) => picturesWithin(join(folder, name), passed)),
  ];
}

/** The pixels of all. */
async function readAll(
  source: string,
  files: readonly { readonly path: string }[],
  { maxMemory = MAX_BYTES, ...wanted }: ImageFolderOptions,
): Promise<{ channels: number; height: number; width: number; values: Uint8Array }> {
  const { channels, height, width } = await promisedSize(source, files, wanted);
  const columns = channels * height * width;
  const what = `holding ${files.length} images of ${channels} x ${height} x ${width}`;
  const smaller = 'fewer or smaller images';
  await inFile(source, () => requireWithin(maxMemory, files.length * columns, 'images', what, smaller));
  const values = new Uint8Array(files.length * columns);
  for (const [r, { path }] of files.entries()) {
    const picture = await readPicture(path);
    if (picture.height !== height || picture.width !== width || picture.channels > channels)
      throw new UserError(`${path}: was changed while it was read`);
    values.set((channels === 3 ? inColour(picture) : picture).values, r * columns);
    await letSignalsThrough(r);
  }
  return { channels, height, width, values };
}

/** Counts what becomes no row. */
class PassedOver {
  readonly #beside: number;
  readonly #endings = new Map<string, number>();
  #folders = 0;

  constructor(beside: readonly string[]) {
    this.#beside = beside.length;
  }

  picturesOf({ files, folders }: Listing): string[] {
    this.#folders += folders.length;
    return files.filter((name) => {
      const taken = PICTURES.test(name);
      const ending = extname(name).toLowerCase() || 'without an ending';
      if (!taken) this.#endings.set(ending, (this.#endings.get(ending) ?? 0) + 1);
      return taken;
    });
  }

  /** `5 of 12 files passed over: 3 .gif, 2 .txt`. */
  words(taken: number): string[] {
    const most = [...this.#endings].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
    const count = most.reduce((sum, [, found]) => sum + found, 0);
    const kinds = shorten(
      most.map(([ending, found]) => `${found} ${ending}`),
      String,
    );
    return [
      ...(count > 0 ? [`${count} of ${taken + count} files passed over: ${kinds}`] : []),
      ...(this.#folders > 0 ? [`folders within those of the classes passed over: ${this.#folders}`] : []),
      ...(this.#beside > 0 ? [`files beside the folders of the classes passed over: ${this.#beside}`] : []),
    ];
  }
}

/** The one size of all files, and whether any has colour, told by their headers. */
async function promisedSize(
  source: string,
  files: readonly { readonly path: string }[],
  { size, channels: wanted }: Pick<ImageFolderOptions, 'size' | 'channels'>,
): Promise<{ channels: 1 | 3; height: number; width: number }> {
  const sizes = new Map<string, { header: Size; path: string; count: number }>();
  let coloured = false;
  for (const [r, { path }] of files.entries()) {
    const header = readPictureHeader(path);
    const found = sizes.get(sizeOf(header)) ?? { header, path, count: 0 };
    found.count++;
    sizes.set(sizeOf(header), found);
    if (header.coloured && wanted === 1)
      throw new UserError(
        `${path}: expected a grey image like the training images, got one with colours${byHand('-colorspace Gray')}`,
      );
    coloured ||= header.coloured;
    await letSignalsThrough(r);
  }
  const found = [...sizes.values()].sort((a, b) => b.count - a.count);
  const { height, width } = size ?? found[0]!.header;
  const others = found.filter(({ header }) => header.height !== height || header.width !== width);
  if (others.length > 0) {
    const told = (size ? others : found).map(({ header, path, count }) => `${count} of ${sizeOf(header)} (${path})`);
    const expected = size ? `${sizeOf(size)} like the training images` : 'one size, width x height';
    const how = byHand(`-resize ${width}x${height}!`);
    throw new UserError(`${source}: expected images of ${expected}, got ${shorten(told, String)}${how}`);
  }
  return { channels: wanted ?? (coloured ? 3 : 1), height, width };
}

/** How a program that most systems have makes what is wanted. */
function byHand(change: string): string {
  return `; ImageMagick makes one of it: convert IN.png ${change} OUT.png`;
}

async function letSignalsThrough(done: number): Promise<void> {
  if (done % 64 === 63) await setImmediate();
}

type Size = Pick<PictureHeader, 'height' | 'width'>;

function sizeOf({ width, height }: Size): string {
  return `${width} x ${height}`;
}

/** Names within a folder, in code-unit order, which is the same everywhere; those that begin with a dot left alone. */
interface Listing {
  readonly folders: readonly string[];
  readonly files: readonly string[];
}

function list(folder: string): Listing {
  try {
    const names = readdirSync(folder)
      .filter((name) => !name.startsWith('.'))
      .sort();
    const isFolder = new Set(names.filter((name) => statSync(join(folder, name)).isDirectory()));
    return { folders: [...isFolder], files: names.filter((name) => !isFolder.has(name)) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') {
      throw new UserError(
        `${folder}: is a file, expected a folder with a subfolder of PNG or JPEG files for each class`,
      );
    }
    throw fileError(error, folder);
  }
}
