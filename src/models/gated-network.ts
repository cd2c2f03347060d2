import type { ChannelNorm } from '../data/channel-norm.js';
import { type Dataset, requireImages, type Targets } from '../data/dataset.js';
import { type Augmentation, loadImages } from '../data/image-batch.js';
import { LANES, rowsToTiles, tilesFor, tilesToRows } from '../layers/batch.js';
import { BatchNorm } from '../layers/batch-norm.js';
import { activationBytes, Linear } from '../layers/linear.js';
import { packBytes } from '../layers/stack.js';
import { MAX_BYTES } from '../runtime/arena.js';
import type { Engine, Scope } from '../runtime/engine.js';
import { fillNormal, Purpose } from '../runtime/random.js';
import type { TrainingSession } from '../training/fit.js';
import { type BoundLoss, type Loss, type LossSum, lossFor } from '../training/losses.js';
import type { Block } from '../training/optimizer.js';
import { type Backbone, type ImageShape, type Placement, planBackbone } from './backbone.js';
import { FoldedTrunk, type OpenGates } from './folded-trunk.js';
import type { Computation, OutputBatch } from './net.js';
import { type BatchGates, type NamedSegment, Trunk, TrunkPass } from './trunk.js';

/** All that makes a GaterNet beside its weights; plain JSON. */
export interface GatedShape {
  image: ImageShape;
  backbone: Backbone;
  /** Absent for a net without gates. */
  gater?: Backbone;
  placement: Placement;
  bottleneck: number;
  bottleneckNorm: boolean;
  outputs: number;
  target: Targets['kind'];
  /** λ. */
  penalty: number;
  pretrainEpochs: number;
  augmentation?: Augmentation;
}

/** Outputs of some rows with the gates that were open, [row][gate]. */
export interface GatedBatch extends OutputBatch {
  readonly gates?: Float32Array;
}

/** From a gater's features to its gates: D of the paper's section 3.1. */
class GaterHead {
  readonly hidden: Linear;
  readonly norm: BatchNorm | undefined;
  readonly out: Linear;

  constructor(engine: Engine, scope: Scope, features: number, bottleneck: number, gates: number, norm: boolean) {
    this.hidden = new Linear(engine, scope, { inputs: features, dense: bottleneck, input: 'tiles' });
    this.norm = norm ? new BatchNorm(engine, scope, bottleneck) : undefined;
    this.out = new Linear(engine, scope, { inputs: bottleneck, dense: gates, input: 'tiles' });
  }
}

/** A backbone and its gater: parameters in one block, running statistics behind them, training and inference. */
export class GatedNetwork implements Computation {
  readonly engine: Engine;
  readonly shape: GatedShape;
  readonly norm: ChannelNorm;
  readonly loss: Loss;
  readonly parameters: Block;
  readonly trainedLength: number;
  /** Floats of the backbone, which stands first: all that is trained while gates are held open. */
  readonly backboneLength: number;
  readonly backbone: Trunk;
  readonly classifier: Linear;
  readonly gater: Trunk | undefined;
  readonly head: GaterHead | undefined;
  /** Every tensor of the net by its name in google-research/gaternet, offsets in the block of parameters. */
  readonly segments: readonly NamedSegment[];
  readonly weights: number;
  private readonly scope: Scope;

  constructor(engine: Engine, shape: GatedShape, norm: ChannelNorm) {
    this.engine = engine;
    this.shape = shape;
    this.norm = norm;
    this.loss = lossFor(shape.target, shape.outputs);
    this.scope = engine.scope();
    try {
      const { scope } = this;
      const plan = planBackbone(shape.backbone, shape.image, shape.gater && shape.placement);
      this.backbone = new Trunk(engine, scope, plan);
      const features = this.backbone.features;
      this.classifier = new Linear(engine, scope, { inputs: features, dense: shape.outputs, input: 'tiles' });
      this.backboneLength = this.backbone.parameterLength + this.classifier.parameterLength;
      if (shape.gater) {
        this.gater = new Trunk(engine, scope, planBackbone(shape.gater, shape.image, undefined, 'gater'));
        const { bottleneck, bottleneckNorm } = shape;
        this.head = new GaterHead(engine, scope, this.gater.features, bottleneck, plan.gates, bottleneckNorm);
      }
      const { segments, trained, total } = this.layOut();
      this.segments = segments;
      this.trainedLength = trained;
      this.parameters = { at: scope.zeros(total), length: total };
      this.weights = segments
        .filter(({ offset }) => offset < trained)
        .reduce((sum, { shape: sides }) => sum + sides.reduce((a, b) => a * b, 1), 0);
    } catch (error) {
      this.scope.dispose();
      throw error;
    }
    this.bind(0);
  }

