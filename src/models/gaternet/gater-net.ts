import { requireInteger, requireOptions, requireSeed } from '../../check/require.js';
import { type Dataset, requireImages } from '../../data/dataset.js';
import { ChannelNorm, type ChannelNormJson } from '../../data/images/channel-norm.js';
import { type Augmentation, requireAugmentation } from '../../data/images/image-batch.js';
import { readSafetensors, type Tensor } from '../../files/safetensors.js';
import { plus } from '../../runtime/address.js';
import { type Engine, engineOf } from '../../runtime/engine.js';
import { Pace } from '../../runtime/pace.js';
import type { FitOptions, FitResult } from '../../training/fit.js';
import { argmax, type Evaluation, metrics } from '../../training/metrics.js';
import { isNames, readModelFile, requireFloats, writeModelFile } from '../feedforward/model-file.js';
import type { TargetInfo } from '../feedforward/net-state.js';
import { describeTarget, Net, type Prediction, type RunOptions, requireDataset, requireSameTargets } from '../net.js';
import { type Backbone, type ConvNode, type Placement, type Plan, planBackbone } from './backbone.js';
import type { GateLayout } from './gate-report.js';
import type { GatedBatch } from './gated-inference.js';
import type { GatedShape } from './gated-layers.js';
import { GatedNetwork, type InferenceOptions } from './gated-network.js';
import { readStateDict } from './state-dict.js';

export interface GaterNetOptions {
  /** Default 0. All random numbers are a function of it. */
  seed?: number;
  /** The net whose filters are gated. Default 'resnet-20'. */
  backbone?: Backbone;
  /** The net that decides: its pooled features go through the bottleneck to the gates. false: no gates, the backbone alone. Default 'resnet-20'. */
  gater?: Backbone | false;
  /** Default 'block-output', the authors'. 'every-conv' skips more. */
  placement?: Placement;
  /** Units between the gater's features and the gates. Default 8. */
  bottleneck?: number;
  /**
   * Batch normalisation of the bottleneck before its ReLU: in the paper's text, not in the authors' code. Worth trying where gates do not come to depend on
   * the image, as at high learning rates. Default false.
   */
  bottleneckNorm?: boolean;
  /** λ, the weight of the mean gate in the loss: the larger, the fewer gates are open. The authors publish none. Default 0.1. */
  penalty?: number;
  /** Epochs at the start of fit in which all gates are open and the gater rests. Default 0. */
  pretrainEpochs?: number;
  /** Crops and flips of training images. Default none. */
  augmentation?: Augmentation;
  /** Mean and deviation of each channel, of pixels in [0, 1] where images are bytes. Default: those of the training images. */
  normalise?: { mean: readonly number[]; deviation: readonly number[] };
  /** Default: one shared engine. */
  engine?: Engine;
}

export interface GatedPrediction extends Prediction {
  /** [rows][gates], 0 or 1, where asked for. */
  gates?: Float32Array;
}

export interface GatedEvaluation extends Evaluation {
  /** Mean share of gates that were open; missing without a gater. */
  gatesOpen?: number;
}

/** All that makes a net beside its weights. */
interface GatedState {
  method: 'gaternet';
  options: { seed: number };
  target: TargetInfo;
  shape: GatedShape;
  norm: ChannelNorm;
}

/** SGD with Nesterov momentum, as for ResNets; no schedule of the authors is published. */
const FIT: FitOptions = {
  optimizer: { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 1e-4 },
  learningRate: 0.1,
  schedule: { steps: [0.5, 0.75], factor: 0.1 },
  batchSize: 128,
};

/**
 * A convolution net that chooses its filters for each image (Chen, Li, Bengio and Si, "You Look Twice: GaterNet for Dynamic Filter Selection in
 * CNNs", CVPR 2019): a gater sees the image and opens some of the backbone's filters; the others are not run.
 */
export class GaterNet extends Net {
  /** @internal */
  readonly network: GatedNetwork;
  /** @internal */
  readonly state: GatedState;

