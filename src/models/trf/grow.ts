import { got } from '../../check/phrase.js';
import type { Dataset } from '../../data/dataset.js';
import { checkMatrix } from '../../data/matrix.js';
import { decisive, type Identity, identity } from '../../files/identity.js';
import { Sha256 } from '../../files/sha256.js';
import { damagedState } from '../../files/state.js';
import type { Connections } from '../../layers/connections.js';
import { Linear, type LinearShape } from '../../layers/linear.js';
import { NONE } from '../../runtime/address.js';
import type { Engine, Scope } from '../../runtime/engine.js';
import { Pace, unlessAborted } from '../../runtime/pace.js';
import { inTurns } from '../../runtime/steps.js';
import { type ReceptiveFields, receptiveFieldsInTurns } from '../../structure/receptive-fields.js';
import type { Tree } from '../../structure/tree.js';
import { growTree } from '../../structure/tree-growing.js';
import { discretise, THRESHOLD, type Variables } from '../../structure/variables.js';
import { madeBytes } from '../need.js';
import { precisionOf } from '../precision.js';
import { encodeRows, requireEncoding, type Source } from './encoding.js';
import type { GrownLayer } from './grown-layer.js';
import { readGrowth, writeGrowth } from './growth-file.js';
import { type GrowProgress, type LayerSettings, type PretrainSettings, TRF, type TrfSettings } from './options.js';
import { pretrainLayer } from './pretraining.js';

/** Options of which the layers are settled. */
type Run = TrfSettings & { layers: NonNullable<TrfSettings['layers']>; pretrain: PretrainSettings };

export interface GrowSeconds {
  tree: number;
  pretrain: number;
  encode: number;
}

/** `raw` features give the first tree, `data` (transformed) what the layers see. */
export async function growLayers(
  engine: Engine,
  raw: Dataset,
  data: Dataset,
  run: Run,
): Promise<{ layers: GrownLayer[]; seconds: GrowSeconds }> {
  if (run.tree) requireOwnTree(run.tree, run, raw);
  const grower = new Grower(engine, raw, data, run);
  try {
    return await grower.grow();
  } finally {
    grower.dispose();
  }
}

/** The state of one call of grow. */
class Grower {
  private readonly scope: Scope;
  private readonly pace: Pace;
  private readonly seconds: GrowSeconds = { tree: 0, pretrain: 0, encode: 0 };
  private readonly grown: GrownLayer[] = [];
  /** What the next layer is grown from, once it has gone through the layers named. */
  private source: Source;

  constructor(
    private readonly engine: Engine,
    private readonly raw: Dataset,
    private readonly data: Dataset,
    private readonly run: Run,
  ) {
    this.scope = engine.scope();
    this.pace = new Pace(run.signal);
    this.source = { features: data.features, below: [] };
  }

  async grow(): Promise<{ layers: GrownLayer[]; seconds: GrowSeconds }> {
    const { run } = this;
    if (run.resume) {
      for (const layer of readGrowth(run.resume, this.identity, run.layers, this.data.columns)) this.add(layer);
    }
    for (let l = this.grown.length; l < run.layers.length; l++) {
      this.add(await this.growLayer(l));
      if (l < run.layers.length - 1) await this.handOver();
    }
    await this.pace.end();
    return { layers: this.grown, seconds: this.seconds };
  }

  /** What can be gone on from. */
  private async handOver(): Promise<void> {
    const { signal, onCheckpoint } = this.run;
    if (!onCheckpoint) return;
    const checkpoint = await inTurns(writeGrowth(this.grown, this.identity), this.pace);
    await unlessAborted(onCheckpoint(checkpoint), signal);
  }

  dispose(): void {
    this.scope.dispose();
  }

  private async growLayer(l: number): Promise<GrownLayer> {
    const { engine, run } = this;
    const options = run.layers[l]!;
    const tree = await this.growTree(l);
    const { pace } = this;
    if (pace.due) await pace.turn();
    const rank = inverse(tree.depthFirst());
    if (pace.due) await pace.turn();
    const { stride } = options;
    const { radius, fields } = await fieldsWithin(tree, options, pace);
    if (pace.due) await pace.turn();
    const { centres, start, members } = byRank(fields, rank);
    const connections = { inputs: tree.variables, units: centres.length, start, index: members };
    const { globalUnits } = options;
    const shape = this.shapeOf(l, connections, globalUnits);
    const parameters = await this.timed('pretrain', () =>
      pretrainLayer(
        engine,
        shape,
        rank,
        this.source,
        l,
        { ...run, held: this.held },
        pace,
        (done, total, epoch, loss) => this.report('pretrain', l, done, total, { epoch, loss }),
      ),
    );
    return { radius, stride, globalUnits, tree, centres, connections, parameters };
  }

  /** The Chow-Liu tree of the features, or of which hidden units are on. */
  private async growTree(l: number): Promise<Tree> {
    const { engine, raw, run } = this;
    if (l === 0 && run.tree) return run.tree;
    const variables: Variables =
      l === 0
        ? await this.timed('tree', () => {
            checkMatrix(raw.features);
            return discretise(engine, raw.features, { threshold: run.threshold });
          })
        : await this.timed('encode', () => this.encode(l));
    const { root, minInformation } = run;
    // Required and forbidden pairs are of features; the trees above are over hidden units.
    const constraints =
      l === 0
        ? { root, minInformation, required: run.required, forbidden: run.forbidden }
        : { root: Math.min(root, variables.variables - 1), minInformation, required: [], forbidden: [] };
    const names = l === 0 ? raw.featureNames : undefined;
    return this.timed('tree', () =>
      growTree(
        engine,
        variables,
        {
          ...constraints,
          signal: run.signal,
          onProgress: (done, total) => this.report('tree', l, done, total),
        },
        names,
      ),
    );
  }

