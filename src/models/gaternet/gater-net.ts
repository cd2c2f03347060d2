import { complete } from '../../check/complete.js';
import type { Options, OptionsOf } from '../../check/option.js';
import { requireInteger } from '../../check/require.js';
import { type Dataset, requireImages } from '../../data/dataset.js';
import { ChannelNorm, type ChannelNormJson } from '../../data/images/channel-norm.js';
import { requireAugmentation } from '../../data/images/image-batch.js';
import {
  damaged,
  isNames,
  type ModelFile,
  readModelFile,
  requireFloats,
  requireMethod,
  writeModelFile,
} from '../../files/model-file.js';
import { readSafetensors, type Tensor } from '../../files/safetensors.js';
import { plus } from '../../runtime/address.js';
import { type Engine, engineOf } from '../../runtime/engine.js';
import { Pace } from '../../runtime/pace.js';
import type { GateLayout } from '../../structure/gates.js';
import type { FIT, FitOptions, FitResult } from '../../training/fit.js';
import { argmax, type Evaluation, metrics } from '../../training/metrics.js';
import { Net, type NetDescription, type Prediction, type RunOptions, type RunSettings } from '../net.js';
import { describeTarget, requireDataset, requireSameTargets, type TargetInfo } from '../target.js';
import { type ConvNode, type Plan, planBackbone, widened } from './backbone.js';
import { backboneLayers } from './backbone-layers.js';
import type { GatedBatch } from './gated-inference.js';
import type { GatedShape } from './gated-layers.js';
import { GatedNetwork, type InferenceOptions } from './gated-network.js';
import {
  GATED_FIT,
  GATED_PREDICT,
  GATED_RUN,
  GATER,
  type GaterNetOptions,
  type GaterSettings,
  STATE_DICT,
} from './options.js';
import { readStateDict } from './state-dict.js';

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
  static async create(train: Dataset, given: GaterNetOptions = {}): Promise<GaterNet> {
    requireDataset(train, 'train');
    const options = complete(GATER, given, 'GaterNet.create');
    const images = requireImages(train.features, 'train');
    const target = describeTarget(train);
    const { seed, normalise, backbone, gater } = options;
    const { channels, height, width } = images;
    const spec = {
      ...options,
      backbone: widened(backbone, options.width, 'width'),
      gater: gater === false ? gater : widened(gater, options.gaterWidth, 'gaterWidth'),
    };
    const shape = shapeOf(spec, { channels, height, width }, target);
    const norm = normalise ? normOf(normalise, channels) : ChannelNorm.learn(images);
    const state: GatedState = { method: 'gaternet', options: { seed }, target, shape, norm };
    const net = new GaterNet(await engineOf(options), state);
    net.network.initialise(seed);
    return net;
  }

  /** Reads what `save` wrote. TypeError for other bytes, RangeError for damaged ones. */
  static async load(saved: Uint8Array | ModelFile, options: { engine?: Engine } = {}): Promise<GaterNet> {
    const file = modelFileOf(saved);
    requireMethod(file, 'gaternet');
    const { tensors, header } = file;
    const state = stateFrom(header);
    if (!state.shape.gater && Object.keys(tensors).some((name) => name.startsWith('gater_state_dict.')))
      throw damaged('tensors of a gater, but no gater');
    return GaterNet.filled(await engineOf(options), state, tensors);
  }

  /**
   * Reads weights under the names of google-research/gaternet: a safetensors file with `backbone_state_dict.*` and, for a gated net,
   * `gater_state_dict.*`, a `module.` of DataParallel allowed. Depth, width and bottleneck follow from the names and shapes.
   */
  static async fromStateDict(bytes: Uint8Array, given: OptionsOf<typeof STATE_DICT> = {}): Promise<GaterNet> {
    const options = complete(STATE_DICT, given, 'GaterNet.fromStateDict');
    if (!(bytes instanceof Uint8Array)) throw new TypeError(`bytes: expected a Uint8Array, got ${typeof bytes}`);
    const { tensors, channels, classes, ...found } = readStateDict(readSafetensors(bytes).tensors);
    const { image, normalise, placement, classNames } = options;
    const target: TargetInfo = { kind: 'classes', outputs: classes, ...(classNames ? { names: classNames } : {}) };
    if (!isNames(classNames, classes))
      throw new RangeError(`classNames: expected ${classes} names, got ${classNames?.length}`);
    const { height, width } = image;
    const { penalty, pretrainEpochs } = complete(GATER, {}, '');
    const spec = { ...found, placement, penalty: penalty, pretrainEpochs };
    const shape = shapeOf(spec, { channels, height, width }, target);
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
    return super.fit(train, options);
  }

  protected override get fitOptions(): Options & typeof FIT {
    return GATED_FIT as unknown as Options & typeof FIT;
  }

  /** Outputs for every image, and the gates with `gates: true`. */
  override async predict(data: Dataset, given: OptionsOf<typeof GATED_PREDICT> = {}): Promise<GatedPrediction> {
    const options = complete(GATED_PREDICT, given, 'predict');
    const prepared = this.prepare(data, 'data', false);
    const gates = options.gates ? this.gateRows(prepared.rows) : undefined;
    const outputs = await this.run<GatedBatch>(prepared, options, {
      ...(gates ? { visit: (batch) => gates.set(batch.gates!, batch.rows[0]! * this.network.gates) } : {}),
    });
    const classes = this.target.kind === 'classes' ? { classes: argmax(outputs, this.target.outputs) } : {};
    return { outputs, ...classes, ...(gates ? { gates } : {}) };
  }

  /** Which gates each image opens: [rows][gates], 0 or 1. The gater alone runs. */
  async gates(data: Dataset, options: RunOptions = {}): Promise<Float32Array> {
    const gates = this.gateRows(this.prepare(data, 'data', false).rows);
    for await (const batch of this.gateBatches(data, options)) gates.set(batch.gates, batch.first * this.network.gates);
    return gates;
  }

  /** gates, some rows from `first` on at a time: for more images than the gates of all should be held. */
  async *gateBatches(data: Dataset, given: RunOptions = {}): AsyncGenerator<{ first: number; gates: Float32Array }> {
    const { batchSize, signal } = complete(GATED_RUN, given, 'gates');
    const prepared = this.prepare(data, 'data', false);
    const { network, engine } = this;
    if (!network.gater) throw new TypeError('gates: this net has no gater');
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
  override async evaluate(data: Dataset, given: RunOptions = {}): Promise<GatedEvaluation> {
    const options = complete(GATED_RUN, given, 'evaluate');
    return this.assess(this.prepare(data, 'data', true), options);
  }

  /** As every net's, tensors under the names of google-research/gaternet. */
  save(metadata?: Readonly<Record<string, string>>): Uint8Array {
    this.requireAlive();
    const { network, state } = this;
    const tensors: Record<string, Tensor> = {};
    for (const { name, offset, shape } of network.segments) {
      const length = shape.reduce((a, b) => a * b, 1);
      const data = this.engine.f32(plus(network.parameters.at, offset * 4), length).slice();
      tensors[fileName(name)] = { shape, data };
    }
    return writeModelFile(tensors, { ...state, norm: state.norm.toJSON() }, metadata);
  }

  describe(): NetDescription {
    const { method, seed, weights, target, multiplyAdds, network } = this;
    const { image, backbone, gater, placement, bottleneck, bottleneckNorm, penalty, pretrainEpochs, augmentation } =
      network.shape;
    return {
      method,
      seed,
      weights,
      input: { kind: 'images', ...image },
      target,
      layers: backboneLayers(network),
      image,
      backbone,
      ...(gater ? { gater, placement, bottleneck, bottleneckNorm, penalty, pretrainEpochs } : {}),
      ...(augmentation ? { augmentation } : {}),
      gates: network.gates,
      multiplyAdds,
    };
  }

  protected override get identity(): Record<string, unknown> {
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

  protected override async assess(data: Dataset, options: RunSettings): Promise<GatedEvaluation> {
    const loss = { sum: 0, weight: 0 };
    let open = 0;
    const visit = ({ gates }: GatedBatch) => {
      for (const gate of gates ?? []) open += gate;
    };
    const outputs = await this.run<GatedBatch>(data, options, { loss, visit });
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

/** The normalisation that a user gives. */
function normOf(normalise: NonNullable<GaterNetOptions['normalise']>, channels: number): ChannelNorm {
  const norm = ChannelNorm.of(normalise, 'normalise');
  if (norm.mean.length === channels) return norm;
  throw new RangeError(`normalise.mean: expected a number for each of ${channels} channels, got ${norm.mean.length}`);
}

function modelFileOf(saved: Uint8Array | ModelFile): ModelFile {
  return saved instanceof Uint8Array || !saved?.tensors ? readModelFile(saved as Uint8Array) : saved;
}

function fileName(name: string): string {
  return name.replace(/^(backbone|gater)\./, '$1_state_dict.');
}

type Spec = Pick<
  GatedShape,
  'backbone' | 'placement' | 'bottleneck' | 'bottleneckNorm' | 'penalty' | 'pretrainEpochs'
> &
  Pick<GaterSettings, 'gater' | 'augmentation'>;

/** Checks that the parts go together. */
function shapeOf(spec: Spec, image: GatedShape['image'], target: TargetInfo): GatedShape {
  const { backbone, gater, placement, bottleneck, bottleneckNorm, penalty, pretrainEpochs, augmentation } = spec;
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

const FIELDS = 'fields are missing or out of range';

/** Checks the metadata of a file. */
function stateFrom(header: Record<string, unknown>): GatedState {
  const { target, shape, norm, options } = header as Partial<Omit<GatedState, 'norm'>> & { norm?: ChannelNormJson };
  if (!target || !shape || !norm || !options) throw damaged(FIELDS);
  if (!['classes', 'tasks', 'values'].includes(target.kind) || !isNames(target.names, target.outputs))
    throw damaged(FIELDS);
  try {
    requireInteger(target.outputs, 1, 'target.outputs');
    if (shape.target !== target.kind || shape.outputs !== target.outputs) throw damaged(FIELDS);
    const { image, backbone, gater = false, placement, bottleneck, bottleneckNorm, penalty, pretrainEpochs } = shape;
    const { augmentation } = shape;
    const gating = gater === false ? {} : { placement, bottleneck, bottleneckNorm, penalty, pretrainEpochs };
    const { seed } = options;
    requireInteger(seed, 0, 'seed');
    const sound = complete(GATER, { seed, backbone, gater, augmentation, ...gating }, 'bytes');
    const full = shapeOf(gater === false ? { ...sound, placement, bottleneck, bottleneckNorm } : sound, image, target);
    const state: GatedState = {
      method: 'gaternet',
      options: { seed },
      target,
      shape: full,
      norm: ChannelNorm.fromJSON(norm),
    };
    if (state.norm.mean.length !== full.image.channels) throw damaged(FIELDS);
    return state;
  } catch (cause) {
    throw damaged(FIELDS, cause);
  }
}
