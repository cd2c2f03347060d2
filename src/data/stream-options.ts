import { type Fn, type Options, type OptionsOf, SEED, SIGNAL, WAITED } from '../check/option.js';
import { ENGINE } from '../runtime/engine.js';

/** Options of Dataset.stream. */
export const STREAM = {
  window: {
    kind: 'integer',
    from: 1,
    to: 2 ** 30,
    default: 2 ** 16,
    doc: 'Rows that are in memory and shuffled together, rounded up to whole batches. Each epoch takes the shards in an order of its own, by the seed of fit.',
  },
  signal: SIGNAL,
  onProgress: {
    kind: 'callback',
    inert: true,
    doc: `Hears of the first pass: how many shards are counted, and of how many. ${WAITED}`,
    type: undefined as Fn<(done: number, shards: number) => void>,
  },
} as const satisfies Options;

export type StreamOptions = OptionsOf<typeof STREAM>;

/** Options of a stream's sample. */
export const STREAM_SAMPLE = { seed: SEED, engine: ENGINE, signal: SIGNAL } as const satisfies Options;

export type StreamSampleOptions = OptionsOf<typeof STREAM_SAMPLE>;
