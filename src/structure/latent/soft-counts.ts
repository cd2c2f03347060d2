import { padded } from '../../numeric/padding.js';
import { type Address, plus } from '../../runtime/address.js';
import type { Engine, Scope } from '../../runtime/engine.js';
import type { Pace } from '../../runtime/pace.js';
import { PANEL_ROWS, wholePanels } from '../../runtime/panels.js';

const BLOCK = 512;

/** Sums over rows of products of posteriors, for the latents of one level. */
export class SoftCounts {
  readonly rows: number;
  readonly latents: number;
  /** Columns of a row, a multiple of 16; those beyond the latents are 0. */
  readonly stride: number;
  /** f64[stride]: what `count` wrote last. */
  readonly sum: Address;
  readonly joint: Address;
  private readonly engine: Engine;
  /** f32[rows][stride]. */
  private readonly posterior: Address;
  private readonly list: Address;
  private readonly weight: Address;
  private readonly parent: Address;

  constructor(engine: Engine, scope: Scope, rows: number, latents: number) {
    this.engine = engine;
    this.rows = rows;
    this.latents = latents;
    this.stride = padded(latents);
    this.posterior = scope.zeros(rows * this.stride);
    this.list = scope.bytes(rows * 4);
    this.weight = scope.bytes(rows * 4);
    this.parent = scope.bytes(rows * 4);
    this.sum = scope.bytes(this.stride * 8);
    this.joint = scope.bytes(this.stride * 8);
  }

  /** Rows from `first` on; `from` has `width` columns, the level's latents from column `offset` on. */
  put(first: number, from: Float32Array, width: number, offset: number): void {
    const { latents, stride } = this;
    const to = this.engine.f32(plus(this.posterior, first * stride * 4), (from.length / width) * stride);
    for (let r = 0; r * width < from.length; r++)
      to.set(from.subarray(r * width + offset, r * width + offset + latents), r * stride);
  }

  /** P(latent = 1) of the given rows into `out`. */
  column(latent: number, rows: ArrayLike<number>, out: Float32Array): Float32Array {
    const values = this.engine.f32(this.posterior, this.rows * this.stride);
    for (let i = 0; i < rows.length; i++) out[i] = values[rows[i]! * this.stride + latent]!;
    return out.subarray(0, rows.length);
  }

  /** f64[latents]: Σ over rows of P(z = 1). */
  totals(): Float64Array {
    const rows = Int32Array.from({ length: this.rows }, (_, r) => r);
    const ones = new Float32Array(this.rows).fill(1);
    this.count(rows, ones, ones);
    return this.engine.f64(this.sum, this.latents).slice();
  }

  /** f64[latents][stride]: Σ over rows of P(a = 1) P(z = 1), for a ≠ z; f32 sums of 512 rows are added up in f64. */
  async pairs(pace: Pace): Promise<Float64Array> {
    const { engine, rows, latents, stride } = this;
    const { kernels } = engine;
    const out = new Float64Array(latents * stride);
    const scope = engine.scope();
    try {
      const product = scope.bytes(latents * stride * 4);
      const packed = scope.bytes(wholePanels(latents) * BLOCK * 4);
      for (let first = 0; first < rows; first += BLOCK) {
        const depth = Math.min(BLOCK, rows - first);
        const from = plus(this.posterior, first * stride * 4);
        kernels.gemm_pack_a(packed, from, latents, depth, 1, stride, depth);
        const panels = Math.ceil(latents / PANEL_ROWS);
        kernels.gemm(product, packed, from, engine.scratch, stride, stride, 8, 0, panels, latents, stride, depth, 0);
        engine.f32(product, out.length).forEach((value, i) => {
          out[i]! += value;
        });
        if (pace.due) await pace.turn();
      }
    } finally {
      scope.dispose();
    }
    return out;
  }

  /** sum[z] = Σ weight · P(z), joint[z] = Σ weight · parent · P(z) over the rows listed. */
  count(rows: Int32Array, weight: Float32Array, parent: Float32Array): void {
    const { engine, stride } = this;
    engine.i32(this.list, rows.length).set(rows);
    engine.f32(this.weight, rows.length).set(weight);
    engine.f32(this.parent, rows.length).set(parent);
    engine.kernels.soft_sums(
      this.sum,
      this.joint,
      this.posterior,
      stride,
      this.list,
      this.weight,
      this.parent,
      rows.length,
      stride,
    );
  }
}
