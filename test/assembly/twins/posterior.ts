import { f } from './float.js';

/** Binary latents over binary features; node v < latents is a latent, latents + x is feature x. */
export interface Forest {
  readonly latents: number;
  readonly features: number;
  /** A latent; -1 at roots. A parent has a higher number than the latents below it. */
  readonly parent: readonly number[];
  /** [node][2]: P(1 | parent = 0, 1); at a root its prior, twice. */
  readonly tables: readonly (readonly [number, number])[];
}

export interface Inferred {
  /** P(latent = 1 | row). */
  readonly one: number[];
  /** P(node = 1, parent = 1 | row); at a root P(node = 1 | row). */
  readonly both: number[];
  /** ln P(row). */
  readonly likelihood: number;
}

const chance = (one: number, value: number) => (value ? one : 1 - one);

/** From the definition: a sum over all states of all latents. `row[x]` is feature x. */
export function enumerate({ latents, features, parent, tables }: Forest, row: readonly number[]): Inferred {
  const one = new Array<number>(latents).fill(0);
  const both = new Array<number>(latents + features).fill(0);
  let total = 0;
  for (let place = 0; place < 2 ** latents; place++) {
    const stateOf = (v: number) => (v < latents ? (place >> v) & 1 : row[v - latents]!);
    const above = (v: number) => (parent[v]! < 0 ? 1 : stateOf(parent[v]!));
    let p = 1;
    for (let v = 0; v < latents + features; v++) p *= chance(tables[v]![above(v)]!, stateOf(v));
    total += p;
    for (let v = 0; v < latents + features; v++) {
      if (v < latents && stateOf(v)) one[v]! += p;
      if (stateOf(v) && above(v)) both[v]! += p;
    }
  }
  return { one: one.map((p) => p / total), both: both.map((p) => p / total), likelihood: Math.log(total) };
}

/** Whether v is below z through islands: what latents from `top` on hang from is not above them. */
function isBelow({ latents, parent }: Forest, top: number, v: number, z: number): boolean {
  if (v === z) return false;
  let u = v;
  while (u >= 0 && u !== z) u = u >= top && u < latents ? -1 : parent[u]!;
  return u === z;
}

/** P(z = 1 | features below z, through islands) for every latent z, from the definition: sums over all states of all latents, and of those below z. */
export function enumerateNarrow(forest: Forest, top: number, row: readonly number[]): number[] {
  const { latents, parent, tables } = forest;
  const prior = new Array<number>(latents).fill(0);
  for (let place = 0; place < 2 ** latents; place++) {
    const stateOf = (v: number) => (place >> v) & 1;
    let p = 1;
    for (let v = 0; v < latents; v++) p *= chance(tables[v]![parent[v]! < 0 ? 1 : stateOf(parent[v]!)]!, stateOf(v));
    for (let v = 0; v < latents; v++) if (stateOf(v)) prior[v]! += p;
  }
  return prior.map((one, z) => {
    const below = tables.flatMap((_, v) => (isBelow(forest, top, v, z) ? [v] : []));
    const free = below.filter((v) => v < latents);
    const given = [0, 1].map((state) => {
      let sum = 0;
      for (let place = 0; place < 2 ** free.length; place++) {
        const stateOf = (v: number) =>
          v === z ? state : v < latents ? (place >> free.indexOf(v)) & 1 : row[v - latents]!;
        let p = 1;
        for (const v of below) p *= chance(tables[v]![stateOf(parent[v]!)]!, stateOf(v));
        sum += p;
      }
      return sum;
    });
    return (one * given[1]!) / (one * given[1]! + (1 - one) * given[0]!);
  });
}

const logSum = (a: number, b: number) => Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));