  private constructor(engine: Engine, state: GatedState) {
    super(engine);
    this.state = state;
    this.network = new GatedNetwork(engine, state.shape, state.norm);
  }

  /**
   * A net with fresh weights for images of this shape and targets of this kind.
   * @throws TypeError, RangeError naming the option for what does not fit
   */
  static async create(train: Dataset, options: GaterNetOptions = {}): Promise<GaterNet> {
    requireDataset(train, 'train');
    requireOptions(options);
    const images = requireImages(train.features, 'train');
    const target = describeTarget(train);
    const { seed = 0, normalise } = options;
    requireSeed(seed);
    const { channels, height, width } = images;
    const shape = shapeOf(options, { channels, height, width }, target);
    const norm = normalise ? normOf(normalise, channels) : ChannelNorm.learn(images);
    const state: GatedState = { method: 'gaternet', options: { seed }, target, shape, norm };
    const net = new GaterNet(await engineOf(options), state);
    net.network.initialise(seed);
    return net;
  }

  /** Reads what `save` wrote. TypeError for other bytes, RangeError for damaged ones. */
  static async load(bytes: Uint8Array, options: { engine?: Engine } = {}): Promise<GaterNet> {
    const { tensors, header } = readModelFile(bytes);
    if (header.method !== 'gaternet')
      throw new TypeError(`bytes: expected a net of method 'gaternet', got one of '${header.method}'`);
    const state = stateFrom(header);
    if (!state.shape.gater && Object.keys(tensors).some((name) => name.startsWith('gater_state_dict.')))
      throw new RangeError('bytes: the metadata of this net are damaged: tensors of a gater, but no gater');
    return GaterNet.filled(await engineOf(options), state, tensors);
  }

  /**
   * Reads weights under the names of google-research/gaternet: a safetensors file with `backbone_state_dict.*` and, for a gated net,
   * `gater_state_dict.*`, a `module.` of DataParallel allowed. Depth, width and bottleneck follow from the names and shapes.
   * @param options.image height and width of the images; default 32 x 32. normalise: default CIFAR-10's mean and deviation.
   */
  static async fromStateDict(
    bytes: Uint8Array,
    options: Pick<GaterNetOptions, 'engine' | 'normalise' | 'placement'> & {
      image?: { height: number; width: number };
      classNames?: readonly string[];
    } = {},
  ): Promise<GaterNet> {
    requireOptions(options);
    if (!(bytes instanceof Uint8Array)) throw new TypeError(`bytes: expected a Uint8Array, got ${typeof bytes}`);
    const { tensors, channels, classes, ...found } = readStateDict(readSafetensors(bytes).tensors);
    const { image = { height: 32, width: 32 }, normalise = CIFAR10, placement = 'block-output', classNames } = options;
    const target: TargetInfo = { kind: 'classes', outputs: classes, ...(classNames ? { names: classNames } : {}) };
    if (!isNames(classNames, classes))
      throw new RangeError(`classNames: expected ${classes} names, got ${classNames?.length}`);
    requireOptions(image, 'image');
    for (const side of ['height', 'width'] as const) requireInteger(image[side], 1, `image.${side}`);
    const { height, width } = image;
    const shape = shapeOf({ ...found, placement }, { channels, height, width }, target);
    const norm = normOf(normalise, channels);
    const state: GatedState = { method: 'gaternet', options: { seed: 0 }, target, shape, norm };
    return GaterNet.filled(await engineOf(options), state, tensors);
  }

  /** Where each gated layer's gates stand among all. Empty without a gater. */
  get gateLayout(): GateLayout {
    return this.network.backbone.plan.nodes
      .filter((node): node is ConvNode => node.kind === 'conv' && node.gate !== undefined)
      .map(({ name, gate }) => ({ name, first: gate!.first, count: gate!.count }));
  }

