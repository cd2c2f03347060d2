import type { Dataset, Table } from 'espalier';
import type { TableSchema } from 'espalier/read';
import type { SurveyCut } from '#dist/counts/survey/counted.js';
import type { Batch } from '#dist/data/batch.js';
import { defaultEngine } from '#dist/runtime/engine.js';
import { Pace } from '#dist/runtime/pace.js';
import { itemStarts } from '#dist/structure/counts/items.js';
import { variablesOf } from '#dist/structure/table-variables.js';
import type { DiscretiseOptions } from '#dist/structure/variables.js';
import type { Random } from './random.js';

/** States by row and variable. */
export type States = number[][];

export async function wholeStates(data: Dataset | Table, options: DiscretiseOptions) {
  const { variables: found, names, states } = await variablesOf(await defaultEngine(), data, options, new Pace());
  const { rows, variables } = found;
  const all: States = Array.from({ length: rows }, () => new Array<number>(variables).fill(0));
  for (let r = 0; r < rows; r++) {
    if (found.kind === 'rows') for (let e = found.start[r]!; e < found.start[r + 1]!; e++) all[r]![found.index[e]!] = 1;
    else
      for (let v = 0; v < variables; v++)
        all[r]![v] =
          found.kind === 'states'
            ? found.states[v * rows + r]!
            : (found.bits[v * found.words * 8 + (r >> 3)]! >> (r & 7)) & 1;
  }
  return { all, names, states, counts: found.kind === 'states' ? [...found.counts] : undefined };
}

export function statesOf(cut: SurveyCut, batches: readonly Batch[]): States {
  const start = itemStarts(cut.variables);
  const { variables } = cut.variables;
  return batches.flatMap((batch) => {
    const { rows, start: from, index } = cut.items(batch);
    return Array.from({ length: rows }, (_, r) => {
      const states = new Array<number>(variables).fill(0);
      for (const item of index.subarray(from[r]!, from[r + 1]!)) {
        const v = start.findIndex((_, v) => start[v]! <= item && item < start[v + 1]!);
        states[v] = item - start[v]! + 1;
      }
      return states;
    });
  });
}

/** Where each of so many parts begins, and the end. */
export function split(random: Random, rows: number, parts: number): number[] {
  const cuts = Array.from({ length: parts - 1 }, () => 1 + random.below(rows - 1));
  return [...new Set([0, ...cuts, rows])].sort((a, b) => a - b);
}

/** A mean of missing cells may differ in its last digit. */
export function roundedFills(schema: TableSchema) {
  return {
    ...schema,
    columns: schema.columns.map((column) => ({
      ...column,
      fill: typeof column.fill === 'number' ? column.fill.toFixed(9) : column.fill,
    })),
  };
}
