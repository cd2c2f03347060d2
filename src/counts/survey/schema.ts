import { codesOf } from '../../data/tables/cells.js';
import { learnSteps } from '../../data/tables/learn.js';
import type { TableSettings } from '../../data/tables/options.js';
import type { SchemaColumn, TableSchema } from '../../data/tables/schema.js';
import type { Source } from '../../data/tables/source.js';
import { Troubles } from '../../data/tables/troubles.js';
import { datesOf } from '../../data/tables/values.js';
import { show } from '../../data/text/show.js';
import { atOnce } from '../../runtime/steps.js';
import type { ColumnCensus } from './column-census.js';
import { NumberSet } from './number-set.js';
import type { ColumnsContent } from './survey.js';

/** A column of one kind: what its cells are, and how often. */
export type KnownColumn = { readonly name: string; missing: number } & (
  | { readonly kind: 'numeric'; readonly numbers: NumberSet }
  | { readonly kind: 'categorical'; readonly categories: readonly string[]; readonly times: Float64Array }
);

/** The columns that features are of, by a schema as the whole table would have taught it. */
export interface LearnedColumns {
  readonly schema: TableSchema;
  readonly warnings: readonly string[];
  readonly columns: readonly KnownColumn[];
}

/**
 * @throws TableError for what learning from the whole would refuse
 */
export function learnColumns(content: ColumnsContent, settings: TableSettings): LearnedColumns {
  const { rows, names, rowNames, dialect } = content;
  const decimal = dialect!.decimal || '.';
  const source: Source = {
    format: 'csv',
    dialect: { ...dialect!, decimal },
    rows,
    names,
    rowNames,
    columns: content.columns.map((column) => column.condensed()),
    where: () => 'in the parts',
  };
  // No table is made of it.
  const { schema, warnings } = atOnce(
    learnSteps(source, { ...settings, maxMemory: Number.POSITIVE_INFINITY }, new Troubles()),
  );
  const columns = schema.columns.map((column) => {
    const census = content.columns[schema.names.indexOf(column.name)]!;
    return filled(knownColumn(column, census, decimal), column, settings);
  });
  return { schema, warnings, columns };
}

/** The columns of a Table. */
export function tableColumns({ names, columns }: ColumnsContent): KnownColumn[] {
  return columns.map((column, c) => {
    const name = names![c]!;
    const { categories, missing, texts } = column;
    if (!categories) return { name, kind: 'numeric', missing, numbers: column.numbers };
    const known = texts.times;
    if (!known) throw new RangeError(`survey: expected at most ${texts.limit} categories in ${show(name)}, got more`);
    const times = Float64Array.from(categories, (category) => known.get(category) ?? 0);
    return { name, kind: 'categorical', missing, categories, times };
  });
}

function knownColumn(column: SchemaColumn, census: ColumnCensus, decimal: '.' | ','): KnownColumn {
  const { name } = column;
  const { missing, limit } = census;
  if (column.kind === 'numeric') {
    const numbers = new NumberSet(limit);
    numbers.addAll(census.numbers);
    return { name, kind: 'numeric', missing, numbers };
  }
  const cells = census.condensed();
  const times = cells.times!;
  if (column.kind === 'date') {
    const numbers = new NumberSet(limit);
    for (const [i, day] of datesOf(cells, column.order).values.entries())
      if (!Number.isNaN(day)) numbers.add(day, times[i]!);
    return { name, kind: 'numeric', missing, numbers };
  }
  const { categories } = column;
  const counts = new Float64Array(categories.length);
  for (const [i, code] of codesOf(cells, categories, decimal).entries()) if (code >= 0) counts[code]! += times[i]!;
  return { name, kind: 'categorical', missing, categories, times: counts };
}

/** With its missing cells filled as the schema says. */
function filled(known: KnownColumn, { fill, missing: how }: SchemaColumn, { missing }: TableSettings): KnownColumn {
  if (fill === null || how === 'state' || known.missing === 0) return known;
  if (known.kind === 'numeric') {
    if (missing === 'mode' && !known.numbers.isExact)
      throw new RangeError(
        `missing: expected mean, state or a number, as ${show(known.name)} has more different numbers than a survey keeps apart, got mode`,
      );
    known.numbers.add(Number(fill), known.missing);
  } else known.times[known.categories.indexOf(String(fill))]! += known.missing;
  return { ...known, missing: 0 };
}
