import type { SparseMatrix } from '../../../data/dataset.js';

/**
 * The Chow-Liu tree of sparse binary rows in plain JavaScript, as fast as we could write it on one page: Prim's algorithm with each variable's row of
 * information made when it joins (inverted index, counts in a typed array), k ln k from a table, and one look-up for pairs that never occur
 * together. Same order of additions and same tie rule as the package. Returns the edges as parent of each variable (-1 for the root), and nats.
 */
export function plainPrim({ rows: n, columns: d, start, index }: SparseMatrix): { parent: Int32Array; nats: number } {
  const columnStart = new Int32Array(d + 1);
  for (let e = 0; e < index.length; e++) columnStart[index[e]! + 1]!++;
  for (let v = 0; v < d; v++) columnStart[v + 1]! += columnStart[v]!;
  const fill = columnStart.slice(0, d);
  const columnRow = new Int32Array(index.length);
  for (let r = 0; r < n; r++) for (let e = start[r]!; e < start[r + 1]!; e++) columnRow[fill[index[e]!]!++] = r;

  const T = new Float64Array(n + 1);
  for (let k = 1; k <= n; k++) T[k] = k * Math.log(k);
  const total = T[n]!;
  const ones = new Int32Array(d);
  const margin = new Float64Array(d);
  for (let v = 0; v < d; v++) {
    const k = columnStart[v + 1]! - columnStart[v]!;
    ones[v] = k;
    margin[v] = T[k]! + T[n - k]!;
  }
  const levels = Int32Array.from(new Set(ones));
  const never = new Float64Array(n + 1);
  const count = new Int32Array(d);
  const key = new Float64Array(d).fill(-1);
  const parent = new Int32Array(d).fill(-1);
  const open = Int32Array.from({ length: d }, (_, v) => v);
  let left = d;
  let at = 0;
  let nats = 0;
  for (let v = 0; ; v = open[at]!) {
    nats += left < d ? key[v]! : 0;
    open[at] = open[--left]!;
    if (left === 0) return { parent, nats };
    count.fill(0);
    for (let c = columnStart[v]!; c < columnStart[v + 1]!; c++) {
      const r = columnRow[c]!;
      for (let e = start[r]!, end = start[r + 1]!; e < end; e++) count[index[e]!]!++;
    }
    const nv = ones[v]!;
    const hv = margin[v]!;
    for (let l = 0; l < levels.length; l++) {
      const nu = levels[l]!;
      if (nu + nv > n) continue;
      never[nu] = information(T[n - nu - nv]! + (T[nu]! + T[nv]!), T[nu]! + T[n - nu]!, hv, total, n);
    }
    let best = -2;
    let bestVertex = -1;
    for (let i = 0; i < left; i++) {
      const u = open[i]!;
      const both = count[u]!;
      const nu = ones[u]!;
      let weight = never[nu]!;
      if (both > 0) {
        const cells = T[both]! + T[n - nu - nv + both]! + (T[nu - both]! + T[nv - both]!);
        weight = information(cells, margin[u]!, hv, total, n);
      }
      let k = key[u]!;
      if (weight > k || (weight === k && before(u, v, u, parent[u]!))) {
        k = weight;
        key[u] = k;
        parent[u] = v;
      }
      if (k > best || (k === best && before(u, parent[u]!, bestVertex, parent[bestVertex]!))) {
        best = k;
        bestVertex = u;
        at = i;
      }
    }
  }
}

/** Nats from sums over the cells and over either margin: 0 up to what rounding makes of 0, and the entropy of a variable that the other tells. */
function information(cells: number, hu: number, hv: number, total: number, n: number): number {
  const all = cells === hu ? total - hv : cells === hv ? total - hu : cells - (hu + hv) + total;
  return all > 8 * total * 2 ** -51 ? all / n : 0;
}

/** Whether the pair {a, b} comes before {c, d}: smaller minimum, then smaller maximum. */
function before(a: number, b: number, c: number, d: number): boolean {
  const low = Math.min(a, b);
  const other = Math.min(c, d);
  return low < other || (low === other && Math.max(a, b) < Math.max(c, d));
}
