import { CSV, type CsvOptions, learnCsv } from '../text/csv.js';
import { readRaw } from '../text/read-raw.js';
import { type ColumnSummary, describeColumns, mostFrequent } from './describe.js';
import { summariseTargets, type TargetSummary } from './describe-matrix.js';
import type { RawTable } from './raw.js';
import type { Taken } from './taken.js';
import { TableError } from './troubles.js';

const MARKS = CSV.missingMarks.default;
/** More different numbers are values. */
const MOST_NUMERIC_CLASSES = 20;

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
  readonly suggestion?: Readonly<Record<string, unknown>>;
}

/**
 * Looks at a text as learnCsv would read it, and refuses no cell of it.
 * @param isOption whether the message of a refusal is about an option, which is refused here too
 * @throws TypeError, RangeError for options that do not fit the text, and for a text that is no table
 */
export function inspectCsv(text: string, options: CsvOptions, isOption: (message: string) => boolean): Inspection {
  const raw = readRaw(text, { ...options, missingMarks: options.missingMarks ?? MARKS });
  const names = namesOf(raw);
  const columns = describeColumns(raw.columns, names);
  const { rows } = raw;
  try {
    const { schema, data, taken, warnings } = learnCsv(text, options);
    const { targets } = data;
    const target = targets && { ...summariseTargets(targets), name: schema.target!.name };
    return { rows, columns, ...(target ? { target } : {}), taken, warnings, troubles: [] };
  } catch (error) {
    if (!(error instanceof RangeError) || isOption(error.message)) throw error;
    const target = rawTarget(raw, columns, names, options);
    const { troubles, suggestion } = error instanceof TableError ? error : { troubles: [error.message] };
    return {
      rows,
      columns,
      ...(target ? { target } : {}),
      taken: rawTaken(raw, columns),
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

/** Of a table that cannot be learned from as it is. */
function rawTaken({ rows, dialect }: RawTable, columns: readonly ColumnSummary[]): Taken {
  const { delimiter, decimal, header } = dialect;
  const count = (kind: ColumnSummary['kind']) => columns.filter((column) => column.kind === kind).length;
  return {
    format: 'csv',
    rows,
    delimiter,
    decimal,
    header,
    numeric: count('numeric'),
    categorical: count('categorical'),
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
  if (kind === 'numeric' && summary.distinct! > MOST_NUMERIC_CLASSES)
    return { kind: 'values', name, min: min!, mean: mean!, max: max! };
  const cells = rows - summary.missing;
  const classes = mostFrequent(columns[place]!, Number.POSITIVE_INFINITY);
  return {
    kind: 'classes',
    name,
    classes: classes.map((found) => ({ name: found.value, rows: found.rows, share: found.rows / cells })),
  };
}
