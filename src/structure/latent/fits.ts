import { type Address, plus } from '../../runtime/address.js';
import type { Engine, Scope } from '../../runtime/engine.js';
import { fillUniform, Purpose } from '../../runtime/random.js';
import type { BinaryColumns } from '../variables.js';
import type { LatentTreeSettings } from './options.js';

/** P(variable = 1 | latent = 0), P(variable = 1 | latent = 1). */
export type Table = readonly [number, number];

/** A latent class model: one binary latent over binary variables. */
export interface ClassModel {
  /** P(latent = 1). */
  readonly prior: number;
  readonly members: readonly number[];
  /** One a member. */
  readonly tables: readonly Table[];
}

/** P(Z | Y), P(W | Z), P(X | Z) of a latent Z that was put between Y and two of its children. */
export interface Split {
  readonly latent: Table;
  readonly w: Table;
  readonly x: Table;
}

export type EmOptions = Pick<LatentTreeSettings, 'restarts' | 'emSteps' | 'emTolerance' | 'seed'>;

/** The largest of the small tables has four variables. */
const MOST = 4;
const LEARN_ALL = 0x1ff;

/** Fits small latent class models to bit columns by EM, and holds the groups of rows that agree on an island's members. */
export class LatentFits {
  private readonly engine: Engine;
  private readonly scope: Scope;
  private readonly options: EmOptions;
  private readonly rows: number;
  private readonly words: number;
  private readonly bits: Address;
  private readonly columns: Address;
  private readonly table: Address;
  private readonly parameter: Address;
  private readonly scratch: Address;
  private readonly starts: Address;
  private readonly draws: Address;
  private readonly group: Address;
  private readonly count: Address;
  private readonly like: Address;
  private readonly ones: Address;
  private readonly other: Address;
  private readonly column: Address;
  private groups = 0;
  /** Numbers the draws of random starts, over all levels. */
  private fits: number;