  /** Multiply-adds of one image by direct sums: the backbone with all filters, and the gater. */
  get multiplyAdds(): { dense: number; gater: number } {
    const { backbone, gater } = this.network;
    const sum = (trunk: typeof backbone) => trunk.convs.reduce((total, conv) => total + (conv?.multiplyAdds() ?? 0), 0);
    const linears = this.network.linears.map(({ units, inputs }) => units * inputs);
    return {
      dense: sum(backbone) + linears[0]!,
      gater: gater ? sum(gater) + linears.slice(1).reduce((a, b) => a + b, 0) : 0,
    };
  }

  /** Multiply-adds of the backbone for one image with these gates, [gates]: what `dense` becomes. */
  costOf(gates: Float32Array): number {
    const { backbone, classifier, gates: count } = this.network;
    if (gates.length !== count) throw new RangeError(`gates: expected ${count} numbers, got ${gates.length}`);
    const { nodes } = backbone.plan;
    const openOf = (node: ConvNode) =>
      node.gate &&
      gates
        .subarray(node.gate.first, node.gate.first + node.gate.count)
        .reduce((sum, gate) => sum + (gate > 0 ? 1 : 0), 0);
    /** Channels that a node's readers have to read. */
    const live: (number | undefined)[] = [];
    let total = classifier.units * classifier.inputs;
    nodes.forEach((node, i) => {
      const read = live[node.input];
      if (node.kind !== 'conv') live[i] = read;
      else {
        const open = openOf(node);
        live[i] = node.shortcut === undefined ? open : undefined;
        total += backbone.convs[i]!.multiplyAdds(read, open);
      }
    });
    return total;
  }

  /** As every net's, by default with SGD of momentum 0.9 (Nesterov), weight decay 1e-4, rate 0.1 divided by 10 at half and three quarters, batches of 128. */
  override async fit(train: Dataset, options: FitOptions = {}): Promise<FitResult> {
    requireOptions(options);
    const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
    return super.fit(train, { ...FIT, ...given });
  }

  /** Outputs for every image, and the gates with `gates: true`. */
  override async predict(data: Dataset, options: RunOptions & { gates?: boolean } = {}): Promise<GatedPrediction> {
    requireOptions(options);
    const prepared = this.prepare(data, 'data', false);
    const gates = options.gates ? this.gateRows(prepared.rows) : undefined;
    const outputs = await this.run<GatedBatch>(prepared, withSize(options), {
      ...(gates ? { visit: (batch) => gates.set(batch.gates!, batch.rows[0]! * this.network.gates) } : {}),
    });
    const classes = this.target.kind === 'classes' ? { classes: argmax(outputs, this.target.outputs) } : {};
    return { outputs, ...classes, ...(gates ? { gates } : {}) };
  }

  /** Which gates each image opens: [rows][gates], 0 or 1. The gater alone runs. */
  async gates(data: Dataset, options: RunOptions = {}): Promise<Float32Array> {
    requireOptions(options);
    const gates = this.gateRows(this.prepare(data, 'data', false).rows);
    for await (const batch of this.gateBatches(data, options)) gates.set(batch.gates, batch.first * this.network.gates);
    return gates;
  }

  /** gates, some rows from `first` on at a time: for more images than the gates of all should be held. */
  async *gateBatches(data: Dataset, options: RunOptions = {}): AsyncGenerator<{ first: number; gates: Float32Array }> {
    requireOptions(options);
    const prepared = this.prepare(data, 'data', false);
    const { network, engine } = this;
    if (!network.gater) throw new TypeError('gates: this net has no gater');
    const { batchSize = 64, signal } = options;
    requireInteger(batchSize, 1, 'batchSize');
    const pace = new Pace(signal);
    this.running++;
    try {
      for (const { rows, gates } of network.decisions(prepared, Math.min(batchSize, prepared.rows))) {
        yield { first: rows[0]!, gates: engine.f32(gates, rows.length * network.gates).slice() };
        if (pace.due) await pace.turn();
      }
    } finally {
      this.running--;
    }
  }

