import { log } from '../../numeric/log.js';
import type { Engine, Scope } from '../../runtime/engine.js';
import type { Pace } from '../../runtime/pace.js';
import { listBytes, packColumns } from '../binary.js';
import { PairInformation, pairBytes } from '../pair-information.js';
import { RowFrontier } from '../prim.js';
import { type BinaryColumns, type BinaryRows, bitBytes, emptyBits, requireRoom } from '../variables.js';
import { type ClassModel, type EmOptions, LatentFits, type Split } from './fits.js';
import type { LatentTreeSettings } from './options.js';

export type IslandOptions = EmOptions & Pick<LatentTreeSettings, 'maxIsland' | 'delta'>;

/** One level partitioned: each island is a latent class model, state 1 being the one with more ones. */
export interface Level {
  readonly islands: readonly ClassModel[];
  /** The most probable state of each island's latent in each row. */
  readonly states: BinaryColumns;
  /** Fits made on all levels so far. */
  readonly fits: number;
}

/** Grows the islands of a level in another way. */
export interface IslandGrowth {
  partners(engine: Engine, data: BinaryRows | BinaryColumns): Partners;
  next(partners: Partners, models: LatentFits, bits: BinaryColumns): Promise<ClassModel[]>;
}

/**
 * Partitions the variables of one level into islands by the unidimensionality test and progressive EM: Chen et al., "Progressive EM for latent tree
 * models and hierarchical topic detection" (AAAI 2016). `report` hears how many variables know their strongest partner, or have an island.
 */
export async function growIslands(
  engine: Engine,
  data: BinaryRows | BinaryColumns,
  options: IslandOptions,
  fits: number,
  pace: Pace,
  report: (phase: 'information' | 'islands', done: number) => void,
  growth?: IslandGrowth,
): Promise<Level> {
  const room = islandBytes(data);
  requireRoom(engine, data.variables, room.all);
  const columns = data.kind === 'rows' ? packColumns(data) : data;
  const partners = growth?.partners(engine, data) ?? new Partners(engine, data);
  try {
    const models = new LatentFits(engine, columns, options, fits);
    try {
      for (let v = 0; v < data.variables; v++) {
        partners.find(v);
        if (!pace.due) continue;
        report('information', v + 1);
        await pace.turn();
      }
      report('information', data.variables);
      const islands: ClassModel[] = [];
      while (partners.free.length > 0) {
        const next = growth
          ? await growth.next(partners, models, columns)
          : nextIslands(partners, models, data.rows, options);
        const grown = next.map(upright);
        islands.push(...grown);
        partners.take(grown.flatMap(({ members }) => members));
        if (!pace.due) continue;
        report('islands', data.variables - partners.free.length);
        await pace.turn();
      }
      report('islands', data.variables);
      requireRoom(engine, data.variables, room.arrays + bitBytes(data.rows, islands.length));
      const states = emptyBits(data.rows, islands.length);
      for (const [i, island] of islands.entries()) {
        states.bits.set(models.states(island), i * states.words * 8);
        if (pace.due) await pace.turn();
      }
      return { islands, states, fits: models.fitted };
    } finally {
      models.dispose();
    }
  } finally {
    partners.dispose();
  }
}

/** Bytes of the variables, as they are and packed, and of partners; and of all, with the information of pairs, the frontier over it and the fits. */
function islandBytes(data: BinaryRows | BinaryColumns): { arrays: number; all: number } {
  const { rows, variables } = data;
  const bits = bitBytes(rows, variables);
  const packed = data.kind === 'rows' ? bits : 0;
  return {
    arrays: (data.kind === 'rows' ? listBytes(data) : bits) + packed + 17 * variables,
    all: pairBytes(data, 37) + packed + bits + 33 * rows,
  };
}

/** One island, or the last two. */
function nextIslands(partners: Partners, models: LatentFits, rows: number, options: IslandOptions): ClassModel[] {
  const { free } = partners;
  if (free.length <= 3) return [models.fitClasses(Array.from(free))];
  const first = partners.strongest();
  const second = partners.begin(first);
  const third = partners.join(second);
  const model = models.fitClasses([first, second, third]);
  return extend(partners, models, rows, options, model, partners.join(third));
}

