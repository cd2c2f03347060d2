import { requireEach } from '../check/arrays.js';
import { got } from '../check/phrase.js';
import { requireObject } from '../check/require.js';
import { requireTree, Tree } from './tree.js';

/** A tree as plain JSON. */
export interface TreeJson {
  variables: number;
  root: number;
  /** Number of trees in the forest. */
  components: number;
  /** Sum over the edges, nats. */
  totalMutualInformation: number;
  names?: readonly string[];
  /** By variable; null for one whose states have no names. */
  states?: readonly (readonly string[] | null)[];
  edges: { a: number; b: number; information: number }[];
}

/** For JSON.stringify: the edges, sorted by (a, b), with their mutual information in nats. */
export function treeToJson(tree: Tree): TreeJson {
  requireTree(tree);
  const { variables, root, components, names, states, edges } = tree;
  return {
    variables,
    root,
    components,
    totalMutualInformation: tree.totalInformation,
    ...(names ? { names } : {}),
    ...(states ? { states: states.map((list) => list ?? null) } : {}),
    edges: edges.map(({ a, b, information }) => ({ a, b, information })),
  };
}

/**
 * The tree that treeToJson wrote; of a tree's copy by structuredClone or JSON too, which has the same parts.
 * @throws TypeError for another thing, RangeError for a damaged one
 */
export function treeFromJson(
  json: Pick<TreeJson, 'variables' | 'root' | 'names' | 'edges'> &
    Partial<Omit<TreeJson, 'states'>> & { states?: readonly (readonly string[] | null | undefined)[] | undefined },
): Tree {
  requireObject(json, 'json');
  const { variables, root, names, states, edges, components, totalMutualInformation } = json;
  if (!Array.isArray(edges))
    throw new TypeError(`json.edges: expected a list of { a, b, information }, got ${got(edges)}`);
  edges.forEach((edge, e) => {
    requireObject(edge, `json.edges[${e}]`);
  });
  const information = edges.map((edge) => edge.information);
  requireEach(information, (nats) => Number.isFinite(nats) && nats >= 0, 'json.edges.information', 'a number from 0');
  const tree = new Tree(variables, edges, root, names, states);
  for (const [name, told, found] of [
    ['components', components, tree.components],
    ['totalMutualInformation', totalMutualInformation, tree.totalInformation],
  ] as const) {
    if (told !== undefined && told !== found)
      throw new RangeError(`json.${name}: expected ${found}, as the edges tell, got ${got(told)}`);
  }
  return tree;
}