  /** Gates of the backbone. */
  get gates(): number {
    return this.backbone.plan.gates;
  }

  dispose(): void {
    this.scope.dispose();
  }

  /** Points all layers at their parameters and gradients. */
  bind(gradients: number): void {
    const { at } = this.parameters;
    const { backbone, classifier, gater, head } = this;
    let offset = 0;
    let statistic = this.trainedLength;
    const next = (length: number) => {
      const from = offset;
      offset += length;
      return [at + from * 4, gradients + from * 4] as const;
    };
    const statistics = (length: number) => {
      const from = statistic;
      statistic += length;
      return at + from * 4;
    };
    backbone.bind(...next(backbone.parameterLength), statistics(backbone.statisticLength));
    classifier.bind(...next(classifier.parameterLength));
    if (!gater || !head) return;
    gater.bind(...next(gater.parameterLength), statistics(gater.statisticLength));
    head.hidden.bind(...next(head.hidden.parameterLength));
    head.norm?.bind(...next(head.norm.parameterLength), statistics(head.norm.statisticLength));
    head.out.bind(...next(head.out.parameterLength));
  }

  /** Convolutions Kaiming normal by fan out, linear weights uniform within ±1/√inputs, biases 0. */
  initialise(seed: number): void {
    const { backbone, classifier, gater, head } = this;
    const linear = (layer: Linear, stream: number) => layer.initialise(seed, Purpose.initialLinear, stream, 1);
    backbone.initialise(seed, 0);
    linear(classifier, 0);
    if (!gater || !head) return;
    gater.initialise(seed, backbone.plan.nodes.length);
    linear(head.hidden, 1);
    head.norm?.initialise();
    linear(head.out, 2);
  }

  /** Bytes that training needs beside the data and the parameters. */
  trainingBytes(batchSize: number, stateVectors: number): number {
    const trunks = this.gater ? [this.backbone, this.gater] : [this.backbone];
    const rooms = trunks.map((trunk) => trunk.roomBytes(batchSize));
    const shared = Math.max(...rooms.map(({ pack, work, norm }) => pack + work + norm));
    const { channels, height, width } = this.shape.image;
    return (
      this.trainedLength * 4 * (1 + stateVectors) +
      trunks.reduce((sum, trunk) => sum + trunk.trainingBytes(batchSize), 0) +
      shared +
      batchSize * channels * height * width * 4 +
      this.linears.reduce((sum, layer) => sum + 3 * activationBytes(layer.units + layer.inputs, batchSize), 0)
    );
  }

  startTraining(train: Dataset, batchSize: number, stateVectors: number): TrainingSession {
    const needed = this.trainingBytes(batchSize, stateVectors);
    if (this.engine.arena.used + needed > MAX_BYTES) {
      throw new RangeError(
        `batchSize: training this net with ${batchSize} images a batch needs ${Math.ceil(needed / 1e6)} MB beside ${Math.ceil(this.engine.arena.used / 1e6)} MB in use; a WebAssembly memory holds ${Math.floor(MAX_BYTES / 1e6)} MB. Use smaller batches or fewer filters`,
      );
    }
    this.requireVariance(train.rows, batchSize);
    return new GatedSession(this, train, batchSize);
  }

