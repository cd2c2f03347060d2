// The tarball as a stranger uses it: in Node, from TypeScript, on the command line, and bundled into a page.
import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { build, createLogger } from 'vite';
import { LATER, moduleGraph } from '../../build/test/support/module-graph.js';
import { launch, openPage } from './support/chromium.mjs';
import { cleanEnvironment, npm } from './support/npm.mjs';
import { packedProject } from './support/packed-project.mjs';
import { serve } from './support/server.mjs';

const root = new URL('../../', import.meta.url);
const packed = suite('the packed tarball');
// Not in a before hook: uvu would swallow its error.
const folder = realpathSync(packedProject());
const installed = new URL('node_modules/espalier/', pathToFileURL(`${folder}/`));
const browser = await launch();

packed.after(() => browser.close());

/** Built once, with Vite's defaults: what is in the bundle and what Vite had to say about it. */
let bundled;
function bundle() {
  const warnings = [];
  const customLogger = createLogger('silent');
  customLogger.warn = customLogger.warnOnce = customLogger.error = (message) => warnings.push(message);
  bundled ??= build({ root: folder, configFile: false, customLogger, build: { outDir: 'out' } }).then(({ output }) => ({
    chunks: output,
    warnings,
  }));
  return bundled;
}

packed('trains in Node', () => {
  const { accuracy, reloaded, dense, evaluated, drawn } = JSON.parse(run(process.execPath, ['node.js']));
  assert.ok(accuracy > 0.8, `accuracy ${accuracy}`);
  assert.is(reloaded, accuracy);
  assert.ok(dense > 0.8, `accuracy of the dense net ${dense}`);
  assert.is(evaluated, 3);
  assert.match(drawn, /^(di)?graph/);
});

for (const resolution of ['bundler', 'nodenext']) {
  packed(`has types that check under moduleResolution ${resolution}`, () => {
    const compiler = fileURLToPath(new URL('node_modules/typescript/bin/tsc', root));
    run(process.execPath, [compiler, '-p', `tsconfig.${resolution}.json`]);
  });
}

packed('brings the espalier command', () => {
  const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
  assert.is(npx('--version').trim(), version);
  assert.type(JSON.parse(npx('info', '--json')), 'object');
  writeFileSync(`${folder}/rows.csv`, `a,b,kind\n${'1,0,x\n0,1,y\n'.repeat(20)}`);
  const { testAccuracy } = JSON.parse(
    npx('train', '--data', 'rows.csv', '--test', 'rows.csv', '--method', 'dense', '--epochs', '20', '--json'),
  );
  assert.is(testAccuracy, 1);
});

packed('trains in a page without a bundler, which loads few modules', async () => {
  // It grows and trains: what does that is asked for, but not what trains gated nets, or grows a TseNet's skeleton.
  const later = new RegExp(
    LATER.source
      .replace('fit|', 'fit-gated-step|fit-trunk-pass|')
      .replace('grow|', 'grow-skeleton|')
      .replace('tree-growing|', ''),
  );
  const graphs = ['index', 'read'].map((name) => moduleGraph(new URL(`dist/${name}.js`, installed), later));
  const files = new Map(graphs.flatMap((graph) => [...graph.files]));
  assert.equal(
    graphs.flatMap((graph) => [...graph.bare.keys()]),
    [],
  );
  const server = await serve({ root: pathToFileURL(`${folder}/`), pages: { '/': withImportMap() } });
  const page = await trainInPage(server);
  assert.is(page.state, 'done', page.text);
  assert.ok(JSON.parse(page.text).accuracy > 0.8, page.text);
  assert.equal(page.problems, []);
  const loaded = new Set(page.after.filter((path) => path.startsWith('/node_modules/')));
  assert.is(loaded.size, files.size);
  assert.ok(loaded.size <= 90, `${loaded.size} modules`);
});

