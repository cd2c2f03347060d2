import type { GateBlockReport, GateReport } from '../../structure/gates.js';
import { clamp } from '../svg.js';

/** Between blocks, and between the row of all images and the classes, pixels. */
export const GAP = 8;
const MOST_COLUMNS = 720;
/** Beyond it a drawing of many classes gets fewer columns. */
const MOST_CELLS = 60_000;
const WIDEST_CELL = 14;
const NARROWEST_CELL = 4;

/** Gates of one block that share a column: one, where there is room. */
export interface Column {
  gates: readonly number[];
}

export interface BlockColumns {
  block: GateBlockReport;
  columns: readonly Column[];
}

/** The gates in columns, and how many share one. `room`: width for them, pixels. */
export function columnsOf(
  { blocks, openRate, gates }: GateReport,
  order: 'rate' | 'number',
  rows: number,
  room: number,
): { binned: number; columns: BlockColumns[] } {
  const most = Math.max(blocks.length, Math.min(MOST_COLUMNS, Math.floor(MOST_CELLS / rows)));
  const largest = Math.max(...blocks.map(({ count }) => count));
  const wide = Math.floor(room / NARROWEST_CELL);
  const needed = (size: number) => blocks.reduce((sum, { count }) => sum + Math.ceil(count / size), 0);
  let binned = Math.max(1, Math.ceil(largest / wide), Math.floor(gates / most));
  while (needed(binned) > most) binned++;
  const columns = blocks.map((block) => {
    const places = Array.from({ length: block.count }, (_, i) => block.first + i);
    if (order === 'rate') places.sort((a, b) => openRate[b]! - openRate[a]! || a - b);
    return {
      block,
      columns: Array.from({ length: Math.ceil(block.count / binned) }, (_, i) => ({
        gates: places.slice(i * binned, (i + 1) * binned),
      })),
    };
  });
  return { binned, columns };
}

/** Blocks in as few lines as cells of a fair width allow, and the widest cells, whole pixels, with which they fit these lines. */
export function breakLines(blocks: readonly BlockColumns[], room: number): { cell: number; lines: BlockColumns[][] } {
  const broken = (cell: number) => {
    const lines: BlockColumns[][] = [];
    let used = Infinity;
    for (const block of blocks) {
      const width = block.columns.length * cell;
      if (used + GAP + width > room) {
        lines.push([]);
        used = -GAP;
      }
      lines[lines.length - 1]!.push(block);
      used += GAP + width;
    }
    return lines;
  };
  const fewest = broken(NARROWEST_CELL + 1).length;
  const widest = Math.max(...blocks.map(({ columns }) => columns.length));
  let cell = clamp(Math.floor(room / widest), NARROWEST_CELL, WIDEST_CELL);
  while (cell > NARROWEST_CELL && broken(cell).length > fewest) cell--;
  return { cell, lines: broken(cell) };
}
