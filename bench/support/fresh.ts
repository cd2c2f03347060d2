import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { randomFloats, randomNumbers } from '#dist/cli/bench/check.js';
import { KNOWN } from '#dist/cli/bench/known.js';
import type { Modules, Peer } from '#dist/cli/bench/operations.js';
import { median, quantile } from '#dist/cli/bench/statistics.js';

/** What a peer's first result takes in a process of its own. */
export interface Fresh {
  readonly peer: string;
  /** From the import to the first product of 64 x 64 x 64: milliseconds, median and quartiles. */
  readonly ms: number;
  readonly quartiles: readonly [number, number];
  /** The most memory that the process had by then: bytes, median and quartiles. */
  readonly bytes: number;
  readonly byteQuartiles: readonly [number, number];
  /** Processes. */
  readonly samples: number;
}

/** Names to ask for: the package, plain JavaScript, and who is installed and multiplies matrices. */
const MULTIPLIES = /tfjs-core|onnxruntime|jax/;

/** Each in so many processes, by turns. */
export function freshProcesses(folder: string, modules: Modules, runs: number): Fresh[] {
  const installed = KNOWN.filter(({ packages }) => packages.every((name) => modules.version(name) !== undefined));
  const names = installed.flatMap(({ packages }) => packages.slice(0, 1)).filter((name) => MULTIPLIES.test(name));
  const script = fileURLToPath(new URL('first.js', import.meta.url));
  const all = ['espalier', 'plain', ...names];
  const found = all.map((): { peer: string; ms: number; bytes: number }[] => []);
  for (let run = 0; run < runs; run++) {
    all.forEach((name, i) => {
      const args = [script, name, folder];
      found[i]!.push(JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })));
    });
  }
  return found.map((samples) => {
    const [ms, bytes] = [samples.map((one) => one.ms), samples.map((one) => one.bytes)];
    return {
      peer: samples[0]!.peer,
      ms: median(ms),
      quartiles: [quantile(ms, 0.25), quantile(ms, 0.75)],
      bytes: median(bytes),
      byteQuartiles: [quantile(bytes, 0.25), quantile(bytes, 0.75)],
      samples: samples.length,
    };
  });
}

/** The first result of one, in this process. */
export async function first(name: string, modules: Modules): Promise<{ peer: string; ms: number; bytes: number }> {
  const random = randomNumbers(1);
  const [a, b] = [randomFloats(4096, random), randomFloats(4096, random)];
  const began = performance.now();
  const peer = await peerOf(name, modules);
  const lane = await peer.does.product!({ m: 64, k: 64, n: 64, a, b });
  await lane!.run();
  await lane!.result();
  const ms = performance.now() - began;
  return { peer: peer.name, ms, bytes: mostMemory() };
}

async function peerOf(name: string, modules: Modules): Promise<Peer> {
  if (name === 'espalier') return (await import('#dist/cli/bench/peers/espalier.js')).espalier({ threads: 1 });
  if (name === 'plain') return (await import('#dist/cli/bench/peers/plain.js')).PLAIN;
  const known = KNOWN.find(({ packages }) => packages[0] === name);
  if (!known) throw new RangeError(`first: expected espalier, plain or a package, got ${JSON.stringify(name)}`);
  return known.load(modules);
}

/** Bytes. Linux counts in maxRSS what the process had that started this one. */
function mostMemory(): number {
  if (process.platform !== 'linux') return 1024 * process.resourceUsage().maxRSS;
  return 1024 * Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))![1]);
}
