import { type Address, NONE, plus } from '../../runtime/address.js';
import type { Engine, Scope } from '../../runtime/engine.js';
import type { Fork, Own } from '../../runtime/fork.js';
import type { Kernels } from '../../runtime/kernels.js';
import type { Pace } from '../../runtime/pace.js';
import { inRanges, ownOf } from '../../runtime/parts.js';
import { fillUniform, Purpose } from '../../runtime/random.js';
import { bindRows } from '../bound-rows.js';
import { type BinaryColumns, type BinaryRows, emptyBits } from '../variables.js';
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

/** The result of EM and of the test for a candidate. */
export interface Tested {
  /** P(candidate | latent). */
  readonly table: Table;
  readonly split: Split;
  /** How much likelier (nats, all rows) the members and the candidate are if it and its sibling have a latent of their own than if it joins the members. */
  readonly gain: number;
}

interface MemberLists {
  readonly columns: Address;
  readonly tables: Address;
}

/** The largest of the small tables has four variables. */
const MOST = 4;
/** Islands whose states are found in one fork. */
const ISLANDS = 64;

/** Fits small latent class models to bit columns by EM, and holds the groups of rows that agree on an island's members. */
export class LatentFits {
  readonly rows: number;
  private readonly engine: Engine;
  private readonly scope: Scope;
  private readonly options: EmOptions;
  private readonly words: number;
  private readonly bits: Address;
  private readonly columns: Address;
  private readonly table: Address;
  /** What is given to EM: the prior and the tables of two anchors, then the candidate's; the sibling's table; what it finds. */
  private readonly parameter: Address;
  private readonly siblingTable: Address;
  private readonly found: Address;
  private readonly sums: Address;
  private readonly starts: Address;
  private readonly draws: Address;
  private readonly likelihood: Address;
  private readonly order: Address;
  /** Of each thread: like, group, count, ones and other of group_split, and how many groups. The first one's are those of the island that grows. */
  private readonly own: Own;
  /** What the groups are to have had done to them before the next test. */
  private regroup: (kernels: Kernels) => void = () => {};
  /** Columns and tables of the members that an island's groups begin with, three at most. */
  private readonly first: MemberLists;
  /** Numbers the draws of random starts, over all levels. */
  private fits: number;

