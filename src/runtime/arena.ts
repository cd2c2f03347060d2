import { type Address, plus, type Size } from './address.js';
import type { WasmMemory } from './web-types.js';

const ALIGN = 64;
const PAGE = 65536;

/** The largest memory a 32-bit module can address. */
export const MAX_BYTES = 65536 * PAGE;

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/**
 * Hands out 64-byte aligned addresses of one linear memory: first fit over a list of free blocks, neighbours merged when freed.
 * Addresses below 1024 are never given, so 0 can mean "none".
 */
export class Arena {
  readonly memory: WasmMemory;
  private readonly sizes = new Map<Address, number>();
  /** Free blocks by rising address; the last one is all the rest of the address space. */
  private readonly free: { at: Address; size: number }[];
  private live = 0;
  private high = 0;

  /** `limit`: no address from here on is given. */
  constructor(
    memory: WasmMemory,
    private readonly limit = MAX_BYTES,
  ) {
    this.memory = memory;
    this.free = [{ at: 1024 as Address, size: limit - 1024 }];
  }

  /** As allocate, for what stays as long as the memory: it is not counted as in use. */
  reserve(bytes: Size): Address {
    const { high } = this;
    const at = this.allocate(bytes);
    this.live -= this.sizes.get(at)!;
    this.sizes.delete(at);
    this.high = high;
    return at;
  }

  /** Bytes handed out and not freed. */
  get used(): number {
    return this.live;
  }

  /** The most bytes that were in use at once. */
  get peak(): number {
    return this.high;
  }

  /** Address of a new block of at least `bytes` bytes, contents undefined. RangeError when the memory cannot grow that far. */
  allocate(bytes: Size): Address {
    const size = Math.max(ALIGN, Math.ceil(bytes / ALIGN) * ALIGN);
    const slot = this.free.findIndex((block) => block.size >= size);
    const block = this.free[slot];
    if (!block) throw this.outOfMemory(bytes);
    const at = block.at;
    const missing = at + size - this.memory.buffer.byteLength;
    if (missing > 0) {
      try {
        this.memory.grow(Math.ceil(missing / PAGE));
      } catch {
        throw this.outOfMemory(bytes);
      }
    }
    if (block.size === size) this.free.splice(slot, 1);
    else this.free[slot] = { at: plus(at, size), size: block.size - size };
    this.sizes.set(at, size);
    this.live += size;
    this.high = Math.max(this.high, this.live);
    return at;
  }

  /** Gives a block back; 0 and addresses already given back are ignored, so clean-up may run twice. */
  release(at: Address): void {
    const size = this.sizes.get(at);
    if (size === undefined) return;
    this.sizes.delete(at);
    this.live -= size;
    let slot = this.free.findIndex((block) => block.at > at);
    if (slot < 0) slot = this.free.length;
    this.free.splice(slot, 0, { at, size });
    this.merge(slot);
    this.merge(slot - 1);
  }

  private merge(slot: number): void {
    const left = this.free[slot];
    const right = this.free[slot + 1];
    if (left && right && left.at + left.size === right.at) {
      this.free.splice(slot, 2, { at: left.at, size: left.size + right.size });
    }
  }

  private outOfMemory(bytes: number): RangeError {
    const [more, used, limit] = [bytes, this.live, this.limit].map(megabytes);
    return new RangeError(`out of memory: ${more} more were asked for beside ${used} in use, of ${limit}`);
  }
}
