// Chromium and Firefox, driven by WebDriver BiDi or what the browser has.
import puppeteer from 'puppeteer-core';
import { CHROMIUM_ARGUMENTS, findBrowser } from './find-browser.mjs';

const settings = {
  chromium: {
    browser: 'chrome',
    args: CHROMIUM_ARGUMENTS,
  },
  // By WebDriver BiDi.
  firefox: { browser: 'firefox', args: [] },
};

/** A fresh headless browser with a profile of its own; close() ends it and nothing else. `more`: further arguments of the browser; `night`: it asks pages for dark colours. */
export function launch(name, more = [], { night = false } = {}) {
  const { browser, args } = settings[name];
  return puppeteer.launch({
    browser,
    executablePath: findBrowser(name),
    headless: true,
    args: [...args, ...more, ...(night && name === 'chromium' ? ['--blink-settings=preferredColorScheme=0'] : [])],
    ...(night ? { extraPrefsFirefox: { 'layout.css.prefers-color-scheme.content-override': 0 } } : {}),
    // Pages of these tests compute for minutes.
    protocolTimeout: 600_000,
  });
}

/** A page in a context of its own, and the list that collects whatever it complains about. */
export async function openPage(browser, url, problems = []) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.on('console', (message) => {
    if (['error', 'warn'].includes(message.type())) problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.stack ?? error}`));
  page.on('requestfailed', (request) => problems.push(`request: ${request.url()} ${request.failure()?.errorText}`));
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`response: ${response.status()} ${response.url()}`);
  });
  await page.goto(url);
  const close = () => {
    // What is under way is broken off by that, and no problem of the next page.
    page.removeAllListeners();
    return context.close();
  };
  return { page, problems, close };
}
