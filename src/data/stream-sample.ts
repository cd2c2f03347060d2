import { complete } from '../check/complete.js';
import { requireInteger } from '../check/require.js';
import { type Engine, engineOf } from '../runtime/engine.js';
import { Pace } from '../runtime/pace.js';
import { Purpose } from '../runtime/random.js';
import type { Rows } from './outline.js';
import { RowsInParts } from './rows-in-parts.js';
import { STREAM_SAMPLE, type StreamSampleOptions } from './stream-options.js';
import { reopened, type Sharded } from './stream-shard.js';
import { subsetMatrix, subsetTargets } from './subset.js';
import type { Targets } from './targets.js';

/** Words of random bits that are drawn at a time. */
const WORDS = 4096;

/** DataStream's sample. Shards without a chosen row are not opened. */
export async function sampleOf<D extends Rows>(
  stream: Sharded<D>,
  rows: number,
  given: StreamSampleOptions,
): Promise<D> {
  const options = complete(STREAM_SAMPLE, given, 'sample');
  requireInteger(rows, 1, 'rows');
  const { seed, signal } = options;
  const engine = await engineOf(options);
  const pace = new Pace(signal);
  const { census } = stream;
  const count = Math.min(rows, census.rows);
  const sample = new RowsInParts(count, census.wide, census.entries / census.rows);
  const chosen = chooser(engine, seed, count, census.rows);
  for (let s = 0; s < census.shards.length; s++) {
    const places = await chosen(census.shards[s]!.rows, pace);
    if (places.length === 0) continue;
    const { features, targets, rows: all } = await reopened(stream, s, signal);
    const labels = targets && { targets: subsetTargets(targets, all, places) };
    sample.push({ features: subsetMatrix(features, places), ...labels }, 0, places.length);
    if (pace.due) await pace.turn();
  }
  const { features, targets } = sample.take();
  const { featureNames, schema, vectorizer } = census;
  const all = census.targets;
  // All classes that there are, also where the last shard knows of fewer.
  const labels = targets && ({ ...all, values: targets.values } as Targets);
  return new stream.made(features, labels, featureNames, schema, vectorizer);
}

/** Which of the next rows are taken: each with the chance that those still needed have among those still to come (Knuth's algorithm S). */
function chooser(engine: Engine, seed: number, count: number, rows: number) {
  let [needed, left, drawn] = [count, rows, 0];
  const words = new Uint32Array(WORDS);
  const next = () => {
    if (drawn % WORDS === 0) {
      const at = engine.arena.allocate(4 * WORDS);
      engine.kernels.random_bits(at, WORDS / 16, 0, seed, Purpose.streamSample, drawn / WORDS, 0);
      words.set(engine.u32(at, WORDS));
      engine.arena.release(at);
    }
    return words[drawn++ % WORDS]! / 2 ** 32;
  };
  return async (some: number, pace: Pace): Promise<number[]> => {
    const places: number[] = [];
    for (let r = 0; r < some; r++, left--) {
      if (needed > 0 && next() * left < needed) {
        places.push(r);
        needed--;
      }
      if (pace.due) await pace.turn();
    }
    return places;
  };
}
