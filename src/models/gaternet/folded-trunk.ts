import { at, inSamples } from '../../layers/batch-norm.js';
import { PLAIN } from '../../layers/conv.js';
import { convolveOpen, OpenFilters } from '../../layers/open-filters.js';
import { type Address, NONE } from '../../runtime/address.js';
import type { Engine, Scope } from '../../runtime/engine.js';
import type { Own } from '../../runtime/fork.js';
import type { Kernels } from '../../runtime/kernels.js';
import type { Pace } from '../../runtime/pace.js';
import { inSizes, ownOf } from '../../runtime/parts.js';
import type { ConvNode, GateRange, PlanNode, PoolNode } from './backbone.js';
import { gateAfterRelu, type Trunk } from './trunk.js';

/** Gates of a batch for inference, [sample][gate] over all of the net, 0 or 1. */
export interface OpenGates {
  readonly total: number;
  /** No view of the engine's memory, which dies when others that have their turn allocate. */
  readonly rows: Float32Array;
}

/**
 * A trunk for inference: running statistics are folded into packed weights, sums of shortcuts happen in place, and closed filters and the channels
 * they would have made cost no arithmetic, sample by sample. Holds a copy of the weights as they were at `fold`.
 */
export class FoldedTrunk {
  /** [sample][feature] after `forward`. */
  readonly features: Address;
  private readonly engine: Engine;
  private readonly trunk: Trunk;
  private readonly packed: readonly Address[];
  private readonly bias: readonly Address[];
  /** Where each node's output goes; a sum takes its shortcut's place. */
  private readonly place: readonly Address[];
  private readonly work: Own;
  /** Weights of a convolution times their scales. */
  private readonly scaled: Address;
  /** Of each gated node, the open filters of n samples, as ConvExtras has them. */
  private readonly lists: readonly Address[];
  private readonly ones: Address;
  private readonly zeros: Address;

  constructor(scope: Scope, trunk: Trunk, n: number) {
    const { engine, plan } = trunk;
    this.engine = engine;
    this.trunk = trunk;
    this.work = ownOf(engine, scope, Math.max(...trunk.convs.map((conv) => conv?.workBytes(n) ?? 0)));
    this.scaled = scope.bytes(Math.max(...trunk.convs.map((conv) => conv?.weightCount ?? 0)) * 4);
    this.features = scope.bytes(n * trunk.features * 4);
    const most = Math.max(...plan.outputs.map(({ channels }) => channels));
    this.ones = scope.zeros(most);
    this.zeros = scope.zeros(most);
    engine.f32(this.ones, most).fill(1);
    this.place = places(plan.nodes, (slots) => {
      const largest = Math.max(...plan.outputs.map(({ channels, height, width }) => channels * height * width));
      return Array.from({ length: slots }, () => scope.bytes(n * largest * 4));
    });
    this.lists = plan.nodes.map((node) =>
      node.kind === 'conv' && node.gate ? scope.bytes(n * (1 + node.gate.count) * 4) : NONE,
    );
    this.packed = trunk.convs.map((conv) => (conv ? scope.bytes(conv.packBytes) : NONE));
    this.bias = trunk.convs.map((conv) => (conv ? scope.bytes(conv.shape.filters * 4) : NONE));
  }

  /** Takes the trunk's weights and running statistics as they are now; nothing may write to them until it is done. */
  async fold(pace: Pace): Promise<void> {
    const { engine, trunk, scaled, work } = this;
    for (const [i, conv] of trunk.convs.entries()) {
      if (!conv) continue;
      if (pace.due) await pace.turn();
      const { scale, shift } = trunk.norms[i]!.folded();
      const weights = engine.f32(conv.weight, conv.weightCount);
      const out = engine.f32(scaled, conv.weightCount);
      const each = conv.weightCount / conv.shape.filters;
      for (let f = 0, w = 0; f < scale.length; f++) {
        const factor = scale[f]!;
        for (const end = w + each; w < end; w++) out[w] = weights[w]! * factor;
      }
      engine.f32(this.bias[i]!, shift.length).set(shift);
      await conv.pack(this.packed[i]!, scaled, work, pace);
    }
  }

