import type { Engine } from 'espalier';
import { randomFloats, requireClose, sink } from '#dist/cli/bench/check.js';
import { LANES } from '#dist/layers/batch.js';
import { plus } from '#dist/runtime/address.js';
import { dropThreshold, Purpose } from '#dist/runtime/random.js';
import type { Case } from './case.js';

/** Passes over n floats: dropout and Adam count the bytes they read and write, softmax the probabilities it makes. */
export function pointwise(engine: Engine, n: number, random: () => number): Case[] {
  const { kernels, scratch } = engine;
  const scope = engine.scope();
  const x = scope.copy(randomFloats(n, random, 0.5, 1));
  const start = randomFloats(n, random);
  const gradient = randomFloats(n, random);
  const [p, g, m, v] = [scope.copy(start), scope.copy(gradient), scope.zeros(n), scope.zeros(n)];
  const classes = 4;
  const tiles = Math.floor(n / (classes * LANES));
  const logits = randomFloats(n, random, -4, 4);
  const [logitsAt, probability] = [scope.copy(logits), scope.zeros(n)];
  let adamSteps = 0;
  let dropped = 0;
  return [
    {
      name: 'dropout 0.5',
      shape: `${n} floats`,
      work: { unit: 'byte', amount: 8 * n },
      // A scale of 1, so that values stay the same from call to call but for the zeros.
      run: () => kernels.dropout(x, n, dropThreshold(0.5), 1, scratch, 0, 1, Purpose.dropout, dropped++, 0),
      check: () => {
        engine.f32(x, n).fill(1);
        kernels.dropout(x, n, dropThreshold(0.5), 2, scratch, 0, 1, Purpose.dropout, 0, 0);
        const values = engine.f32(x, n);
        if (values.some((value) => value !== 0 && value !== 2)) throw new Error('dropout: expected 0 or 2');
        const kept = values.reduce((sum, value) => sum + value, 0) / 2 / n;
        if (Math.abs(kept - 0.5) > 4 * Math.sqrt(0.25 / n)) throw new Error(`dropout: expected half, kept ${kept}`);
        sink(values[0]!);
      },
    },
    {
      name: 'Adam',
      shape: `${n} weights`,
      work: { unit: 'byte', amount: 28 * n },
      run: () => {
        adamSteps++;
        kernels.adam(p, g, m, v, n, 1e-3, 1, 0.9, 0.999, 1e-8, 0, 1);
      },
      check: () => {
        const wanted = Float64Array.from(start);
        let [mean, square] = [new Float64Array(n), new Float64Array(n)];
        for (let step = 0; step < adamSteps; step++) {
          mean = mean.map((old, i) => 0.9 * old + 0.1 * gradient[i]!);
          square = square.map((old, i) => 0.999 * old + 0.001 * gradient[i]! ** 2);
          for (let i = 0; i < n; i++) wanted[i]! -= (1e-3 * mean[i]!) / (Math.sqrt(square[i]!) + 1e-8);
        }
        requireClose('Adam', engine.f32(p, n), wanted, 1e-4);
        sink(engine.f32(p, 1)[0]!);
      },
    },
    {
      name: 'softmax',
      shape: `${classes} classes x ${tiles * LANES} rows`,
      work: { unit: 'element', amount: tiles * classes * LANES },
      run: () => {
        for (let t = 0; t < tiles; t++) {
          const offset = t * classes * LANES * 4;
          kernels.softmax(plus(probability, offset), plus(logitsAt, offset), classes);
        }
      },
      check: () => {
        const wanted = new Float64Array(tiles * classes * LANES);
        for (let t = 0; t < tiles; t++) {
          for (let lane = 0; lane < LANES; lane++) {
            const at = (c: number) => (t * classes + c) * LANES + lane;
            let total = 0;
            for (let c = 0; c < classes; c++) total += Math.exp(logits[at(c)]!);
            for (let c = 0; c < classes; c++) wanted[at(c)] = Math.exp(logits[at(c)]!) / total;
          }
        }
        requireClose('softmax', engine.f32(probability, wanted.length), wanted);
        sink(engine.f32(probability, 1)[0]!);
      },
    },
  ];
}
