import type { SparseMatrix } from '../../data/dataset.js';
import { activate, activateBackward, drop } from '../../layers/activate.js';
import { LANES, RowBatch, tilesFor } from '../../layers/batch.js';
import type { Connections } from '../../layers/connections.js';
import type { PackScratch } from '../../layers/dense-units.js';
import { activationBytes, Linear, type LinearShape } from '../../layers/linear.js';
import { packScratch } from '../../layers/stack.js';
import { ActiveUnits, StripUnits } from '../../layers/strip-units.js';
import { padded } from '../../numeric/padding.js';
import { type Address, NONE, plus } from '../../runtime/address.js';
import type { Engine, Scope } from '../../runtime/engine.js';
import type { Pace } from '../../runtime/pace.js';
import { Purpose } from '../../runtime/random.js';
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
 * squared error summed over features and averaged over rows. TRF paper, section 3.
 */
export interface Autoencoder {
  /** The layer's parameters and the visible bias. */
  readonly parameters: Block;
  readonly gradients: Address;
  /** Loss and gradients of these rows; `step` numbers the noise, `layer` its stream. */
  step(rows: Int32Array, seed: number, step: number, pace: Pace): Promise<LossSum>;
  /** Draws the layer's initial weights. */
  initialise(seed: number, initialScale: number): void;
  /** The layer's parameters, in the order of its block. */
  result(): Float32Array;
  dispose(): void;
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
    const { engine, layer, pack, stream, hidden, dhidden, decoded, noisy } = this;
    const { kernels } = engine;
    const { maskingNoise, dropout } = this.options;
    const tiles = tilesFor(rows.length);
    const inputLength = tiles * layer.inputs * LANES;
    const hiddenLength = tiles * layer.units * LANES;
    const visibleBias = layer.parameterLength * 4;
    const clean = await this.source(rows, pace);

    engine.f32(noisy, inputLength).set(engine.f32(clean, inputLength));
    const noise = { seed, step, stream };
    await drop(engine, noisy, inputLength, maskingNoise, 1, { ...noise, purpose: Purpose.pretrainMask }, pace);
    await layer.forward(hidden, noisy, tiles, pack, pace);
    await activate(engine, hidden, hiddenLength, dropout, { ...noise, purpose: Purpose.pretrainDropout }, pace);

    const tileBytes = layer.inputs * LANES * 4;
    for (let t = 0; t < tiles; t++)
      kernels.tile_fill(plus(decoded, t * tileBytes), plus(this.parameters.at, visibleBias), layer.inputs);
    await layer.backwardInput(decoded, hidden, tiles, pack, pace, true);
    let sum = 0;
    engine.f32(plus(this.gradients, visibleBias), layer.inputs).fill(0);
    for (let t = 0; t < tiles; t++) {
      const at = plus(decoded, t * tileBytes);
      const live = Math.min(LANES, rows.length - t * LANES);
      sum += kernels.squared_error(at, at, plus(clean, t * tileBytes), layer.inputs, live, 1 / rows.length);
      kernels.tile_sums(plus(this.gradients, visibleBias), at, layer.inputs);
    }

    await layer.backwardWeight(hidden, decoded, tiles, pack, pace, false);
    await layer.forwardLinear(dhidden, decoded, tiles, pack, pace);
    await activateBackward(engine, dhidden, hidden, hiddenLength, dropout, pace);
    layer.clearBiasGradient();
    await layer.backward(NONE, dhidden, noisy, tiles, pack, pace, true);
    return { sum, weight: rows.length };
  }

  initialise(seed: number, initialScale: number): void {
    this.layer.initialise(seed, Purpose.initialWeights, this.stream, initialScale);
  }

  result(): Float32Array {
    return this.engine.f32(this.parameters.at, this.layer.parameterLength).slice();
  }

  dispose(): void {
    this.scope.dispose();
  }
}

/**
 * For a layer over sparse rows: the dense units work in strips and skip what is off, the sparse ones over tiles of the reconstruction. The features of
 * both shape and rows are numbered by `rank`.
 */
export class RowAutoencoder implements Autoencoder {
  readonly parameters: Block;
  readonly gradients: Address;
  private readonly scope: Scope;
  private readonly batch: RowBatch;
  private readonly stripUnits: StripUnits;
  private readonly active: ActiveUnits;
  private readonly clean: Address;
  private readonly hidden: Address;
  private readonly dhidden: Address;
  private readonly decoded: Address;
  private readonly layer: Linear;

