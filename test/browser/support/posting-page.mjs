// Pages that do their work by themselves and post what came of it, in Chromium and Firefox.
import * as assert from 'uvu/assert';
import { launch, openPage } from './chromium.mjs';
import { findBrowser } from './find-browser.mjs';
import { openInFirefox } from './firefox.mjs';
import { serve } from './server.mjs';

/** Headers by which a page may share memory. */
export const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/** Each `[name, open, test]`: how it opens a page, and the suite's test, or its skip where there is no such browser. */
export function browsers(suite) {
  return [
    ['Chromium', inChromium, suite],
    ['Firefox', inFirefox, findBrowser('firefox') ? suite : suite.skip],
  ];
}

/** What a page posts, `failed` where it could not; `page` is its HTML. */
export async function posted(open, root, page, headers) {
  const server = await serve({ root, pages: { '/': page }, headers });
  const { problems, close } = await open(server.url);
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(['the page did not answer', ...problems].join('\n'))), 240_000);
  });
  try {
    const told = JSON.parse(await Promise.race([server.posted(), late]));
    assert.is(told.failed, undefined, told.failed);
    assert.equal(problems, []);
    return told;
  } finally {
    clearTimeout(timer);
    await close();
    await server.close();
  }
}

async function inChromium(url) {
  const browser = await launch();
  const { problems } = await openPage(browser, url);
  return { problems, close: () => browser.close() };
}

async function inFirefox(url) {
  return { problems: [], ...openInFirefox(url) };
}
