// Folders of small pictures, as `espalier train FOLDER` reads them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { Random } from './random.js';

export interface PictureOptions {
  seed: number;
  /** Of each class. */
  rows: number;
  classes?: readonly string[];
  side?: number;
  colour?: boolean;
}

/** Stripes: those of class c are lines across (even c) or down (odd c), over noise. Returns the folder. */
export function pngFolder(
  folder: string,
  { seed, rows, classes = ['across', 'down'], side = 8, colour = false }: PictureOptions,
): string {
  const random = new Random(seed);
  const channels = colour ? 3 : 1;
  classes.forEach((name, c) => {
    mkdirSync(join(folder, name), { recursive: true });
    for (let r = 0; r < rows; r++) {
      const phase = random.below(2);
      const data = Uint8Array.from({ length: side * side * channels }, (_, i) => {
        const pixel = Math.floor(i / channels);
        const line = c % 2 === 0 ? Math.floor(pixel / side) : pixel % side;
        return ((line + phase) % 2) * 150 + random.below(100);
      });
      writeFileSync(join(folder, name, `${r}.png`), encode({ width: side, height: side, channels, data }));
    }
  });
  return folder;
}
