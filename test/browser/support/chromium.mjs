import { chromium } from 'playwright-core';
import { CHROMIUM_ARGUMENTS, findBrowser } from './find-browser.mjs';

/** A fresh headless Chromium with a user folder of its own; close() ends it and nothing else. */
/** `more`: further arguments of the browser. */
export function launch(more = []) {
  return chromium.launch({
    executablePath: findBrowser('chromium'),
    headless: true,
    args: [...CHROMIUM_ARGUMENTS, ...more],
  });
}

/** A page in a context of its own, and the list that collects whatever it complains about. */
export async function openPage(browser, url) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const problems = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.stack ?? error}`));
  page.on('requestfailed', (request) => problems.push(`request: ${request.url()} ${request.failure()?.errorText}`));
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`response: ${response.status()} ${response.url()}`);
  });
  await page.goto(url);
  return { page, problems, close: () => context.close() };
}
