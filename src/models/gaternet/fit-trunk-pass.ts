import { at, inSamples } from '../../layers/batch-norm.js';
import { normBackward, normForward } from '../../layers/batch-norm-passes.js';
import { ConvGradients } from '../../layers/conv-gradients.js';
import { PlaneGate } from '../../layers/plane-gate.js';
import { type Address, NONE } from '../../runtime/address.js';
import type { Pace } from '../../runtime/pace.js';
import type { ConvNode, GateRange, PlanNode, PoolNode } from './backbone.js';
import { gateAfterRelu, type Trunk } from './trunk.js';
import type { BatchGates, TrunkScratch, TrunkSpace } from './trunk-space.js';

/** The passes of training through a trunk. */
export class TrunkPass {
  private readonly trunk: Trunk;
  private readonly gate: PlaneGate;

  constructor(private readonly space: TrunkSpace) {
    this.trunk = space.trunk;
    this.gate = new PlaneGate(this.trunk.engine, space.planes);
  }

  /** [sample][feature] after `forward`. */
  get features(): Address {
    return this.space.features;
  }

  /** Features of n images, by the batch's own statistics. Without gates all filters are open. */
  async forward(
    images: Address,
    n: number,
    gates: BatchGates | undefined,
    scratch: TrunkScratch,
    pace: Pace,
  ): Promise<void> {
    const { engine, plan } = this.trunk;
    for (const [i, node] of plan.nodes.entries()) {
      const x = this.input(node, images);
      if (node.kind === 'conv') await this.convolve(node, i, x, n, gates, scratch, pace);
      else await this.pool(node, i, x, n, pace);
    }
    const { channels, height, width } = plan.outputs.at(-1)!;
    const [top, hw] = [this.space.y.at(-1)!, height * width];
    await inSamples(engine, pace, n, channels * hw, ({ kernels }, first, last) => {
      const to = at(this.features, first, channels);
      kernels.global_average_forward(to, at(top, first, channels * hw), (last - first) * channels, hw);
    });
  }

  /** Gradients of all parameters, and of the gates, from those of the features, after `forward` over the same. */
  async backward(
    images: Address,
    n: number,
    dfeatures: Address,
    gates: BatchGates | undefined,
    scratch: TrunkScratch,
    pace: Pace,
  ): Promise<void> {
    const { engine, plan } = this.trunk;
    const { nodes, outputs } = plan;
    const grads = new NodeGradients(this.trunk, this.space.gradients, n, pace);
    const { channels, height, width } = outputs.at(-1)!;
    const [top, hw] = [grads.take(), height * width];
    await inSamples(engine, pace, n, channels * hw, ({ kernels }, first, last) => {
      const to = at(top, first, channels * hw);
      kernels.global_average_backward(to, at(dfeatures, first, channels), (last - first) * channels, hw);
    });
    await grads.give(nodes.length - 1, top);
    for (let i = nodes.length - 1; i >= 0; i--) {
      const node = nodes[i]!;
      const x = this.input(node, images);
      if (node.kind === 'conv') await this.convolveBackward(node, i, x, n, grads, gates, scratch, pace);
      else await this.poolBackward(node, i, n, grads, pace);
    }
  }

  private input(node: PlanNode, images: Address): Address {
    return node.input < 0 ? images : this.space.y[node.input]!;
  }

  private async convolve(
    node: ConvNode,
    i: number,
    x: Address,
    n: number,
    gates: BatchGates | undefined,
    scratch: TrunkScratch,
    pace: Pace,
  ): Promise<void> {
    const { trunk } = this;
    const { y, inner } = this.space;
    const { channels, height, width } = trunk.plan.outputs[i]!;
    const hw = height * width;
    await trunk.convs[i]!.forward(inner[i]!, x, n, scratch, pace);
    const gate = node.gate && gates ? this.takeGates(i, node.gate, gates, n) : NONE;
    const after = gateAfterRelu(node);
    const normed = after && gate ? this.space.ungated[i]! : y[i]!;
    const shortcut = node.shortcut === undefined ? NONE : y[node.shortcut]!;
    const extras = { relu: node.relu, shortcut, gate: after ? NONE : gate };
    await normForward(trunk.norms[i]!, normed, inner[i]!, n, hw, extras, scratch.norm, pace);
    if (after && gate) await this.gate.forward(y[i]!, normed, gate, n, channels, hw, pace);
  }

