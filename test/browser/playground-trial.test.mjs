// What newcomers stumbled over: files that are not what they should be have a way on, the last of two drops counts, Back goes to the tab before, words are explained. In Chromium and Firefox.
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { csvText } from '../../build/test/support/cli-data.js';
import { findBrowser } from './support/find-browser.mjs';
import { browserOf, choose, given, inPage, press, told, train, upload } from './support/playground.mjs';

const test = suite('playground, tried by newcomers');
const opens = { chromium: browserOf(test, 'chromium'), firefox: browserOf(test, 'firefox') };
const rows = (count, row) => Array.from({ length: count }, (_, i) => row(i)).join('\n');

for (const [name, open] of Object.entries(opens)) {
  const here = findBrowser(name) ? test : test.skip;

  here(`${name}: a table that cannot be read so is named, with a way on in words`, () =>
    inPage(open, '?tab=data', async (page) => {
      await told(page, '#understood', '330 rows');
      await upload(
        page,
        given(
          'old.csv',
          Buffer.from(`größe;farbe\n${rows(40, (i) => `${i},5;${i % 2 ? 'grün' : 'weiß'}`)}\n`, 'latin1'),
        ),
      );
      await told(page, '#trouble', 'old.csv: expected text in UTF-8');
      await told(page, '#trouble', 'Still shown: birds.csv');
      await press(page, 'Read old.csv as windows-1252');
      await told(page, '#panel-data', 'grün, weiß');
      await told(page, '.told', 'Read as windows-1252');

      await upload(page, given('gaps.csv', csvText(600, 1).replace(/^([\d.]+),/m, ',')));
      await told(page, '#trouble', 'gaps.csv: ');
      await press(page, 'Fill missing cells with the column’s mean');
      await told(page, '#now', 'gaps.csv: 600 rows');

      await upload(page, given('book.xlsx', 'PK\x03\x04\x00\x00'));
      await told(page, '#trouble', 'book.xlsx: expected text, got a zip file');
      await upload(page, given('nothing.csv', ''));
      await told(page, '#trouble', 'nothing.csv: expected text, got an empty file');
    }),
  );

  here(`${name}: what cannot be predicted is told, the rest is read; lines can be taken apart otherwise`, () =>
    inPage(open, '?tab=data', async (page) => {
      await upload(page, given('same.csv', `a,b,c\n${rows(9, (i) => `${i % 2},${i % 3},x`)}\n`));
      await told(page, '.told', 'The last column, c, cannot be predicted');
      assert.not.match(await page.$eval('.told', ({ textContent }) => textContent), /ignore|option/);
      await upload(page, given('years.csv', '2019,2020,2021\n1,1,0\n0,0,1\n1,1,1\n1,1,0\n'));
      await told(page, '#understood', '4 rows, 3 columns');
      await choose(page, 'First line', 'no');
      await told(page, '#understood', '5 rows, 3 columns');
      await upload(page, given('blanks.csv', `id y x\n${rows(5, (i) => `${i} ${i * 7} ${i % 2}.5`)}\n`));
      await told(page, '#understood', 'cells parted by blanks');
      await upload(page, given('days.csv', `day,kind\n${rows(6, (i) => `2019-06-1${i},${i % 2 ? 'a' : 'b'}`)}\n`));
      await told(page, '#panel-data', '2019-06-10 to 2019-06-15');
      await upload(page, given('two.svm', `+1 1:0.5 3:1 # c\n-1 2:1 3:0.25\n+1 1:1\n`));
      await told(page, '#understood', '3 rows of 3 features, 2 classes');
      const wide = Array.from({ length: 600 }, (_, c) => `c${c}`).join(',');
      await upload(
        page,
        given('wide.csv', `${wide}\n${rows(8, (r) => rows(600, (c) => (r * c) % 5).replaceAll('\n', ','))}\n`),
      );
      await told(page, '#understood', '600 columns');
      assert.is((await page.$$('#panel-data tbody tr')).length, 200);
      await press(page, 'Show all 600 columns');
      assert.is((await page.$$('#panel-data tbody tr')).length, 600);
    }),
  );

  here(`${name}: the last of two drops counts; Back goes to the tab before and keeps the data`, () =>
    inPage(open, '', async (page) => {
      await told(page, '#now', 'birds.csv');
      // Two in one turn: the first is the longer to read.
      await page.evaluate(
        (long) => {
          for (const [name, text] of [
            ['long.csv', long.repeat(3000)],
            ['short.csv', 'a,b\n1,x\n2,y\n3,x\n4,y\n'],
          ]) {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([text], name));
            document.dispatchEvent(new DragEvent('drop', { dataTransfer }));
          }
        },
        `${rows(200, (i) => `${i},${i % 7},${i % 2 ? 'a' : 'b'}`)}\n`,
      );
      await told(page, '#now', 'short.csv: 4 rows');
      await page.click('#tab-data');
      await told(page, '#understood', '4 rows');
      await page.click('#tab-train');
      await page.waitForSelector('#options');
      await page.goBack();
      await page.waitForSelector('#panel-data:not([hidden])');
      await told(page, '#understood', '4 rows, 2 columns');
      await told(page, '#now', 'short.csv: 4 rows');
      await page.goForward();
      await page.waitForSelector('#panel-train:not([hidden])');
    }),
  );

  here(`${name}: a column of an address that is not there has a way on; names are text, never markup`, () =>
    inPage(open, '?target=nowhere', async (page) => {
      await told(page, '#trouble', 'got "nowhere"');
      await press(page, 'Predict the last column');
      await told(page, '#now', 'birds.csv: 330 rows');
      const text = `"<img src=x onerror=alert(1)>","say ""hi""",<b>b</b>\n${rows(60, (i) => `${i % 2},${i % 3},${i % 2 ? '<script>alert(2)</script>' : "o'neil & co"}`)}\n`;
      await upload(page, given('markup.csv', text));
      await told(page, '#now', 'markup.csv');
      await told(page, '#panel-tree .found', '<img src=x');
      await page.click('#tab-data');
      await told(page, '#panel-data', "<script>alert(2)</script>, o'neil & co");
      assert.is(await page.$('#panels img, #panels script, #panels table b'), null);
    }),
  );

  here(`${name}: words are explained where they stand; a net is judged beside knowing nothing and class by class`, () =>
    inPage(open, '', async (page) => {
      await told(page, '.explained', '1 nat is 1.44 bits');
      await page.click('#tab-train');
      await page.waitForSelector('#options');
      await train(page, 5);
      await told(page, '#after', 'Always saying “');
      await page.click('#by-class summary');
      assert.is((await page.$$('#by-class tbody tr')).length, 3);
      await told(page, '#truth', 'In truth it is ');
    }),
  );
}

