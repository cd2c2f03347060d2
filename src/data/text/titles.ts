import { numberIn } from './number.js';
import type { RecordOfCells } from './sample.js';
import { show } from './show.js';

/**
 * How many lines at the top are titles rather than rows: few cells of them are filled, none with a number, and a line follows most of whose cells are; a line of as many cells
 * as the table has only where the one below can name the columns. Tells each of them.
 */
export function titlesAbove(
  records: readonly RecordOfCells[],
  width: number,
  missing: ReadonlySet<string>,
  warnings: string[],
): number {
  const few = Math.max(1, Math.floor(width / 3));
  let count = 0;
  while (count < records.length - 1 && isSparse(records[count]!.cells, few, missing)) count++;
  if (width < 2 || count === 0) return 0;
  const titles = records.slice(0, count);
  const [header, ...below] = records.slice(count).map(({ cells }) => cells) as [string[], ...string[][]];
  const named = header.filter((cell) => cell !== '').length;
  if (header.length !== width || 2 * named <= width) return 0;
  const short = titles.every(({ cells }) => cells.length < width);
  if ((width === 2 || !short) && !canName(header, below, missing)) return 0;
  for (const { cells, line } of titles) {
    const title = cells.filter((cell) => cell !== '').join(' ');
    warnings.push(
      `line ${line}, ${show(title)}, is taken for a title and left out; the table begins on line ${records[count]!.line}`,
    );
  }
  return count;
}

function isSparse(cells: readonly string[], few: number, missing: ReadonlySet<string>): boolean {
  const filled = cells.filter((cell) => !missing.has(cell));
  return filled.length > 0 && filled.length <= few && filled.every((cell) => !isNumeric(cell));
}

function isNumeric(cell: string): boolean {
  return !Number.isNaN(numberIn(cell, '.')) || !Number.isNaN(numberIn(cell, ','));
}

/** Whether a line has words alone, no cell of it occurs again below, and there are lines below. */
function canName(header: readonly string[], below: readonly (readonly string[])[], missing: ReadonlySet<string>) {
  const words = header.every((cell) => !isNumeric(cell));
  const again = header.some((name, place) => !missing.has(name) && below.some((cells) => cells[place] === name));
  return words && !again && below.length > 0;
}
