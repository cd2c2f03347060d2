import { type Address, NONE } from '../runtime/address.js';
import type { Engine } from '../runtime/engine.js';
import type { Pace } from '../runtime/pace.js';
import { at, inSamples } from './batch-norm.js';

/** Planes [n][c][hw] times a gate each. */
export class PlaneGate {
  private readonly engine: Engine;
  private readonly ones: Address;
  private readonly zeros: Address;

  /** Room for the most channels, `zeros` of them 0. */
  constructor(engine: Engine, { ones, zeros, length }: { ones: Address; zeros: Address; length: number }) {
    this.engine = engine;
    this.ones = ones;
    this.zeros = zeros;
    engine.f32(ones, length).fill(1);
  }

  async forward(y: Address, x: Address, gate: Address, n: number, c: number, hw: number, pace: Pace): Promise<void> {
    const { engine, ones, zeros } = this;
    await inSamples(engine, pace, n, c * hw, ({ kernels }, first, last) => {
      const [to, from, gates] = [at(y, first, c * hw), at(x, first, c * hw), at(gate, first, c)];
      kernels.batch_norm_apply(to, from, ones, zeros, gates, NONE, last - first, c, hw, 0);
    });
  }

  /** dx (may be dy) and dgate, [n][c]. scratch: n · c · 8 bytes. */
  async backward(
    dx: Address,
    dgate: Address,
    dy: Address,
    x: Address,
    gate: Address,
    n: number,
    c: number,
    hw: number,
    scratch: Address,
    pace: Pace,
  ): Promise<void> {
    const { engine, ones, zeros } = this;
    await inSamples(engine, pace, n, c * hw, ({ kernels }, first, last) => {
      const [from, before] = [at(dy, first, c * hw), at(x, first, c * hw)];
      kernels.batch_norm_sums(at(scratch, first, 2 * c), from, from, NONE, before, zeros, last - first, c, hw, 0);
    });
    const sums = engine.f32(scratch, 2 * n * c);
    const out = engine.f32(dgate, n * c);
    for (let plane = 0; plane < out.length; plane++) out[plane] = sums[2 * plane + 1]!;
    await inSamples(engine, pace, n, c * hw, ({ kernels }, first, last) => {
      const [to, from, before] = [at(dx, first, c * hw), at(dy, first, c * hw), at(x, first, c * hw)];
      const gates = at(gate, first, c);
      kernels.batch_norm_backward(to, from, before, gates, ones, zeros, zeros, zeros, last - first, c, hw);
    });
  }
}