  /** Runs all images in order, closed filters left out. `decided`: gates [row][gate] to use in place of the gater's; `masked`: see FoldedTrunk. */
  *batches(data: Dataset, size: number, options: InferenceOptions = {}): Generator<GatedBatch> {
    const inference = new GatedInference(this, size);
    try {
      for (let first = 0; first < data.rows; first += size) {
        const rows = Int32Array.from({ length: Math.min(size, data.rows - first) }, (_, i) => first + i);
        inference.load(data, rows);
        const gates = options.decided?.subarray(first * this.gates, (first + rows.length) * this.gates);
        yield { rows, ...inference.run(rows.length, gates, options.masked) };
      }
    } finally {
      inference.dispose();
    }
  }

  get linears(): Linear[] {
    return [this.classifier, ...(this.head ? [this.head.hidden, this.head.out] : [])];
  }

  private layOut(): { segments: NamedSegment[]; trained: number; total: number } {
    const { backbone, classifier, gater, head } = this;
    const segments: NamedSegment[] = [];
    let offset = 0;
    const take = (prefix: string, list: readonly NamedSegment[], length: number) => {
      for (const s of list) segments.push({ ...s, name: prefix + s.name, offset: offset + s.offset });
      offset += length;
    };
    const linear = (prefix: string, layer: Linear) => {
      const list = layer.segments.map(({ name, offset: from }) =>
        name === 'bias'
          ? { name: 'bias', offset: from, shape: [layer.units] }
          : { name: 'weight', offset: from, shape: [layer.units, layer.inputs] },
      );
      take(prefix, list, layer.parameterLength);
    };
    const normOf = (list: BatchNorm['segments'] | BatchNorm['statisticSegments']) =>
      list.map(({ name, offset: from, length }) => ({ name, offset: from, shape: [length] }));
    take('backbone.', backbone.segments, backbone.parameterLength);
    linear('backbone.fc.', classifier);
    if (gater && head) {
      take('gater.resnet.', gater.segments, gater.parameterLength);
      linear('gater.resnet.newfc.', head.hidden);
      if (head.norm) take('gater.resnet.newbn.', normOf(head.norm.segments), head.norm.parameterLength);
      linear('gater.fnn.fc.0.', head.out);
    }
    const trained = offset;
    take('backbone.', backbone.statisticSegments, backbone.statisticLength);
    if (gater) take('gater.resnet.', gater.statisticSegments, gater.statisticLength);
    if (head?.norm) take('gater.resnet.newbn.', normOf(head.norm.statisticSegments), head.norm.statisticLength);
    return { segments, trained, total: offset };
  }

  /** A batch of one number a channel has no variance to normalise by. */
  private requireVariance(rows: number, batchSize: number): void {
    const smallest = rows % batchSize || batchSize;
    if (smallest > 1) return;
    const trunks = this.gater ? [this.backbone, this.gater] : [this.backbone];
    const single = trunks.some(({ plan }) =>
      plan.nodes.some((node, i) => node.kind === 'conv' && plan.outputs[i]!.height * plan.outputs[i]!.width === 1),
    );
    if (single || this.head?.norm) {
      throw new RangeError(
        `batchSize: expected batches of at least 2 images, since this net normalises single numbers over the batch, got one of 1 (${rows} rows, ${batchSize} a batch)`,
      );
    }
  }
}

export interface InferenceOptions {
  decided?: Float32Array;
  masked?: boolean;
}

/** Folded weights and buffers for batches of one size. */
export class GatedInference {
  private readonly images: number;
  private readonly net: GatedNetwork;
  private readonly scope: Scope;
  private readonly backbone: FoldedTrunk;
  private readonly gater: FoldedTrunk | undefined;
  private readonly heads: Heads;

  constructor(net: GatedNetwork, size: number) {
    const { engine } = net;
    const { channels, height, width } = net.shape.image;
    this.net = net;
    this.scope = engine.scope();
    try {
      this.images = this.scope.bytes(size * channels * height * width * 4);
      this.backbone = new FoldedTrunk(this.scope, net.backbone, size);
      this.gater = net.gater && new FoldedTrunk(this.scope, net.gater, size);
      this.heads = new Heads(this.scope, net, size);
    } catch (error) {
      this.scope.dispose();
      throw error;
    }
  }

