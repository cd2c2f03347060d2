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
  /** i32[rows]: the numbers of all rows. */
  private readonly every: Address;
  private readonly list: Address;
  private readonly weight: Address;
  private readonly parent: Address;

  constructor(engine: Engine, scope: Scope, rows: number, latents: number) {
    this.engine = engine;
    this.rows = rows;
    this.latents = latents;
    this.stride = padded(latents);
    this.posterior = scope.zeros(rows * this.stride);
    this.every = scope.copy(Int32Array.from({ length: rows }, (_, r) => r));
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

  /** P(latent = 1) of the rows listed, by default all, into `out`. */
  column(latent: number, out: Float32Array, listed?: Int32Array): Float32Array {
    const { rows, stride } = this;
    const values = this.engine.f32(this.posterior, rows * stride);
    if (!listed) for (let r = 0; r < rows; r++) out[r] = values[r * stride + latent]!;
    else for (let i = 0; i < listed.length; i++) out[i] = values[listed[i]! * stride + latent]!;
    return out.subarray(0, listed?.length ?? rows);
  }

  /** f64[latents]: Σ over rows of P(z = 1). */
  totals(): Float64Array {
    const ones = new Float32Array(this.rows).fill(1);
    this.count(ones, ones);
    return this.engine.f64(this.sum, this.latents).slice();
  }

  /** f64[latents][stride]: Σ over rows of P(a = 1) P(z = 1), for a ≠ z; f32 sums of 512 rows are added up in f64. */
  async pairs(pace: Pace): Promise<Float64Array> {
    const { engine, rows, latents, stride } = this;
    const { kernels } = engine;
    const out = new Float64Array(latents * stride);
    const scope = engine.scope();
    try {
      const { product, packed } = this.roomForPairs(scope);
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

  /** For `pairs`: f32[latents][stride] of a block, and its packed panels. */
  roomForPairs(scope: Scope): { product: Address; packed: Address } {
    const { latents, stride } = this;
    return { product: scope.bytes(latents * stride * 4), packed: scope.bytes(wholePanels(latents) * BLOCK * 4) };
  }

  /** sum[z] = Σ weight · P(z), joint[z] = Σ weight · parent · P(z) over the rows listed, by default all. */
  count(weight: Float32Array, parent: Float32Array, listed?: Int32Array): void {
    const { engine, stride } = this;
    if (listed) engine.i32(this.list, listed.length).set(listed);
    engine.f32(this.weight, weight.length).set(weight);
    engine.f32(this.parent, parent.length).set(parent);
    engine.kernels.soft_sums(
      this.sum,
      this.joint,
      this.posterior,
      stride,
      listed ? this.list : this.every,
      this.weight,
      this.parent,
      weight.length,
      stride,
    );
  }
}
