// Wide registers and relaxed kernels in a page: what can be had is found out there, and the digests are the committed ones where they must be.
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { launch, openPage } from './support/chromium.mjs';
import { pageOf } from './support/import-map.mjs';
import { serve } from './support/server.mjs';

const root = new URL('../../', import.meta.url);
const golden = JSON.parse(readFileSync(new URL('test/golden/digests.json', root), 'utf8'));
const builds = suite('builds in pages');
const script = `
  import * as espalier from '/dist/index.js';
  import { createEngine, setDefaultEngine } from '/dist/runtime/engine.js';
  import { trainingDigest } from '/build/test/support/digest.js';
  const told = {};
  try {
    for (const [name, options] of [['wide', { wide: true }], ['relaxed', { precision: 'relaxed' }]]) {
      const { build } = await espalier.createEngine({ threads: 1, ...options });
      setDefaultEngine(await createEngine({ threads: 1, ...options }));
      told[name] = { build, digests: await trainingDigest(espalier) };
    }
  } catch (error) {
    told.failed = error.stack;
  }
  await fetch('/', { method: 'POST', body: JSON.stringify(told) });`;

async function toldBy(args) {
  const entries = ['dist/index.js', 'dist/runtime/engine.js', 'build/test/support/digest.js'];
  const server = await serve({ root, pages: { '/': pageOf(root, entries, script) } });
  const browser = await launch(args);
  try {
    const { problems } = await openPage(browser, server.url);
    const told = JSON.parse(await server.posted());
    assert.is(told.failed, undefined, told.failed);
    assert.equal(problems, []);
    return told;
  } finally {
    await browser.close();
    await server.close();
  }
}

builds('a page has no wide registers, is told why, and computes; relaxed kernels are had', async () => {
  const { wide, relaxed } = await toldBy([]);
  assert.is(wide.build.wide, false);
  assert.match(wide.build.reasons[0], /a page cannot set V8's flag; Chromium may be started with --js-flags=/);
  assert.equal(wide.digests, golden);
  assert.is(relaxed.build.precision, 'relaxed');
  assert.type(relaxed.build.fused, 'boolean');
  // Structures are not of their doing.
  for (const name of Object.keys(golden).filter((name) => /^(tree|latent|topPairs)/.test(name)))
    assert.is(relaxed.digests[name], golden[name], name);
});

builds('where Chromium was started with the flag it is tested and probed, and no bit moves', async () => {
  const { wide } = await toldBy(['--js-flags=--experimental-wasm-revectorize']);
  console.log(`Chromium with the flag: ${wide.build.wide ? 'wide registers' : wide.build.reasons}`);
  assert.is(wide.build.wide, wide.build.reasons.length === 0);
  assert.equal(wide.digests, golden);
});

builds.run();
