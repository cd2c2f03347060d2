// The site that npm run docs writes, below a path of some host: pages, links, search, the page of the guide.
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { agrees, snippetsOf } from '../../build/test/support/snippets.js';
import { launch, openPage } from './support/chromium.mjs';
import { serve } from './support/server.mjs';
import { BELOW, builtSite } from './support/site.mjs';

const root = new URL('../../', import.meta.url);
const test = suite('the site of the documents');
let browser;
let site;

test.before(async () => {
  site = await builtSite();
  browser = await launch();
});

test.after(async () => {
  await browser?.close();
  await site?.close();
});

/** Opens a page of the site; what it complains of, and what it asks of other places, fails the test. */
async function at(path, work) {
  const { page, problems, close } = await openPage(browser, `${site.url}${path}`);
  try {
    await work(page);
    assert.equal(problems, []);
  } finally {
    await close();
  }
}

test('from the first page to a task, to its options, to the reference', async () => {
  await at('', async (page) => {
    await page.getByRole('main').getByRole('link', { name: 'learn a tree' }).click();
    await page.getByRole('heading', { level: 1, name: 'Learn a tree' }).waitFor();
    await page.getByRole('main').getByRole('link', { name: 'chowLiuTree' }).last().click();
    assert.ok(page.url().endsWith(`${BELOW}options.html#chowliutree`), page.url());
    await page.getByRole('navigation', { name: 'Parts' }).getByRole('link', { name: 'Reference' }).click();
    await page.getByRole('link', { name: 'espalier/counts' }).first().click();
    await page.getByRole('main').getByRole('link', { name: 'mergeCounts' }).last().click();
    await page.getByRole('heading', { level: 1, name: /mergeCounts/ }).waitFor();
  });
});

test('every task has a page that the first one leads to, and the playground is linked from every page', async () => {
  const tasks = readdirSync(new URL('docs/guide/', root)).filter((name) => name !== 'README.md');
  await at('', async (page) => {
    const links = await page
      .getByRole('main')
      .getByRole('link')
      .evaluateAll((all) => all.map(({ href }) => href));
    for (const name of tasks) {
      const href = `${site.url}guide/${name.replace(/md$/, 'html')}`;
      assert.ok(links.includes(href), href);
    }
  });
  await at('guide/train.html', async (page) => {
    const link = page.getByRole('navigation', { name: 'Parts' }).getByRole('link', { name: 'Playground' });
    assert.match(await link.getAttribute('href'), /playground/);
  });
});

test('the search finds words of guide and reference, from the field at the top, and its address keeps them', async () => {
  await at('guide/train.html', async (page) => {
    await page.keyboard.press('/');
    await page.keyboard.type('checkpoint');
    await page.keyboard.press('Enter');
    const found = page.getByRole('main').getByRole('listitem');
    await found.first().waitFor();
    assert.match(await page.getByRole('status').textContent(), /^\d+ pages with “checkpoint”/);
    assert.match(page.url(), /search\.html\?q=checkpoint$/);
    const link = page.getByRole('main').getByRole('link', { name: 'Reproduce a run' });
    await link.click();
    await page.getByRole('heading', { level: 1, name: 'Reproduce a run' }).waitFor();
  });
});

test('on a phone the menu opens', async () => {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
  const page = await context.newPage();
  await page.goto(`${site.url}guide/train.html`);
  const entry = page.getByRole('navigation', { name: 'All pages' }).getByRole('link', { name: 'Explain it' });
  assert.not.ok(await entry.isVisible());
  await page.getByText('All pages').click();
  await entry.click();
  await page.getByRole('heading', { level: 1, name: 'Explain it' }).waitFor();
  await context.close();
});

test('the page of the guide runs as it stands, and shows what the guide says', async () => {
  const [block] = snippetsOf(readFileSync(new URL('docs/guide/in-a-page.md', root), 'utf8')).filter(
    ({ language }) => language === 'html',
  );
  const copy = join(site.folder, 'page', 'node_modules', 'espalier');
  cpSync(new URL('dist/', root), join(copy, 'dist'), { recursive: true });
  const own = await serve({ root: pathToFileURL(join(site.folder, 'page/')), pages: { '/': block.code } });
  const { page, problems, close } = await openPage(browser, own.url);
  try {
    await page.locator('svg').waitFor();
    const printed = await page.locator('#told').textContent();
    assert.ok(agrees(`${printed}\n`, block.output), `expected\n${block.output}\ngot\n${printed}`);
    assert.equal(problems, []);
  } finally {
    await close();
    await own.close();
  }
});

test.run();
