import { padded } from '../../numeric/padding.js';
import { type Address, plus } from '../../runtime/address.js';
import type { Engine, Scope } from '../../runtime/engine.js';
import type { Kernels } from '../../runtime/kernels.js';
import type { Pace } from '../../runtime/pace.js';
import { PANEL_ROWS, wholePanels } from '../../runtime/panels.js';
import { inRanges } from '../../runtime/parts.js';

const BLOCK = 512;
/** Multiply-adds of a part of a product, about. */
const PART = 4_000_000;

/** Where `pairs` puts its sums, and what it takes beside them: a block's product f32[latents][stride] and its packed panels. */
export interface PairRoom {
  /** f64[latents][stride]. */
  readonly sums: Address;
  readonly product: Address;
  readonly packed: Address;
}

/** Posteriors of the latents of one level by row, and sums over rows of products of them. */
export class SoftCounts {
  readonly rows: number;
  readonly latents: number;
  /** Columns of a row, a multiple of 16; those beyond the latents are 0. */
  readonly stride: number;
  /** f32[rows][stride]. */
  readonly posterior: Address;
  private readonly engine: Engine;

  constructor(engine: Engine, scope: Scope, rows: number, latents: number) {
    this.engine = engine;
    this.rows = rows;
    this.latents = latents;
    this.stride = padded(latents);
    this.posterior = scope.bytes(rows * this.stride * 4);
  }

  /** Takes rows [from, to) of a chunk that begins with row `first`; `posterior` has `width` columns, the level's latents from column `offset` on. */
  put(
    kernels: Kernels,
    posterior: Address,
    width: number,
    offset: number,
    first: number,
    from: number,
    to: number,
  ): void {
    const { latents, stride } = this;
    const out = plus(this.posterior, first * stride * 4);
    kernels.copy_columns(out, posterior, stride, width, offset, latents, from, to);
  }

  /** out: f64[stride], Σ over rows of P(z = 1), f32 sums of 256 rows added up in f64. */
  totals(out: Address): void {
    const { engine, rows, stride } = this;
    const scope = engine.scope();
    try {
      const ones = scope.bytes(rows * 4);
      engine.f32(ones, rows).fill(1);
      const joint = scope.bytes(stride * 8);
      const every = scope.bytes(rows * 4);
      everyRow(engine, every, rows);
      engine.kernels.soft_sums(out, joint, this.posterior, stride, every, ones, ones, rows, stride);
    } finally {
      scope.dispose();
    }
  }

  /**
   * Into room.sums: Σ over rows of P(a = 1) P(z = 1), for a ≠ z; f32 sums of 512 rows are added up in f64. Both ways round they are the same, so half of the product is computed.
   */
  async pairs({ sums, product, packed }: PairRoom, pace: Pace): Promise<void> {
    const { engine, rows, latents, stride } = this;
    const panels = Math.ceil(latents / PANEL_ROWS);
    for (let first = 0; first < rows; first += BLOCK) {
      const depth = Math.min(BLOCK, rows - first);
      const from = plus(this.posterior, first * stride * 4);
      const panelWork = PANEL_ROWS * stride * depth;
      const step = Math.max(1, Math.min(Math.ceil(panels / 16), Math.ceil(PART / panelWork)));
      const fork = engine.fork((panels * panelWork) / 2);
      const { kernels, own } = fork;
      for (let panel = 0; panel < panels; panel += step) {
        const row = panel * PANEL_ROWS;
        const end = Math.min(latents, (panel + step) * PANEL_ROWS);
        const count = end - row;
        const column = row - (row % 8);
        const a = plus(packed, row * depth * 4);
        const c = plus(product, (row * stride + column) * 4);
        const b = plus(from, column * 4);
        const width = stride - column;
        kernels.gemm_pack_a(a, plus(from, row * 4), count, depth, 1, stride, depth);
        kernels.gemm(c, a, b, own, stride, stride, 8, 0, Math.ceil(count / PANEL_ROWS), count, width, depth, 0);
        kernels.add_wide(sums, product, first === 0 ? 0 : 1, stride, row, end, column);
        fork.next();
      }
      await fork.turns(pace);
    }
    await inRanges(engine, pace, latents * latents * 10, latents, 1, ({ kernels }, from, to) => {
      kernels.mirror_lower(sums, stride, from, to);
    });
  }

  roomForPairs(scope: Scope): PairRoom {
    const { latents, stride } = this;
    return {
      sums: scope.bytes(latents * stride * 8),
      product: scope.bytes(latents * stride * 4),
      packed: scope.bytes(wholePanels(latents) * BLOCK * 4),
    };
  }
}

/** The numbers of all rows, i32[rows]. */
export function everyRow(engine: Engine, at: Address, rows: number): void {
  const every = engine.i32(at, rows);
  for (let r = 0; r < every.length; r++) every[r] = r;
}
