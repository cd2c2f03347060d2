import { LANES, rowsToTiles, tilesFor, tilesToRows } from '../../layers/batch.js';
import { BatchNorm } from '../../layers/batch-norm.js';
import type { PackScratch } from '../../layers/dense-units.js';
import { activationBytes, Linear } from '../../layers/linear.js';
import { packScratch } from '../../layers/stack.js';
import { type Address, NONE } from '../../runtime/address.js';
import type { Engine, Scope } from '../../runtime/engine.js';
import type { GatedNetwork } from './gated-network.js';

/** From a gater's features to its gates: D of the paper's section 3.1. */
export class GaterHead {
  readonly hidden: Linear;
  readonly norm: BatchNorm | undefined;
  readonly out: Linear;

  constructor(engine: Engine, scope: Scope, features: number, bottleneck: number, gates: number, norm: boolean) {
    this.hidden = new Linear(engine, scope, { inputs: features, dense: bottleneck, input: 'tiles' });
    this.norm = norm ? new BatchNorm(engine, scope, bottleneck) : undefined;
    this.out = new Linear(engine, scope, { inputs: bottleneck, dense: gates, input: 'tiles' });
  }
}

/** Buffers of the linear layers above both trunks, and their forward pass. */
export class Heads {
  /** [sample][gate]: the gater's output g'. */
  readonly scores: Address;
  /** Tiles. */
  readonly features: Address;
  readonly gaterFeatures: Address;
  readonly hidden: Address;
  /** The bottleneck before its norm and ReLU, rows; with norm. */
  readonly raw: Address;
  readonly rows: Address;
  readonly logits: Address;
  readonly scoreTiles: Address;
  readonly pack: PackScratch;
  private readonly net: GatedNetwork;

  constructor(scope: Scope, net: GatedNetwork, n: number) {
    const { classifier, head } = net;
    this.net = net;
    const room = (units: number) => scope.bytes(activationBytes(units, n));
    this.features = room(classifier.inputs);
    this.logits = room(classifier.units);
    this.pack = packScratch(scope, net.linears, n);
    const bottleneck = head?.hidden.units ?? 0;
    this.gaterFeatures = head ? room(head.hidden.inputs) : NONE;
    this.hidden = room(bottleneck);
    this.raw = room(bottleneck);
    this.scoreTiles = room(net.gates);
    this.scores = room(net.gates);
    this.rows = room(Math.max(classifier.inputs, head?.hidden.inputs ?? 0, bottleneck));
  }

  /** Logits from features [sample][feature]: tiles. */
  classify(features: Address, n: number): Address {
    const { classifier } = this.net;
    this.toTiles(this.features, features, classifier.inputs, n);
    classifier.forward(this.logits, this.features, tilesFor(n), this.pack);
    return this.logits;
  }

  /** The gater's output from its features: this.scores. With scratch for its norm by the statistics of the batch, as in training, else by the running ones. */
  gateScores(features: Address, n: number, scratch?: Address): void {
    const { engine } = this.net;
    const { hidden, norm, out } = this.net.head!;
    const tiles = tilesFor(n);
    this.toTiles(this.gaterFeatures, features, hidden.inputs, n);
    hidden.forward(this.hidden, this.gaterFeatures, tiles, this.pack);
    if (norm) {
      tilesToRows(engine, this.raw, this.hidden, hidden.units, tiles);
      if (scratch === undefined) norm.infer(this.rows, this.raw, n, 1, { relu: true });
      else norm.forward(this.rows, this.raw, n, 1, { relu: true }, scratch);
      rowsToTiles(engine, this.hidden, this.rows, hidden.units, tiles, n);
    } else engine.kernels.relu(this.hidden, tiles * hidden.units * LANES);
    out.forward(this.scoreTiles, this.hidden, tiles, this.pack);
    tilesToRows(engine, this.scores, this.scoreTiles, out.units, tiles);
  }

  private toTiles(tiles: Address, rows: Address, units: number, n: number): void {
    const { engine } = this.net;
    engine.u8(this.rows, n * units * 4).set(engine.u8(rows, n * units * 4));
    rowsToTiles(engine, tiles, this.rows, units, tilesFor(n), n);
  }
}
