// The benchmark in the playground: its table, its file beside the command's, what is loaded for it, and its stop.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findBrowser } from './support/find-browser.mjs';
import { browserOf, inPage, press, saved, told } from './support/playground.mjs';

const test = suite('playground, bench');
const opens = { chromium: browserOf(test, 'chromium'), firefox: browserOf(test, 'firefox') };
const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const command = [
  'bench',
  '--quick',
  '--part',
  'product',
  '--json',
  '--peers',
  fileURLToPath(new URL('./', import.meta.url)),
];
const ofCommand = JSON.parse(execFileSync(process.execPath, [cli, ...command], { encoding: 'utf8' }));

for (const [name, open] of Object.entries(opens)) {
  const here = findBrowser(name) ? test : test.skip;

  here(`${name}: what is chosen is timed beside others, and its file is that of the command`, () =>
    inPage(open, '?tab=bench&parts=product', async (page, server) => {
      await page.waitForSelector('#bench');
      assert.equal(await page.$$eval('[name=part]:checked', (boxes) => boxes.map(({ value }) => value)), ['product']);
      const file = await run(page);
      await told(page, '#bench-state', '2 of 2 tasks timed; all results were right');

      assert.equal(Object.keys(file), Object.keys(ofCommand));
      assert.equal(Object.keys(file.measured[0]), Object.keys(ofCommand.measured[0]));
      assert.equal(
        file.measured.map(({ name, shape }) => [name, shape]),
        ofCommand.measured.map(({ name, shape }) => [name, shape]),
      );
      assert.is(file.runtime, await page.evaluate(() => navigator.userAgent));
      assert.is(file.threads, 1);
      assert.equal(
        file.measured.map(({ times }) => times.map(({ peer }) => peer.replace(/ [\d.]+/, ''))),
        Array(2).fill(['Espalier', 'plain JavaScript', 'TensorFlow.js wasm']),
      );
      const rows = await page.$$eval('.times tbody tr:not(.task)', (rows) =>
        rows.map((row) => [...row.children].map(({ textContent }) => textContent)),
      );
      const lines = file.measured.flatMap(({ times }) => times.map(({ peer }) => peer));
      assert.equal(
        rows.map(([peer]) => peer),
        lines,
      );
      for (const [peer, time, speed] of rows) {
        assert.match(time, /^[\d.]+ (µs|ms) \([\d.]+ to [\d.]+\)$/);
        assert.ok(peer === 'plain JavaScript' ? speed === '1.00' : Number(speed) > 0, `${peer}: ${speed}`);
      }

      await page.click('[name=peers]');
      await page.waitForFunction(() => location.search.includes('peers=no'));
      await told(page, '#threads', 'no network is needed');
      const before = server.requests.length;
      const alone = await run(page);
      assert.equal(alone.peers, ['Espalier', 'plain JavaScript']);
      assert.equal(
        server.requests.slice(before).filter((path) => /bench-peers|tfjs/.test(path)),
        [],
      );
      await page.click('[name=part]:checked');
      await page.click('#bench [type=submit]');
      await told(page, '#trouble', 'expected one part or more, got none');
    }),
  );

  here(
    `${name}: what was timed before a stop stays, and is what is saved; the page's address begins the same again`,
    () =>
      inPage(open, '?tab=bench&shapes=all&peers=no&parts=product,images', async (page) => {
        await page.waitForSelector('#bench');
        await page.click('#bench [type=submit]');
        await told(page, '#bench-state', 'Task 2 of 6');
        await press(page, 'Stop');
        await told(page, '#bench-state', 'Stopped. ');
        const { measured } = JSON.parse(String(await saved('espalier-bench.json', () => press(page, 'Save as JSON'))));
        assert.ok(measured.length >= 1 && measured.length < 6, `${measured.length} tasks`);
        assert.is((await page.$$('.times .task')).length, measured.length);
        assert.is(await page.$eval('#bench [type=submit]', ({ disabled }) => disabled), false);
      }),
  );
}

async function run(page) {
  await page.click('#bench [type=submit]');
  await told(page, '#bench-state', 'Done.');
  return JSON.parse(String(await saved('espalier-bench.json', () => press(page, 'Save as JSON'))));
}

test.run();
