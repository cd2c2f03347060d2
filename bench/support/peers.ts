import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const folder = new URL('../../../bench/peers/', import.meta.url);

/** Installs bench/peers from its lock file when the package named is missing there; its packages as `require` gives them. */
export function requirePeers(name: string): NodeJS.Require {
  if (!existsSync(new URL(`node_modules/${name}/package.json`, folder))) {
    const done = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: fileURLToPath(folder),
      env: freshEnvironment(),
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
    if (done.status !== 0) throw new Error(`npm ci in bench/peers ended with ${done.status}`);
  }
  return createRequire(new URL('package.json', folder));
}

/** A surrounding `npm run` would tell npm which package it is in. */
export function freshEnvironment(): NodeJS.ProcessEnv {
  const inherited = /^(npm_package_|npm_lifecycle_|npm_config_local_prefix$|INIT_CWD$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !inherited.test(name)));
}