  load(data: Dataset, rows: Int32Array): void {
    loadImages(this.net.engine, this.images, requireImages(data.features, 'data'), rows, this.net.norm);
  }

  /** The gater's gates for n images, [image][gate]; undefined without a gater. */
  decide(n: number): Float32Array | undefined {
    const { net, heads } = this;
    if (!this.gater) return undefined;
    this.gater.forward(this.images, n);
    heads.gateScores(this.gater.features, n, false);
    net.engine.kernels.gate_decide(heads.scores, heads.scores, n * net.gates);
    return net.engine.f32(heads.scores, n * net.gates).slice();
  }

  /** Logits of n images, and the gates that were open: the gater's unless some are given. */
  run(n: number, decided?: Float32Array, masked = false): Omit<GatedBatch, 'rows'> {
    const { net, images, heads } = this;
    const gates = this.gater && (decided ?? this.decide(n));
    const open: OpenGates | undefined = gates && { total: net.gates, values: gates };
    this.backbone.forward(images, n, open, masked);
    const logits = heads.classify(this.backbone.features, n);
    return { logits, tiles: tilesFor(n), ...(gates ? { gates } : {}) };
  }

  dispose(): void {
    this.scope.dispose();
  }
}

/** Buffers of the linear layers above both trunks, and their forward pass. */
class Heads {
  /** [sample][gate]: the gater's output g'. */
  readonly scores: number;
  /** Tiles. */
  readonly features: number;
  readonly gaterFeatures: number;
  readonly hidden: number;
  /** The bottleneck before its norm and ReLU, rows; with norm. */
  readonly raw: number;
  readonly rows: number;
  readonly logits: number;
  readonly scoreTiles: number;
  readonly pack: { a: number; b: number };
  private readonly net: GatedNetwork;

  constructor(scope: Scope, net: GatedNetwork, n: number) {
    const { classifier, head } = net;
    this.net = net;
    const room = (units: number) => scope.bytes(activationBytes(units, n));
    this.features = room(classifier.inputs);
    this.logits = room(classifier.units);
    const sizes = packBytes(net.linears, n);
    this.pack = { a: scope.bytes(sizes.a), b: scope.bytes(sizes.b) };
    const bottleneck = head?.hidden.units ?? 0;
    this.gaterFeatures = head ? room(head.hidden.inputs) : 0;
    this.hidden = room(bottleneck);
    this.raw = room(bottleneck);
    this.scoreTiles = room(net.gates);
    this.scores = room(net.gates);
    this.rows = room(Math.max(classifier.inputs, head?.hidden.inputs ?? 0, bottleneck));
  }

  /** Logits from features [sample][feature]: tiles. */
  classify(features: number, n: number): number {
    const { classifier } = this.net;
    this.toTiles(this.features, features, classifier.inputs, n);
    classifier.pack = this.pack;
    classifier.forward(this.logits, this.features, tilesFor(n));
    return this.logits;
  }

  /** The gater's output from its features: this.scores. */
  gateScores(features: number, n: number, training: boolean): void {
    const { engine } = this.net;
    const { hidden, norm, out } = this.net.head!;
    const tiles = tilesFor(n);
    hidden.pack = this.pack;
    out.pack = this.pack;
    this.toTiles(this.gaterFeatures, features, hidden.inputs, n);
    hidden.forward(this.hidden, this.gaterFeatures, tiles);
    if (norm) {
      tilesToRows(engine, this.raw, this.hidden, hidden.units, tiles);
      norm.forward(this.rows, this.raw, n, 1, { relu: true }, training);
      rowsToTiles(engine, this.hidden, this.rows, hidden.units, tiles, n);
    } else engine.kernels.relu(this.hidden, tiles * hidden.units * LANES);
    out.forward(this.scoreTiles, this.hidden, tiles);
    tilesToRows(engine, this.scores, this.scoreTiles, out.units, tiles);
  }

