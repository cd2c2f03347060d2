import { test } from 'uvu';
import { NONE } from '#dist/runtime/address.js';
import { Draws } from '../support/draws.js';
import { engine, guarded, kernelTest } from '../support/kernel-test.js';
import { sameBits } from '../support/numbers.js';

type Em = (start: Float64Array, steps: number) => number;

/** The race of random starts as the paper tells it, by sorting. */
function race(drawn: Float32Array, length: number, steps: number, em: Em): Float64Array {
  let alive = Array.from({ length: drawn.length / length }, (_, i) => {
    const start = Float64Array.from(drawn.subarray(i * length, (i + 1) * length), (u) => 0.05 + 0.9 * u);
    return { start, likelihood: em(start, 1) };
  });
  let done = 1;
  for (let round = 1; alive.length > 1; round *= 2) {
    const more = Math.min(round, steps - done);
    for (const one of alive) one.likelihood = em(one.start, more);
    done += more;
    alive = alive.sort((a, b) => b.likelihood - a.likelihood).slice(0, Math.ceil(alive.length / 2));
  }
  em(alive[0]!.start, steps - done);
  return alive[0]!.start;
}

kernelTest('latent_fit', 'the best of 1 to 9 starts of 1 to 60 steps, of either model, ties too', (kernel) => {
  const draws = new Draws(1);
  const { latent_class_em, latent_pair_em } = engine.kernels;
  const tolerance = 0.01;
  for (const restarts of [1, 2, 3, 5, 9]) {
    for (const steps of [1, 2, 5, 60]) {
      for (const k of [0, 1, 2, 3]) {
        const pair = k === 0;
        const length = pair ? 6 : 1 + 2 * k;
        const table = Int32Array.from({ length: pair ? 16 : 2 ** k }, () => draws.below(40));
        const drawn = Float32Array.from({ length: restarts * length }, () => draws.unit());
        // The second start is the first again.
        if (restarts > 2) drawn.copyWithin(length, 0, length);
        guarded((memory) => {
          const tableAt = memory.input(table).at;
          const fixed = pair ? memory.input(Float64Array.of(0.4, 0.2, 0.7, 0.6, 0.1)).at : NONE;
          const sums = memory.output(new Float64Array(2 + 2 * k)).at;
          const scratch = memory.output(new Float64Array(length));
          const em: Em = (start, most) => {
            const at = engine.f64(scratch.at, length);
            at.set(start);
            const likelihood = pair
              ? latent_pair_em(scratch.at, fixed, tableAt, most, tolerance)
              : latent_class_em(scratch.at, tableAt, k, 0x1ff, most, tolerance, sums);
            start.set(engine.f64(scratch.at, length));
            return likelihood;
          };
          const found = memory.output(new Float64Array(length).fill(-5));
          const starts = memory.output(new Float64Array(restarts * length)).at;
          const likelihood = memory.output(new Float64Array(restarts)).at;
          const order = memory.output(new Int32Array(restarts)).at;
          const at = memory.input(drawn).at;
          kernel(found.at, tableAt, k, fixed, at, starts, likelihood, order, sums, restarts, steps, tolerance);
          sameBits(found.read(), race(drawn, length, steps, em), `${restarts} starts of ${steps} steps, k ${k}`);
        });
      }
    }
  }
});

test.run();
