// npm run playground, npm run playground:build: Vite, installed if need be, over what was built. Further arguments go to Vite.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { installLocked } from '../test/browser/support/npm.mjs';

const here = new URL('./', import.meta.url);
installLocked(here);
const vite = fileURLToPath(new URL('node_modules/vite/bin/vite.js', here));
const { status } = spawnSync(process.execPath, [vite, ...process.argv.slice(2)], {
  cwd: fileURLToPath(here),
  stdio: 'inherit',
});
process.exit(status ?? 1);
