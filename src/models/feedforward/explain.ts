import { complete } from '../../check/complete.js';
import { type Options, type OptionsOf, SIGNAL } from '../../check/option.js';
import { isMade } from '../../check/require.js';
import { Dataset, type SparseMatrix } from '../../data/dataset.js';
import { checkMatrix } from '../../data/matrix.js';
import type { Linear } from '../../layers/linear.js';
import { requireMemory } from '../../runtime/budget.js';
import type { Engine } from '../../runtime/engine.js';
import { Pace } from '../../runtime/pace.js';
import { bytesBeside } from '../../runtime/rehearsal.js';
import { inTurns } from '../../runtime/steps.js';
import { PairScores } from '../../structure/coherence.js';
import { discretiseInTurns } from '../../structure/variables.js';
import { presentFeatures } from './explain-presence.js';
import { blocksOf, correlate, layBlock, topFeatures } from './explain-units.js';
import type { Looked } from './looked.js';
import type { Network } from './network.js';

/** Options of explain. */
export const EXPLAIN = {
  top: { kind: 'integer', from: 1, default: 10, doc: 'Features to name for each unit; 10 as in the paper.' },
  minRows: {
    kind: 'integer',
    from: 1,
    default: 5,
    doc: 'Features present in fewer rows are passed over: their correlations, and how often they meet, are chance.',
  },
  layers: {
    kind: 'list',
    of: { kind: 'integer', from: 0, doc: 'A hidden layer.' },
    defaultDoc: 'all, and the skip-paths',
    flag: false,
    doc: 'Hidden layers to explain, counted from 0; no skip-paths then.',
  },
  coherence: {
    kind: 'other',
    is: isDataset,
    expected: 'a Dataset',
    defaultDoc: 'those that the features come from',
    doc: 'Rows to count coherence on. Features fit the rows that they are chosen on, best those trained on: others tell what holds beyond them.',
  },
  signal: SIGNAL,
} as const satisfies Options;

export type ExplainOptions = OptionsOf<typeof EXPLAIN>;

/** One of a unit's top features. */
export interface UnitFeature {
  feature: number;
  /** The feature's name, or its number as text. */
  name: string;
  /** Pearson correlation of the unit's activation with the feature's presence over the rows. */
  correlation: number;
}

export interface UnitExplanation {
  unit: number;
  /** Sparse units see a receptive field, global ones all of the layer below; skip units too, and lead straight to the output. */
  kind: 'sparse' | 'global' | 'skip';
  /** Number of inputs. */
  inputs: number;
  /** Share of rows in which the unit is on. */
  activity: number;
  features: UnitFeature[];
  /** Mean NPMI of the pairs of its features, from -1 to 1; null for a unit with fewer than two that are in minRows rows. */
  coherence: number | null;
}

export interface LayerExplanation {
  layer: number;
  units: UnitExplanation[];
  /** Means over the units that have a coherence; null where there is none. */
  coherence: number | null;
  sparseCoherence: number | null;
  globalCoherence: number | null;
}

/** The units of a skip-path. */
export interface SkipPathExplanation {
  path: number;
  /** 0: they see the features; k: the units of hidden layer k, counted from 1. */
  from: number;
  units: UnitExplanation[];
  /** Mean over the units that have a coherence; null where there is none. */
  coherence: number | null;
}

export interface Explanation {
  /** Rows that the features come from. */
  rows: number;
  /** Rows that coherence was counted on: those, or others, given as `coherence`. */
  coherenceRows: { rows: number; from: 'data' | 'coherence' };
  layers: LayerExplanation[];
  skipPaths: SkipPathExplanation[];
}

/** Layers that follow one another from the features on; the units of the last are explained. */
type Chain = (net: Network) => readonly Linear[];

/**
 * What hidden units and those of skip-paths stand for. A unit's features are those whose presence (as for the first tree: above 0 in sparse rows, above the mean in dense
 * ones) correlates most with its activation, without dropout. Its coherence is the mean pairwise NPMI of these features on the same rows, or on those of `coherence`.
 * The TRF paper (section 5) scores a unit's top ten words by their mean pairwise word2vec similarity; NPMI needs no outside model. Its scores are not
 * comparable with the paper's.
 */
