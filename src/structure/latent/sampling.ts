import { complete } from '../../check/complete.js';
import { type Completed, type Options, type OptionsOf, SEED, SIGNAL } from '../../check/option.js';
import { got } from '../../check/phrase.js';
import { requireInteger } from '../../check/require.js';
import { Dataset } from '../../data/dataset.js';
import type { Address } from '../../runtime/address.js';
import { requireMemory } from '../../runtime/budget.js';
import { ENGINE, type Engine, engineOf } from '../../runtime/engine.js';
import { Pace } from '../../runtime/pace.js';
import { Purpose } from '../../runtime/random.js';
import { type LatentTree, requireLatentTree } from './latent-tree.js';
import { requireParts } from './latent-tree-parts.js';

/** Options of sampleLatentTree. */
export const SAMPLE = {
  seed: SEED,
  pieceRows: {
    kind: 'integer',
    from: 1,
    to: 1_000_000,
    default: 1000,
    inert: true,
    doc: 'Rows of a piece; the rows are the same whatever it is.',
  },
  engine: ENGINE,
  signal: SIGNAL,
} as const satisfies Options;

export type SampleOptions = OptionsOf<typeof SAMPLE>;

/** Rows are numbered by 32 bits of the generator's counter. */
const MOST_ROWS = 2 ** 32;
/** Nodes drawn between looks at the clock. */
const NODES = 2 ** 16;

/**
 * Rows drawn from a latent tree, such as documents of words, in sparse datasets of `pieceRows` rows each, a feature that is there being 1. Row r is a function of the seed and of r:
 * node by node from the root, each 1 where a word of 32 random bits is below its probability given its parent, so that probabilities are exact to 2^-32.
 *
 * @param rows how many in all, at most 2^32
 * TypeError for arguments of another kind; RangeError for options out of range, and for a tree whose features are not cut between 0 and 1.
 */
export function sampleLatentTree(
  tree: LatentTree,
  rows: number,
  given: SampleOptions = {},
): AsyncGenerator<Dataset, void, undefined> {
  const options = complete(SAMPLE, given, 'sampleLatentTree');
  requireLatentTree(tree);
  requireParts(tree);
  requireInteger(rows, 1, 'rows');
  if (rows > MOST_ROWS) throw new RangeError(`rows: expected at most 2^32, got ${got(rows)}`);
  const outside = tree.limits.findIndex((limit) => limit < 0 || limit >= 1);
  if (outside >= 0)
    throw new RangeError(
      `tree: expected features cut between 0 and 1, got feature ${outside} with the limit ${tree.limits[outside]}`,
    );
  // A copy: who holds the tree may write to it before the last row is drawn.
  const { features, parent, featureNames } = tree;
  const thresholds = tree.probability.map((p) => p * 2 ** 32);
  const ones = tree.marginal.subarray(0, features).reduce((sum, p) => sum + p, 0);
  return pieces({ features, parent: parent.slice(), thresholds, ones, featureNames }, rows, options);
}

/** What is drawn from. */
interface Source {
  readonly features: number;
  readonly parent: Int32Array;
  /** f64[nodes][2]: below these a random word makes the node 1. */
  readonly thresholds: Float64Array;
  /** Expected features of a row. */
  readonly ones: number;
  readonly featureNames: readonly string[] | undefined;
}

async function* pieces(
  source: Source,
  rows: number,
  { engine: given, seed, pieceRows, signal }: Completed<typeof SAMPLE>,
): AsyncGenerator<Dataset, void, undefined> {
  const pace = new Pace(signal);
  const engine = await engineOf({ engine: given });
  const { features, parent, ones, featureNames } = source;
  const most = Math.min(rows, pieceRows);
  // Values, and indices as a list that grows and as an array.
  const bytes = most * (4 + 20 * ones) + 5 * parent.length;
  requireMemory(engine, bytes, 'pieceRows', `drawing ${most} rows`, 'fewer rows');
  for (let first = 0; first < rows; first += pieceRows) {
    const last = Math.min(rows, first + pieceRows);
    const { start, index } = await draw(engine, source, seed, first, last, pace);
    yield Dataset.sparse({
      ...{ rows: last - first, columns: features, start, index: Int32Array.from(index) },
      value: new Float32Array(index.length).fill(1),
      ...(featureNames && { featureNames }),
    });
    if (pace.due) await pace.turn();
  }
}

/** Rows [first, last): where each starts, and the features that are 1. */
async function draw(
  engine: Engine,
  source: Source,
  seed: number,
  first: number,
  last: number,
  pace: Pace,
): Promise<{ start: Int32Array; index: number[] }> {
  const { length: nodes } = source.parent;
  const state = new Uint8Array(nodes);
  const start = new Int32Array(last - first + 1);
  const index: number[] = [];
  const scope = engine.scope();
  try {
    const at = scope.bytes(Math.ceil(nodes / 16) * 64);
    const step = Math.ceil(NODES / nodes);
    for (let from = first; from < last; from += step) {
      const to = Math.min(last, from + step);
      for (let r = from; r < to; r++) {
        drawRow(engine, source, seed, r, at, state, index);
        start[r - first + 1] = index.length;
      }
      if (pace.due) await pace.turn();
    }
  } finally {
    scope.dispose();
  }
  return { start, index };
}

/** Adds the features that are 1 in row r. */
function drawRow(
  engine: Engine,
  { features, parent, thresholds }: Source,
  seed: number,
  r: number,
  at: Address,
  state: Uint8Array,
  index: number[],
): void {
  const nodes = parent.length;
  engine.kernels.random_bits(at, Math.ceil(nodes / 16), 0, seed, Purpose.latentRows, r, 0);
  const words = engine.u32(at, nodes);
  for (let v = nodes - 1; v >= features; v--) {
    const above = parent[v]! < 0 ? 0 : state[parent[v]!]!;
    state[v] = words[v]! < thresholds[2 * v + above]! ? 1 : 0;
  }
  for (let v = 0; v < features; v++) if (words[v]! < thresholds[2 * v + state[parent[v]!]!]!) index.push(v);
}
