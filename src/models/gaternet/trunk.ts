import { BatchNorm } from '../../layers/batch-norm.js';
import { Conv, type ConvScratch } from '../../layers/conv.js';
import { PlaneGate } from '../../layers/plane-gate.js';
import { padded } from '../../numeric/padding.js';
import { type Address, NONE, plus } from '../../runtime/address.js';
import type { Engine, Scope } from '../../runtime/engine.js';
import { fillNormal, Purpose } from '../../runtime/random.js';
import type { ConvNode, GateRange, Plan, PlanNode } from './backbone.js';

/** A named run of floats in a block of parameters or statistics. */
export interface NamedSegment {
  readonly name: string;
  readonly offset: number;
  readonly shape: readonly number[];
}

/** What the layers of trunks that take turns may scribble on: `scratchBytes` of the hungriest. */
export interface TrunkScratch extends ConvScratch {
  readonly norm: Address;
}

/** Gates of a batch for training, [sample][gate] over all of the net: their values, and where their gradients go. */
export interface BatchGates {
  readonly total: number;
  readonly values: Address;
  readonly gradient: Address;
}

/** Convolutions, batch norms and pools from images to pooled features, for training: every filter runs. */
export class Trunk {
  readonly engine: Engine;
  readonly plan: Plan;
  /** Per node; undefined for pools. */
  readonly convs: readonly (Conv | undefined)[];
  readonly norms: readonly (BatchNorm | undefined)[];
  readonly segments: readonly NamedSegment[];
  readonly statisticSegments: readonly NamedSegment[];
  /** Floats in the model's block, padding included. */
  readonly parameterLength: number;
  readonly statisticLength: number;
  /** Weights, batch norm's included, padding and running statistics excluded. */
  readonly weights: number;

  constructor(engine: Engine, scope: Scope, plan: Plan) {
    this.engine = engine;
    this.plan = plan;
    const segments: NamedSegment[] = [];
    const statistics: NamedSegment[] = [];
    let length = 0;
    let statisticLength = 0;
    this.convs = plan.nodes.map((node) => (node.kind === 'conv' ? new Conv(engine, node.shape) : undefined));
    this.norms = plan.nodes.map((node, i) => {
      if (node.kind !== 'conv') return undefined;
      const { filters, channels, kernel } = node.shape;
      const norm = new BatchNorm(engine, scope, filters);
      segments.push({ name: `${node.name}.weight`, offset: length, shape: [filters, channels, kernel, kernel] });
      length += padded(this.convs[i]!.weightCount);
      for (const { name, offset } of norm.segments)
        segments.push({ name: `${node.norm}.${name}`, offset: length + offset, shape: [filters] });
      length += norm.parameterLength;
      for (const { name, offset } of norm.statisticSegments)
        statistics.push({ name: `${node.norm}.${name}`, offset: statisticLength + offset, shape: [filters] });
      statisticLength += norm.statisticLength;
      return norm;
    });
    this.segments = segments;
    this.statisticSegments = statistics;
    this.parameterLength = length;
    this.statisticLength = statisticLength;
    this.weights = segments.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  }

  /** Channels of the last node: what global average pooling leaves of an image. */
  get features(): number {
    return this.plan.outputs.at(-1)!.channels;
  }

  /** Points the layers at their parameters, gradients and running statistics (bytes). */
  bind(parameters: Address, gradients: Address, statistics: Address): void {
    let offset = 0;
    let statistic = 0;
    this.convs.forEach((conv, i) => {
      if (!conv) return;
      const norm = this.norms[i]!;
      conv.weight = plus(parameters, offset);
      conv.dweight = plus(gradients, offset);
      offset += padded(conv.weightCount) * 4;
      norm.bind(plus(parameters, offset), plus(gradients, offset), plus(statistics, statistic));
      offset += norm.parameterLength * 4;
      statistic += norm.statisticLength * 4;
    });
  }

  /** Convolutions normal with standard deviation √(2 / fan out) (He et al. 2015), batch norm 1 and 0. `stream` numbers the first. */
  initialise(seed: number, stream: number): void {
    const { engine } = this;
    this.convs.forEach((conv, i) => {
      if (!conv) return;
      const { filters, kernel } = conv.shape;
      const room = padded(conv.weightCount);
      const std = Math.sqrt(2 / (filters * kernel * kernel));
      fillNormal(engine, conv.weight, room, std, seed, Purpose.initialWeights, stream + i);
      engine.f32(conv.weight, room).fill(0, conv.weightCount);
      this.norms[i]!.initialise();
    });
  }