// Firefox's driver cannot hand a folder to a field.
(findBrowser('chromium') ? test : test.skip)(
  'chromium: a folder of notes is read without what is no text, and says what it left out',
  () =>
    inPage(opens.chromium, '?tab=data', async (page) => {
      await told(page, '#understood', '330 rows');
      const words = ['rain wind cloud storm', 'bread oven flour salt'];
      for (let i = 0; i < 20; i++) given(`notes/${i % 3 ? 'a' : 'b/c'}/${i}.md`, `# Note\n\n${words[i % 2]} ${i}\n`);
      given('notes/a/blank.txt', '');
      given('notes/a/photo.png', 'x');
      given('notes/a/old.txt', Buffer.from('Grüße', 'latin1'));
      const folder = join(given('notes/a/bytes.txt', Buffer.from([1, 0, 0, 200])), '../..');
      await (await page.$('#folder')).uploadFile(folder);
      await told(page, '#trouble', 'in all 2 files of 23 are no text');
      await press(page, 'Read old.txt as windows-1252, leave out bytes.txt');
      await told(page, '#understood', '22 texts');
      const said = await page.$eval('.told', ({ textContent }) => textContent);
      assert.match(said, /Left out by you: notes\/a\/bytes\.txt/);
      assert.match(said, /1 of 23 files \(photo\.png\)/);
      assert.match(said, /1 of 22 texts is empty/);
    }),
);

test.run();
