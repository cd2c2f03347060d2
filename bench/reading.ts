// npm run bench:reading -- [--megabytes 100] [--rounds 3]: texts of that size, read by the package and by others, each in a process of its own. Of a small text all
// must find the same, then the large one is timed (CPU time, so that a busy machine counts little) and the highest memory of the first reading taken.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median } from '#dist/cli/bench/statistics.js';
import { FORMATS, type Format, type Reader } from './support/readers.js';
import { formatTable, printHeader } from './support/report.js';
import { forgetPeak, memoryOf } from './support/resident.js';

/** What a process of one reader tells. */
interface Timing {
  /** CPU milliseconds, [rounds]. */
  readonly times: number[];
  /** Bytes above those of the text, while it is read; null where the system does not tell. */
  readonly peak: number | null;
  /** Bytes of typed arrays in what it made. */
  readonly held: number;
}

const { values, positionals } = parseArgs({
  options: { megabytes: { type: 'string', default: '100' }, rounds: { type: 'string', default: '3' } },
  allowPositionals: true,
});
const rounds = Number(values.rounds);
const megabytes = Number(values.megabytes);
if (positionals.length > 0) timeHere(positionals as [string, string, string]);
else timeAll();

function timeAll(): void {
  printHeader(`Reading texts of ${megabytes} MB`);
  const folder = mkdtempSync(join(tmpdir(), 'espalier-reading-'));
  try {
    FORMATS.forEach((format, f) => {
      checkAlike(format);
      const path = join(folder, 'text');
      writeFileSync(path, format.make(megabytes * 1e6));
      const rows = format.readers.map((reader, r) => describe(reader, timeApart(f, r, path)));
      console.log(`${format.name}\n${formatTable(['', 'MB/s', 'peak MB', 'typed MB'], rows)}\n`);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function checkAlike({ name, make, readers }: Format): void {
  const text = make(1e6);
  const [wanted, ...others] = readers.map((reader) => reader.find(reader.read(text) as never));
  others.forEach((found, i) => {
    const near = Math.abs(found.sum - wanted!.sum) <= 1e-9 * Math.abs(wanted!.sum);
    if (!near || found.rows !== wanted!.rows || found.first !== wanted!.first) {
      const told = `${JSON.stringify(wanted)}, but ${readers[i + 1]!.name} ${JSON.stringify(found)}`;
      throw new Error(`${name}: ${readers[0]!.name} finds ${told}`);
    }
  });
}

function timeApart(format: number, reader: number, path: string): Timing {
  const memory = ['--expose-gc', '--max-old-space-size=12000'];
  const script = fileURLToPath(import.meta.url);
  const done = spawnSync(
    process.execPath,
    [...memory, script, '--rounds', `${rounds}`, `${format}`, `${reader}`, path],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  if (done.status !== 0) throw new Error(`${FORMATS[format]!.readers[reader]!.name}: ended with ${done.status}`);
  return JSON.parse(done.stdout) as Timing;
}

function describe({ name }: Reader, { times, peak, held }: Timing): string[] {
  const memory = peak === null ? '' : (peak / 1e6).toFixed(0);
  return [name, ((megabytes * 1e3) / median(times)).toFixed(0), memory, held === 0 ? '' : (held / 1e6).toFixed(0)];
}

function timeHere([format, reader, path]: readonly [string, string, string]): void {
  const { read } = FORMATS[Number(format)]!.readers[Number(reader)]!;
  const text = readFileSync(path, 'latin1');
  globalThis.gc?.();
  const before = process.memoryUsage().arrayBuffers;
  const base = forgetPeak();
  const times: number[] = [];
  let made: unknown;
  let peak: number | null = null;
  let held = 0;
  for (let round = 0; round < rounds; round++) {
    made = undefined;
    globalThis.gc?.();
    const begun = process.cpuUsage();
    made = read(text);
    const { user, system } = process.cpuUsage(begun);
    times.push((user + system) / 1000);
    if (round > 0) continue;
    peak = base === null ? null : memoryOf('VmHWM') - base;
    globalThis.gc?.();
    held = Math.max(0, process.memoryUsage().arrayBuffers - before);
  }
  if (made === undefined) throw new Error('nothing was read');
  console.log(JSON.stringify({ times, peak, held } satisfies Timing));
}
