// npm run bench:startup -- [--repeats N] [--waterfall]: from import to the first result, in Node and in a page at 1.6 Mbit/s and 150 ms round trip, cache empty; and what each page loads, gzipped.
// From the packed tarball: without a bundler, bundled by Vite, and from the one file. A page's time begins when its HTML is there.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { formatTable, printHeader } from '../build/bench/support/report.js';
import { launch } from '../test/browser/support/chromium.mjs';
import { packedProject } from '../test/browser/support/packed-project.mjs';
import { build } from '../test/browser/support/vite.mjs';
import { net, tree } from './startup/products.js';

const { values } = parseArgs({
  options: { repeats: { type: 'string', default: '5' }, waterfall: { type: 'boolean', default: false } },
});
const repeats = Number(values.repeats);
if (!(Number.isInteger(repeats) && repeats > 0))
  throw new RangeError(`--repeats: expected a count, got ${values.repeats}`);

const LINK = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 0.75e6 / 8 };
const ONE_FILE = 'espalier/espalier.min.js';
const PARTS = ['index', 'read', 'text', 'topics', 'draw', 'kernels'];
const all = PARTS.map((part) => `import * as ${part} from 'espalier${part === 'index' ? '' : `/${part}`}';`).join('\n');
/** What a page imports, by names so that a bundler leaves out the rest, and waits for. */
const PRODUCTS = {
  'a tree': of('Dataset, chowLiuTree', [tree]),
  'one net': of('Dataset, TrfNet', [net]),
  everything: {
    imports: `${all}\nconst all = Object.assign({}, ${PARTS.join(', ')});`,
    inOne: `import * as all from '${ONE_FILE}';`,
    code: 'const made = [await tree(all), await net(all)];',
    makes: [tree, net],
  },
};

function of(names, makes) {
  const code = `const made = [${makes.map(({ name }) => `await ${name}({ ${names} })`).join(', ')}];`;
  const from = (path) => `import { ${names} } from '${path}';`;
  return { imports: from('espalier'), inOne: from(ONE_FILE), code, makes };
}

printHeader(`From import to the first result, medians of ${repeats}`);
const project = packedProject();
cpSync(new URL('startup/products.js', import.meta.url), join(project, 'products.js'));
const certificate = selfSigned();
const browser = await launch();
const rows = [];
for (const [product, { imports, inOne, code }] of Object.entries(PRODUCTS)) {
  const [single, together] = [script(imports, code), script(inOne, code)];
  const manners = {
    'no bundler': { files: page(single), module: single },
    Vite: { files: await bundle(product.replace(' ', '-'), single) },
    'one file': { files: page(together), module: together },
  };
  for (const [manner, { files, module }] of Object.entries(manners)) {
    if (values.waterfall) console.log(`${product}, ${manner}`);
    const { ms, requests, bytes } = await timePage(files, await expected(product));
    const node = module && timeNode(module, await expected(product)).toFixed(0);
    rows.push([product, manner, ms.toFixed(0), node ?? '', String(requests), (bytes / 1000).toFixed(1)]);
  }
}
await browser.close();
console.log(formatTable(['', '', 'page, ms', 'Node, ms', 'requests', 'gzipped, kB'], rows));

/** By the single modules. */
async function expected(product) {
  const espalier = await import('../dist/index.js');
  const making = PRODUCTS[product].makes.map((make) => make(espalier));
  return Promise.all(making);
}

/** A module that tells what it made. */
function script(imports, code) {
  return `${imports}\nimport { net, tree } from './products.js';\n${code}\nglobalThis.tell({ made });\n`;
}

function page(text) {
  const { exports } = JSON.parse(readFileSync(join(project, 'node_modules/espalier/package.json'), 'utf8'));
  const scripts = Object.entries(exports).filter(([, target]) => target.default);
  const imports = Object.fromEntries(
    scripts.map(([path, target]) => [`espalier${path.slice(1)}`, `/node_modules/espalier/${target.default.slice(2)}`]),
  );
  const map = `<script type="importmap">${JSON.stringify({ imports })}</script>`;
  return { '/': html(`${map}<script type="module">${text}</script>`) };
}

function html(body) {
  return `<!doctype html><title>espalier</title><link rel="icon" href="data:,">${body}`;
}

