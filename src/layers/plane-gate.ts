import { type Address, NONE } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';

/** Planes [n][c][hw] times a gate each. */
export class PlaneGate {
  private readonly engine: Engine;
  private readonly ones: Address;
  private readonly zeros: Address;
  /** n · c · 8 bytes that a call may scribble on. */
  private readonly room: Address;

  constructor(engine: Engine, scope: Scope, channels: number, room: Address) {
    this.engine = engine;
    this.room = room;
    this.ones = scope.zeros(channels);
    this.zeros = scope.zeros(channels);
    engine.f32(this.ones, channels).fill(1);
  }

  forward(y: Address, x: Address, gate: Address, n: number, c: number, hw: number): void {
    this.engine.kernels.batch_norm_apply(y, x, this.ones, this.zeros, gate, NONE, n, c, hw, 0);
  }

  /** dx (may be dy) and dgate, [n][c]. */
  backward(
    dx: Address,
    dgate: Address,
    dy: Address,
    x: Address,
    gate: Address,
    n: number,
    c: number,
    hw: number,
  ): void {
    const { engine, ones, zeros, room } = this;
    engine.kernels.batch_norm_sums(room, dy, dy, NONE, x, zeros, n, c, hw, 0);
    const sums = engine.f32(room, 2 * n * c);
    const out = engine.f32(dgate, n * c);
    for (let plane = 0; plane < out.length; plane++) out[plane] = sums[2 * plane + 1]!;
    engine.kernels.batch_norm_backward(dx, dy, x, gate, ones, zeros, zeros, zeros, n, c, hw);
  }
}
