import { complete } from '../../check/complete.js';
import { readInTurns } from '../paced.js';
import { CSV, type CsvOptions, learnCsvAsync, rawOf } from '../text/csv.js';
import { type ColumnSummary, describeColumns, mostFrequent } from './describe.js';
import { summariseTargets, type TargetSummary } from './describe-matrix.js';
import { areValues } from './limits.js';
import type { RawTable } from './raw.js';
import { dialectTaken, type Taken } from './taken.js';
import { TableError } from './troubles.js';

/** What a table holds, how it is read, and what stands in the way of learning from it. Plain JSON. */
export interface Inspection {
  readonly rows: number;
  readonly columns: readonly ColumnSummary[];
  readonly target?: TargetSummary;
  readonly taken: Taken;
  readonly warnings: readonly string[];
  /** What learning would refuse, a sentence each; none where it would not. */
  readonly troubles: readonly string[];
  /** Options under which learning would go on. */
  readonly suggestion?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Looks at a text as learnCsv would read it, and refuses no cell of it.
 * @param isOption whether the message of a refusal is about an option, which is refused here too
 * @throws TypeError, RangeError for options that do not fit the text, and for a text that is no table
 */
export async function inspectCsv(
  text: string,
  options: CsvOptions,
  isOption: (message: string) => boolean,
): Promise<Inspection> {
  const { raw } = await readInTurns(rawOf(text, complete(CSV, options, 'inspectCsv')), text.length, {});
  const names = namesOf(raw);
  const columns = describeColumns(raw.columns, names, options.dates);
  const { rows } = raw;
  try {
    const { schema, data, taken, warnings } = await learnCsvAsync(text, options);
    const { targets } = data;
    const target = targets && { ...summariseTargets(targets), name: schema.target!.name };
    return { rows, columns, ...(target ? { target } : {}), taken, warnings, troubles: [] };
  } catch (error) {
    if (!(error instanceof RangeError) || isOption(error.message)) throw error;
    const target = rawTarget(raw, columns, names, options);
    const told: Partial<TableError> = error instanceof TableError ? error : {};
    const { troubles = [error.message], suggestion, learned } = told;
    return {
      rows,
      columns,
      ...(target ? { target } : {}),
      taken: rawTaken(raw, columns, learned?.leftOut ?? [], target?.name),
      warnings: raw.warnings,
      troubles,
      ...(suggestion ? { suggestion } : {}),
    };
  }
}

/** Names of the columns, by place where they have none. */
function namesOf({ header, columns }: RawTable): string[] {
  // R names no column of row names.
  const cells = header && header.length === columns.length - 1 ? ['', ...header] : (header ?? []);
  return columns.map((_, place) => cells[place] || `column${place}`);
}

/** Of a table that cannot be learned from as it is: what its columns look like, without those that were left out. */
function rawTaken(
  { rows, dialect }: RawTable,
  columns: readonly ColumnSummary[],
  leftOut: NonNullable<Taken['leftOut']>,
  target: string | undefined,
): Taken {
  const others = new Set([target, ...leftOut.map(({ name }) => name)]);
  const count = (kind: ColumnSummary['kind']) =>
    columns.filter((column) => column.kind === kind && !others.has(column.name)).length;
  const dates = count('date');
  return {
    format: 'csv',
    rows,
    ...dialectTaken(dialect),
    numeric: count('numeric'),
    ...(dates > 0 ? { dates } : {}),
    categorical: count('categorical'),
    ...(leftOut.length > 0 ? { leftOut } : {}),
  };
}

function rawTarget(
  { rows, columns }: RawTable,
  summaries: readonly ColumnSummary[],
  names: readonly string[],
  { target }: CsvOptions,
): TargetSummary | undefined {
  if (target === null || target === undefined) return undefined;
  const place = typeof target === 'string' ? names.indexOf(target) : target < 0 ? names.length + target : target;
  const summary = summaries[place];
  if (!summary) return undefined;
  const { name, kind, min, mean, max } = summary;
  const different = new Set(columns[place]!.numbers.filter((x) => !Number.isNaN(x)));
  if (kind === 'numeric' && areValues([...different]))
    return { kind: 'values', name, min: min!, mean: mean!, max: max! };
  const cells = rows - summary.missing;
  const classes = mostFrequent(columns[place]!, Number.POSITIVE_INFINITY);
  return {
    kind: 'classes',
    name,
    classes: classes.map((found) => ({ name: found.value, rows: found.rows, share: found.rows / cells })),
  };
}
