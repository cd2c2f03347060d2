// dist/ as it is, loaded as ES modules by a page: the same bits as everywhere, and a page that stays alive.
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { launch, openPage } from './support/chromium.mjs';
import { pageOf } from './support/import-map.mjs';
import { serve } from './support/server.mjs';

const root = new URL('../../', import.meta.url);
const dist = suite('dist in Chromium');
// Not in a before hook: uvu would swallow its error.
const server = await serve({ root, pages: { '/': pageOf(root, ['dist/index.js', 'build/test/support/digest.js']) } });
const browser = await launch();

dist.after(async () => {
  await browser.close();
  await server.close();
});

dist('training gives the committed digests, bit for bit', async () => {
  const { page, problems, close } = await openPage(browser, server.url);
  const digests = await page.evaluate(async () => {
    const [espalier, { trainingDigest }] = await Promise.all([
      import('/dist/index.js'),
      import('/build/test/support/digest.js'),
    ]);
    return trainingDigest(espalier);
  });
  const golden = JSON.parse(readFileSync(new URL('test/golden/digests.json', root), 'utf8'));
  assert.ok(Object.keys(golden).length > 0, 'no digest is committed');
  assert.equal(digests, golden);
  assert.equal(problems, []);
  await close();
});

dist('a fit lets timers and frames run, and stops at a signal', async () => {
  const { page, problems, close } = await openPage(browser, server.url);
  // Without a yield in fit neither the timer below nor the page would ever come back.
  const { milliseconds, timers, frames, progress } = await within(120, page.evaluate(fitForAWhile));
  assert.ok(milliseconds >= 1000, `${milliseconds} ms: the fit ended before its signal`);
  assert.ok(timers >= 10, `${timers} timer calls in ${milliseconds} ms`);
  assert.ok(frames >= 5, `${frames} frames in ${milliseconds} ms`);
  assert.ok(progress >= 1, 'no progress was reported');
  assert.equal(problems, []);
  await close();
});

dist.run();

/** Runs in the page. More epochs than anyone waits for, aborted by a timer of the same thread. */
async function fitForAWhile() {
  const { Dataset, DenseNet } = await import('/dist/index.js');
  const rows = Array.from({ length: 2000 }, (_, row) =>
    Array.from({ length: 64 }, (_, column) => ((row * 31 + column * 17 + ((row * column) % 13)) % 10) / 10),
  );
  const train = Dataset.dense(rows, { labels: rows.map((_, row) => row % 3) });
  const net = await DenseNet.create(train, { hidden: [128], seed: 1 });

  let timers = 0;
  let frames = 0;
  let progress = 0;
  const ticker = setInterval(() => timers++, 10);
  const frame = () => {
    frames++;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);

  const abort = new AbortController();
  const started = performance.now();
  setTimeout(() => abort.abort(), 2000);
  try {
    await net.fit(train, { epochs: 100_000, batchSize: 32, signal: abort.signal, onProgress: () => progress++ });
  } catch (error) {
    if (!abort.signal.aborted) throw error;
  }
  const milliseconds = performance.now() - started;
  clearInterval(ticker);
  net.dispose();
  return { milliseconds, timers, frames, progress };
}

function within(seconds, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the page did not answer within ${seconds} s`)), seconds * 1000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
