import { type Address, NONE } from '../runtime/address.js';
import type { Engine } from '../runtime/engine.js';
import type { Own } from '../runtime/fork.js';
import type { Pace } from '../runtime/pace.js';
import type { Turns } from '../runtime/parts.js';
import { at } from './batch-norm.js';
import type { Conv, ConvExtras } from './conv.js';

/** Which filters of a convolution are open for each sample of a batch. */
export class OpenFilters {
  /**
   * @param lists room for u32[samples][1 + range.count]: how many are open, and which
   * @param gates [sample][total], of which this layer's are those of `range`: above 0 for open. They may not change meanwhile
   */
  constructor(
    private readonly engine: Engine,
    readonly lists: Address,
    private readonly gates: ArrayLike<number>,
    private readonly total: number,
    private readonly range: { readonly first: number; readonly count: number },
    private readonly samples: number,
  ) {
    const { first, count } = range;
    const list = engine.u32(lists, samples * (1 + count));
    for (let s = 0, from = first; s < samples; s++, from += total) {
      const head = s * (1 + count);
      let last = head;
      for (let f = 0; f < count; f++) if (gates[from + f]! > 0) list[++last] = f;
      list[head] = last - head;
    }
  }

  isOpen(sample: number, filter: number): boolean {
    return this.gates[sample * this.total + this.range.first + filter]! > 0;
  }

  /** Zeros in the closed planes of y, [sample][filter][hw]. */
  async zeroClosed(y: Address, hw: number, pace: Pace): Promise<void> {
    const { engine, samples } = this;
    const { count } = this.range;
    for (let s = 0; s < samples; s++) {
      const planes = engine.f32(at(y, s, count * hw), count * hw);
      for (let c = 0; c < count; c++) if (!this.isOpen(s, c)) planes.fill(0, c * hw, (c + 1) * hw);
      if (pace.due) await pace.turn();
    }
  }
}

/**
 * n images of y from x, by packed weights: of the channels that are open in `source` the filters that are open in `own`, all where it is undefined. The planes of closed
 * filters are left as they are.
 */
export function convolveOpen(
  conv: Conv,
  y: Address,
  x: Address,
  packed: Address,
  n: number,
  { bias, shortcut, relu }: Pick<ConvExtras, 'bias' | 'shortcut' | 'relu'>,
  source: OpenFilters | undefined,
  own: OpenFilters | undefined,
  work: Own,
  pace: Pace,
): Turns {
  const extras = { bias, shortcut, relu, read: source?.lists ?? NONE, compute: own?.lists ?? NONE };
  return conv.images(n, work, pace, (fork, first, last) =>
    conv.run(fork.kernels, y, x, packed, fork.own, first, last, extras),
  );
}