  /**
   * Features of n images. Closed filters are skipped; `masked` runs them all and multiplies instead: the same bits for more work, to
   * compare with.
   */
  async forward(images: Address, n: number, pace: Pace, gates?: OpenGates, masked = false): Promise<void> {
    const { trunk, engine, place } = this;
    const { nodes, outputs } = trunk.plan;
    const rows = masked ? undefined : gates?.rows;
    const open = nodes.map((node, i) =>
      rows && hasGate(node) ? new OpenFilters(engine, this.lists[i]!, rows, gates!.total, node.gate, n) : undefined,
    );
    /** Of nodes whose closed planes are zero, and so need not be read: their gates. */
    const zeroed: (OpenFilters | undefined)[] = [];
    for (const [i, node] of nodes.entries()) {
      const x = node.input < 0 ? images : place[node.input]!;
      const source = zeroed[node.input];
      if (node.kind !== 'conv') {
        zeroed[i] = source;
        await this.pool(node, i, x, n, source, pace);
      } else {
        zeroed[i] = gateAfterRelu(node) ? open[i] : undefined;
        if (masked) await this.convolveMasked(node, i, x, n, gates, pace);
        else {
          const added = node.shortcut === undefined ? undefined : zeroed[node.shortcut];
          if (added) {
            // Closed planes are not written, as no convolution reads them; a sum does.
            const { height, width } = outputs[i]!;
            await added.zeroClosed(place[node.shortcut!]!, height * width, pace);
          }
          await this.convolve(node, i, x, n, open[i], source, pace);
        }
      }
    }
    const { channels, height, width } = outputs.at(-1)!;
    const [top, hw] = [place.at(-1)!, height * width];
    await inSamples(engine, pace, n, channels * hw, ({ kernels }, first, last) => {
      const to = at(this.features, first, channels);
      kernels.global_average_forward(to, at(top, first, channels * hw), (last - first) * channels, hw);
    });
    const last = zeroed.at(-1);
    if (last) clearClosed(engine.f32(this.features, n * channels), channels, last);
  }

  private async convolve(
    node: ConvNode,
    i: number,
    x: Address,
    n: number,
    own: OpenFilters | undefined,
    source: OpenFilters | undefined,
    pace: Pace,
  ): Promise<void> {
    const conv = this.trunk.convs[i]!;
    const y = this.place[i]!;
    const shortcut = node.shortcut === undefined ? NONE : y;
    const added = { bias: this.bias[i]!, shortcut, relu: node.relu };
    await convolveOpen(conv, y, x, this.packed[i]!, n, added, source, own, this.work, pace);
    if (own && node.shortcut !== undefined && node.relu) await this.reluClosed(node, i, own, n, pace);
  }

  /** Where a filter is closed its shortcut is all there is; one that may be negative needs the ReLU. */
  private async reluClosed(node: ConvNode, i: number, own: OpenFilters, n: number, pace: Pace): Promise<void> {
    if (afterRelu(this.trunk.plan.nodes, node.shortcut!)) return;
    const { height, width, channels } = this.trunk.plan.outputs[i]!;
    const { ones, zeros } = this;
    const hw = height * width;
    await inSamples(this.engine, pace, n, channels * hw, ({ kernels }, first, last) => {
      for (let s = first; s < last; s++) {
        for (let c = 0; c < channels; c++) {
          const from = c;
          while (c < channels && !own.isOpen(s, c)) c++;
          if (c === from) continue;
          const planes = at(this.place[i]!, s * channels + from, hw);
          kernels.batch_norm_apply(planes, planes, ones, zeros, NONE, NONE, 1, c - from, hw, 1);
        }
      }
    });
  }

