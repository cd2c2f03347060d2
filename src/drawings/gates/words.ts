import { count } from '../../numeric/format.js';
import type { GateBlockReport, GateReport } from '../../structure/gates.js';
import { textWidth } from '../text.js';
import { type BlockColumns, GAP } from './columns.js';
import { meanRate, type Row } from './rows.js';
import { FONT } from './style.js';

/** Classes that a tooltip lists; of more it names the extremes. */
const LISTED = 12;

/** The drawing in words, as two that go together. */
export function describe({ gates, rows, meanOpen, openPerImage: { min, mean, max } }: GateReport): [string, string] {
  const average = mean < 1000 ? mean.toFixed(1) : count(Math.round(mean));
  const range = `${count(min)} to ${count(max)} in an image, ${average} on average`;
  return [
    `${plural(gates, 'gate')}, ${percent(meanOpen)} open over ${plural(rows, 'image')}:`,
    min === max ? `${count(min)} in each image` : range,
  ];
}

export function blockTip({ name, count, alwaysOn, alwaysOff, inputDependent, meanOpen }: GateBlockReport): string {
  return `${name}: ${plural(count, 'gate')}, ${percent(meanOpen)} open\n${alwaysOn} always open, ${inputDependent} dependent on the image, ${alwaysOff} always closed`;
}

/** `rows`: all images, and those of each class. */
export function columnTip(
  gates: readonly number[],
  { name, first }: GateBlockReport,
  [all, ...classes]: readonly Row[],
): string {
  const mean = meanRate(all!, gates)!;
  const filters = gates.map((gate) => gate - first);
  const which =
    filters.length === 1 ? `${name}, filter ${filters[0]}` : `${name}, ${filters.length} filters (${listed(filters)})`;
  const head = `${which}: ${percent(mean)} open`;
  if (mean === 0 || mean === 1) return head;
  const rates = classes.flatMap((row) => {
    const rate = meanRate(row, gates);
    return rate === null ? [] : [{ label: row.label, rate }];
  });
  if (rates.length === 0) return head;
  const words = (list: typeof rates) => list.map(({ label, rate }) => `${label} ${Math.round(100 * rate)}`).join(', ');
  if (rates.length <= LISTED) return `${head}\n${words(rates)}`;
  const sorted = [...rates].sort((a, b) => b.rate - a.rate);
  return `${head}\nmost: ${words(sorted.slice(0, 4))}\nleast: ${words(sorted.slice(-4).reverse())}`;
}

/** The first manner of naming in which every block's name fits above it: as it is, without what all names end in, by initials, by numbers. */
export function nameStyle(blocks: readonly BlockColumns[], cell: number): (name: string) => string {
  const names = blocks.map(({ block }) => block.name);
  const parts = names.map((name) => name.split('.'));
  const last = parts[0]!.at(-1);
  const shared = parts.every((p) => p.length > 1 && p.at(-1) === last);
  const base = (name: string) => (shared ? name.slice(0, name.lastIndexOf('.')) : name);
  const byPart = (shortened: (part: string) => string) => (name: string) =>
    base(name).split('.').map(shortened).join('.');
  const styles = [
    (name: string) => name,
    base,
    byPart((part) => part.replace(/^(\p{L})\D*(\d*)$/u, '$1$2')),
    byPart((part) => /(?<!\d)\d+$/.exec(part)?.[0] ?? part),
  ];
  const distinct = (style: (name: string) => string) => new Set(names.map(style)).size === new Set(names).size;
  const fits = (style: (name: string) => string) =>
    blocks.every(({ block, columns }) => widthOf(style(block.name)) <= columns.length * cell + GAP - 2);
  return styles.find((style) => distinct(style) && fits(style)) ?? styles.reverse().find(distinct)!;
}

/** Words cut to a width; nothing where hardly a letter would be left. */
export function fitted(words: string, width: number): string {
  if (widthOf(words) <= width) return words;
  const letters: string[] = [];
  let em = 0;
  for (const letter of words) {
    em += textWidth(letter);
    if ((em + textWidth('…')) * FONT > width) break;
    letters.push(letter);
  }
  return letters.length > 2 ? `${letters.join('')}…` : '';
}

/** Words in lines of a width. */
export function broken(words: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of words.split(' ')) {
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
    if (lines.length && widthOf(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Width of words, pixels, by estimate. */
export function widthOf(words: string, size = FONT): number {
  return textWidth(words) * size;
}

function listed(filters: readonly number[]): string {
  return filters.length <= 6 ? filters.join(', ') : `${filters.slice(0, 5).join(', ')}, …`;
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`;
}

function plural(n: number, one: string): string {
  return `${count(n)} ${one}${n === 1 ? '' : 's'}`;
}