  constructor(engine: Engine, data: BinaryColumns, options: EmOptions, fits: number) {
    this.engine = engine;
    this.options = options;
    this.fits = fits;
    this.rows = data.rows;
    this.words = data.words;
    this.scope = engine.scope();
    const { scope } = this;
    const numbers = options.restarts * (1 + 2 * MOST);
    try {
      this.bits = scope.copy(data.bits);
      this.columns = scope.bytes(MOST * 4);
      this.table = scope.bytes(2 ** MOST * 4);
      this.parameter = scope.bytes((1 + 2 * MOST) * 8);
      this.scratch = scope.bytes((2 + 2 * MOST) * 8);
      this.starts = scope.bytes(numbers * 8);
      this.draws = scope.bytes(Math.ceil(numbers / 16) * 64);
      this.group = scope.bytes(data.rows * 4);
      this.count = scope.bytes(data.rows * 4);
      this.like = scope.bytes(data.rows * 16);
      this.ones = scope.bytes(data.rows * 4);
      this.other = scope.bytes(data.rows * 4);
      this.column = scope.bytes(data.words * 8);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  dispose(): void {
    this.scope.dispose();
  }

  /** Fits made so far: what the next level's numbering goes on from. */
  get fitted(): number {
    return this.fits;
  }

  /** The model of up to three variables, from random starts. */
  fitClasses(members: readonly number[]): ClassModel {
    const k = members.length;
    this.countTable(members);
    const best = this.fromStarts(1 + 2 * k, (at, steps) =>
      this.engine.kernels.latent_class_em(at, this.table, k, LEARN_ALL, steps, this.options.emTolerance, this.scratch),
    );
    return { prior: best[0]!, members, tables: members.map((_, j) => [best[1 + 2 * j]!, best[2 + 2 * j]!] as const) };
  }

  /**
   * P(x | latent), all else frozen, on the table of two anchors and x. The likelihood is concave in it: one start finds the best.
   */
  fitChild(model: ClassModel, anchors: readonly [number, number], x: number): Table {
    const { engine, parameter, options } = this;
    this.countTable([...anchors, x]);
    engine.f64(parameter, 7).set([...frozen(model, anchors), 0.5, 0.5]);
    engine.kernels.latent_class_em(
      parameter,
      this.table,
      3,
      1 << 3,
      options.emSteps,
      options.emTolerance,
      this.scratch,
    );
    const found = engine.f64(parameter, 7);
    return [found[5]!, found[6]!];
  }

  /** The model in which w and x hang from a latent of their own, all else frozen, on the table of two anchors, w and x. */
  fitSplit(model: ClassModel, anchors: readonly [number, number], w: number, x: number): Split {
    const { engine, parameter } = this;
    this.countTable([...anchors, w, x]);
    engine.f64(parameter, 5).set(frozen(model, anchors));
    const best = this.fromStarts(6, (at, steps) =>
      engine.kernels.latent_pair_em(at, parameter, this.table, steps, this.options.emTolerance),
    );
    return { latent: [best[0]!, best[1]!], w: [best[2]!, best[3]!], x: [best[4]!, best[5]!] };
  }

  /** Groups the rows by the values of the model's members. */
  startGroups(model: ClassModel): void {
    const { engine, rows } = this;
    engine.i32(this.group, rows).fill(0);
    engine.i32(this.count, 1)[0] = rows;
    engine.f64(this.like, 2).fill(1);
    this.groups = 1;
    model.members.forEach((v, i) => {
      this.splitGroups(v, model.tables[i]!);
    });
  }

  /** Splits the groups by one more member. */
  splitGroups(v: number, [p0, p1]: Table): void {
    const { kernels } = this.engine;
    this.countOnes(this.ones, v);
    this.groups = kernels.group_split(
      this.group,
      this.count,
      this.like,
      this.ones,
      this.other,
      this.bitsOf(v),
      this.words,
      this.groups,
      p0,
      p1,
    );
  }

  /** How much likelier (nats, all rows) the groups' members and x are if w and x have a latent of their own than if x joins the members. */
  gain(model: ClassModel, w: number, x: number, table: Table, split: Split): number {
    const { engine, parameter } = this;
    this.countOnes(this.ones, x);
    this.countOnes(this.other, w);
    const own = model.tables[model.members.indexOf(w)]!;
    engine.f64(parameter, 8).set([...split.latent, ...split.w, ...split.x, ...own]);
    engine.f64(this.scratch, 2).set(table);
    return engine.kernels.island_gain(
      this.count,
      this.ones,
      this.other,
      this.like,
      this.groups,
      model.prior,
      plus(parameter, 6 * 8),
      this.scratch,
      parameter,
    );
  }

  /** The latent's most probable state in each row, as a bit column. */
  states(model: ClassModel): Uint8Array {
    const { engine, words } = this;
    this.startGroups(model);
    engine.kernels.group_states(this.column, this.group, this.like, model.prior, words, this.rows);
    return engine.u8(this.column, words * 8);
  }

  private bitsOf(v: number): Address {
    return plus(this.bits, v * this.words * 8);
  }

  private countOnes(out: Address, v: number): void {
    this.engine.kernels.group_ones(out, this.group, this.bitsOf(v), this.words, this.groups);
  }

  /** The rows by the values of some variables, into `table`. */
  private countTable(variables: readonly number[]): void {
    const { engine } = this;
    engine.u32(this.columns, variables.length).set(variables.map((v) => this.bitsOf(v)));
    engine.kernels.joint_table(this.table, this.columns, variables.length, this.words, this.rows);
  }

  /**
   * EM from random starts (Chickering and Heckerman 1997): one step each, then rounds of 1, 2, 4 ... steps that the likelier half survives, and the
   * last goes on to the end.
   */
  private fromStarts(length: number, em: (at: Address, steps: number) => number): Float64Array {
    const { engine, options } = this;
    const numbers = options.restarts * length;
    fillUniform(engine, this.draws, numbers, 0, 1, options.seed, Purpose.latentStart, this.fits++);
    const drawn = engine.f32(this.draws, numbers);
    // Inside (0, 1): a probability of 0 would stay.
    engine.f64(this.starts, numbers).set(Float64Array.from(drawn, (u) => 0.05 + 0.9 * u));
    let alive = Array.from({ length: options.restarts }, (_, i) => {
      const at = plus(this.starts, i * length * 8);
      return { at, likelihood: em(at, 1) };
    });
    let done = 1;
    for (let round = 1; alive.length > 1; round *= 2) {
      const steps = Math.min(round, options.emSteps - done);
      for (const start of alive) start.likelihood = em(start.at, steps);
      done += steps;
      alive = alive.sort((a, b) => b.likelihood - a.likelihood).slice(0, Math.ceil(alive.length / 2));
    }
    const { at } = alive[0]!;
    em(at, options.emSteps - done);
    return engine.f64(at, length).slice();
  }
}

/** The prior and the tables of two members. */
function frozen(model: ClassModel, anchors: readonly [number, number]): number[] {
  return [model.prior, ...anchors.flatMap((v) => [...model.tables[model.members.indexOf(v)]!])];
}
