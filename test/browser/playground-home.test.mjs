// What the playground gives to take home is what it says, by what the package makes of it in Node; and the ways in and about that a hand takes: drop, folder, wheel, fingers.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { csvText } from '../../build/test/support/cli-data.js';
import { loadNet, splitRows, treeFromJson } from '../../dist/index.js';
import { learnCsvAsync } from '../../dist/read.js';
import { TopicTree } from '../../dist/topics.js';
import { findBrowser } from './support/find-browser.mjs';
import {
  browserOf,
  choose,
  given,
  inPage,
  press,
  pressWhen,
  saved,
  told,
  train,
  upload,
  viewBox,
} from './support/playground.mjs';

const test = suite('playground, the way home');
const opens = { chromium: browserOf(test, 'chromium'), firefox: browserOf(test, 'firefox') };
const fruit = csvText(600, 1);
const fruitFile = given('fruit.csv', fruit);

for (const [name, open] of Object.entries(opens)) {
  const here = findBrowser(name) ? test : test.skip;

  here(`${name}: a net comes home, and says in Node and in the page again what it said`, () =>
    inPage(open, '?tab=train', async (page) => {
      await upload(page, fruitFile);
      await told(page, '#now', 'fruit.csv: 600 rows');
      await page.waitForSelector('#options');
      await train(page, 8);
      await told(page, '#answer', 'The net says');
      const [answer, judged] = [await textOf(page, '.answer'), await judgedIn(page)];
      const bytes = await saved('trf.safetensors', () => press(page, 'Save the net'));
      const csv = await saved('curves.csv', () => press(page, 'Curves as CSV'));

      const { data } = await learnCsvAsync(fruit, { target: 'kind' });
      const { test: held } = await splitRows(data, { test: 0.2, validation: 0.1, seed: 1 });
      const net = await loadNet(bytes);
      const said = await net.explainRow(held, { row: 0, top: 8 });
      assert.is(answer, `The net says ${percent(said.prediction)} for ${said.name}.`);
      assert.is(judged, percent((await net.evaluate(held)).accuracy));

      const [head, ...lines] = String(csv).trim().split('\n');
      assert.is(head, 'net,epoch,loss,held_loss,held_accuracy,seconds');
      assert.equal(
        lines.map((line) => line.split(',').slice(0, 2).join()),
        ['trf', 'dense'].flatMap((of) => Array.from({ length: 8 }, (_, i) => `${of},${i + 1}`)),
      );

      await (await page.$('#load')).uploadFile(given('mine.safetensors', bytes));
      await told(page, '#training-state', `mine.safetensors: a trf net of ${net.weights} weights`);
      assert.is(await judgedIn(page), percent((await net.evaluate(data)).accuracy));
      const first = await net.explainRow(data, { row: 0, top: 8 });
      await told(page, '.answer', `The net says ${percent(first.prediction)} for ${first.name}.`);
      const again = await saved('trf.safetensors', () => press(page, 'Save the net'));
      assert.ok(again.equals(bytes), 'saved again it is the same file');

      await page.select('#sample', 'rents');
      await told(page, '#panel-train', 'learns the column rent');
      await (await page.$('#load')).uploadFile(given('mine.safetensors', bytes));
      await told(page, '#trouble', 'expected');
      console.log(`${name}: a net for other columns: ${await textOf(page, '#trouble p')}`);
      await page.click('#dismiss');
      await (await page.$('#load')).uploadFile(given('half.safetensors', bytes.subarray(0, bytes.length >> 1)));
      await told(page, '#trouble', 'expected');
      console.log(`${name}: half a net: ${await textOf(page, '#trouble p')}`);
      net.dispose();
    }),
  );

  here(`${name}: a TSE-net trains to the end; one that was stopped comes to the very net that was not`, () =>
    inPage(open, '?tab=train&method=tse', async (page) => {
      await page.waitForSelector('#options');
      await train(page, 4);
      await told(page, '#figures tbody tr', 'tse');
      await choose(page, 'Method', 'dense');
      await page.waitForFunction(() => location.search.includes('method=dense'));
      await train(page, 150);
      const whole = await saved('dense.safetensors', () => press(page, 'Save the net'));
      const stopped = pressWhen(page, '#training-state', /^Epoch [1-9]\d? of 150/, 'Stop');
      await train(page, 150, async () => {
        await stopped;
        await told(page, '#training-state', 'Stopped after');
        await press(page, 'Go on');
      });
      const gone = await saved('dense.safetensors', () => press(page, 'Save the net'));
      assert.ok(gone.equals(whole), 'the same bytes');
    }),
  );

  here(`${name}: a tree and topics come home as picture, data, graph and page`, () =>
    inPage(open, '?sample=notes', async (page) => {
      await page.waitForSelector('#panel-tree >>> .n circle');
      const nodes = await page.$$eval('#panel-tree >>> .n circle', ({ length }) => length);
      const svg = String(await saved('tree.svg', () => press(page, 'SVG')));
      assert.is(await countIn(page, svg, 'image/svg+xml', '.n circle'), nodes);
      const tree = treeFromJson(JSON.parse(String(await saved('tree.json', () => press(page, 'JSON')))));
      assert.is(tree.variables, nodes);
      const dot = String(await saved('tree.dot', () => press(page, 'DOT')));
      assert.match(dot, /^graph /);
      assert.is(dot.match(/ -- /g).length, tree.edges.length);

      await choose(page, 'Show', 'topics');
      await told(page, '#panel-tree .state', 'topics on');
      const count = Number.parseInt(await textOf(page, '#panel-tree .state'), 10);
      const html = String(await saved('topics.html', () => press(page, 'Page')));
      assert.is(await countIn(page, html, 'text/html', '.tree .row a'), count);
      const picture = String(await saved('topics.svg', () => press(page, 'SVG')));
      assert.is(await countIn(page, picture, 'image/svg+xml', 'parsererror'), 0);
      const topics = JSON.parse(String(await saved('topics.json', () => press(page, 'JSON'))));
      const { tree: latent } = await TopicTree.fromJSON(topics);
      assert.is(
        latent.levels.reduce((sum, latents) => sum + latents, 0),
        count,
      );
    }),
  );

  here(`${name}: a dropped file takes the place of the sample`, () =>
    inPage(open, '', async (page) => {
      await page.waitForSelector('#panel-tree >>> .n circle');
      await drop[name](page, fruitFile);
      await told(page, '#now', 'fruit.csv: 600 rows');
    }),
  );

  here(`${name}: wheel and fingers zoom the drawing, and a finger moves it`, () =>
    inPage(open, '', async (page) => {
      await page.waitForSelector('#panel-tree >>> .n circle');
      const { x, y } = await (await page.$('.drawing')).boundingBox();
      const whole = await boxOf(page);
      await page.mouse.move(x + 200, y + 60);
      await page.mouse.wheel({ deltaY: 30 });
      assert.equal(await boxOf(page), whole, 'a page scrolled past is no drawing zoomed');
      await page.evaluate(() => scrollTo(0, 0));
      await page.keyboard.down('Control');
      await page.mouse.wheel({ deltaY: -200 });
      await page.keyboard.up('Control');
      await page.waitForFunction(
        (width) =>
          Number(document.querySelector('.drawing').shadowRoot.querySelector('svg').viewBox.baseVal.width) < width,
        {},
        whole[2],
      );
      const near = await boxOf(page);
      const one = await page.touchscreen.touchStart(x + 150, y + 60);
      const two = await page.touchscreen.touchStart(x + 250, y + 60);
      await one.move(x + 100, y + 60);
      await two.move(x + 300, y + 60);
      await two.end();
      const pinched = await boxOf(page);
      assert.ok(Math.abs(near[2] / pinched[2] - 2) < 0.05, `${near[2]} is twice ${pinched[2]}`);
      await one.move(x + 100, y + 120);
      await one.end();
      const moved = await boxOf(page);
      assert.ok(moved[1] < pinched[1] && moved[2] === pinched[2], `from ${pinched} to ${moved}`);
    }),
  );
}

