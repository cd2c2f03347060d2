import { readFileSync } from 'node:fs';
import * as espalier from 'espalier';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, defaultEngine, Engine, setDefaultEngine } from '#dist/runtime/engine.js';
import { trainingDigest } from '../support/digest.js';
import { forkAll } from '../support/fork-all.js';
import { allAtWork } from '../support/team.js';

const golden = JSON.parse(readFileSync('test/golden/digests.json', 'utf8'));
// Guarded kernels run on one thread.
const all = suite('digests');
const test = process.env.ESPALIER_GUARDED ? all.skip : all;
forkAll(Engine);

for (const threads of [1, 2, 3, 5])
  test(`${threads} threads, however little there is to do: the committed digests, bit for bit`, async () => {
    setDefaultEngine(await createEngine({ threads }));
    const engine = await defaultEngine();
    await allAtWork(engine);
    assert.equal(await trainingDigest(espalier), golden);
    assert.equal(engine.working, { threads, reasons: threads === 1 ? ['threads is 1'] : [] });
    engine.dispose();
  });

all.run();
