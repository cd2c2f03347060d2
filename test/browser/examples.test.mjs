// The pages of examples/, over the packed package, as one who tries them: a file of one's own, the tree, a net, a prediction.
import { execFileSync } from 'node:child_process';
import { cpSync, realpathSync, symlinkSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { build, createLogger } from 'vite';
import { csvText } from '../../build/test/support/cli-data.js';
import { launch, openPage } from './support/chromium.mjs';
import { packedProject } from './support/packed-project.mjs';
import { serve } from './support/server.mjs';

const root = new URL('../../', import.meta.url);
const test = suite('examples, pages');
const folder = realpathSync(packedProject());
for (const name of ['vite-page', 'plain-page'])
  cpSync(new URL(`examples/${name}/`, root), `${folder}/${name}`, { recursive: true });
symlinkSync(fileURLToPath(new URL('node_modules/vite', import.meta.url)), `${folder}/node_modules/vite`, 'junction');
const browser = await launch();
test.after(() => browser.close());

const csv = csvText(600, 1);
const fileOf = (name, text) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });

test('vite-page: its types check, and Vite builds it without a warning', async () => {
  const compiler = fileURLToPath(new URL('node_modules/typescript/bin/tsc', root));
  try {
    execFileSync(process.execPath, [compiler, '-p', '.'], { cwd: `${folder}/vite-page`, encoding: 'utf8' });
  } catch (error) {
    throw new Error(error.stdout);
  }
  const warnings = [];
  const customLogger = createLogger('silent');
  customLogger.warn = customLogger.warnOnce = customLogger.error = (message) => warnings.push(message);
  // How long its plugins took is no fault of the page.
  const rolldownOptions = { checks: { pluginTimings: false } };
  await build({ root: `${folder}/vite-page`, customLogger, build: { rolldownOptions } });
  assert.equal(warnings, []);
});

/** The built page; what it complains of fails the test. */
async function inVitePage(work) {
  const { default: config } = await import(pathToFileURL(`${folder}/vite-page/vite.config.js`).href);
  const headers = config.preview.headers;
  const server = await serve({ root: pathToFileURL(`${folder}/vite-page/dist/`), headers });
  const { page, problems, close } = await openPage(browser, server.url);
  page.setDefaultTimeout(60_000);
  try {
    assert.ok(await page.evaluate(() => crossOriginIsolated));
    await work(page);
    assert.equal(problems, []);
  } finally {
    await close();
    await server.close();
  }
}

const drawn = (page) => page.evaluate(() => document.getElementById('tree').shadowRoot.querySelector('svg').outerHTML);
const told = (page, id, text) =>
  page.waitForFunction(([id, text]) => document.getElementById(id).textContent.includes(text), [id, text]);

test('vite-page: a file becomes a tree, which changes with the threshold; a net learns, and predicts a row', () =>
  inVitePage(async (page) => {
    await page.setInputFiles('#file', fileOf('fruit.csv', csv));
    await page.locator('#structure').waitFor();
    assert.match(await page.textContent('#about'), /fruit\.csv: 600 rows, 4 columns/);
    assert.is(await page.textContent('#ties'), '3 of 3 are left');
    const whole = await drawn(page);
    for (const name of ['size', 'weight', 'colour', 'kind']) assert.ok(whole.includes(name), name);
    await page.fill('#threshold', '100');
    await told(page, 'ties', '1 of 3');
    const strongest = await drawn(page);
    assert.is.not(strongest, whole);
    await page.fill('#threshold', '0');
    await told(page, 'ties', '3 of 3');
    assert.is(await drawn(page), whole);

    await page.click('#train button[type=submit]');
    await page.locator('#curve polyline.held').waitFor();
    await page.locator('#prediction').waitFor();
    const [, share] = /Right on ([\d.]+) % of 120 rows that it never saw/.exec(await page.textContent('#result'));
    assert.ok(Number(share) > 90, share);
    const [size, weight, colour] = csv.split('\n')[1].split(',');
    assert.is(await page.inputValue('#row [name=size]'), String(Number(size)));
    assert.is(await page.inputValue('#row [name=weight]'), String(Number(weight)));
    assert.is(await page.inputValue('#row [name=colour]'), colour);
    await page.selectOption('#row [name=colour]', 'red');
    await page.waitForFunction(() => document.querySelector('#answer strong')?.textContent === 'apple');
    await page.fill('#row [name=size]', 'large');
    await told(page, 'answer', 'expected a number, got "large"');
    assert.ok(await page.isHidden('#trouble'));
  }));