packed('is bundled by Vite without a warning, the kernels in a chunk loaded on demand', async () => {
  const { chunks, warnings } = await bundle();
  assert.equal(warnings, []);
  assert.equal(
    chunks.filter(({ fileName }) => fileName.endsWith('.wasm')),
    [],
  );
  const withKernels = chunks.filter(({ code }) => /order\W*[\da-f]{256}/.test(code ?? ''));
  assert.is(withKernels.length, 2, 'chunks that hold the inlined kernels, and those of the relaxed ones');
  const strict = withKernels.find(({ fileName }) => fileName.includes('wasm-bytes'));
  const name = strict.fileName;
  assert.not.ok(strict.isEntry, 'the kernels are in the entry chunk');
  assert.equal(
    chunks.filter(({ imports }) => imports?.includes(name)).map(({ fileName }) => fileName),
    [],
    'chunks that import the kernels statically',
  );

  const page = await trainInPage(await serveBundle());
  assert.is(page.state, 'done', page.text);
  assert.ok(JSON.parse(page.text).accuracy > 0.8, page.text);
  assert.equal(page.problems, []);
  assert.not.ok(
    page.before.some((path) => path.endsWith(name)),
    'the kernels were fetched before anything was trained',
  );
  assert.ok(
    page.after.some((path) => path.endsWith(name)),
    'the kernels were never fetched',
  );
});

packed("trains under the policy script-src 'self' 'wasm-unsafe-eval'", async () => {
  await bundle();
  const page = await trainInPage(await serveBundle(policy("'self' 'wasm-unsafe-eval'")));
  assert.is(page.state, 'done', page.text);
  assert.ok(JSON.parse(page.text).accuracy > 0.8, page.text);
  assert.equal(page.problems, []);
});

packed('says so where the policy forbids WebAssembly', async () => {
  await bundle();
  const page = await trainInPage(await serveBundle(policy("'self'")));
  assert.is(page.state, 'failed', page.text);
  assert.match(page.text, /script-src needs 'wasm-unsafe-eval'/);
});

packed.run();

function run(command, args) {
  try {
    return execFileSync(command, args, { cwd: folder, encoding: 'utf8', env: cleanEnvironment() });
  } catch (error) {
    // What a compiler finds goes to its standard output, which the error alone does not show.
    throw new Error(`${error.message}\n${error.stdout}`);
  }
}

function npx(...args) {
  return npm(['exec', '--no', '--', 'espalier', ...args], { cwd: folder });
}

function policy(scripts) {
  return { 'content-security-policy': `default-src 'none'; script-src ${scripts}; worker-src 'self'` };
}

function serveBundle(headers) {
  return serve({ root: pathToFileURL(`${folder}/out/`), headers });
}

/** The page of the consumer, which finds the package, and nothing else, by an import map. */
function withImportMap() {
  const path = (href) => href.slice(pathToFileURL(folder).href.length);
  const own = [
    ['espalier', 'index'],
    ['espalier/read', 'read'],
  ].map(([name, file]) => [name, path(new URL(`dist/${file}.js`, installed).href)]);
  const imports = Object.fromEntries(own);
  const map = `<script type="importmap">${JSON.stringify({ imports })}</script>`;
  return readFileSync(`${folder}/index.html`, 'utf8').replace('<script', `${map}\n<script`);
}

/** Trains with a click, and closes the server. */
async function trainInPage(server) {
  const { page, problems, close } = await openPage(browser, server.url);
  try {
    await page.locator('#result[data-state=ready]').waitFor();
    const before = [...server.requests];
    await page.locator('button').click();
    const result = page.locator('#result:is([data-state=done], [data-state=failed])');
    await result.waitFor({ timeout: 120_000 });
    const [state, text] = [await result.getAttribute('data-state'), await result.textContent()];
    return { state, text, problems, before, after: server.requests };
  } catch (error) {
    // A page that never got there has usually said why.
    throw new Error([error.message, ...problems].join('\n'));
  } finally {
    await close();
    await server.close();
  }
}
