// dist/espalier.min.js in pages and workers, from another origin as from a content delivery network.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { build } from 'vite';
import { launch, openPage } from './support/chromium.mjs';
import { findBrowser } from './support/find-browser.mjs';
import { openInFirefox } from './support/firefox.mjs';
import { serve } from './support/server.mjs';

const root = new URL('../../', import.meta.url);
const golden = JSON.parse(readFileSync(new URL('test/golden/digests.json', root), 'utf8'));
const test = suite('the one file');
const isolation = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
const browser = await launch();
const network = await serve({
  root: new URL('dist/', root),
  headers: { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' },
});
const FILE = `${network.url}espalier.min.js`;

test.after(async () => {
  await browser.close();
  await network.close();
});

/** A module of a page or a worker that posts what `code` makes of the package. */
function posting(code, file = FILE) {
  return `
    import * as espalier from '${file}';
    const faults = [];
    const work = async () => { ${code} };
    const told = await work().catch((error) => ({ failed: String(error.stack ?? error) }));
    await fetch('/report', { method: 'POST', body: JSON.stringify(told) });`;
}

const DIGESTS = `
  const { digestOf } = await import('/build/test/support/digest-threads.js');
  return { isolated: crossOriginIsolated, ...(await digestOf(espalier, 2, ATWORK)) };`;
const TREE = `
  const { edges } = await espalier.chowLiuTree(espalier.Dataset.dense([[0, 1, 1], [1, 0, 1], [1, 0, 0], [0, 1, 0]]));
  return { edges: edges.map(({ a, b }) => [a, b]) };`;

async function told(open, script, headers = {}) {
  const page = `<!doctype html><title>espalier</title><script type="module">${script}</script>`;
  const server = await serve({ root, pages: { '/': page }, headers });
  const { problems, close } = await open(server.url);
  try {
    const result = JSON.parse(await server.posted());
    assert.is(result.failed, undefined, result.failed);
    return { ...result, problems };
  } finally {
    await close();
    await server.close();
  }
}

const inChromium = (url) => openPage(browser, url);
const inFirefox = async (url) => ({ problems: [], ...openInFirefox(url) });

for (const [name, open] of [
  ['Chromium', inChromium],
  ['Firefox', inFirefox],
]) {
  const tried = name === 'Firefox' && !findBrowser('firefox') ? test.skip : test;
  tried(
    `${name}: an isolated page that has it from another origin computes on two threads, to the committed digests`,
    async () => {
      const script = posting(DIGESTS.replace('ATWORK', 'true'));
      const { isolated, digests, working, problems } = await told(open, script, isolation);
      assert.is(isolated, true);
      assert.equal(working, { threads: 2, reasons: [] });
      assert.equal(digests, golden);
      assert.equal(problems, []);
    },
  );

  tried(
    `${name}: where the policy forbids workers from blob:, one thread computes, and the engine says why`,
    async () => {
      const script = posting(DIGESTS.replace('ATWORK', 'false'));
      const policy = `script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' ${network.url}; worker-src 'self'`;
      const headers = { ...isolation, 'content-security-policy': policy };
      const { digests, working } = await told(open, script, headers);
      assert.is(working.threads, 1);
      assert.match(working.reasons.join('\n'), /worker-src|Content Security Policy/i);
      assert.equal(digests, golden);
    },
  );
}

test('in a service worker it learns a tree', async () => {
  const script = `
    import * as espalier from '${FILE}';
    addEventListener('message', ({ data, source }) => {
      const work = async () => { ${TREE} };
      work().then((told) => source.postMessage(told), (error) => source.postMessage({ failed: String(error) }));
    });`;
  const page = `<!doctype html><title>espalier</title><script type="module">
    navigator.serviceWorker.onmessage = ({ data }) => fetch('/report', { method: 'POST', body: JSON.stringify(data) });
    await navigator.serviceWorker.register('/sw.js', { type: 'module' });
    (await navigator.serviceWorker.ready).active.postMessage(0);
  </script>`;
  const server = await serve({ root, pages: { '/': page, '/sw.js': script } });
  const { problems, close } = await openPage(browser, server.url);
  assert.equal(JSON.parse(await server.posted()).edges.length, 2);
  assert.equal(problems, []);
  await close();
  await server.close();
});

test('Vite bundles it into a classic worker, which learns a tree', async () => {
  const folder = mkdtempSync(fileURLToPath(new URL('build/vite-', root)));
  const write = (name, text) => writeFileSync(`${folder}/${name}`, text);
  write('index.html', '<!doctype html><script type="module" src="./main.js"></script>');
  write(
    'main.js',
    `const worker = new Worker(new URL('./worker.js', import.meta.url));
     worker.onmessage = ({ data }) => fetch('/report', { method: 'POST', body: JSON.stringify(data) });`,
  );
  write(
    'worker.js',
    `import * as espalier from 'espalier/espalier.min.js';
     const work = async () => { ${TREE} };
     work().then(postMessage, (error) => postMessage({ failed: String(error) }));`,
  );
  try {
    await build({ root: folder, configFile: false, logLevel: 'error', worker: { format: 'iife' } });
    const server = await serve({ root: new URL('dist/', `${pathToFileURL(folder)}/`) });
    const { problems, close } = await openPage(browser, server.url);
    assert.equal(JSON.parse(await server.posted()).edges?.length, 2);
    assert.equal(problems, []);
    await close();
    await server.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
