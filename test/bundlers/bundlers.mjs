// webpack, esbuild, Rollup and Parcel.
import { freePort } from '../browser/support/server.mjs';
import { sameAsNode } from './support/expected.mjs';
import { shown, trains, trainsIn } from './support/page.mjs';

const ESBUILD = 'esbuild/bin/esbuild';
const THREAD = 'node_modules/espalier/dist/runtime/threads/thread.js';
/** esbuild builds no `new Worker(new URL(...))`: what is to be a worker is an entry of its own, and so is the script of threads, of the page's and of the worker's. */
const ENTRIES = ['page.js', 'worker.js', 'espalier-worker.js', `thread=${THREAD}`, `runtime/threads/thread=${THREAD}`];

const PARCEL = 'parcel/lib/bin.js';
const QUIET = ['--no-autoinstall', '--no-cache'];

/** Of Parcel's server: headers for pages. */
const ISOLATE = `export default (app) =>
  app.use((_, response, next) => {
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    next();
  });`;

/** Parcel reads the exports of packages where the project's own package.json says so; of the scripts that pages share with a worker, it loads some before what they need. */
const EXPORTS = { '@parcel/resolver-default': { packageExports: true } };
const NOTHING_SHARED = { '@parcel/bundler-default': { minBundleSize: 1e9 } };

function configure(project, settings) {
  project.write('package.json', JSON.stringify({ ...JSON.parse(project.read('package.json')), ...settings }));
}

/** For tools that write scripts alone. */
function addPage(project, script) {
  project.write('dist/index.html', project.read('index.html').replace('./page.js', script));
}

async function withEsbuild(project, options) {
  project.useOwnStart();
  await project.run(ESBUILD, ['--bundle', '--format=esm', '--outdir=dist', ...options, ...ENTRIES]);
  addPage(project, './page.js');
  return await trainsIn(project, 'dist');
}

async function inServiceWorker(project, options) {
  const entries = ['service.js', 'service-worker.js'];
  await project.run(ESBUILD, ['--bundle', '--format=esm', '--outdir=dist', ...options, ...entries]);
  addPage(project, './service.js');
  await trainsIn(project, 'dist', async (url) => sameAsNode((await shown(url)).digest));
}

export default {
  'webpack 5': async (project) => {
    project.write('webpack.config.js', `export default { mode: 'production', entry: './page.js' };`);
    await project.run('webpack/bin/webpack.js');
    addPage(project, './main.js');
    return await trainsIn(project, 'dist');
  },

  'webpack 5, development': async (project) => {
    project.write('webpack.config.js', `export default { mode: 'development', entry: './page.js' };`);
    await project.run('webpack/bin/webpack.js');
    addPage(project, './main.js');
    return await trainsIn(project, 'dist');
  },

  'webpack 5, for Node': async (project) => {
    project.write('webpack.config.js', `export default { mode: 'production', entry: './node.js', target: 'node' };`);
    await project.run('webpack/bin/webpack.js');
    project.write('dist/package.json', '{"type":"commonjs"}');
    await sameAsNode(JSON.parse(await project.run('dist/main.js')).digest);
  },

  'esbuild, bundle': (project) => withEsbuild(project, []),

  'esbuild, splitting': (project) => withEsbuild(project, ['--splitting']),

  'esbuild, a classic script': async (project) => {
    await project.run(ESBUILD, ['--bundle', '--format=iife', '--outdir=dist', 'learn.js', '--global-name=learning']);
    const show = `const result = document.querySelector('#result');
const show = (state, text) => Object.assign(result, { textContent: text }).setAttribute('data-state', state);
learning.learn().then((told) => show('done', JSON.stringify(told)), (error) => show('failed', String(error.stack ?? error)));`;
    const scripts = `<script src="./learn.js"></script>\n  <script>${show}</script>`;
    project.write(
      'dist/index.html',
      project.read('index.html').replace(/<script.*<\/script>/, () => scripts),
    );
    await trainsIn(project, 'dist', async (url) => sameAsNode((await shown(url)).digest));
  },

  'esbuild, service worker': (project) => inServiceWorker(project, []),

  'esbuild, splitting, service worker: it may load nothing later': async (project) => {
    const said = await inServiceWorker(project, ['--splitting']).catch(({ message }) => message);
    if (!/import\(\) is disallowed on ServiceWorkerGlobalScope/.test(said)) throw new Error(said);
  },

  'esbuild, splitting, service worker of the one file': async (project) => {
    project.useOneFile();
    await inServiceWorker(project, ['--splitting']);
  },

  Rollup: async (project) => {
    project.useOwnStart();
    project.add('@rollup/plugin-node-resolve');
    project.write(
      'rollup.config.js',
      `import resolve from '@rollup/plugin-node-resolve';
const thread = '${THREAD}';
const entries = ['page.js', 'worker.js', 'espalier-worker.js'];
const input = { ...Object.fromEntries(entries.map((name) => [name.slice(0, -3), name])), thread, 'runtime/threads/thread': thread };
export default { input, output: { dir: 'dist' }, plugins: [resolve()] };`,
    );
    await project.run('rollup/dist/bin/rollup', ['-c', '--failAfterWarnings']);
    addPage(project, './page.js');
    return await trainsIn(project, 'dist');
  },

  'Parcel 2, build': async (project) => {
    configure(project, { ...EXPORTS, ...NOTHING_SHARED });
    await project.run(PARCEL, ['build', 'index.html', ...QUIET]);
    return await trainsIn(project, 'dist');
  },

  'Parcel 2, server': async (project) => {
    configure(project, EXPORTS);
    project.write('.proxyrc.mjs', ISOLATE);
    const args = ['serve', 'index.html', '--no-hmr', '--port', String(await freePort()), ...QUIET];
    const [, url] = await project.serve(PARCEL, args, /Server running at (http\S+)[\s\S]*Built in/);
    return await trains(url);
  },

  'Parcel 2, build, the main module alone, without its exports': async (project) => {
    configure(project, NOTHING_SHARED);
    const noParts = project.read('learn.js').replace(/import \{ parseSparseText \}.*/, 'const parseSparseText = eval;');
    project.write('learn.js', noParts);
    project.write('started.js', `export const started = async () => { throw new Error('none') };`);
    await project.run(PARCEL, ['build', 'index.html', ...QUIET]);
    return await trainsIn(project, 'dist', (url) => trains(url, { noWorker: /none/ }));
  },

  'Parcel 2, build, the one file': async (project) => {
    configure(project, EXPORTS);
    project.useOneFile();
    await project.run(PARCEL, ['build', 'index.html', ...QUIET]);
    return await trainsIn(project, 'dist');
  },
};
