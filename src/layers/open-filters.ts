import { type Address, plus } from '../runtime/address.js';
import type { Engine } from '../runtime/engine.js';
import type { Own } from '../runtime/fork.js';
import type { Pace } from '../runtime/pace.js';
import type { Part, Turns } from '../runtime/parts.js';
import { at } from './batch-norm.js';
import type { ChannelList, Conv, ConvExtras } from './conv.js';

/** Which filters of a convolution are open for each sample of a batch. */
export class OpenFilters {
  private readonly lengths: Int32Array;

  /**
   * @param lists room for u32[samples][range.count]: the numbers of the open ones
   * @param gates [sample][total], of which this layer's are those of `range`: above 0 for open. They may not change meanwhile
   */
  constructor(
    private readonly engine: Engine,
    private readonly lists: Address,
    private readonly gates: ArrayLike<number>,
    private readonly total: number,
    private readonly range: { readonly first: number; readonly count: number },
    private readonly samples: number,
  ) {
    const { count } = range;
    const list = engine.u32(lists, samples * count);
    this.lengths = new Int32Array(samples);
    for (let s = 0; s < samples; s++) {
      for (let f = 0; f < count; f++) if (this.isOpen(s, f)) list[s * count + this.lengths[s]!++] = f;
    }
  }

  list(sample: number): ChannelList {
    return { at: plus(this.lists, sample * this.range.count * 4), length: this.lengths[sample]! };
  }

  isOpen(sample: number, filter: number): boolean {
    return this.gates[sample * this.total + this.range.first + filter]! > 0;
  }

  same(a: number, b: number): boolean {
    if (this.lengths[a] !== this.lengths[b]) return false;
    for (let f = 0; f < this.range.count; f++) if (this.isOpen(a, f) !== this.isOpen(b, f)) return false;
    return true;
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
 * filters are left as they are. Runs of samples with the same open filters go together.
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
  const part: Part = (fork, begin, end) => {
    for (let first = begin, last = begin; first < end; first = last) {
      do last++;
      while (last < end && sameFilters(own, first, last) && sameFilters(source, first, last));
      const extras = { bias, shortcut, relu, read: source?.list(first), compute: own?.list(first) };
      conv.run(fork.kernels, y, x, packed, fork.own, first, last, extras);
    }
  };
  return conv.images(n, work, pace, part);
}

function sameFilters(filters: OpenFilters | undefined, a: number, b: number): boolean {
  return !filters || filters.same(a, b);
}