  private toTiles(tiles: number, rows: number, units: number, n: number): void {
    const { engine } = this.net;
    engine.u8(this.rows, n * units * 4).set(engine.u8(rows, n * units * 4));
    rowsToTiles(engine, tiles, this.rows, units, tilesFor(n), n);
  }
}

/** The random numbers of a step: noise [sample][gate] and a coin for each sample, not 0 for hard gates. */
export type DrawNoise = (noise: number, coins: number, n: number, seed: number, step: number) => void;

/** One run of training: improved semantic hashing, every filter runs (section 3.2 of the paper). */
export class GatedSession implements TrainingSession {
  readonly gradients: number;
  trained: number;
  /** @internal Tests put their own numbers here. */
  draw: DrawNoise;
  private readonly net: GatedNetwork;
  private readonly train: Dataset;
  private readonly targets: Targets;
  private readonly scope: Scope;
  private readonly images: number;
  private readonly backbone: TrunkPass;
  private readonly gater: TrunkPass | undefined;
  private readonly heads: Heads;
  private readonly loss: BoundLoss;
  private readonly stepsPerEpoch: number;
  /** Gradients, tiles: of the logits, the gater's scores and bottleneck, and of features. */
  private readonly d: {
    readonly logits: number;
    readonly scores: number;
    readonly hidden: number;
    readonly features: number;
  };
  /** Rows of features' gradients. */
  private readonly dfeatures: number;
  private readonly draws: { readonly noise: number; readonly coins: number; readonly slope: number };
  private readonly gates: BatchGates;

  constructor(net: GatedNetwork, train: Dataset, batchSize: number) {
    const { engine } = net;
    const { channels, height, width } = net.shape.image;
    this.net = net;
    this.train = train;
    this.targets = train.targets!;
    this.stepsPerEpoch = Math.ceil(train.rows / batchSize);
    this.trained = net.trainedLength;
    this.scope = engine.scope();
    const { scope } = this;
    try {
      this.gradients = scope.zeros(net.trainedLength);
      this.images = scope.bytes(batchSize * channels * height * width * 4);
      const trunks = net.gater ? [net.backbone, net.gater] : [net.backbone];
      const rooms = trunks.map((trunk) => trunk.roomBytes(batchSize));
      const most = (part: 'pack' | 'work' | 'norm') => Math.max(...rooms.map((room) => room[part]));
      const room = { pack: scope.bytes(most('pack')), work: scope.bytes(most('work')) };
      const bottleneck = net.head?.hidden.units ?? 0;
      const normRoom = scope.bytes(Math.max(most('norm'), batchSize * bottleneck * 8));
      this.backbone = new TrunkPass(scope, net.backbone, batchSize, room, normRoom);
      this.gater = net.gater && new TrunkPass(scope, net.gater, batchSize, room, normRoom);
      if (net.head?.norm) net.head.norm.room = normRoom;
      this.heads = new Heads(scope, net, batchSize);
      this.loss = net.loss.prepare(engine, scope, batchSize);
      const tiles = (units: number) => scope.bytes(activationBytes(units, batchSize));
      const features = Math.max(net.backbone.features, net.gater?.features ?? 0);
      this.d = {
        logits: tiles(net.shape.outputs),
        scores: tiles(net.gates),
        hidden: tiles(bottleneck),
        features: tiles(features),
      };
      this.dfeatures = tiles(features);
      const drawn = Math.ceil((batchSize * net.gates) / 16) * 16;
      this.draws = { noise: scope.bytes(drawn * 4), coins: scope.bytes((batchSize + 16) * 4), slope: tiles(net.gates) };
      this.gates = { total: net.gates, values: tiles(net.gates), gradient: tiles(net.gates) };
    } catch (error) {
      this.dispose();
      throw error;
    }
    this.draw = (noise, coins, n, seed, step) => drawNoise(engine, noise, coins, n, net.gates, seed, step);
    net.bind(this.gradients);
  }

