import { setImmediate } from 'node:timers/promises';
import type { Dataset, GaterNet } from 'espalier';
import { Pace } from '#dist/runtime/pace.js';
import { median } from '../frame/numbers.js';

/** A net to be timed, with its gater or, where gates are given, without. */
export interface Contender {
  readonly net: GaterNet;
  /** [rows][gates] */
  readonly decided?: Float32Array;
}

/**
 * Median milliseconds an image of each contender. They take turns, batch by batch, so that what else the machine does falls on all alike. The first
 * batch is not counted: with it go the folding of the weights and the packing.
 */
export async function millisecondsPerImage(
  contenders: readonly Contender[],
  data: Dataset,
  batchSize: number,
  onBatch?: (done: number, batches: number) => void,
): Promise<number[]> {
  const batches = Math.floor(data.rows / batchSize);
  if (batches < 2) {
    throw new RangeError(`data: expected two batches of ${batchSize} images or more, got ${data.rows} images`);
  }
  const runs = contenders.map(({ net, decided }) =>
    net.network.batches(data, batchSize, new Pace(), decided === undefined ? {} : { decided }),
  );
  const times = runs.map((): number[] => []);
  for (let b = 0; b < batches; b++) {
    for (const [i, run] of runs.entries()) {
      const began = performance.now();
      await run.next();
      if (b > 0) times[i]!.push((performance.now() - began) / batchSize);
    }
    onBatch?.(b + 1, batches);
    await setImmediate();
  }
  for (const run of runs) await run.return(undefined);
  return times.map(median);
}

/** Mean over all rows of what the backbone costs with the gates of each, [rows][gates]. */
export function meanMultiplyAdds(net: GaterNet, gates: Float32Array): number {
  const width = net.gateLayout.reduce((sum, { count }) => sum + count, 0);
  let total = 0;
  for (let at = 0; at < gates.length; at += width) total += net.costOf(gates.subarray(at, at + width));
  return total / (gates.length / width);
}
