// How soon one sees something in the playground, and how long its page is held up. Times are told (--verbose), not asserted. In Chromium, which tells of long tasks.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { randomNumbers } from '../../dist/cli/bench/check.js';
import { makeCorpus } from '../../dist/cli/bench/structures.js';
import { Dataset } from '../../dist/index.js';
import { formatSparseText } from '../../dist/read.js';
import { findBrowser } from './support/find-browser.mjs';
import { browserOf, given, inPage, told, upload } from './support/playground.mjs';
import { ISOLATION } from './support/posting-page.mjs';
import { slowLink } from './support/slow-link.mjs';

const test = suite('playground, how soon');
const open = browserOf(test, 'chromium');
const here = findBrowser('chromium') ? test : test.skip;
const ROUNDS = 3;

here('the first picture over a line of 1.6 Mbit/s and 150 ms', async () => {
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    let sent = 0;
    const line = slowLink({ bits: 1.6e6, roundTrip: 150, sent: (bytes) => (sent += bytes) });
    await inPage(
      open,
      '',
      async (page) => {
        await page.waitForFunction(() => globalThis.firstPicture !== undefined);
        const [ms, bytes] = [await page.evaluate(() => globalThis.firstPicture), sent];
        times.push(Math.round(ms));
        console.log(`the tree of a sample begins to grow after ${Math.round(ms)} ms, ${bytes} bytes sent`);
        assert.ok(bytes < 210_000, `${bytes} bytes before the first picture`);
        await told(page, '#now', '330 rows');
        console.log(`the whole package is there after ${Math.round(await page.evaluate(() => performance.now()))} ms`);
      },
      ISOLATION,
      { send: line, before: (page) => page.evaluateOnNewDocument(watchPicture) },
    );
  }
  console.log(`median ${times.sort((a, b) => a - b)[ROUNDS >> 1]} ms`);
});

here('a tree of 10,000 words of 9,000 documents, from the drop to the screen', async () => {
  const real = fileURLToPath(new URL('../../../shared/data/agnews/train.txt', import.meta.url));
  const path = existsSync(real) ? real : given('corpus.txt', corpus());
  for (let round = 0; round < ROUNDS; round++)
    await inPage(open, '', async (page) => {
      await told(page, '#threads', 'compute');
      await page.waitForSelector('.drawing');
      await page.evaluate(watchDrawing);
      await upload(page, path);
      await page.waitForFunction(() => globalThis.drawn !== undefined);
      await told(page, '#panel-tree .state', '10000 features, 9999 ties');
      console.log(
        `${path === real ? 'AG News' : 'made up'}: ${Math.round(await page.evaluate(() => globalThis.drawn))} ms`,
      );
    });
});

here('the longest task of the page while two nets train', () =>
  inPage(open, '?tab=train', async (page) => {
    await page.waitForSelector('#options');
    await told(page, '#threads', 'no network is needed');
    await page.evaluate(() => {
      globalThis.longest = 0;
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) globalThis.longest = Math.max(globalThis.longest, duration);
      }).observe({ type: 'longtask' });
    });
    await page.click('#options [type=submit]');
    await told(page, '#training-state', 'Done.');
    const longest = await page.evaluate(() => globalThis.longest);
    console.log(longest === 0 ? 'none of 50 ms or more' : `${longest.toFixed(0)} ms`);
  }),
);

/** In the page: when the tree is there and has been painted. */
function watchPicture() {
  const look = () => {
    if (document.querySelector('#panel-tree .drawing')?.shadowRoot.querySelector('.e path'))
      requestAnimationFrame(() => setTimeout(() => (globalThis.firstPicture = performance.now())));
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/** In the page: milliseconds from when a file is given until its tree has been painted. */
function watchDrawing() {
  const old = document.querySelector('.drawing');
  let begun;
  document.querySelector('#files').addEventListener('change', () => (begun = performance.now()), { capture: true });
  const look = () => {
    const now = document.querySelector('.drawing');
    if (begun !== undefined && now && now !== old)
      requestAnimationFrame(() => setTimeout(() => (globalThis.drawn = performance.now() - begun)));
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

function corpus() {
  const { kind: _, ...features } = makeCorpus(9000, 10_000, 21, randomNumbers(1));
  const labels = Int32Array.from({ length: 9000 }, (_, row) => row % 4);
  return formatSparseText(Dataset.sparse({ ...features, labels, classes: 4 }));
}

test.run();
