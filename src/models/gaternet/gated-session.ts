import type { Dataset, Targets } from '../../data/dataset.js';
import { LANES, rowsToTiles, tilesFor, tilesToRows } from '../../layers/batch.js';
import type { PackScratch } from '../../layers/dense-units.js';
import { activationBytes } from '../../layers/linear.js';
import { packScratch } from '../../layers/stack.js';
import { padded } from '../../numeric/padding.js';
import { type Address, NONE } from '../../runtime/address.js';
import type { Engine, Scope } from '../../runtime/engine.js';
import type { Pace } from '../../runtime/pace.js';
import { ownOf } from '../../runtime/parts.js';
import { fillNormal, Purpose } from '../../runtime/random.js';
import type { ClassWeights } from '../../training/class-weights.js';
import type { TrainingSession } from '../../training/fit.js';
import type { BoundLoss, LossSum } from '../../training/losses.js';
import type { GatedLayers } from './gated-layers.js';
import { ImageLoader } from './image-loader.js';
import { ClassifierPass, GaterHeadPass } from './linear-passes.js';
import { type BatchGates, TrunkPass, type TrunkScratch } from './trunk-pass.js';

/** The random numbers of a step: noise [sample][gate] and a coin for each sample, not 0 for hard gates. */
export type DrawNoise = (noise: Address, coins: Address, n: number, seed: number, step: number) => void;

/** One run of training: improved semantic hashing, every filter runs (section 3.2 of the paper). */
export class GatedSession implements TrainingSession {
  readonly gradients: Address;
  trained: number;
  /** @internal Tests put their own numbers here. */
  draw: DrawNoise;
  private readonly net: GatedLayers;
  private readonly train: Dataset;
  private readonly targets: Targets;
  private readonly scope: Scope;
  private readonly images: ImageLoader;
  private readonly backbone: TrunkPass;
  private readonly gater: TrunkPass | undefined;
  private readonly classifier: ClassifierPass;
  private readonly head: GaterHeadPass | undefined;
  private readonly pack: PackScratch;
  private readonly scratch: TrunkScratch;
  private readonly loss: BoundLoss;
  private readonly stepsPerEpoch: number;
  /** Gradients, tiles: of the logits, the gater's scores and bottleneck, and of features. */
  private readonly d: {
    readonly logits: Address;
    readonly scores: Address;
    readonly hidden: Address;
    readonly features: Address;
  };
  /** Rows of features' gradients. */
  private readonly dfeatures: Address;
  private readonly draws: { readonly noise: Address; readonly coins: Address; readonly slope: Address };
  private readonly gates: BatchGates;
  /** Whether the gater took part in the last step. */
  private gatedStep = false;

  constructor(net: GatedLayers, train: Dataset, batchSize: number, weights?: ClassWeights) {
    const { engine } = net;
    this.net = net;
    this.train = train;
    this.targets = train.targets!;
    this.stepsPerEpoch = Math.ceil(train.rows / batchSize);
    this.trained = net.trainedLength;
    this.scope = engine.scope();
    const { scope } = this;
    try {
      this.gradients = scope.zeros(net.trainedLength);
      this.images = new ImageLoader(scope, net, batchSize);
      const sizes = net.trunks.map((trunk) => trunk.scratchBytes(batchSize));
      const most = (part: 'pack' | 'work' | 'sums' | 'norm') => Math.max(...sizes.map((size) => size[part]));
      const bottleneck = net.head?.hidden.units ?? 0;
      this.scratch = {
        pack: scope.bytes(most('pack')),
        work: ownOf(engine, scope, most('work')),
        sums: scope.bytes(most('sums')),
        norm: scope.bytes(Math.max(most('norm'), batchSize * bottleneck * 8)),
      };
      this.backbone = new TrunkPass(scope, net.backbone, batchSize);
      this.gater = net.gater && new TrunkPass(scope, net.gater, batchSize);
      this.classifier = new ClassifierPass(engine, scope, net.classifier, batchSize);
      this.head = net.head && new GaterHeadPass(engine, scope, net.head, batchSize);
      this.pack = packScratch(scope, net.linears, batchSize);
      this.loss = net.loss.prepare(engine, scope, batchSize, weights);
      const tiles = (units: number) => scope.bytes(activationBytes(units, batchSize));
      const features = Math.max(net.backbone.features, net.gater?.features ?? 0);
      // Rows of the bottleneck's gradient pass through the features' too, where it is normalised.
      const widest = Math.max(features, bottleneck);
      this.d = {
        logits: tiles(net.shape.outputs),
        scores: tiles(net.gates),
        hidden: tiles(bottleneck),
        features: tiles(features),
      };
      this.dfeatures = tiles(widest);
      const drawn = padded(batchSize * net.gates);
      this.draws = { noise: scope.bytes(drawn * 4), coins: scope.bytes((batchSize + 16) * 4), slope: tiles(net.gates) };
      this.gates = { total: net.gates, values: tiles(net.gates), gradient: tiles(net.gates) };
    } catch (error) {
      this.dispose();
      throw error;
    }
    this.draw = (noise, coins, n, seed, step) => drawNoise(engine, noise, coins, n, net.gates, seed, step);
    net.bind(this.gradients);
  }

