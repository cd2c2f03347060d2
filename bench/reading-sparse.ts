// Reading speed and peak memory of sparse text and svmlight, beside a reader that splits strings.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { SparseMatrix } from 'espalier';
import { learnSvmlight, parseSparseText } from 'espalier/read';

const MEGABYTES = Number(process.env.MEGABYTES ?? 100);
const KINDS = ['sparse text', 'svmlight'] as const;
const READERS = ['espalier', 'split'] as const;
type Kind = (typeof KINDS)[number];
type Reader = (typeof READERS)[number];

/** Bag-of-words rows: few distinct numbers, rising columns; svmlight with the fractions of a scaled table. */
function textOf(kind: Kind): Buffer {
  const bytes = Buffer.allocUnsafe(MEGABYTES * 1e6 + 4096);
  let at = 0;
  let state = 1;
  const below = (n: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) % n;
  };
  while (at < MEGABYTES * 1e6) {
    const items: string[] = [];
    for (let column = 1 + below(200); column < 10_000; column += 1 + below(200))
      items.push(`${column}:${kind === 'svmlight' ? below(1e6) / 1e6 : 1 + below(9)}`);
    const line =
      kind === 'svmlight' ? `${below(2) ? '+1' : '-1'} ${items.join(' ')}\n` : `${below(4)},${items.join(',')}\n`;
    at += bytes.write(line, at, 'latin1');
  }
  return bytes.subarray(0, at);
}

/** What a page would write in a few lines. */
function split(text: string, separator: string): { index: number[]; value: number[]; start: number[] } {
  const index: number[] = [];
  const value: number[] = [];
  const start = [0];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    for (const item of line.split(separator).slice(1)) {
      const [column, number] = item.split(':');
      index.push(Number(column));
      value.push(Number(number));
    }
    start.push(index.length);
  }
  return { index, value, start };
}

function measure(kind: Kind, reader: Reader): void {
  // As the command has it: a string of one byte a character, the bytes gone.
  const text = textOf(kind).toString('latin1');
  global.gc?.();
  const before = process.memoryUsage.rss();
  const began = process.cpuUsage();
  let held: number;
  let entries: number;
  if (reader === 'espalier') {
    const data = kind === 'svmlight' ? learnSvmlight(text).data : parseSparseText(text);
    const { start, index, value } = data.features as SparseMatrix;
    entries = index.length;
    held = start.byteLength + index.byteLength + value.byteLength;
  } else {
    const { start, index } = split(text, kind === 'svmlight' ? ' ' : ',');
    entries = index.length;
    held = 4 * start.length + 8 * entries;
  }
  // Of the processor: what else runs on the machine is no matter.
  const { user, system } = process.cpuUsage(began);
  const seconds = (user + system) / 1e6;
  const peak = process.resourceUsage().maxRSS * 1024;
  const speed = Math.round(text.length / 1e6 / seconds);
  const [above, whole] = [(peak - before) / held, peak / (held + text.length)];
  console.log(
    `${kind}, ${reader}: ${speed} MB/s, ${entries} entries, ${Math.round(held / 1e6)} MB held; peak ${Math.round(peak / 1e6)} MB, ` +
      `${above.toFixed(2)} times the data above what was there before, ${whole.toFixed(2)} times text and data`,
  );
}

const [, , kind, reader] = process.argv;
if (kind) measure(kind as Kind, reader as Reader);
else {
  // Each in a process of its own: peaks do not mix.
  for (const one of KINDS)
    for (const by of READERS)
      execFileSync(
        process.execPath,
        ['--expose-gc', '--max-old-space-size=6000', fileURLToPath(import.meta.url), one, by],
        { stdio: 'inherit' },
      );
}