  /** Loss and accuracy, mean AUC or RMSE on labelled images, and the mean share of open gates. */
  override async evaluate(data: Dataset, options: RunOptions = {}): Promise<GatedEvaluation> {
    return super.evaluate(data, options);
  }

  /** The net as a safetensors file: tensors under the names of google-research/gaternet, the rest as metadata. */
  save(): Uint8Array {
    this.requireAlive();
    const { network, state } = this;
    const tensors: Record<string, Tensor> = {};
    for (const { name, offset, shape } of network.segments) {
      const length = shape.reduce((a, b) => a * b, 1);
      const data = this.engine.f32(plus(network.parameters.at, offset * 4), length).slice();
      tensors[fileName(name)] = { shape, data };
    }
    return writeModelFile(tensors, { ...state, norm: state.norm.toJSON() });
  }

  protected override get identity(): object {
    const { method, shape, norm } = this.state;
    return { method, shape, norm: norm.toJSON() };
  }

  protected override batches(data: Dataset, size: number, options?: InferenceOptions): Generator<GatedBatch> {
    return this.network.batches(data, size, options);
  }

  protected override prepare(data: Dataset, argument: string, labelled: boolean): Dataset {
    this.requireAlive();
    requireDataset(data, argument);
    const images = requireImages(data.features, argument);
    const { image } = this.state.shape;
    for (const side of ['channels', 'height', 'width'] as const) {
      if (images[side] === image[side]) continue;
      const sides = ({ channels, height, width }: typeof image) => `${channels} x ${height} x ${width}`;
      throw new RangeError(`${argument}: expected images of ${sides(image)}, got ${sides(images)}`);
    }
    if (labelled) requireSameTargets(data, this.target, argument);
    return data;
  }

  protected override async assess(data: Dataset, options: RunOptions): Promise<GatedEvaluation> {
    const loss = { sum: 0, weight: 0 };
    let open = 0;
    const visit = ({ gates }: GatedBatch) => {
      for (const gate of gates ?? []) open += gate;
    };
    const outputs = await this.run<GatedBatch>(data, withSize(options), { loss, visit });
    return {
      loss: loss.sum / Math.max(1, loss.weight),
      rows: data.rows,
      ...metrics(outputs, data.targets!),
      ...(this.network.gater ? { gatesOpen: open / (data.rows * this.network.gates) } : {}),
    };
  }

  private gateRows(rows: number): Float32Array {
    if (!this.network.gater) throw new TypeError('gates: this net has no gater');
    return new Float32Array(rows * this.network.gates);
  }

  private static filled(engine: Engine, state: GatedState, tensors: Record<string, Tensor>): GaterNet {
    requireTensors(tensors, state.shape);
    const net = new GaterNet(engine, state);
    net.fill(tensors);
    return net;
  }

  private fill(tensors: Record<string, Tensor>): void {
    const { network } = this;
    try {
      for (const { name, offset, shape } of network.segments) {
        requireFloats(tensors, fileName(name), shape);
        const data = tensors[fileName(name)]!.data as Float32Array;
        if (name.endsWith('running_var') && data.some((v) => v < 0))
          throw new RangeError(`bytes: tensor '${fileName(name)}' holds variances below 0`);
        this.engine.f32(plus(network.parameters.at, offset * 4), data.length).set(data);
      }
    } catch (error) {
      network.dispose();
      throw error;
    }
  }
}

const CIFAR10 = { mean: [0.4914, 0.4822, 0.4465], deviation: [0.247, 0.2435, 0.2616] };

/** The normalisation that a user gives. */
function normOf(normalise: NonNullable<GaterNetOptions['normalise']>, channels: number): ChannelNorm {
  const norm = ChannelNorm.of(normalise, 'normalise');
  if (norm.mean.length === channels) return norm;
  throw new RangeError(`normalise.mean: expected a number for each of ${channels} channels, got ${norm.mean.length}`);
}