/** An island with what joins it from the candidate on, or the last two. The first `fixed` members never leave it. */
export function extend(
  partners: Partners,
  models: LatentFits,
  rows: number,
  { maxIsland, delta }: IslandOptions,
  begun: ClassModel,
  next: number,
  fixed = 0,
): ClassModel[] {
  let [model, candidate] = [begun, next];
  // Two more parameters cost ln N of the criterion.
  const bar = delta + log(rows);
  const seeds = model.members.slice(0, 3);
  const full = (left: number) => model.members.length >= maxIsland && left >= 3;
  let left = partners.free.length - model.members.length;
  if (full(left)) return [model];
  models.startGroups(model);
  while (candidate >= 0) {
    left--;
    const sibling = partners.joinedBy(candidate);
    const anchors = seeds.filter((v) => v !== sibling).slice(0, 2) as [number, number];
    const table = models.fitChild(model, anchors, candidate);
    const split = models.fitSplit(model, anchors, sibling, candidate);
    if (models.gain(model, sibling, candidate, table, split) > bar) {
      if (model.members.indexOf(sibling) < fixed) break;
      const rest = without(model, sibling);
      return left > 0 ? [rest] : [rest, splitOff(model.prior, sibling, candidate, split)];
    }
    model = { ...model, members: [...model.members, candidate], tables: [...model.tables, table] };
    if (full(left)) break;
    models.splitGroups(candidate, table);
    candidate = partners.join(candidate);
  }
  return [model];
}

function without({ prior, members, tables }: ClassModel, v: number): ClassModel {
  const keep = (_: unknown, i: number) => members[i] !== v;
  return { prior, members: members.filter(keep), tables: tables.filter(keep) };
}

function splitOff(above: number, w: number, x: number, { latent, ...split }: Split): ClassModel {
  const prior = (1 - above) * latent[0] + above * latent[1];
  return { prior, members: [w, x], tables: [split.w, split.x] };
}

/** State 1 is the one in which more members are expected to be 1. */
export function upright(model: ClassModel): ClassModel {
  const excess = model.tables.reduce((sum, [p0, p1]) => sum + p1 - p0, 0);
  if (excess >= 0) return model;
  return { ...model, prior: 1 - model.prior, tables: model.tables.map(([p0, p1]) => [p1, p0] as const) };
}

/** Which variables are in no island yet, and who is nearest to whom by mutual information. */
export class Partners {
  /** Variables in no island yet, rising. */
  free: Int32Array;
  protected readonly engine: Engine;
  private readonly scope: Scope;
  protected readonly pairs: PairInformation;
  /** An island grows as Prim's maximum spanning tree does: the next to join shares most information with a member. */
  private readonly frontier: RowFrontier;
  private readonly isFree: Uint8Array;
  /** Of each variable the strongest partner that was free when it was looked for, and their mutual information. */
  private readonly partner: Int32Array;
  private readonly strength: Float64Array;

  constructor(engine: Engine, data: BinaryRows | BinaryColumns) {
    const d = data.variables;
    this.engine = engine;
    this.free = Int32Array.from({ length: d }, (_, v) => v);
    this.isFree = new Uint8Array(d).fill(1);
    this.partner = new Int32Array(d).fill(-1);
    this.strength = new Float64Array(d).fill(-1);
    this.pairs = new PairInformation(engine, data);
    this.scope = engine.scope();
    try {
      this.frontier = new RowFrontier(engine, this.scope, this.pairs);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  dispose(): void {
    this.pairs.dispose();
    this.scope.dispose();
  }

  /** Looks for the strongest free partner of v. */
  find(v: number): void {
    this.pairs.row(v);
    const information = this.engine.f64(this.pairs.information, this.pairs.variables);
    let best = -1;
    let most = -1;
    for (const u of this.free) {
      if (information[u]! > most && this.canJoin(u, v)) {
        most = information[u]!;
        best = u;
      }
    }
    this.partner[v] = best;
    this.strength[v] = most;
  }

  /** Whether u may be in v's island. */
  protected canJoin(u: number, v: number): boolean {
    return u !== v;
  }

  /** The smaller variable of the strongest free pair, the first of equals. */
  strongest(): number {
    for (;;) {
      let best = -1;
      for (const v of this.free) if (best < 0 || this.strength[v]! > this.strength[best]!) best = v;
      // A partner that was taken leaves an upper bound; who has none is the last choice.
      if (this.isFree[this.partner[best]!] !== 0) return best;
      this.find(best);
    }
  }

  /** Begins an island; returns the first's strongest partner. */
  begin(first: number): number {
    this.frontier.restart(this.free);
    return this.join(first);
  }

  /** v has joined the island; returns the next candidate, -1 when none is left. */
  join(v: number): number {
    return this.frontier.join(v);
  }

  /** The member that the candidate shares most information with. */
  joinedBy(candidate: number): number {
    return this.frontier.edge(candidate).from;
  }

  /** Variables have got their island. */
  take(variables: readonly number[]): void {
    for (const v of variables) this.isFree[v] = 0;
    this.free = this.free.filter((v) => this.isFree[v]);
  }
}
