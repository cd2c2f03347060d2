// Small files to learn from, written as text.
import { Random } from './random.js';

/** Two classes told by words 0 to 5 or 6 to 11, among `columns` words of noise; feature columns-1 is in the first row. */
export function sparseText(rows: number, seed: number, columns = 40): string {
  const random = new Random(seed);
  const lines = Array.from({ length: rows }, (_, r) => {
    const label = random.below(2);
    const words = new Set<number>(r === 0 ? [columns - 1] : []);
    for (let w = 0; w < 6; w++) if (random.chance(0.6)) words.add(label * 6 + w);
    for (let w = 12; w < columns; w++) if (random.chance(0.1)) words.add(w);
    return [label, ...[...words].sort((a, b) => a - b).map((word) => `${word}:${1 + random.below(3)}`)].join(',');
  });
  return `${lines.join('\n')}\n`;
}

/** Three tasks over 30 features: task t is on where feature t is; some labels are missing. */
export function taskText(rows: number, seed: number): string {
  const random = new Random(seed);
  const lines = Array.from({ length: rows }, () => {
    const on = Array.from({ length: 30 }, () => random.chance(0.3));
    const labels = [0, 1, 2].map((t) => (random.chance(0.1) ? '?' : on[t] ? 1 : 0));
    return [labels.join(' '), ...on.flatMap((is, feature) => (is ? [`${feature}:1`] : []))].join(',');
  });
  return `${lines.join('\n')}\n`;
}

/** Columns size, weight (which follows size), colour and kind, the class: told by colour and size. */
export function csvText(rows: number, seed: number): string {
  const random = new Random(seed);
  const lines = Array.from({ length: rows }, () => {
    const size = random.next() * 4;
    const colour = ['red', 'green', 'blue'][random.below(3)]!;
    const kind = colour === 'red' ? 'apple' : size > 2 ? 'melon' : 'grape';
    return [size.toFixed(3), (size * 2 + random.next()).toFixed(3), colour, kind].join(',');
  });
  return `size,weight,colour,kind\n${lines.join('\n')}\n`;
}

/** An IDX file, by default of bytes; of other types `values` are the bytes of the numbers, big-endian. */
export function idxBytes(shape: number[], values: ArrayLike<number>, type = 8): Uint8Array {
  const header = [0, 0, type, shape.length, ...shape.flatMap((axis) => [axis >>> 24, axis >>> 16, axis >>> 8, axis])];
  return Uint8Array.from([...header, ...Array.from(values)]);
}

const SUBJECTS: Readonly<Record<string, readonly string[]>> = {
  garden: ['soil', 'seed', 'bloom', 'prune', 'compost'],
  harbour: ['tide', 'rope', 'sail', 'gull', 'anchor'],
};

/** Documents of two labels, told by five words each. */
export function labelledTexts(count: number, seed: number): { label: string; text: string }[] {
  const random = new Random(seed);
  const labels = Object.keys(SUBJECTS);
  const all = Object.values(SUBJECTS).flat();
  return Array.from({ length: count }, () => {
    const label = labels[random.below(2)]!;
    const words = all.filter((word) => random.chance(SUBJECTS[label]!.includes(word) ? 0.6 : 0.05));
    return { label, text: `A note about ${words.join(', ') || 'nothing'}.` };
  });
}