  private async convolveMasked(
    node: ConvNode,
    i: number,
    x: Address,
    n: number,
    gates: OpenGates | undefined,
    pace: Pace,
  ): Promise<void> {
    const { engine, ones, zeros, work } = this;
    const conv = this.trunk.convs[i]!;
    const { channels, height, width } = this.trunk.plan.outputs[i]!;
    const scope = engine.scope();
    try {
      const raw = scope.bytes(n * channels * height * width * 4);
      const extras = { ...PLAIN, bias: this.bias[i]! };
      const all = n * conv.multiplyAdds();
      await inSizes(
        engine,
        pace,
        all,
        n,
        conv.imagesAtOnce(n),
        ({ kernels, own }, first, last) => conv.run(kernels, raw, x, this.packed[i]!, own, first, last, extras),
        work,
      );
      let gate = NONE;
      if (gates && node.gate) {
        const { first, count } = node.gate;
        gate = scope.bytes(n * count * 4);
        const values = gates.rows;
        const rows = engine.f32(gate, n * count);
        for (let s = 0; s < n; s++)
          rows.set(values.subarray(s * gates.total + first, s * gates.total + first + count), s * count);
      }
      const y = this.place[i]!;
      const shortcut = node.shortcut === undefined ? NONE : y;
      const [hw, relu] = [height * width, node.relu ? 1 : 0];
      engine.kernels.batch_norm_apply(y, raw, ones, zeros, gate, shortcut, n, channels, hw, relu);
    } finally {
      scope.dispose();
    }
  }

  private async pool(
    node: PoolNode,
    i: number,
    x: Address,
    n: number,
    source: OpenFilters | undefined,
    pace: Pace,
  ): Promise<void> {
    const { channels, height, width, size, stride, padding } = node.shape;
    const out = this.trunk.plan.outputs[i]!;
    const y = this.place[i]!;
    const run = (kernels: Kernels, plane: number, planes: number) => {
      const sizes = [planes, height, width, out.height, out.width, size, stride, padding] as const;
      const to = at(y, plane, out.height * out.width);
      const from = at(x, plane, height * width);
      if (node.kind === 'max-pool') kernels.max_pool_forward(to, NONE, from, ...sizes);
      else kernels.average_pool_forward(to, from, ...sizes);
    };
    await inSamples(this.engine, pace, n, channels * out.height * out.width * size ** 2, ({ kernels }, first, last) => {
      if (!source) run(kernels, first * channels, (last - first) * channels);
      else {
        for (let s = first; s < last; s++)
          for (let c = 0; c < channels; c++) if (source.isOpen(s, c)) run(kernels, s * channels + c, 1);
      }
    });
  }
}

/** Whether a node puts out what a ReLU or pools of it did. */
function afterRelu(nodes: readonly PlanNode[], i: number): boolean {
  const node = nodes[i];
  return node?.kind === 'conv' ? node.relu : node !== undefined && afterRelu(nodes, node.input);
}

function clearClosed(features: Float32Array, channels: number, open: OpenFilters): void {
  for (let i = 0; i < features.length; i++) {
    if (!open.isOpen(Math.floor(i / channels), i % channels)) features[i] = 0;
  }
}

function hasGate(node: PlanNode): node is ConvNode & { gate: GateRange } {
  return node.kind === 'conv' && node.gate !== undefined;
}

/** A slot for each node's output: free again after its last reader; a sum keeps its shortcut's. */
function places(nodes: readonly PlanNode[], allocate: (slots: number) => Address[]): Address[] {
  const lastRead = nodes.map((_, i) => i);
  nodes.forEach((node, i) => {
    if (node.input >= 0) lastRead[node.input] = i;
    if (node.kind === 'conv' && node.shortcut !== undefined) lastRead[node.shortcut] = i;
  });
  const busyUntil: number[] = [];
  const slots: number[] = [];
  nodes.forEach((node, i) => {
    const shortcut = node.kind === 'conv' ? node.shortcut : undefined;
    const free = busyUntil.findIndex((until) => until < i);
    const slot = shortcut !== undefined ? slots[shortcut]! : free < 0 ? busyUntil.length : free;
    busyUntil[slot] = lastRead[i]!;
    slots.push(slot);
  });
  const at = allocate(busyUntil.length);
  return slots.map((slot) => at[slot]!);
}
