// Latent trees to look at: their probabilities are made up, nothing is learned.
import { LatentTree } from '#dist/structure/latent/latent-tree.js';
import { Random } from './random.js';

/** Nested lists are latents, texts features: the top level's latents, each a list of the next. */
export type Island = readonly (Island | string)[];

/** Words of news in three levels: 6 latents at the top, 12 below, 24 above 96 words. */
const NEWS = `
oil crude barrel opec / prices exports supplies output | dollar euro yen currency / trade deficit exports-rise imports
shares stocks nasdaq dow / profit quarter earnings forecast | merger bid takeover shareholders / bank insurer regulators fine
iraq baghdad najaf troops / killed bomb attack police | nuclear iran sanctions uranium / israel gaza palestinian settlers
microsoft windows software linux / google search web yahoo | chip intel processor servers / phone mobile wireless nokia
nasa space shuttle mars / species fossil scientists genome | hurricane florida storm winds / earthquake tsunami coast islands
cup season coach league / yankees sox inning pitcher | olympic athens gold medal / tennis open seed final
`;

export function newsTree(): LatentTree {
  const top = NEWS.trim()
    .split('\n')
    .map((line) => line.split(' | ').map((part) => part.split(' / ').map((words) => words.split(' '))));
  return treeOf(top, 3, 7);
}

/** `counts` latents by level from the lowest, children dealt out to parents at random in blocks. */
export function syntheticTree(features: number, counts: readonly number[], seed = 1, named = true): LatentTree {
  const random = new Random(seed);
  const syllables = 'ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu'.split(' ');
  const said = new Set<string>();
  const word = (): string => {
    const made = Array.from({ length: 2 + random.below(3) }, () => syllables[random.below(20)]).join('');
    if (said.has(made)) return word();
    said.add(made);
    return made;
  };
  let nodes: (Island | string)[] = Array.from({ length: features }, (_, i) => (named ? word() : String(i)));
  for (const count of counts) {
    // Every latent has a child; the other borders lie anywhere.
    const borders = random
      .permutation(nodes.length - 1)
      .slice(0, count - 1)
      .map((border) => border + 1)
      .sort((a, b) => a - b);
    nodes = [0, ...borders].map((from, i) => nodes.slice(from, borders[i] ?? nodes.length));
  }
  return treeOf(nodes as Island[], counts.length, seed, named);
}

/** The top level's latents hang from later ones. */
export function treeOf(top: readonly Island[], levels: number, seed: number, named = true): LatentTree {
  const random = new Random(seed);
  const byLevel: (Island | string)[][] = [[...top]];
  for (let l = 0; l < levels; l++) byLevel.unshift(byLevel[0]!.flatMap((island) => [...(island as Island)]));
  const sizes = byLevel.map((level) => level.length);
  const nodes = sizes.reduce((sum, size) => sum + size, 0);
  const parent = new Int32Array(nodes).fill(-1);
  const probability = new Float64Array(2 * nodes);
  let first = 0;
  byLevel.forEach((level, l) => {
    const above = first + level.length;
    if (l < levels) {
      let child = first;
      byLevel[l + 1]!.forEach((island, i) => {
        for (const _ of island) parent[child++] = above + i;
      });
    } else {
      for (let v = first; v < nodes - 1; v++) parent[v] = v + 1 + random.below(nodes - 1 - v);
    }
    for (let v = first; v < above; v++) {
      const latent = l > 0;
      probability[2 * v] = random.next() ** 2 * (latent ? 0.12 : 0.02);
      probability[2 * v + 1] = latent ? 0.2 + 0.6 * random.next() : 0.05 + 0.5 * random.next() ** 2;
    }
    first = above;
  });
  probability.fill(0.1 + 0.2 * random.next(), 2 * nodes - 2);
  return new LatentTree({
    features: sizes[0]!,
    levels: sizes.slice(1),
    parent,
    probability,
    limits: new Float64Array(sizes[0]!),
    rows: 9000,
    logLikelihood: -9000 * sizes[0]! * 0.07,
    ...(named ? { featureNames: byLevel[0] as string[] } : {}),
  });
}

/** Names that a view must not take for markup of its own. */
const AWKWARD = [
  '</script><script>',
  'a "b" & \'c\'',
  'back\\slash',
  'two\nlines',
  '',
  'x'.repeat(300),
  'nul\u0000',
  'Ωmega 漢字',
];
export const awkward = treeOf([[AWKWARD.slice(0, 3), AWKWARD.slice(3, 5)], [AWKWARD.slice(5)]], 2, 1);

/** Of all shapes that a view must stand. */
export const TREES: Record<string, LatentTree> = {
  news: newsTree(),
  awkward,
  'no names': syntheticTree(60, [12, 3], 2, false),
  'one level': syntheticTree(60, [12]),
  'one latent': syntheticTree(5, [1]),
  'one feature': syntheticTree(1, [1]),
  'one at the top': syntheticTree(60, [9, 1]),
  'a latent over nothing': emptyIsland(),
  'four levels': syntheticTree(2000, [260, 60, 25, 14]),
};

/** Latent 1 of level 1 has no child. */
function emptyIsland(): LatentTree {
  return new LatentTree({
    features: 2,
    levels: [2],
    parent: Int32Array.of(2, 2, 3, -1),
    probability: Float64Array.of(0, 1, 0.1, 0.2, 0.3, 0.4, 0.5, 0.5),
    limits: new Float64Array(2),
    rows: 10,
    logLikelihood: -3,
  });
}

/** Names of the latents. */
export const latentsOf = (tree: LatentTree) =>
  Array.from({ length: tree.latents }, (_, i) => tree.nameOf(tree.features + i));