  constructor(engine: Engine, data: BinaryRows | BinaryColumns, options: EmOptions, fits: number) {
    const { rows, variables } = data;
    const { restarts } = options;
    this.engine = engine;
    this.options = options;
    this.fits = fits;
    this.rows = rows;
    this.words = Math.ceil(rows / 64);
    this.scope = engine.scope();
    const { scope } = this;
    const numbers = restarts * (1 + 2 * MOST);
    try {
      this.bits = scope.bytes(this.words * 8 * variables);
      this.columns = scope.bytes(2 * MOST * 4);
      this.table = scope.bytes(2 * 2 ** MOST * 4);
      this.parameter = scope.bytes(7 * 8);
      this.siblingTable = scope.bytes(2 * 8);
      this.found = scope.bytes((1 + 2 * MOST) * 8);
      this.sums = scope.bytes((2 + 2 * MOST) * 8);
      this.starts = scope.bytes(numbers * 8);
      this.draws = scope.bytes(Math.ceil(numbers / 16) * 64);
      this.likelihood = scope.bytes(restarts * 8);
      this.order = scope.bytes(restarts * 4);
      this.own = ownOf(engine, scope, 32 * rows + 4);
      this.first = { columns: scope.bytes(3 * 4), tables: scope.bytes(6 * 8) };
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  dispose(): void {
    this.scope.dispose();
  }

  /** Takes the columns; before all else. */
  async load(data: BinaryRows | BinaryColumns, pace: Pace): Promise<void> {
    const { engine, bits, words } = this;
    if (data.kind === 'bits') {
      engine.u8(bits, data.bits.length).set(data.bits);
      return;
    }
    const scope = engine.scope();
    try {
      const { columnStart, columnRow } = bindRows(engine, scope, data);
      const { variables } = data;
      await inRanges(engine, pace, variables * words * 20, variables, 1, ({ kernels }, v0, v1) => {
        kernels.list_bits(bits, columnStart, columnRow, words, v0, v1);
      });
    } finally {
      scope.dispose();
    }
  }

  /** Fits made so far: what the next level's numbering goes on from. */
  get fitted(): number {
    return this.fits;
  }

  /** The model of up to three variables, from random starts. */
  fitClasses(members: readonly number[]): ClassModel {
    const fork = this.engine.fork(0);
    const fitted = this.startClasses(fork, members);
    fork.join();
    return fitted();
  }

  /** fitClasses in a fork: what is returned tells the model after it. */
  startClasses({ kernels }: Fork, members: readonly number[]): () => ClassModel {
    const k = members.length;
    this.countTable(kernels, members, 0);
    this.fromStarts(kernels, 1 + 2 * k, k, NONE, 0);
    return () => {
      const best = this.engine.f64(this.found, 1 + 2 * k);
      return { prior: best[0]!, members, tables: members.map((_, j) => [best[1 + 2 * j]!, best[2 + 2 * j]!] as const) };
    };
  }

  /**
   * P(x | latent), all else frozen, on the table of two anchors and x. The likelihood is concave in it: one start finds the best.
   */
  fitChild(model: ClassModel, anchors: readonly [number, number], x: number): Table {
    this.startChild(this.engine.kernels, model, anchors, x);
    return this.childTable();
  }

  /**
   * The unidimensionality test of a candidate x against w, a member, in a fork, on the groups: P(x | latent) as fitChild; the model in which w and x hang from a latent of their own, all
   * else frozen, on the table of two anchors, w and x; and the gain. What is returned tells them after the fork.
   */
  startTest(fork: Fork, model: ClassModel, anchors: readonly [number, number], w: number, x: number): () => Tested {
    const { engine, parameter, found, own } = this;
    const { kernels } = fork;
    const { like, count, ones, other, size } = this.places(own.at);
    this.regroup(kernels);
    engine.f64(this.siblingTable, 2).set(tableOf(model, w));
    this.startChild(kernels, model, anchors, x);
    this.countTable(kernels, [...anchors, w, x], 1);
    this.fromStarts(kernels, 6, 0, parameter, 1);
    this.countOnes(kernels, ones, x);
    this.countOnes(kernels, other, w);
    const { siblingTable } = this;
    const gain = kernels.island_gain(
      count,
      ones,
      other,
      like,
      size,
      model.prior,
      siblingTable,
      plus(parameter, 40),
      found,
    );
    fork.keep(gain);
    const place = fork.keptCount - 1;
    return () => {
      const best = engine.f64(found, 6);
      const split: Split = { latent: [best[0]!, best[1]!], w: [best[2]!, best[3]!], x: [best[4]!, best[5]!] };
      return { table: this.childTable(), split, gain: fork.kept(place) };
    };
  }

  /** Groups the rows by the values of the model's members, when the next test is made. */
  startGroups({ members, tables }: ClassModel): void {
    const { engine, first, own } = this;
    const k = Math.min(3, members.length);
    const columns = engine.u32(first.columns, k);
    const to = engine.f64(first.tables, 2 * k);
    for (let j = 0; j < k; j++) {
      columns[j] = this.bitsOf(members[j]!);
      to.set(tables[j]!, 2 * j);
    }
    this.regroup = (kernels) => {
      this.groupRows(kernels, own.at, first, k);
      for (let j = k; j < members.length; j++) {
        this.countOnes(kernels, this.places(own.at).ones, members[j]!);
        this.split(kernels, members[j]!, tables[j]!);
      }
    };
  }

  /** Splits the groups by the candidate tested last, which has joined, when the next test is made. */
  splitGroups(v: number, table: Table): void {
    this.regroup = (kernels) => this.split(kernels, v, table);
  }

  /** The latents' most probable states in each row. */
  async states(models: readonly ClassModel[], pace: Pace): Promise<BinaryColumns> {
    const { engine, rows, words, own } = this;
    const states = emptyBits(rows, models.length);
    for (let first = 0; first < models.length; first += ISLANDS) {
      const some = models.slice(first, first + ISLANDS);
      const scope = engine.scope();
      try {
        const out = scope.bytes(some.length * words * 8);
        const lists = this.listMembers(scope, some);
        const members = some.reduce((sum, model) => sum + model.members.length, 0);
        const fork = engine.fork(10 * rows * (members + some.length), own);
        const { like, group } = this.places(fork.own);
        some.forEach(({ members, prior }, i) => {
          this.groupRows(fork.kernels, fork.own, lists[i]!, members.length);
          fork.kernels.group_states(plus(out, i * words * 8), group, like, prior, words, rows);
          fork.next();
        });
        await fork.turns(pace);
        states.bits.set(engine.u8(out, some.length * words * 8), first * words * 8);
      } finally {
        scope.dispose();
      }
    }
    return states;
  }

  /** Bytes that `states` takes of islands that have so many members together. */
  static stateBytes(rows: number, members: number): number {
    return ISLANDS * (8 * Math.ceil(rows / 64) + 128) + 20 * members;
  }

  private places(at: Address) {
    const { rows } = this;
    const group = plus(at, 16 * rows);
    const count = plus(group, 4 * rows);
    const ones = plus(count, 4 * rows);
    const other = plus(ones, 4 * rows);
    return { like: at, group, count, ones, other, size: plus(other, 4 * rows) };
  }

  /** Addresses of the members' columns, and their tables, in the engine. */
  private listMembers(scope: Scope, models: readonly ClassModel[]): MemberLists[] {
    return models.map(({ members, tables }) => ({
      columns: scope.copy(Uint32Array.from(members, (v) => this.bitsOf(v))),
      tables: scope.copy(Float64Array.from(tables.flat())),
    }));
  }

  private groupRows(kernels: Kernels, at: Address, { columns, tables }: MemberLists, k: number): void {
    const { words, rows } = this;
    const { like, group, count, ones, other, size } = this.places(at);
    kernels.group_rows(group, count, like, ones, other, size, columns, tables, k, words, rows);
  }

  private split(kernels: Kernels, v: number, [p0, p1]: Table): void {
    const { like, group, count, ones, other, size } = this.places(this.own.at);
    kernels.group_split(group, count, like, ones, other, this.bitsOf(v), this.words, size, p0, p1);
  }

  private startChild(kernels: Kernels, model: ClassModel, anchors: readonly [number, number], x: number): void {
    const { engine, parameter, table, sums } = this;
    const { emSteps, emTolerance } = this.options;
    const given = engine.f64(parameter, 7);
    given[0] = model.prior;
    for (let i = 0; i < 2; i++) {
      const [p0, p1] = tableOf(model, anchors[i]!);
      given[1 + 2 * i] = p0;
      given[2 + 2 * i] = p1;
      given[5 + i] = 0.5;
    }
    this.countTable(kernels, [...anchors, x], 0);
    kernels.latent_class_em(parameter, table, 3, 1 << 3, emSteps, emTolerance, sums);
  }

  private childTable(): Table {
    const found = this.engine.f64(this.parameter, 7);
    return [found[5]!, found[6]!];
  }

  private bitsOf(v: number): Address {
    return plus(this.bits, v * this.words * 8);
  }

  private countOnes(kernels: Kernels, out: Address, v: number): void {
    const { group, size } = this.places(this.own.at);
    kernels.group_ones(out, group, this.bitsOf(v), this.words, size);
  }

  /** The rows by the values of some variables, into the first or the second table. */
  private countTable(kernels: Kernels, variables: readonly number[], place: 0 | 1): void {
    const columns = plus(this.columns, place * MOST * 4);
    const at = this.engine.u32(columns, variables.length);
    for (let i = 0; i < at.length; i++) at[i] = this.bitsOf(variables[i]!);
    kernels.joint_table(this.tableAt(place), columns, variables.length, this.words, this.rows);
  }

  private tableAt(place: 0 | 1): Address {
    return plus(this.table, place * 2 ** MOST * 4);
  }

  /** EM from random starts, `found` being what the best became; see latent_fit. */
  private fromStarts(kernels: Kernels, length: number, k: number, fixed: Address, place: 0 | 1): void {
    const { engine, draws } = this;
    const { restarts, emSteps, emTolerance, seed } = this.options;
    fillUniform(engine, draws, restarts * length, 0, 1, seed, Purpose.latentStart, this.fits++);
    kernels.latent_fit(
      this.found,
      this.tableAt(place),
      k,
      fixed,
      draws,
      this.starts,
      this.likelihood,
      this.order,
      this.sums,
      restarts,
      emSteps,
      emTolerance,
    );
  }
}

function tableOf({ members, tables }: ClassModel, v: number): Table {
  return tables[members.indexOf(v)]!;
}
