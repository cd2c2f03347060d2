// Exact inference in small latent trees, from the definition: a sum over every state of every latent.
import type { LatentTree } from '#dist/structure/latent/latent-tree.js';

/** Most latents that are enumerated. */
const MOST = 20;

/** P(every node in that state): the product of the tables. */
export function probabilityOf(tree: LatentTree, states: ArrayLike<number>): number {
  let product = 1;
  for (let v = 0; v < tree.nodes; v++) {
    const p = tree.parent[v]!;
    const one = tree.probability[2 * v + (p < 0 ? 0 : states[p]!)]!;
    product *= states[v] ? one : 1 - one;
  }
  return product;
}

/** P(row and latents) for every state of the latents: bit i of the place is the state of latent i. */
export function jointOf(tree: LatentTree, row: ArrayLike<number>): Float64Array {
  const { features, latents, nodes } = tree;
  if (latents > MOST) throw new RangeError(`latents: expected at most ${MOST}, got ${latents}`);
  const states = new Uint8Array(nodes);
  for (let v = 0; v < features; v++) states[v] = row[v]!;
  return Float64Array.from({ length: 2 ** latents }, (_, place) => {
    for (let i = 0; i < latents; i++) states[features + i] = (place >> i) & 1;
    return probabilityOf(tree, states);
  });
}

const sum = (values: Float64Array) => values.reduce((total, x) => total + x, 0);

/** ln P(row). */
export function logLikelihoodOf(tree: LatentTree, row: ArrayLike<number>): number {
  return Math.log(sum(jointOf(tree, row)));
}

/** P(latent = 1 | row), latent by latent. */
export function posteriorsOf(tree: LatentTree, row: ArrayLike<number>): number[] {
  const joint = jointOf(tree, row);
  const total = sum(joint);
  return Array.from(
    { length: tree.latents },
    (_, i) => sum(joint.filter((_probability, place) => (place >> i) & 1)) / total,
  );
}

/** P(latent = 1 | the features below it), latent by latent: sums over all states of all nodes. `below(latent)` lists the features. */
export function narrowOf(
  tree: LatentTree,
  rows: readonly ArrayLike<number>[],
  below: (latent: number) => readonly number[],
): number[][] {
  const { nodes, features } = tree;
  if (nodes > MOST) throw new RangeError(`nodes: expected at most ${MOST}, got ${nodes}`);
  const found = rows.map((): number[] => []);
  const states = new Uint8Array(nodes);
  const joint = Float64Array.from({ length: 2 ** nodes }, (_, place) => {
    for (let v = 0; v < nodes; v++) states[v] = (place >> v) & 1;
    return probabilityOf(tree, states);
  });
  for (let latent = features; latent < nodes; latent++) {
    const list = below(latent);
    // By the states of the latent and of the features below it.
    const cells = new Map<number, number>();
    const mask = list.reduce((bits, v) => bits | (1 << v), 1 << latent);
    joint.forEach((p, place) => {
      cells.set(place & mask, (cells.get(place & mask) ?? 0) + p);
    });
    rows.forEach((row, r) => {
      const given = list.reduce((bits, v) => bits | (row[v]! << v), 0);
      const one = cells.get(given | (1 << latent))!;
      found[r]!.push(one / (one + cells.get(given)!));
    });
  }
  return found;
}

/** P(node = 1) of every node, summed over all states of all nodes. */
export function marginalsOf(tree: LatentTree): number[] {
  const { nodes } = tree;
  if (nodes > MOST) throw new RangeError(`nodes: expected at most ${MOST}, got ${nodes}`);
  const marginal: number[] = new Array(nodes).fill(0);
  const states = new Uint8Array(nodes);
  for (let place = 0; place < 2 ** nodes; place++) {
    for (let v = 0; v < nodes; v++) states[v] = (place >> v) & 1;
    const probability = probabilityOf(tree, states);
    for (let v = 0; v < nodes; v++) if (states[v]) marginal[v]! += probability;
  }
  return marginal;
}

/** P(a and b) under the tree, [state of a][state of b], summed over all states of all nodes. */
export function pairOf(tree: LatentTree, a: number, b: number): number[][] {
  const { nodes } = tree;
  if (nodes > MOST) throw new RangeError(`nodes: expected at most ${MOST}, got ${nodes}`);
  const table = [
    [0, 0],
    [0, 0],
  ];
  const states = new Uint8Array(nodes);
  for (let place = 0; place < 2 ** nodes; place++) {
    for (let v = 0; v < nodes; v++) states[v] = (place >> v) & 1;
    table[states[a]!]![states[b]!]! += probabilityOf(tree, states);
  }
  return table;
}

/** Mutual information of a table of joint probabilities, nats. */
export function informationOfTable(table: readonly (readonly number[])[]): number {
  let nats = 0;
  for (const x of [0, 1]) {
    for (const y of [0, 1]) {
      const joint = table[x]![y]!;
      const product = (table[x]![0]! + table[x]![1]!) * (table[0]![y]! + table[1]![y]!);
      if (joint > 0) nats += joint * Math.log(joint / product);
    }
  }
  return nats;
}

/** What a row says of every node: its features, then the latents' posteriors. Node by node, row by row. */
export function softStates(tree: LatentTree, rows: readonly (readonly number[])[]): number[][] {
  const all = rows.map((row) => [...row, ...posteriorsOf(tree, row)]);
  return Array.from({ length: tree.nodes }, (_, v) => all.map((row) => row[v]!));
}

/** I(v; z | w) in nats of P(= 1) of three variables row by row, by soft counts: the product of the three, summed over rows. */
export function softInformation(v: ArrayLike<number>, z: ArrayLike<number>, w: ArrayLike<number>): number {
  const chance = (p: number, state: number) => (state ? p : 1 - p);
  const share = (a: number | undefined, b: number | undefined, c: number) => {
    let total = 0;
    for (let r = 0; r < v.length; r++) {
      total += (a === undefined ? 1 : chance(v[r]!, a)) * (b === undefined ? 1 : chance(z[r]!, b)) * chance(w[r]!, c);
    }
    return total / v.length;
  };
  let nats = 0;
  for (const c of [0, 1]) {
    for (const a of [0, 1]) {
      for (const b of [0, 1]) {
        const all = share(a, b, c);
        if (all > 0)
          nats +=
            all * Math.log((all * share(undefined, undefined, c)) / (share(a, undefined, c) * share(undefined, b, c)));
      }
    }
  }
  return nats;
}
