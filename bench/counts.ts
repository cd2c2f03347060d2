// npm run bench:counts -- [--long] [--rows 20000] [--limit 120] [--variables 100,1000,10000,100000] [--python python3]: the Chow-Liu tree of one file by the commands, whole and by counts of eight parts, beside a plain Python
// loop, scikit-learn's mutual information by pairs of columns, and SciPy's dense matrices: seconds and highest memory of whole processes; all that end must have the same total weight.
// --long: 100,000 variables x 10,000,000 rows in eight files, by the commands alone.
import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Dataset } from 'espalier';
import { formatSparseText } from 'espalier/read';
import { randomNumbers } from '#dist/cli/bench/check.js';
import { zipfRows } from '#dist/cli/bench/structures.js';
import { formatTable, printHeader } from './support/report.js';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '20000' },
    long: { type: 'boolean', default: false },
    limit: { type: 'string', default: '120' },
    variables: { type: 'string', default: '100,1000,10000,100000' },
    python: { type: 'string', default: '/usr/bin/python3' },
  },
});
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const script = fileURLToPath(new URL('../../bench/reference/pairs.py', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'espalier-counts-'));
const PARTS = 8;

interface Run {
  readonly seconds: number;
  /** Bytes, the most of any of its processes. */
  readonly memory: number;
  readonly total: number | undefined;
  readonly fault?: string;
}

printHeader(values.long ? 'A tree of 10,000,000 rows, in eight parts' : 'Trees of one file');
try {
  if (values.long) await long();
  else await sideBySide();
} finally {
  rmSync(folder, { recursive: true });
}

async function sideBySide(): Promise<void> {
  const table: string[][] = [];
  for (const columns of values.variables.split(',').map(Number)) {
    const rows = Number(values.rows);
    const file = join(folder, 'rows.txt');
    const lines = linesOf(rows, columns);
    writeFileSync(file, lines.join(''));
    const runs: [string, Run][] = [
      ['espalier tree', await run('node', [main, 'tree', file, '--json'])],
      ['count in 8 parts, merge, tree', await byParts(lines)],
    ];
    for (const [name, method] of [
      ['SciPy, dense matrices', 'scipy'],
      ['Python loop', 'loop'],
      ['scikit-learn, by pairs', 'sklearn'],
    ] as const)
      runs.push([name, await run(values.python, [script, method, file, String(columns)])]);
    const wanted = runs[0]![1].total!;
    for (const [name, { total, seconds, memory, fault }] of runs) {
      if (total !== undefined && Math.abs(total - wanted) > 1e-6 * (1 + wanted))
        throw new Error(`${name}: a tree of ${total} nats, and not of ${wanted}`);
      table.push([
        columns.toLocaleString('en-US'),
        name,
        fault ?? `${seconds.toFixed(1)} s`,
        `${(memory / 1e9).toFixed(2)} GB`,
      ]);
      console.error(table.at(-1)!.join('  '));
    }
  }
  console.log(
    formatTable(['variables', `${Number(values.rows).toLocaleString('en-US')} rows of 20`, 'time', 'memory'], table),
  );
}

/** Each process tells its seconds and highest memory. */
async function long(): Promise<void> {
  const [rows, columns] = [10_000_000 / PARTS, 100_000];
  const table: string[][] = [];
  const step = async (name: string, args: readonly string[]) => {
    const { seconds, memory, total, fault } = await run('node', [main, ...args]);
    if (fault) throw new Error(`${name}: ${fault}`);
    table.push([
      name,
      `${seconds.toFixed(1)} s`,
      `${(memory / 1e9).toFixed(2)} GB`,
      total === undefined ? '' : `${total} nats`,
    ]);
    console.error(table.at(-1)!.join('  '));
  };
  const counts: string[] = [];
  for (let i = 0; i < PARTS; i++) {
    const [part, out] = [join(folder, `${i}.txt`), join(folder, `${i}.counts`)];
    // Some rows at a time, which one string could not hold.
    writeFileSync(part, '');
    const random = randomNumbers(i + 1);
    for (let done = 0; done < rows; done += rows / 10)
      appendFileSync(part, linesOf(rows / 10, columns, random).join(''));
    await step(`count part ${i + 1}`, ['count', part, '-o', out]);
    rmSync(part);
    counts.push(out);
  }
  const all = join(folder, 'all.counts');
  await step('merge', ['merge', ...counts, '-o', all]);
  await step('tree', ['tree', '--counts', all, '--json']);
  console.log(formatTable(['process', 'time', 'memory', 'total'], table));
}

function linesOf(rows: number, columns: number, random = randomNumbers(1)): string[] {
  const { start, index, value } = zipfRows(rows, columns, 20, random);
  const labels = new Int32Array(rows).map((_, r) => r % 2);
  return formatSparseText(Dataset.sparse({ rows, columns, start, index, value, labels }))
    .split(/(?<=\n)/)
    .filter((line) => line !== '');
}

/** One process after another; its files would be those of several machines. */
async function byParts(lines: readonly string[]): Promise<Run> {
  const steps: Run[] = [];
  const counts: string[] = [];
  for (let i = 0; i < PARTS; i++) {
    const [part, out] = [join(folder, `${i}.txt`), join(folder, `${i}.counts`)];
    writeFileSync(part, lines.slice((i * lines.length) / PARTS, ((i + 1) * lines.length) / PARTS).join(''));
    steps.push(await run('node', [main, 'count', part, '-o', out]));
    counts.push(out);
  }
  const all = join(folder, 'all.counts');
  steps.push(await run('node', [main, 'merge', ...counts, '-o', all]));
  steps.push(await run('node', [main, 'tree', '--counts', all, '--json']));
  return {
    seconds: steps.reduce((sum, { seconds }) => sum + seconds, 0),
    memory: Math.max(...steps.map(({ memory }) => memory)),
    total: steps.at(-1)!.total,
  };
}

async function run(command: string, args: readonly string[]): Promise<Run> {
  const began = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [text, errors, memory] = ['', '', 0];
  child.stdout.on('data', (data) => {
    text += data;
  });
  child.stderr.on('data', (data) => {
    errors += data;
  });
  const look = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      memory = Math.max(memory, 1024 * Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
    } catch {
      // It has just ended.
    }
  }, 20);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, 1000 * Number(values.limit));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearInterval(look);
  clearTimeout(timer);
  const seconds = (performance.now() - began) / 1000;
  if (late) return { seconds, memory, total: undefined, fault: `over ${values.limit} s` };
  if (code !== 0) return { seconds, memory, total: undefined, fault: errors.trim().split('\n').at(-1)!.slice(0, 60) };
  const total = text.startsWith('{') ? JSON.parse(text).totalMutualInformation : Number(text);
  return { seconds, memory, total: Number.isFinite(total) ? total : undefined };
}
