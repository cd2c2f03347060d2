import { requireIndex, requireLength } from '../check/arrays.js';
import { requireNames } from '../check/names.js';
import { got } from '../check/phrase.js';
import { isMade, requireInteger } from '../check/require.js';

/** An undirected edge between variables a < b. */
export interface Edge {
  readonly a: number;
  readonly b: number;
  /** Mutual information of the two variables, nats. */
  readonly information: number;
}

/** Of as many and more no tree is learned in useful time, while one without edges is named by its number alone. */
const MOST_VARIABLES = 2 ** 25;

/** A tree, or a forest where edges were left out, over variables 0 .. variables - 1. */
export class Tree {
  readonly variables: number;
  /** Sorted by (a, b). */
  readonly edges: readonly Edge[];
  /** Where breadth-first walks start in the component that holds it; other components start at their smallest variable. */
  readonly root: number;
  readonly names: readonly string[] | undefined;
  /** What a variable's states are called, by variable: of a Table's columns of categories, and of few numbers; undefined for others. */
  readonly states: readonly (readonly string[] | undefined)[] | undefined;
  private adjacency: { start: Int32Array; neighbour: Int32Array } | undefined;

  /** TypeError for parts of another kind, RangeError for an edge outside the variables, a cycle, or names that are too few or too many. */
  constructor(
    variables: number,
    edges: readonly Edge[],
    root = 0,
    names?: readonly string[],
    states?: readonly (readonly string[] | null | undefined)[],
  ) {
    requireInteger(variables, 1, 'variables');
    requireVertex(variables, MOST_VARIABLES, 'variables');
    requireVertex(root, variables, 'root');
    if (!Array.isArray(edges))
      throw new TypeError(`edges: expected a list of { a, b, information }, got ${got(edges)}`);
    if (names !== undefined) requireNames(names, variables, 'names', 'variable');
    this.variables = variables;
    this.root = root;
    this.names = names && [...names];
    this.states = states === undefined ? states : statesOf(states, variables);
    const own: Edge[] = [];
    let isSorted = true;
    for (let i = 0; i < edges.length; i++) {
      const { a, b, information } = edges[i] ?? ({} as Edge);
      requireVertex(a, variables, 'edges');
      requireVertex(b, variables, 'edges');
      if (!Number.isFinite(information))
        throw new TypeError(`edges[${i}].information: expected nats, got ${got(information)}`);
      const edge = { a: Math.min(a, b), b: Math.max(a, b), information };
      isSorted &&= i === 0 || inOrder(own[i - 1]!, edge) <= 0;
      own.push(edge);
    }
    this.edges = isSorted ? own : own.sort(inOrder);
    const sets = new DisjointSets(variables);
    for (const { a, b } of this.edges) {
      if (!sets.join(a, b)) throw new RangeError(`edges: expected a forest, but ${a}-${b} closes a cycle`);
    }
  }

  /** Sum of the edges' mutual information, nats. */
  get totalInformation(): number {
    return this.edges.reduce((sum, edge) => sum + edge.information, 0);
  }

  /** Number of trees in the forest. */
  get components(): number {
    return this.variables - this.edges.length;
  }

  /** Neighbours of v, rising. */
  neighbours(v: number): Int32Array {
    requireVertex(v, this.variables, 'v');
    this.adjacency ??= this.index();
    const { start, neighbour } = this.adjacency;
    return neighbour.subarray(start[v]!, start[v + 1]!);
  }

  /** Breadth-first order of all variables with depth below, and parent towards, the root of their component (-1 for roots). */
  walk(): { order: Int32Array; depth: Int32Array; parent: Int32Array } {
    const order = new Int32Array(this.variables);
    const depth = new Int32Array(this.variables).fill(-1);
    const parent = new Int32Array(this.variables).fill(-1);
    let size = 0;
    const visit = (root: number) => {
      if (depth[root]! >= 0) return;
      depth[root] = 0;
      order[size++] = root;
      for (let at = size - 1; at < size; at++) {
        const v = order[at]!;
        for (const u of this.neighbours(v)) {
          if (depth[u]! >= 0) continue;
          depth[u] = depth[v]! + 1;
          parent[u] = v;
          order[size++] = u;
        }
      }
    };
    visit(this.root);
    for (let v = 0; v < this.variables; v++) visit(v);
    return { order, depth, parent };
  }

  /** All variables in depth-first order from the roots, smaller neighbours first: close on the tree is mostly close in this order. */
  depthFirst(): Int32Array {
    const { order: roots, parent } = this.walk();
    const out = new Int32Array(this.variables);
    let size = 0;
    for (const root of roots) {
      if (parent[root]! >= 0) continue;
      const stack = [root];
      while (stack.length) {
        const v = stack.pop()!;
        out[size++] = v;
        const neighbours = this.neighbours(v);
        for (let i = neighbours.length - 1; i >= 0; i--) if (neighbours[i] !== parent[v]) stack.push(neighbours[i]!);
      }
    }
    return out;
  }

  private index(): { start: Int32Array; neighbour: Int32Array } {
    const start = new Int32Array(this.variables + 1);
    for (const { a, b } of this.edges) {
      start[a + 1]!++;
      start[b + 1]!++;
    }
    for (let v = 0; v < this.variables; v++) start[v + 1]! += start[v]!;
    const fill = start.slice();
    const neighbour = new Int32Array(2 * this.edges.length);
    for (const { a, b } of this.edges) {
      neighbour[fill[a]!++] = b;
      neighbour[fill[b]!++] = a;
    }
    for (let v = 0; v < this.variables; v++) neighbour.subarray(start[v]!, start[v + 1]!).sort();
    return { start, neighbour };
  }
}

function inOrder(x: Edge, y: Edge): number {
  return x.a - y.a || x.b - y.b;
}

/** Copies; null, as JSON has it, for undefined. */
function statesOf(states: readonly (readonly string[] | null | undefined)[], variables: number) {
  const isNames = (list: unknown) =>
    list == null || (Array.isArray(list) && list.every((name) => typeof name === 'string'));
  if (!Array.isArray(states) || !states.every(isNames))
    throw new TypeError(`states: expected lists of strings, got ${got(states)}`);
  requireLength(states, variables, 'states', 'one list a variable');
  return Array.from(states as readonly (readonly string[] | null)[], (list) => (list ? [...list] : undefined));
}

/** TypeError unless it is a Tree: a copy by structuredClone or JSON lacks all that a tree can tell. */
export function requireTree(tree: unknown): asserts tree is Tree {
  if (isMade(tree, Tree, 'edges', 'tree')) return;
  const hint = Object(tree) === tree && 'edges' in (tree as object) ? '; treeFromJson makes one of its parts' : '';
  throw new TypeError(`tree: expected a Tree, got ${got(tree)}${hint}`);
}

/** Union-find over 0 .. size - 1. */
export class DisjointSets {
  private readonly parent: Int32Array;

  constructor(size: number) {
    this.parent = new Int32Array(size);
    for (let i = 0; i < size; i++) this.parent[i] = i;
  }

  find(v: number): number {
    while (this.parent[v] !== v) {
      this.parent[v] = this.parent[this.parent[v]!]!;
      v = this.parent[v]!;
    }
    return v;
  }

  /** False when the two were together already. */
  join(a: number, b: number): boolean {
    const x = this.find(a);
    const y = this.find(b);
    if (x === y) return false;
    this.parent[y] = x;
    return true;
  }
}

/** TypeError unless it is a number, RangeError unless v is a variable. */
export function requireVertex(v: number, variables: number, argument: string): void {
  requireIndex(v, variables, argument, 'variable');
}
