import { requireArray, requireEach } from '../../check/arrays.js';
import { complete } from '../../check/complete.js';
import type { Options, OptionsOf } from '../../check/option.js';
import { type Dataset, requireDataset, requireImages, requireSound } from '../../data/dataset.js';
import { ChannelNorm } from '../../data/images/channel-norm.js';
import type { Outline } from '../../data/outline.js';
import { isStream, type Streamed } from '../../data/streamed.js';
import { checkTargets } from '../../data/targets.js';
import {
  damaged,
  isNames,
  type ModelFile,
  modelFileOf,
  requireFloats,
  requireMethod,
  writingModelFile,
} from '../../files/model-file.js';
import type { Tensor } from '../../files/safetensors.js';
import { readSealed } from '../../files/sealed.js';
import { plus } from '../../runtime/address.js';
import { requireMemory } from '../../runtime/budget.js';
import { type Engine, engineOf } from '../../runtime/engine.js';
import { Pace } from '../../runtime/pace.js';
import { bytesBeside, bytesOf } from '../../runtime/rehearsal.js';
import { copying, inTurns, placing, type Steps, touching } from '../../runtime/steps.js';
import type { GateLayout } from '../../structure/gates.js';
import { argmax } from '../../training/class-metrics.js';
import type { FitResult } from '../../training/fit.js';
import type { FIT, FitOptions } from '../../training/fit-options.js';
import { confusionBytes, type Evaluation, metrics } from '../../training/metrics.js';
import { meanLoss } from '../finite-rows.js';
import { filled, LOAD, type LoadOptions, Net, type NetDescription, type Prediction, type RunOptions } from '../net.js';
import type { AssessOptions, RunSettings } from '../net-parts.js';
import { precisionIn } from '../precision.js';
import { describeTarget, requireSameTargets, type TargetInfo } from '../target.js';
import { type ConvNode, widened } from './backbone.js';
import { backboneLayers } from './backbone-layers.js';
import type { GatedBatch } from './gated-inference.js';
import { GatedNetwork } from './gated-network.js';
import { fileName, type GatedState, laterOf, normOf, requireTensors, shapeOf, stateFrom } from './gated-state.js';
import { GATED_FIT, GATED_PREDICT, GATED_RUN, GATER, type GaterNetOptions, STATE_DICT } from './options.js';
import { readStateDict } from './state-dict.js';

export interface GatedPrediction extends Prediction {
  /** [rows][gates], 0 or 1, where asked for. */
  gates?: Float32Array;
}

