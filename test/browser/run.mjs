// npm run test:browsers: installs what these tests need, finds Chromium and runs test/browser/*.test.mjs.
// Arguments go to the runner: a regex over file names, --verbose.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findChromium } from './support/find-chromium.mjs';
import { npm } from './support/npm.mjs';

const here = new URL('./', import.meta.url);
const runner = fileURLToPath(new URL('../../build/test/run.js', here));

if (!findChromium()) {
  console.error('No Chromium: set CHROMIUM to its path, or let .ci/run install the one of Debian.');
  process.exit(1);
}
if (!installed()) npm(['ci'], { cwd: fileURLToPath(here), stdio: 'inherit' });
process.exit(
  spawnSync(process.execPath, [runner, '--browser', ...process.argv.slice(2)], { stdio: 'inherit' }).status ?? 1,
);

/** Whether node_modules is what the lock file says; packages for other systems may be absent. */
function installed() {
  const record = new URL('node_modules/.package-lock.json', here);
  if (!existsSync(record)) return false;
  const present = packages(record);
  return Object.entries(packages(new URL('package-lock.json', here))).every(
    ([path, { version, optional }]) => path === '' || (present[path]?.version ?? (optional && version)) === version,
  );
}

function packages(lock) {
  return JSON.parse(readFileSync(lock, 'utf8')).packages;
}