/** With Vite's defaults: path → text. */
async function bundle(name, text) {
  const folder = join(project, name);
  mkdirSync(folder);
  cpSync(join(project, 'products.js'), join(folder, 'products.js'));
  writeFileSync(join(folder, 'main.js'), text);
  writeFileSync(join(folder, 'index.html'), html('<script type="module" src="./main.js"></script>'));
  const { output } = await build({ root: folder, configFile: false, logLevel: 'error' });
  const files = Object.fromEntries(output.map(({ fileName, code, source }) => [`/${fileName}`, code ?? source]));
  return { ...files, '/': files['/index.html'] };
}

/** Median milliseconds from import to the result, each time in a process of its own. */
function timeNode(text, expected) {
  writeFileSync(join(project, 'main.mjs'), text);
  const runner = `
    const began = performance.now();
    globalThis.tell = ({ made }) => console.log(JSON.stringify({ made, ms: performance.now() - began }));
    await import('./main.mjs');`;
  writeFileSync(join(project, 'runner.mjs'), runner);
  const times = Array.from({ length: repeats }, () => {
    const told = JSON.parse(execFileSync(process.execPath, ['runner.mjs'], { cwd: project, encoding: 'utf8' }));
    return same(told, expected).ms;
  });
  return median(times);
}

/** What every way of loading must make. */
function same(told, expected) {
  if (JSON.stringify(told.made) !== JSON.stringify(expected))
    throw new Error(`expected ${JSON.stringify(expected)}, got ${JSON.stringify(told)}`);
  return told;
}

/** Median milliseconds from the page's arrival to the result, the cache empty each time; scripts loaded by then, and their bytes. */
async function timePage(files, expected) {
  const server = await serve(files);
  const runs = [];
  for (let run = 0; run < repeats; run++) {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const tab = await context.newPage();
    const problems = [];
    tab.on('pageerror', (error) => problems.push(error.stack));
    const session = await context.newCDPSession(tab);
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', LINK);
    await tab.addInitScript(() => {
      globalThis.tell = ({ made }) => {
        const [{ responseEnd }] = performance.getEntriesByType('navigation');
        const loaded = performance.getEntriesByType('resource').map((entry) => ({
          path: new URL(entry.name).pathname,
          from: entry.startTime - responseEnd,
          to: entry.responseEnd - responseEnd,
          bytes: entry.encodedBodySize,
        }));
        globalThis.told = { made, ms: performance.now() - responseEnd, loaded };
      };
    });
    await tab.goto(server.url, { waitUntil: 'commit' });
    await tab
      .waitForFunction(() => globalThis.told, undefined, { timeout: 60_000 })
      .catch((error) => {
        throw new Error([error.message, ...problems].join('\n'));
      });
    runs.push(same(await tab.evaluate(() => globalThis.told), expected));
    await context.close();
  }
  server.close();
  const { loaded } = runs[0];
  if (values.waterfall)
    for (const { path, from, to, bytes } of loaded)
      console.log(
        `  ${from.toFixed(0).padStart(6)} ${to.toFixed(0).padStart(6)} ms ${String(bytes).padStart(7)} B  ${path}`,
      );
  return {
    ms: median(runs.map(({ ms }) => ms)),
    requests: loaded.length,
    bytes: loaded.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** Files of the project and the given ones, gzipped, over HTTP/2 as content delivery networks serve them. */
async function serve(files) {
  const bodies = new Map();
  const server = createSecureServer({ ...certificate, allowHTTP1: true }, (request, response) => {
    const path = request.url.split('?')[0];
    try {
      if (!bodies.has(path)) bodies.set(path, gzipSync(files[path] ?? readFileSync(join(project, path)), { level: 9 }));
    } catch {
      response.writeHead(404).end();
      return;
    }
    const type = path.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8';
    response.writeHead(200, { 'content-type': type, 'content-encoding': 'gzip' }).end(bodies.get(path));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `https://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

/** Browsers speak HTTP/2 over TLS alone. */
function selfSigned() {
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(project, name));
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=localhost'];
  execFileSync('openssl', ['req', '-x509', ...curve, '-days', '2', '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { key: readFileSync(key), cert: readFileSync(cert) };
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
}
