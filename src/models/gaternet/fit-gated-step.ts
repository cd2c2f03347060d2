import { LANES, rowsToTiles, tilesFor, tilesToRows } from '../../layers/batch.js';
import { normBackward, normForward } from '../../layers/batch-norm-passes.js';
import { type Address, NONE } from '../../runtime/address.js';
import type { Pace } from '../../runtime/pace.js';
import { fillNormal, Purpose } from '../../runtime/random.js';
import type { TrainingRows } from '../../training/feed.js';
import type { LossSum } from '../../training/losses.js';
import { TrunkPass } from './fit-trunk-pass.js';
import type { GatedLayers } from './gated-layers.js';
import type { GatedSpace } from './gated-space.js';

/** The random numbers of a step: noise [sample][gate] and a coin for each sample, not 0 for hard gates. */
export type DrawNoise = (noise: Address, coins: Address, n: number, seed: number, step: number) => void;

/** Which rows a step takes, and what numbers its noise. */
export interface StepRows {
  readonly train: TrainingRows;
  readonly rows: Int32Array;
  readonly seed: number;
  readonly step: number;
  /** Whether the gater takes part. */
  readonly gated: boolean;
  /** λ. */
  readonly penalty: number;
  /** Where the random numbers are not the usual ones. */
  readonly draw: DrawNoise | undefined;
}

/** Steps of training: improved semantic hashing, every filter runs (section 3.2 of the paper). */
export class GatedSteps {
  private readonly backbone: TrunkPass;
  private readonly gater: TrunkPass | undefined;

  constructor(private readonly space: GatedSpace) {
    this.backbone = new TrunkPass(space.backbone);
    this.gater = space.gater && new TrunkPass(space.gater);
  }

  /** Loss and gradients. */
  async step({ train, rows, seed, step, gated, penalty, draw }: StepRows, pace: Pace): Promise<LossSum> {
    const { images, classifier, pack, d, dfeatures, scratch, net } = this.space;
    const { engine } = net;
    const n = rows.length;
    const tiles = tilesFor(n);
    await images.load(train, rows, pace, { seed, step });
    if (gated) await this.decide(n, seed, step, draw, pace);
    const gates = gated ? this.space.gates : undefined;
    await this.backbone.forward(images.at, n, gates, scratch, pace);
    const logits = await classifier.forward(this.backbone.features, n, pack, pace);
    const loss = await this.space.loss.gradient(d.logits, logits, train.targets!, rows, pace);
    await net.classifier.backward(d.features, d.logits, classifier.features, tiles, pack, pace);
    await tilesToRows(engine, dfeatures, d.features, net.classifier.inputs, tiles, pace);
    await this.backbone.backward(images.at, n, dfeatures, gates, scratch, pace);
    if (!gated) return loss;
    const extra = await this.learnGates(n, penalty, pace);
    return { sum: loss.sum + extra * loss.weight, weight: loss.weight };
  }

  /** Gates of the batch, and the slopes that their gradients take. */
  private async decide(n: number, seed: number, step: number, draw: DrawNoise | undefined, pace: Pace): Promise<void> {
    const { net, gates, draws, images, pack, scratch } = this.space;
    const [gater, head] = [this.gater!, this.space.head!];
    await gater.forward(images.at, n, undefined, scratch, pace);
    await head.forward(gater.features, n, pack, pace, (norm, y, x) =>
      normForward(norm, y, x, n, 1, { relu: true }, scratch.norm, pace),
    );
    if (draw) draw(draws.noise, draws.coins, n, seed, step);
    else drawNoise(net, draws.noise, draws.coins, n, seed, step);
    if (pace.due) await pace.turn();
    net.engine.kernels.gate_forward(gates.values, draws.slope, head.scores, draws.noise, draws.coins, n, net.gates);
  }

