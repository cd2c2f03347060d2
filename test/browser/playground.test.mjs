// The playground as it is built, below a path of its own, as one who tries it: every tab, files of one's own, a training, what is wrong told in words. In Chromium and Firefox.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { csvText } from '../../build/test/support/cli-data.js';
import { faults } from './support/axe.mjs';
import { findBrowser } from './support/find-browser.mjs';
import {
  browserOf,
  choose,
  given,
  inPage,
  PATH,
  press,
  pressWhen,
  told,
  train,
  upload,
  viewBox,
} from './support/playground.mjs';

const root = new URL('../../', import.meta.url);
const test = suite('playground');

const opens = { chromium: browserOf(test, 'chromium'), firefox: browserOf(test, 'firefox') };

for (const [name, open] of Object.entries(opens)) {
  const here = findBrowser(name) ? test : test.skip;
  here(`${name}: what a sample holds is told, and can be corrected; the address keeps it`, () =>
    inPage(open, '?tab=data', async (page) => {
      await told(page, '#understood', '330 rows, 8 columns');
      await page.select('[aria-label="Kind of year"]', 'out');
      await told(page, '#understood', '330 rows, 7 columns');
      await told(page, '#panel-data', 'left out by you');
      await page.click('[aria-label="Take year back"]');
      await told(page, '#understood', '330 rows, 8 columns');
      await page.select('[aria-label="Kind of year"]', 'categories');
      await told(page, '#panel-data', '2019, 2020, 2021');
      await choose(page, 'To be predicted', 'sex');
      await page.waitForFunction(() => location.search.includes('target=sex'));
      await page.reload();
      await told(page, '#panel-data strong', 'sex');
      await page.select('#sample', 'notes');
      await told(page, '#understood', '260 texts');
      assert.match(page.url(), /sample=notes/);
      assert.not.match(page.url(), /target/);
    }),
  );

  here(
    `${name}: a file of one's own is read, drawn and walked through; a bad one is refused in words, and the old data stay`,
    () =>
      inPage(open, '', async (page) => {
        await page.waitForSelector('#panel-tree >>> .n circle');
        await upload(page, given('fruit.csv', csvText(600, 1)));
        await told(page, '#now', 'fruit.csv: 600 rows');
        await told(page, '#panel-tree .state', '4 columns, 3 ties');
        await page.type('#panel-tree [type=search]', 'wei');
        await page.keyboard.press('Enter');
        await told(page, '.about h3', 'weight');
        const [neighbour] = await page.$$eval('.about .ties button', (list) =>
          list.map(({ textContent }) => textContent),
        );
        await page.click('.about .ties button');
        await told(page, '.about h3', neighbour);
        await page.focus('.drawing');
        await page.keyboard.press('0');
        const whole = await viewBox(page);
        await page.keyboard.press('+');
        assert.is.not(await viewBox(page), whole);
        await page.keyboard.press('0');
        assert.is(await viewBox(page), whole);

        await upload(page, given('ragged.csv', 'a,b\n1,2\n3\n'));
        await told(page, '#trouble', 'line 3: expected 2 cells, got 1');
        await told(page, '#now', 'fruit.csv: 600 rows');
        await upload(page, given('gaps.csv', csvText(600, 1).replace(/^([\d.]+,[\d.]+),\w+,/m, '$1,,')));
        await told(page, '#trouble', '1 of 600 cells are missing');
        await page.click('#remedy');
        await told(page, '#now', 'gaps.csv: 600 rows');
        assert.ok(await page.$eval('#trouble', ({ hidden }) => hidden));
      }),
  );

  here(`${name}: sparse rows are read, have a tree, and a net learns them; Back goes to the tab before`, () =>
    inPage(open, '?tab=data', async (page) => {
      const row = (i) => `${i % 3},${i % 3}:${1 + (i % 2)},3:${1 + (i % 5)},${4 + (i % 2)}:1`;
      await upload(page, given('rows.txt', Array.from({ length: 120 }, (_, i) => row(i)).join('\n')));
      await told(page, '#understood', '120 rows of 6 features, 3 classes');
      await upload(page, given('fault.txt', `${Array.from({ length: 9 }, (_, i) => row(i)).join('\n')}\n1,2:x\n`));
      await told(page, '#trouble', 'fault.txt: line 10');
      await page.click('#tab-tree');
      await told(page, '#panel-tree .state', '6 features');
      await page.click('#tab-train');
      await choose(page, 'Method', 'dense');
      await train(page, 20);
      const right = await page.$eval('#figures tbody tr', ({ lastElementChild }) => lastElementChild.textContent);
      assert.is(right, '100.0 %');
      await page.goBack();
      await told(page, '[role=tab][aria-selected=true]', 'Tree');
    }),
  );

  here(`${name}: texts of one's own have a tree of words and topics`, () =>
    inPage(open, '', async (page) => {
      const words = ['soil seed bloom prune', 'tide rope sail gull', 'oven salt flour knife'].map((line) =>
        line.split(' '),
      );
      const note = (i) =>
        Array.from({ length: 6 }, (_, j) => words[i % 3][(i + j * j + (j > 3 ? i >> 2 : 0)) % 4]).join(' ');
      const notes = Array.from({ length: 90 }, (_, i) => given(`notes/n${i}.txt`, `Then ${note(i)}.`));
      await upload(page, ...notes);
      await told(page, '#now', '90 files: 90 texts');
      await told(page, '#panel-tree .state', '13 words');
      await choose(page, 'Show', 'topics');
      await told(page, '#panel-tree .state', 'topics on');
      await page.click('#panel-tree .found button');
      await told(page, '.about', 'texts, ');
      await page.click('#tab-train');
      await told(page, '#panel-train', 'no labels to predict');
    }),
  );

  here(`${name}: a net trains to the end beside a dense one, is explained; what is no net is not loaded`, () =>
    inPage(open, '?tab=train&method=trf', async (page) => {
      await page.waitForSelector('#options');
      await page.type('#option-fit-epochs', '12');
      await page.click('#options [type=submit]');
      await told(page, '#training-state', 'Done.');
      const cells = await page.$$eval('#figures tbody tr', (rows) =>
        rows.map((row) => [...row.children].map((cell) => cell.textContent)),
      );
      assert.equal(
        cells.map(([net, , epochs]) => [net, epochs]),
        [
          ['trf', '12'],
          ['dense', '12'],
        ],
      );
      for (const [, weights, , rows, , right] of cells)
        assert.ok(Number(weights) > 1000 && Number(rows) > 0 && Number.parseFloat(right) > 80, cells.join(' | '));
      assert.is((await page.$$('#curves canvas')).length, 2);
      await told(page, '#answer', 'The net says');
      await press(page, 'Show units');
      await page.waitForSelector('#units table');
      await (await page.$('#load')).uploadFile(given('bad.safetensors', 'no net'));
      await told(page, '#trouble', 'expected');
    }),
  );

  here(`${name}: training stops, and goes on to what it would have come to`, () =>
    inPage(open, '?tab=train&method=dense&sample=rents', async (page) => {
      await page.waitForSelector('#options');
      const shown = () =>
        page.$eval('#figures tbody tr', ({ children }) =>
          [children[2], children[5]].map(({ textContent }) => textContent).join(),
        );
      await train(page, 150);
      const whole = await shown();
      const stopped = pressWhen(page, '#training-state', /^Epoch [1-9]\d? of 150/, 'Stop');
      await train(page, 150, async () => {
        await stopped;
        await told(page, '#training-state', 'Stopped after');
        await press(page, 'Go on');
      });
      assert.is(await shown(), whole);
      await page.$eval('#option-fit-epochs', (input) => (input.value = 'many'));
      await page.click('#options [type=submit]');
      await told(page, '#trouble', 'epochs: expected an integer from 1, got "many"');
    }),
  );

  here(`${name}: axe finds nothing serious or moderate in any tab, by day and by night, on a phone`, () =>
    inPage(open, '', async (page) => {
      if (name === 'chromium') await page.setViewport({ width: 360, height: 780 });
      for (const sample of ['birds', 'notes']) {
        await page.select('#sample', sample);
        for (const tab of ['data', 'tree', 'train', 'bench']) {
          await page.click(`#tab-${tab}`);
          await page.waitForSelector(
            { data: '#understood', tree: '.drawing', train: '#options', bench: '#bench' }[tab],
          );
          for (const scheme of name === 'chromium' ? ['light', 'dark'] : ['light']) {
            if (name === 'chromium') await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
            const { all, bad } = await faults(page);
            console.log(`${name}, ${sample}, ${tab}, ${scheme}: ${all}`);
            assert.equal(bad, [], `${sample}, ${tab}, ${scheme}`);
          }
          const width = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
          assert.ok(width[0] <= width[1], `${tab}: ${width[0]} px wide in a window of ${width[1]}`);
        }
      }
    }),
  );

  here(
    `${name}: a service worker brings isolation where a host sets no headers, and once all is there no network is needed`,
    () =>
      inPage(
        open,
        '',
        async (page, server) => {
          const isThere = () => told(page, '#threads', 'no network is needed');
          await isThere();
          assert.not(await page.evaluate(() => globalThis.crossOriginIsolated));
          await page.reload();
          await isThere();
          assert.ok(await page.evaluate(() => globalThis.crossOriginIsolated));
          assert.equal(
            server.requests.filter((path) => !path.startsWith(`/${PATH}`) && path !== '/favicon.ico'),
            [],
          );
          await server.close();
          await page.select('#sample', 'notes');
          await choose(page, 'Show', 'topics');
          await told(page, '#panel-tree .state', 'topics on');
          await page.click('#tab-train');
          await page.waitForSelector('#options');
          await page.type('#option-fit-epochs', '2');
          await page.click('#options [type=submit]');
          await told(page, '#training-state', 'Done.');
          await page.reload();
          await page.waitForSelector('#options');
        },
        {},
      ),
  );
}

test('the types of the page are right', () => {
  const tsc = fileURLToPath(new URL('node_modules/typescript/bin/tsc', root));
  try {
    execFileSync(process.execPath, [tsc, '-p', fileURLToPath(new URL('playground/tsconfig.json', root))]);
  } catch (error) {
    throw new Error(String(error.stdout));
  }
});

test.run();
