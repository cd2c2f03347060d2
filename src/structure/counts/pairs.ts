/** Counts of pairs of items, coded: of each item a row of those behind it that occur with it, see assembly/counts.ts. */
export interface CodedPairs {
  readonly items: number;
  /** [items + 1]: where each row begins, bytes. */
  readonly start: Float64Array;
  /** The bytes [from, to), not to be written to; a copy where they come from a file. */
  read(from: number, to: number): Uint8Array | Promise<Uint8Array>;
}

/** In memory. */
export class HeldPairs implements CodedPairs {
  constructor(
    readonly items: number,
    readonly start: Float64Array,
    readonly bytes: Uint8Array,
  ) {}

  read(from: number, to: number): Uint8Array {
    return this.bytes.subarray(from, to);
  }
}

/** Coded rows as they are made, one after another. */
export class PairWriter {
  private readonly parts: Uint8Array[] = [];
  private readonly start: Float64Array;
  private item = 0;
  private length = 0;

  constructor(private readonly items: number) {
    this.start = new Float64Array(items + 1);
  }

  /** The next rows, of so many bytes each. The bytes are kept. */
  rows(bytes: Uint8Array, sizes: ArrayLike<number>): void {
    for (let i = 0; i < sizes.length; i++) {
      this.length += sizes[i]!;
      this.start[++this.item] = this.length;
    }
    if (bytes.length > 0) this.parts.push(bytes);
  }

  held(): HeldPairs {
    const { items, start, parts, length } = this;
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const [i, part] of parts.entries()) {
      bytes.set(part, at);
      at += part.length;
      // Not both at once.
      parts[i] = bytes.subarray(0, 0);
    }
    return new HeldPairs(items, start, bytes);
  }
}

/** Where the row of an item begins; rows behind the last are empty. */
export function rowStart({ items, start }: CodedPairs, item: number): number {
  return start[Math.min(item, items)]!;
}

/** RangeError where the kernel pairs_unsound found a row that is not. */
export function requireSound(unsound: number): void {
  if (unsound >= 0)
    throw new RangeError(`counts: expected counts of pairs, got a row of item ${unsound} that is damaged`);
}
