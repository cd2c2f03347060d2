import type { Targets } from '../../data/dataset.js';
import type { ChannelNorm } from '../../data/images/channel-norm.js';
import type { Augmentation } from '../../data/images/image-batch.js';
import type { BatchNorm } from '../../layers/batch-norm.js';
import { Linear } from '../../layers/linear.js';
import { type Address, NONE, plus } from '../../runtime/address.js';
import type { Engine, Scope } from '../../runtime/engine.js';
import { Purpose } from '../../runtime/random.js';
import type { Steps } from '../../runtime/steps.js';
import { type Loss, lossFor, type TargetScale } from '../../training/losses.js';
import type { Block } from '../../training/optimizer.js';
import { type Backbone, type ImageShape, type Placement, planBackbone } from './backbone.js';
import { GaterHead } from './gater-head.js';
import { type NamedSegment, Trunk } from './trunk.js';

/** All that makes a GaterNet beside its weights; plain JSON. */
export interface GatedShape {
  image: ImageShape;
  backbone: Backbone;
  /** Absent for a net without gates. */
  gater?: Backbone;
  placement: Placement;
  bottleneck: number;
  bottleneckNorm: boolean;
  outputs: number;
  target: Targets['kind'];
  /** λ. */
  penalty: number;
  pretrainEpochs: number;
  openTarget?: number;
  /** As those below it, missing where it changes nothing. */
  gateVariance?: number;
  penaltyWarmup?: number;
  gateBias?: number;
  gateNoise?: number;
  gaterRate?: number;
  augmentation?: Augmentation;
}

/** The layers of a backbone and its gater: parameters in one block, running statistics behind them. */
export class GatedLayers {
  readonly engine: Engine;
  readonly shape: GatedShape;
  readonly norm: ChannelNorm;
  readonly loss: Loss;
  readonly parameters: Block;
  readonly trainedLength: number;
  /** Floats of the backbone, which stands first: all that is trained while gates are held open. */
  readonly backboneLength: number;
  readonly backbone: Trunk;
  readonly classifier: Linear;
  readonly gater: Trunk | undefined;
  readonly head: GaterHead | undefined;
  /** Every tensor of the net by its name in google-research/gaternet, offsets in the block of parameters. */
  readonly segments: readonly NamedSegment[];
  readonly weights: number;
  private readonly scope: Scope;

  /** @param scale of values to regress on */
  constructor(
    engine: Engine,
    shape: GatedShape,
    norm: ChannelNorm,
    protected readonly scale: Partial<TargetScale> = {},
  ) {
    this.engine = engine;
    this.shape = shape;
    this.norm = norm;
    this.loss = lossFor(shape.target, shape.outputs, scale);
    this.scope = engine.scope();
    try {
      const { scope } = this;
      const plan = planBackbone(shape.backbone, shape.image, shape.gater && shape.placement);
      this.backbone = new Trunk(engine, scope, plan);
      const features = this.backbone.features;
      this.classifier = new Linear(engine, scope, { inputs: features, dense: shape.outputs, input: 'tiles' });
      this.backboneLength = this.backbone.parameterLength + this.classifier.parameterLength;
      if (shape.gater) {
        this.gater = new Trunk(engine, scope, planBackbone(shape.gater, shape.image, undefined, 'gater'));
        const { bottleneck, bottleneckNorm } = shape;
        this.head = new GaterHead(engine, scope, this.gater.features, bottleneck, plan.gates, bottleneckNorm);
      }
      const { segments, trained, total } = this.layOut();
      this.segments = segments;
      this.trainedLength = trained;
      this.parameters = { at: scope.zeros(total), length: total };
      this.weights = segments
        .filter(({ offset }) => offset < trained)
        .reduce((sum, { shape: sides }) => sum + sides.reduce((a, b) => a * b, 1), 0);
    } catch (error) {
      this.scope.dispose();
      throw error;
    }
    this.bind(NONE);
  }