/** Images of a batch are larger than rows: 64 at a time by default. */
function withSize(options: RunOptions): RunOptions {
  return { ...options, batchSize: options.batchSize ?? 64 };
}

function fileName(name: string): string {
  return name.replace(/^(backbone|gater)\./, '$1_state_dict.');
}

/** Completes and checks the options. */
function shapeOf(options: GaterNetOptions, image: GatedShape['image'], target: TargetInfo): GatedShape {
  const {
    backbone = 'resnet-20',
    gater = 'resnet-20',
    placement = 'block-output',
    bottleneck = 8,
    bottleneckNorm = false,
    penalty = 0.1,
    pretrainEpochs = 0,
    augmentation,
  } = options;
  requireInteger(bottleneck, 1, 'bottleneck');
  requireInteger(pretrainEpochs, 0, 'pretrainEpochs');
  if (typeof bottleneckNorm !== 'boolean')
    throw new TypeError(`bottleneckNorm: expected a boolean, got ${typeof bottleneckNorm}`);
  if (typeof penalty !== 'number') throw new TypeError(`penalty: expected a number, got ${typeof penalty}`);
  if (!(penalty >= 0) || !Number.isFinite(penalty))
    throw new RangeError(`penalty: expected a number from 0, got ${penalty}`);
  const plan = planBackbone(backbone, image, gater === false ? undefined : placement);
  if (gater !== false) {
    planBackbone(gater, image, undefined, 'gater');
    if (plan.gates === 0) throw new RangeError('backbone: expected gated filters beside a gater, got none');
  }
  if (augmentation !== undefined) requireAugmentation(augmentation, image);
  return {
    image,
    backbone,
    ...(gater === false ? {} : { gater }),
    placement,
    bottleneck,
    bottleneckNorm,
    outputs: target.outputs,
    target: target.kind,
    penalty,
    pretrainEpochs,
    ...(augmentation ? { augmentation } : {}),
  };
}

/** Before any memory is reserved for a net of this shape: whether the file has its matrices. */
function requireTensors(tensors: Record<string, Tensor>, shape: GatedShape): void {
  const { image, backbone, gater, bottleneck, outputs } = shape;
  const check = (prefix: string, { nodes, outputs: planes }: Plan, linear: string, units: number) => {
    for (const node of nodes) {
      if (node.kind !== 'conv') continue;
      const { filters, channels, kernel } = node.shape;
      requireFloats(tensors, `${prefix}.${node.name}.weight`, [filters, channels, kernel, kernel]);
    }
    requireFloats(tensors, `${prefix}.${linear}.weight`, [units, planes.at(-1)!.channels]);
  };
  check('backbone_state_dict', planBackbone(backbone, image), 'fc', outputs);
  if (gater) check('gater_state_dict.resnet', planBackbone(gater, image), 'newfc', bottleneck);
}

/** Checks the metadata of a file. */
function stateFrom(header: Record<string, unknown>): GatedState {
  const damaged = (cause?: unknown) =>
    new RangeError('bytes: the metadata of this net are damaged: fields are missing or out of range', { cause });
  const { target, shape, norm, options } = header as Partial<Omit<GatedState, 'norm'>> & { norm?: ChannelNormJson };
  if (!target || !shape || !norm || !options) throw damaged();
  if (!['classes', 'tasks', 'values'].includes(target.kind) || !isNames(target.names, target.outputs)) throw damaged();
  try {
    requireInteger(target.outputs, 1, 'target.outputs');
    requireSeed(options.seed);
    if (shape.target !== target.kind || shape.outputs !== target.outputs) throw damaged();
    const full = shapeOf({ ...shape, gater: shape.gater ?? false }, shape.image, target);
    const state: GatedState = {
      method: 'gaternet',
      options: { seed: options.seed },
      target,
      shape: full,
      norm: ChannelNorm.fromJSON(norm),
    };
    if (state.norm.mean.length !== full.image.channels) throw damaged();
    return state;
  } catch (cause) {
    throw damaged(cause);
  }
}
