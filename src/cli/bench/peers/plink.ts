import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  const { rows: n, columns: d } = given;
  const folder = mkdtempSync(join(tmpdir(), 'espalier-plink-'));
  const files = join(folder, 'rows');
  write(files, given);
  const ones = new Int32Array(d);
  for (const c of given.index) ones[c]!++;
  const what = ['--bfile', files, '--out', files, '--r', 'square', 'bin', '--allow-no-sex'];
  return {
    run: () =>
      new Promise((resolve, reject) => {
        const began = performance.now();
        const child = spawn(program, [...what, '--threads', '1', '--memory', '1024', '--silent'], { stdio: 'ignore' });
        child.on('error', reject);
        child.on('exit', (code) => {
          if (code === 0) resolve(performance.now() - began);
          else reject(new Error(`${program} ended with ${code}`));
        });
      }),
    result() {
      const r = new Float64Array(Uint8Array.from(readFileSync(`${files}.ld.bin`)).buffer);
      const deviation = Float64Array.from(ones, (k) => Math.sqrt(k * (n - k)));
      return upper(
        r.map((x, i) => {
          const [a, b] = [Math.floor(i / d), i % d];
          return (x * deviation[a]! * deviation[b]! + ones[a]! * ones[b]!) / n;
        }),
        d,
      );
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Its files: a variable is a variant, of which a row has none or two. */
function write(files: string, { rows: n, columns: d, start, index }: SparseMatrix): void {
  const each = Math.ceil(n / 4);
  const bytes = new Uint8Array(3 + d * each);
  bytes.set([0x6c, 0x1b, 1]);
  for (let r = 0; r < n; r++)
    for (let e = start[r]!; e < start[r + 1]!; e++) bytes[3 + index[e]! * each + (r >> 2)]! |= 3 << (2 * (r & 3));
  writeFileSync(`${files}.bed`, bytes);
  writeFileSync(`${files}.bim`, Array.from({ length: d }, (_, v) => `1 v${v} 0 ${v + 1} A B\n`).join(''));
  writeFileSync(`${files}.fam`, Array.from({ length: n }, (_, r) => `r${r} r${r} 0 0 0 -9\n`).join(''));
}
