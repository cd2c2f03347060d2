import { requireList } from '../check/arrays.js';
import { complete } from '../check/complete.js';
import { type Options, type OptionsOf, SIGNAL } from '../check/option.js';
import { ENGINE, type Engine, engineOf } from '../runtime/engine.js';
import { Pace } from '../runtime/pace.js';
import { type ClassCounts, type CountedPart, Counts, requireCounts } from '../structure/counts/counts.js';
import type { CountedVariables } from '../structure/counts/items.js';
import { mergePairs, type PairSink } from '../structure/counts/merging.js';
import { PairWriter } from '../structure/counts/pairs.js';

/** Options of mergeCounts. */
export const MERGE = { engine: ENGINE, signal: SIGNAL } as const satisfies Options;

export type MergeOptions = OptionsOf<typeof MERGE>;

/** What rows without names and cuts are: their numbers of features may differ. */
export const PLAIN = /^rows/;

/**
 * Counts of parts, added up: those of all their rows together, the same for any order and any grouping.
 * @throws RangeError for none, for a part that is in two of them, and for variables, cuts or categories that differ
 */
export async function mergeCounts(parts: readonly Counts[], given: MergeOptions = {}): Promise<Counts> {
  const options = complete(MERGE, given, 'mergeCounts');
  requireList(parts, 'parts', 'Counts');
  const list = Array.from(parts);
  for (const [i, part] of list.entries()) requireCounts(part, `parts[${i}]`);
  const merged = mergedBut(list, (i) => `parts[${i}]`);
  const writer = new PairWriter(merged.ones.length);
  const engine = await engineOf(options);
  await mergeInto(
    engine,
    list,
    merged.ones.length,
    (bytes, sizes) => writer.rows(bytes, sizes),
    new Pace(options.signal),
  );
  return new Counts({ ...merged, pairs: writer.held() });
}

/** Adds up the pairs of counts that agree. */
export function mergeInto(
  engine: Engine,
  list: readonly Counts[],
  items: number,
  sink: PairSink,
  pace: Pace,
): Promise<void> {
  const counted = list.map((counts) => ({
    pairs: counts.contents.pairs,
    ones: counts.contents.ones,
    rows: counts.rows,
    partial: counts.missing !== undefined,
  }));
  return mergePairs(engine, counted, items, sink, pace);
}

/**
 * All of merged counts but the pairs.
 * @param name what messages call the i-th of them
 */
export function mergedBut(list: readonly Counts[], name: (i: number) => string) {
  if (list.length === 0) throw new RangeError('parts: expected at least one, got none');
  const variables = list.reduce<CountedVariables>((widest, { contents }, i) => {
    requireAlike(widest, contents.variables, name(0), name(i));
    return contents.variables.variables > widest.variables ? contents.variables : widest;
  }, list[0]!.contents.variables);
  const parts = mergedParts(list, name);
  const items = list.reduce((most, { contents }) => Math.max(most, contents.ones.length), 0);
  const ones = new Float64Array(items);
  for (const { contents } of list) for (const [item, k] of contents.ones.entries()) ones[item]! += k;
  return { variables, parts, ones, classes: mergedClasses(list, items, name) };
}

function requireAlike(a: CountedVariables, b: CountedVariables, nameOfA: string, nameOfB: string): void {
  if (a.vocabulary === b.vocabulary && (PLAIN.test(a.vocabulary) || a.variables === b.variables)) return;
  const difference = differenceOf(a, b);
  throw new RangeError(
    `${nameOfB}: expected the variables of ${nameOfA}, ${difference}; count all parts by one survey`,
  );
}

function differenceOf(a: CountedVariables, b: CountedVariables): string {
  if (!a.names !== !b.names) return `which have ${a.names ? 'names' : 'no names'}, got ${a.names ? 'none' : 'some'}`;
  if (a.variables !== b.variables) return `${a.variables} of them, got ${b.variables}`;
  const v = a.names?.findIndex((name, i) => name !== b.names![i]) ?? -1;
  if (v >= 0) return `of which number ${v} is ${JSON.stringify(a.names![v])}, got ${JSON.stringify(b.names![v])}`;
  const k = a.stateCounts?.findIndex((count, i) => count !== b.stateCounts?.[i]) ?? -1;
  if (k >= 0) return `of which number ${k} has ${a.stateCounts![k]} states, got ${b.stateCounts?.[k] ?? 2}`;
  return 'got the same cut in other places, or of other categories';
}

/** By id. Counts of blocks of one part go together. */
function mergedParts(list: readonly Counts[], name: (i: number) => string): CountedPart[] {
  const all = new Map<string, { part: CountedPart; from: number[] }>();
  for (const [i, { parts }] of list.entries()) {
    for (const part of parts) {
      const known = all.get(part.id);
      if (!known) {
        all.set(part.id, { part, from: [i] });
        continue;
      }
      const both = known.part.blocks?.have.filter((block) => part.blocks?.have.includes(block)) ?? [];
      const sameCut = known.part.blocks && part.blocks && known.part.blocks.of === part.blocks.of;
      if (!sameCut || both.length > 0) {
        const which = sameCut ? `block ${both[0]! + 1}/${part.blocks!.of} of ` : '';
        const other = known.part.name !== part.name ? ` (there ${known.part.name ?? known.part.id})` : '';
        throw new RangeError(
          `${name(i)}: expected other rows than ${name(known.from.at(-1)!)}, got ${which}part ${part.name ?? part.id} in both${other}; rows that are alike by chance need ids of their own`,
        );
      }
      const have = [...known.part.blocks!.have, ...part.blocks!.have].sort((x, y) => x - y);
      const [called] = [known.part.name, part.name].filter((text) => text !== undefined).sort();
      const whole = {
        ...known.part,
        ...(called === undefined ? {} : { name: called }),
        blocks: { of: part.blocks!.of, have },
      };
      all.set(part.id, { part: whole, from: [...known.from, i] });
    }
  }
  return [...all.values()]
    .map(({ part: { blocks, ...rest } }) => (blocks && blocks.have.length < blocks.of ? { ...rest, blocks } : rest))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function mergedClasses(list: readonly Counts[], items: number, name: (i: number) => string): ClassCounts | undefined {
  const without = list.findIndex(({ contents }) => !contents.classes);
  const having = list.findIndex(({ contents }) => contents.classes);
  if (having < 0) return undefined;
  if (without >= 0) throw new RangeError(`${name(without)}: expected counts by class as ${name(having)} has, got none`);
  const labels = [...new Set(list.flatMap(({ contents }) => contents.classes!.labels))].sort(inOrder);
  const rows = new Float64Array(labels.length);
  const ones = new Float64Array(labels.length * items);
  for (const { contents } of list) {
    const { classes } = contents;
    const width = contents.ones.length;
    for (const [i, label] of classes!.labels.entries()) {
      const to = labels.indexOf(label);
      rows[to]! += classes!.rows[i]!;
      for (let item = 0; item < width; item++) ones[to * items + item]! += classes!.ones[i * width + item]!;
    }
  }
  return { labels, rows, ones };
}

/** Numbers by value, before texts. */
export function inOrder(a: string, b: string): number {
  const [x, y] = [Number(a), Number(b)];
  if (!Number.isNaN(x) && !Number.isNaN(y) && x !== y) return x - y;
  if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
  return a < b ? -1 : a > b ? 1 : 0;
}
