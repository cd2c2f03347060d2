// npm run bench:blocks -- [--browser chromium|firefox] [--threads 1,2] [--part gaternet|dense|trf|tse|trees|reading]: the longest time that a page, cross-origin isolated,
// stands still during each long call.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { formatTable, printHeader } from '../build/bench/support/report.js';
import { launch, openPage } from '../test/browser/support/chromium.mjs';
import { serve } from '../test/browser/support/server.mjs';
import { packDist } from '../tools/pack-dist.mjs';

const BAR = 50;
const root = new URL('../', import.meta.url);
const { values } = parseArgs({
  options: {
    browser: { type: 'string', default: 'chromium' },
    threads: { type: 'string', default: '1,2' },
    part: { type: 'string', multiple: true, default: [] },
  },
});
printHeader(`The longest block of a page, ms (bar ${BAR})`);
// As it is packed: what reads tables is no ES module before.
const folder = mkdtempSync(fileURLToPath(new URL('build/packed-', root)));
process.on('exit', () => rmSync(folder, { recursive: true }));
for (const name of ['package.json', 'dist']) cpSync(new URL(name, root), join(folder, name), { recursive: true });
packDist(folder);
const dist = `/build/${basename(folder)}/dist/`;
const entries = { espalier: 'index.js', 'espalier/read': 'read.js' };
const imports = { '@assemblyscript/loader': '/node_modules/@assemblyscript/loader/index.js' };
for (const [name, file] of Object.entries(entries)) imports[name] = `${dist}${file}`;
const html = `<!doctype html><title>blocks</title><script type="importmap">${JSON.stringify({ imports })}</script>`;
const headers = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
const server = await serve({ root, pages: { '/': html }, headers });
const browser = await launch();
try {
  const rows = new Map();
  const counts = values.threads.split(',').map(Number);
  for (const threads of counts) {
    const { page, problems, close } = await openPage(browser, server.url);
    const { found, threads: working } = await page.evaluate(
      async ([count, parts]) => (await import('/bench/browser/blocks-page.js')).blocks(count, parts),
      [threads, values.part],
    );
    if (working.threads !== threads) console.log(`threads: ${JSON.stringify(working)}`);
    for (const problem of problems) console.log(problem);
    for (const { name, ms, longest, turns, timers } of found) {
      const row = rows.get(name) ?? [name];
      row.push(ms.toFixed(0), longest.toFixed(0), `${timers}/${turns}`, longest < BAR ? '' : 'over');
      rows.set(name, row);
    }
    await close();
  }
  const header = counts.flatMap((threads) => [`${threads}: ms`, 'block', 'timers/turns', '']);
  console.log(formatTable(['', ...header], [...rows.values()]));
} finally {
  await browser.close();
  await server.close();
}
