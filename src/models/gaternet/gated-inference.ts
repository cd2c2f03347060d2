import type { Dataset } from '../../data/dataset.js';
import { tilesFor } from '../../layers/batch.js';
import type { PackScratch } from '../../layers/dense-units.js';
import { packScratch } from '../../layers/stack.js';
import { type Address, NONE } from '../../runtime/address.js';
import type { Scope } from '../../runtime/engine.js';
import type { Pace } from '../../runtime/pace.js';
import { requireFiniteRows } from '../finite-rows.js';
import type { OutputBatch } from '../net-parts.js';
import { FoldedTrunk } from './folded-trunk.js';
import type { GatedLayers } from './gated-layers.js';
import { ImageLoader } from './image-loader.js';
import { ClassifierPass, GaterHeadPass } from './linear-passes.js';

/** Outputs of some rows with the gates that were open, [row][gate]: until the next batch. */
export interface GatedBatch extends OutputBatch {
  readonly gates?: Float32Array;
}

/** A gater's folded weights and buffers for batches of one size; `fold` comes first. */
export class GateDecisions {
  private readonly net: GatedLayers;
  private readonly trunk: FoldedTrunk;
  private readonly head: GaterHeadPass;
  private readonly pack: PackScratch;

  constructor(scope: Scope, net: GatedLayers, size: number) {
    const head = net.head!;
    this.net = net;
    this.trunk = new FoldedTrunk(scope, net.gater!, size);
    this.head = new GaterHeadPass(net.engine, scope, head, size);
    this.pack = packScratch(scope, [head.hidden, head.out], size);
  }

  /** Takes the weights as they are now; see FoldedTrunk. */
  fold(pace: Pace): Promise<void> {
    return this.trunk.fold(pace);
  }

  /** The gates of n images, [image][gate] of 0 and 1; `first` is the number of the first. RangeError for a gater whose weights are too large to decide. */
  async decide(images: Address, n: number, first: number, pace: Pace): Promise<Address> {
    const { net, trunk, head } = this;
    await trunk.forward(images, n, pace);
    await head.forward(trunk.features, n, this.pack, pace);
    requireFiniteRows(net.engine.f32(head.scores, n * net.gates), net.gates, 'gates', first);
    net.engine.kernels.gate_decide(head.scores, head.scores, n * net.gates);
    return head.scores;
  }
}

/** Folded weights and buffers for batches of one size; `fold` comes first. */
export class GatedInference {
  private readonly net: GatedLayers;
  private readonly scope: Scope;
  private readonly images: ImageLoader;
  private readonly backbone: FoldedTrunk;
  private readonly gater: GateDecisions | undefined;
  private readonly classifier: ClassifierPass;
  private readonly pack: PackScratch;
  /** The gater's gates of the last run: one array for all, since collecting large ones takes longer than filling them. */
  private decided: Float32Array | undefined;
  private readonly size: number;
  /** Number of the first row that is loaded. */
  private first = 0;

  /** Without `gater` the gates must be given to each run. */
  constructor(net: GatedLayers, size: number, gater = true) {
    const { engine } = net;
    this.net = net;
    this.size = size;
    this.scope = engine.scope();
    const { scope } = this;
    try {
      this.images = new ImageLoader(scope, net, size);
      this.backbone = new FoldedTrunk(scope, net.backbone, size);
      this.gater = net.gater && gater ? new GateDecisions(scope, net, size) : undefined;
      this.classifier = new ClassifierPass(engine, scope, net.classifier, size);
      this.pack = packScratch(scope, [net.classifier], size);
    } catch (error) {
      scope.dispose();
      throw error;
    }
  }

  /** Takes the weights as they are now; see FoldedTrunk. */
  async fold(pace: Pace): Promise<void> {
    await this.backbone.fold(pace);
    await this.gater?.fold(pace);
  }

  async load(data: Dataset, rows: Int32Array, pace: Pace): Promise<void> {
    this.first = rows[0]!;
    await this.images.load(data, rows, pace);
  }

  /** The gater's gates for n images, [image][gate]; NONE without a gater. */
  async decide(n: number, pace: Pace): Promise<Address> {
    return this.gater ? this.gater.decide(this.images.at, n, this.first, pace) : NONE;
  }

  /** Logits of n images, and the gates that were open: the gater's unless some are given. */
  async run(n: number, pace: Pace, decided?: Float32Array, masked = false): Promise<Omit<GatedBatch, 'rows'>> {
    const { net, backbone, classifier } = this;
    const rows = net.gater && (decided ?? this.copy(await this.decide(n, pace), n));
    await backbone.forward(this.images.at, n, pace, rows && { total: net.gates, rows }, masked);
    const logits = await classifier.forward(backbone.features, n, this.pack, pace);
    return { logits, tiles: tilesFor(n), ...(rows ? { gates: rows } : {}) };
  }

  dispose(): void {
    this.scope.dispose();
  }

  private copy(gates: Address, n: number): Float32Array {
    const { net, size } = this;
    this.decided ??= new Float32Array(size * net.gates);
    const rows = this.decided.subarray(0, n * net.gates);
    rows.set(net.engine.f32(gates, rows.length));
    return rows;
  }
}
