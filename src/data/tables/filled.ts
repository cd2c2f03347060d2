import type { Table, TableColumn } from './table.js';

/** What stands in for a missing cell of a column; `missing`: they are a state of their own instead. */
interface Fill {
  readonly name: string;
  readonly fill: number | string | null;
  readonly missing?: 'state';
}

/** The table with its missing cells filled as a schema says; those of columns that fill none stay missing. */
export function filledTable(table: Table, fills: readonly Fill[]): Table {
  const byName = new Map(fills.map((fill) => [fill.name, fill]));
  return {
    ...table,
    columns: table.columns.map((column) => {
      const { fill, missing } = byName.get(column.name) ?? { fill: null };
      return fill === null || missing === 'state' ? column : filledColumn(column, fill);
    }),
  };
}

function filledColumn(column: TableColumn, fill: number | string): TableColumn {
  if (column.kind === 'numeric') {
    return { ...column, values: column.values.map((x) => (Number.isNaN(x) ? Number(fill) : x)) };
  }
  const code = column.categories.indexOf(String(fill));
  return { ...column, codes: column.codes.map((id) => (id < 0 ? code : id)) };
}
