// In any runtime: the committed digests at 1, 2, 3 and 5 threads, and whether the process ends by itself; with relaxed kernels, the same at any number. One line of JSON.
import { readFileSync } from 'node:fs';
import { trainingDigest } from '../../build/test/support/digest.js';
import { forkAll } from '../../build/test/support/fork-all.js';
import { allAtWork } from '../../build/test/support/team.js';
import * as espalier from '../../dist/index.js';
import { createEngine, defaultEngine, Engine, setDefaultEngine } from '../../dist/runtime/engine.js';

const golden = readFileSync(new URL('../golden/digests.json', import.meta.url), 'utf8');
const [, , asked = 'narrow'] = process.argv;
const wide = asked.startsWith('wide');
const relaxed = asked.endsWith('relaxed');
let expected = relaxed ? undefined : JSON.stringify(JSON.parse(golden));
const found = {};
forkAll(Engine);
for (const threads of [1, 2, 3, 5]) {
  setDefaultEngine(await createEngine({ threads, wide, precision: relaxed ? 'relaxed' : 'strict' }));
  const engine = await defaultEngine();
  if (engine.working.threads > 1) await allAtWork(engine);
  const digest = JSON.stringify(await trainingDigest(espalier));
  expected ??= digest;
  found[threads] = { same: digest === expected, ...engine.working, build: engine.build };
}
console.log(JSON.stringify(found));
