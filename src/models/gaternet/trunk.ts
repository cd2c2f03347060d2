import { BatchNorm } from '../../layers/batch-norm.js';
import { Conv } from '../../layers/conv.js';
import { DRAWN } from '../../layers/linear.js';
import { padded } from '../../numeric/padding.js';
import { type Address, plus } from '../../runtime/address.js';
import type { Engine, Scope } from '../../runtime/engine.js';
import { fillNormal, Purpose } from '../../runtime/random.js';
import type { Steps } from '../../runtime/steps.js';
import type { ConvNode, GateRange, Plan, PlanNode } from './backbone.js';

/** A named run of floats in a block of parameters or statistics. */
export interface NamedSegment {
  readonly name: string;
  readonly offset: number;
  readonly shape: readonly number[];
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
  *initialising(seed: number, stream: number): Steps<void> {
    const { engine } = this;
    for (const [i, conv] of this.convs.entries()) {
      if (!conv) continue;
      const { filters, kernel } = conv.shape;
      const room = padded(conv.weightCount);
      const std = Math.sqrt(2 / (filters * kernel * kernel));
      for (let from = 0; from < room; from += DRAWN) {
        const some = Math.min(DRAWN, room - from);
        fillNormal(engine, plus(conv.weight, from * 4), some, std, seed, Purpose.initialWeights, stream + i, from / 16);
        yield;
      }
      engine.f32(conv.weight, room).fill(0, conv.weightCount);
      this.norms[i]!.initialise();
    }
  }

  /** Running statistics take up those of the last batch. */
  commit(): void {
    for (const norm of this.norms) norm?.commit();
  }

  /** Bytes of scratch for batches of n; `work` for each thread. */
  scratchBytes(n: number): { pack: number; work: number; sums: number; norm: number } {
    const most = (sizes: (number | undefined)[]) => Math.max(0, ...sizes.map((size) => size ?? 0));
    return {
      pack: most(this.convs.map((conv) => conv?.packBytes)),
      work: most(this.convs.map((conv) => conv?.workBytes(n))),
      sums: most(this.convs.map((conv) => conv?.sumBytes(n))),
      norm: most(this.norms.map((norm) => norm?.scratchBytes(n))),
    };
  }
}

/** Gradients of activations that are alive at once: a block's output, its shortcut, what is being made, and its sum's second part. */
export const GRADIENTS = 4;

/** Whether a node's gate comes after its ReLU: its closed planes are zero. */
export function gateAfterRelu(node: PlanNode): node is ConvNode & { gate: GateRange } {
  return node.kind === 'conv' && node.gate !== undefined && node.shortcut === undefined;
}