  constructor(
    private readonly engine: Engine,
    shape: LinearShape & { connections: Connections },
    private readonly matrix: SparseMatrix,
    private readonly rank: Int32Array,
    private readonly options: Denoising,
    private readonly stream: number,
    batchSize: number,
  ) {
    this.scope = engine.scope();
    const { scope } = this;
    try {
      this.layer = new Linear(engine, scope, shape);
      const { layer } = this;
      this.batch = new RowBatch(engine, scope, matrix, batchSize, false);
      this.stripUnits = new StripUnits(engine, layer.inputs, layer.denseUnits);
      this.active = new ActiveUnits(scope, this.stripUnits, batchSize);
      const visible = this.stripUnits.strips * LANES;
      const length = layer.parameterLength + visible + this.stripUnits.weightCount;
      this.parameters = { at: scope.zeros(length), length };
      this.gradients = scope.zeros(length);
      this.clean = scope.bytes(this.batch.capacity * 4);
      this.hidden = scope.bytes(activationBytes(layer.units, batchSize));
      this.dhidden = scope.bytes(activationBytes(layer.units, batchSize));
      this.decoded = scope.bytes(activationBytes(visible, batchSize));
      layer.bind(this.parameters.at, this.gradients);
      const offset = (layer.parameterLength + visible) * 4;
      this.stripUnits.weight = plus(this.parameters.at, offset);
      this.stripUnits.dweight = plus(this.gradients, offset);
    } catch (error) {
      this.scope.dispose();
      throw error;
    }
  }

  initialise(seed: number, initialScale: number): void {
    this.layer.initialise(seed, Purpose.initialWeights, this.stream, initialScale);
    if (this.layer.dense) this.stripUnits.exchange(this.denseWeights(), this.rank, 'to-strips');
  }

  async step(rows: Int32Array, seed: number, step: number, pace: Pace): Promise<LossSum> {
    const { engine, layer, batch, stripUnits, active, stream, hidden, dhidden, decoded } = this;
    const { kernels, scratch } = engine;
    const { maskingNoise, dropout } = this.options;
    const { sparse, sparseUnits, units } = layer;
    const tiles = tilesFor(rows.length);
    const visible = stripUnits.strips * LANES;
    const visibleBias = layer.parameterLength * 4;
    const sparseBytes = sparseUnits * LANES * 4;
    const hiddenLength = tiles * units * LANES;
    const scale = 1 / (1 - dropout);

    await batch.load(this.matrix, rows, true, pace);
    engine.f32(this.clean, batch.capacity).set(engine.f32(batch.value, batch.capacity));
    const noise = { seed, step, stream };
    const mask = { ...noise, purpose: Purpose.pretrainMask };
    await drop(engine, batch.value, batch.capacity, maskingNoise, 1, mask, pace);
    await sparse?.forwardRows(hidden, units, batch, layer.bias, pace);
    if (stripUnits.units)
      stripUnits.forwardRows(plus(hidden, sparseBytes), units, batch, plus(layer.bias, sparseUnits * 4));
    await activate(engine, hidden, hiddenLength, dropout, { ...noise, purpose: Purpose.pretrainDropout }, pace);

    // The error so far, without the dense units: bias + Wᵀh − x.
    const tileBytes = visible * LANES * 4;
    for (let t = 0; t < tiles; t++) {
      kernels.tile_fill(plus(decoded, t * tileBytes), plus(this.parameters.at, visibleBias), visible);
      kernels.rows_add_to_tile(
        plus(decoded, t * tileBytes),
        batch.start,
        batch.index,
        this.clean,
        -1,
        t * LANES,
        LANES,
      );
    }
    await sparse?.backwardInput(decoded, visible, hidden, units, tiles, pace, true);
    stripUnits.decode(active, plus(hidden, sparseBytes), units, tiles);
    let sum = 0;
    engine.f32(plus(this.gradients, visibleBias), visible).fill(0);
    for (let t = 0; t < tiles; t++) {
      const live = Math.max(0, Math.min(LANES, rows.length - t * LANES));
      const at = plus(decoded, t * tileBytes);
      sum += kernels.merge_strips(
        at,
        plus(active.error, t * LANES * LANES * 4),
        stripUnits.strips,
        active.errorRows,
        live,
        2 / rows.length,
        scratch,
      );
      kernels.tile_sums(plus(this.gradients, visibleBias), at, visible);
    }

    if (stripUnits.units) stripUnits.decodeBackward(plus(dhidden, sparseBytes), units, active, tiles, scale);
    if (sparse) {
      await sparse.backwardWeight(hidden, units, decoded, visible, tiles, pace, false);
      await sparse.forward(dhidden, units, decoded, visible, tiles, NONE, pace);
      for (let t = 0; t < tiles; t++) {
        const at = t * units * LANES * 4;
        kernels.relu_backward(plus(dhidden, at), plus(hidden, at), sparseUnits * LANES, scale);
      }
      await sparse.backwardWeightRows(dhidden, units, batch, pace, true);
    }
    if (stripUnits.units) stripUnits.backwardWeightRows(batch, active);
    layer.clearBiasGradient();
    await layer.addBiasGradient(dhidden, tiles, pace);
    return { sum, weight: rows.length };
  }

  result(): Float32Array {
    if (this.layer.dense) this.stripUnits.exchange(this.denseWeights(), this.rank, 'to-weights');
    return this.engine.f32(this.parameters.at, this.layer.parameterLength).slice();
  }

  dispose(): void {
    this.scope.dispose();
  }

  private denseWeights(): Float32Array {
    const { dense } = this.layer;
    return this.engine.f32(dense!.weight, dense!.weightCount);
  }
}
