// The page that latentTreeToHtml writes: its script under its own content security policy.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { newsTree, treeOf } from '../../build/test/support/topic-trees.js';
import { latentTreeToHtml } from '../../dist/draw.js';
import { launch, openPage } from './support/chromium.mjs';
import { serve } from './support/server.mjs';

const script = '<script>document.title = "taken"</script>';
const pages = {
  '/news.html': latentTreeToHtml(newsTree(), { title: 'News' }),
  '/awkward.html': latentTreeToHtml(
    treeOf(
      [
        [script, 'Café "noir"'],
        ["l'été", '</details>'],
      ],
      1,
      1,
    ),
    { title: script },
  ),
};
const server = await serve({ root: new URL('./', import.meta.url), pages });
const browser = await launch();
const test = suite('page of a latent tree');

test.after(async () => {
  await browser.close();
  await server.close();
});

/** Names of the topics that can be seen, and the features that are marked. */
const seen = (page) =>
  page.evaluate(() => ({
    topics: [...document.querySelectorAll('summary')]
      .filter((summary) => summary.checkVisibility())
      .map((summary) => summary.parentElement.id),
    marked: [...document.querySelectorAll('.hit th')].map((cell) => cell.textContent),
    told: document.querySelector('output').value,
  }));

async function search(page, text) {
  await page.fill('input', text);
  // Longer than the page waits for a next letter.
  await page.waitForTimeout(300);
  return seen(page);
}

test('opens, closes, searches, and comes back to what was open', async () => {
  const { page, problems, close } = await openPage(browser, `${server.url}news.html`);
  assert.is((await seen(page)).topics.length, 6);
  await page.click('text=Open all');
  assert.is((await seen(page)).topics.length, 42);
  await page.click('text=Close all');
  await page.click('main > details:first-child > summary');
  const before = await seen(page);
  assert.is(before.topics.length, 8);

  const { topics, marked, told } = await search(page, 'YAHOO');
  assert.equal(marked, ['yahoo']);
  assert.equal(
    topics.map((name) => name.slice(0, 2)),
    ['h3', 'h2', 'h1'],
  );
  assert.is(told, '1 feature in 1 topic');
  const exports = await search(page, 'exports');
  assert.equal(exports.marked.sort(), ['exports', 'exports-rise']);
  assert.is(exports.told, '2 features in 2 topics');
  // Its parent, itself and the two below it.
  assert.is((await search(page, 'h2.3')).topics.length, 4);
  assert.equal(await search(page, 'nowhere'), { topics: [], marked: [], told: 'Nothing found' });
  await page.press('input', 'Escape');
  assert.equal(await seen(page), before);
  assert.equal(problems, []);
  await close();
});

test('by keyboard, and by the links between topics', async () => {
  const { page, problems, close } = await openPage(browser, `${server.url}news.html`);
  await page.keyboard.press('/');
  assert.is(await page.evaluate(() => document.activeElement.type), 'search');
  await page.focus('main > details:first-child > summary');
  await page.keyboard.press('Enter');
  assert.ok(await page.evaluate(() => document.querySelector('main > details').open));
  const target = await page.getAttribute('main > details:first-child .near a', 'href');
  await page.click('main > details:first-child .near a');
  await page.waitForTimeout(100);
  assert.is(await page.evaluate(() => document.getElementById(location.hash.slice(1)).open), true);
  assert.is(await page.evaluate(() => `#${document.activeElement.parentElement.id}`), target);
  assert.equal(problems, []);
  await close();
});

test('names with markup are text, and accents do not matter to the search', async () => {
  const { page, problems, close } = await openPage(browser, `${server.url}awkward.html`);
  assert.is(await page.title(), script);
  assert.is(await page.textContent('h1'), script);
  const features = await page.evaluate(() =>
    [...document.querySelectorAll('tbody th')].map((cell) => cell.textContent),
  );
  assert.equal(features.sort(), [script, 'Café "noir"', "l'été", '</details>'].sort());
  assert.equal((await search(page, "L'ETE")).marked, ["l'été"]);
  assert.equal(problems, []);
  await close();
});

test('all is there without script, on a phone too', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
  const page = await context.newPage();
  await page.goto(`${server.url}news.html`);
  await page.click('main > details:first-child > summary');
  assert.ok(await page.isVisible('main > details:first-child > details > summary'));
  assert.not.ok(await page.isVisible('input'));
  await context.close();
  const scripted = await browser.newContext({ viewport: { width: 360, height: 740 } });
  const phone = await scripted.newPage();
  await phone.goto(`${server.url}news.html`);
  await phone.click('text=Open all');
  assert.ok(await phone.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out');
  await scripted.close();
});

test.run();
