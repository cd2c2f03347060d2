import type { Batch } from '../../data/batch.js';
import type { TextVectorizerJson } from '../../data/documents/vectorizer-json.js';
import type { TableSchema } from '../../data/tables/schema.js';
import { Sha256 } from '../../files/sha256.js';
import type { CountedVariables, ItemRows } from '../../structure/counts/items.js';

/** How rows of any part become items, by what a survey of all has found. */
export interface SurveyCut {
  readonly variables: CountedVariables;
  /** Of cells: how the columns are read. */
  readonly schema?: TableSchema;
  /** Of texts. */
  readonly vectorizer?: TextVectorizerJson;
  /** A sentence each. */
  readonly warnings: readonly string[];
  /** RangeError for rows that the survey has not met, where that shows. */
  items(batch: Batch): ItemRows;
  /** The classes of a batch's rows, by their names; undefined where there are none. */
  labels(batch: Batch): readonly string[] | undefined;
}

/** With the digest of all that must agree. */
export function countedVariables(variables: Omit<CountedVariables, 'vocabulary'>, edges: unknown): CountedVariables {
  const { names, stateCounts, states } = variables;
  const text = JSON.stringify({
    version: 1,
    variables: variables.variables,
    names: names ?? null,
    stateCounts: stateCounts ? [...stateCounts] : null,
    states: states?.map((list) => list ?? null) ?? null,
    edges,
  });
  return { ...variables, vocabulary: new Sha256().update(new TextEncoder().encode(text)).hex() };
}
