import { pathToFileURL } from 'node:url';
import { shuffledPixels } from './images-set.js';
import { treeSet } from './made-set.js';
import type { NetSet } from './net-set.js';
import { folderSets } from './shared-set.js';
import { tableSets } from './table-set.js';
import { nounsSet } from './texts-set.js';

/** Sets of npm packages, or made; those that several come from give several. At most so many rows to learn from. */
const SETS: Readonly<Record<string, (most: number) => Promise<NetSet[]>>> = {
  nouns: async (most) => [await nounsSet(most)],
  mnist: async (most) => [await shuffledPixels('mnist', 'MNIST shuffled', most)],
  fashion: async (most) => [await shuffledPixels('fashion-mnist', 'Fashion-MNIST shuffled', most)],
  cifar: async (most) => [await shuffledPixels('cifar10', 'CIFAR-10 grey shuffled', most)],
  tree: async () => [treeSet(10_000)],
  tables: async (most) => tableSets(most),
};

/** The sets named, all where none is; of a folder by the names of its sub-folders. RangeError for a name of none. */
export async function* setsNamed(names: readonly string[], most: number, folder?: string): AsyncGenerator<NetSet> {
  const own = folder === undefined ? {} : folderSets(pathToFileURL(`${folder}/`));
  const all = { ...SETS, ...own };
  const unknown = names.find((name) => !(name in all));
  if (unknown !== undefined)
    throw new RangeError(`--sets: expected some of ${Object.keys(all).join(', ')}; got ${JSON.stringify(unknown)}`);
  for (const [name, load] of Object.entries(all))
    if (names.length === 0 || names.includes(name)) yield* await load(most);
}