/** In logarithms, so that nothing underflows: P(below v | v = 0, 1), P(v and all below | parent = 0, 1), and the nodes, children first. */
function messages({ latents, features, parent, tables }: Forest, row: readonly number[]) {
  const children = tables.map((): number[] => []);
  parent.forEach((p, v) => {
    if (p >= 0) children[p]!.push(v);
  });
  const below: [number, number][] = [];
  const given: [number, number][] = [];
  const upwards = [...tables.keys()].map((i) => (i < features ? latents + i : i - features));
  for (const v of upwards) {
    below[v] =
      v < latents
        ? ([0, 1].map((s) => children[v]!.reduce((sum, u) => sum + given[u]![s]!, 0)) as [number, number])
        : row[v - latents]
          ? [Number.NEGATIVE_INFINITY, 0]
          : [0, Number.NEGATIVE_INFINITY];
    given[v] = tables[v]!.map((q) =>
      v < latents
        ? logSum(Math.log1p(-q) + below[v]![0], Math.log(q) + below[v]![1])
        : Math.log(chance(q, row[v - latents]!)),
    ) as [number, number];
  }
  return { below, given, upwards };
}

/** The same for forests too large to enumerate. */
export function recurse(forest: Forest, row: readonly number[]): Inferred {
  const { latents, features, parent, tables } = forest;
  const { below, given, upwards } = messages(forest, row);
  const one: number[] = [];
  const both: number[] = [];
  let likelihood = 0;
  for (const v of upwards.reverse()) {
    if (v >= latents) continue;
    const [q0, q1] = [0, 1].map((s) => Math.exp(Math.log(tables[v]![s]!) + below[v]![1] - given[v]![s]!)) as [
      number,
      number,
    ];
    const above = parent[v]! < 0 ? 1 : one[parent[v]!]!;
    if (parent[v]! < 0) likelihood += given[v]![1];
    both[v] = above * q1;
    one[v] = both[v]! + (1 - above) * q0;
  }
  for (let x = 0; x < features; x++) both[latents + x] = row[x]! * one[parent[latents + x]!]!;
  return { one, both, likelihood };
}

/** enumerateNarrow for forests too large to enumerate. */
export function recurseNarrow(forest: Forest, top: number, row: readonly number[]): number[] {
  const { latents, parent, tables } = forest;
  const prior = new Array<number>(latents);
  for (let z = latents - 1; z >= 0; z--) {
    const above = parent[z]! < 0 ? 0 : prior[parent[z]!]!;
    prior[z] = (1 - above) * tables[z]![0] + above * tables[z]![1];
  }
  const islands = parent.map((p, v) => (v < latents && v >= top ? -1 : p));
  const { below } = messages({ ...forest, parent: islands }, row);
  return prior.map((one, z) => {
    const [off, on] = [Math.log1p(-one) + below[z]![0], Math.log(one) + below[z]![1]];
    return Math.exp(on - logSum(off, on));
  });
}

/** Σ weight · P(z) and Σ weight · parent · P(z) over rows, f32 sums of 256 added up in f64. */
export function softSums(posterior: Float32Array, stride: number, list: SoftRows, columns: number) {
  const sum = new Float64Array(columns);
  const joint = new Float64Array(columns);
  for (let z = 0; z < columns; z++) {
    for (let first = 0; first < list.rows.length; first += 256) {
      let [s, j] = [0, 0];
      for (let i = first; i < Math.min(first + 256, list.rows.length); i++) {
        const term = f(list.weight[i]! * posterior[list.rows[i]! * stride + z]!);
        s = f(s + term);
        j = f(j + f(list.parent[i]! * term));
      }
      sum[z]! += s;
      joint[z]! += j;
    }
  }
  return { sum, joint };
}

export interface SoftRows {
  readonly rows: Int32Array;
  readonly weight: Float32Array;
  readonly parent: Float32Array;
}

/** I(v; z | w) in nats from its definition; of each variable P(= 1) row by row, its cells the sums of the products. */
export function conditionalInformation(v: readonly number[], z: readonly number[], w: readonly number[]): number {
  const cell = new Float64Array(8);
  v.forEach((p, r) => {
    for (let s = 0; s < 8; s++) cell[s]! += chance(p, s & 1) * chance(z[r]!, s & 2) * chance(w[r]!, s & 4);
  });
  const sumOf = (mask: number, states: number) =>
    cell.reduce((sum, count, s) => ((s & mask) === (states & mask) ? sum + count : sum), 0);
  let nats = 0;
  for (let s = 0; s < 8; s++) {
    const ratio = (cell[s]! * sumOf(4, s)) / (sumOf(5, s) * sumOf(6, s));
    if (cell[s]! > 0) nats += (cell[s]! / v.length) * Math.log(ratio);
  }
  return nats;
}
