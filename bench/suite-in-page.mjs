// npm run bench:browser -- [--browser chromium|firefox] [--part NAME ...] [--full]: the suite of `npm run bench` in a page, the package beside plain JavaScript and TensorFlow.js,
// quick shapes unless --full. The page is bundled here, and cross-origin isolated for the sake of its clock: one thread each.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { requirePeers } from '../build/bench/support/peers.js';
import { formatTable, printHeader } from '../build/bench/support/report.js';
import { PARTS } from '../dist/cli/bench/tasks.js';
import { linesOf, lossLines } from '../dist/cli/bench/words.js';
import { launch, openPage } from '../test/browser/support/chromium.mjs';
import { openInFirefox } from '../test/browser/support/firefox.mjs';
import { serve } from '../test/browser/support/server.mjs';

const root = new URL('../', import.meta.url);
const { values } = parseArgs({
  options: {
    browser: { type: 'string', default: 'chromium' },
    part: { type: 'string', multiple: true, default: ['product', 'convolution', 'sparse', 'information'] },
    full: { type: 'boolean', default: false },
  },
});
const unknown = values.part.find((part) => !(part in PARTS));
if (unknown !== undefined)
  throw new RangeError(`--part: expected one of ${Object.keys(PARTS).join(', ')}, got ${unknown}`);
const open = { chromium: inChromium, firefox: async (url) => ({ problems: [], ...openInFirefox(url) }) }[
  values.browser
];
if (!open) throw new RangeError(`--browser: expected chromium or firefox, got ${values.browser}`);
printHeader(`Espalier beside its peers in ${values.browser}`);
requirePeers('onnxruntime-web');
const peers = new URL('bench/peers/node_modules/', root);
const folder = mkdtempSync(fileURLToPath(new URL('build/page-', root)));
process.on('exit', () => rmSync(folder, { recursive: true }));
await build({
  entryPoints: [fileURLToPath(new URL('bench/browser/suite-page.js', root))],
  outdir: folder,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'browser',
  mainFields: ['browser', 'module', 'main'],
  nodePaths: [peers, new URL('node_modules/', root)]
    .map((url) => fileURLToPath(url))
    .filter((path) => existsSync(path)),
  external: ['node:*'],
  logLevel: 'error',
});
const given = JSON.stringify({ parts: values.part, quick: !values.full });
const script = `import { post } from '/build/${basename(folder)}/suite-page.js'; await post(${given});`;
const server = await serve({
  root,
  headers: { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' },
  pages: { '/suite.html': `<!doctype html><title>bench</title><script type="module">${script}</script>` },
});
try {
  const { problems, close } = await open(`${server.url}suite.html`);
  try {
    const { failed, measured } = JSON.parse(await server.posted());
    for (const problem of failed ? [failed, ...problems] : problems) console.log(problem);
    for (const one of measured ?? [])
      console.log(`${formatTable(['', '', ''], linesOf(one)).split('\n').slice(2).join('\n')}\n`);
    for (const line of measured ? lossLines(measured) : []) console.log(line);
    if (!measured || measured.some(({ refused }) => refused.length > 0)) process.exitCode = 1;
  } finally {
    await close();
  }
} finally {
  await server.close();
}

async function inChromium(url) {
  const browser = await launch();
  const { problems } = await openPage(browser, url);
  return { problems, close: () => browser.close() };
}
