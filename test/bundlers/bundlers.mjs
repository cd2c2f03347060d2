// webpack, esbuild, Rollup and Parcel.
import { freePort } from '../browser/support/server.mjs';
import { sameAsNode } from './support/expected.mjs';
import { shown, trains, trainsIn } from './support/page.mjs';

const ESBUILD = 'esbuild/bin/esbuild';
/** esbuild builds no `new Worker(new URL(...))`: what is to be a worker is an entry of its own, and so is the script of threads. */
const ENTRIES = ['page.js', 'worker.js', 'thread=node_modules/espalier/dist/runtime/threads/thread.js'];

const PARCEL = 'parcel/lib/bin.js';
const QUIET = ['--no-autoinstall', '--no-cache'];

/** Parcel reads the exports of packages where the project's own package.json says so. */
function withExports(project) {
  const manifest = JSON.parse(project.read('package.json'));
  project.write('package.json', JSON.stringify({ ...manifest, '@parcel/resolver-default': { packageExports: true } }));
}

/** For tools that write scripts alone. */
function addPage(project, script) {
  project.write('dist/index.html', project.read('index.html').replace('./page.js', script));
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

  'esbuild, bundle': async (project) => {
    await project.run(ESBUILD, ['--bundle', '--format=esm', '--outdir=dist', ...ENTRIES]);
    addPage(project, './page.js');
    return await trainsIn(project, 'dist');
  },

  'esbuild, splitting': async (project) => {
    await project.run(ESBUILD, ['--bundle', '--splitting', '--format=esm', '--outdir=dist', ...ENTRIES]);
    addPage(project, './page.js');
    return await trainsIn(project, 'dist');
  },

  'esbuild, a classic script': async (project) => {
    await project.run(ESBUILD, ['--bundle', '--format=iife', '--outdir=dist', 'learn.js', '--global-name=learning']);
  },

  'esbuild, service worker': async (project) => {
    await project.run(ESBUILD, ['--bundle', '--format=esm', '--outdir=dist', 'service.js', 'service-worker.js']);
    addPage(project, './service.js');
    await trainsIn(project, 'dist', async (url) => sameAsNode((await shown(url)).digest));
  },

  Rollup: async (project) => {
    project.add('@rollup/plugin-node-resolve');
    project.write(
      'rollup.config.js',
      `import resolve from '@rollup/plugin-node-resolve';
const thread = 'node_modules/espalier/dist/runtime/threads/thread.js';
export default { input: { page: 'page.js', worker: 'worker.js', thread }, output: { dir: 'dist' }, plugins: [resolve()] };`,
    );
    await project.run('rollup/dist/bin/rollup', ['-c', '--failAfterWarnings']);
    addPage(project, './page.js');
    return await trainsIn(project, 'dist');
  },

  'Parcel 2, build': async (project) => {
    withExports(project);
    await project.run(PARCEL, ['build', 'index.html', ...QUIET]);
    return await trainsIn(project, 'dist');
  },

  'Parcel 2, server': async (project) => {
    withExports(project);
    const args = ['serve', 'index.html', '--no-hmr', '--port', String(await freePort()), ...QUIET];
    const [, url] = await project.serve(PARCEL, args, /Server running at (http\S+)[\s\S]*Built in/);
    return await trains(url);
  },

  'Parcel 2, build, the main module alone, as it comes': async (project) => {
    const noParts = project.read('learn.js').replace(/import \{ parseSparseText \}.*/, 'const parseSparseText = eval;');
    project.write('learn.js', noParts);
    await project.run(PARCEL, ['build', 'index.html', ...QUIET]);
    return await trainsIn(project, 'dist');
  },
};
