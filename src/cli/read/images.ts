import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { Dataset } from '../../data/dataset.js';
import { parseIdx } from '../../data/images/idx.js';
import { shrinkImages } from '../../data/images/shrink.js';
import { type ImageMatrix, requireImages } from '../../data/matrix.js';
import type { ImageShape } from '../../models/gaternet/backbone.js';
import { hold } from '../engine.js';
import { inFile, UserError } from '../errors.js';
import { TABLE_FLAGS } from '../flags/reading.js';
import type { DataOptions } from '../options.js';
import { FORMAT_NAMES } from './format.js';
import { type ImageFolder, readImageFolder, readPictures } from './image-folder.js';
import { readInput, readLabels, readNames } from './input-file.js';
import { type Loaded, plainTaken, type Reference } from './loaded.js';
import { isNamedSet, loadNamed, NAMED_SETS } from './named-data.js';
import { PICTURES } from './picture.js';

type FileOptions = Pick<DataOptions, 'format' | 'labels' | 'maxMemory'>;
type ImageReference = Pick<Required<Reference>, 'image' | 'target'> & Pick<Reference, 'shrink'>;

/** Images to learn from: a set known by name, which brings test images, a folder of PNG or JPEG files by class, or IDX files. */
export async function loadImagesToLearn(
  source: string,
  options: DataOptions,
): Promise<{ train: Loaded; test?: Loaded }> {
  refuseForRows(options);
  const { shrink = 1 } = options;
  if (isNamedSet(source)) {
    refuseForFiles(source, options);
    const { train, test } = await loadNamed(source);
    return { train: learned('images', await loaded(train, source, shrink)), test: await loaded(test, source, shrink) };
  }
  if (isFolder(source)) {
    refuseForFiles(source, options);
    const { data, warnings } = await readImageFolder(source, { maxMemory: options.maxMemory });
    return { train: learned('images', await loaded(data, source, shrink, warnings)) };
  }
  const classNames = options.targetNames === undefined ? undefined : readNames(options.targetNames);
  return { train: learned('idx', await readIdxImages(source, options, shrink, true, classNames)) };
}

/** Images of the size, before they are made smaller likewise, and the classes of those learned from; of a set known by name the test images. `labelled`: their classes will be compared with. */
export async function loadImagesLike(
  source: string,
  { image: small, shrink = 1, target }: ImageReference,
  options: FileOptions,
  labelled: boolean,
): Promise<Loaded> {
  const { channels, height, width } = small;
  const image = { channels, height: height * shrink, width: width * shrink };
  let found: Loaded;
  const files = isFolder(source) || (!labelled && isPicture(source));
  if (isNamedSet(source)) {
    refuseForFiles(source, options);
    found = await loaded((await loadNamed(source)).test, source, shrink, [], image);
  } else if (files) {
    refuseForFiles(source, options);
    const read = await readPicturesLike(source, { image, target }, options.maxMemory, labelled);
    found = { ...(await loaded(read.data, source, shrink, read.warnings, image)), files: read.files };
  } else found = await readIdxImages(source, options, shrink, labelled, target.names, image);
  return found;
}

async function readPicturesLike(
  source: string,
  { image, target }: Pick<Required<Reference>, 'image' | 'target'>,
  maxMemory: number | undefined,
  labelled: boolean,
): Promise<ImageFolder> {
  const { channels, height, width } = image;
  const like = {
    size: { height, width },
    // Of other channels there are no PNG or JPEG files: the sizes will tell.
    channels: channels === 1 || channels === 3 ? channels : undefined,
    maxMemory,
  } as const;
  if (!labelled) return readPictures(source, like);
  const classNames = target.names ?? Array.from({ length: target.outputs }, (_, id) => String(id));
  return readImageFolder(source, { ...like, classNames });
}

