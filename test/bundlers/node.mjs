// Node without a bundler.
import { expected, sameAsNode } from './support/expected.mjs';

const USE = (load) => `${load}
import('./learn.js').then(({ learn }) => learn()).then(({ digest }) => {
  if (typeof espalier.DenseNet !== 'function') throw new Error('no DenseNet');
  console.log(digest);
});`;

export default {
  'Node, import': async () => {
    const { threads } = await expected();
    if (threads.working.threads !== 2) throw new Error(JSON.stringify(threads.working));
  },

  'Node, createWorker': async (project) => {
    const { digest, working, failed } = JSON.parse(await project.run('node-worker.js'));
    await sameAsNode(digest ?? failed);
    if (working.threads !== 2) throw new Error(JSON.stringify(working));
  },

  'Node, require': async (project) => {
    project.write('main.cjs', USE("const espalier = require('espalier');"));
    await sameAsNode((await project.run('main.cjs')).trim());
  },

  'Node, import() from CommonJS': async (project) => {
    project.write('main.cjs', USE("let espalier; import('espalier').then((module) => (espalier = module));"));
    await sameAsNode((await project.run('main.cjs')).trim());
  },
};
