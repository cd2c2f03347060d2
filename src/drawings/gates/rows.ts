import type { GateReport } from '../../structure/gates.js';
import { clamp } from '../svg.js';
import { shorten } from '../text.js';

/** A row of the map: all images, or those of a class. */
export interface Row {
  label: string;
  /** Share of its images that open the gate; null where it has none. */
  rate(gate: number): number | null;
}

export interface Grid {
  /** Middle of each row, from the first one's top. */
  middle: number[];
  /** Height of the first row, and of those of the classes. */
  first: number;
  cell: number;
  height: number;
}

/** All images, and then, where they are told apart, those of each class. */
export function rowsOf({ openRate, classes }: GateReport): Row[] {
  const all: Row = { label: classes ? 'all' : 'all images', rate: (gate) => openRate[gate]! };
  return [all, ...(classes?.names ?? []).map((name, c) => classRow(name, c, classes!))];
}

function classRow(name: string, c: number, { openRate }: NonNullable<GateReport['classes']>): Row {
  return { label: shorten(name, 18), rate: (gate) => openRate[gate]![c]! };
}

/** Many classes get low rows; the first row, of all images, stays legible. */
export function rowPlaces(rows: readonly Row[]): Grid {
  const cell = rows.length <= 14 ? 14 : rows.length <= 32 ? 12 : clamp(2 * Math.round(210 / rows.length), 2, 10);
  const first = Math.max(cell, 12);
  const middle = rows.map((_, r) => (r === 0 ? first / 2 : first + 4 + (r - 0.5) * cell));
  return { middle, first, cell, height: middle[middle.length - 1]! + (rows.length === 1 ? first : cell) / 2 };
}

/** Mean of a row over some gates. */
export function meanRate(row: Row, gates: readonly number[]): number | null {
  let sum = 0;
  for (const gate of gates) {
    const rate = row.rate(gate);
    if (rate === null) return null;
    sum += rate;
  }
  return sum / gates.length;
}
