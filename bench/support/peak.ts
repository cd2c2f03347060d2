import { readFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

/** Multiply-adds of one core as fast as 128-bit SIMD allows. */
export interface Peak {
  /** GFLOP of one call. */
  readonly gigaflop: number;
  run(): void;
}

const CHAINS = 12;

/** Compiles bench/peak.assembly.ts; a call takes about `milliseconds` at 40 GFLOP/s. */
export async function loadPeak(milliseconds: number): Promise<Peak> {
  const source = readFileSync(new URL('../../../bench/peak.assembly.ts', import.meta.url), 'utf8');
  const { error, binary, stderr } = await asc.compileString(source, {
    runtime: 'stub',
    noAssert: true,
    use: ['abort='],
    importMemory: true,
    optimizeLevel: 3,
    enable: ['simd'],
  });
  if (error || !binary) throw new Error(`peak.assembly.ts: ${stderr}`, { cause: error });
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { instance } = await WebAssembly.instantiate(binary as Uint8Array<ArrayBuffer>, { env: { memory } });
  const peak = instance.exports.peak as (out: number, rounds: number, x: number, y: number) => void;
  const flopsPerRound = CHAINS * 4 * 2;
  const rounds = Math.round((milliseconds * 40e6) / flopsPerRound);
  const run = () => peak(1024, rounds, 0.5, 0.75);
  run();
  // Every lane tends to x / (1 − y) = 2.
  for (let c = 0; c < CHAINS; c++) {
    for (const value of new Float32Array(memory.buffer, 1024 + 32 * c, 4)) {
      if (Math.abs(value - 2) > 1e-5) throw new Error(`peak: expected 2 in every lane, got ${value}`);
    }
  }
  return { gigaflop: (rounds * flopsPerRound) / 1e9, run };
}
