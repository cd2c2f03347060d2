// Pages without a bundler.
import { trainsIn } from './support/page.mjs';

const DIST = '/node_modules/espalier/dist';
const MODULES = { espalier: 'index.js', 'espalier/read': 'read.js', 'espalier/worker': 'worker.js' };
const ADDRESSES = Object.fromEntries(Object.entries(MODULES).map(([name, file]) => [name, `${DIST}/${file}`]));

function byAddress(text, addresses = ADDRESSES) {
  return text.replaceAll(/(?<= from )'(espalier[^']*)'/g, (_, name) => `'${addresses[name]}'`);
}

async function trainsByAddress(project, addresses) {
  for (const name of ['learn.js', 'started.js']) project.write(name, byAddress(project.read(name), addresses));
  return await trainsIn(project, '.');
}

export default {
  'a plain page, modules by their addresses': (project) => trainsByAddress(project),

  'a plain page, the one file': (project) =>
    trainsByAddress(project, Object.fromEntries(Object.keys(MODULES).map((name) => [name, `${DIST}/espalier.min.js`]))),

  'a plain page, import map': async (project) => {
    const map = `<script type="importmap">${JSON.stringify({ imports: ADDRESSES })}</script>`;
    project.write('index.html', project.read('index.html').replace('<script', `${map}\n<script`));
    // Maps are of pages: workers import by addresses.
    project.write('learn-by-address.js', byAddress(project.read('learn.js')));
    project.write('worker.js', project.read('worker.js').replace('./learn.js', './learn-by-address.js'));
    return await trainsIn(project, '.');
  },
};
