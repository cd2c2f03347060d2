// npm run docs: writes docs/site from the Markdown of the repository and the declarations in dist/. Installs and builds what is missing.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { installLocked, npm } from '../../test/browser/support/npm.mjs';

const root = new URL('../../', import.meta.url);
const begun = performance.now();

if (!existsSync(new URL('node_modules/', root))) installLocked(root);
// A package that is packed has its modules put together; the site wants them as they are built.
if (!existsSync(new URL('dist/drawings/palette.js', root))) {
  npm(['run', 'build'], { cwd: fileURLToPath(root), stdio: 'inherit' });
}
installLocked(new URL('./', import.meta.url));
// Every page links to it.
execFileSync(process.execPath, [fileURLToPath(new URL('playground/run.mjs', root)), 'build'], { stdio: 'pipe' });

const { writeReference } = await import('./reference.mjs');
const { writeSite } = await import('./site.mjs');
const work = new URL('build/docs/', root);
await writeReference(new URL('reference/', work), new URL('types/', work));
const pages = await writeSite(new URL('docs/site/', root), new URL('reference/', work));
console.log(`docs/site/index.html: ${pages} pages in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