export interface GatedEvaluation extends Evaluation {
  /** Mean share of gates that were open; missing without a gater. */
  gatesOpen?: number;
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
    super(engine, state);
    this.state = state;
    GaterNet.requireRoom(engine, state);
    this.network = GaterNet.lay(engine, state);
  }

  private static lay(engine: Engine, { shape, norm, target }: GatedState): GatedNetwork {
    return new GatedNetwork(engine, shape, norm, target);
  }

  /** The bytes that it takes; RangeError where they are not to be had. */
  private static requireRoom(engine: Engine, state: GatedState): number {
    const memory = bytesOf(engine, (dry) => GaterNet.lay(dry, state));
    requireMemory(engine, memory, 'backbone', 'holding the weights of this net', 'fewer filters or smaller images');
    return memory;
  }

  /** A net whose weights are what `filling` makes them. */
  private static async filled(
    engine: Engine,
    state: GatedState,
    pace: Pace,
    filling: (net: GaterNet) => Steps<void>,
  ): Promise<GaterNet> {
    await inTurns(touching(engine, GaterNet.requireRoom(engine, state)), pace);
    return filled(new GaterNet(engine, state), (net) => inTurns(filling(net), pace));
  }

  /**
   * A net with fresh weights for images of this shape and targets of this kind.
   * @throws TypeError, RangeError naming the option for what does not fit
   */
  static async create(train: Dataset, given: GaterNetOptions = {}): Promise<GaterNet> {
    requireSound(train, 'train');
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
    const pace = new Pace();
    const norm = normalise ? normOf(normalise, channels) : await inTurns(ChannelNorm.learning(images), pace);
    const state: GatedState = { method: 'gaternet', options: { seed }, target, shape, norm };
    return GaterNet.filled(await engineOf(options), state, pace, ({ network }) => network.initialising(seed));
  }

  /** Reads what `save` wrote. TypeError for other bytes, RangeError for damaged ones. */
  static async load(saved: Uint8Array | ModelFile, given: LoadOptions = {}): Promise<GaterNet> {
    const options = complete(LOAD, given, 'load');
    const file = await modelFileOf(saved);
    requireMethod(file, 'gaternet');
    const { tensors, header } = file;
    const state = stateFrom(header);
    if (!state.shape.gater && Object.keys(tensors).some((name) => name.startsWith('gater_state_dict.')))
      throw damaged('tensors of a gater, but no gater');
    return GaterNet.reading(await engineOf(options), state, tensors);
  }

  /**
   * Reads weights under the names of google-research/gaternet: a safetensors file with `backbone_state_dict.*` and, for a gated net,
   * `gater_state_dict.*`, a `module.` of DataParallel allowed. Depth, width and bottleneck follow from the names and shapes. A digest is checked where there is one.
   */
  static async fromStateDict(bytes: Uint8Array, given: OptionsOf<typeof STATE_DICT> = {}): Promise<GaterNet> {
    const options = complete(STATE_DICT, given, 'GaterNet.fromStateDict');
    const { tensors, channels, classes, ...found } = readStateDict(readSealed(bytes, 'bytes', 'state dict').tensors);
    const { image, normalise, placement, classNames } = options;
    const target: TargetInfo = { kind: 'classes', outputs: classes, ...(classNames ? { names: [...classNames] } : {}) };
    if (!isNames(classNames, classes))
      throw new RangeError(`classNames: expected ${classes} names, got ${classNames?.length}`);
    const { height, width } = image;
    const { penalty, pretrainEpochs } = complete(GATER, {}, '');
    const spec = { ...found, placement, penalty, pretrainEpochs };
    const shape = shapeOf(spec, { channels, height, width }, target);
    const norm = normOf(normalise, channels);
    const state: GatedState = { method: 'gaternet', options: { seed: 0 }, target, shape, norm };
    return GaterNet.reading(await engineOf(options), state, tensors);
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
    this.life.requireAlive();
    requireArray(gates, 'gates', Float32Array);
    const { backbone, classifier, gates: count } = this.network;
    if (gates.length !== count) throw new RangeError(`gates: expected ${count} numbers, got ${gates.length}`);
    requireEach(gates, (gate) => gate === 0 || gate === 1, 'gates', '0 or 1');
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
  override async fit(train: Dataset | Streamed, options: FitOptions = {}): Promise<FitResult> {
    // The gates of evaluations are told of datasets alone.
    if (isStream(options?.validation, 'validation')) requireDataset(options.validation, 'validation');
    return super.fit(train, options);
  }

  protected override get fitOptions(): Options & typeof FIT {
    return GATED_FIT as unknown as Options & typeof FIT;
  }

  /** Outputs for every image, and the gates with `gates: true`. TypeError for texts. */
  override async predict(
    data: Dataset | readonly string[],
    given: OptionsOf<typeof GATED_PREDICT> = {},
  ): Promise<GatedPrediction> {
    const options = complete(GATED_PREDICT, given, 'predict');
    requireDataset(data, 'data');
    this.check(data, 'data', false);
    const gates = options.gates ? this.gateRows(data.rows) : undefined;
    const visit = gates && ((batch: GatedBatch) => gates.set(batch.gates!, batch.rows[0]! * this.network.gates));
    const arrays =
      (gates?.byteLength ?? 0) + (options.skip ? 0 : this.maskedBytes(Math.min(options.batchSize, data.rows)));
    const whole = (size: number, pace: Pace) => this.network.batches(data, size, pace, { masked: true });
    const how = { arrays, ...(visit ? { visit } : {}), ...(options.skip ? {} : { batches: whole }) };
    const outputs = await this.life.read(() => this.run<GatedBatch>(data, options, how));
    const classes = this.target.kind === 'classes' ? { classes: argmax(outputs, this.target.outputs) } : {};
    return { outputs, ...classes, ...(gates ? { gates } : {}) };
  }

  /** Which gates each image opens: [rows][gates], 0 or 1. The gater alone runs. */
  async gates(data: Dataset, given: RunOptions = {}): Promise<Float32Array> {
    const options = complete(GATED_RUN, given, 'gates');
    this.check(data, 'data', false);
    const gates = this.gateRows(data.rows);
    await this.life.read(async () => {
      for await (const batch of this.decide(data, options)) gates.set(batch.gates, batch.first * this.network.gates);
    });
    return gates;
  }

  /**
   * gates, some rows from `first` on at a time: for more images than the gates of all should be held. The loop's end frees its memory, and so do break and an error; who
   * calls next() by hand must call return() too. Not while fit runs, which would have to wait for the loop, nor does fit start inside one.
   */
  async *gateBatches(data: Dataset, given: RunOptions = {}): AsyncGenerator<{ first: number; gates: Float32Array }> {
    const options = complete(GATED_RUN, given, 'gates');
    this.check(data, 'data', false);
    const release = this.life.keep('gateBatches');
    try {
      yield* this.decide(data, options);
    } finally {
      release();
    }
  }

  private async *decide(
    prepared: Dataset,
    { batchSize, signal }: RunSettings,
  ): AsyncGenerator<{ first: number; gates: Float32Array }> {
    const { network, engine } = this;
    if (!network.gater) throw new TypeError('gates: this net has no gater');
    const pace = new Pace(signal);
    const size = Math.min(batchSize, prepared.rows);
    const memory = bytesBeside(
      engine,
      (dry) => network.on(dry),
      (dry, net) => net.reserveDecisions(dry.scope(), size),
    );
    requireMemory(engine, memory, 'batchSize', `deciding on ${size} images at a time`, 'smaller batches');
    for await (const { rows, gates } of network.decisions(prepared, size, pace)) {
      yield { first: rows[0]!, gates: engine.f32(gates, rows.length * network.gates).slice() };
      if (pace.due) await pace.turn();
    }
  }

  /** As every net's, on labelled images, and the mean share of open gates. */
  override async evaluate(data: Dataset, given: RunOptions = {}): Promise<GatedEvaluation> {
    const options = complete(GATED_RUN, given, 'evaluate');
    this.check(data, 'data', true);
    return this.life.read(async () => this.assess(await this.prepared(data, 'data', true, new Pace()), options));
  }

  /** Tensors under the names of google-research/gaternet. */
  protected *packing(metadata?: Readonly<Record<string, string>>): Steps<Uint8Array<ArrayBuffer>> {
    const { network, state } = this;
    const tensors: Record<string, Tensor> = {};
    for (const { name, offset, shape } of network.segments) {
      const length = shape.reduce((a, b) => a * b, 1);
      const data = yield* copying(this.engine, { at: plus(network.parameters.at, offset * 4), length });
      tensors[fileName(name)] = { shape, data };
    }
    return yield* writingModelFile(tensors, { ...state, norm: state.norm.toJSON() }, metadata);
  }

  describe(): NetDescription {
    this.life.requireAlive();
    const { method, seed, weights, target, multiplyAdds, network } = this;
    const { image, backbone, gater, placement, bottleneck, bottleneckNorm, penalty, pretrainEpochs, augmentation } =
      network.shape;
    return structuredClone({
      method,
      seed,
      weights,
      input: { kind: 'images' as const, ...image },
      target,
      layers: backboneLayers(network),
      ...precisionIn(this.state),
      image,
      backbone,
      ...(gater
        ? { gater, placement, bottleneck, bottleneckNorm, penalty, pretrainEpochs, ...laterOf(network.shape) }
        : {}),
      ...(augmentation ? { augmentation } : {}),
      gates: network.gates,
      multiplyAdds,
    });
  }

  protected override get unit(): string {
    return 'images';
  }

  protected override get identity(): Record<string, unknown> {
    const { method, shape, norm, target } = this.state;
    const { mean, deviation } = target;
    return { method, shape, norm: norm.toJSON(), mean, deviation };
  }

  protected override batches(data: Dataset, size: number, pace: Pace): AsyncGenerator<GatedBatch> {
    return this.network.batches(data, size, pace);
  }

  protected fits(data: Outline, argument: string, labelled: boolean): void {
    const images = requireImages(data.features, argument);
    const { image } = this.state.shape;
    for (const side of ['channels', 'height', 'width'] as const) {
      if (images[side] === image[side]) continue;
      const sides = ({ channels, height, width }: typeof image) => `${channels} x ${height} x ${width}`;
      throw new RangeError(`${argument}: expected images of ${sides(image)}, got ${sides(images)}`);
    }
    if (labelled) requireSameTargets(data, this.target, argument);
  }

  protected override async assess(
    data: Dataset,
    options: RunSettings,
    { brief = false }: AssessOptions = {},
  ): Promise<GatedEvaluation> {
    const loss = { sum: 0, weight: 0 };
    const { target } = this.state;
    let open = 0;
    const visit = ({ gates }: GatedBatch) => {
      for (const gate of gates ?? []) open += gate;
    };
    const outputs = await this.run<GatedBatch>(data, options, {
      loss,
      visit,
      arrays: brief ? 0 : confusionBytes(target),
    });
    checkTargets(data.targets!, data.rows);
    return {
      loss: meanLoss(loss),
      rows: data.rows,
      ...metrics(outputs, data.targets!, { target, brief }),
      ...(this.network.gater ? { gatesOpen: open / (data.rows * this.network.gates) } : {}),
    };
  }

  /** What running closed filters takes beside: the largest of what layers put out for so many images. */
  private maskedBytes(images: number): number {
    const sizes = this.network.backbone.plan.outputs.map(({ channels, height, width }) => channels * height * width);
    return images * Math.max(...sizes) * 4;
  }

  private gateRows(rows: number): Float32Array {
    const { network, engine } = this;
    if (!network.gater) throw new TypeError('gates: this net has no gater');
    const arrays = rows * network.gates * 4;
    requireMemory(engine, arrays, 'data', `telling the gates of ${rows} images`, 'fewer images');
    return new Float32Array(rows * network.gates);
  }

  private static reading(engine: Engine, state: GatedState, tensors: Record<string, Tensor>): Promise<GaterNet> {
    requireTensors(tensors, state.shape);
    return GaterNet.filled(engine, state, new Pace(), (net) => net.fill(tensors));
  }

  private *fill(tensors: Record<string, Tensor>): Steps<void> {
    const { network } = this;
    for (const { name, offset, shape } of network.segments) {
      requireFloats(tensors, fileName(name), shape);
      const data = tensors[fileName(name)]!.data as Float32Array;
      if (name.endsWith('running_var') && data.some((v) => v < 0))
        throw new RangeError(`bytes: tensor '${fileName(name)}' holds variances below 0`);
      yield* placing(this.engine, plus(network.parameters.at, offset * 4), data);
    }
  }
}
