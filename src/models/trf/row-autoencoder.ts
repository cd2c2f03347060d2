import type { SparseMatrix } from '../../data/dataset.js';
import { activate, activateBackward, drop } from '../../layers/activate.js';
import { LANES, RowBatch, tilesFor } from '../../layers/batch.js';
import type { Connections } from '../../layers/connections.js';
import { activationBytes, Linear, type LinearShape } from '../../layers/linear.js';
import { SparseUnits } from '../../layers/sparse-units.js';
import { ActiveUnits, StripUnits } from '../../layers/strip-units.js';
import { padded } from '../../numeric/padding.js';
import { type Address, NONE, plus } from '../../runtime/address.js';
import type { Engine, Scope } from '../../runtime/engine.js';
import type { Pace } from '../../runtime/pace.js';
import { inParts, type Turns } from '../../runtime/parts.js';
import { Purpose } from '../../runtime/random.js';
import { copying, inTurns } from '../../runtime/steps.js';
import type { LossSum } from '../../training/losses.js';
import type { Block } from '../../training/optimizer.js';
import { type Autoencoder, type Denoising, masks, sumTiles } from './autoencoder.js';

/** What a number of a tile takes, in multiply-adds, where it is filled and the batch subtracted. */
const FILL = 4;

/**
 * For a layer over sparse rows: the dense units work in strips and skip what is off, the sparse ones over tiles of the reconstruction. The features of
 * both shape and rows are numbered by `rank`. Parameters: the sparse weights, all biases, the visible bias, each padded to whole lines, and the strips.
 */
export class RowAutoencoder implements Autoencoder {
  readonly parameters: Block;
  readonly gradients: Address;
  private readonly scope: Scope;
  private readonly batch: RowBatch;
  private readonly sparse: SparseUnits;
  private readonly stripUnits: StripUnits;
  private readonly active: ActiveUnits;
  private readonly clean: Address;
  private readonly hidden: Address;
  private readonly dhidden: Address;
  private readonly decoded: Address;
  private readonly units: number;
  /** Bytes before the biases and the visible bias. */
  private readonly bias: number;
  private readonly visibleBias: number;

  constructor(
    private readonly engine: Engine,
    private readonly shape: LinearShape & { connections: Connections },
    private readonly matrix: SparseMatrix,
    private readonly rank: Int32Array,
    private readonly options: Denoising,
    private readonly stream: number,
    batchSize: number,
  ) {
    this.scope = engine.scope();
    const { scope } = this;
    const { connections, dense, inputs } = shape;
    this.units = connections.units + dense;
    try {
      this.sparse = new SparseUnits(engine, scope, connections);
      this.batch = new RowBatch(engine, scope, matrix, batchSize, false);
      this.stripUnits = new StripUnits(engine, inputs, dense);
      this.active = new ActiveUnits(scope, this.stripUnits, batchSize);
      const { sparse, stripUnits, units } = this;
      const visible = stripUnits.strips * LANES;
      this.bias = padded(sparse.weightCount) * 4;
      this.visibleBias = this.bias + padded(units) * 4;
      const strips = this.visibleBias + visible * 4;
      const length = strips / 4 + stripUnits.weightCount;
      this.parameters = { at: scope.zeros(length), length };
      this.gradients = scope.zeros(length);
      this.clean = scope.bytes(this.batch.capacity * 4);
      this.hidden = scope.bytes(activationBytes(units, batchSize));
      this.dhidden = scope.bytes(activationBytes(units, batchSize));
      this.decoded = scope.bytes(activationBytes(visible, batchSize));
      sparse.weight = this.parameters.at;
      sparse.dweight = this.gradients;
      stripUnits.weight = plus(this.parameters.at, strips);
      stripUnits.dweight = plus(this.gradients, strips);
    } catch (error) {
      this.scope.dispose();
      throw error;
    }
  }

  async initialise(seed: number, initialScale: number, pace: Pace): Promise<void> {
    const { engine, stripUnits, parameters, sparse } = this;
    const scope = engine.scope();
    try {
      const layer = new Linear(engine, scope, this.shape);
      layer.bind(scope.bytes(layer.parameterLength * 4), NONE);
      if (pace.due) await pace.turn();
      await inTurns(layer.initialising(seed, Purpose.initialWeights, this.stream, initialScale), pace);
      engine.f32(parameters.at, sparse.weightCount).set(engine.f32(layer.parameters, sparse.weightCount));
      if (stripUnits.units) {
        const { weight, weightCount } = layer.dense!;
        const weights = await inTurns(copying(engine, { at: weight, length: weightCount }), pace);
        await stripUnits.exchange(weights, this.rank, 'to-strips', pace);
      }
    } finally {
      scope.dispose();
    }
  }

