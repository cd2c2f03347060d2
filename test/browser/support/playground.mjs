// The playground as it is built, below a path of its own, and what one who tries it does.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { launch } from './browsers.mjs';
import { ISOLATION } from './posting-page.mjs';
import { serve } from './server.mjs';

const root = new URL('../../../', import.meta.url);
export const PATH = 'some/where/';

execFileSync(process.execPath, [fileURLToPath(new URL('playground/run.mjs', root)), 'build'], { stdio: 'pipe' });
const files = mkdtempSync(join(tmpdir(), 'espalier-playground-'));
cpSync(new URL('playground/dist', root), join(files, 'site', PATH), { recursive: true });
process.on('exit', () => rmSync(files, { recursive: true, force: true }));
const site = new URL(`file://${files}/site/`);

/** A file of one's own: where it lies. */
export function given(name, content) {
  const path = join(files, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** Browsers by name, each started when it is first asked for. */
export class Browsers {
  #opened = new Map();

  of(name) {
    if (!this.#opened.has(name)) this.#opened.set(name, launch(name));
    return this.#opened.get(name);
  }

  async close() {
    for (const browser of this.#opened.values()) await (await browser).close();
  }
}

/** A page of its own, opened; what it complains about fails the test. `headers` and `send` are the server's. */
export async function inPage(browser, search, work, { headers = ISOLATION, send, before } = {}) {
  const server = await serve({ root: site, headers, ...(send ? { send } : {}) });
  const context = await (await browser).createBrowserContext();
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const problems = [];
  page.on('console', (message) => {
    if (['error', 'warn'].includes(message.type())) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  try {
    await before?.(page);
    await page.goto(`${server.url}${PATH}${search}`);
    await work(page, server).catch(async (error) => {
      const now = await page.evaluate(() => document.body.innerText).catch(() => '');
      throw new Error([error.stack, ...problems, now.slice(0, 1500)].join('\n'));
    });
    assert.equal(problems, []);
  } finally {
    await context.close();
    await server.close();
  }
}

/** Waits until this is told there. */
export async function told(page, selector, words) {
  await page.waitForFunction(
    (selector, words) =>
      [...document.querySelectorAll(selector)].some(({ textContent }) => textContent.includes(words)),
    {},
    selector,
    words,
  );
}

export async function upload(page, ...paths) {
  await (await page.$('#files')).uploadFile(...paths);
}

/** In the field of this label. */
export async function choose(page, label, value) {
  const select = await page.waitForSelector(`::-p-xpath(//label[starts-with(normalize-space(.), "${label}")]/select)`);
  await select.select(value);
}

export async function press(page, words) {
  await (await page.waitForSelector(`::-p-xpath(//button[normalize-space(.)="${words}"])`)).click();
}

export function viewBox(page) {
  return page.$eval('.drawing', ({ shadowRoot }) => shadowRoot.querySelector('svg').getAttribute('viewBox'));
}

const axe = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

/** What axe-core finds in the page as it is, printed by what it is called; serious findings fail the test. */
export async function findNothingSerious(page, where) {
  // By way of the driver, which the page's policy does not bind.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ['violations'] }));
  console.log(`${where}: ${violations.map(({ id, impact }) => `${id} (${impact})`).join(', ') || 'nothing'}`);
  const serious = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
  assert.equal(
    serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`),
    [],
    where,
  );
}

/** Nothing has to be scrolled to sideways. */
export async function fits(page, where) {
  const [width, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(width <= window, `${where}: ${width} px wide in a window of ${window}`);
}
