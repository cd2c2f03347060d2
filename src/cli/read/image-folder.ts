import { readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Dataset } from '../../data/dataset.js';
import { shorten } from '../../data/text/show.js';
import { MAX_BYTES } from '../../runtime/arena.js';
import { requireWithin } from '../../runtime/budget.js';
import { fileError, inFile, UserError } from '../errors.js';
import { PICTURES, type PictureHeader, readPicture, readPictureHeader } from './picture.js';
import { inColour } from './png.js';

/** Rows, and in words what of the folder became none. */
export interface ImageFolder {
  readonly data: Dataset;
  readonly warnings: readonly string[];
}

/** What further folders take from the training folder. */
export interface ImageFolderOptions {
  /** The classes, in the order of their ids; then a folder may hold but some of them. Default: the names of the subfolders, in code-unit order. */
  readonly classNames?: readonly string[] | undefined;
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
  const { channels, height, width } = await promisedSize(folder, files, options.channels);
  const columns = channels * height * width;
  const { maxMemory = MAX_BYTES } = options;
  const what = `holding ${files.length} images of ${channels} x ${height} x ${width}`;
  await inFile(folder, () => requireWithin(maxMemory, files.length * columns, 'images', what, 'fewer images'));
  const values = new Uint8Array(files.length * columns);
  for (const [r, { path }] of files.entries()) {
    const picture = await readPicture(path);
    if (picture.height !== height || picture.width !== width || picture.channels > channels)
      throw new UserError(`${path}: was changed while it was read`);
    values.set((channels === 3 ? inColour(picture) : picture).values, r * columns);
    await letSignalsThrough(r);
  }
  const labels = files.map(({ label }) => label);
  const data = Dataset.images({ channels, height, width, values, labels, classNames });
  return { data, warnings: passed.words(files.length) };
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

/** The one size of all files, and whether any has colour, told by their headers. `wanted`: the channels to have. */
async function promisedSize(
  folder: string,
  files: readonly { readonly path: string }[],
  wanted: 1 | 3 | undefined,
): Promise<{ channels: 1 | 3; height: number; width: number }> {
  const sizes = new Map<string, { header: PictureHeader; path: string; count: number }>();
  let coloured = false;
  for (const [r, { path }] of files.entries()) {
    const header = readPictureHeader(path);
    const found = sizes.get(sizeOf(header)) ?? { header, path, count: 0 };
    found.count++;
    sizes.set(sizeOf(header), found);
    if (header.coloured && wanted === 1) {
      throw new UserError(`${path}: expected a grey image like the training images, got one with colours`);
    }
    coloured ||= header.coloured;
    await letSignalsThrough(r);
  }
  const [first, ...others] = [...sizes.values()].sort((a, b) => b.count - a.count);
  if (others.length > 0) {
    const all = [first!, ...others].map(({ header, path, count }) => `${count} of ${sizeOf(header)} (${path})`);
    throw new UserError(`${folder}: expected images of one size, width x height, got ${shorten(all, String)}`);
  }
  const { height, width } = first!.header;
  return { channels: wanted ?? (coloured ? 3 : 1), height, width };
}

async function letSignalsThrough(done: number): Promise<void> {
  if (done % 64 === 63) await setImmediate();
}

function sizeOf({ width, height }: PictureHeader): string {
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