  /** From the gates' gradients to those of all of the gater's parameters. Returns what the gates add to the loss. */
  private async learnGates(n: number, penalty: number, pace: Pace): Promise<number> {
    const { net, images, pack, gates, draws, d, dfeatures, scratch } = this.space;
    const head = this.space.head!;
    const { engine, shape } = net;
    const { hidden, norm, out } = net.head!;
    const tiles = tilesFor(n);
    const { openTarget, gateVariance } = shape;
    const mean = this.meanGate(n);
    const off = openTarget === undefined ? 0 : mean - openTarget;
    const slope = openTarget === undefined ? penalty : 2 * penalty * off;
    let extra = openTarget === undefined ? penalty * mean : penalty * off * off;
    engine.kernels.gate_backward(gates.gradient, gates.gradient, draws.slope, slope / (net.gates * n), n * net.gates);
    if (gateVariance) extra -= await this.pushApart(n, gateVariance, pace);
    await rowsToTiles(engine, d.scores, gates.gradient, net.gates, tiles, n, pace);
    await out.backward(d.hidden, d.scores, head.hidden, tiles, pack, pace);
    if (norm) {
      await tilesToRows(engine, dfeatures, d.hidden, hidden.units, tiles, pace);
      await tilesToRows(engine, head.rows, head.hidden, hidden.units, tiles, pace);
      await normBackward(
        norm,
        dfeatures,
        dfeatures,
        NONE,
        dfeatures,
        head.rows,
        head.raw,
        n,
        1,
        { relu: true },
        scratch.norm,
        pace,
      );
      await rowsToTiles(engine, d.hidden, dfeatures, hidden.units, tiles, n, pace);
    } else engine.kernels.relu_backward(d.hidden, head.hidden, tiles * hidden.units * LANES, 1);
    await hidden.backward(d.features, d.hidden, head.features, tiles, pack, pace);
    await tilesToRows(engine, dfeatures, d.features, hidden.inputs, tiles, pace);
    await this.gater!.backward(images.at, n, dfeatures, undefined, scratch, pace);
    return extra;
  }

  /** The reward: `weight` times the mean over gates of the variance, over the batch, of what each gate is without noise. Its gradient is added to the gates'. */
  private async pushApart(n: number, weight: number, pace: Pace): Promise<number> {
    const { net, draws, gates } = this.space;
    const { engine } = net;
    const count = net.gates;
    const { scores } = this.space.head!;
    engine.f32(draws.noise, n * count).fill(0);
    engine.u32(draws.coins, n).fill(0);
    engine.kernels.gate_forward(draws.noise, draws.slope, scores, draws.noise, draws.coins, n, count);
    const [value, slope, gradient] = [draws.noise, draws.slope, gates.gradient].map((at) => engine.f32(at, n * count));
    let variance = 0;
    for (let gate = 0; gate < count; gate++) {
      let mean = 0;
      for (let at = gate; at < n * count; at += count) mean += value![at]! / n;
      for (let at = gate; at < n * count; at += count) {
        const off = value![at]! - mean;
        variance += off * off;
        gradient![at]! -= ((2 * weight * off) / (n * count)) * slope![at]!;
      }
      if (pace.due) await pace.turn();
    }
    return (weight * variance) / (n * count);
  }

  private meanGate(n: number): number {
    const { net, gates } = this.space;
    let sum = 0;
    for (const gate of net.engine.f32(gates.values, n * net.gates)) sum += gate;
    return sum / (n * net.gates);
  }
}

function drawNoise(
  { engine, gates, shape }: GatedLayers,
  noise: Address,
  coins: Address,
  n: number,
  seed: number,
  step: number,
): void {
  fillNormal(engine, noise, n * gates, shape.gateNoise ?? 1, seed, Purpose.gateNoise, step);
  engine.kernels.random_bits(coins, Math.ceil(n / 16), 0, seed, Purpose.gateCoin, step, 0);
  const words = engine.u32(coins, n);
  for (let s = 0; s < n; s++) words[s] = words[s]! >>> 31;
}
