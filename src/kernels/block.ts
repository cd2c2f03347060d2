import { requireList } from '../check/arrays.js';
import { got } from '../check/phrase.js';
import { type Address, NONE } from '../runtime/address.js';
import { type Engine, isEngine } from '../runtime/engine.js';

/**
 * Floats in an engine's memory, where kernels read and write them without a copy. Made by `allocate`; freed by `dispose`, which a `using` declaration calls, and not
 * by the garbage collector.
 */
export class Block implements Disposable {
  /** dispose, for `using`; missing where the runtime has no Symbol.dispose. */
  declare readonly [Symbol.dispose]: () => void;
  readonly engine: Engine;
  /** Sizes of the axes, the last of which lies side by side. */
  readonly shape: readonly number[];
  readonly length: number;
  private address: Address;
  private view: Float32Array | undefined;
  /** Calls under way that read or write it. */
  private users = 0;

  /** @internal Use allocate. */
  constructor(engine: Engine, shape: readonly number[], address: Address) {
    this.engine = engine;
    this.shape = Object.freeze([...shape]);
    this.length = lengthOf(shape);
    this.address = address;
  }

  /** The floats themselves. Memory that grows leaves earlier views empty: take it anew after each await, which is almost free. */
  get array(): Float32Array {
    if (this.view?.buffer !== this.engine.arena.memory.buffer) this.view = this.engine.f32(this.at, this.length);
    return this.view!;
  }

  /** Whether dispose was called. */
  get disposed(): boolean {
    return this.address === NONE;
  }

  /** @internal Where it is. */
  get at(): Address {
    if (this.disposed) throw new Error('block: expected one that is in use, got one that was disposed of');
    return this.address;
  }

  /** @internal Keeps it from being disposed of until the function that it returns is called. */
  hold(): () => void {
    this.users++;
    return () => this.users--;
  }

  /** Gives the memory back; more than once does nothing. Error while a call that uses it is under way. */
  dispose(): void {
    if (this.users > 0) throw new Error('dispose: a call that uses this block is under way; wait for it');
    this.engine.arena.release(this.address);
    this.address = NONE;
    this.view = undefined;
  }
}

if (Symbol.dispose)
  Object.defineProperty(Block.prototype, Symbol.dispose, { value: Block.prototype.dispose, configurable: true });

/**
 * A block of an engine's memory: zeros, or a copy of `values`.
 * @param shape sizes of its axes, each at least 1: [samples, channels, height, width]
 * @throws TypeError, RangeError for what is no shape, for values of another length, and where the engine's memory does not suffice
 */
export function allocate(engine: Engine, shape: readonly number[], values?: Float32Array): Block {
  if (!isEngine(engine)) throw new TypeError(`engine: expected what createEngine made, got ${got(engine)}`);
  requireShape(shape);
  const length = lengthOf(shape);
  if (values !== undefined) {
    if (!(values instanceof Float32Array)) throw new TypeError(`values: expected Float32Array, got ${got(values)}`);
    if (values.length !== length)
      throw new RangeError(`values: expected length ${length} (${shape.join(' x ')}), got ${values.length}`);
  }
  if (!(length * 4 <= engine.maxMemory - engine.arena.used))
    throw new RangeError(
      `shape: expected at most ${engine.maxMemory - engine.arena.used} bytes, which the engine has left, got ${length * 4}`,
    );
  const block = new Block(engine, shape, engine.arena.allocate(length * 4));
  if (values) block.array.set(values);
  else block.array.fill(0);
  return block;
}

function requireShape(shape: unknown): void {
  requireList(shape, 'shape', 'sizes');
  const sizes = Array.from(shape as ArrayLike<unknown>);
  if (sizes.length === 0) throw new RangeError('shape: expected at least one size, got an empty list');
  sizes.forEach((size, i) => {
    const kind =
      typeof size !== 'number' ? TypeError : Number.isSafeInteger(size) && size >= 1 ? undefined : RangeError;
    if (kind) throw new kind(`shape[${i}]: expected an integer from 1, got ${got(size)}`);
  });
}

/** Floats of a shape. */
export function lengthOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
