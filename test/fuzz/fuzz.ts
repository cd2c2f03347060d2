import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from 'espalier';
import { Random } from '../support/random.js';
import { faultOf } from '../support/refusal.js';

type Mutate = (random: Random, input: Uint8Array, others: readonly Uint8Array[]) => Uint8Array;

/** A reader or loader. */
export interface Target {
  readonly name: string;
  readonly inputs: readonly Uint8Array[];
  readonly mutate: Mutate;
  /** Reads and uses it; what came out, to the bit. Throws an Error where that is not well formed. */
  read(bytes: Uint8Array): Promise<string> | string;
  /** A text, or bytes without a digest: damaged, it may be another input. Then what was read is only held to be well formed. */
  readonly mayDiffer?: true;
  /** Share of the cases. Default 1. */
  readonly weight?: number;
}

export interface Tally {
  cases: number;
  refused: number;
  same: number;
  /** Read as another input. */
  other: number;
  faults: string[];
}

const MOST_MILLISECONDS = 2000;
/** Of all the process holds, in one case. */
const MOST_GROWTH = 200 * 2 ** 20;
const MOST_FAULTS = 20;

/** Runs cases `from` to `to` of a target; a case is a function of seed, target and number alone. */
export async function fuzz(engine: Engine, target: Target, seed: number, from: number, to: number): Promise<Tally> {
  const tally: Tally = { cases: 0, refused: 0, same: 0, other: 0, faults: [] };
  const wanted = new Set<string>();
  for (const input of target.inputs) wanted.add(await target.read(input.slice()));
  for (let number = from; number < to && tally.faults.length < MOST_FAULTS; number++) {
    const bytes = caseOf(target, seed, number);
    const fault = await runCase(engine, target, bytes, wanted, tally);
    tally.cases++;
    if (fault) tally.faults.push(`${fault}\n${reproduction(target, seed, number, bytes)}`);
  }
  return tally;
}

export function caseOf({ name, inputs, mutate }: Target, seed: number, number: number): Uint8Array {
  const hash = createHash('sha256').update(`${seed} ${name} ${number}`).digest();
  const random = new Random(hash.readInt32LE(0));
  return mutate(random, inputs[random.below(inputs.length)] ?? new Uint8Array(), inputs);
}

/** What is wrong, if anything; else counts the case. */
async function runCase(
  engine: Engine,
  { read, mayDiffer }: Target,
  bytes: Uint8Array,
  wanted: ReadonlySet<string>,
  tally: Tally,
): Promise<string | undefined> {
  const used = engine.arena.used;
  const most = process.resourceUsage().maxRSS;
  const began = performance.now();
  let found: string | undefined;
  let fault: string | undefined;
  try {
    found = await read(bytes.slice());
  } catch (error) {
    fault = faultOf(error);
  }
  const took = performance.now() - began;
  const grown = 1024 * (process.resourceUsage().maxRSS - most);
  if (engine.arena.used !== used) return `${engine.arena.used - used} bytes of the engine's memory were not given back`;
  if (took > MOST_MILLISECONDS) return `took ${Math.round(took)} ms`;
  if (grown > MOST_GROWTH) return `took ${Math.round(grown / 2 ** 20)} MB`;
  if (fault) return fault;
  if (found === undefined) tally.refused++;
  else if (wanted.has(found)) tally.same++;
  else if (mayDiffer) tally.other++;
  else return 'was read, and gave another result than any undamaged input';
  return undefined;
}

let folder: string | undefined;

/** Keeps the bytes, and tells how to see it again. */
function reproduction({ name }: Target, seed: number, number: number, bytes: Uint8Array): string {
  folder ??= mkdtempSync(join(tmpdir(), 'espalier-fuzz-'));
  const path = join(folder, `${name}-${seed}-${number}`);
  writeFileSync(path, bytes);
  return `  npm run test:fuzz -- --target ${name} --seed ${seed} --case ${number}\n  its bytes: ${path}`;
}

/** `cases` dealt out to the targets by weight. */
export function shares(targets: readonly Target[], cases: number): number[] {
  const total = targets.reduce((sum, { weight = 1 }) => sum + weight, 0);
  return targets.map(({ weight = 1 }) => Math.ceil((cases * weight) / total));
}

export function digest(...parts: readonly (ArrayBufferView | string)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    if (typeof part === 'string') hash.update(part);
    else hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  }
  return hash.digest('hex');
}
