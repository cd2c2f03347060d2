// Vite 5 to 8: its server, its build, and what it builds for Node.
import { sameAsNode } from './support/expected.mjs';
import { trains, trainsIn } from './support/page.mjs';

const ISOLATED = `headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }`;

/** What its server has moved does not find scripts beside itself. */
const NO_SCRIPT = /script could not be loaded/;
const NOTHING_BESIDE = { alone: NO_SCRIPT, noWorker: NO_SCRIPT, forgiven: /404|\/thread\b|worker-script/ };

function withVite(version) {
  const vite = `vite-${version}/bin/vite.js`;
  const configure = (project, more = '') =>
    project.write('vite.config.js', `export default { server: { ${ISOLATED} }, ${more} };`);
  // Before Vite 8 its defaults do for the page itself: workers are to be no modules, which cannot be split, and its server moves scripts but not those they start.
  const old = version < 8;
  const asModules = old ? `worker: { format: 'es' },` : '';
  const served = async (project) => {
    const [, url] = await project.serve(vite, ['--host', '127.0.0.1'], /Local:\s+(http\S+)/);
    return url;
  };
  const inNode = async (project, config) => {
    configure(project, config);
    await project.run(vite, ['build', '--ssr', 'node.js']);
    await sameAsNode(JSON.parse(await project.run('dist/node.js')).digest);
  };
  return {
    [`Vite ${version}, server, as it comes`]: async (project) => {
      configure(project);
      const url = await served(project);
      return await trains(url, old ? NOTHING_BESIDE : {});
    },

    [`Vite ${version}, server, the package not optimised`]: async (project) => {
      configure(project, `optimizeDeps: { exclude: ['espalier'] }`);
      return await trains(await served(project));
    },

    [`Vite ${version}, build`]: async (project) => {
      configure(project, asModules);
      await project.run(vite, ['build']);
      return await trainsIn(project, 'dist');
    },

    [`Vite ${version}, build, the one file in a worker of the default format`]: async (project) => {
      configure(project);
      project.useOneFile();
      await project.run(vite, ['build']);
      return await trainsIn(project, 'dist');
    },

    [`Vite ${version}, SSR`]: (project) => inNode(project, ''),

    [`Vite ${version}, SSR with the package inside`]: (project) => inNode(project, 'ssr: { noExternal: true }'),
  };
}

export default Object.assign({}, ...[5, 6, 7, 8].map(withVite));
