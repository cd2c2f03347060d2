// Images in the playground, and its tab Gates: digits are learned, drawn and recognised, folders of pictures are read, what is no picture is refused in words. In Chromium and Firefox.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { encode } from 'fast-png';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Dataset, loadNet } from '../../dist/index.js';
import { readMnist, SIDE } from '../../playground/mnist.mjs';
import { faults } from './support/axe.mjs';
import { findBrowser } from './support/find-browser.mjs';
import { browserOf, choose, given, inPage, press, pressWhen, told, upload } from './support/playground.mjs';

const test = suite('playground: images and gates');
const opens = { chromium: browserOf(test, 'chromium'), firefox: browserOf(test, 'firefox') };

/** Strokes on a square of 280, as a hand would draw them. */
const DIGITS = {
  0: [[140, 40, 85, 80, 75, 150, 100, 220, 150, 240, 195, 200, 205, 120, 180, 60, 140, 40]],
  3: [[80, 60, 130, 40, 190, 70, 180, 110, 130, 135, 190, 160, 195, 210, 140, 240, 80, 220]],
  4: [
    [90, 50, 80, 140, 200, 140],
    [170, 50, 170, 240],
  ],
  7: [[70, 60, 200, 60, 130, 240]],
};

for (const [name, open] of Object.entries(opens)) {
  const here = findBrowser(name) ? test : test.skip;

  here(`${name}: the sample of digits is read, shown and drawn as a tree of pixels`, () =>
    inPage(open, '?tab=data&sample=digits', async (page) => {
      await told(page, '#understood', '2000 images of 28 x 28 pixels, grey, 10 classes');
      assert.is((await page.$$('.pictures canvas')).length, 40);
      const counts = await page.$$eval('#panel-data tbody td', (cells) => cells.map(({ textContent }) => textContent));
      assert.equal(counts, new Array(10).fill('200'));
      await page.click('#tab-tree');
      await told(page, '#panel-tree .state', 'pixels, ');
      await page.click('#tab-data');
      await choose(page, 'Scale to', '14 x 14');
      await told(page, '#understood', '2000 images of 14 x 14 pixels, grey, 10 classes');
    }),
  );

  here(`${name}: a gated net for digits trains, stops, goes on, and its gates are looked at`, () =>
    inPage(open, '?tab=train&sample=digits', async (page) => {
      await page.waitForSelector('#option-net-gater');
      assert.is(await page.$eval('#option-net-backbone', ({ value }) => value), 'resnet-8');
      assert.is(await page.$('#beside'), null);
      await page.$eval('#option-fit-epochs', (input) => (input.value = '3'));
      const stopped = pressWhen(page, '#training-state', /^Epoch 2 of 3/, 'Stop');
      await page.click('#options [type=submit]');
      await stopped;
      await told(page, '#training-state', 'Stopped after');
      await press(page, 'Go on');
      await told(page, '#training-state', 'Done.');
      const [, weights, epochs, , , right, gates] = await page.$eval('#figures tbody tr', ({ children }) =>
        [...children].map(({ textContent }) => textContent),
      );
      assert.is(epochs, '3');
      assert.ok(Number(weights) > 10_000 && Number.parseFloat(right) > 15, `${weights} weights, ${right} right`);
      assert.ok(Number.parseFloat(gates) > 1 && Number.parseFloat(gates) < 99, `${gates} of the gates open`);
      assert.is((await page.$$('#curves canvas')).length, 3);
      await press(page, 'Draw for it');
      await told(page, '#panel-gates select', 'the one just trained');
      assert.is(await page.$eval('#panel-gates select', ({ value }) => value), 'trained');
      await choose(page, 'Test image of', '3');
      await told(page, '#gates-answer', '3');
      await told(page, '#times', 'ackbone');
    }),
  );

  here(`${name}: drawn digits are recognised; which filters open, and what skipping saves, is told`, () =>
    inPage(open, '?tab=gates', async (page) => {
      await page.waitForSelector('.layers');
      assert.is((await page.$$('.cells .open')).length, 0);
      const opened = new Set();
      for (const [digit, strokes] of Object.entries(DIGITS)) {
        await press(page, 'Clear');
        await draw(page, strokes);
        await told(page, '#gates-answer', `The net says ${digit} (`);
        await told(page, '#gates-heard', `The net says ${digit} (`);
        const cells = await page.$$eval('.cells i', (all) => all.map(({ className }) => className));
        const count = cells.filter((one) => one === 'open').length;
        assert.ok(count > 5 && count < cells.length - 5, `${count} of ${cells.length} open`);
        assert.match(await text(page, '#open-in-all'), `${count} of ${cells.length} filters`);
        opened.add(cells.join());
      }
      assert.ok(opened.size > 2, 'other filters for other digits');
      await told(page, '#times', 'kipping');
      const times = await page.$$eval('#gates-times tbody td', (cells) => cells.map((cell) => cell.textContent));
      assert.is(times.length, 3);
      for (const time of times) assert.match(time, /^[\d.]+ (µs|ms)$/);
      assert.match(await text(page, '#multiply-adds'), /closed filters save [1-9]\d\.\d %/);
      // A digit of one's own beside a picture of a file: dark on light.
      await (await page.$('#picture')).uploadFile(given('seven.png', await photograph(page)));
      await page.waitForFunction(() => document.querySelector('#inverted').checked);
      await told(page, '#gates-answer', 'The net says 7 (');
      await (await page.$('#picture')).uploadFile(given('broken.png', 'no picture'));
      await told(page, '#trouble', 'broken.png: expected a PNG or JPEG, got other or damaged bytes');
    }),
  );

  here(`${name}: by keyboard a test image is chosen in place of drawing`, () =>
    inPage(open, '?tab=gates', async (page) => {
      await page.waitForSelector('.layers');
      await page.focus('#panel-gates .draw select');
      await page.keyboard.type('8');
      if (name === 'firefox') await page.keyboard.press('Enter');
      await told(page, '#gates-answer', 'as it is');
      await page.focus('#panel-gates .draw select');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await told(page, '#gates-heard', 'filters open');
    }),
  );

  here(`${name}: a folder of pictures has classes; broken ones and several sizes are refused in words`, () =>
    inPage(open, '?tab=data', async (page) => {
      const folder = join(given(`stripes-${name}/note.txt`, 'of stripes'), '..');
      for (let i = 0; i < 60; i++) given(`stripes-${name}/${i % 2 ? 'down' : 'across'}/${i}.png`, stripes(i, 12));
      await page.waitForSelector('#understood');
      await chooseFolder(page, folder);
      await told(page, '#understood', '60 images of 12 x 12 pixels, grey, 2 classes');
      await told(page, '.told', '1 of 61 files passed over: 1 .txt');
      await choose(page, 'Scale to', '16 x 16');
      await told(page, '#understood', '60 images of 16 x 16 pixels');
      await page.click('#tab-train');
      await page.waitForSelector('#options');
      for (const [field, value] of [
        ['fit-epochs', '2'],
        ['fit-batchSize', '8'],
        ['net-backbone', 'none of these'],
      ])
        await page.$eval(`#option-${field}`, (input, value) => (input.value = value), value);
      await page.click('#options [type=submit]');
      await told(page, '#trouble', 'backbone: expected');
      await page.$eval('#option-net-backbone', (input) => (input.value = 'resnet-8'));
      await page.click('#options [type=submit]');
      await told(page, '#training-state', 'Done.');

      given(`stripes-${name}/across/100.png`, stripes(0, 20));
      await chooseFolder(page, folder);
      await told(page, '#trouble', 'expected images of one size, width x height, got 60 of 12 x 12');
      await press(page, 'Scale all to 12 x 12');
      await told(page, '#now', '61 images');
      given(`stripes-${name}/across/100.png`, stripes(0, 12).slice(0, 50));
      await chooseFolder(page, folder);
      await told(page, '#trouble', 'across/100.png: expected a PNG or JPEG, got other or damaged bytes');
      await told(page, '#now', '61 images');
    }),
  );

  here(`${name}: IDX files of images and labels are read`, () =>
    inPage(open, '?tab=data', async (page) => {
      await page.waitForSelector('#understood');
      const pixels = Buffer.alloc(6 * 9, 77);
      const images = given(
        'six.idx3-ubyte',
        Buffer.concat([Buffer.from([0, 0, 8, 3, 0, 0, 0, 6, 0, 0, 0, 3, 0, 0, 0, 3]), pixels]),
      );
      const labels = (count) =>
        Buffer.from([0, 0, 8, 1, 0, 0, 0, count, ...Array.from({ length: count }, (_, i) => 4 + (i % 2))]);
      await upload(page, images, given('six.idx1-ubyte', labels(6)));
      await told(page, '#understood', '6 images of 3 x 3 pixels, grey, 2 classes');
      await upload(page, images, given('five.idx1-ubyte', labels(5)));
      await told(page, '#trouble', 'expected 6 labels, one an image, got 5');
      await upload(page, images);
      await told(page, '#understood', 'no classes');
    }),
  );

  here(`${name}: axe finds nothing bad over images and in Gates, by day and by night, on a phone`, () =>
    inPage(open, '?sample=digits', async (page) => {
      if (name === 'chromium') await page.setViewport({ width: 360, height: 780 });
      for (const tab of ['data', 'train', 'gates']) {
        await page.click(`#tab-${tab}`);
        await page.waitForSelector({ data: '.pictures', train: '#options', gates: '.layers' }[tab]);
        if (tab === 'gates') {
          await draw(page, DIGITS[3]);
          await told(page, '#times', 'backbone');
        }
        for (const scheme of name === 'chromium' ? ['light', 'dark'] : ['light']) {
          if (name === 'chromium') await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
          const { all, bad } = await faults(page);
          console.log(`${name}, images, ${tab}, ${scheme}: ${all}`);
          assert.equal(bad, [], `${tab}, ${scheme}`);
        }
        const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        assert.ok(wide <= room, `${tab}: ${wide} px wide in a window of ${room}`);
      }
    }),
  );
}

