import { type Address, NONE, plus } from '../../runtime/address.js';
import { requireMemory } from '../../runtime/budget.js';
import type { Engine, Scope } from '../../runtime/engine.js';
import type { Pace } from '../../runtime/pace.js';
import type { InformationRows } from '../pair-information.js';
import { bindMargins, bindTable } from '../pair-information.js';
import { type BoundPairs, bindPairs } from './bound-pairs.js';
import type { Counts } from './counts.js';
import { MOST_TABLED, type OccurringStates, occurringStates } from './states.js';

/** The mutual information of one variable with every other, from counts. */
export async function countedInformation(engine: Engine, counts: Counts, pace: Pace): Promise<InformationRows> {
  if (counts.rows > MOST_TABLED) {
    const { LargeInformation } = await import('./large-information.js');
    return LargeInformation.over(engine, counts, pace);
  }
  const scope = engine.scope();
  try {
    const { items } = counts.contents.pairs;
    const { variables } = counts;
    requireMemory(engine, 8 * counts.rows + 40 * items + 8 * variables, 'counts', 'its information', 'fewer columns');
    const bound = await bindPairs(engine, scope, counts, pace);
    const all = occurringStates(counts);
    return all.areItems
      ? new BinaryRows(engine, scope, counts, bound)
      : new StateRows(engine, scope, counts, bound, all);
  } catch (error) {
    scope.dispose();
    throw error;
  }
}

/** What both kinds have. */
abstract class Rows implements InformationRows {
  readonly variables: number;
  readonly information: Address;

  constructor(
    protected readonly engine: Engine,
    protected readonly scope: Scope,
    counts: Counts,
    private readonly bound: BoundPairs,
  ) {
    this.variables = counts.variables;
    this.information = scope.bytes(8 * this.variables);
  }

  abstract row(v: number): void;

  async rowInTurns(v: number, pace: Pace): Promise<void> {
    this.row(v);
    if (pace.due) await pace.turn();
  }

  dispose(): void {
    this.scope.dispose();
  }

  /** Counts of an item with all others. */
  protected count(to: Address, item: number, items: number): void {
    const { engine, bound } = this;
    const { coded, start, turned, turnedStart } = bound;
    const [from, end] = engine.u32(plus(start, 4 * item), 2);
    const [turnedFrom, turnedEnd] = engine.u32(plus(turnedStart, 4 * item), 2);
    const row = [plus(coded, from!), plus(coded, end!), plus(turned, turnedFrom!), plus(turned, turnedEnd!)] as const;
    engine.kernels.pairs_row(to, ...row, item, items);
  }
}

/** Of variables that are an item each. */
class BinaryRows extends Rows {
  private readonly counts: Address;
  private readonly margins: ReturnType<typeof bindMargins>;
  private readonly n: number;

  constructor(engine: Engine, scope: Scope, counts: Counts, bound: BoundPairs) {
    super(engine, scope, counts, bound);
    this.n = counts.rows;
    this.counts = scope.bytes(4 * this.variables);
    this.margins = bindMargins(engine, scope, Int32Array.from(counts.contents.ones), this.n);
  }

  row(v: number): void {
    const { engine, counts, information, variables: d, n } = this;
    const { table, margin, ones } = this.margins;
    this.count(counts, v, d);
    engine.kernels.information_binary(information, counts, ones, margin, table, NONE, NONE, 0, v, n, 0, d);
  }
}

/** Of variables of any states. */
class StateRows extends Rows {
  private readonly counts: Address;
  private readonly joint: Address;
  private readonly table: Address;
  private readonly margin: Float64Array;
  private readonly n: number;
  private readonly items: number;

  constructor(
    engine: Engine,
    scope: Scope,
    counts: Counts,
    bound: BoundPairs,
    private readonly all: OccurringStates,
  ) {
    super(engine, scope, counts, bound);
    this.n = counts.rows;
    this.items = counts.contents.pairs.items;
    const { most } = all;
    this.counts = scope.bytes(4 * Math.max(1, all.mostItems) * this.items);
    this.joint = scope.bytes(4 * most * most);
    this.table = bindTable(engine, scope, this.n);
    this.margin = Float64Array.from({ length: this.variables }, (_, v) => {
      const rows = all.rows(v);
      engine.i32(this.joint, rows.length).set(rows);
      return engine.kernels.sum_k_log_k(this.joint, this.table, rows.length);
    });
  }

  row(v: number): void {
    const { engine, all, items, joint, table, margin, n } = this;
    const own = all.items(v);
    for (let i = 0; i < own.size; i++) this.count(plus(this.counts, 4 * i * items), own.first + i, items);
    const counts = engine.i32(this.counts, Math.max(1, own.size) * items);
    const information = engine.f64(this.information, this.variables);
    const at = engine.i32(joint, all.most ** 2);
    for (let u = 0; u < this.variables; u++) {
      if (u === v) continue;
      const [ka, kb] = all.joint(at, v, u, (i, item) => counts[i * items + item]!);
      information[u] = engine.kernels.information_joint(joint, table, margin[v]!, margin[u]!, ka, kb, n);
    }
    information[v] = 0;
  }
}
