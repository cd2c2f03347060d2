import { log } from '../numeric/log.js';
import type { Engine } from '../runtime/engine.js';
import type { Pace } from '../runtime/pace.js';
import { Purpose, permutation } from '../runtime/random.js';
import { bindTable, PairInformation, pairBytes } from './pair-information.js';
import { boundPairs, type SampledVariables, stateCounts } from './sampled-rows.js';
import { Bottlenecks, type PairList, spanningForest, type WeightedPairs } from './spanning-forest.js';
import type { Edge } from './tree.js';
import { requireRoom, type Variables } from './variables.js';

/** How a tree came about of which a sample of the rows was counted first. */
export interface SampledReport {
  /** Rows of the largest sample; all, where sampling does not pay. */
  rows: number;
  /** Pairs that were counted over all rows. */
  candidates: number;
  /** Rows of pairs that were counted, as a share of all. */
  share: number;
  /** Whether no other pair can be an edge for sure. */
  exact: boolean;
  /** How likely the tree is at least that of all rows. */
  confidence: number;
}

type Weighed = PairList & { readonly weight: Float64Array };

/** Of rows as few much is known; the time to count them is not yet what counts. */
const FIRST = 2 ** 14;
/** Bytes of a pair: its variables and bounds, what is known of one that was discarded, and the counts of bits. */
const PAIR_BYTES = 20 + 12 + 16;

/** What chowLiuTree is told of it. */
export interface Sampling {
  readonly confidence: number;
  readonly seed: number;
  readonly onSampled?: ((report: SampledReport) => void) | undefined;
}

interface Settings extends Sampling {
  readonly minInformation: number;
  readonly pace: Pace;
  /** Rows of the first sample; each other one has twice as many. */
  readonly first?: number;
}

/** sampledEdges, of what it is made for, and told. */
export async function edgesBySample(
  engine: Engine,
  data: Variables,
  constrained: number,
  sampling: Sampling,
  steering: Pick<Settings, 'minInformation' | 'pace'>,
): Promise<Edge[] | undefined> {
  if (constrained > 0) throw new TypeError('sample: expected no required or forbidden pairs beside it, got some');
  if (data.kind === 'rows')
    throw new TypeError('sample: expected dense columns, got sparse rows, of which only pairs that occur are counted');
  const { edges, report } = await sampledEdges(engine, data, { ...sampling, ...steering });
  steering.pace.hear(sampling.onSampled?.(report));
  return edges;
}

/**
 * Edges of the maximum spanning forest of mutual information, found with a part of the counting (Pelleg and Moore 2002): a sample bounds every pair, and one that is lighter than every edge
 * between its ends in a tree of lower bounds is no edge (Tarjan's red rule). While many are left the sample doubles; then those are counted over all rows. At last pairs that were
 * discarded are held, by what is certain about them, against the tree that was found; those not excluded are counted too where that takes no longer than all before, and half of all at most.
 * Without edges where nothing is gained: with few rows, or where many pairs are left.
 */
export async function sampledEdges(
  engine: Engine,
  data: SampledVariables,
  { confidence, seed, minInformation, pace, first = FIRST }: Settings,
): Promise<{ edges?: Edge[]; report: SampledReport }> {
  const { rows: n, variables: d } = data;
  const all = (d * (d - 1)) / 2;
  const whole = (spent: number) => {
    return { report: { rows: n, candidates: all, share: 1 + spent / (all * n || 1), exact: true, confidence: 1 } };
  };
  if (4 * first > n || d < 3) return whole(0);
  requireRoom(engine, d, pairBytes(data, 28) + PAIR_BYTES * all + 12 * n);
  const margins = await stateCounts(data, pace);
  // Of a constant there is nothing to tell.
  const constant = margins.map((counts) => counts.includes(n));
  const known = ({ a, b }: PairList, i: number) => constant[a[i]!]! || constant[b[i]!]!;
  const work = (pairs: PairList) => pairs.a.reduce((sum, _, i) => (known(pairs, i) ? sum : sum + n), 0);
  const discarded: (PairList & { readonly sure: Float32Array })[] = [];
  let rest = allPairs(d);
  let spent = 0;
  let drawn = first;
  const order = permutation(engine, n, seed, Purpose.treeSample, 0);
  const nats = riskNats(data, confidence, first);
  const T = tableOf(engine, n);
  for (; ; drawn *= 2) {
    const chosen = order.slice(0, drawn).sort();
    const bounds = await boundPairs(engine, data, margins, T, chosen, rest, { rows: n, drawn, nats }, pace);
    spent += rest.a.length * drawn;
    const open = await notBelow(d, { ...rest, weight: bounds.lower }, rest, bounds.upper, minInformation, pace);
    discarded.push({ ...select(rest, open, 0), sure: bounds.sure.filter((_, i) => !open[i]) });
    rest = select(rest, open, 1);
    // To count what is left takes no longer than what was counted; or the next sample would be most of the rows.
    if (work(rest) <= spent || (confidence < 1 ? 4 : 2) * drawn >= n) break;
  }
  // Bits of all pairs are counted much faster than those of some, states half as fast.
  if ((data.kind === 'bits' ? 3 : 1) * work(rest) > all * n) return whole(spent);
  const pairs = await PairInformation.inTurns(engine, data, pace);
  try {
    const weighed = async (list: PairList): Promise<Weighed> => {
      spent += work(list);
      return { ...list, weight: await informationOf(engine, pairs, list, known, pace) };
    };
    let found = await weighed(rest);
    const doubts: PairList[] = [];
    for (const some of discarded) {
      const open = await notBelow(d, found, some, some.sure, minInformation, pace);
      doubts.push(select(some, open, 1));
    }
    const more = doubts.reduce((sum, some) => sum + work(some), 0);
    const exact = confidence === 1 || more === 0 || spent + more <= Math.min(2 * spent, (all * n) / 2);
    if (exact) for (const some of doubts) found = merged(found, await weighed(some));
    const edges: Edge[] = [];
    for (const i of spanningForest(d, found)) {
      const information = found.weight[i]!;
      if (information >= minInformation) edges.push({ a: found.a[i]!, b: found.b[i]!, information });
    }
    const report = { rows: drawn, candidates: found.a.length, share: spent / (all * n), exact };
    return { edges, report: { ...report, confidence: exact ? 1 : confidence } };
  } finally {
    pairs.dispose();
  }
}