export async function explain(looked: Looked, given: ExplainOptions = {}): Promise<Explanation> {
  const { data } = looked;
  const { network: net, featureNames: names } = looked.net;
  const options = complete(EXPLAIN, given, 'explain');
  const { top, minRows } = options;
  const hidden = net.layers.length - 1;
  const wanted = options.layers ?? Array.from({ length: hidden }, (_, l) => l);
  for (const l of wanted) {
    const known = hidden > 0 ? `hidden layers from 0 to ${hidden - 1}` : 'none, as the net has no hidden layers';
    if (l >= hidden) throw new RangeError(`layers: expected ${known}, got ${l}`);
  }
  const pace = new Pace(options.signal);
  const { engine } = net;
  const others = options.coherence && (await looked.also(options.coherence, 'coherence', pace));
  const presence = await presenceIn(engine, data, pace);
  const elsewhere = others && (await presenceIn(engine, others.data, pace));
  const ways = options.layers ? [] : net.paths;
  const layerChains = wanted.map(
    (l): Chain =>
      ({ layers }) =>
        layers.slice(0, l + 1),
  );
  const pathChains = ways.map(
    ({ from }, p): Chain =>
      ({ layers, paths }) => [...layers.slice(0, from), paths[p]!.hidden],
  );
  const copies = looked.copies + (others?.copies ?? 0) + (elsewhere ? listBytes(elsewhere) : 0);
  requireExplanation(net, [...layerChains, ...pathChains], data, presence, copies);
  const pairs = await inTurns(PairScores.of(presence), pace);
  const scores = elsewhere ? await inTurns(PairScores.of(elsewhere), pace) : pairs;
  const unitsOf = async (chain: Chain, skip: boolean): Promise<UnitExplanation[]> => {
    const linears = chain(net);
    const last = linears.at(-1)!;
    const units: UnitExplanation[] = [];
    for (const { first, units: width } of blocksOf(last)) {
      const block = await correlate(engine, linears, first, width, data, presence, pace);
      for (let i = 0; i < width; i++) {
        const features = topFeatures(block, i, pairs.rows, { top, minRows }).map(({ feature, correlation }) => ({
          feature,
          name: names?.[feature] ?? String(feature),
          correlation,
        }));
        units.push({
          unit: first + i,
          kind: skip ? 'skip' : kindOf(last, first + i),
          inputs: inputsOf(last, first + i),
          activity: block.activity[i]!,
          features,
          coherence: scores.coherence(
            features.map((f) => f.feature),
            minRows,
          ),
        });
        if (pace.due) await pace.turn();
      }
    }
    return units;
  };
  const layers: LayerExplanation[] = [];
  for (const [i, chain] of layerChains.entries()) {
    const units = await unitsOf(chain, false);
    const of = (kind: UnitExplanation['kind']) => units.filter((unit) => unit.kind === kind);
    layers.push({
      layer: wanted[i]!,
      units,
      coherence: meanCoherence(units),
      sparseCoherence: meanCoherence(of('sparse')),
      globalCoherence: meanCoherence(of('global')),
    });
  }
  const skipPaths: SkipPathExplanation[] = [];
  for (const [path, chain] of pathChains.entries()) {
    const units = await unitsOf(chain, true);
    skipPaths.push({ path, from: ways[path]!.from, units, coherence: meanCoherence(units) });
  }
  await pace.end();
  const coherenceRows = others
    ? ({ rows: others.data.rows, from: 'coherence' } as const)
    : ({ rows: data.rows, from: 'data' } as const);
  return { rows: data.rows, coherenceRows, layers, skipPaths };
}

/** Of a hidden layer's unit. */
export function kindOf({ sparseUnits }: Linear, unit: number): 'sparse' | 'global' {
  return unit < sparseUnits ? 'sparse' : 'global';
}

/** How many a unit has. */
export function inputsOf({ sparseUnits, connections, inputs }: Linear, unit: number): number {
  return unit < sparseUnits ? connections!.start[unit + 1]! - connections!.start[unit]! : inputs;
}

function isDataset(value: unknown): value is Dataset {
  return isMade(value, Dataset, 'features', 'coherence');
}

async function presenceIn(engine: Engine, data: Dataset, pace: Pace): Promise<SparseMatrix> {
  checkMatrix(data.features);
  const variables = await discretiseInTurns(engine, data.features, {}, pace);
  return inTurns(presentFeatures(engine, variables), pace);
}

/** RangeError where there is no room for it. */
function requireExplanation(
  net: Network,
  chains: readonly Chain[],
  data: Dataset,
  presence: SparseMatrix,
  copies: number,
): void {
  const { columns } = presence;
  const blocks = bytesBeside(
    net.engine,
    (dry) => net.on(dry),
    (dry, dried) => {
      // The sums of one block last until those of the next are there.
      let last = dry.scope();
      for (const chain of chains) {
        const linears = chain(dried);
        for (const { units } of blocksOf(linears.at(-1)!)) {
          const room = layBlock(dry, linears, data, presence, units);
          const sums = dry.scope();
          sums.bytes(4 * columns * units);
          room.dispose();
          last.dispose();
          last = sums;
        }
      }
    },
  );
  const what = `explaining by ${columns} features`;
  requireMemory(net.engine, blocks + copies + listBytes(presence), 'data', what, 'fewer features or rows');
}

/** Of the rows of each feature, of which there are lists too. */
function listBytes({ columns, start, index, value }: SparseMatrix): number {
  return start.byteLength + 2 * index.byteLength + value.byteLength + 8 * columns;
}

function meanCoherence(units: readonly UnitExplanation[]): number | null {
  const known = units.flatMap((unit) => (unit.coherence === null ? [] : [unit.coherence]));
  return known.length ? known.reduce((a, b) => a + b, 0) / known.length : null;
}
