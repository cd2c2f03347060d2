/** Mutual information in nats from its definition, for a joint table of ka x kb counts. */
export function information(joint: ArrayLike<number>, ka: number, kb: number): number {
  const rows = new Array<number>(ka).fill(0);
  const columns = new Array<number>(kb).fill(0);
  let n = 0;
  for (let a = 0; a < ka; a++) {
    for (let b = 0; b < kb; b++) {
      rows[a]! += joint[a * kb + b]!;
      columns[b]! += joint[a * kb + b]!;
      n += joint[a * kb + b]!;
    }
  }
  let sum = 0;
  for (let a = 0; a < ka; a++) {
    for (let b = 0; b < kb; b++) {
      const k = joint[a * kb + b]!;
      if (k > 0) sum += (k / n) * Math.log((k * n) / (rows[a]! * columns[b]!));
    }
  }
  return Math.max(0, sum);
}

/** I from the counts of a pair of binary variables and a table of T(k) = k ln k, terms in the kernels' order. */
export function informationBinary(table: Float64Array, both: number, nu: number, nv: number, n: number): number {
  const T = (k: number) => table[k]!;
  const cells = T(both) + T(n - nu - nv + both) + (T(nu - both) + T(nv - both));
  return nats(cells, T(nu) + T(n - nu), T(nv) + T(n - nv), T(n), 4, n);
}

/** I from sums over so many cells and over either margin; 0 up to what rounding makes of 0. */
function nats(sum: number, ha: number, hb: number, total: number, cells: number, n: number): number {
  const all = sum === ha ? total - hb : sum === hb ? total - ha : sum - (ha + hb) + total;
  return all > (cells + 4) * total * 2 ** -51 ? all / n : 0;
}

export interface Edge {
  readonly a: number;
  readonly b: number;
  readonly weight: number;
}

/** The maximum spanning forest by Kruskal's algorithm over edges above -1; of equal edges the smaller (min, max) pair goes first. */
export function kruskal(weights: Float64Array, d: number): Edge[] {
  const edges: Edge[] = [];
  for (let a = 0; a < d; a++) {
    for (let b = a + 1; b < d; b++) if (weights[a * d + b]! > -1) edges.push({ a, b, weight: weights[a * d + b]! });
  }
  edges.sort((x, y) => (x.weight === y.weight ? x.a - y.a || x.b - y.b : y.weight > x.weight ? 1 : -1));
  const component = Array.from({ length: d }, (_, v) => v);
  return edges.filter(({ a, b }) => {
    const [from, to] = [component[a]!, component[b]!];
    if (from === to) return false;
    component.forEach((c, v) => {
      if (c === from) component[v] = to;
    });
    return true;
  });
}
