// axe-core over the pages that the package and its demos write, by day and by night, wide and on a phone.
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { gaternetPage } from '../../build/demo/gaternet/page.js';
import { mnistPage } from '../../build/demo/mnist/page.js';
import { tsePage } from '../../build/demo/tse/page.js';
import { gaternetRun } from '../../build/test/support/demo-gaternet.js';
import { mnistRun } from '../../build/test/support/demo-mnist.js';
import { tseRun } from '../../build/test/support/demo-tse.js';
import { topicReport } from '../../build/test/support/topic-report.js';
import { newsTree } from '../../build/test/support/topic-trees.js';
import { latentTreeToHtml, topicsToHtml } from '../../dist/draw.js';
import { faults } from './support/axe.mjs';
import { launch } from './support/chromium.mjs';
import { serve } from './support/server.mjs';

const root = new URL('../../', import.meta.url);
const read = (path) => readFileSync(new URL(path, root), 'utf8');
const style = (demo) => `${read('demo/frame/report.css')}\n${read(`demo/${demo}/page.css`)}`;
const pages = {
  '/mnist.html': mnistPage(mnistRun(), style('mnist'), read('build/demo/mnist/in-page.js')),
  '/gaternet.html': gaternetPage(gaternetRun(), style('gaternet')),
  '/tse.html': tsePage(tseRun(), style('tse')),
  '/topics.html': topicsToHtml(topicReport()),
  '/latent.html': latentTreeToHtml(newsTree()),
};
const VIEWS = { '/topics.html': ['', '#h2.0', '#d0', '#documents', '#shares'], '/latent.html': ['', '#h1.1'] };

const server = await serve({ root: new URL('./', import.meta.url), pages });
const browser = await launch();
const test = suite('axe over pages');

test.after(async () => {
  await browser.close();
  await server.close();
});

for (const path of Object.keys(pages)) {
  test(`axe finds nothing serious or moderate in ${path}`, async () => {
    for (const [colorScheme, width] of [
      ['light', 1280],
      ['dark', 360],
    ]) {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 } });
      for (const hash of VIEWS[path] ?? ['']) {
        const page = await context.newPage();
        await page.goto(new URL(`.${path}${hash}`, server.url).href);
        const { all, bad } = await faults(page);
        console.log(`${path}${hash}, ${colorScheme}: ${all}`);
        assert.equal(bad, [], `${path}${hash}, ${colorScheme}`);
        await page.close();
      }
      await context.close();
    }
  });
}

test.run();
