import type { Blocks, Range } from './blocks.js';
import type { Site } from './instrument.js';
import { RANGE_BYTES, RANGES } from './layout.js';
import type { Parameter, Signatures } from './signatures.js';

/** A kernel touched, or was handed, memory that none of its arguments stands for. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** What one process did. */
export interface Tally {
  readonly calls: Record<string, number>;
  accesses: number;
  readonly violations: string[];
}

export type Kernel = (...args: number[]) => unknown;

interface GuardGlobals {
  readonly guard_accesses: WebAssembly.Global;
  readonly guard_at: WebAssembly.Global;
  readonly guard_bytes: WebAssembly.Global;
  readonly guard_site: WebAssembly.Global;
}

interface Argument extends Range {
  readonly name: string;
}

export interface Guard {
  readonly sites: readonly Site[];
  readonly signatures: Signatures;
  readonly tally: Tally;
}

/** The exports of a guarded instance: each kernel says first which ranges its arguments stand for. */
export function guardedKernels(
  exports: WebAssembly.Exports,
  memory: WebAssembly.Memory,
  blocks: Blocks,
  guard: Guard,
): Record<string, Kernel> {
  const globals = exports as unknown as GuardGlobals;
  const table = new RangeTable(memory);
  const wrap = (name: string): Kernel => {
    const kernel = exports[name] as Kernel;
    const parameters = guard.signatures[name]!;
    guard.tally.calls[name] ??= 0;
    return (...args) => {
      guard.tally.calls[name]!++;
      const told = argumentsOf(name, parameters, args, blocks, memory);
      if (told instanceof Violation) throw noted(told, guard.tally);
      table.fill(told);
      const before = globals.guard_accesses.value as bigint;
      try {
        return kernel(...args);
      } catch (error) {
        const site = globals.guard_site.value as number;
        if (site < 0) throw error;
        globals.guard_site.value = -1;
        const access = {
          at: (globals.guard_at.value as number) >>> 0,
          bytes: (globals.guard_bytes.value as number) >>> 0,
        };
        throw noted(new Violation(`${name}: ${outside(access, guard.sites[site]!, told)}`), guard.tally);
      } finally {
        guard.tally.accesses += Number((globals.guard_accesses.value as bigint) - before);
      }
    };
  };
  return Object.fromEntries(Object.keys(guard.signatures).map((name) => [name, wrap(name)]));
}

function noted(violation: Violation, tally: Tally): Violation {
  tally.violations.push(violation.message);
  return violation;
}

/** The ranges that a call's addresses stand for. */
function argumentsOf(
  kernel: string,
  parameters: readonly Parameter[],
  args: readonly number[],
  blocks: Blocks,
  memory: WebAssembly.Memory,
): Argument[] | Violation {
  if (args.length !== parameters.length)
    return new Violation(`${kernel}: ${args.length} arguments for ${parameters.length} parameters`);
  const found: Argument[] = [];
  const add = (name: string, at: number) => {
    if (at === 0) return undefined;
    const range = blocks.rangeOf(at);
    if (!range) return new Violation(`${kernel}: ${name} is ${at}, which lies in no live block`);
    found.push({ name, ...range });
    return undefined;
  };
  for (const [i, { name, address }] of parameters.entries()) {
    const wrong = address ? add(name, args[i]! >>> 0) : undefined;
    if (wrong) return wrong;
  }
  // The one kernel that follows addresses in memory.
  if (kernel === 'joint_table') {
    const [, columns, k] = args as [number, number, number];
    for (const [j, at] of new Uint32Array(memory.buffer, columns, k).entries()) {
      const wrong = add(`columns[${j}]`, at);
      if (wrong) return wrong;
    }
  }
  return found;
}

function outside({ at, bytes }: Range, { instruction, function: where }: Site, args: readonly Argument[]): string {
  const distance = (range: Range) => Math.max(range.at - at, at + bytes - (range.at + range.bytes));
  const nearest = [...args].sort((a, b) => distance(a) - distance(b))[0];
  const range = (of: Range) => `[${of.at}, ${of.at + of.bytes})`;
  const past =
    nearest && `; the nearest argument is ${nearest.name}, ${range(nearest)}, ${distance(nearest)} bytes away`;
  return `${instruction} in ${where} touches ${range({ at, bytes })}, which no argument stands for${past ?? ''}`;
}

/** The ranges of the current call, where the module looks for them. */
class RangeTable {
  private readonly memory: WebAssembly.Memory;
  private used = 0;

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
  }

  fill(ranges: readonly Range[]): void {
    if (ranges.length > RANGES) throw new Error(`${ranges.length} ranges, the guard has room for ${RANGES}`);
    const words = new Uint32Array(this.memory.buffer, 0, (RANGES * RANGE_BYTES) / 4);
    for (const [i, { at, bytes }] of ranges.entries()) {
      words[2 * i] = at;
      words[2 * i + 1] = bytes;
    }
    words.fill(0, 2 * ranges.length, 2 * Math.max(ranges.length, this.used));
    this.used = ranges.length;
  }
}
