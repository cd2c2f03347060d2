// Dropout by kind of unit: each number is what one rate for all makes of it at that place.
import { createEngine, type Engine } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { activate, activateBackward } from '#dist/layers/activate.js';
import { activateUnits, activateUnitsBackward } from '#dist/layers/activate-units.js';
import type { Address } from '#dist/runtime/address.js';
import { Pace } from '#dist/runtime/pace.js';
import { Purpose } from '#dist/runtime/random.js';
import { Random } from '../support/random.js';

const LANES = 32;
const mask = { seed: 5, step: 3, purpose: Purpose.dropout, stream: 1 };

/** Sparse units, dense units, tiles. */
const SHAPES = [
  [3, 2, 1],
  [0, 5, 3],
  [7, 0, 2],
  [61, 19, 5],
  [401, 13, 40],
] as const;

const engine = await createEngine();

function numbers(length: number, seed: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length }, () => random.next() * 2 - 1);
}

async function changed(x: Float32Array, change: (engine: Engine, at: Address) => unknown): Promise<Float32Array> {
  const scope = engine.scope();
  const at = scope.copy(x);
  await change(engine, at);
  const result = engine.f32(at, x.length).slice();
  scope.dispose();
  return result;
}

for (const [sparseUnits, denseUnits, tiles] of SHAPES) {
  for (const rates of [
    { sparse: 0, dense: 0.5 },
    { sparse: 0.25, dense: 0 },
    { sparse: 0.25, dense: 0.5 },
    { sparse: 0.5, dense: 0.5 },
    { sparse: 0, dense: 0 },
  ]) {
    test(`${sparseUnits} sparse and ${denseUnits} dense units, ${tiles} tiles, ${JSON.stringify(rates)}`, async () => {
      const units = sparseUnits + denseUnits;
      const length = tiles * units * LANES;
      const x = numbers(length, length);
      const y = await changed(x, (on, at) =>
        activateUnits(on, at, { units, sparseUnits }, tiles, rates, mask, new Pace()),
      );
      const d = numbers(length, length + 1);
      const dx = await changed(d, async (on, at) => {
        const scope = on.scope();
        await activateUnitsBackward(on, at, scope.copy(y), { units, sparseUnits }, tiles, rates, new Pace());
        scope.dispose();
      });
      for (const kind of ['sparse', 'dense'] as const) {
        const rate = rates[kind];
        const all = await changed(x, (on, at) => activate(on, at, length, rate, mask, new Pace()));
        const back = await changed(d, async (on, at) => {
          const scope = on.scope();
          await activateBackward(on, at, scope.copy(all), length, rate, new Pace());
          scope.dispose();
        });
        for (let i = 0; i < length; i++) {
          const unit = Math.floor(i / LANES) % units;
          if (unit < sparseUnits !== (kind === 'sparse')) continue;
          assert.is(y[i], all[i], `number ${i}`);
          assert.is(dx[i], back[i], `gradient ${i}`);
        }
      }
    });
  }
}

test.run();