test('vite-page: training stops when asked to, with the net so far; numbers are predicted too', () =>
  inVitePage(async (page) => {
    await page.setInputFiles('#file', fileOf('fruit.csv', csv));
    await page.locator('#structure').waitFor();
    await page.selectOption('#target', 'weight');
    await page.fill('#epochs', '100000');
    await page.click('#train button[type=submit]');
    await page.locator('#curve polyline.train').waitFor();
    assert.ok(await page.isDisabled('#train button[type=submit]'));
    await page.click('#stop');
    await told(page, 'state', 'Stopped after');
    await told(page, 'result', 'Off by');
    await page.locator('#answer .guess').waitFor();
    assert.ok(await page.isDisabled('#stop'));
    // A new file takes the place of all that.
    await page.setInputFiles('#file', fileOf('more.csv', csvText(300, 2)));
    await told(page, 'about', 'more.csv: 300 rows');
    assert.ok(await page.isHidden('#prediction'));
    assert.is(await page.textContent('#curve'), '');
  }));

test('vite-page: what is wrong with a file is told, with a button that goes on; files can be dropped', () =>
  inVitePage(async (page) => {
    const dropped = await page.evaluateHandle(
      (text) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([text], 'gaps.csv', { type: 'text/csv' }));
        return transfer;
      },
      csv.replace(/^([\d.]+,[\d.]+),\w+,/m, '$1,,'),
    );
    await page.dispatchEvent('#drop', 'drop', { dataTransfer: dropped });
    await told(page, 'trouble', '1 of 600 cells are missing');
    assert.match(await page.textContent('#about'), /gaps\.csv could not be read/);
    await page.click('#trouble button');
    await page.locator('#structure').waitFor();
    assert.ok(await page.isHidden('#trouble'));
    await page.setInputFiles('#file', fileOf('empty.csv', ''));
    await page.locator('#trouble').waitFor();
    assert.ok(await page.isHidden('#structure'));
    assert.ok(await page.isHidden('#trouble button'));
  }));

test('plain-page: pasted CSV becomes a tree, and a net that can be stopped', async () => {
  symlinkSync(`${folder}/node_modules`, `${folder}/plain-page/node_modules`, 'junction');
  const server = await serve({ root: pathToFileURL(`${folder}/plain-page/`) });
  const { page, problems, close } = await openPage(browser, server.url);
  page.setDefaultTimeout(60_000);
  try {
    await page.click('#tree');
    await page.locator('#told.error').waitFor();
    await page.fill('#csv', csv);
    await page.click('#tree');
    await page.locator('#drawing svg').waitFor();
    assert.is(await page.textContent('#told'), '4 columns, 3 ties.');
    await page.click('#train');
    await told(page, 'told', 'never saw');
    const [, share] = /“kind”: right on ([\d.]+) % of 120 rows/.exec(await page.textContent('#told'));
    assert.ok(Number(share) > 80, share);
    // From within the page: a net may have learned all before a driver gets to the button.
    await page.evaluate(() => {
      const words = document.getElementById('told');
      const watch = new MutationObserver(() => {
        if (!words.textContent.startsWith('Pass ')) return;
        watch.disconnect();
        document.getElementById('stop').click();
      });
      watch.observe(words, { childList: true });
    });
    await page.click('#train');
    await told(page, 'told', 'Stopped.');
    assert.ok(await page.isEnabled('#train'));
    assert.equal(problems, []);
  } finally {
    await close();
    await server.close();
  }
});

test.run();