// Firefox's driver can hand a folder neither to a field nor to a drop.
(findBrowser('chromium') ? test : test.skip)('chromium: a folder is dropped, or chosen, its folders the labels', () =>
  inPage(opens.chromium, '', async (page) => {
    await page.waitForSelector('#panel-tree >>> .n circle');
    await drop.chromium(page, notesFolder());
    await told(page, '#now', 'notes: 60 texts');
    await page.click('#tab-data');
    await told(page, '#understood', '60 texts');
    await told(page, '#understood', '2 labels');
    await page.select('#sample', 'birds');
    await told(page, '#now', 'birds.csv');
    await (await page.$('#folder')).uploadFile(notesFolder());
    await told(page, '#now', 'notes: 60 texts');
    await told(page, '#understood', '2 labels');
    await page.click('#tab-train');
    await told(page, '#panel-train', 'learns the label');
  }),
);

/** Of the system's own drag where the driver can give one; of an event where it cannot. */
const drop = {
  async chromium(page, path) {
    const session = await page.createCDPSession();
    const data = { items: [], files: [path], dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver'])
      await session.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data });
    assert.ok(await page.$('body.over'), 'the page shows that it takes it');
    await session.send('Input.dispatchDragEvent', { type: 'drop', x: 300, y: 300, data });
  },
  firefox: (page, path) =>
    page.evaluate(
      (text, name) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([text], name));
        document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer }));
      },
      readFileSync(path, 'utf8'),
      path.split('/').at(-1),
    ),
};

/** Sixty notes in a folder for each of two labels. */
function notesFolder() {
  const words = { garden: 'soil seed bloom prune', harbour: 'tide rope sail gull' };
  for (const [label, line] of Object.entries(words)) {
    const own = line.split(' ');
    for (let i = 0; i < 30; i++)
      given(`notes/${label}/n${i}.txt`, `Then ${[0, 1, 2].map((j) => own[(i + j * j) % 4]).join(' ')}.`);
  }
  return join(given('notes/garden/n0.txt', 'Then soil seed bloom.'), '../..');
}

function textOf(page, selector) {
  return page.$eval(selector, ({ textContent }) => textContent);
}

/** What stands under the last heading, of the first net. */
function judgedIn(page) {
  return page.$eval('#figures tbody tr', ({ lastElementChild }) => lastElementChild.textContent);
}

/** How many elements a text has that answer to a selector, read as a browser reads it; in a page without the playground's policy. */
async function countIn(page, text, type, selector) {
  const blank = await page.browserContext().newPage();
  const count = (text, type, selector) => new DOMParser().parseFromString(text, type).querySelectorAll(selector).length;
  const found = await blank.evaluate(count, text, type, selector);
  await blank.close();
  return found;
}

async function boxOf(page) {
  return (await viewBox(page)).split(' ').map(Number);
}

function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}

test.run();
