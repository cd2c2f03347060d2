import { type Address, plus } from '../../runtime/address.js';
import type { Engine } from '../../runtime/engine.js';
import type { Own } from '../../runtime/fork.js';
import type { Pace } from '../../runtime/pace.js';
import { inRanges, inSizes, ownOf, type Part } from '../../runtime/parts.js';
import { bindRows } from '../bound-rows.js';
import type { BinaryRows } from '../variables.js';
import { everyRow, type PairRoom, type SoftCounts } from './soft-counts.js';

/** Children scored in one item at most, in one fork, and what an item is to take, in multiply-adds. */
const CHILDREN = 8;
const FORK_CHILDREN = 160;
const ITEM = 50_000_000;
/** Units whose inputs are chosen together: a cache line of scores. */
const UNITS = 16;
/** Of a score, and of a look at it, in multiply-adds. */
const SCORE_WORK = 1000;
const CHOICE_WORK = 120;

/** Where the inputs of each unit stand: index[start[u]] to index[start[u + 1]]. */
export interface Places {
  readonly start: Int32Array;
  /** By unit: inputs to choose beside its children. */
  readonly more: Int32Array;
}

/** I(v; z | parent(v)) of the nodes v of a level, the inputs, and the latents z of the next one, the units. */
export class LayerScores {
  private readonly scope;
  /** f32[inputs][stride]: nats; -1 where v is a child of z. */
  private readonly scores: Address;
  private readonly index: Address;
  private readonly totals: Address;
  private readonly pairs: PairRoom;
  /** Of the level below, by latent: Σ over rows of P(v = 1). */
  private readonly sums: Address;
  /** Numbers of all rows, or as many ones. */
  private readonly rows: Address;
  /** The rows in which each feature is 1. */
  private readonly lists: { readonly columnStart: Address; readonly columnRow: Address } | undefined;
  private readonly own: Own;
  private readonly inputs: number;

  /**
   * @param above posteriors of the units
   * @param below of the inputs; undefined where these are the features
   * @param connections of all units together
   */
  constructor(
    private readonly engine: Engine,
    private readonly data: BinaryRows,
    private readonly above: SoftCounts,
    private readonly below: SoftCounts | undefined,
    connections: number,
  ) {
    this.scope = engine.scope();
    const { scope } = this;
    const { stride } = above;
    const { rows } = data;
    this.inputs = below?.latents ?? data.variables;
    try {
      this.lists = below ? undefined : bindRows(engine, scope, data);
      this.scores = scope.bytes(this.inputs * stride * 4);
      this.index = scope.bytes(connections * 4);
      this.totals = scope.bytes(stride * 8);
      this.pairs = above.roomForPairs(scope);
      this.sums = scope.bytes(below ? this.inputs * 8 : 0);
      this.rows = scope.bytes(rows * 4);
      // Weights and parents of the rows; sums, joint sums and two margins of the units. Or the scores of some units.
      this.own = ownOf(engine, scope, Math.max(8 * rows + 32 * stride, UNITS * this.inputs * 4));
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  dispose(): void {
    this.scope.dispose();
  }

  /** Computes all scores; `report` hears of how many inputs. */
  async compute(children: readonly Int32Array[], pace: Pace, report: (done: number) => void): Promise<void> {
    const { engine, data, above, below, inputs, totals } = this;
    const { rows } = data;
    await above.pairs(this.pairs, pace);
    above.totals(totals);
    if (below) {
      everyRow(engine, this.rows, rows);
      await inRanges(engine, pace, 10 * rows * inputs, inputs, UNITS, ({ kernels }, c0, c1) => {
        kernels.column_sums(this.sums, below.posterior, rows, below.stride, c0, c1);
      });
    } else engine.f32(this.rows, rows).fill(1);
    const listed = below ? rows : data.index.length / inputs;
    const each = 10 * listed * above.stride + SCORE_WORK * above.latents;
    const most = Math.max(1, Math.min(CHILDREN, Math.floor(ITEM / each)));
    const parts = children.flatMap((own, w) =>
      Array.from({ length: Math.ceil(own.length / most) }, (_, i) => ({
        w,
        own: own.subarray(i * most, (i + 1) * most),
      })),
    );
    for (let part = 0, done = 0; part < parts.length; ) {
      const begun = done;
      const first = part;
      for (; part < parts.length && done - begun < FORK_CHILDREN; part++) done += parts[part]!.own.length;
      await this.computeParts(parts.slice(first, part), each * (done - begun), pace);
      if (done < inputs) report(done);
    }
  }

  /** The chosen inputs of all units that choose, rising: i32[connections]. */
  async choose({ start, more }: Places, pace: Pace): Promise<Int32Array> {
    const { engine, above, inputs, own } = this;
    const { latents: units, stride } = above;
    const part: Part = ({ kernels, own }, first, last) => {
      kernels.take_columns(own, this.scores, inputs, stride, first, last);
      for (let u = first; u < last; u++) {
        const scores = plus(own, (u - first) * inputs * 4);
        if (more[u]! > 0) kernels.choose_inputs(plus(this.index, start[u]! * 4), scores, inputs, more[u]!);
      }
    };
    await inSizes(engine, pace, units * inputs * CHOICE_WORK, units, UNITS, part, own);
    return engine.i32(this.index, start[units]!).slice();
  }

  private async computeParts(
    parts: readonly { readonly w: number; readonly own: Int32Array }[],
    work: number,
    pace: Pace,
  ): Promise<void> {
    const { engine, data, above, below, totals, pairs, own, lists } = this;
    const { rows } = data;
    const { stride, latents: units, posterior } = above;
    const sums = below ? engine.f64(this.sums, this.inputs) : undefined;
    const starts = lists ? engine.i32(lists.columnStart, data.variables + 1) : undefined;
    const fork = engine.fork(work, own);
    const { kernels } = fork;
    const weight = below ? fork.own : this.rows;
    const parent = plus(fork.own, 4 * rows);
    const sum = plus(fork.own, 8 * rows);
    const joint = plus(sum, 8 * stride);
    const margin = plus(joint, 8 * stride);
    for (const { w, own } of parts) {
      const withW = plus(pairs.sums, w * stride * 8);
      kernels.condition_margins(margin, totals, withW, w, rows, stride, units);
      for (const v of own) {
        const at = starts ? starts[v]! : 0;
        const count = starts ? starts[v + 1]! - at : rows;
        const list = lists ? plus(lists.columnRow, at * 4) : this.rows;
        if (below) kernels.gather_column(weight, below.posterior, below.stride, v, list, count);
        kernels.gather_column(parent, posterior, stride, w, list, count);
        kernels.soft_sums(sum, joint, posterior, stride, list, weight, parent, count, stride);
        const out = plus(this.scores, v * stride * 4);
        const nv = sums ? sums[v]! : count;
        kernels.conditional_information(out, totals, sum, withW, joint, margin, w, nv, rows, stride, units);
      }
      fork.next();
    }
    await fork.turns(pace);
  }
}
