// The site as one who reads it, in Chromium and Firefox: search, keyboard, day and night, a phone, the playground from its link; and what the reference may not show.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { faults } from './support/axe.mjs';
import { openPage } from './support/browsers.mjs';
import { findBrowser } from './support/find-browser.mjs';
import { browserOf, told } from './support/playground.mjs';
import { BELOW, builtSite, PAGES } from './support/site.mjs';

const test = suite('the site, read');
let site;

test.before(async () => {
  site = await builtSite();
});

test.after(() => site?.close());

for (const name of ['chromium', 'firefox']) {
  const open = browserOf(test, name);
  const here = findBrowser(name) ? test : test.skip;
  /** What the page complains about fails the test. */
  const at = async (path, work, opened = open) => {
    const { page, problems, close } = await openPage(await opened(), `${site.url}${path}`);
    page.setDefaultTimeout(60_000);
    try {
      await work(page);
      assert.equal(problems, []);
    } finally {
      await close();
    }
  };
  const screens = [
    { when: 'by day', width: 1280, opened: open },
    { when: 'by night, on a phone', width: 360, opened: browserOf(test, name, { night: true }), night: true },
  ];

  for (const { when, width, opened, night = false } of screens) {
    here(`${name}, ${when}: axe finds nothing serious or moderate, and nothing scrolls sideways`, () =>
      at(
        '',
        async (page) => {
          await page.setViewport({ width, height: 780 });
          assert.is(await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches), night);
          for (const path of PAGES) {
            await page.goto(`${site.url}${path}`);
            if (path.startsWith('search')) await page.waitForSelector('#found li');
            const { all, bad } = await faults(page);
            console.log(`${name}, ${path}, ${when}: ${all}`);
            assert.equal(bad, [], path);
            const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
            assert.is(screen, width);
            assert.ok(wide <= screen, `${path}: ${wide} pixels of ${screen}`);
          }
        },
        opened,
      ),
    );
  }

  here(`${name}: by the keyboard alone from the first page past the menu to a search, and to what it finds`, () =>
    at('', async (page) => {
      const focused = () => page.evaluate(() => document.activeElement.textContent.trim());
      await page.keyboard.press('Tab');
      assert.is(await focused(), 'Skip to the text');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      assert.ok(await page.evaluate(() => Boolean(document.activeElement.closest('main'))));
      await page.keyboard.press('/');
      await page.keyboard.type('checkpoint');
      await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
      await page.waitForSelector('#found li');
      await told(page, '#told', 'pages with “checkpoint”');
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => document.activeElement.closest('#found'));
      const title = await focused();
      await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
      await told(page, 'h1', title);
    }),
  );

  here(`${name}: the link at the top opens the playground, which draws a tree`, () =>
    at('guide/learn-a-tree.html', async (page) => {
      await page.click('::-p-xpath(//nav[@aria-label="Parts"]//a[.="Playground"])');
      await page.waitForSelector('#panel-tree >>> .n circle');
      assert.ok(page.url().startsWith(`${site.url}playground/`), page.url());
      await page.waitForFunction(() => navigator.serviceWorker.getRegistration().then((one) => Boolean(one?.active)));
    }),
  );
}

test('the reference links what the package exports, and names nothing that it keeps to itself', () => {
  const folder = join(site.folder, BELOW, 'reference');
  const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.html'));
  const nameOf = (page) => basename(page, '.html');
  const exported = new Set(pages.map(nameOf));
  const troubles = new Set();
  for (const page of pages) {
    const html = readFileSync(join(folder, page), 'utf8');
    const own = (name) => KNOWN.test(name) || exported.has(name);
    const shown = [...html.matchAll(/<pre class="language-ts">([\s\S]*?)<\/pre>/g)].map(([, code]) => code);
    for (const cell of typesOf(html)) {
      shown.push(cell);
      for (const name of namesIn(cell.replace(/<a .*?<\/a>/g, '')))
        if (exported.has(name) && name !== nameOf(page)) troubles.add(`${page}: ${name} is no link`);
    }
    for (const name of shown.flatMap(namesIn)) if (!own(name)) troubles.add(`${page}: ${name} is not exported`);
  }
  assert.equal([...troubles], []);
});

/** Cells of the columns that hold types. */
function typesOf(html) {
  return [...html.matchAll(/<table>([\s\S]*?)<\/table>/g)].flatMap(([, table]) => {
    const column = [...table.matchAll(/<th[^>]*>(.*?)<\/th>/g)].findIndex(([, title]) => title === 'Type');
    const rows = column < 0 ? [] : [...table.matchAll(/<tr>([\s\S]*?)<\/tr>/g)].slice(1);
    return rows.map(([, row]) => [...row.matchAll(/<td[^>]*>([\s\S]*?)<\/td>/g)][column][1]);
  });
}

/** Names of types, which begin with a capital letter; what is quoted is none. */
function namesIn(code) {
  const text = code.replace(/<[^>]+>/g, '').replace(/&quot;/g, '"');
  return [...text.replace(/"[^"\n]*"/g, '').matchAll(/\b[A-Z]\w*\b/g)].map(([name]) => name);
}

/** Of JavaScript, TypeScript and the web; and names of type parameters. */
const KNOWN =
  /^([A-Z]|Promise(Like)?|Record|Partial|Readonly|Exclude|Awaited|Async(Generator|Iterable)|Iterable|ArrayLike|Array(Buffer(Like|View)?)?|(Big)?(Int|Uint|Float)\d+(Clamped)?Array|Abort(Signal)|Date|Error|RangeError|Map|Set|RegExp|URL|Response|WebAssembly|Module|Disposable)$/;

test.run();
