import type { ClassModel } from './fits.js';
import type { LatentForest } from './posteriors.js';
import type { TopLinks } from './top-links.js';

/**
 * Islands as a forest, `orders` naming each level's islands in the order they are to have. The last level's latents hang from one another once there are links, else they are roots.
 */
export function assemble(
  features: number,
  levels: readonly ClassModel[][],
  orders: readonly number[][],
  links?: TopLinks,
): LatentForest {
  const nodes = levels.reduce((sum, islands) => sum + islands.length, features);
  const parent = new Int32Array(nodes).fill(-1);
  const probability = new Float64Array(2 * nodes);
  // Node of each variable of the level below, by its old number.
  let below = Array.from({ length: features }, (_, v) => v);
  let first = features;
  levels.forEach((islands, l) => {
    const order = orders[l]!;
    const nodeOf = new Array<number>(islands.length);
    order.forEach((island, place) => {
      nodeOf[island] = first + place;
    });
    islands.forEach(({ members, tables, prior }, i) => {
      members.forEach((v, m) => {
        parent[below[v]!] = nodeOf[i]!;
        probability.set(tables[m]!, 2 * below[v]!);
      });
      if (l < levels.length - 1) return;
      probability.set(links?.tables[i] ?? [prior, prior], 2 * nodeOf[i]!);
      if (links && links.parent[i]! >= 0) parent[nodeOf[i]!] = nodeOf[links.parent[i]!]!;
    });
    first += islands.length;
    below = nodeOf;
  });
  return { features, parent, probability };
}

/** From the last level down: its latents inwards to the root, the others beside their siblings. */
export function orderLevels(levels: readonly ClassModel[][], links: TopLinks): number[][] {
  let order = [...links.order].reverse();
  const orders = [order];
  for (let l = levels.length - 1; l > 0; l--) {
    order = order.flatMap((island) => [...levels[l]![island]!.members]);
    orders.unshift(order);
  }
  return orders;
}
