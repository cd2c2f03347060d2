import type { ConvScratch } from '../../layers/conv.js';
import { type Address, NONE } from '../../runtime/address.js';
import type { Scope } from '../../runtime/engine.js';
import type { PlanNode } from './backbone.js';
import { GRADIENTS, gateAfterRelu, type Trunk } from './trunk.js';

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

/** Buffers of one batch size through a trunk in training. */
export class TrunkSpace {
  /** [sample][feature] after a forward pass. */
  readonly features: Address;
  /** Outputs of the nodes. */
  readonly y: readonly Address[];
  /** Convolutions before their norm; winners of max pools. */
  readonly inner: readonly Address[];
  /** Gated nodes without shortcut: after the ReLU, before the gate. */
  readonly ungated: readonly Address[];
  /** Gated nodes: their gates and the gradients, [sample][filter]. */
  readonly gates: readonly Address[];
  readonly dgates: readonly Address[];
  readonly gradients: readonly Address[];
  /** Zeros, for the most filters of a node each. */
  readonly planes: { readonly ones: Address; readonly zeros: Address; readonly length: number };

  constructor(
    scope: Scope,
    readonly trunk: Trunk,
    n: number,
  ) {
    const { plan } = trunk;
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
    const length = Math.max(1, ...plan.nodes.map((node) => (node.kind === 'conv' ? node.shape.filters : 1)));
    this.planes = { ones: scope.zeros(length), zeros: scope.zeros(length), length };
  }
}