  private async convolveBackward(
    node: ConvNode,
    i: number,
    x: Address,
    n: number,
    grads: NodeGradients,
    gates: BatchGates | undefined,
    scratch: TrunkScratch,
    pace: Pace,
  ): Promise<void> {
    const { trunk } = this;
    const { y } = this.space;
    const { channels, height, width } = trunk.plan.outputs[i]!;
    const [hw, dy] = [height * width, grads.of(i)];
    const gate = node.gate && gates ? this.space.gates[i]! : NONE;
    const after = gateAfterRelu(node);
    if (after && gate)
      await this.gate.backward(
        dy,
        this.space.dgates[i]!,
        dy,
        this.space.ungated[i]!,
        gate,
        n,
        channels,
        hw,
        scratch.norm,
        pace,
      );
    const normed = after && gate ? this.space.ungated[i]! : y[i]!;
    const extras = { relu: node.relu, gate: after ? NONE : gate };
    const dgate = after || !gate ? NONE : this.space.dgates[i]!;
    // What the convolution put out is not needed any more: its buffer takes the gradient.
    const z = this.space.inner[i]!;
    await normBackward(trunk.norms[i]!, z, dy, dgate, dy, normed, z, n, hw, extras, scratch.norm, pace);
    if (gate) this.putGateGradients(i, node.gate!, gates!, n);
    if (node.shortcut === undefined) grads.release(dy);
    else await grads.give(node.shortcut, dy);
    const gradients = new ConvGradients(trunk.convs[i]!);
    await gradients.backwardWeight(x, z, n, scratch, pace);
    if (node.input < 0) return;
    const dx = grads.take();
    await gradients.backwardInput(dx, z, n, scratch, pace);
    await grads.give(node.input, dx);
  }

  private async pool(node: PoolNode, i: number, x: Address, n: number, pace: Pace): Promise<void> {
    const { engine, plan } = this.trunk;
    const { channels, height, width, size, stride, padding } = node.shape;
    const out = plan.outputs[i]!;
    const [from, to] = [channels * height * width, channels * out.height * out.width];
    const sizes = [height, width, out.height, out.width, size, stride, padding] as const;
    await inSamples(engine, pace, n, to * size ** 2, ({ kernels }, first, last) => {
      const [y, planes] = [at(this.space.y[i]!, first, to), (last - first) * channels];
      if (node.kind === 'max-pool')
        kernels.max_pool_forward(y, at(this.space.inner[i]!, first, to), at(x, first, from), planes, ...sizes);
      else kernels.average_pool_forward(y, at(x, first, from), planes, ...sizes);
    });
  }

  private async poolBackward(node: PoolNode, i: number, n: number, grads: NodeGradients, pace: Pace): Promise<void> {
    const { engine, plan } = this.trunk;
    const out = plan.outputs[i]!;
    const dy = grads.of(i);
    if (node.input >= 0) {
      const dx = grads.take();
      const { channels, height: h, width: w, size, stride, padding } = node.shape;
      const [from, to] = [channels * out.height * out.width, channels * h * w];
      await inSamples(engine, pace, n, from * size ** 2, ({ kernels }, first, last) => {
        const [d, planes] = [at(dx, first, to), (last - first) * channels];
        if (node.kind === 'max-pool') {
          const winners = at(this.space.inner[i]!, first, from);
          kernels.max_pool_backward(d, at(dy, first, from), winners, planes, h * w, out.height * out.width);
        } else {
          const sizes = [planes, h, w, out.height, out.width, size, stride, padding] as const;
          kernels.average_pool_backward(d, at(dy, first, from), ...sizes);
        }
      });
      await grads.give(node.input, dx);
    }
    grads.release(dy);
  }

  /** Copies a node's gates out of the rows of all gates. */
  private takeGates(i: number, { first, count }: GateRange, gates: BatchGates, n: number): Address {
    const { engine } = this.trunk;
    const all = engine.f32(gates.values, n * gates.total);
    const own = engine.f32(this.space.gates[i]!, n * count);
    for (let s = 0; s < n; s++)
      own.set(all.subarray(s * gates.total + first, s * gates.total + first + count), s * count);
    return this.space.gates[i]!;
  }

  private putGateGradients(i: number, { first, count }: GateRange, gates: BatchGates, n: number): void {
    const { engine } = this.trunk;
    const all = engine.f32(gates.gradient, n * gates.total);
    const own = engine.f32(this.space.dgates[i]!, n * count);
    for (let s = 0; s < n; s++) all.set(own.subarray(s * count, (s + 1) * count), s * gates.total + first);
  }
}

/** Gradients of the nodes' outputs during one backward pass, in a few buffers that take turns. */
class NodeGradients {
  private readonly free: Address[];
  private readonly grads: (Address | undefined)[] = [];

  constructor(
    private readonly trunk: Trunk,
    buffers: readonly Address[],
    private readonly n: number,
    private readonly pace: Pace,
  ) {
    this.free = [...buffers];
  }

  /** A buffer that holds nothing. */
  take(): Address {
    return this.free.pop()!;
  }

  release(buffer: Address): void {
    this.free.push(buffer);
  }

  of(node: number): Address {
    return this.grads[node]!;
  }

  /** Hands a gradient to a node, which keeps the buffer or adds it to what it has. */
  async give(node: number, buffer: Address): Promise<void> {
    const own = this.grads[node];
    if (own === undefined) {
      this.grads[node] = buffer;
      return;
    }
    const { engine, plan } = this.trunk;
    const { channels, height, width } = plan.outputs[node]!;
    const floats = channels * height * width;
    await inSamples(engine, this.pace, this.n, floats, ({ kernels }, first, last) =>
      kernels.accumulate(at(own, first, floats), at(buffer, first, floats), (last - first) * floats),
    );
    this.release(buffer);
  }
}
