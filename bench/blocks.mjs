// npm run bench:blocks -- [--browser chromium|firefox] [--threads 1,2] [--runs 1] [--part gaternet|dense|trf|tse|trees|reading]: the longest time that a page, cross-origin
// isolated, stands still during each long call; of several runs the least, as what else the machine does only adds to it.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { formatTable, printHeader } from '../build/bench/support/report.js';
import { launch, openPage } from '../test/browser/support/chromium.mjs';
import { openInFirefox } from '../test/browser/support/firefox.mjs';
import { serve } from '../test/browser/support/server.mjs';
import { packDist } from '../tools/pack-dist.mjs';

const BAR = 50;
const root = new URL('../', import.meta.url);
const { values } = parseArgs({
  options: {
    browser: { type: 'string', default: 'chromium' },
    threads: { type: 'string', default: '1,2' },
    runs: { type: 'string', default: '1' },
    part: { type: 'string', multiple: true, default: [] },
  },
});
printHeader(`The longest block of a page in ${values.browser}, ms (bar ${BAR})`);
// As it is packed: what reads tables is no ES module before.
const folder = mkdtempSync(fileURLToPath(new URL('build/packed-', root)));
process.on('exit', () => rmSync(folder, { recursive: true }));
for (const name of ['package.json', 'dist']) cpSync(new URL(name, root), join(folder, name), { recursive: true });
packDist(folder);
const dist = `/build/${basename(folder)}/dist/`;
const entries = { espalier: 'index.js', 'espalier/read': 'read.js' };
const imports = { '@assemblyscript/loader': '/node_modules/@assemblyscript/loader/index.js' };
for (const [name, file] of Object.entries(entries)) imports[name] = `${dist}${file}`;
const map = `<!doctype html><title>blocks</title><script type="importmap">${JSON.stringify({ imports })}</script>`;
const counts = values.threads.split(',').map(Number);
const pages = {};
for (const threads of counts) {
  const given = `${threads}, ${JSON.stringify(values.part)}`;
  pages[`/${threads}.html`] =
    `${map}<script type="module">import { post } from '/bench/browser/blocks-page.js'; await post(${given});</script>`;
}
const headers = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
const server = await serve({ root, pages, headers });
const open = { chromium: inChromium, firefox: async (url) => ({ problems: [], ...openInFirefox(url) }) }[
  values.browser
];
const least = new Map();
try {
  for (let run = 0; run < Number(values.runs); run++) for (const threads of counts) await measure(threads);
} finally {
  await server.close();
}
const rows = [...least].map(([name, of]) => [
  name,
  ...counts.flatMap((threads) => {
    const { ms, longest, turns, timers } = of.get(threads);
    return [ms.toFixed(0), longest.toFixed(0), `${timers}/${turns}`, longest < BAR ? '' : 'over'];
  }),
]);
const header = counts.flatMap((threads) => [`${threads}: ms`, 'block', 'timers/turns', '']);
console.log(formatTable(['', ...header], rows));

/** Keeps of each call the run with the shortest block. */
async function measure(threads) {
  const { problems, close } = await open(`${server.url}${threads}.html`);
  try {
    const { failed, found, threads: working } = JSON.parse(await server.posted());
    for (const problem of failed ? [failed, ...problems] : problems) console.log(problem);
    if (failed) return;
    if (working.threads !== threads) console.log(`threads: ${JSON.stringify(working)}`);
    for (const { name, ...times } of found) {
      const of = least.get(name) ?? new Map();
      if (!(of.get(threads)?.longest < times.longest)) of.set(threads, times);
      least.set(name, of);
    }
  } finally {
    await close();
  }
}

async function inChromium(url) {
  const browser = await launch();
  const { problems } = await openPage(browser, url);
  return { problems, close: () => browser.close() };
}