/** For each pair 1 unless it weighs, as its bound says, less than all edges between its ends in the maximum spanning forest of others, or than an edge must. */
async function notBelow(
  variables: number,
  others: WeightedPairs,
  { a, b }: PairList,
  bound: Float32Array,
  least: number,
  pace: Pace,
): Promise<Uint8Array> {
  const paths = new Bottlenecks(variables, others, spanningForest(variables, others));
  const open = new Uint8Array(a.length);
  for (let i = 0; i < a.length; ) {
    const v = a[i]!;
    const weights = paths.from(v);
    for (; i < a.length && a[i] === v; i++) open[i] = Number(bound[i]! >= Math.max(weights[b[i]!]!, least));
    if (pace.due) await pace.turn();
  }
  return open;
}

/** Of every pair, which needs no counting where it is known to be 0. */
async function informationOf(
  engine: Engine,
  pairs: PairInformation,
  { a, b }: PairList,
  known: (list: PairList, i: number) => boolean,
  pace: Pace,
): Promise<Float64Array> {
  const weight = new Float64Array(a.length);
  for (let i = 0; i < a.length; ) {
    const v = a[i]!;
    const first = i;
    const some: number[] = [];
    for (; i < a.length && a[i] === v; i++) if (!known({ a, b }, i)) some.push(b[i]!);
    await pairs.rowInTurns(v, pace, some);
    const row = engine.f64(pairs.information, pairs.variables);
    for (let k = first; k < i; k++) if (!known({ a, b }, k)) weight[k] = row[b[k]!]!;
  }
  return weight;
}

/** ln of 1 / the risk of a bound: every count of a cell is bounded from either side, in every sample that may be drawn. */
function riskNats(data: SampledVariables, confidence: number, first: number): number {
  const { rows, variables: d } = data;
  const samples = Math.ceil(Math.log2(rows / first));
  let cells = (d * (d - 1)) / 2;
  if (data.kind === 'states') {
    const sum = data.counts.reduce((x, k) => x + k, 0);
    cells = (sum * sum - data.counts.reduce((x, k) => x + k * k, 0)) / 2;
  }
  return log((2 * cells * samples) / (1 - confidence));
}

function tableOf(engine: Engine, rows: number): Float64Array {
  const scope = engine.scope();
  try {
    return engine.f64(bindTable(engine, scope, rows), rows + 1).slice();
  } finally {
    scope.dispose();
  }
}

function allPairs(variables: number): PairList {
  const length = (variables * (variables - 1)) / 2;
  const [a, b] = [new Int32Array(length), new Int32Array(length)];
  for (let v = 0, i = 0; v < variables; v++) {
    for (let u = v + 1; u < variables; u++, i++) {
      a[i] = v;
      b[i] = u;
    }
  }
  return { a, b };
}

function select({ a, b }: PairList, flags: Uint8Array, flag: number): PairList {
  const is = (_: number, i: number) => flags[i] === flag;
  return { a: a.filter(is), b: b.filter(is) };
}

/** Both, by (a, b) rising as they are. */
function merged(p: Weighed, q: Weighed): Weighed {
  const length = p.a.length + q.a.length;
  const out = { a: new Int32Array(length), b: new Int32Array(length), weight: new Float64Array(length) };
  for (let k = 0, i = 0, j = 0; k < length; k++) {
    const first = j === q.a.length || (i < p.a.length && (p.a[i]! - q.a[j]! || p.b[i]! - q.b[j]!) < 0);
    const [from, at] = first ? [p, i++] : [q, j++];
    out.a[k] = from.a[at]!;
    out.b[k] = from.b[at]!;
    out.weight[k] = from.weight[at]!;
  }
  return out;
}
