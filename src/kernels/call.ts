import type { WebAbortSignal } from '../check/option.js';
import { SIGNAL } from '../check/option.js';
import { got } from '../check/phrase.js';
import type { Address } from '../runtime/address.js';
import { ENGINE, type Engine, engineOf, type Scope } from '../runtime/engine.js';
import { Pace } from '../runtime/pace.js';
import { copying, inTurns, placing } from '../runtime/steps.js';
import { allocate, Block, lengthOf } from './block.js';

/** Floats that a function reads or writes: an array, which is copied to the engine and back, or a block of the engine's memory, which is not. */
export type Floats = Float32Array | Block;

/** The options of every function. */
export const CALLING = { engine: ENGINE, signal: SIGNAL } as const;

/** An option that takes floats. */
export const FLOATS = { kind: 'other', is: isFloats, expected: 'Float32Array or a block' } as const;

/** An option for a size that must be given. */
export const SIZE = { kind: 'integer', from: 1, required: true } as const;

/** What a function is given beside options: a value under its name, and the shape that it must have. */
export interface Operand {
  readonly name: string;
  readonly value: unknown;
  readonly shape: readonly number[];
  /** It may be missing. */
  readonly optional?: true;
  /** It is written. */
  readonly written?: true;
}

/** One call of a function: its memory, and how it gives others their turn. */
export class Call {
  private readonly outputs: { readonly at: Address; readonly to: Float32Array }[] = [];
  private readonly made: Block[] = [];

  constructor(
    readonly engine: Engine,
    readonly scope: Scope,
    readonly pace: Pace,
  ) {}

  /** Where the kernels find it. */
  async read(value: Floats): Promise<Address> {
    if (value instanceof Block) return value.at;
    const at = this.scope.bytes(value.byteLength);
    await inTurns(placing(this.engine, at, value), this.pace);
    return at;
  }

  /** Where the kernels write it; arrays get it in the end. */
  write(value: Floats): Address {
    if (value instanceof Block) return value.at;
    const at = this.scope.bytes(value.byteLength);
    this.outputs.push({ at, to: value });
    return at;
  }

  /** write, for what is added to: arrays are read too. */
  async change(value: Floats, added: boolean): Promise<Address> {
    if (!added || value instanceof Block) return this.write(value);
    const at = await this.read(value);
    this.outputs.push({ at, to: value });
    return at;
  }

  /** A copy of some floats of the engine's memory, of which `zeros` follow. */
  staged(from: Address, floats: number, zeros: number): Address {
    const at = this.scope.bytes((floats + zeros) * 4);
    const all = this.engine.f32(at, floats + zeros);
    all.set(this.engine.f32(from, floats));
    all.fill(0, floats);
    return at;
  }

  /** Where a result goes: what was given for it, or anew, a block where `like` is one. */
  result<T extends Floats>(like: T, shape: readonly number[], out: T | undefined): T {
    if (out !== undefined) return out;
    if (!(like instanceof Block)) return new Float32Array(lengthOf(shape)) as T;
    const block = allocate(this.engine, shape);
    this.made.push(block);
    return block as Floats as T;
  }

  /** Frees the results. */
  undo(): void {
    for (const block of this.made) block.dispose();
  }

  /** Hands out what was written to arrays. */
  async end(): Promise<void> {
    await this.pace.end();
    for (const { at, to } of this.outputs)
      await inTurns(copying(this.engine, { at, length: to.length }, to), this.pace);
  }
}

/**
 * Checks the operands and calls `run` on their engine: that of the blocks, or the one given, or the shared one. Frees what `run` took, whatever comes.
 * @throws TypeError, RangeError naming the operand
 */
export async function called<T>(
  given: { readonly engine?: Engine | undefined; readonly signal?: WebAbortSignal | undefined },
  operands: readonly Operand[],
  run: (call: Call) => Promise<T>,
): Promise<T> {
  const blocks: { readonly name: string; readonly block: Block; readonly written: boolean }[] = [];
  for (const { name, value, shape, optional, written = false } of operands) {
    if (optional && value === undefined) continue;
    requireFloats(value, shape, name);
    if (value instanceof Block) blocks.push({ name, block: value, written });
  }
  const engine = blocks[0]?.block.engine ?? (await engineOf(given));
  for (const { name, block, written } of blocks) {
    if (block.engine !== (given.engine ?? engine))
      throw new RangeError(`${name}: expected a block of the same engine as all else, got one of another`);
    const other = written && blocks.find((one) => one.name !== name && one.block === block);
    if (other) throw new RangeError(`${name}: expected another block than ${other.name}, got the same`);
  }
  const pace = new Pace(given.signal);
  const releases = blocks.map(({ block }) => block.hold());
  const scope = engine.scope();
  const call = new Call(engine, scope, pace);
  try {
    const result = await run(call);
    await call.end();
    return result;
  } catch (error) {
    call.undo();
    throw error;
  } finally {
    scope.dispose();
    for (const release of releases) release();
  }
}

function isFloats(value: unknown): value is Floats {
  return value instanceof Float32Array || value instanceof Block;
}

function requireFloats(value: unknown, shape: readonly number[], name: string): void {
  if (value instanceof Block) {
    if (value.disposed) throw new RangeError(`${name}: expected a block that is in use, got one that was disposed of`);
    if (value.shape.length !== shape.length || value.shape.some((size, i) => size !== shape[i]))
      throw new RangeError(`${name}: expected a block of shape ${list(shape)}, got ${list(value.shape)}`);
  } else {
    if (!(value instanceof Float32Array))
      throw new TypeError(`${name}: expected Float32Array or a block, got ${got(value)}`);
    if (value.length !== lengthOf(shape))
      throw new RangeError(`${name}: expected length ${lengthOf(shape)} (${shape.join(' x ')}), got ${value.length}`);
  }
}

function list(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
