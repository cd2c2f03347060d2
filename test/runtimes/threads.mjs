// In any runtime: the committed digests at 1, 2, 3 and 5 threads, and whether the process ends by itself. One line of JSON.
import { readFileSync } from 'node:fs';
import { trainingDigest } from '../../build/test/support/digest.js';
import { forkAll } from '../../build/test/support/fork-all.js';
import { allAtWork } from '../../build/test/support/team.js';
import * as espalier from '../../dist/index.js';
import { defaultEngine, Engine, shareEngine } from '../../dist/runtime/engine.js';

const golden = readFileSync(new URL('../golden/digests.json', import.meta.url), 'utf8');
const expected = JSON.stringify(JSON.parse(golden));
const found = {};
forkAll(Engine);
for (const threads of [1, 2, 3, 5]) {
  await shareEngine({ threads });
  const engine = await defaultEngine();
  if (engine.working.threads > 1) await allAtWork(engine);
  const same = JSON.stringify(await trainingDigest(espalier)) === expected;
  found[threads] = { same, ...engine.working };
}
console.log(JSON.stringify(found));