  /** Bytes of activations and gradients for batches of n, packing and work room apart. */
  trainingBytes(n: number): number {
    const { nodes, outputs } = this.plan;
    const sizes = outputs.map(({ channels, height, width }) => channels * height * width);
    const kept = nodes.reduce((sum, node, i) => sum + sizes[i]! * (buffersOf(node) + 1), 0);
    return n * 4 * (kept + GRADIENTS * Math.max(...sizes) + this.plan.gates * 4);
  }

  /** Bytes of scratch for batches of n. */
  scratchBytes(n: number): { pack: number; work: number; norm: number } {
    const most = (sizes: (number | undefined)[]) => Math.max(0, ...sizes.map((size) => size ?? 0));
    return {
      pack: most(this.convs.map((conv) => conv?.packBytes)),
      work: most(this.convs.map((conv) => conv?.workBytes(n))),
      norm: most(this.norms.map((norm) => norm?.scratchBytes(n))),
    };
  }
}

/** Gradients of activations that are alive at once: a block's output, its shortcut, what is being made, and its sum's second part. */
const GRADIENTS = 4;

/** Activations that backward needs beside the output. */
function buffersOf(node: PlanNode): number {
  return node.kind === 'conv' ? (node.gate && node.shortcut === undefined ? 2 : 1) : node.kind === 'max-pool' ? 1 : 0;
}

/** Buffers of one batch size through a trunk, and the passes over them. */
export class TrunkPass {
  /** [sample][feature] after `forward`. */
  readonly features: Address;
  private readonly trunk: Trunk;
  /** Outputs of the nodes. */
  private readonly y: readonly Address[];
  /** Convolutions before their norm; winners of max pools. */
  private readonly inner: readonly Address[];
  /** Gated nodes without shortcut: after the ReLU, before the gate. */
  private readonly ungated: readonly Address[];
  /** Gated nodes: their gates and the gradients, [sample][filter]. */
  private readonly gates: readonly Address[];
  private readonly dgates: readonly Address[];
  private readonly gradients: Address[];
  private readonly gate: PlaneGate;

  constructor(scope: Scope, trunk: Trunk, n: number) {
    const { engine, plan } = trunk;
    this.trunk = trunk;
    const sizes = plan.outputs.map(({ channels, height, width }) => n * channels * height * width * 4);
    const buffer = (i: number, wanted: boolean) => (wanted ? scope.bytes(sizes[i]!) : NONE);
    this.y = sizes.map((size) => scope.bytes(size));
    this.inner = plan.nodes.map((node, i) => buffer(i, node.kind !== 'average-pool'));
    this.ungated = plan.nodes.map((node, i) => buffer(i, gateAfterRelu(node)));
    const rows = (node: PlanNode) => (node.kind === 'conv' && node.gate ? scope.bytes(n * node.gate.count * 4) : NONE);
    this.gates = plan.nodes.map(rows);
    this.dgates = plan.nodes.map(rows);
    this.gradients = Array.from({ length: GRADIENTS }, () => scope.bytes(Math.max(...sizes)));
    this.features = scope.bytes(n * trunk.features * 4);
    const most = Math.max(1, ...plan.nodes.map((node) => (node.kind === 'conv' ? node.shape.filters : 1)));
    this.gate = new PlaneGate(engine, scope, most);
  }

  /** Features of n images, by the batch's own statistics. Without gates all filters are open. */
  forward(images: Address, n: number, gates: BatchGates | undefined, scratch: TrunkScratch): void {
    const { trunk, y, inner } = this;
    const { kernels } = trunk.engine;
    const { nodes, outputs } = trunk.plan;
    nodes.forEach((node, i) => {
      const x = node.input < 0 ? images : y[node.input]!;
      const out = outputs[i]!;
      const hw = out.height * out.width;
      if (node.kind !== 'conv') {
        const { channels, height, width, size, stride, padding } = node.shape;
        const sizes = [n * channels, height, width, out.height, out.width, size, stride, padding] as const;
        if (node.kind === 'max-pool') kernels.max_pool_forward(y[i]!, inner[i]!, x, ...sizes);
        else kernels.average_pool_forward(y[i]!, x, ...sizes);
        return;
      }
      trunk.convs[i]!.forward(inner[i]!, x, n, scratch);
      const gate = node.gate && gates ? this.takeGates(i, node.gate, gates, n) : NONE;
      const after = gateAfterRelu(node);
      const normed = after && gate ? this.ungated[i]! : y[i]!;
      const shortcut = node.shortcut === undefined ? NONE : y[node.shortcut]!;
      const extras = { relu: node.relu, shortcut, gate: after ? NONE : gate };
      trunk.norms[i]!.forward(normed, inner[i]!, n, hw, extras, scratch.norm);
      if (after && gate) this.gate.forward(y[i]!, normed, gate, n, out.channels, hw);
    });
    const { channels, height, width } = outputs.at(-1)!;
    kernels.global_average_forward(this.features, y.at(-1)!, n * channels, height * width);
  }

