// The playground as run.mjs has built it, served below a path of its own, and what one does with a page of it.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { launch } from './browsers.mjs';
import { ISOLATION } from './posting-page.mjs';
import { serve } from './server.mjs';

const root = new URL('../../../', import.meta.url);
export const PATH = 'some/where/';

const files = mkdtempSync(join(tmpdir(), 'espalier-playground-'));
const downloads = join(files, 'downloads');
mkdirSync(downloads);
cpSync(new URL('playground/dist', root), join(files, 'site', PATH), { recursive: true });
process.on('exit', () => rmSync(files, { recursive: true, force: true }));
const site = new URL(`file://${files}/site/`);

/** A file of one's own, and its path. */
export function given(name, text) {
  const path = join(files, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** One browser of that name for a suite; it is launched when it is first asked for, and ends with the suite. */
export function browserOf(test, name, how = {}) {
  let browser;
  test.after(async () => (await browser)?.close());
  return () => {
    browser ??= launch(name, [], how);
    return browser;
  };
}

/** What the page complains about fails the test. `send`: how its server answers; `before`: what is done to the page before it is opened. */
export async function inPage(open, search, work, headers = ISOLATION, { send, before } = {}) {
  const server = await serve({ root: site, headers, ...(send ? { send } : {}) });
  const context = await (await open()).createBrowserContext({
    downloadBehavior: { policy: 'allow', downloadPath: downloads },
  });
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
      throw new Error([error.stack, error.details ?? '', ...problems, now.slice(0, 1500)].join('\n'));
    });
    assert.equal(problems, []);
  } finally {
    await context.close();
    await server.close();
  }
}

/** The file of this name that comes home by what `act` does. */
export async function saved(name, act) {
  const path = join(downloads, name);
  rmSync(path, { force: true });
  await act();
  for (const until = Date.now() + 30_000; Date.now() < until; ) {
    // Firefox makes an empty file first, and fills another beside it.
    if (existsSync(path) && !existsSync(`${path}.part`)) {
      const bytes = readFileSync(path);
      if (bytes.length > 0) return bytes;
    }
    await wait(25);
  }
  throw new Error(`${name}: expected to be saved, nothing came`);
}

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

/** Presses a button the moment that such words are told: a driver may come too late. To be called before what makes them be told. */
export function pressWhen(page, selector, pattern, words) {
  return page.evaluate(
    (selector, source, words) =>
      new Promise((resolve) => {
        const told = document.querySelector(selector);
        const watch = new MutationObserver(() => {
          if (!new RegExp(source).test(told.textContent)) return;
          watch.disconnect();
          [...document.querySelectorAll('button')].find(({ textContent }) => textContent === words).click();
          resolve();
        });
        watch.observe(told, { childList: true, characterData: true, subtree: true });
      }),
    selector,
    pattern.source,
    words,
  );
}

/** Trains with what is filled in, for so many epochs; `meanwhile` while it goes. */
export async function train(page, epochs, meanwhile) {
  await page.$eval('#option-fit-epochs', (input) => (input.value = ''));
  await page.type('#option-fit-epochs', String(epochs));
  await page.click('#options [type=submit]');
  await meanwhile?.();
  await told(page, '#training-state', 'Done.');
}

export function viewBox(page) {
  return page.$eval('.drawing', ({ shadowRoot }) => shadowRoot.querySelector('svg').getAttribute('viewBox'));
}
