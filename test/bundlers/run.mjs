// npm run test:bundlers: the packed tarball in fresh projects, each with a tool that users build, run or check them with. Every one that trains must learn the bits that Node learns.
// --only PATTERN: those whose name matches. Tools are installed beside this file, and those of test/browser for the pages.
import { parseArgs } from 'node:util';
import { installLocked } from '../browser/support/npm.mjs';

const { only } = parseArgs({ options: { only: { type: 'string', default: '' } } }).values;
const AT_ONCE = 2;

for (const folder of ['./', '../browser/']) {
  try {
    installLocked(new URL(folder, import.meta.url));
  } catch (error) {
    // What is missing then fails in its own line.
    console.error(`${folder} could not be installed: ${error.message}`);
  }
}
const { close } = await import('./support/page.mjs');
const { Project } = await import('./support/project.mjs');
const rooms = ['node', 'types', 'vite', 'bundlers', 'runners', 'plain'];
const matrix = [];
for (const room of rooms) matrix.push(...Object.entries((await import(`./${room}.mjs`)).default));
const wanted = matrix.filter(([name]) => new RegExp(only, 'i').test(name));

let [passed, failed] = [0, 0];
async function work(queue) {
  for (let next = queue.shift(); next; next = queue.shift()) {
    const [name, run] = next;
    const began = performance.now();
    let project;
    try {
      project = new Project();
      const told = await run(project);
      passed++;
      console.log(`✓ ${name}${told ? `: ${told}` : ''} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
    } catch (error) {
      failed++;
      console.log(`✘ ${name}\n${error.stack ?? error}`.replaceAll('\n', '\n    '));
    } finally {
      await project?.remove();
    }
  }
}
const queue = [...wanted];
await Promise.all(Array.from({ length: AT_ONCE }, () => work(queue)));
await close();
if (wanted.length === 0) {
  console.error(`nothing is called ${only}`);
  failed++;
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
