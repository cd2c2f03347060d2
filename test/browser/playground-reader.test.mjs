// The playground as a screen reader has it, by the accessibility tree of Chromium, and with keys alone.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { csvText } from '../../build/test/support/cli-data.js';
import { browserOf, given, inPage, told, train, upload } from './support/playground.mjs';

const test = suite('playground, read aloud');
const open = browserOf(test, 'chromium');
const CONTROLS = /^(button|checkbox|combobox|link|radio|searchbox|slider|spinbutton|switch|tab|textbox)$/;
/** What shows that a tab is filled. */
const FILLED = { Data: '#understood', Tree: '.drawing', Train: '#options', Bench: '#bench' };

test('every control has a name; one tab is selected, and its panel has its name', () =>
  inPage(open, '', async (page) => {
    for (const sample of ['birds', 'notes']) {
      await page.select('#sample', sample);
      for (const [name, filled] of Object.entries(FILLED)) {
        await page.click(`#tab-${name.toLowerCase()}`);
        await page.waitForSelector(filled);
        if (name === 'Train') {
          await page.$eval('#options details:not(.doc)', (folded) => (folded.open = true));
          await train(page, 1);
          await page.waitForSelector('.answer');
        }
        const nodes = await heard(page);
        const controls = nodes.filter(({ role }) => CONTROLS.test(role));
        assert.ok(controls.length > 8, `${controls.length} controls`);
        assert.equal(
          controls.filter((node) => !node.name?.trim()).map(({ role, description }) => ({ role, description })),
          [],
          `${sample}, ${name}`,
        );
        assert.equal(
          nodes.filter(({ role, selected }) => role === 'tab' && selected).map((tab) => tab.name),
          [name],
        );
        assert.equal(
          nodes.filter(({ role }) => role === 'tabpanel').map((panel) => panel.name),
          [name],
        );
        for (const landmark of ['banner', 'main', 'contentinfo'])
          assert.is(nodes.filter(({ role }) => role === landmark).length, 1, landmark);
      }
    }
  }));

test('what changes is said: what was read, what is learned, what is wrong', () =>
  inPage(open, '', async (page) => {
    await told(page, '#now', '330 rows');
    await told(page, '#panel-tree .state', 'ties');
    assert.ok((await said(page, 'status')).some((words) => words.includes('birds.csv: 330 rows')));
    assert.ok((await said(page, 'status')).some((words) => words.includes('8 columns, 7 ties')));
    await page.click('#tab-train');
    await page.waitForSelector('#options');
    await train(page, 1);
    assert.ok((await said(page, 'status')).some((words) => words.includes('Done.')));
    await page.click('#tab-bench');
    await page.waitForSelector('#bench');
    await page.$$eval('[name=part], [name=peers]', (boxes) => {
      for (const box of boxes) box.checked = box.value === 'tree';
    });
    await page.click('#bench [type=submit]');
    await told(page, '#bench-state', 'Done.');
    assert.ok((await said(page, 'status')).some((words) => words.includes('1 of 1 tasks timed')));
    await upload(page, given('ragged.csv', 'a,b\n1,2\n3\n'));
    await told(page, '#trouble', 'line 3');
    assert.ok((await said(page, 'alert')).some((words) => words.includes('line 3: expected 2 cells, got 1')));
  }));

test('the tree is walked with keys alone: tabs by arrows, a search, from neighbour to neighbour', () =>
  inPage(open, '', async (page) => {
    await upload(page, given('fruit.csv', csvText(600, 1)));
    await told(page, '#panel-tree .state', '4 columns');
    await page.evaluate(() => document.activeElement.blur());
    await tabTo(page, '#tab-tree');
    await page.keyboard.press('ArrowRight');
    await tabTo(page, '#tab-train', 0);
    await page.keyboard.press('ArrowLeft');
    await tabTo(page, '#tab-tree', 0);
    await tabTo(page, '.drawing');
    await tabTo(page, '[type=search]');
    await page.keyboard.type('wei');
    await page.keyboard.press('Enter');
    await told(page, '.about h3', 'weight');
    await tabTo(page, '.about .ties button');
    const [neighbour] = await page.$$eval('.about .ties button', (list) => list.map(({ textContent }) => textContent));
    await page.keyboard.press('Enter');
    await told(page, '.about h3', neighbour);
    await tabTo(page, '.about .ties button', 1);
    await tabTo(page, '.about [type=range]');
    await page.keyboard.press('ArrowRight');
    await told(page, '.about output', '2 hops');
  }));

/** Presses Tab until this has the focus. */
async function tabTo(page, selector, most = 40) {
  const isThere = () => page.evaluate((selector) => document.activeElement.matches(selector), selector);
  for (let pressed = 0; !(await isThere()); pressed++) {
    assert.ok(pressed < most, `${selector}: not reached by ${most} times Tab`);
    await page.keyboard.press('Tab');
  }
}

/** All nodes of the accessibility tree, in order. */
async function heard(page) {
  const flat = (node) => [node, ...(node.children ?? []).flatMap(flat)];
  return flat(await page.accessibility.snapshot({ interestingOnly: false }));
}

/** The words in each live region of this role. */
async function said(page, role) {
  const words = (node) => [node.role === 'StaticText' ? node.name : '', ...(node.children ?? []).map(words)].join('');
  return (await heard(page)).filter((node) => node.role === role).map(words);
}

test.run();
