import { LANES, rowsToTiles, tilesFor, tilesToRows } from '../../layers/batch.js';
import type { BatchNorm } from '../../layers/batch-norm.js';
import type { PackScratch } from '../../layers/dense-units.js';
import { activationBytes, type Linear } from '../../layers/linear.js';
import type { Address } from '../../runtime/address.js';
import type { Engine, Scope } from '../../runtime/engine.js';
import type { Pace } from '../../runtime/pace.js';
import type { Turns } from '../../runtime/parts.js';
import type { GaterHead } from './gater-head.js';

/** Rows of features [sample][feature] as tiles, which linear layers read. */
class FeatureTiles {
  readonly at: Address;
  /** Rows up to whole tiles. */
  private readonly staging: Address;

  constructor(
    private readonly engine: Engine,
    scope: Scope,
    private readonly features: number,
    size: number,
  ) {
    this.at = scope.bytes(activationBytes(features, size));
    this.staging = scope.bytes(activationBytes(features, size));
  }

  load(rows: Address, n: number, pace: Pace): Turns {
    const { engine, staging, features } = this;
    engine.u8(staging, n * features * 4).set(engine.u8(rows, n * features * 4));
    return rowsToTiles(engine, this.at, staging, features, tilesFor(n), n, pace);
  }
}

/** Buffers of the classifier above a backbone for batches of up to `size` images, and its forward pass. */
export class ClassifierPass {
  /** Tiles. */
  readonly logits: Address;
  private readonly input: FeatureTiles;

  constructor(
    engine: Engine,
    scope: Scope,
    private readonly layer: Linear,
    size: number,
  ) {
    this.input = new FeatureTiles(engine, scope, layer.inputs, size);
    this.logits = scope.bytes(activationBytes(layer.units, size));
  }

  /** Tiles of the features that `forward` was given. */
  get features(): Address {
    return this.input.at;
  }

  /** Logits from features [sample][feature]: tiles. */
  async forward(features: Address, n: number, pack: PackScratch, pace: Pace): Promise<Address> {
    await this.input.load(features, n, pace);
    await this.layer.forward(this.logits, this.input.at, tilesFor(n), pack, pace);
    return this.logits;
  }
}

/** Buffers of a gater's head for batches of up to `size` images, and its forward pass. */
export class GaterHeadPass {
  /** [sample][gate]: the gater's output g'. */
  readonly scores: Address;
  /** Tiles of the bottleneck, after its ReLU. */
  readonly hidden: Address;
  /** With norm: rows of the bottleneck before norm and ReLU, and room for rows. */
  readonly raw: Address;
  readonly rows: Address;
  private readonly input: FeatureTiles;
  private readonly scoreTiles: Address;

  constructor(
    private readonly engine: Engine,
    scope: Scope,
    private readonly head: GaterHead,
    size: number,
  ) {
    const { hidden, out } = head;
    const room = (units: number) => scope.bytes(activationBytes(units, size));
    this.input = new FeatureTiles(engine, scope, hidden.inputs, size);
    this.hidden = room(hidden.units);
    this.raw = room(hidden.units);
    this.rows = room(hidden.units);
    this.scoreTiles = room(out.units);
    this.scores = room(out.units);
  }

  /** Tiles of the features that `forward` was given. */
  get features(): Address {
    return this.input.at;
  }

  /** Scores from features [sample][feature]. Norms go by the running statistics, or as `normalise` does, into y from x. */
  async forward(
    features: Address,
    n: number,
    pack: PackScratch,
    pace: Pace,
    normalise?: (norm: BatchNorm, y: Address, x: Address) => Promise<void>,
  ): Promise<void> {
    const { engine } = this;
    const { hidden, norm, out } = this.head;
    const tiles = tilesFor(n);
    await this.input.load(features, n, pace);
    await hidden.forward(this.hidden, this.input.at, tiles, pack, pace);
    if (norm) {
      await tilesToRows(engine, this.raw, this.hidden, hidden.units, tiles, pace);
      if (normalise) await normalise(norm, this.rows, this.raw);
      else norm.infer(this.rows, this.raw, n, 1, { relu: true });
      await rowsToTiles(engine, this.hidden, this.rows, hidden.units, tiles, n, pace);
    } else engine.kernels.relu(this.hidden, tiles * hidden.units * LANES);
    await out.forward(this.scoreTiles, this.hidden, tiles, pack, pace);
    await tilesToRows(engine, this.scores, this.scoreTiles, out.units, tiles, pace);
  }
}