/** Bytes or floats of three axes (image, row, column) or four (image, channel, row, column). */
async function readIdxImages(
  source: string,
  options: FileOptions,
  shrink: number,
  labelled: boolean,
  classNames?: readonly string[],
  image?: ImageShape,
): Promise<Loaded> {
  if (source !== '-' && !existsSync(source)) {
    throw new UserError(
      `${source}: no such file or folder, and no set of this name; sets are ${NAMED_SETS.join(', ')}`,
    );
  }
  const file = await readInput(source, options.format, options.maxMemory);
  const { name, format, bytes } = file;
  if (format !== 'idx') {
    throw new UserError(
      `${name}: expected images (${NAMED_SETS.join(', ')}, a folder of PNG or JPEG files by class, or IDX), got ${FORMAT_NAMES[format]}`,
    );
  }
  const labels = await readLabels(file, options.labels, labelled);
  const data = await inFile(name, async () => {
    const { shape, values } = parseIdx(bytes);
    if (shape.length !== 3 && shape.length !== 4) {
      throw new UserError(`${name}: expected images of 3 or 4 axes, got ${shape.length}; are these the labels?`);
    }
    if (!(values instanceof Uint8Array || values instanceof Float32Array)) {
      throw new UserError(`${name}: expected bytes or 32-bit floats, got other numbers`);
    }
    const [channels, height, width] = shape.length === 4 ? shape.slice(1) : [1, ...shape.slice(1)];
    const images = { channels: channels!, height: height!, width: width!, values };
    if (!labels) return Dataset.images(images);
    const ids = await inFile(labels.name, () => parseIdx(labels.bytes));
    if (ids.shape.length !== 1 || ids.shape[0] !== shape[0]) {
      throw new UserError(
        `${labels.name}: expected ${shape[0]} labels, one an image, got ${ids.shape.join(' x ')} numbers`,
      );
    }
    return Dataset.images({ ...images, labels: ids.values, ...(classNames ? { classNames } : {}) });
  });
  return loaded(data, name, shrink, [], image);
}

/** `image`: what the images of the file must be like. */
async function loaded(
  given: Dataset,
  name: string,
  shrink: number,
  warnings: readonly string[] = [],
  image?: ImageShape,
): Promise<Loaded> {
  const found = imagesOf(given);
  if (image && sides(found) !== sides(image))
    throw new UserError(`${name}: expected images of ${sides(image)} like the training data, got ${sides(found)}`);
  if (found.height % shrink !== 0 || found.width % shrink !== 0)
    throw new UserError(
      `--shrink ${shrink}: expected a divisor of both sides of ${name}'s images, ${found.height} x ${found.width}`,
    );
  const data = shrinkImages(given, shrink);
  await inFile(name, () => hold(data));
  return {
    data,
    ...(shrink > 1 ? { shrink } : {}),
    name,
    taken: { format: 'images', rows: data.rows },
    warnings,
    // When asked for: of test images it never is.
    get sha256() {
      return hashOf(data);
    },
  };
}

/** With what was taken, for files that are learned from. */
function learned(format: 'images' | 'idx', found: Loaded): Loaded {
  const { data, name, shrink, warnings } = found;
  return {
    data,
    name,
    ...(shrink === undefined ? {} : { shrink }),
    ...(warnings ? { warnings } : {}),
    taken: plainTaken(format, data),
    get sha256() {
      return found.sha256;
    },
  };
}

function hashOf(data: Dataset): string {
  const { channels, height, width, values } = imagesOf(data);
  const { targets } = data;
  const names = targets?.names;
  const hash = createHash('sha256').update(JSON.stringify({ channels, height, width, names }));
  hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  if (targets) hash.update(new Uint8Array(targets.values.buffer, targets.values.byteOffset, targets.values.byteLength));
  return hash.digest('hex');
}

function imagesOf(data: Dataset): ImageMatrix {
  return requireImages(data.features, 'data');
}

function sides({ channels, height, width }: ImageShape): string {
  return `${channels} x ${height} x ${width}`;
}

function whatIs(source: string): string {
  if (isNamedSet(source)) return 'a set known by name';
  return isFolder(source) ? 'a folder' : 'an image';
}

/** Told by its name: what is no picture for all that is refused in words. */
function isPicture(source: string): boolean {
  return PICTURES.test(source) && existsSync(source);
}

function isFolder(source: string): boolean {
  return statSync(source, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** An option that would change nothing is a mistake worth a word. */
function refuseForRows(options: DataOptions): void {
  const rows = [{ name: 'columns', key: 'columns' }, ...TABLE_FLAGS, { name: 'feature-names', key: 'featureNames' }];
  for (const { name, key } of rows) {
    if (key in options) throw new UserError(`--${name}: is for rows of features, not for images`);
  }
  const { task } = options;
  if (task !== undefined && task !== 'classes') throw new UserError(`--task ${task}: images have classes`);
}

function refuseForFiles(source: string, { format, labels, ...rest }: FileOptions & { targetNames?: string }): void {
  const files = { format, labels, 'target-names': rest.targetNames };
  for (const [name, value] of Object.entries(files)) {
    if (value !== undefined) throw new UserError(`--${name}: is for rows and IDX, but ${source} is ${whatIs(source)}`);
  }
}
