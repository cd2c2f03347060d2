// The page that topicsToHtml writes: its script under its own content security policy, and with ten thousand documents.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { largeReport, topicReport } from '../../build/test/support/topic-report.js';
import { topicsToHtml } from '../../dist/draw.js';
import { launch, openPage } from './support/chromium.mjs';
import { serve } from './support/server.mjs';

const report = topicReport();
const DOCUMENTS = 10_000;
const pages = {
  '/small.html': topicsToHtml(report, { title: '<script>document.title = "taken"</script>' }),
  '/large.html': topicsToHtml(largeReport(DOCUMENTS, 1000)),
};
const server = await serve({ root: new URL('./', import.meta.url), pages });
const browser = await launch();
const test = suite('page of topics');

test.after(async () => {
  await browser.close();
  await server.close();
});

const textsOf = (page, selector) =>
  page.evaluate((found) => [...document.querySelectorAll(found)].map((element) => element.textContent), selector);

const visible = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('.tree .row a')]
      .filter((link) => link.checkVisibility())
      .map((link) => link.getAttribute('href')),
  );

async function search(page, text, told) {
  await page.fill('input', text);
  await page.waitForFunction((expected) => document.querySelector('output').value === expected, told);
}

test('a topic opened: its sentence with its words marked, labels beside all, and the way back', async () => {
  const { page, problems, close } = await openPage(browser, `${server.url}small.html`);
  assert.is(await page.title(), '<script>document.title = "taken"</script>');
  await page.click('.tree a[href="#h2.0"]');
  await page.waitForSelector('.view h2');
  assert.is(await page.textContent('.view h2'), 'Weather & sea');
  assert.is(await page.evaluate(() => document.activeElement.textContent), 'Weather & sea');
  assert.equal(await textsOf(page, '.doc:first-of-type mark'), ['RAIN', 'sea']);
  assert.is(await page.textContent('.doc:first-of-type p'), `… ${report.topics[0].exemplars[0].sentence}`);
  assert.equal(await textsOf(page, '.pair div:last-child tbody tr'), ['news100 %67 %', '</script>"&0 %33 %']);
  assert.equal(await textsOf(page, '.view .topics a'), ['rain, sea', "<ship>, l'été"]);
  await page.goBack();
  assert.is(await page.isVisible('.view'), false);
  assert.equal(problems, []);
  await close();
});

test('a document opened: its text as it is, its words marked, its topics', async () => {
  const { page, problems, close } = await openPage(browser, `${server.url}small.html#d0`);
  assert.is(await page.textContent('.text'), report.shown[0].text);
  assert.equal(await textsOf(page, '.text mark'), ['Rain', 'RAIN', 'sea']);
  assert.is(await page.textContent('.view .meta'), 'news · 2023-05-01 · 1 of 3');
  assert.equal(await textsOf(page, '.view .topics > li > a'), ['Weather & sea: rain, sea']);
  await page.click('text=Next');
  await page.waitForFunction(() => location.hash === '#d1');
  assert.is(await page.textContent('.text'), report.shown[1].text);
  assert.is(await page.evaluate(() => getComputedStyle(document.querySelector('.text')).direction), 'rtl');
  assert.is(await page.textContent('.view h2'), 'Document 2');
  assert.equal(problems, []);
  await close();
});

test('a search over names, words and texts, whatever the accents; words that begin so first', async () => {
  const { page, problems, close } = await openPage(browser, `${server.url}small.html`);
  await page.keyboard.press('/');
  assert.is(await page.evaluate(() => document.activeElement.type), 'search');
  await search(page, 'WEATHER', '1 topic, 0 documents');
  await search(page, "L'ete", '1 topic, 0 documents');
  await search(page, 'rain sea', '2 topics, 2 documents');
  assert.equal(await textsOf(page, '.doc h4 a'), ['first "notes"', 'Document 2']);
  assert.equal(await textsOf(page, '.doc:first-of-type mark'), ['Rain', 'RAIN', 'sea']);
  await search(page, 'שלום', '0 topics, 1 document');
  await search(page, 'nowhere', 'Nothing found');
  await page.press('input', 'Escape');
  assert.is(await page.isVisible('.view'), false);
  assert.equal(problems, []);
  await close();
});