test('the net that ships with the page is right on 97 of 100 of MNIST’s test images, and small', async () => {
  const bytes = readFileSync(new URL('../../playground/public/digits/net.safetensors', import.meta.url));
  assert.ok(bytes.length < 200_000, `${bytes.length} bytes`);
  const net = await loadNet(bytes);
  const { pixels, labels } = readMnist().test;
  const data = Dataset.images({
    ...{ channels: 1, height: SIDE, width: SIDE, values: pixels },
    ...{ labels: Int32Array.from(labels), classes: 10 },
  });
  const { accuracy, gatesOpen } = await net.evaluate(data);
  assert.ok(accuracy >= 0.97 && gatesOpen < 0.5, `${accuracy} right, ${gatesOpen} open`);
  net.dispose();
});

/** By pointer, in pieces. */
async function draw(page, strokes) {
  const canvas = await page.$('.pad canvas');
  await canvas.scrollIntoView();
  const { x, y, width } = await canvas.boundingBox();
  const at = (stroke, i) => [x + (stroke[i] * width) / 280, y + (stroke[i + 1] * width) / 280];
  for (const stroke of strokes) {
    await page.mouse.move(...at(stroke, 0));
    await page.mouse.down();
    for (let i = 2; i < stroke.length; i += 2) await page.mouse.move(...at(stroke, i), { steps: 4 });
    await page.mouse.up();
  }
}

