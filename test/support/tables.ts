import { readFileSync } from 'node:fs';
import type { Table, TableColumn } from 'espalier';

type Cell = string | number | null | undefined;

/** Columns as a reader would give them: numbers where all cells are, categories in order of appearance otherwise; null is missing. */
export function tableOf(columns: Readonly<Record<string, readonly Cell[]>>): Table {
  const made = Object.entries(columns).map(([name, cells]): TableColumn => {
    if (cells.every((cell) => typeof cell !== 'string'))
      return { kind: 'numeric', name, values: Float64Array.from(cells, (cell) => (cell as number) ?? Number.NaN) };
    const categories = [...new Set(cells)].filter((cell) => typeof cell === 'string');
    const codes = Int32Array.from(cells, (cell) => categories.indexOf(cell as string));
    return { kind: 'categorical', name, codes, categories };
  });
  return { kind: 'table', rows: Object.values(columns)[0]!.length, columns: made };
}

/** A file of test/field, by a parser of our own: no quotes within cells. */
export function fieldTable(file: string, leave: readonly string[] = [], delimiter = ','): Table {
  const [header, ...lines] = readFileSync(`test/field/${file}`, 'utf8').trim().split(/\r?\n/);
  const split = (line: string) => line.split(delimiter).map((cell) => cell.replace(/^"|"$/g, ''));
  const rows = lines.map(split);
  const numberOf = (cell: string) => Number(delimiter === ';' ? cell.replace(',', '.') : cell);
  const columns = split(header!).flatMap((name, c): [string, Cell[]][] => {
    if (leave.includes(name)) return [];
    const cells = rows.map((row) => row[c]!);
    const numbers = cells.every((cell) => !Number.isNaN(numberOf(cell)));
    return [[name, cells.map((cell) => (cell === '' ? null : numbers ? numberOf(cell) : cell))]];
  });
  return tableOf(Object.fromEntries(columns));
}
