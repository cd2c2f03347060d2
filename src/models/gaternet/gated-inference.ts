import { type Dataset, requireImages } from '../../data/dataset.js';
import { loadImages } from '../../data/images/image-batch.js';
import { tilesFor } from '../../layers/batch.js';
import type { Address } from '../../runtime/address.js';
import type { Scope } from '../../runtime/engine.js';
import { FoldedTrunk, type OpenGates } from './folded-trunk.js';
import type { GatedBatch, GatedNetwork } from './gated-network.js';
import { Heads } from './gater-head.js';

/** Folded weights and buffers for batches of one size. */
export class GatedInference {
  private readonly images: Address;
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
    heads.gateScores(this.gater.features, n);
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