/** What lies on the square, as a dark digit on light paper. */
async function photograph(page) {
  await press(page, 'Clear');
  await draw(page, DIGITS[7]);
  const ink = await page.$eval('.pad canvas', (canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, 280, 280);
    return Array.from({ length: 280 * 280 }, (_, i) => data[4 * i + 3]);
  });
  return encode({
    width: 280,
    height: 280,
    channels: 1,
    data: Uint8Array.from(ink, (dark) => 230 - (dark * 200) / 255),
  });
}

function stripes(i, side) {
  const data = Uint8Array.from({ length: side * side }, (_, p) => {
    const line = i % 2 ? p % side : Math.floor(p / side);
    return ((line + (i >> 1)) % 2) * 180 + ((p * 7 + i * 13) % 50);
  });
  return encode({ width: side, height: side, channels: 1, data });
}

/** Firefox's driver takes no folder: there its files are put into the field with the paths that a folder would give them. */
async function chooseFolder(page, folder) {
  const field = await page.$('#folder');
  if (page.browser().process()?.spawnfile !== findBrowser('firefox')) return field.uploadFile(folder);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .map((path) => [join(basename(folder), relative(folder, path)), readFileSync(path).toString('base64')]);
  await field.evaluate((input, files) => {
    const made = files.map(([path, base64]) => {
      const file = new File([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))], path.split('/').at(-1));
      return Object.defineProperty(file, 'webkitRelativePath', { value: path });
    });
    Object.defineProperty(input, 'files', { value: made, configurable: true });
    input.dispatchEvent(new Event('change'));
  }, files);
}

function text(page, selector) {
  return page.$eval(selector, ({ textContent }) => textContent);
}

test.run();
