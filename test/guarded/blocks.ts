/** Bytes from one address on. */
export interface Range {
  readonly at: number;
  readonly bytes: number;
}

/** Ranges that do not overlap, to be found by any address in them. */
class Ranges {
  private readonly starts: number[] = [];
  private readonly sizes = new Map<number, number>();

  set(at: number, bytes: number): void {
    if (!this.sizes.has(at)) this.starts.splice(this.slot(at), 0, at);
    this.sizes.set(at, bytes);
  }

  delete(at: number): void {
    if (this.sizes.delete(at)) this.starts.splice(this.slot(at), 1);
  }

  /** The range that begins at an address, else the one around it or right before it. */
  find(at: number): Range | undefined {
    const exact = this.sizes.get(at);
    if (exact !== undefined) return { at, bytes: exact };
    const start = this.starts[this.slot(at) - 1];
    if (start === undefined) return undefined;
    const bytes = this.sizes.get(start)!;
    return at <= start + bytes ? { at: start, bytes } : undefined;
  }

  /** Those that begin in [at, end). */
  *within(at: number, end: number): Generator<number> {
    for (let slot = this.slot(at); this.starts[slot]! < end; slot++) yield this.starts[slot]!;
  }

  /** Place of the first start at or above. */
  private slot(at: number): number {
    let [low, high] = [0, this.starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.starts[middle]! < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The live blocks of one memory with the bytes that were asked for, and parts of them that stand for one argument each. */
export class Blocks {
  private readonly blocks = new Ranges();
  private readonly parts = new Ranges();

  allocated(at: number, bytes: number): void {
    this.blocks.set(at, bytes);
  }

  /** The block that begins here, before it is given back. */
  released(at: number): Range | undefined {
    const block = this.blocks.find(at);
    if (block?.at !== at) return undefined;
    this.blocks.delete(at);
    for (const part of [...this.parts.within(at, at + Math.max(1, block.bytes))]) this.parts.delete(part);
    return block;
  }

  /** From now on an address in these bytes stands for them alone, not for their block. */
  part(at: number, bytes: number): void {
    this.parts.set(at, bytes);
  }

  /** What an argument with this address may touch; undefined when it lies in no live block. */
  rangeOf(at: number): Range | undefined {
    return this.parts.find(at) ?? this.blocks.find(at);
  }

  /** The live block around an address. */
  blockOf(at: number): Range | undefined {
    return this.blocks.find(at);
  }
}

const known = new WeakMap<WebAssembly.Memory, Blocks>();

/** The blocks of a memory, if they are watched: they are in a guarded run. */
export function blocksOf(memory: WebAssembly.Memory): Blocks | undefined {
  return known.get(memory);
}

/** Watches the blocks of a memory from now on. */
export function watch(memory: WebAssembly.Memory): Blocks {
  let blocks = known.get(memory);
  if (!blocks) {
    blocks = new Blocks();
    known.set(memory, blocks);
  }
  return blocks;
}
