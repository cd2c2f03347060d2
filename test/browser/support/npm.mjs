import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Runs npm as if called from a fresh shell: a surrounding `npm run` would tell it which package it is in. */
export function npm(args, options) {
  return execFileSync('npm', args, { encoding: 'utf8', env: cleanEnvironment(), ...options });
}

export function cleanEnvironment() {
  const inherited = /^(npm_package_|npm_lifecycle_|npm_config_local_prefix$|INIT_CWD$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !inherited.test(name)));
}

/** npm ci in a folder (a URL), unless node_modules is what the lock file says. */
export function installLocked(folder, more = []) {
  if (installed(folder)) return;
  const args = ['ci', '--no-audit', '--no-fund', '--ignore-scripts', ...more];
  npm(args, { cwd: fileURLToPath(folder), stdio: ['ignore', 'inherit', 'inherit'] });
}

/** Packages for other systems may be absent. */
function installed(folder) {
  const record = new URL('node_modules/.package-lock.json', folder);
  if (!existsSync(record)) return false;
  const present = packages(record);
  return Object.entries(packages(new URL('package-lock.json', folder))).every(
    ([path, { version, optional }]) => path === '' || (present[path]?.version ?? (optional && version)) === version,
  );
}

function packages(lock) {
  return JSON.parse(readFileSync(lock, 'utf8')).packages;
}
