import { significant } from '../../numeric/format.js';
import type { Tree } from '../../structure/tree.js';

/** "Tree over 12 variables, 11 edges, 3.402 nats" */
export function describe({ variables, edges, components, totalInformation }: Tree): string {
  const trees = components === 1 ? 'Tree' : `Forest of ${components} trees`;
  return `${trees} over ${variables} variables, ${edges.length} edges, ${significant(totalInformation)} nats`;
}

export function nameOf({ names }: Tree, v: number): string {
  return names?.[v] ?? String(v);
}
