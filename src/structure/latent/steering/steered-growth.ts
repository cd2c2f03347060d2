import type { Engine } from '../../../runtime/engine.js';
import type { Fork } from '../../../runtime/fork.js';
import type { Pace } from '../../../runtime/pace.js';
import { packColumns } from '../../binary.js';
import type { BinaryColumns, BinaryRows } from '../../variables.js';
import type { ClassModel, LatentFits } from '../fits.js';
import { extend, type IslandGrowth, type IslandOptions } from '../islands.js';
import { Partners } from '../partners.js';
import type { Apart, Groups } from './groups.js';
import { fitIsland } from './island-fit.js';

/** Islands of one level that begin with groups given, and hold no two variables that are apart. */
export class SteeredGrowth implements IslandGrowth {
  private readonly pending: (readonly number[])[];
  private bits: BinaryColumns | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly options: IslandOptions,
    private readonly groups: Groups,
    private readonly pace: Pace,
  ) {
    this.pending = [...groups.together];
  }

  partners(engine: Engine, data: BinaryRows | BinaryColumns): Partners {
    this.bits = data.kind === 'rows' ? packColumns(data) : data;
    return new SteeredPartners(engine, data, this.groups.apart);
  }

  async next(partners: SteeredPartners, models: LatentFits): Promise<ClassModel[]> {
    const { options, pace } = this;
    const group = this.pending.shift();
    if (group) return this.fromGroup(partners, models, group);
    const { free } = partners;
    const members = partners.beginTrio(partners.strongest(), free);
    if (members.length === free.length) return [models.fitClasses(Array.from(free))];
    const model = models.fitClasses(members);
    if (members.length < 3) return [model];
    return extend(partners, models, options, model, partners.join(members[2]!), pace);
  }

  private async fromGroup(
    partners: SteeredPartners,
    models: LatentFits,
    group: readonly number[],
  ): Promise<ClassModel[]> {
    const { engine, options, pace, bits } = this;
    const reserved = new Set(this.pending.flat());
    const { members, next } = partners.beginWith(
      group,
      partners.free.filter((v) => !reserved.has(v)),
    );
    if (members.length > 2) {
      const model = await fitIsland(engine, bits!, models, options, members, pace);
      return extend(partners, models, options, model, next, pace, members.length);
    }
    const begun = [...members];
    let candidate = next;
    // A test has two anchors beside the sibling: three begin an island.
    for (; begun.length < 3 && candidate >= 0; candidate = partners.join(candidate)) begun.push(candidate);
    return extend(partners, models, options, models.fitClasses(begun), candidate, pace, members.length);
  }
}

/** Partners that are never apart; of a plain Partners' bits where nothing is. */
class SteeredPartners extends Partners {
  /** Of the island that grows: who may still join, and the best edge of each into it. */
  private readonly open = new Set<number>();
  private readonly key: Float64Array;
  private readonly from: Int32Array;

  constructor(
    engine: Engine,
    data: BinaryRows | BinaryColumns,
    private readonly apart: Apart,
  ) {
    super(engine, data);
    this.key = new Float64Array(data.variables);
    this.from = new Int32Array(data.variables);
  }

  override async findAll(pace: Pace, report: (done: number) => void): Promise<void> {
    const { variables } = this.pairs;
    for (let v = 0; v < variables; v++) {
      this.find(v);
      if (!pace.due) continue;
      report(v);
      await pace.turn();
    }
    report(variables);
  }

  protected override find(v: number): void {
    const information = this.row(v);
    const never = this.apart.get(v);
    let best = -1;
    let most = -1;
    for (const u of this.free) {
      if (information[u]! > most && u !== v && !never?.has(u)) {
        most = information[u]!;
        best = u;
      }
    }
    const { engine, pairs } = this;
    engine.i32(this.partner, pairs.variables)[v] = best;
    engine.f64(this.strength, pairs.variables)[v] = most;
  }

  override join(v: number): number {
    return this.joined(v, this.row(v));
  }

  override startJoin(fork: Fork, v: number): () => number {
    const { engine, pairs, information } = this;
    pairs.row(fork.kernels, v, information, fork.own);
    return () => this.joined(v, engine.f64(information, pairs.variables));
  }

  private row(v: number): Float64Array {
    const { engine, pairs, information } = this;
    pairs.row(engine.kernels, v, information, pairs.own.at);
    return engine.f64(information, pairs.variables);
  }

  private joined(v: number, information: Float64Array): number {
    const { open, key, from } = this;
    open.delete(v);
    for (const u of this.apart.get(v) ?? []) open.delete(u);
    let next = -1;
    for (const u of open) {
      const weight = information[u]!;
      if (weight > key[u]! || (weight === key[u]! && before(u, v, u, from[u]!))) {
        key[u] = weight;
        from[u] = v;
      }
      if (next < 0 || key[u]! > key[next]! || (key[u] === key[next] && before(u, from[u]!, next, from[next]!)))
        next = u;
    }
    return next;
  }

  override joinedBy(candidate: number): number {
    return this.from[candidate]!;
  }

  /** The first variables of an island of these: two more by information, as far as there are any. */
  beginTrio(first: number, free: Int32Array): number[] {
    this.beginOpen(free);
    const second = this.join(first);
    if (second < 0) return [first];
    const third = this.join(second);
    return third < 0 ? [first, second] : [first, second, third];
  }

  /** Begins an island with a group: its members, those with the strongest ties first, and the next candidate of `free`. */
  beginWith(group: readonly number[], free: Int32Array): { members: number[]; next: number } {
    const members = this.walk(group);
    this.beginOpen(free);
    let next = -1;
    for (const v of members) next = this.join(v);
    // Members count as candidates till they have joined.
    return { members, next };
  }

  /** Prim's order of these variables from one end of the strongest tie. */
  private walk(group: readonly number[]): number[] {
    let [first, most] = [group[0]!, -1];
    for (const v of group) {
      this.beginOpen(Int32Array.from(group));
      const u = this.join(v);
      if (this.key[u]! > most) [first, most] = [v, this.key[u]!];
    }
    this.beginOpen(Int32Array.from(group));
    const order: number[] = [];
    for (let v = first; v >= 0; v = this.join(v)) order.push(v);
    return order;
  }

  private beginOpen(variables: Int32Array): void {
    this.open.clear();
    for (const v of variables) this.open.add(v);
    this.key.fill(-1);
    this.from.fill(-1);
  }
}

/** Whether the pair (a, b) comes before (c, d), as Prim's kernel has it: by the smaller, then by the larger. */
function before(a: number, b: number, c: number, d: number): boolean {
  const [low, other] = [Math.min(a, b), Math.min(c, d)];
  return low < other || (low === other && Math.max(a, b) < Math.max(c, d));
}