test('the tree folds, by mouse and by keys', async () => {
  const { page, problems, close } = await openPage(browser, `${server.url}large.html`);
  assert.is((await visible(page)).length, 12);
  await page.click('text=Open all');
  assert.is((await visible(page)).length, 60);
  await page.click('text=Close all');
  await page.focus('.tree a[href="#h2.1"]');
  const focused = () => page.evaluate(() => document.activeElement.getAttribute('href'));
  await page.keyboard.press('ArrowRight');
  assert.is((await visible(page)).length, 16);
  await page.keyboard.press('ArrowRight');
  assert.is(await focused(), '#h1.4');
  await page.keyboard.press('ArrowDown');
  assert.is(await focused(), '#h1.5');
  await page.keyboard.press('ArrowLeft');
  assert.is(await focused(), '#h2.1');
  await page.keyboard.press('ArrowLeft');
  assert.is((await visible(page)).length, 12);
  assert.equal(problems, []);
  await close();
});

test('ten thousand documents: elements only for what is seen, and no work longer than a slice', async () => {
  const { page, problems, close } = await openPage(browser, `${server.url}large.html`);
  const elements = () => page.evaluate(() => document.querySelectorAll('body *').length);
  const atFirst = await elements();
  assert.ok(atFirst < 1500, `${atFirst} elements`);
  await page.click('nav a[data-view="documents"]');
  assert.is((await textsOf(page, '.doc')).length, 25);
  await page.click('.more');
  assert.is((await textsOf(page, '.doc')).length, 50);
  // Counted: a search gives way to the page many times before it is through.
  await page.evaluate(() => {
    const plain = window.setTimeout;
    window.given = 0;
    window.setTimeout = (work, wait) => {
      window.given++;
      return plain(work, wait);
    };
  });
  await search(page, 'of many', `0 topics, 10,000 documents`);
  assert.is((await textsOf(page, '.doc')).length, 25);
  assert.ok((await page.evaluate(() => window.given)) > 2);
  await search(page, 'story 9999', '0 topics, 1 document');
  assert.equal(await textsOf(page, '.doc h4 a'), ['story 9999']);
  const atLast = await elements();
  assert.ok(atLast < atFirst + 1000, `${atLast} elements`);
  assert.equal(problems, []);
  await close();
});

test('without script the tree and the pictures are there; nothing sticks out on a phone', async () => {
  const plain = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
  const bare = await plain.newPage();
  await bare.goto(`${server.url}small.html`);
  assert.ok(await bare.isVisible('.tree a[href="#h1.1"]'));
  assert.ok(await bare.isVisible('.picture svg'));
  assert.not.ok(await bare.isVisible('input'));
  await plain.close();
  const scripted = await browser.newContext({ viewport: { width: 360, height: 740 } });
  const phone = await scripted.newPage();
  for (const hash of ['', '#shares', '#documents', '#h2.0', '#d0']) {
    await phone.goto(`${server.url}small.html${hash}`);
    assert.ok(await phone.evaluate(() => document.documentElement.scrollWidth <= innerWidth), hash);
    assert.is(await phone.isVisible('.tree'), hash === '', hash);
  }
  await scripted.close();
});

test('a print has the tree unfolded and the pictures, or the topic that is open', async () => {
  const { page, close } = await openPage(browser, `${server.url}small.html`);
  await page.emulateMedia({ media: 'print' });
  assert.equal(await visible(page), ['#h2.0', '#h1.1', '#h1.0']);
  assert.ok(await page.isVisible('.picture svg'));
  assert.not.ok(await page.isVisible('input'));
  await page.goto(`${server.url}small.html#h2.0`);
  assert.equal(await visible(page), []);
  assert.ok(await page.isVisible('.view h2'));
  await close();
});

test.run();
