import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Dataset } from '../../data/dataset.js';
import { shorten } from '../../data/text/show.js';
import { MAX_BYTES } from '../../runtime/arena.js';
import { requireWithin } from '../../runtime/budget.js';
import { fileError, inFile, UserError } from '../errors.js';
import { readBytes, readHead } from './bytes.js';
import { decodePng, hasColour, inColour, type Picture, requirePixels } from './png.js';
import { HEADER_BYTES, type PngHeader, readHeader } from './png-chunks.js';

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
 * Images in subfolders named after their classes: `FOLDER/cat/1.png`. All are of one size; grey ones among coloured ones count as coloured. Rows go
 * by class, then by file name, in code-unit order. Files that do not end in `.png` and names that begin with a dot are left alone.
 * @throws UserError naming the folder or file
 */
export async function readImageFolder(folder: string, options: ImageFolderOptions = {}): Promise<Dataset> {
  const found = list(folder, 'directory');
  if (found.length === 0) {
    throw new UserError(`${folder}: expected a subfolder of PNG files for each class, got no subfolders`);
  }
  const classNames = options.classNames ?? found;
  if (classNames.length < 2) {
    throw new UserError(`${folder}: expected subfolders of at least 2 classes, got only ${found[0]}`);
  }
  const files = found.flatMap((name) => {
    const label = classNames.indexOf(name);
    if (label < 0)
      throw new UserError(`${join(folder, name)}: expected a class of ${shorten(classNames, String)}, got ${name}`);
    const within = list(join(folder, name), 'file');
    if (within.length === 0) throw new UserError(`${join(folder, name)}: expected PNG files, got none`);
    return within.map((file) => ({ path: join(folder, name, file), label }));
  });
  const { channels, height, width } = await promisedSize(files, options.channels);
  const columns = channels * height * width;
  const { maxMemory = MAX_BYTES } = options;
  const what = `holding ${files.length} images of ${channels} x ${height} x ${width}`;
  await inFile(folder, () => requireWithin(maxMemory, files.length * columns, 'images', what, 'fewer images'));
  const values = new Uint8Array(files.length * columns);
  for (const [r, { path }] of files.entries()) {
    const picture = readPicture(path);
    if (picture.height !== height || picture.width !== width || picture.channels > channels)
      throw new UserError(`${path}: was changed while it was read`);
    values.set((channels === 3 ? inColour(picture) : picture).values, r * columns);
    await letSignalsThrough(r);
  }
  return Dataset.images({ channels, height, width, values, labels: files.map(({ label }) => label), classNames });
}

/** The one size of all files, and whether any has colour, told by their headers. `wanted`: the channels to have. */
async function promisedSize(
  files: readonly { readonly path: string }[],
  wanted: 1 | 3 | undefined,
): Promise<{ channels: 1 | 3; height: number; width: number }> {
  let first: { path: string; header: PngHeader } | undefined;
  let coloured = false;
  for (const [r, { path }] of files.entries()) {
    const header = readHeaderOf(path);
    first ??= { path, header };
    if (header.height !== first.header.height || header.width !== first.header.width) {
      throw new UserError(
        `${path}: expected ${size(first.header)} pixels as in ${first.path}, got ${size(header)} (width x height)`,
      );
    }
    if (hasColour(header)) {
      if (wanted === 1) {
        throw new UserError(`${path}: expected a grey image like the training images, got one with colours`);
      }
      coloured = true;
    }
    await letSignalsThrough(r);
  }
  const { height, width } = first!.header;
  return { channels: wanted ?? (coloured ? 3 : 1), height, width };
}

async function letSignalsThrough(done: number): Promise<void> {
  if (done % 64 === 63) await setImmediate();
}

function size({ width, height }: PngHeader): string {
  return `${width} x ${height}`;
}

/** Names of the subfolders or PNG files, in code-unit order, which is the same everywhere. */
function list(folder: string, kind: 'directory' | 'file'): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith('.') && (kind === 'directory' || /\.png$/i.test(name)))
      .filter((name) => {
        const found = statSync(join(folder, name));
        return kind === 'directory' ? found.isDirectory() : found.isFile();
      })
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') {
      throw new UserError(`${folder}: is a file, expected a folder with a subfolder of PNG files for each class`);
    }
    throw fileError(error, folder);
  }
}

function readPicture(path: string): Picture {
  return ofPng(path, () => decodePng(readBytes(path)));
}

function readHeaderOf(path: string): PngHeader {
  return ofPng(path, () => {
    const header = readHeader(readHead(path, HEADER_BYTES));
    requirePixels(header);
    return header;
  });
}

function ofPng<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path}: expected a PNG, got other or damaged bytes: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
