import type { Engine } from '../../../runtime/engine.js';
import type { Pace } from '../../../runtime/pace.js';
import { packColumns } from '../../binary.js';
import type { BinaryColumns, BinaryRows } from '../../variables.js';
import { type ClassModel, LatentFits } from '../fits.js';
import { type IslandGrowth, upright } from '../islands.js';
import type { LatentTreeSettings } from '../options.js';
import { fewest, type Groups, groupsOf, lifted } from './groups.js';
import { fitIsland } from './island-fit.js';
import { partsOf } from './parts.js';
import { SteeredGrowth } from './steered-growth.js';

/** What a learner of latent trees asks of those options that say what the tree must be like. */
export interface Steering {
  /** How the next level's islands grow, after these; undefined for the usual way. */
  growth(levels: readonly ClassModel[][]): IslandGrowth | undefined;
  /** The variables that a level was grown on, and how many fits there were then. */
  keep(variables: BinaryRows | BinaryColumns, fits: number): void;
  isLast(levels: readonly ClassModel[][]): boolean;
  /** The levels as they were asked for. */
  finish(levels: ClassModel[][]): Promise<ClassModel[][]>;
}

/**
 * Checks the options together, apart, topTopics and maxLevels against the features and one another; undefined where none is given.
 * @param maxTop as the caller gave it
 */
export function steeringOf(
  engine: Engine,
  options: LatentTreeSettings,
  maxTop: number | undefined,
  names: readonly string[] | undefined,
  columns: number,
  pace: Pace,
): Steering | undefined {
  const { together, apart, topTopics, maxLevels } = options;
  if ([together, apart, topTopics, maxLevels].every((option) => option === undefined)) return undefined;
  if (topTopics !== undefined && maxTop !== undefined)
    throw new TypeError('maxTop, topTopics: expected one of them, got both');
  if (topTopics !== undefined && topTopics > columns)
    throw new RangeError(`topTopics: expected at most ${columns}, the number of features, got ${topTopics}`);
  const groups = groupsOf(options, columns, names);
  const least = fewest(apart);
  const [limit, argument] = topTopics === undefined ? [maxTop, 'maxTop'] : [topTopics, 'topTopics'];
  if (limit !== undefined && limit < least)
    throw new RangeError(`${argument}: expected at least ${least}, the features of one group of apart, got ${limit}`);
  return new Steered(engine, options, groups, pace);
}

class Steered implements Steering {
  private readonly variables: (BinaryRows | BinaryColumns)[] = [];
  private fits = 0;

  constructor(
    private readonly engine: Engine,
    private readonly options: LatentTreeSettings,
    private readonly groups: Groups,
    private readonly pace: Pace,
  ) {}

  growth(levels: readonly ClassModel[][]): IslandGrowth | undefined {
    const apart = levels.reduce(lifted, this.groups.apart);
    const together = levels.length === 0 ? this.groups.together : [];
    if (together.length === 0 && apart.size === 0) return undefined;
    return new SteeredGrowth(this.engine, this.options, { together, apart }, this.pace);
  }

  keep(variables: BinaryRows | BinaryColumns, fits: number): void {
    this.variables.push(variables);
    this.fits = fits;
  }

  isLast(levels: readonly ClassModel[][]): boolean {
    const { topTopics, maxTop, maxLevels } = this.options;
    const islands = levels.at(-1)!.length;
    // Latents that are all apart make no further level smaller.
    if (islands <= (topTopics ?? maxTop) || islands === this.variables.at(-1)!.variables) return true;
    return topTopics === undefined && levels.length === maxLevels;
  }

  async finish(levels: ClassModel[][]): Promise<ClassModel[][]> {
    const { topTopics, maxLevels = levels.length } = this.options;
    const top = levels.at(-1)!;
    const place = Math.min(maxLevels, levels.length) - 1;
    if (place === levels.length - 1 && (topTopics === undefined || topTopics <= top.length)) return levels;
    const islands = top.map(({ members }) => members);
    const together = levels.length === 1 ? this.groups.together : [];
    let parts =
      topTopics === undefined
        ? islands
        : await partsOf(this.engine, this.variables.at(-1)!, islands, topTopics, together, this.pace);
    // Levels between the last one wanted and the one below it are left out: an island has what hangs below it.
    for (let l = levels.length - 2; l >= place; l--)
      parts = parts.map((part) => part.flatMap((island) => levels[l]![island]!.members));
    return [...levels.slice(0, place), await this.fitAll(this.variables[place]!, parts, levels[place]!)];
  }

  /** A latent for each list of variables; islands that stand stay as they are. */
  private async fitAll(
    variables: BinaryRows | BinaryColumns,
    parts: readonly (readonly number[])[],
    standing: readonly ClassModel[],
  ): Promise<ClassModel[]> {
    const { engine, options, pace } = this;
    const known = new Map(standing.map((model) => [String(model.members), model]));
    const bits = variables.kind === 'rows' ? packColumns(variables) : variables;
    const models = new LatentFits(engine, bits, options, this.fits);
    try {
      await models.load(bits, pace);
      const islands: ClassModel[] = [];
      for (const part of parts) {
        islands.push(known.get(String(part)) ?? upright(await fitIsland(engine, bits, models, options, part, pace)));
        if (pace.due) await pace.turn();
      }
      return islands;
    } finally {
      models.dispose();
    }
  }
}
