import type { Matrix } from './matrix.js';
import type { Targets } from './targets.js';

/** Rows and labels side by side. */
export interface Part {
  readonly features: Matrix;
  readonly targets?: Targets | undefined;
}

type Numbers = Float32Array | Float64Array | Int32Array | Int8Array | Uint8Array;

/** An array with room behind its numbers. */
class Room<T extends Numbers> {
  length = 0;
  private array: T;

  constructor(array: T) {
    this.array = array;
  }

  push(values: Numbers): void {
    const length = this.length + values.length;
    if (length > this.array.length) {
      const larger = new (this.array.constructor as new (length: number) => T)(
        Math.max(length, Math.ceil(this.array.length * 1.25)),
      );
      larger.set(this.array.subarray(0, this.length) as never);
      this.array = larger;
    }
    this.array.set(values as never, this.length);
    this.length = length;
  }

  get values(): T {
    return this.array.subarray(0, this.length) as T;
  }
}

/** Rows that are put one part behind another, in arrays that are used again for the next ones. */
export class RowsInParts {
  rows = 0;
  private readonly index = new Room(new Int32Array(0));
  private values: Room<Numbers> | undefined;
  private labels: Room<Numbers> | undefined;
  private start: Int32Array;
  private kind: Part | undefined;

  /** @param wide whether dense rows may come as 64-bit numbers */
  constructor(
    most: number,
    private readonly wide: boolean,
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
      const shift = this.index.length - first;
      for (let r = from; r < to; r++) this.start[this.rows + r - from + 1] = features.start[r + 1]! + shift;
      this.index.push(features.index.subarray(first, last));
      this.values ??= new Room<Numbers>(new Float32Array(0));
      this.values.push(features.value.subarray(first, last));
    } else {
      const { values, columns } = features;
      this.values ??= new Room<Numbers>(this.wide ? new Float64Array(0) : emptyLike(values));
      this.values.push(values.subarray(from * columns, to * columns));
    }
    if (targets) {
      const width = targets.values.length / features.rows;
      this.labels ??= new Room<Numbers>(emptyLike(targets.values));
      this.labels.push(targets.values.subarray(from * width, to * width));
    }
    this.rows += to - from;
  }

  /** What is there; overwritten by what comes after clear. */
  get part(): Part {
    const { rows, kind, index, values, labels } = this;
    const { features, targets } = kind!;
    const matrix =
      features.kind === 'sparse'
        ? { ...features, rows, start: this.start.subarray(0, rows + 1), index: index.values, value: values!.values }
        : { ...features, rows, values: values!.values };
    return {
      features: matrix as Matrix,
      ...(targets ? { targets: { ...targets, values: labels!.values } as Targets } : {}),
    };
  }
}

function emptyLike(values: Numbers): Numbers {
  // Node's Buffer is a Uint8Array too, but not one to be made with `new`.
  const kind = values instanceof Uint8Array ? Uint8Array : values.constructor;
  return new (kind as new (length: number) => Numbers)(0);
}
