import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import type { Command } from 'commander';
import { takenLine } from '../../data/tables/taken.js';
import { defaultEngine, hasSimd } from '../../runtime/engine.js';
import { STRICT_BUILD } from '../../runtime/modules.js';
import { threading } from '../../runtime/threads/can-thread.js';
import { oneLine } from '../errors.js';
import { InputArgument } from '../flags/files.js';
import { addJson } from '../options.js';
import { bytes, print, printFacts, printJson, printTable } from '../print/output.js';
import { openModel } from '../read/model.js';

export function addInfo(program: Command, version: string): void {
  const command = program
    .command('info')
    .description('Tell the version and what this runtime can do; with a model, what it is made of.')
    .addArgument(new InputArgument('[model]', 'what train --out wrote'));
  addJson(command).action(async (model: string | undefined, { json }: { json?: boolean }) => {
    if (model === undefined) await tellRuntime(version, json);
    else await tellModel(model, json);
  });
}

/** What the net in this file is made of. */
async function tellModel(path: string, json: boolean | undefined): Promise<void> {
  const { net, method, taken } = await openModel(path);
  if (json) {
    printJson({ ...net.describe(), ...(taken === undefined ? {} : { taken }) });
    return;
  }
  const { summary, facts, table } = method.describe(net);
  print(summary);
  const precision: Record<string, string> = net.describe().precision
    ? { Precision: 'relaxed: trained the same on another machine it may have other bits' }
    : {};
  printFacts({ ...facts, ...precision, ...(taken === undefined ? {} : { 'Trained on': oneLine(takenLine(taken)) }) });
  print('');
  printTable(table);
}

async function tellRuntime(version: string, json: boolean | undefined): Promise<void> {
  const simd = hasSimd();
  // The engine that commands would have.
  const { working, build } = simd ? await defaultEngine() : NO_ENGINE;
  const { threads, reasons } = working;
  const canRelax = WebAssembly.validate(RELAXED_MADD);
  const facts = {
    version,
    runtime: runtimeName(),
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memory: { totalBytes: totalmem(), freeBytes: freemem(), webAssemblyLimitBytes: 2 ** 32 },
    simd,
    relaxedSimd: canRelax,
    // For scripts: whether commands with these options compute in wide registers, and whether they can take --precision relaxed.
    wide: build.wide,
    wideReasons: build.reasons,
    relaxed: canRelax,
    precision: build.precision,
    fused: build.fused,
    threads,
    canThread: threading().canThread,
    reasons,
    sharedArrayBuffer: typeof SharedArrayBuffer !== 'undefined',
    // A condition of pages, for SharedArrayBuffer.
    crossOriginIsolated: null,
  };
  if (json) {
    printJson(facts);
    return;
  }
  const yes = (fact: boolean) => (fact ? 'yes' : 'no');
  const { totalBytes, freeBytes, webAssemblyLimitBytes } = facts.memory;
  const rows = {
    Espalier: version,
    Runtime: `${facts.runtime}, ${facts.platform}`,
    Processor: `${facts.processor}, ${facts.cores} cores`,
    Memory: `${bytes(totalBytes)}, ${bytes(freeBytes)} free; WebAssembly up to ${bytes(webAssemblyLimitBytes)}`,
    'WebAssembly SIMD': yes(facts.simd),
    'relaxed SIMD': `${yes(canRelax)} (${build.precision === 'strict' ? 'not used: results are the same everywhere' : `used: a multiply-add rounds ${build.fused ? 'once' : 'twice'}`})`,
    'wide registers': [yes(build.wide), ...build.reasons].join('; '),
    threads: [`${threads} in use`, ...reasons].join('; '),
    'cross-origin isolation': 'not applicable outside pages',
  };
  printFacts(rows);
}

function runtimeName(): string {
  const { bun, deno, node } = process.versions;
  if (bun) return `Bun ${bun}`;
  return deno ? `Deno ${deno}` : `Node ${node}`;
}

/** A function that makes three vectors, calls f32x4.relaxed_madd and drops the result. */
const RELAXED_MADD = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 20, 1, 18, 0],
  ...[65, 0, 253, 15, 65, 0, 253, 15, 65, 0, 253, 15, 253, 133, 2, 26, 11],
);

const NO_SIMD = ['this runtime has no WebAssembly SIMD, which all computing needs'];
const NO_ENGINE = { working: { threads: 1, reasons: NO_SIMD }, build: { ...STRICT_BUILD, reasons: NO_SIMD } };
