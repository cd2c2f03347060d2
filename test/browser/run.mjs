// npm run test:browsers: installs what these tests need, finds Chromium and runs test/browser/*.test.mjs.
// Arguments go to the runner: a regex over file names, --verbose.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findBrowser } from './support/find-browser.mjs';
import { installLocked } from './support/npm.mjs';

const here = new URL('./', import.meta.url);
const runner = fileURLToPath(new URL('../../build/test/run.js', here));

if (!findBrowser('chromium')) {
  console.error('No Chromium: set CHROMIUM to its path, or let .ci/run install the one of Debian.');
  process.exit(1);
}
installLocked(here);
process.exit(
  spawnSync(process.execPath, [runner, '--browser', ...process.argv.slice(2)], { stdio: 'inherit' }).status ?? 1,
);
