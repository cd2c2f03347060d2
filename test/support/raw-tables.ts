import { MISSING, NUMBER, type RawTable } from '#dist/data/tables/raw.js';
import type { Random } from './random.js';

/** A cell as a plain value: null where missing. */
export type Value = number | string | null;

/** A raw table's cells, row by row. */
export function valuesOf({ rows, columns }: RawTable): Value[][] {
  return Array.from({ length: rows }, (_, r) =>
    columns.map(({ numbers, ids, texts }) => {
      const id = ids?.[r] ?? NUMBER;
      if (id === NUMBER) return numbers[r]!;
      if (!Number.isNaN(numbers[r]!)) throw new Error(`row ${r}: a number beside id ${id}`);
      return id === MISSING ? null : texts === undefined ? '(a text)' : texts[id]!;
    }),
  );
}

/** How to write a table. */
export interface Writing {
  readonly delimiter: string;
  readonly end: string;
  readonly decimal: string;
  readonly bom: boolean;
  /** Quotes about cells that need none. */
  readonly quotes: 'none' | 'all' | 'some';
  /** Blanks about cells. */
  readonly padded: boolean;
  readonly last: boolean;
}

/** A table of cells as text; a point between digits becomes the decimal mark. */
export function write(cells: readonly (readonly string[])[], how: Writing, random: Random): string {
  const lines = cells.map((record) =>
    record
      .map((cell) => {
        const spelled = /^-?\d*\.\d+$/.test(cell) ? cell.replace('.', how.decimal) : cell;
        const must =
          /["\r\n]/.test(spelled) ||
          spelled.includes(how.delimiter) ||
          (how.delimiter === ' ' && /^$|\s/.test(spelled));
        const quoted = must || how.quotes === 'all' || (how.quotes === 'some' && random.chance(0.5));
        const written = quoted ? `"${spelled.replaceAll('"', '""').replaceAll('\n', how.end)}"` : spelled;
        const blank = () => (how.padded && random.chance(0.3) ? ' ' : '');
        return blank() + written + blank();
      })
      .join(how.delimiter),
  );
  return (how.bom ? '\ufeff' : '') + lines.join(how.end) + (how.last ? how.end : '');
}

/** Every way of writing but for the delimiters that would make a decimal comma ambiguous. */
export function waysOfWriting(): Writing[] {
  const ways: Writing[] = [];
  for (const delimiter of [',', ';', '\t', '|', ' '])
    for (const end of ['\n', '\r\n', '\r'])
      for (const decimal of ['.', ','])
        for (const bom of [false, true])
          for (const quotes of ['none', 'all', 'some'] as const)
            ways.push({ delimiter, end, decimal, bom, quotes, padded: quotes === 'some', last: bom });
  return ways;
}