  async step(rows: Int32Array, seed: number, step: number, pace: Pace): Promise<LossSum> {
    const { engine, batch, sparse, stripUnits, active, hidden, dhidden, decoded, units } = this;
    const { dropout } = this.options;
    const tiles = tilesFor(rows.length);
    const visible = stripUnits.strips * LANES;

    const loss = await this.loss(rows, seed, step, pace);
    await sumTiles(engine, plus(this.gradients, this.visibleBias), decoded, visible, tiles, pace);
    await sparse.backwardWeight(hidden, units, decoded, visible, tiles, pace, false);
    await sparse.forward(dhidden, units, decoded, visible, tiles, NONE, pace);
    // The dense units' part is overwritten.
    await activateBackward(engine, dhidden, hidden, tiles * units * LANES, dropout, pace);
    await sparse.backwardWeightRows(dhidden, units, batch, pace, true);
    if (stripUnits.units) {
      const dense = plus(dhidden, sparse.units * LANES * 4);
      await stripUnits.decodeBackward(dense, units, active, tiles, 1 / (1 - dropout), pace);
      await stripUnits.backwardWeightRows(batch, active, pace);
    }
    await sumTiles(engine, plus(this.gradients, this.bias), dhidden, units, tiles, pace);
    return loss;
  }

  async loss(rows: Int32Array, seed: number, step: number, pace: Pace): Promise<LossSum> {
    const { engine, batch, sparse, stripUnits, active, hidden, decoded, units } = this;
    const { maskingNoise, dropout } = this.options;
    const { input: inputMask, hidden: hiddenMask } = masks(this.stream, seed, step);
    const bias = plus(this.parameters.at, this.bias);
    const tiles = tilesFor(rows.length);
    const visible = stripUnits.strips * LANES;
    const denseHidden = plus(hidden, sparse.units * LANES * 4);

    await batch.load(this.matrix, rows, true, pace);
    // What lies behind the entries is never read.
    const length = padded(batch.entries);
    engine.f32(this.clean, length).set(engine.f32(batch.value, length));
    await drop(engine, batch.value, length, maskingNoise, 1, inputMask, pace);
    await sparse.forwardRows(hidden, units, batch, bias, pace);
    if (stripUnits.units) await stripUnits.forwardRows(denseHidden, units, batch, plus(bias, sparse.units * 4), pace);
    await activate(engine, hidden, tiles * units * LANES, dropout, hiddenMask, pace);

    await this.startReconstruction(tiles, pace);
    await sparse.backwardInput(decoded, visible, hidden, units, tiles, pace, true);
    stripUnits.collect(active, denseHidden, units, tiles);
    const sum = await stripUnits.decode(active, decoded, rows.length, 2 / rows.length, pace);
    return { sum, weight: rows.length };
  }

  async result(pace: Pace): Promise<Float32Array> {
    const { engine, stripUnits, sparse, units } = this;
    const weights = padded(sparse.weightCount);
    const dense = padded(this.shape.inputs * stripUnits.units);
    const result = new Float32Array(weights + dense + padded(units));
    const part = result.subarray(weights, weights + this.shape.inputs * stripUnits.units);
    if (stripUnits.units) await stripUnits.exchange(part, this.rank, 'to-weights', pace);
    result.set(engine.f32(this.parameters.at, weights));
    result.set(engine.f32(plus(this.parameters.at, this.bias), units), weights + dense);
    return result;
  }

  dispose(): void {
    this.scope.dispose();
  }

  /** Tiles of the visible bias − x, to which the units then add. */
  private startReconstruction(tiles: number, pace: Pace): Turns {
    const { engine, batch, stripUnits, decoded, clean } = this;
    const { columnStart, columnRow, columnPlace } = batch;
    const { inputs } = stripUnits;
    const visible = stripUnits.strips * LANES;
    const bias = plus(this.parameters.at, this.visibleBias);
    return inParts(
      engine,
      pace,
      tiles * visible * LANES * FILL,
      tiles,
      visible,
      LANES,
      ({ kernels }, f0, f1, t0, t1) => {
        for (let t = t0; t < t1; t++) {
          const tile = plus(decoded, (t * visible + f0) * LANES * 4);
          kernels.tile_fill(tile, plus(bias, f0 * 4), f1 - f0);
        }
        const last = Math.min(f1, inputs);
        kernels.columns_add_to_tiles(
          decoded,
          visible,
          columnStart,
          columnRow,
          columnPlace,
          clean,
          -1,
          t0,
          t1,
          f0,
          last,
        );
      },
    );
  }
}
