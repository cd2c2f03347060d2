import { TILES } from '#dist/runtime/builds/call-list.js';
import type { Kernels } from '#dist/runtime/kernels.js';
import { MOST_ARGUMENTS } from '#dist/runtime/threads/protocol.js';
import type { Blocks, Range } from './blocks.js';
import type { Extents, Told } from './extents.js';
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
  readonly extents: Extents;
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
  const ranges = new ArgumentRanges(exports, memory, blocks, guard.extents);
  const wrap = (name: string): Kernel => {
    const kernel = exports[name] as Kernel;
    const parameters = guard.signatures[name]!;
    guard.tally.calls[name] ??= 0;
    return (...given) => {
      // Calls that were written down for threads hand over as many words as any kernel takes.
      const args = given.length === MOST_ARGUMENTS ? given.slice(0, parameters.length) : given;
      guard.tally.calls[name]!++;
      const told = ranges.of(name as keyof Kernels, parameters, args);
      if (typeof told === 'string') throw noted(`${name}: ${told}`, guard.tally);
      // The word that chooses tiles is no argument.
      table.fill([...told, { at: TILES, bytes: 4 }]);
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
        throw noted(`${name}: ${outside(access, guard.sites[site]!, told)}`, guard.tally);
      } finally {
        guard.tally.accesses += Number((globals.guard_accesses.value as bigint) - before);
      }
    };
  };
  return Object.fromEntries(Object.keys(guard.signatures).map((name) => [name, wrap(name)]));
}

function noted(message: string, tally: Tally): Violation {
  tally.violations.push(message);
  return new Violation(message);
}

/** The ranges that the addresses of a call stand for: what the kernel says it needs from there on, else the rest of the block. */
class ArgumentRanges {
  private readonly memory: WebAssembly.Memory;
  private readonly blocks: Blocks;
  private readonly extents: Extents;
  private readonly told: Told;

  constructor(exports: WebAssembly.Exports, memory: WebAssembly.Memory, blocks: Blocks, extents: Extents) {
    this.memory = memory;
    this.blocks = blocks;
    this.extents = extents;
    this.told = {
      at: (list, i) => this.list(list, i, i + 1)[0] ?? 0,
      max: (list, from, to) => this.list(list, from, to).reduce((most, value) => Math.max(most, value), -1),
      bytes: (kernel, ...sizes) => (exports[kernel] as (...sizes: number[]) => number)(...sizes),
    };
  }

  /** A text says what is wrong with an argument. */
  of(kernel: keyof Kernels, parameters: readonly Parameter[], args: readonly number[]): Argument[] | string {
    if (args.length !== parameters.length) return `${args.length} arguments for ${parameters.length} parameters`;
    const call: Record<string, number> = {};
    for (let i = 0; i < args.length; i++) call[parameters[i]!.name] = args[i]!;
    const extent = this.extents[kernel]?.(call, this.told) ?? {};
    const found: Argument[] = [];
    for (const { name, address } of parameters) {
      const wrong = address && this.add(found, name, call[name]!, extent[name]);
      if (wrong) return wrong;
    }
    // The kernels that follow addresses in memory.
    if (kernel === 'joint_table' || kernel === 'group_rows') {
      for (let j = 0; j < call.k!; j++) {
        const wrong = this.add(found, `columns[${j}]`, this.told.at(call.columns!, j) >>> 0, extent[`columns[${j}]`]);
        if (wrong) return wrong;
      }
    }
    return found;
  }

  private add(found: Argument[], name: string, at: number, bytes: number | undefined): string | undefined {
    if (at === 0 || bytes === 0) return undefined;
    const around = this.blocks.rangeOf(at);
    const left = around ? around.at + around.bytes - at : 0;
    // A list without elements may stand right behind a block's end.
    if (!around || (left === 0 && bytes !== undefined)) return `${name} is ${at}, which lies in no live block`;
    if (bytes !== undefined && bytes > left)
      return `${name} must have ${bytes} bytes from ${at} on, and ${left} are left of ${shown(around)}`;
    found.push({ name, at, bytes: bytes ?? left });
    return undefined;
  }

  /** Elements [from, to) of a list of i32, as far as there is memory. */
  private list(at: number, from: number, to: number): Int32Array {
    const most = Math.floor((this.memory.buffer.byteLength - at) / 4);
    if (at % 4 !== 0 || most < 0 || to < 0) return new Int32Array(0);
    return new Int32Array(this.memory.buffer, at, Math.min(to, most)).subarray(from);
  }
}

const shown = ({ at, bytes }: Range) => `[${at}, ${at + bytes})`;

function outside({ at, bytes }: Range, { instruction, function: where }: Site, args: readonly Argument[]): string {
  const distance = (range: Range) => Math.max(range.at - at, at + bytes - (range.at + range.bytes));
  const nearest = [...args].sort((a, b) => distance(a) - distance(b))[0];
  const past =
    nearest && `; the nearest argument is ${nearest.name}, ${shown(nearest)}, ${distance(nearest)} bytes away`;
  return `${instruction} in ${where} touches ${shown({ at, bytes })}, which no argument stands for${past ?? ''}`;
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
