import { requireTree, type Tree } from './tree.js';

/** A tree as plain JSON. */
export interface TreeJson {
  variables: number;
  root: number;
  /** Number of trees in the forest. */
  components: number;
  /** Sum over the edges, nats. */
  totalMutualInformation: number;
  names?: readonly string[];
  edges: { a: number; b: number; information: number }[];
}

/** For JSON.stringify: the edges, sorted by (a, b), with their mutual information in nats. */
export function treeToJson(tree: Tree): TreeJson {
  requireTree(tree);
  const { variables, root, components, names, edges } = tree;
  return {
    variables,
    root,
    components,
    totalMutualInformation: tree.totalInformation,
    ...(names ? { names } : {}),
    edges: edges.map(({ a, b, information }) => ({ a, b, information })),
  };
}