  step(rows: Int32Array, seed: number, step: number): LossSum {
    const { net, images, heads, d, dfeatures } = this;
    const { engine, shape, classifier } = net;
    const n = rows.length;
    const tiles = tilesFor(n);
    loadImages(engine, images, requireImages(this.train.features, 'train'), rows, net.norm, shape.augmentation, {
      seed,
      step,
    });
    const open = Math.floor(step / this.stepsPerEpoch) < shape.pretrainEpochs;
    this.trained = open ? net.backboneLength : net.trainedLength;
    const gated = this.gater !== undefined && !open;
    if (gated) this.decide(n, seed, step);
    const gates = gated ? this.gates : undefined;
    this.backbone.forward(images, n, gates);
    const logits = heads.classify(this.backbone.features, n);
    const loss = this.loss.gradient(d.logits, logits, this.targets, rows);
    classifier.backward(d.features, d.logits, heads.features, tiles);
    tilesToRows(engine, dfeatures, d.features, classifier.inputs, tiles);
    this.backbone.backward(images, n, dfeatures, gates);
    if (!gated) return loss;
    this.learnGates(n);
    return { sum: loss.sum + shape.penalty * this.meanGate(n) * loss.weight, weight: loss.weight };
  }

  dispose(): void {
    this.net.bind(0);
    this.scope.dispose();
  }

  /** Gates of the batch, and the slopes that their gradients take. */
  private decide(n: number, seed: number, step: number): void {
    const { net, heads, gates, draws } = this;
    this.gater!.forward(this.images, n, undefined);
    heads.gateScores(this.gater!.features, n, true);
    this.draw(draws.noise, draws.coins, n, seed, step);
    net.engine.kernels.gate_forward(gates.values, draws.slope, heads.scores, draws.noise, draws.coins, n, net.gates);
  }

  /** From the gates' gradients to those of all of the gater's parameters. */
  private learnGates(n: number): void {
    const { net, heads, gates, draws, d, dfeatures } = this;
    const { engine, shape } = net;
    const { hidden, norm, out } = net.head!;
    const tiles = tilesFor(n);
    const penalty = shape.penalty / (net.gates * n);
    engine.kernels.gate_backward(gates.gradient, gates.gradient, draws.slope, penalty, n * net.gates);
    rowsToTiles(engine, d.scores, gates.gradient, net.gates, tiles, n);
    out.backward(d.hidden, d.scores, heads.hidden, tiles);
    if (norm) {
      tilesToRows(engine, dfeatures, d.hidden, hidden.units, tiles);
      tilesToRows(engine, heads.rows, heads.hidden, hidden.units, tiles);
      norm.backward(dfeatures, dfeatures, 0, dfeatures, heads.rows, heads.raw, n, 1, { relu: true });
      rowsToTiles(engine, d.hidden, dfeatures, hidden.units, tiles, n);
    } else engine.kernels.relu_backward(d.hidden, heads.hidden, tiles * hidden.units * LANES, 1);
    hidden.backward(d.features, d.hidden, heads.gaterFeatures, tiles);
    tilesToRows(engine, dfeatures, d.features, hidden.inputs, tiles);
    this.gater!.backward(this.images, n, dfeatures, undefined);
  }

  private meanGate(n: number): number {
    const { net, gates } = this;
    let sum = 0;
    for (const gate of net.engine.f32(gates.values, n * net.gates)) sum += gate;
    return sum / (n * net.gates);
  }
}

function drawNoise(
  engine: Engine,
  noise: number,
  coins: number,
  n: number,
  gates: number,
  seed: number,
  step: number,
): void {
  fillNormal(engine, noise, n * gates, 1, seed, Purpose.gateNoise, step);
  engine.kernels.random_bits(coins, Math.ceil(n / 16), 0, seed, Purpose.gateCoin, step, 0);
  const words = engine.u32(coins, n);
  for (let s = 0; s < n; s++) words[s] = words[s]! >>> 31;
}
