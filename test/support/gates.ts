import type { GateLayout } from 'espalier';
import { Random } from './random.js';

/** Blocks with the names of a residual net: `widths[s]` gates in each of the `depth` blocks of stage s + 1. */
export function residualLayout(
  widths: readonly number[],
  depth: number,
  convolutions: readonly number[] = [2],
): GateLayout {
  let first = 0;
  return widths.flatMap((count, s) =>
    Array.from({ length: depth }, (_, b) =>
      convolutions.map((conv) => {
        const block = { name: `stage${s + 1}.block${b + 1}.conv${conv}`, first, count };
        first += count;
        return block;
      }),
    ).flat(),
  );
}

export interface RandomGates {
  layout: GateLayout;
  rows: number;
  /** Number of gates. */
  width: number;
  /** [rows][gates] */
  gates: Uint8Array;
  labels: Int32Array;
  classes: number;
}

/** About a sixth of the gates always open, as many always closed; the others open by class, more so in deeper blocks. */
export function randomGates(seed: number, layout: GateLayout, rows: number, classes: number): RandomGates {
  const random = new Random(seed);
  const width = layout.reduce((sum, { count }) => sum + count, 0);
  const chance = layout.flatMap(({ count }, b) =>
    Array.from({ length: count }, () => {
      const kind = random.below(6);
      const base = kind === 0 ? 0 : kind === 1 ? 1 : random.next();
      const spread = kind < 2 ? 0 : (1.5 * b) / layout.length;
      return Array.from({ length: classes }, () => base + (random.next() - 0.5) * spread);
    }),
  );
  const labels = Int32Array.from({ length: rows }, () => random.below(classes));
  const gates = Uint8Array.from({ length: rows * width }, (_, i) =>
    random.chance(chance[i % width]![labels[Math.floor(i / width)]!]!) ? 1 : 0,
  );
  return { layout, rows, width, gates, labels, classes };
}
