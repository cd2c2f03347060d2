import type { Matrix } from './matrix.js';
import type { Targets } from './targets.js';

/** Rows and labels side by side. */
export interface Part {
  readonly features: Matrix;
  readonly targets?: Targets | undefined;
}

type Numbers = Float32Array | Float64Array | Int32Array | Int8Array | Uint8Array;

/** An array with room behind its numbers. */
class Room {
  length = 0;
  private array: Numbers;

  /** @param expected how many numbers there will be, about */
  constructor(like: Numbers, expected: number) {
    this.array = roomLike(like, expected);
  }

  push(values: Numbers): void {
    const length = this.length + values.length;
    if (length > this.array.length) {
      const larger = roomLike(this.array, Math.max(length, Math.ceil(this.array.length * 1.25)));
      larger.set(this.array.subarray(0, this.length) as never);
      this.array = larger;
    }
    this.array.set(values as never, this.length);
    this.length = length;
  }

  get values(): Numbers {
    return this.array.subarray(0, this.length);
  }
}

/** Rows that are put one part behind another, in arrays that are used again for the next ones. */
export class RowsInParts {
  rows = 0;
  private index: Room | undefined;
  private values: Room | undefined;
  private labels: Room | undefined;
  private start: Int32Array;
  private kind: Part | undefined;

  /**
   * @param most rows at a time
   * @param wide whether dense rows may come as 64-bit numbers
   * @param entries of a sparse row, on average
   */
  constructor(
    private readonly most: number,
    private readonly wide: boolean,
    private readonly entries: number,
  ) {
    this.start = new Int32Array(most + 1);
  }

  clear(): void {
    this.rows = 0;
    for (const room of [this.index, this.values, this.labels]) if (room) room.length = 0;
  }

  /** Puts rows [from, to) of a part behind those that are there. */
  push({ features, targets }: Part, from: number, to: number): void {
    this.kind = { features, targets };
    if (features.kind === 'sparse') {
      const [first, last] = [features.start[from]!, features.start[to]!];
      // Windows differ by little.
      const expected = Math.ceil(1.02 * this.most * this.entries);
      this.index ??= new Room(features.index, expected);
      this.values ??= new Room(features.value, expected);
      const shift = this.index.length - first;
      for (let r = from; r < to; r++) this.start[this.rows + r - from + 1] = features.start[r + 1]! + shift;
      this.index.push(features.index.subarray(first, last));
      this.values.push(features.value.subarray(first, last));
    } else {
      const { values, columns } = features;
      this.values ??= new Room(this.wide ? new Float64Array(0) : values, this.most * columns);
      this.values.push(values.subarray(from * columns, to * columns));
    }
    if (targets) {
      const width = targets.values.length / features.rows;
      this.labels ??= new Room(targets.values, this.most * width);
      this.labels.push(targets.values.subarray(from * width, to * width));
    }
    this.rows += to - from;
  }

  /** What is there, after the last push; overwritten by what comes after clear. */
  take(): Part {
    const { rows, kind, index, values, labels } = this;
    // The part that came last is not to be held.
    this.kind = undefined;
    const { features, targets } = kind!;
    const matrix =
      features.kind === 'sparse'
        ? { ...features, rows, start: this.start.subarray(0, rows + 1), index: index!.values, value: values!.values }
        : { ...features, rows, values: values!.values };
    return {
      features: matrix as Matrix,
      ...(targets ? { targets: { ...targets, values: labels!.values } as Targets } : {}),
    };
  }
}

function roomLike(values: Numbers, length: number): Numbers {
  // Node's Buffer is a Uint8Array too, but not one to be made with `new`.
  const kind = values instanceof Uint8Array ? Uint8Array : values.constructor;
  return new (kind as new (length: number) => Numbers)(length);
}
