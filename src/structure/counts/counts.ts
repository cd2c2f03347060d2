import { got } from '../../check/phrase.js';
import { isMade } from '../../check/require.js';
import { type CountedVariables, itemStarts } from './items.js';
import type { CodedPairs } from './pairs.js';

/** Rows that were counted together. */
export interface CountedPart {
  /** What tells it from others: of its rows, or as it was given. */
  readonly id: string;
  /** What it was called. */
  readonly name?: string | undefined;
  readonly rows: number;
  /** Of every `of` items those whose numbers leave one of these rests; undefined where all were counted. */
  readonly blocks?: { readonly of: number; readonly have: readonly number[] } | undefined;
}

/** In how many rows each item and each class occur together. */
export interface ClassCounts {
  /** In order. */
  readonly labels: readonly string[];
  /** [labels]: rows of each. */
  readonly rows: Float64Array;
  /** [labels][items]. */
  readonly ones: Float64Array;
}

/** What counts are made of. */
export interface CountsContents {
  readonly variables: CountedVariables;
  readonly parts: readonly CountedPart[];
  /** [items]: in how many rows each is. */
  readonly ones: Float64Array;
  readonly pairs: CodedPairs;
  readonly classes?: ClassCounts | undefined;
}

/**
 * In how many rows variables have their states, and each two of them have theirs together: all that a Chow-Liu tree and mutual information need of the rows. Counts of parts add up to those of all rows, in any order, see
 * mergeCounts. Made by countData, mergeCounts and loadCounts.
 */
export class Counts {
  /** What was counted, by id. */
  readonly parts: readonly CountedPart[];
  /** @internal */
  readonly contents: CountsContents;
  /** @internal */
  readonly itemStart: Int32Array;

  /** @internal */
  constructor(contents: CountsContents) {
    this.contents = contents;
    this.itemStart = itemStarts(contents.variables);
    this.parts = contents.parts;
  }

  /** Rows of all parts. */
  get rows(): number {
    return this.parts.reduce((sum, part) => sum + part.rows, 0);
  }

  get variables(): number {
    return this.contents.variables.variables;
  }

  get names(): readonly string[] | undefined {
    return this.contents.variables.names;
  }

  /** What lacks for all pairs of the parts to be counted, in words; undefined where nothing does. */
  get missing(): string | undefined {
    for (const { id, name = id, blocks } of this.parts) {
      if (!blocks) continue;
      const lacking = Array.from({ length: blocks.of }, (_, i) => i).filter((i) => !blocks.have.includes(i));
      if (lacking.length > 0) return `block ${lacking[0]! + 1}/${blocks.of} of ${name}`;
    }
    return undefined;
  }
}

/** TypeError unless it is Counts. */
export function requireCounts(value: unknown, argument: string): asserts value is Counts {
  if (!isMade(value, Counts, 'contents', argument))
    throw new TypeError(
      `${argument}: expected Counts, as countData, mergeCounts and loadCounts make, got ${got(value)}`,
    );
}

/** RangeError where some pairs were not counted. */
export function requireAllCounted(counts: Counts, argument: string): void {
  const { missing } = counts;
  if (missing !== undefined)
    throw new RangeError(`${argument}: expected the pairs of all items, but ${missing} is missing`);
  if (counts.rows === 0) throw new RangeError(`${argument}: expected counts of some rows, got none`);
}
