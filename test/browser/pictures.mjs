// node test/browser/pictures.mjs: docs/playground.png and docs/playground-phone.png, of the playground as it is built, in Chromium. After npm run build:dev.
import { fileURLToPath } from 'node:url';
import { launch } from './support/browsers.mjs';
import { inPage, told, train } from './support/playground.mjs';

const DESKTOP = { width: 1180, height: 800 };
const PHONE = { width: 390, height: 800, deviceScaleFactor: 1.5, isMobile: true, hasTouch: true };

const browser = await launch('chromium');
try {
  await picture('playground.png', DESKTOP, 'light', '', async (page) => {
    await told(page, '#now', '330 rows');
    await page.click('.found button');
    // The tree has grown.
    await page.waitForFunction(() => !document.querySelector('.drawing').shadowRoot.querySelector('.grow'));
  });
  await picture('playground-phone.png', PHONE, 'dark', '?tab=train', async (page) => {
    await page.waitForSelector('#options');
    await train(page, 25);
    await page.$eval('#figures', (figures) => figures.scrollIntoView());
    await page.waitForFunction(() => document.querySelectorAll('#curves canvas').length === 2);
  });
} finally {
  await browser.close();
}

async function picture(name, viewport, scheme, search, act) {
  const before = async (page) => {
    await page.setViewport(viewport);
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  };
  const path = fileURLToPath(new URL(`../../docs/${name}`, import.meta.url));
  const work = async (page) => {
    await act(page);
    await page.screenshot({ path });
  };
  await inPage(async () => browser, search, work, undefined, { before });
}
