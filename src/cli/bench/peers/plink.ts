import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SparseMatrix } from '../../../data/dataset.js';
import type { Lane, Modules, Peer } from '../operations.js';
import { upper } from './layouts.js';

/** PLINK 1.9, by a process for each run: what it needs to start, to read its file and to write the square of correlations is in the time. Counts follow from those. */
export async function plink(modules: Modules): Promise<Peer> {
  const program = modules.program!('plink1.9')!;
  const version = /v(\S+)/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' }))?.[1];
  return {
    name: `PLINK ${version} (whole process)`,
    does: { 'pair counts': (given) => pairCounts(program, given) },
    ownClock: true,
  };
}

function pairCounts(program: string, given: SparseMatrix): Lane {
  const { rows, columns } = given;
  const ones = new Int32Array(columns);
  for (const c of given.index) ones[c]!++;
  const { run, correlations, dispose } = plinkSquare(program, rows, columns, genotypes(given), 1);
  return { run, result: () => upper(countsOf(correlations(), ones, rows), columns), dispose };
}

/** Counts of rows in which both are 1, by the correlations. */
export function countsOf(r: Float64Array, ones: ArrayLike<number>, rows: number): Float64Array {
  const d = ones.length;
  const deviation = Float64Array.from(ones, (k) => Math.sqrt(k * (rows - k)));
  return r.map((x, i) => {
    const [a, b] = [Math.floor(i / d), i % d];
    return (x * deviation[a]! * deviation[b]! + ones[a]! * ones[b]!) / rows;
  });
}

/** Alleles keep their order, or signs would turn where most are ones. A run of the program is a process; it resolves to the milliseconds that it took. */
export function plinkSquare(program: string, rows: number, columns: number, genotypes: Uint8Array, threads: number) {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-plink-'));
  const files = join(folder, 'rows');
  write(files, rows, columns, genotypes);
  const what = [
    '--bfile',
    files,
    '--out',
    files,
    '--r',
    'square',
    'bin',
    '--keep-allele-order',
    '--allow-no-sex',
    '--memory',
    '1024',
  ];
  return {
    run: () =>
      new Promise<number>((resolve, reject) => {
        const began = performance.now();
        const child = spawn(program, [...what, '--threads', String(threads), '--silent'], { stdio: 'ignore' });
        child.on('error', reject);
        child.on('exit', (code) => {
          if (code === 0) resolve(performance.now() - began);
          else reject(new Error(`${program} ended with ${code}`));
        });
      }),
    correlations: () => new Float64Array(Uint8Array.from(readFileSync(`${files}.ld.bin`)).buffer),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A variable is a variant, of which a row has none or two: two bits each, variants after one another. */
function genotypes({ rows, columns, start, index }: SparseMatrix): Uint8Array {
  const each = Math.ceil(rows / 4);
  const bytes = new Uint8Array(columns * each);
  for (let r = 0; r < rows; r++)
    for (let e = start[r]!; e < start[r + 1]!; e++) bytes[index[e]! * each + (r >> 2)]! |= 3 << (2 * (r & 3));
  return bytes;
}

function write(files: string, rows: number, columns: number, genotypes: Uint8Array): void {
  writeFileSync(`${files}.bed`, Uint8Array.of(0x6c, 0x1b, 1));
  appendFileSync(`${files}.bed`, genotypes);
  writeFileSync(`${files}.bim`, Array.from({ length: columns }, (_, v) => `1 v${v} 0 ${v + 1} A B\n`).join(''));
  writeFileSync(`${files}.fam`, Array.from({ length: rows }, (_, r) => `r${r} r${r} 0 0 0 -9\n`).join(''));
}
