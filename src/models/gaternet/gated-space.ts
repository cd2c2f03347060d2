import type { PackScratch } from '../../layers/dense-units.js';
import { activationBytes } from '../../layers/linear.js';
import { packScratch } from '../../layers/stack.js';
import { padded } from '../../numeric/padding.js';
import type { Address } from '../../runtime/address.js';
import type { Scope } from '../../runtime/engine.js';
import { ownOf } from '../../runtime/parts.js';
import type { ClassWeights } from '../../training/class-weights.js';
import type { BoundLoss } from '../../training/losses.js';
import type { GatedLayers } from './gated-layers.js';
import { ImageLoader } from './image-loader.js';
import { ClassifierPass, GaterHeadPass } from './linear-passes.js';
import { type BatchGates, type TrunkScratch, TrunkSpace } from './trunk-space.js';

/** What training a gated net in batches of one size takes of the engine's memory. */
export class GatedSpace {
  readonly gradients: Address;
  private readonly scope: Scope;
  readonly images: ImageLoader;
  readonly backbone: TrunkSpace;
  readonly gater: TrunkSpace | undefined;
  readonly classifier: ClassifierPass;
  readonly head: GaterHeadPass | undefined;
  readonly pack: PackScratch;
  readonly scratch: TrunkScratch;
  readonly loss: BoundLoss;
  /** Gradients, tiles: of the logits, the gater's scores and bottleneck, and of features. */
  readonly d: {
    readonly logits: Address;
    readonly scores: Address;
    readonly hidden: Address;
    readonly features: Address;
  };
  /** Rows of features' gradients. */
  readonly dfeatures: Address;
  readonly draws: { readonly noise: Address; readonly coins: Address; readonly slope: Address };
  readonly gates: BatchGates;

  constructor(
    readonly net: GatedLayers,
    batchSize: number,
    weights?: ClassWeights,
  ) {
    const { engine } = net;
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
      this.backbone = new TrunkSpace(scope, net.backbone, batchSize);
      this.gater = net.gater && new TrunkSpace(scope, net.gater, batchSize);
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
  }

  dispose(): void {
    this.scope.dispose();
  }
}
