// A table: columns, their kinds, and one of them to be predicted.
import type { CsvOptions, Table, TableSchema } from 'espalier/read';
import type { RemoteDataset } from 'espalier/worker';
import type { Remediable } from './trouble.js';
import { starting } from './worker.js';

/** How a table is to be read; what is not said the reader decides. */
export type TableReading = Omit<CsvOptions, 'target' | 'maxMemory'> & { readonly target?: string | null };

export interface TableData {
  readonly kind: 'table';
  readonly name: string;
  readonly reading: TableReading;
  readonly rows: number;
  /** All columns that were not left out. */
  readonly table: Table;
  /** Learned without a target: kinds and names of all columns. */
  readonly schema: TableSchema;
  readonly target: string | null;
  /** What the target is; undefined without one. */
  readonly task: 'classes' | 'values' | undefined;
  readonly told: readonly string[];
  /** With the target; undefined without one. */
  readonly data: RemoteDataset | undefined;
}

/** An address that was handed on may name a column that is not there. */
function withLast(error: Remediable): Remediable {
  error.remedies = [{ words: 'Predict the last column', reading: { table: { target: undefined } } }];
  return error;
}

/** The reader names its options, the page has fields for them. */
function ofFields(warning: string): string {
  return warning
    .replace('; ignore leaves it out', '; choose “left out” as its kind if it is of no use')
    .replace('; the option header says otherwise', '; choose otherwise under “First line”');
}

export async function readTable(
  name: string,
  text: string,
  reading: TableReading,
  signal: AbortSignal,
): Promise<TableData> {
  const worker = await starting;
  const { target: asked, task, ...options } = reading;
  const all = await worker.learnCsvAsync(text, { ...options, target: null, signal });
  await all.data.dispose();
  const { table, schema, warnings } = all;
  let target = asked === undefined ? (table.columns.at(-1)?.name ?? null) : asked;
  const told = warnings.map(ofFields);
  let data: RemoteDataset | undefined;
  if (target !== null) {
    const categorical = options.categorical?.filter((column) => column !== target) ?? [];
    try {
      const learned = await worker.learnCsvAsync(text, { ...options, categorical, task, target, signal });
      data = learned.data;
      told.push(...learned.warnings.filter((warning) => !warnings.includes(warning)).map(ofFields));
    } catch (error) {
      signal.throwIfAborted();
      // A column that the user named is refused; the last one was but a guess.
      if (asked !== undefined)
        throw table.columns.some((column) => column.name === asked) ? error : withLast(error as Error);
      told.push(
        table.columns.length === 1
          ? 'There is only one column: nothing can be predicted from others.'
          : `The last column, ${target}, cannot be predicted (${(error as Error).message}): choose another under “To be predicted”.`,
      );
      target = null;
    }
  }
  const kind = data?.targets?.kind;
  return {
    kind: 'table',
    name,
    reading,
    rows: table.rows,
    table,
    schema,
    target,
    task: kind === 'values' || kind === 'classes' ? kind : undefined,
    told,
    data,
  };
}
