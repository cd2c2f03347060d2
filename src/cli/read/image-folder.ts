import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Dataset } from '../../data/dataset.js';
import { fileError, UserError } from '../errors.js';
import { decodePng, inColour, type Picture } from './png.js';

/** What further folders take from the training folder. */
export interface ImageFolderOptions {
  /** The classes, in the order of their ids; then a folder may hold but some of them. Default: the names of the subfolders, in code-unit order. */
  readonly classNames?: readonly string[];
  /** Default: 3 where any image has colour, else 1. */
  readonly channels?: 1 | 3;
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
  const pictures: Picture[] = [];
  const labels: number[] = [];
  let first: { path: string; picture: Picture } | undefined;
  for (const name of found) {
    const id = classNames.indexOf(name);
    if (id < 0) throw new UserError(`${join(folder, name)}: expected a class of ${classNames.join(', ')}, got ${name}`);
    const files = list(join(folder, name), 'file');
    if (files.length === 0) throw new UserError(`${join(folder, name)}: expected PNG files, got none`);
    for (const file of files) {
      const path = join(folder, name, file);
      const picture = readPicture(path);
      first ??= { path, picture };
      if (picture.height !== first.picture.height || picture.width !== first.picture.width) {
        throw new UserError(
          `${path}: expected ${size(first.picture)} pixels as in ${first.path}, got ${size(picture)} (width x height)`,
        );
      }
      if (options.channels === 1 && picture.channels === 3) {
        throw new UserError(`${path}: expected a grey image like the training images, got one with colours`);
      }
      pictures.push(picture);
      labels.push(id);
      // Lets a signal through.
      if (pictures.length % 64 === 0) await setImmediate();
    }
  }
  const { height, width } = first!.picture;
  const channels = options.channels ?? (pictures.some((picture) => picture.channels === 3) ? 3 : 1);
  const columns = channels * height * width;
  const values = new Uint8Array(pictures.length * columns);
  pictures.forEach((picture, r) => {
    values.set((channels === 3 ? inColour(picture) : picture).values, r * columns);
  });
  return Dataset.images({ channels, height, width, values, labels, classNames });
}

function size({ width, height }: Picture): string {
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
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw fileError(error, path);
  }
  try {
    return decodePng(bytes);
  } catch (error) {
    throw new UserError(`${path}: expected a PNG, got other or damaged bytes: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