  private async encode(l: number): Promise<Variables> {
    const { engine, source, run, pace, held } = this;
    const size = run.pretrain.batchSize;
    requireEncoding(engine, source, size, held);
    const { on, next } = await encodeRows(engine, source, size, pace, (done) =>
      this.report('encode', l, done, this.data.rows),
    );
    this.source = next;
    return on;
  }

  private shapeOf(
    l: number,
    connections: Connections,
    globalUnits: number,
  ): LinearShape & { connections: Connections } {
    const input = l === 0 && this.data.features.kind === 'sparse' ? 'rows' : 'tiles';
    return { inputs: connections.inputs, connections, dense: globalUnits, input };
  }

  private add(grown: GrownLayer): void {
    const layer = new Linear(
      this.engine,
      this.scope,
      this.shapeOf(this.grown.length, grown.connections, grown.globalUnits),
    );
    if (grown.parameters.length !== layer.parameterLength) {
      throw damagedState(
        `expected ${layer.parameterLength} weights in layer ${this.grown.length}, got ${grown.parameters.length}`,
      );
    }
    layer.bind(this.scope.copy(grown.parameters), NONE);
    this.source = { ...this.source, below: [...this.source.below, layer] };
    this.grown.push(grown);
  }

  /** Bytes of typed arrays that growing holds: the data transformed or encoded, and the layers so far. */
  private get held(): number {
    const layers = this.grown.reduce(
      (sum, { connections: { start, index }, parameters, centres }) =>
        sum + start.byteLength + index.byteLength + parameters.byteLength + centres.byteLength,
      0,
    );
    const { features } = this.source;
    return madeBytes(this.data.features, this.raw.features) + madeBytes(features, this.data.features) + layers;
  }

  private async timed<T>(phase: keyof GrowSeconds, work: () => T | Promise<T>): Promise<T> {
    const began = performance.now();
    const result = await work();
    this.seconds[phase] += (performance.now() - began) / 1000;
    return result;
  }

  private report(
    phase: GrowProgress['phase'],
    l: number,
    done: number,
    total: number,
    more: Partial<GrowProgress> = {},
  ): void {
    const { pace, run } = this;
    pace.hear(run.onProgress?.({ phase, layer: l + 1, layers: run.layers.length, done, total, ...more }));
  }

  private get identity(): Identity {
    const { rows, columns, features } = this.data;
    // The finished net's dropout plays no part in growing; what the preset decides is there.
    const run = {
      ...this.run,
      preset: undefined,
      tree: undefined,
      dropout: undefined,
      sparseDropout: undefined,
      inputDropout: undefined,
    };
    const { tree } = this.run;
    const data = {
      ...{ method: 'trf', rows, columns, kind: features.kind },
      ...(tree ? { 'tree data': new Sha256().update(new TextEncoder().encode(JSON.stringify(tree.edges))).hex() } : {}),
    };
    return identity({ ...data, ...decisive(TRF, run), ...precisionOf(this.engine) });
  }
}

/** A tree that is ready must be of the features, and goes without what says how to learn one. */
function requireOwnTree(tree: Tree, { threshold, required, forbidden }: Run, { columns, featureNames }: Dataset): void {
  const given = { threshold: threshold !== THRESHOLD.default, required: required.length, forbidden: forbidden.length };
  const beside = Object.entries(given).find(([, is]) => is)?.[0];
  if (beside) throw new TypeError(`${beside}, tree: expected one of them, got both`);
  if (tree.variables !== columns)
    throw new RangeError(`tree: expected one of ${columns} variables, one a column, got ${tree.variables}`);
  const c = (featureNames && tree.names?.findIndex((name, i) => name !== featureNames[i])) ?? -1;
  if (c >= 0)
    throw new RangeError(`tree: expected variable ${c} to be ${got(featureNames![c])}, got ${got(tree.names![c])}`);
}

/** The fields of the largest radius, up to the one asked for, that have so many members on average at most. */
async function fieldsWithin(
  tree: Tree,
  { radius: most, stride, meanInputs = Number.POSITIVE_INFINITY }: LayerSettings,
  pace: Pace,
): Promise<{ radius: number; fields: ReceptiveFields }> {
  for (let radius = most; ; radius--) {
    const fields = await receptiveFieldsInTurns(tree, { radius, stride }, pace);
    if (radius === 0 || fields.members.length <= meanInputs * fields.centres.length) return { radius, fields };
  }
}

/** Fields in the order of their centres' ranks: neighbours on the tree become neighbours in memory. */
function byRank({ centres, start, members }: ReceptiveFields, rank: Int32Array): ReceptiveFields {
  const order = Int32Array.from(centres.keys()).sort((a, b) => rank[centres[a]!]! - rank[centres[b]!]!);
  const sorted = {
    centres: centres.map((_, i) => centres[order[i]!]!),
    start: new Int32Array(start.length),
    members: new Int32Array(members.length),
  };
  order.forEach((field, i) => {
    const inputs = members.subarray(start[field]!, start[field + 1]!);
    sorted.members.set(inputs, sorted.start[i]!);
    sorted.start[i + 1] = sorted.start[i]! + inputs.length;
  });
  return sorted;
}

function inverse(order: Int32Array): Int32Array {
  const rank = new Int32Array(order.length);
  order.forEach((v, i) => {
    rank[v] = i;
  });
  return rank;
}