  /** Gradients of all parameters, and of the gates, from those of the features, after `forward` over the same. */
  backward(images: Address, n: number, dfeatures: Address, gates: BatchGates | undefined, scratch: TrunkScratch): void {
    const { trunk, y, inner } = this;
    const { kernels } = trunk.engine;
    const { nodes, outputs } = trunk.plan;
    const free = [...this.gradients];
    const grads: (Address | undefined)[] = nodes.map(() => undefined);
    const length = (i: number) => n * outputs[i]!.channels * outputs[i]!.height * outputs[i]!.width;
    /** Hands a gradient to a node, which keeps the buffer or adds it to what it has. */
    const give = (to: number, from: Address) => {
      if (grads[to] === undefined) grads[to] = from;
      else {
        kernels.accumulate(grads[to]!, from, length(to));
        free.push(from);
      }
    };
    const top = free.pop()!;
    const { channels, height, width } = outputs.at(-1)!;
    kernels.global_average_backward(top, dfeatures, n * channels, height * width);
    grads[nodes.length - 1] = top;
    for (let i = nodes.length - 1; i >= 0; i--) {
      const node = nodes[i]!;
      const dy = grads[i]!;
      const x = node.input < 0 ? images : y[node.input]!;
      const out = outputs[i]!;
      const hw = out.height * out.width;
      if (node.kind !== 'conv') {
        if (node.input >= 0) {
          const dx = free.pop()!;
          const { channels: c, height: h, width: w, size, stride, padding } = node.shape;
          if (node.kind === 'max-pool') kernels.max_pool_backward(dx, dy, inner[i]!, n * c, h * w, hw);
          else kernels.average_pool_backward(dx, dy, n * c, h, w, out.height, out.width, size, stride, padding);
          give(node.input, dx);
        }
        free.push(dy);
        continue;
      }
      const gate = node.gate && gates ? this.gates[i]! : NONE;
      const after = gateAfterRelu(node);
      if (after && gate)
        this.gate.backward(dy, this.dgates[i]!, dy, this.ungated[i]!, gate, n, out.channels, hw, scratch.norm);
      const normed = after && gate ? this.ungated[i]! : y[i]!;
      const extras = { relu: node.relu, gate: after ? NONE : gate };
      const dgate = after || !gate ? NONE : this.dgates[i]!;
      // What the convolution put out is not needed any more: its buffer takes the gradient.
      const z = inner[i]!;
      trunk.norms[i]!.backward(z, dy, dgate, dy, normed, z, n, hw, extras, scratch.norm);
      if (gate) this.putGateGradients(i, node.gate!, gates!, n);
      if (node.shortcut === undefined) free.push(dy);
      else give(node.shortcut, dy);
      trunk.convs[i]!.backwardWeight(x, z, n, scratch);
      if (node.input >= 0) {
        const dx = free.pop()!;
        trunk.convs[i]!.backwardInput(dx, z, n, scratch);
        give(node.input, dx);
      }
    }
  }

  /** Copies a node's gates out of the rows of all gates. */
  private takeGates(i: number, { first, count }: GateRange, gates: BatchGates, n: number): Address {
    const { engine } = this.trunk;
    const all = engine.f32(gates.values, n * gates.total);
    const own = engine.f32(this.gates[i]!, n * count);
    for (let s = 0; s < n; s++)
      own.set(all.subarray(s * gates.total + first, s * gates.total + first + count), s * count);
    return this.gates[i]!;
  }

  private putGateGradients(i: number, { first, count }: GateRange, gates: BatchGates, n: number): void {
    const { engine } = this.trunk;
    const all = engine.f32(gates.gradient, n * gates.total);
    const own = engine.f32(this.dgates[i]!, n * count);
    for (let s = 0; s < n; s++) all.set(own.subarray(s * count, (s + 1) * count), s * gates.total + first);
  }
}

/** Whether a node's gate comes after its ReLU: its closed planes are zero. */
export function gateAfterRelu(node: PlanNode): node is ConvNode & { gate: GateRange } {
  return node.kind === 'conv' && node.gate !== undefined && node.shortcut === undefined;
}
