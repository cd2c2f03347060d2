import { type Address, NONE } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';

/** Planes [n][c][hw] times a gate each. */
export class PlaneGate {
  private readonly engine: Engine;
  private readonly ones: Address;
  private readonly zeros: Address;

  constructor(engine: Engine, scope: Scope, channels: number) {
    this.engine = engine;
    this.ones = scope.zeros(channels);
    this.zeros = scope.zeros(channels);
    engine.f32(this.ones, channels).fill(1);
  }

  forward(y: Address, x: Address, gate: Address, n: number, c: number, hw: number): void {
    this.engine.kernels.batch_norm_apply(y, x, this.ones, this.zeros, gate, NONE, n, c, hw, 0);
  }

  /** dx (may be dy) and dgate, [n][c]. scratch: n · c · 8 bytes. */
  backward(
    dx: Address,
    dgate: Address,
    dy: Address,
    x: Address,
    gate: Address,
    n: number,
    c: number,
    hw: number,
    scratch: Address,
  ): void {
    const { engine, ones, zeros } = this;
    engine.kernels.batch_norm_sums(scratch, dy, dy, NONE, x, zeros, n, c, hw, 0);
    const sums = engine.f32(scratch, 2 * n * c);
    const out = engine.f32(dgate, n * c);
    for (let plane = 0; plane < out.length; plane++) out[plane] = sums[2 * plane + 1]!;
    engine.kernels.batch_norm_backward(dx, dy, x, gate, ones, zeros, zeros, zeros, n, c, hw);
  }
}
