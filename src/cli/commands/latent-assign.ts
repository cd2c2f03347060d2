import { InvalidArgumentError } from 'commander';
import type { OptionsOf } from '../../check/option.js';
import type { Dataset } from '../../data/dataset.js';
import type { LatentTree } from '../../structure/latent/latent-tree.js';
import { type ASSIGN, assignLatents } from '../../structure/latent/posteriors.js';
import { UserError } from '../errors.js';

/** Levels to tell of; 'top' is the highest. */
export type Levels = 'top' | 'all' | number[];

export interface Assigned {
  /** ln P of all rows, nats. */
  logLikelihood: number;
  /** A line a row, where levels were asked for. */
  csv?: Uint8Array;
}

/** Rows whose posteriors are held at once. */
const ROWS = 4096;

export function levelList(text: string): Levels {
  if (text === 'top' || text === 'all') return text;
  const levels = text.split(',').map((part) => (/^\s*[1-9]\d*\s*$/.test(part) ? Number(part) : 0));
  if (levels.includes(0) || new Set(levels).size < levels.length)
    throw new InvalidArgumentError('Expected top, all, or different levels from 1 up, like 1,2.');
  return levels;
}

/** Nodes of the latents of these levels, level by level as given. */
export function latentsOf(tree: LatentTree, levels: Levels): number[] {
  const highest = tree.levels.length;
  const wanted = levels === 'top' ? [highest] : levels === 'all' ? [...tree.levels.keys()].map((l) => l + 1) : levels;
  return wanted.flatMap((level) => {
    if (level > highest) throw new UserError(`--assign-level: expected levels from 1 to ${highest}, got ${level}`);
    const first = tree.firstOf(level);
    return Array.from({ length: tree.levels[level - 1]! }, (_, i) => first + i);
  });
}

/** The likelihood of the rows and, of the latents given, P(latent = 1) or the more probable state as CSV, its header the latents' names. */
export async function assignRows(
  tree: LatentTree,
  data: Dataset,
  latents: readonly number[] | undefined,
  states: boolean,
  options: OptionsOf<typeof ASSIGN>,
): Promise<Assigned> {
  const header = latents && `${latents.map((latent) => tree.nameOf(latent)).join(',')}\n`;
  const parts = header ? [Buffer.from(header)] : [];
  let logLikelihood = 0;
  for (let from = 0; from < data.rows; from += ROWS) {
    const rows = Math.min(ROWS, data.rows - from);
    const part = data.subset(Array.from({ length: rows }, (_, i) => from + i));
    const assigned = await assignLatents(tree, part, options);
    logLikelihood += assigned.logLikelihood.reduce((sum, l) => sum + l, 0);
    if (!latents) continue;
    const value = (at: number) => (states ? assigned.states[at]! : Number(assigned.posteriors[at]!.toPrecision(4)));
    const lines = Array.from({ length: rows }, (_, r) =>
      latents.map((latent) => value(r * tree.latents + latent - tree.features)).join(','),
    );
    parts.push(Buffer.from(`${lines.join('\n')}\n`));
  }
  return { logLikelihood, ...(latents ? { csv: Buffer.concat(parts) } : {}) };
}
