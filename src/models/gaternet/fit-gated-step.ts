import type { Dataset } from '../../data/dataset.js';
import { LANES, rowsToTiles, tilesFor, tilesToRows } from '../../layers/batch.js';
import { normBackward, normForward } from '../../layers/batch-norm-passes.js';
import { type Address, NONE } from '../../runtime/address.js';
import type { Engine } from '../../runtime/engine.js';
import type { Pace } from '../../runtime/pace.js';
import { fillNormal, Purpose } from '../../runtime/random.js';
import type { LossSum } from '../../training/losses.js';
import { TrunkPass } from './fit-trunk-pass.js';
import type { GatedSpace } from './gated-space.js';

/** The random numbers of a step: noise [sample][gate] and a coin for each sample, not 0 for hard gates. */
export type DrawNoise = (noise: Address, coins: Address, n: number, seed: number, step: number) => void;

/** Which rows a step takes, and what numbers its noise. */
export interface StepRows {
  readonly train: Dataset;
  readonly rows: Int32Array;
  readonly seed: number;
  readonly step: number;
  /** Whether the gater takes part. */
  readonly gated: boolean;
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
  async step({ train, rows, seed, step, gated, draw }: StepRows, pace: Pace): Promise<LossSum> {
    const { images, classifier, pack, d, dfeatures, scratch, net } = this.space;
    const { engine, shape } = net;
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
    await this.learnGates(n, pace);
    return { sum: loss.sum + shape.penalty * this.meanGate(n) * loss.weight, weight: loss.weight };
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
    else drawNoise(net.engine, net.gates, draws.noise, draws.coins, n, seed, step);
    if (pace.due) await pace.turn();
    net.engine.kernels.gate_forward(gates.values, draws.slope, head.scores, draws.noise, draws.coins, n, net.gates);
  }

  /** From the gates' gradients to those of all of the gater's parameters. */
  private async learnGates(n: number, pace: Pace): Promise<void> {
    const { net, images, pack, gates, draws, d, dfeatures, scratch } = this.space;
    const head = this.space.head!;
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
  }

  private meanGate(n: number): number {
    const { net, gates } = this.space;
    let sum = 0;
    for (const gate of net.engine.f32(gates.values, n * net.gates)) sum += gate;
    return sum / (n * net.gates);
  }
}

function drawNoise(
  engine: Engine,
  gates: number,
  noise: Address,
  coins: Address,
  n: number,
  seed: number,
  step: number,
): void {
  fillNormal(engine, noise, n * gates, 1, seed, Purpose.gateNoise, step);
  engine.kernels.random_bits(coins, Math.ceil(n / 16), 0, seed, Purpose.gateCoin, step, 0);
  const words = engine.u32(coins, n);
  for (let s = 0; s < n; s++) words[s] = words[s]! >>> 31;
}