  /** Gates of the backbone. */
  get gates(): number {
    return this.backbone.plan.gates;
  }

  dispose(): void {
    this.scope.dispose();
  }

  /** Points all layers at their parameters and gradients. */
  bind(gradients: Address): void {
    const { at } = this.parameters;
    const { backbone, classifier, gater, head } = this;
    let offset = 0;
    let statistic = this.trainedLength;
    const next = (length: number) => {
      const from = offset;
      offset += length;
      return [plus(at, from * 4), plus(gradients, from * 4)] as const;
    };
    const statistics = (length: number) => {
      const from = statistic;
      statistic += length;
      return plus(at, from * 4);
    };
    backbone.bind(...next(backbone.parameterLength), statistics(backbone.statisticLength));
    classifier.bind(...next(classifier.parameterLength));
    if (!gater || !head) return;
    gater.bind(...next(gater.parameterLength), statistics(gater.statisticLength));
    head.hidden.bind(...next(head.hidden.parameterLength));
    head.norm?.bind(...next(head.norm.parameterLength), statistics(head.norm.statisticLength));
    head.out.bind(...next(head.out.parameterLength));
  }

  /** Convolutions Kaiming normal by fan out, linear weights uniform within ±1/√inputs, biases 0. */
  *initialising(seed: number): Steps<void> {
    const { backbone, classifier, gater, head } = this;
    const linear = (layer: Linear, stream: number) => layer.initialising(seed, Purpose.initialLinear, stream, 1);
    yield* backbone.initialising(seed, 0);
    yield* linear(classifier, 0);
    if (!gater || !head) return;
    yield* gater.initialising(seed, backbone.plan.nodes.length);
    yield* linear(head.hidden, 1);
    head.norm?.initialise();
    yield* linear(head.out, 2);
    const { gateBias } = this.shape;
    if (gateBias) this.engine.f32(head.out.bias, head.out.units).fill(gateBias);
  }

  get linears(): Linear[] {
    return [this.classifier, ...(this.head ? [this.head.hidden, this.head.out] : [])];
  }

  private layOut(): { segments: NamedSegment[]; trained: number; total: number } {
    const { backbone, classifier, gater, head } = this;
    const segments: NamedSegment[] = [];
    let offset = 0;
    const take = (prefix: string, list: readonly NamedSegment[], length: number) => {
      for (const s of list) segments.push({ ...s, name: prefix + s.name, offset: offset + s.offset });
      offset += length;
    };
    const linear = (prefix: string, layer: Linear) => {
      const list = layer.segments.map(({ name, offset: from }) =>
        name === 'bias'
          ? { name: 'bias', offset: from, shape: [layer.units] }
          : { name: 'weight', offset: from, shape: [layer.units, layer.inputs] },
      );
      take(prefix, list, layer.parameterLength);
    };
    const normOf = (list: BatchNorm['segments'] | BatchNorm['statisticSegments']) =>
      list.map(({ name, offset: from, length }) => ({ name, offset: from, shape: [length] }));
    take('backbone.', backbone.segments, backbone.parameterLength);
    linear('backbone.fc.', classifier);
    if (gater && head) {
      take('gater.resnet.', gater.segments, gater.parameterLength);
      linear('gater.resnet.newfc.', head.hidden);
      if (head.norm) take('gater.resnet.newbn.', normOf(head.norm.segments), head.norm.parameterLength);
      linear('gater.fnn.fc.0.', head.out);
    }
    const trained = offset;
    take('backbone.', backbone.statisticSegments, backbone.statisticLength);
    if (gater) take('gater.resnet.', gater.statisticSegments, gater.statisticLength);
    if (head?.norm) take('gater.resnet.newbn.', normOf(head.norm.statisticSegments), head.norm.statisticLength);
    return { segments, trained, total: offset };
  }

  /** The backbone and, where there is one, the gater. */
  get trunks(): Trunk[] {
    return this.gater ? [this.backbone, this.gater] : [this.backbone];
  }
}
