import { type HierarchyNode, hierarchy, packSiblings, tree as tidyTree } from 'd3-hierarchy';
import type { Tree } from '../../structure/tree.js';
import { clamp } from '../svg.js';

/** Places of the vertices in a square drawing. */
export interface Layout {
  x: Float64Array;
  y: Float64Array;
  /** Direction from the centre of the vertex's own tree, radians. */
  angle: Float64Array;
  depth: Int32Array;
  parent: Int32Array;
}

/**
 * Each tree in a circle whose area grows with its variables, its most central vertex in the middle; the circles packed, and all scaled to the square.
 */
export function layOut(tree: Tree, side: number): Layout {
  const { variables } = tree;
  const layout: Layout = {
    x: new Float64Array(variables),
    y: new Float64Array(variables),
    angle: new Float64Array(variables),
    depth: new Int32Array(variables),
    parent: new Int32Array(variables).fill(-1),
  };
  const circles = centroids(tree).map((centre) => {
    const nodes = hierarchy(centre, (v) => {
      const children = tree.neighbours(v).filter((u) => u !== layout.parent[v]);
      for (const u of children) layout.parent[u] = v;
      return children;
    });
    const size = nodes.descendants().length;
    return { nodes, size, r: size === 1 ? 0.45 : Math.sqrt(size) + 0.6, x: 0, y: 0 };
  });
  circles.sort((a, b) => b.size - a.size || a.nodes.data - b.nodes.data);
  packSiblings(circles);
  for (const circle of circles) {
    const radii = ringRadii(circle.nodes, circle.size === 1 ? 0 : circle.r - 0.6);
    const placed = tidyTree<number>()
      .size([2 * Math.PI, 1])
      .separation((a, b) => (a.parent === b.parent ? 1 : 1.6) / radii[a.depth]!)(circle.nodes);
    placed.each(({ data: v, x: turn, depth }) => {
      const along = turn - Math.PI / 2;
      layout.x[v] = circle.x + radii[depth]! * Math.cos(along);
      layout.y[v] = circle.y + radii[depth]! * Math.sin(along);
      layout.angle[v] = along;
      layout.depth[v] = depth;
    });
  }
  fit(layout, side);
  return layout;
}

/** Of each component the vertex whose removal leaves the smallest largest part, the first of equals: drawings around it are round. */
function centroids(tree: Tree): number[] {
  const { order, parent } = tree.walk();
  const size = new Int32Array(tree.variables).fill(1);
  const largest = new Int32Array(tree.variables);
  const component = new Int32Array(tree.variables);
  for (const v of order) component[v] = parent[v]! < 0 ? v : component[parent[v]!]!;
  const best = new Map<number, number>();
  for (const v of order.slice().reverse()) {
    const p = parent[v]!;
    if (p < 0) continue;
    size[p]! += size[v]!;
    largest[p] = Math.max(largest[p]!, size[v]!);
  }
  for (let v = 0; v < tree.variables; v++) {
    const root = component[v]!;
    largest[v] = Math.max(largest[v]!, size[root]! - size[v]!);
    const rival = best.get(root);
    if (rival === undefined || largest[v]! < largest[rival]!) best.set(root, v);
  }
  return [...best.values()];
}

/** Radius of each depth, up to `reach`: half by depth, half so that rings of many vertices get as much more room. */
function ringRadii(nodes: HierarchyNode<number>, reach: number): number[] {
  const counts = new Array<number>(nodes.height + 1).fill(0);
  for (const { depth } of nodes.descendants()) counts[depth]!++;
  const total = counts.reduce((sum, count) => sum + count, 0);
  let inside = 0;
  return counts.map((count, depth) => {
    inside += count;
    return depth === 0 ? 0 : (reach * (depth / nodes.height + Math.sqrt(inside / total))) / 2;
  });
}

/** Scales and centres the places into the square, with room for labels at its rim. */
function fit({ x, y }: Layout, side: number): void {
  const [left, right] = [x.reduce((a, b) => Math.min(a, b)), x.reduce((a, b) => Math.max(a, b))];
  const [top, bottom] = [y.reduce((a, b) => Math.min(a, b)), y.reduce((a, b) => Math.max(a, b))];
  const margin = clamp(0.09 * side, 70, 120);
  const scale = (side - 2 * margin) / Math.max(right - left, bottom - top, 1e-9);
  for (let v = 0; v < x.length; v++) {
    x[v] = side / 2 + (x[v]! - (left + right) / 2) * scale;
    y[v] = side / 2 + (y[v]! - (top + bottom) / 2) * scale;
  }
}
