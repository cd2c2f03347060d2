import { createEngine } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fuzz, shares } from './fuzz.js';
import { targets } from './targets.js';

// Damaged inputs for every reader and loader, seeded: each is refused by name, or gives the undamaged one's result; texts may be other texts, and are then
// compared with a twin or held to a property. More of it: npm run test:fuzz -- --cases 100000 --seed 7

const CASES = 10_000;
const SEED = 1;

const engine = await createEngine();
const all = await targets(engine);
const counts = shares(all, CASES);

for (const [t, target] of all.entries()) {
  test(target.name, async () => {
    const { cases, refused, same, other, faults } = await fuzz(engine, target, SEED, 0, counts[t]!);
    console.log(
      `${target.name}: ${cases} cases, ${refused} refused, ${same} same, ${other} other, ${faults.length} faults`,
    );
    assert.equal(faults, []);
  });
}

test.run();
