// npm run test:browsers: installs what these tests need, finds Chromium and runs test/browser/*.test.mjs.
// Arguments go to the runner: a regex over file names, --verbose.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findBrowser } from './support/find-browser.mjs';
import { cleanEnvironment, installLocked } from './support/npm.mjs';

const here = new URL('./', import.meta.url);
const runner = fileURLToPath(new URL('../../build/test/run.js', here));

if (!findBrowser('chromium')) {
  console.error('No Chromium: set CHROMIUM to its path, or let .ci/run install the one of Debian.');
  process.exit(1);
}
installLocked(here);
const given = process.argv.slice(2);
const pattern = given.find((one) => !one.startsWith('--')) ?? '';
// Once for all files that look at them: the site, which has the playground in it.
if (pattern === '' || /playground|site/.test(pattern)) {
  const build = fileURLToPath(new URL('../../tools/docs/build.mjs', here));
  const { status } = spawnSync(process.execPath, [build], { stdio: 'inherit', env: cleanEnvironment() });
  if (status !== 0) process.exit(status ?? 1);
}
process.exit(spawnSync(process.execPath, [runner, '--browser', ...given], { stdio: 'inherit' }).status ?? 1);
