import { InvalidArgumentError } from 'commander';
import type { OptionsOf } from '../../check/option.js';
import type { Dataset } from '../../data/dataset.js';
import { type ASSIGN, assignLatents } from '../../structure/latent/assignment.js';
import type { LatentTree } from '../../structure/latent/latent-tree.js';
import { assignTopics } from '../../structure/topics/assign-topics.js';
import type { TopicTree } from '../../structure/topics/topic-tree.js';
import { UserError } from '../errors.js';
import { csvCell } from '../print/csv.js';
import type { DocumentSource } from '../read/document-source.js';

/** Levels to tell of; 'top' is the highest. */
export type Levels = 'top' | 'all' | number[];

/** What rows are, added up as they pass. */
export interface Assigned {
  rows: number;
  /** ln P of all rows, nats. */
  logLikelihood: number;
}

/** A row with P(latent = 1) of every latent, f32[latents]. */
export interface AssignedRow {
  readonly name?: string;
  readonly posteriors: Float32Array;
  readonly logLikelihood: number;
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

/** Rows that are in memory. */
export async function* rowsOf(
  tree: LatentTree,
  data: Dataset,
  options: OptionsOf<typeof ASSIGN>,
): AsyncGenerator<AssignedRow> {
  const { latents } = tree;
  for (let from = 0; from < data.rows; from += ROWS) {
    const rows = Math.min(ROWS, data.rows - from);
    const part = data.subset(Array.from({ length: rows }, (_, i) => from + i));
    const { posteriors, logLikelihood } = await assignLatents(tree, part, options);
    for (let r = 0; r < rows; r++)
      yield { posteriors: posteriors.subarray(r * latents, (r + 1) * latents), logLikelihood: logLikelihood[r]! };
  }
}

/** Documents, which are never held. */
export async function* documentsOf(
  { tree, vectorizer }: TopicTree,
  source: DocumentSource,
  options: OptionsOf<typeof ASSIGN>,
): AsyncGenerator<AssignedRow> {
  for await (const { document, ...row } of assignTopics(tree, vectorizer, source.open(), options))
    yield document.name === undefined ? row : { ...row, name: document.name };
}

/**
 * CSV in pieces: a line a row with P(latent = 1), or the more probable state, of the latents given; its header their names, after a column of the rows' names
 * where they have some. `sum` gains each row.
 */
export async function* linesOf(
  tree: LatentTree,
  rows: AsyncIterable<AssignedRow>,
  { latents, states }: { latents: readonly number[]; states: boolean },
  sum: Assigned,
): AsyncGenerator<string> {
  const places = latents.map((latent) => latent - tree.features);
  const value = (p: number) => (states ? (p > 0.5 ? 1 : 0) : Number(p.toPrecision(4)));
  const header = latents.map((latent) => tree.nameOf(latent));
  let lines: string[] = [];
  let named: boolean | undefined;
  for await (const row of summed(rows, sum)) {
    if (named === undefined) {
      named = row.name !== undefined;
      lines.push([...(named ? ['document'] : []), ...header].join(','));
    }
    const values = places.map((place) => value(row.posteriors[place]!));
    lines.push([...(named ? [csvCell(row.name ?? '')] : []), ...values].join(','));
    if (lines.length < ROWS) continue;
    yield `${lines.join('\n')}\n`;
    lines = [];
  }
  if (lines.length > 0) yield `${lines.join('\n')}\n`;
}

/** The rows as they are; `sum` gains each. */
export async function* summed(rows: AsyncIterable<AssignedRow>, sum: Assigned): AsyncGenerator<AssignedRow> {
  for await (const row of rows) {
    sum.rows++;
    sum.logLikelihood += row.logLikelihood;
    yield row;
  }
}
