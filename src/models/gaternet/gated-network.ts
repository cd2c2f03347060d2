import type { Dataset, Targets } from '../../data/dataset.js';
import type { ChannelNorm } from '../../data/images/channel-norm.js';
import type { Augmentation } from '../../data/images/image-batch.js';
import type { BatchNorm } from '../../layers/batch-norm.js';
import { activationBytes, Linear } from '../../layers/linear.js';
import { type Address, NONE, plus } from '../../runtime/address.js';
import { MAX_BYTES } from '../../runtime/arena.js';
import type { Engine, Scope } from '../../runtime/engine.js';
import { Purpose } from '../../runtime/random.js';
import type { TrainingSession } from '../../training/fit.js';
import { type Loss, lossFor } from '../../training/losses.js';
import type { Block } from '../../training/optimizer.js';
import type { Computation, OutputBatch } from '../net.js';
import { type Backbone, type ImageShape, type Placement, planBackbone } from './backbone.js';
import { GatedInference } from './gated-inference.js';
import { GatedSession } from './gated-session.js';
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
  augmentation?: Augmentation;
}

/** Outputs of some rows with the gates that were open, [row][gate]. */
export interface GatedBatch extends OutputBatch {
  readonly gates?: Float32Array;
}

/** A backbone and its gater: parameters in one block, running statistics behind them, training and inference. */
export class GatedNetwork implements Computation {
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

  constructor(engine: Engine, shape: GatedShape, norm: ChannelNorm) {
    this.engine = engine;
    this.shape = shape;
    this.norm = norm;
    this.loss = lossFor(shape.target, shape.outputs);
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
  initialise(seed: number): void {
    const { backbone, classifier, gater, head } = this;
    const linear = (layer: Linear, stream: number) => layer.initialise(seed, Purpose.initialLinear, stream, 1);
    backbone.initialise(seed, 0);
    linear(classifier, 0);
    if (!gater || !head) return;
    gater.initialise(seed, backbone.plan.nodes.length);
    linear(head.hidden, 1);
    head.norm?.initialise();
    linear(head.out, 2);
  }

  /** Bytes that training needs beside the data and the parameters. */
  trainingBytes(batchSize: number, stateVectors: number): number {
    const trunks = this.gater ? [this.backbone, this.gater] : [this.backbone];
    const rooms = trunks.map((trunk) => trunk.scratchBytes(batchSize));
    const shared = Math.max(...rooms.map(({ pack, work, norm }) => pack + work + norm));
    const { channels, height, width } = this.shape.image;
    return (
      this.trainedLength * 4 * (1 + stateVectors) +
      trunks.reduce((sum, trunk) => sum + trunk.trainingBytes(batchSize), 0) +
      shared +
      batchSize * channels * height * width * 4 +
      this.linears.reduce((sum, layer) => sum + 3 * activationBytes(layer.units + layer.inputs, batchSize), 0)
    );
  }

  startTraining(train: Dataset, batchSize: number, stateVectors: number): TrainingSession {
    const needed = this.trainingBytes(batchSize, stateVectors);
    if (this.engine.arena.used + needed > MAX_BYTES) {
      throw new RangeError(
        `batchSize: training this net with ${batchSize} images a batch needs ${Math.ceil(needed / 1e6)} MB beside ${Math.ceil(this.engine.arena.used / 1e6)} MB in use; a WebAssembly memory holds ${Math.floor(MAX_BYTES / 1e6)} MB. Use smaller batches or fewer filters`,
      );
    }
    this.requireVariance(train.rows, batchSize);
    return new GatedSession(this, train, batchSize);
  }

  /** Runs all images in order, closed filters left out. `decided`: gates [row][gate] to use in place of the gater's; `masked`: see FoldedTrunk. */
  *batches(data: Dataset, size: number, options: InferenceOptions = {}): Generator<GatedBatch> {
    const inference = new GatedInference(this, size);
    try {
      for (let first = 0; first < data.rows; first += size) {
        const rows = Int32Array.from({ length: Math.min(size, data.rows - first) }, (_, i) => first + i);
        inference.load(data, rows);
        const gates = options.decided?.subarray(first * this.gates, (first + rows.length) * this.gates);
        yield { rows, ...inference.run(rows.length, gates, options.masked) };
      }
    } finally {
      inference.dispose();
    }
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

  /** A batch of one number a channel has no variance to normalise by. */
  private requireVariance(rows: number, batchSize: number): void {
    const smallest = rows % batchSize || batchSize;
    if (smallest > 1) return;
    const trunks = this.gater ? [this.backbone, this.gater] : [this.backbone];
    const single = trunks.some(({ plan }) =>
      plan.nodes.some((node, i) => node.kind === 'conv' && plan.outputs[i]!.height * plan.outputs[i]!.width === 1),
    );
    if (single || this.head?.norm) {
      throw new RangeError(
        `batchSize: expected batches of at least 2 images, since this net normalises single numbers over the batch, got one of 1 (${rows} rows, ${batchSize} a batch)`,
      );
    }
  }
}

export interface InferenceOptions {
  decided?: Float32Array;
  masked?: boolean;
}
