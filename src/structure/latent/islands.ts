import { log } from '../../numeric/log.js';
import type { Engine } from '../../runtime/engine.js';
import type { Pace } from '../../runtime/pace.js';
import { bytesOf } from '../../runtime/rehearsal.js';
import { listBytes } from '../binary.js';
import { bindRows } from '../bound-rows.js';
import { type BinaryColumns, type BinaryRows, bitBytes, requireRoom } from '../variables.js';
import { type ClassModel, type EmOptions, LatentFits, type Split } from './fits.js';
import type { LatentTreeSettings } from './options.js';
import { Partners } from './partners.js';

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
  next(partners: Partners, models: LatentFits): Promise<ClassModel[]>;
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
  const room = islandBytes(engine, data, options);
  requireRoom(engine, data.variables, room.all);
  if (pace.due) await pace.turn();
  const partners = growth?.partners(engine, data) ?? new Partners(engine, data);
  try {
    if (pace.due) await pace.turn();
    await partners.findAll(pace, (done) => report('information', done));
    const models = new LatentFits(engine, data, options, fits);
    try {
      await models.load(data, pace);
      const islands: ClassModel[] = [];
      while (partners.free.length > 0) {
        const next = growth ? await growth.next(partners, models) : await nextIslands(partners, models, options, pace);
        const grown = next.map(upright);
        islands.push(...grown);
        partners.take(grown.flatMap(({ members }) => members));
        if (!pace.due) continue;
        report('islands', data.variables - partners.free.length);
        await pace.turn();
      }
      report('islands', data.variables);
      requireRoom(engine, data.variables, room.arrays + bitBytes(data.rows, islands.length));
      return { islands, states: await models.states(islands, pace), fits: models.fitted };
    } finally {
      models.dispose();
    }
  } finally {
    partners.dispose();
  }
}

/** Bytes of the variables and of partners; and of all, with what is in the engine. */
function islandBytes(
  engine: Engine,
  data: BinaryRows | BinaryColumns,
  options: IslandOptions,
): { arrays: number; all: number } {
  const { rows, variables } = data;
  const arrays = (data.kind === 'rows' ? listBytes(data) : data.bits.length) + 9 * variables;
  const memory = bytesOf(engine, (dry) => {
    new Partners(dry, data);
    new LatentFits(dry, data, options, 0);
    if (data.kind === 'rows') bindRows(dry, dry.scope(), data);
  });
  return { arrays, all: arrays + memory + LatentFits.stateBytes(rows, variables) };
}

/** One island, or the last two. */
async function nextIslands(
  partners: Partners,
  models: LatentFits,
  options: IslandOptions,
  pace: Pace,
): Promise<ClassModel[]> {
  const { free } = partners;
  if (free.length <= 3) return [models.fitClasses(Array.from(free))];
  const first = partners.strongest();
  const { second, next: third } = partners.begin(first);
  const fork = partners.fork();
  const fitted = models.startClasses(fork, [first, second, third]);
  fork.next();
  const next = partners.startJoin(fork, third);
  fork.join();
  return extend(partners, models, options, fitted(), next(), pace);
}

/**
 * An island with what joins it from the candidate on, or the last two. The first `fixed` members never leave it. While a candidate is tested, the one after it is looked for as if it
 * joined: what is in vain where it does not is no loss with a thread to spare.
 */
export async function extend(
  partners: Partners,
  models: LatentFits,
  { maxIsland, delta }: IslandOptions,
  begun: ClassModel,
  next: number,
  pace: Pace,
  fixed = 0,
): Promise<ClassModel[]> {
  let [model, candidate] = [begun, next];
  // Two more parameters cost ln N of the criterion.
  const bar = delta + log(models.rows);
  const seeds = model.members.slice(0, 3);
  const full = (members: number, left: number) => members >= maxIsland && left >= 3;
  let left = partners.free.length - model.members.length;
  if (full(model.members.length, left)) return [model];
  models.startGroups(model);
  while (candidate >= 0) {
    left--;
    const sibling = partners.joinedBy(candidate);
    const anchors = seeds.filter((v) => v !== sibling).slice(0, 2) as [number, number];
    const last = full(model.members.length + 1, left);
    const fork = partners.fork();
    const test = models.startTest(fork, model, anchors, sibling, candidate);
    fork.next();
    const ahead = partners.shared && !last ? partners.startJoin(fork, candidate) : undefined;
    fork.join();
    const { gain, table, split } = test();
    if (gain > bar) {
      if (model.members.indexOf(sibling) < fixed) break;
      const rest = without(model, sibling);
      return left > 0 ? [rest] : [rest, splitOff(model.prior, sibling, candidate, split)];
    }
    model = { ...model, members: [...model.members, candidate], tables: [...model.tables, table] };
    if (last) break;
    models.splitGroups(candidate, table);
    candidate = ahead ? ahead() : partners.join(candidate);
    if (pace.due) await pace.turn();
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