  async step(rows: Int32Array, seed: number, step: number, pace: Pace): Promise<LossSum> {
    const { net, images, classifier, pack, d, dfeatures } = this;
    const { engine, shape } = net;
    const n = rows.length;
    const tiles = tilesFor(n);
    await images.load(this.train, rows, pace, { seed, step });
    const open = Math.floor(step / this.stepsPerEpoch) < shape.pretrainEpochs;
    this.trained = open ? net.backboneLength : net.trainedLength;
    const gated = this.gater !== undefined && !open;
    if (gated) await this.decide(n, seed, step, pace);
    const gates = gated ? this.gates : undefined;
    await this.backbone.forward(images.at, n, gates, this.scratch, pace);
    const logits = await classifier.forward(this.backbone.features, n, pack, pace);
    const loss = await this.loss.gradient(d.logits, logits, this.targets, rows, pace);
    await net.classifier.backward(d.features, d.logits, classifier.features, tiles, pack, pace);
    await tilesToRows(engine, dfeatures, d.features, net.classifier.inputs, tiles, pace);
    await this.backbone.backward(images.at, n, dfeatures, gates, this.scratch, pace);
    this.gatedStep = gated;
    if (!gated) return loss;
    await this.learnGates(n, pace);
    return { sum: loss.sum + shape.penalty * this.meanGate(n) * loss.weight, weight: loss.weight };
  }

  commit(): void {
    const { backbone, gater, head } = this.net;
    backbone.commit();
    if (!this.gatedStep) return;
    gater!.commit();
    head!.norm?.commit();
  }

  dispose(): void {
    this.net.bind(NONE);
    this.scope.dispose();
  }

  /** Gates of the batch, and the slopes that their gradients take. */
  private async decide(n: number, seed: number, step: number, pace: Pace): Promise<void> {
    const { net, gates, draws } = this;
    const [gater, head] = [this.gater!, this.head!];
    await gater.forward(this.images.at, n, undefined, this.scratch, pace);
    await head.forward(gater.features, n, this.pack, pace, this.scratch.norm);
    this.draw(draws.noise, draws.coins, n, seed, step);
    if (pace.due) await pace.turn();
    net.engine.kernels.gate_forward(gates.values, draws.slope, head.scores, draws.noise, draws.coins, n, net.gates);
  }

  /** From the gates' gradients to those of all of the gater's parameters. */
  private async learnGates(n: number, pace: Pace): Promise<void> {
    const { net, pack, gates, draws, d, dfeatures } = this;
    const head = this.head!;
    const { engine, shape } = net;
    const { hidden, norm, out } = net.head!;
    const tiles = tilesFor(n);
    const penalty = shape.penalty / (net.gates * n);
    engine.kernels.gate_backward(gates.gradient, gates.gradient, draws.slope, penalty, n * net.gates);
    await rowsToTiles(engine, d.scores, gates.gradient, net.gates, tiles, n, pace);
    await out.backward(d.hidden, d.scores, head.hidden, tiles, pack, pace);
    if (norm) {
      await tilesToRows(engine, dfeatures, d.hidden, hidden.units, tiles, pace);
      await tilesToRows(engine, head.rows, head.hidden, hidden.units, tiles, pace);
      await norm.backward(
        dfeatures,
        dfeatures,
        NONE,
        dfeatures,
        head.rows,
        head.raw,
        n,
        1,
        { relu: true },
        this.scratch.norm,
        pace,
      );
      await rowsToTiles(engine, d.hidden, dfeatures, hidden.units, tiles, n, pace);
    } else engine.kernels.relu_backward(d.hidden, head.hidden, tiles * hidden.units * LANES, 1);
    await hidden.backward(d.features, d.hidden, head.features, tiles, pack, pace);
    await tilesToRows(engine, dfeatures, d.features, hidden.inputs, tiles, pace);
    await this.gater!.backward(this.images.at, n, dfeatures, undefined, this.scratch, pace);
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
  noise: Address,
  coins: Address,
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
