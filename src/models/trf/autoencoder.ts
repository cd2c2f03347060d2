import { activate, activateBackward, drop, type Mask } from '../../layers/activate.js';
import { LANES, tilesFor } from '../../layers/batch.js';
import type { PackScratch } from '../../layers/dense-units.js';
import { activationBytes, type Linear } from '../../layers/linear.js';
import { packScratch } from '../../layers/stack.js';
import { padded } from '../../numeric/padding.js';
import { type Address, NONE, plus } from '../../runtime/address.js';
import type { Engine, Scope } from '../../runtime/engine.js';
import type { Pace } from '../../runtime/pace.js';
import { inRanges, type Part } from '../../runtime/parts.js';
import { Purpose } from '../../runtime/random.js';
import { inTurns } from '../../runtime/steps.js';
import type { LossSum } from '../../training/losses.js';
import type { Block } from '../../training/optimizer.js';

/** How a layer is pre-trained. */
export interface Denoising {
  /** Share of the input set to 0. */
  maskingNoise: number;
  /** Share of hidden units dropped. */
  dropout: number;
}

/**
 * A layer as a denoising autoencoder: masked input, ReLU and dropout on the hidden units, decoder with the transposed weights and a bias of its own,
 * squared error summed over features and averaged over rows. TRF paper, section 3. What the pace throws leaves the parameters as they were.
 */
export interface Autoencoder {
  /** The layer's parameters and the visible bias. */
  readonly parameters: Block;
  readonly gradients: Address;
  /** Loss and gradients of these rows; `step` numbers the noise, `layer` its stream. */
  step(rows: Int32Array, seed: number, step: number, pace: Pace): Promise<LossSum>;
  /** The loss alone, with the noise of that step. */
  loss(rows: Int32Array, seed: number, step: number, pace: Pace): Promise<LossSum>;
  /** Draws the layer's initial weights. */
  initialise(seed: number, initialScale: number, pace: Pace): Promise<void>;
  /** The layer's parameters, in the order of its block. */
  result(pace: Pace): Promise<Float32Array>;
  dispose(): void;
}

/** What an element of a pass takes, in multiply-adds. */
const PASS = 4;

/** The numbers of a step's noise. */
export function masks(stream: number, seed: number, step: number): { input: Mask; hidden: Mask } {
  const common = { seed, step, stream };
  return {
    input: { ...common, purpose: Purpose.pretrainMask },
    hidden: { ...common, purpose: Purpose.pretrainDropout },
  };
}

/** sum[f] = Σ over the lanes of tiles [features][32]. */
export async function sumTiles(
  engine: Engine,
  sum: Address,
  tiles: Address,
  features: number,
  count: number,
  pace: Pace,
): Promise<void> {
  engine.f32(sum, features).fill(0);
  await inRanges(engine, pace, count * features * LANES * PASS, features, 16, ({ kernels }, from, to) => {
    for (let t = 0; t < count; t++)
      kernels.tile_sums(plus(sum, from * 4), plus(tiles, (t * features + from) * LANES * 4), to - from);
  });
}

/** For layers over tiles: dense features, or the hidden units below. */
export class TileAutoencoder implements Autoencoder {
  readonly parameters: Block;
  readonly gradients: Address;
  private readonly scope: Scope;
  private readonly noisy: Address;
  private readonly hidden: Address;
  private readonly dhidden: Address;
  private readonly decoded: Address;
  private readonly pack: PackScratch;

  /** `source` loads rows and returns their clean features, tiles of [inputs][32]. */
  constructor(
    private readonly engine: Engine,
    private readonly layer: Linear,
    private readonly source: (rows: Int32Array, pace: Pace) => Promise<Address>,
    private readonly options: Denoising,
    private readonly stream: number,
    batchSize: number,
  ) {
    this.scope = engine.scope();
    const { scope } = this;
    try {
      const length = layer.parameterLength + padded(layer.inputs);
      this.parameters = { at: scope.zeros(length), length };
      this.gradients = scope.zeros(length);
      this.noisy = scope.bytes(activationBytes(layer.inputs, batchSize));
      this.hidden = scope.bytes(activationBytes(layer.units, batchSize));
      this.dhidden = scope.bytes(activationBytes(layer.units, batchSize));
      this.decoded = scope.bytes(activationBytes(layer.inputs, batchSize));
      this.pack = packScratch(scope, [layer], batchSize);
      layer.bind(this.parameters.at, this.gradients);
    } catch (error) {
      this.scope.dispose();
      throw error;
    }
  }

  async step(rows: Int32Array, seed: number, step: number, pace: Pace): Promise<LossSum> {
    const { engine, layer, pack, hidden, dhidden, decoded, noisy } = this;
    const tiles = tilesFor(rows.length);
    const loss = await this.loss(rows, seed, step, pace);
    await sumTiles(engine, plus(this.gradients, this.visibleBias), decoded, layer.inputs, tiles, pace);
    await layer.backwardWeight(hidden, decoded, tiles, pack, pace, false);
    await layer.forwardLinear(dhidden, decoded, tiles, pack, pace);
    await activateBackward(engine, dhidden, hidden, tiles * layer.units * LANES, this.options.dropout, pace);
    layer.clearBiasGradient();
    await layer.backward(NONE, dhidden, noisy, tiles, pack, pace, true);
    return loss;
  }

  async loss(rows: Int32Array, seed: number, step: number, pace: Pace): Promise<LossSum> {
    const { engine, layer, pack, hidden, decoded, noisy } = this;
    const { inputs } = layer;
    const { maskingNoise, dropout } = this.options;
    const { input: inputMask, hidden: hiddenMask } = masks(this.stream, seed, step);
    const tiles = tilesFor(rows.length);
    const length = tiles * inputs * LANES;
    const visibleBias = plus(this.parameters.at, this.visibleBias);
    const clean = await this.source(rows, pace);

    engine.f32(noisy, length).set(engine.f32(clean, length));
    await drop(engine, noisy, length, maskingNoise, 1, inputMask, pace);
    await layer.forward(hidden, noisy, tiles, pack, pace);
    await activate(engine, hidden, tiles * layer.units * LANES, dropout, hiddenMask, pace);

    const tileBytes = inputs * LANES * 4;
    await inRanges(engine, pace, length * PASS, tiles, 1, ({ kernels }, t0, t1) => {
      for (let t = t0; t < t1; t++) kernels.tile_fill(plus(decoded, t * tileBytes), visibleBias, inputs);
    });
    await layer.backwardInput(decoded, hidden, tiles, pack, pace, true);
    const kept: number[] = [];
    const part: Part = (fork, t0, t1) => {
      for (let t = t0; t < t1; t++) {
        const at = plus(decoded, t * tileBytes);
        const live = Math.min(LANES, rows.length - t * LANES);
        const target = plus(clean, t * tileBytes);
        fork.keep(fork.kernels.squared_error(at, at, target, inputs, live, 1 / rows.length));
      }
    };
    await inRanges(engine, pace, length * PASS, tiles, 1, part, undefined, kept);
    return { sum: kept.reduce((sum, squares) => sum + squares, 0), weight: rows.length };
  }

  async initialise(seed: number, initialScale: number, pace: Pace): Promise<void> {
    await inTurns(this.layer.initialising(seed, Purpose.initialWeights, this.stream, initialScale), pace);
  }

  async result(): Promise<Float32Array> {
    return this.engine.f32(this.parameters.at, this.layer.parameterLength).slice();
  }

  dispose(): void {
    this.scope.dispose();
  }

  /** Bytes before the visible bias. */
  private get visibleBias(): number {
    return this.layer.parameterLength * 4;
  }
}
